"""MNIST, the 70,000 handwritten digits that most first networks have met (LeCun et al., 1998)."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from platformdirs import user_data_path

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.idx import read_pictures
from nnstudio.data.sources.digits import DIGITS
from nnstudio.data.sources.source import Source
from nnstudio.schema import check, setting

_SIDE = 28
#: The files in the order (training pictures, training labels, test pictures, test labels).
_STEMS = ("train-images", "train-labels", "t10k-images", "t10k-labels")
_KINDS = ("idx3-ubyte", "idx1-ubyte", "idx3-ubyte", "idx1-ubyte")

#: A file and what tells whether it has been replaced: its time of change (ns) and its size.
_Stamp = tuple[Path, int, int]


@dataclass(frozen=True)
class Mnist(Source):
    """28×28 grey pictures, 0 (paper) to 255 (ink), read from the four IDX files, gzipped or not.

    They are looked for in ``folder`` if one is given, then in ``$NNSTUDIO_DATA/mnist``, then in
    ``mnist`` in the user's data folder. The last 10,000 examples are the published test set.
    """

    title: ClassVar[str] = "MNIST"
    description: ClassVar[str] = (
        "70,000 handwritten digits of 28×28 pixels, from files on your disk."
    )
    drawing: ClassVar[str] = "mnist"
    slow: ClassVar[bool] = True

    folder: str = setting("", help="Where the four files are; empty: the usual places")

    def load(self) -> Dataset:
        check(self)
        return _read_once(tuple(map(_stamp, self._find())))

    def _folders(self) -> list[Path]:
        """Where to look, best first."""
        folders = [Path(self.folder).expanduser()] if self.folder else []
        if root := os.environ.get("NNSTUDIO_DATA"):
            folders.append(Path(root) / "mnist")
        return [*folders, user_data_path("nnstudio", appauthor=False) / "mnist"]

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
            "data_missing", name=self.title, files=", ".join(missing), folder=folders[best]
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


def _read_once(stamps: tuple[_Stamp, ...]) -> Dataset:
    """What the four files hold, read again only if one of them has changed."""
    with _lock:
        if stamps not in _latest:
            dataset = _read(*(path for path, _, _ in stamps))
            _latest.clear()
            _latest[stamps] = dataset
        return _latest[stamps]


def _read(pictures: Path, labels: Path, test_pictures: Path, test_labels: Path) -> Dataset:
    train = read_pictures(pictures, labels, _SIDE, len(DIGITS))
    test = read_pictures(test_pictures, test_labels, _SIDE, len(DIGITS))
    return Dataset(
        Mnist.title,
        inputs=np.concatenate([train[0], test[0]]),
        targets=np.concatenate([train[1], test[1]]).astype(np.int64),
        classes=DIGITS,
        test_count=len(test[1]),
    )
