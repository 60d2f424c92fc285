"""Folders of pictures: one folder for each class, or a table of labels."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from platformdirs import user_cache_path

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.picture_files import ENDINGS, Form, Unreadable, read_pieces, size_of
from nnstudio.data.sources.source import Source
from nnstudio.data.stored import is_store, open_store, store_pieces
from nnstudio.messages import sentence
from nnstudio.schema import check, setting

#: What folders are called that part a collection.
_TRAIN, _TEST = ("train", "training"), ("test", "testing", "val", "valid", "validation")
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class _Listed:
    """A file, and the name of its class; ``tested`` if it is of a test set that came with it."""

    path: Path
    label: str
    tested: bool = False


@dataclass(frozen=True)
class Pictures(Source):
    """Picture files, made grey or coloured and of one size.

    Without a table of labels each folder in ``folder`` is a class, named after it. If there are
    folders ``train`` and ``test``, these hold the classes, and the latter is the published test
    set. Files that can't be read are left out and told in the dataset's notes.

    What takes more than ``memory`` is converted once into mapped arrays (:mod:`data.stored`) in the
    user's cache folder, and read from there.
    """

    title: ClassVar[str] = "Folder of pictures"
    description: ClassVar[str] = "Your own pictures: a folder for each class, or a table of labels."
    slow: ClassVar[bool] = True

    folder: str = setting("", help="The folder in which the classes' folders are")
    labels: str = setting("", help="A CSV file with file and label in each line, if there is one")
    height: int = setting(0, ge=0, le=1024, unit="px", help="Of every picture; 0: the first one's")
    width: int = setting(0, ge=0, le=1024, unit="px", help="Of every picture; 0: the first one's")
    colour: bool = setting(False, help="Keep red, green and blue; otherwise shades of grey")
    memory: int = setting(
        1000, label="Keep in memory", ge=1, le=1_000_000, unit="MB", help="More is read from disk"
    )

    def load(self) -> Dataset:
        check(self)
        if not self.folder:
            raise DataError("pictures_no_folder")
        folder = Path(self.folder).expanduser()
        if not folder.is_dir():
            raise DataError("pictures_missing", folder=folder)
        try:
            listed, notes = self._listed(folder)
            form = self._form(folder, listed)
            return self._read(folder, listed, form, notes)
        except OSError as error:
            reason = error.strerror or str(error)
            raise DataError("file_unreadable", file=folder, reason=reason) from error

    # ---------------------------------------------------------------- what there is

    def _listed(self, folder: Path) -> tuple[list[_Listed], tuple[str, ...]]:
        """Every file with its label, training pictures first."""
        if self.labels:
            return _by_table(folder, Path(self.labels).expanduser())
        inner = {path.name.lower(): path for path in _folders(folder)}
        train = next((inner[name] for name in _TRAIN if name in inner), None)
        test = next((inner[name] for name in _TEST if name in inner), None)
        listed = _by_folder(train or folder, tested=False)
        if train is not None and test is not None:
            listed += _by_folder(test, tested=True)
        if not listed:
            raise DataError("pictures_none", folder=folder, endings=" ".join(ENDINGS))
        return listed, ()

    def _form(self, folder: Path, listed: Sequence[_Listed]) -> Form:
        height, width = self.height, self.width
        if not (height and width):
            for one in listed:
                try:
                    first = size_of(one.path)
                    break
                except OSError:
                    continue
            else:
                raise DataError("pictures_none", folder=folder, endings=" ".join(ENDINGS))
            if max(first) > 1024:
                raise DataError("pictures_large", height=first[0], width=first[1])
            height, width = height or first[0], width or first[1]
        return Form(3 if self.colour else 1, height, width)

    # ---------------------------------------------------------------- reading

    def _read(
        self, folder: Path, listed: Sequence[_Listed], form: Form, notes: tuple[str, ...]
    ) -> Dataset:
        names = tuple(sorted({one.label for one in listed}))
        number = {name: i for i, name in enumerate(names)}
        labels = np.array([number[one.label] for one in listed])
        tested = np.array([one.tested for one in listed])
        size = len(listed) * form.channels * form.height * form.width
        bad: list[Unreadable] = []
        kept: list[np.ndarray] = []

        def pieces() -> Iterator[tuple[np.ndarray, np.ndarray, list[np.ndarray]]]:
            for pictures, where, unreadable in read_pieces([one.path for one in listed], form):
                bad.extend(unreadable)
                kept.append(where)
                if len(pictures):
                    yield pictures, labels[where], []

        like = Dataset(
            folder.name,
            np.zeros((0, form.channels, form.height, form.width), np.uint8),
            np.zeros(0, np.int64),
            classes=names,
        )
        if size > self.memory * _MEGABYTE:
            cache = self._cache(listed, form)
            if not is_store(cache):
                store_pieces(pieces(), like, cache, tested=lambda: int(tested[_all(kept)].sum()))
            dataset = open_store(cache)
            return _with_notes(dataset, notes, bad)
        read = list(pieces())
        if not read:
            raise DataError("pictures_none", folder=folder, endings=" ".join(ENDINGS))
        dataset = Dataset(
            folder.name,
            np.concatenate([pictures for pictures, _, _ in read]),
            np.concatenate([part for _, part, _ in read]),
            classes=names,
            test_count=int(tested[_all(kept)].sum()),
        )
        return _with_notes(dataset, notes, bad)

    def _cache(self, listed: Sequence[_Listed], form: Form) -> Path:
        """Where these very files, in this form, are kept."""
        digest = hashlib.sha256(repr(form).encode())
        for one in listed:
            status = one.path.stat()
            facts = f"{one.path}\0{one.label}\0{status.st_mtime_ns}\0{status.st_size}\n"
            digest.update(facts.encode("utf-8", "surrogateescape"))
        root = user_cache_path("nnstudio", appauthor=False)
        return root / "converted" / digest.hexdigest()[:32]


def _all(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _with_notes(dataset: Dataset, notes: tuple[str, ...], bad: Sequence[Unreadable]) -> Dataset:
    if bad:
        first = bad[0]
        values = {"count": len(bad), "file": first.path, "reason": first.reason}
        notes = (*notes, sentence("pictures_unreadable", kept=dataset.size, **values))
    return replace(dataset, notes=notes)


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _by_folder(folder: Path, *, tested: bool) -> list[_Listed]:
    """The pictures in each folder of ``folder``, also further down."""
    listed = []
    for inner in _folders(folder):
        files = sorted(p for p in inner.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file())
        listed += [_Listed(path, inner.name, tested) for path in files]
    return listed


def _by_table(folder: Path, table: Path) -> tuple[list[_Listed], tuple[str, ...]]:
    """The files that a CSV tells labels of; lines without a file are told in a note."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            sign = ";" if ";" in file.readline() else ","
            file.seek(0)
            rows = [(n, row) for n, row in enumerate(csv.reader(file, delimiter=sign), 1) if row]
    except FileNotFoundError as error:
        raise DataError("data_file_missing", file=table) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError("labels_unread", file=table.name, reason=str(error)) from error
    if rows and len(rows[0][1]) >= 2 and not (folder / rows[0][1][0].strip()).is_file():
        heads = [cell.strip().lower() for cell in rows[0][1]]
        if heads[0] in ("file", "filename", "image", "picture", "path", "name", "id"):
            rows = rows[1:]
    listed, lost = [], []
    for line, row in rows:
        if len(row) < 2:
            raise DataError("labels_short", file=table.name, line=line)
        path = folder / row[0].strip()
        if path.is_file():
            listed.append(_Listed(path, row[1].strip()))
        else:
            lost.append((line, row[0].strip()))
    if not listed:
        raise DataError("labels_none", file=table.name, folder=folder)
    if not lost:
        return listed, ()
    line, name = lost[0]
    values = {"count": len(lost), "line": line, "file": name, "kept": len(listed)}
    return listed, (sentence("labels_lost", **values),)
