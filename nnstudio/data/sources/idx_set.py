"""Collections of 70,000 small pictures that are published as four IDX files."""

from __future__ import annotations

import os
import threading
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from platformdirs import user_data_path

from nnstudio.data.dataset import Dataset
from nnstudio.data.downloads import Progress, RemoteFile, fetch
from nnstudio.data.errors import DataError
from nnstudio.data.idx import read_pictures
from nnstudio.data.sources.source import Source
from nnstudio.schema import check, setting

_SIDE = 28
#: The files in the order (training pictures, training labels, test pictures, test labels).
_STEMS = ("train-images", "train-labels", "t10k-images", "t10k-labels")
_KINDS = ("idx3-ubyte", "idx1-ubyte", "idx3-ubyte", "idx1-ubyte")
#: Where the user's data folder is, if it isn't the system's usual one.
_OWN_FOLDER = "NNSTUDIO_DATA"

#: A file and what tells whether it has been replaced: its time of change (ns) and its size.
_Stamp = tuple[Path, int, int]


@dataclass(frozen=True)
class IdxSet(Source):
    """28×28 grey pictures, 0 (ground) to 255, read from the four IDX files, gzipped or not.

    They are looked for in ``folder`` if there is such a folder, and nowhere else: no other pictures
    may take the place of the user's own. Else in the collection's own folder (such as ``mnist``)
    within ``$NNSTUDIO_DATA``, then within the user's data folder, where :meth:`fetch` puts them.
    The last 10,000 examples are the published test set.
    """

    slow: ClassVar[bool] = True
    #: The name of its folder.
    place: ClassVar[str]
    #: The server's folder, and the MD5 sums and sizes of the four gzipped files.
    server: ClassVar[str]
    sums: ClassVar[tuple[str, str, str, str]]
    sizes: ClassVar[tuple[int, int, int, int]]

    folder: str = setting("", help="Where the four files are; empty: the usual places")

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The classes."""

    def load(self) -> Dataset:
        check(self)
        return _read_once(self.title, self.names, tuple(map(_stamp, self._find())))

    # ---------------------------------------------------------------- downloading

    @classmethod
    def remote_files(cls) -> tuple[RemoteFile, ...]:
        """The four files as they are published."""
        return tuple(
            RemoteFile(f"{cls.server}{stem}-{kind}.gz", f"md5:{checksum}", size)
            for (stem, kind), checksum, size in zip(_names(), cls.sums, cls.sizes, strict=True)
        )

    @property
    def home(self) -> Path:
        """Where downloaded files go."""
        if self.folder:
            return Path(self.folder).expanduser()
        return user_data_path("nnstudio", appauthor=False) / self.place

    def fetch(self, progress: Progress | None = None) -> None:
        """Download the files into :attr:`home`; see :func:`nnstudio.data.downloads.fetch`."""
        fetch(self.title, self.remote_files(), self.home, progress)

    # ---------------------------------------------------------------- finding

    def _folders(self) -> list[Path]:
        """Where to look, best first."""
        folders = [Path(self.folder).expanduser()] if self.folder else []
        if folders and os.path.isdir(folders[0]):
            return folders
        if root := os.environ.get(_OWN_FOLDER):
            folders.append(Path(root) / self.place)
        return [*folders, user_data_path("nnstudio", appauthor=False) / self.place]

    def _find(self) -> list[Path]:
        """The four files from the first folder that has them all."""
        folders = self._folders()
        found = [[_find_file(folder, *name) for name in _names()] for folder in folders]
        for files in found:
            if None not in files:
                return [file for file in files if file is not None]
        # Say what is missing where somebody has begun to put files, else in the first place.
        best = next((i for i, files in enumerate(found) if any(files)), 0)
        missing = [
            f"{stem}-{kind}.gz"
            for (stem, kind), file in zip(_names(), found[best], strict=True)
            if file is None
        ]
        raise DataError(
            "data_missing",
            name=self.title,
            files=", ".join(missing),
            folder=folders[best],
            source=type(self).__name__.lower(),
        )


def _names() -> list[tuple[str, str]]:
    return list(zip(_STEMS, _KINDS, strict=True))


def _find_file(folder: Path, stem: str, kind: str) -> Path | None:
    """The file under one of its usual spellings: with a hyphen or a point, packed or not."""
    candidates = (folder / f"{stem}{sign}{kind}{end}" for end in ("", ".gz") for sign in "-.")
    return next((path for path in candidates if path.is_file()), None)


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError as error:
        raise DataError("data_file_missing", file=path) from error
    return path.resolve(), status.st_mtime_ns, status.st_size


_lock = threading.Lock()
#: The set that was read last: 55 MB and most of a second that opening a project needn't cost again.
_latest: dict[tuple[_Stamp, ...], Dataset] = {}


def _read_once(title: str, classes: tuple[str, ...], stamps: tuple[_Stamp, ...]) -> Dataset:
    """What the four files hold, read again only if one of them has changed."""
    with _lock:
        if stamps not in _latest or _latest[stamps].classes != classes:
            dataset = _read(title, classes, *(path for path, _, _ in stamps))
            _latest.clear()
            _latest[stamps] = dataset
        return _latest[stamps]


def _read(
    title: str,
    classes: tuple[str, ...],
    pictures: Path,
    labels: Path,
    test_pictures: Path,
    test_labels: Path,
) -> Dataset:
    train = read_pictures(pictures, labels, _SIDE, len(classes))
    test = read_pictures(test_pictures, test_labels, _SIDE, len(classes))
    return Dataset(
        title,
        inputs=np.concatenate([train[0], test[0]]),
        targets=np.concatenate([train[1], test[1]]).astype(np.int64),
        classes=classes,
        test_count=len(test[1]),
    )
