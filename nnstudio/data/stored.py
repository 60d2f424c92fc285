"""Data too large for memory: arrays in a folder, of which only what is looked at is read.

    folder/
        facts.json      what the data is called, its classes, names, counts and fingerprint
        inputs.npy      (N, *input_shape)
        targets.npy     (N,) or (N, *outputs)
        column-1.npy …  further columns

The arrays are NumPy's own files (so that anything else reads them too), mapped into memory: the
system keeps the parts in use in its page cache and takes them back when it needs the room. What is
read together lies together, so training goes through such data in blocks (:mod:`data.order`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import msgspec
import numpy as np

from nnstudio.data.array_files import NUMPY_ERRORS
from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.errors import DataError

#: Examples written together, and the fewest that training takes together.
BLOCK = 256
_FORMAT = 1
_FACTS = "facts.json"
_INPUTS, _TARGETS = "inputs.npy", "targets.npy"
#: More facts than this are no facts.
_MOST_FACTS = 16 << 20

#: Told how many examples are done; may raise to give up.
Progress = Callable[[int], object]


class _ColumnFacts(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    classes: list[str]


class _Facts(msgspec.Struct, forbid_unknown_fields=True):
    format: int
    name: str
    examples: int
    classes: list[str]
    input_names: list[str]
    target_names: list[str]
    test_count: int
    columns: list[_ColumnFacts]
    sha256: str
    input_words: list[int] = []


@dataclass
class _Growing:
    """An NPY file that grows by rows; its header is written again when their number is known."""

    file: BinaryIO
    dtype: np.dtype[Any] | None = None
    shape: tuple[int, ...] = ()
    rows: int = 0

    def append(self, rows: np.ndarray) -> None:
        if self.dtype is None:
            self.dtype, self.shape = rows.dtype, rows.shape[1:]
            self._write_header()
        if rows.dtype != self.dtype or rows.shape[1:] != self.shape:
            raise ValueError(f"{rows.dtype} {rows.shape} after {self.dtype} {self.shape}")
        self.file.write(np.ascontiguousarray(rows).data)
        self.rows += len(rows)

    def finish(self) -> None:
        self.file.seek(0)
        self._write_header()
        self.file.flush()

    def _write_header(self) -> None:
        """NumPy leaves room in it for the first axis to grow, so its length stays the same."""
        assert self.dtype is not None, "something was appended"
        np.lib.format.write_array_header_1_0(
            self.file,
            {
                "descr": np.lib.format.dtype_to_descr(self.dtype),
                "fortran_order": False,
                "shape": (self.rows, *self.shape),
            },
        )


@dataclass
class StoreWriter:
    """Writes a folder piece by piece; it appears under its name only when it is complete.

    Use it as a context: if the block ends with an error, nothing is left behind.

    Args:
        folder: where; what was there before is replaced.
        like: a dataset with the name, classes, names of features and further columns of the whole.
        tested: tells in the end how many of the last examples are a published test set; by default
            as many as ``like`` has.
    """

    folder: Path
    like: Dataset
    tested: Callable[[], int] | None = None
    _files: list[_Growing] = field(default_factory=list)

    @property
    def _part(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.part")

    def __enter__(self) -> StoreWriter:
        with suppress(FileNotFoundError):
            shutil.rmtree(self._part)
        self._part.mkdir(parents=True)
        names = _array_names(len(self.like.columns))
        self._files = [_Growing((self._part / name).open("wb")) for name in names]
        return self

    def append(
        self, inputs: np.ndarray, targets: np.ndarray, columns: Sequence[np.ndarray] = ()
    ) -> None:
        """Write some more examples, batch first.

        Raises:
            ValueError: other kinds of numbers or shapes than before.
            OSError: the disk is full, or may not be written to.
        """
        for file, rows in zip(self._files, (inputs, targets, *columns), strict=True):
            file.append(rows)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            for file in self._files:
                with suppress(OSError):  # on a full disk closing fails as well
                    file.file.close()
            with suppress(FileNotFoundError):
                shutil.rmtree(self._part)

    def _finish(self) -> None:
        for file in self._files:
            file.finish()
            file.file.close()
        like = self.like
        facts = _Facts(
            format=_FORMAT,
            name=like.name,
            examples=self._files[0].rows,
            classes=list(like.classes),
            input_names=list(like.input_names),
            input_words=list(like.input_words),
            target_names=list(like.target_names),
            test_count=like.test_count if self.tested is None else self.tested(),
            columns=[_ColumnFacts(c.name, list(c.classes)) for c in like.columns],
            sha256="",
        )
        facts.sha256 = _dataset(self._part, facts).sha256
        text = msgspec.json.format(msgspec.json.encode(facts), indent=1)
        (self._part / _FACTS).write_bytes(text + b"\n")
        if self.folder.is_dir():
            shutil.rmtree(self.folder)
        self._part.replace(self.folder)


def store(dataset: Dataset, folder: Path, progress: Progress | None = None) -> None:
    """Write ``dataset`` to ``folder``, a piece at a time.

    Raises:
        DataError: it can't be written; nothing is left behind.
    """
    pieces = (slice(i, i + 16 * BLOCK) for i in range(0, dataset.size, 16 * BLOCK))
    store_pieces(
        (
            (
                dataset.inputs[rows],
                dataset.targets[rows],
                [column.values[rows] for column in dataset.columns],
            )
            for rows in pieces
        ),
        dataset,
        folder,
        progress,
    )


def store_pieces(
    pieces: Iterable[tuple[np.ndarray, np.ndarray, Sequence[np.ndarray]]],
    like: Dataset,
    folder: Path,
    progress: Progress | None = None,
    tested: Callable[[], int] | None = None,
) -> None:
    """Write (inputs, targets, further columns) as they come; see :class:`StoreWriter`.

    Raises:
        DataError: the folder can't be written; nothing is left behind.
    """
    done = 0
    try:
        with StoreWriter(folder, like, tested) as writer:
            for inputs, targets, columns in pieces:
                writer.append(inputs, targets, columns)
                done += len(inputs)
                if progress is not None:
                    progress(done)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError("store_unwritable", folder=folder, reason=reason, done=done) from error


def is_store(folder: Path) -> bool:
    """Whether ``folder`` looks like one that was written here."""
    return (folder / _FACTS).is_file()


def open_store(folder: Path) -> Dataset:
    """The data in ``folder``, of which nothing is read yet.

    Raises:
        DataError: there is no such data, or it is damaged.
    """
    try:
        content = (folder / _FACTS).read_bytes()[:_MOST_FACTS]
        facts = msgspec.json.decode(content, type=_Facts)
        dataset = _dataset(folder, facts)
    except FileNotFoundError as error:
        raise DataError("store_missing", folder=folder) from error
    except (OSError, *NUMPY_ERRORS) as error:
        raise DataError("store_damaged", folder=folder, reason=str(error)) from error
    return replace(dataset, known_sha256=facts.sha256, block=BLOCK)


def _dataset(folder: Path, facts: _Facts) -> Dataset:
    if facts.format != _FORMAT:
        raise ValueError(f"its format is {facts.format}, this program reads {_FORMAT}")
    arrays = [_mapped(folder / name) for name in _array_names(len(facts.columns))]
    if any(len(array) != facts.examples for array in arrays):
        raise ValueError(f"an array doesn't have the {facts.examples} examples it should")
    inputs, targets, *columns = arrays
    return Dataset(
        facts.name,
        inputs,
        targets,
        classes=tuple(facts.classes),
        input_names=tuple(facts.input_names),
        input_words=tuple(facts.input_words),
        target_names=tuple(facts.target_names),
        test_count=facts.test_count,
        columns=tuple(
            Column(told.name, values, tuple(told.classes))
            for told, values in zip(facts.columns, columns, strict=True)
        ),
    )


def _mapped(path: Path) -> np.ndarray:
    """An array of the folder; an object array, which NumPy would unpickle, is refused."""
    array: np.ndarray = np.lib.format.open_memmap(path, mode="r")
    return array


def _array_names(columns: int) -> list[str]:
    return [_INPUTS, _TARGETS, *(f"column-{i + 1}.npy" for i in range(columns))]
