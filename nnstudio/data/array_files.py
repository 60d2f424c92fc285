"""Reading NumPy's files: one array in a ``.npy``, several by name in a ``.npz``.

Nothing is unpickled, and no more memory is taken than the file really holds numbers for: a header
that promises more is refused before anything is allocated. A ``.npy`` is mapped, not read.
"""

from __future__ import annotations

import math
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from nnstudio.data.errors import DataError

#: Unpacked, an ``.npz`` may be so large; more is converted first (``nnstudio data convert``).
MOST_BYTES = 4 << 30
#: What NumPy raises for bytes that are no file of its own.
NUMPY_ERRORS = (
    *(EOFError, MemoryError, OverflowError, RecursionError, SyntaxError, TypeError, ValueError),
    tokenize.TokenError,
)
#: A longer header is an attack on the parser (NumPy's own bound).
_MOST_HEADER = 10_000


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file by name; that of an ``.npy`` has the name ``""``.

    Returns:
        Arrays of numbers or truth values, each with at least one axis; names in the file's order.

    Raises:
        DataError: missing, unreadable, damaged, too large, or it holds other things than numbers.
    """
    with _told(path):
        if path.suffix.lower() == ".npz":
            return _read_npz(path)
        return {"": _checked(path, "", np.lib.format.open_memmap(path, mode="r"))}


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > MOST_BYTES:
            raise DataError("arrays_large", file=path.name, got=size, most=MOST_BYTES)
        for entry in archive.infolist():
            name = entry.filename.removesuffix(".npy")
            with archive.open(entry) as file:
                arrays[name] = _checked(path, name, _read_array(file, entry.file_size))
    if not arrays:
        raise DataError("arrays_none", file=path.name)
    return arrays


def _read_array(file: IO[bytes], size: int) -> np.ndarray:
    """One array of a file of ``size`` bytes."""
    version = np.lib.format.read_magic(file)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read_header is None:
        raise ValueError(f"its format is {version}")
    shape, in_columns, dtype = read_header(file, max_header_size=_MOST_HEADER)
    expected = math.prod(shape) * dtype.itemsize
    if dtype.hasobject or expected > size:
        raise ValueError("objects, or fewer numbers than promised")
    content = file.read(expected)
    if len(content) < expected:
        raise EOFError
    array = np.frombuffer(content, dtype)
    return array.reshape(shape, order="F" if in_columns else "C")


def _checked(path: Path, name: str, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "biuf" or not array.ndim or not array.size:
        what = f"“{name}” in {path.name}" if name else path.name
        got = f"{array.dtype} of shape {array.shape}"
        raise DataError("arrays_kind", array=what, got=got)
    return array


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What NumPy and zipfile raise, in a sentence."""
    try:
        yield
    except FileNotFoundError as error:
        raise DataError("data_file_missing", file=path) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError("file_unreadable", file=path, reason=reason) from error
    except (
        *(NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error),
        *NUMPY_ERRORS,
    ) as error:
        raise DataError("arrays_damaged", file=path.name) from error
