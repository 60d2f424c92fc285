"""Reading IDX files, the format MNIST is published in (LeCun, Cortes and Burges, 1998).

An IDX file is a header and the values, row by row::

    0  0  kind  d     kind of value (8: unsigned byte) and number of dimensions
    d × 4 bytes       the size of each dimension, highest byte first
    the values

The file may be packed with gzip, whatever its name says. Memory is bounded by what the file really
holds: a header that promises more than the file can contain is refused before anything is read.
"""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from nnstudio.data.errors import DataError

_UNSIGNED_BYTE = 8
_GZIP_MAGIC = b"\x1f\x8b"
#: Deflate can't pack better than this (zlib's manual, "Maximum Expansion Factor": 1032 to 1).
_MOST_PACKED = 1032
#: No handwriting collection is larger; a larger file is an accident or an attack.
_MOST_BYTES = 1 << 30
_PIECE = 1 << 20


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """The values of an IDX file of unsigned bytes.

    Args:
        path: the file, gzipped or not.
        dimensions: how many it must have: 1 for labels, 3 for pictures.

    Returns:
        A uint8 array with that many dimensions.

    Raises:
        DataError: missing or unreadable file, not IDX, another number of dimensions, cut short,
            damaged gzip stream, bytes after the last value.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP_MAGIC
            file.seek(0)
            size = os.fstat(file.fileno()).st_size
            if not packed:
                return _read(file, path.name, dimensions, most=size)
            with gzip.GzipFile(fileobj=file) as stream:
                return _read(stream, path.name, dimensions, most=size * _MOST_PACKED)
    except FileNotFoundError as error:
        raise DataError("data_file_missing", file=path) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError("data_not_gzip", file=path.name) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError("file_unreadable", file=path, reason=reason) from error


def _read(stream: BinaryIO | gzip.GzipFile, name: str, dimensions: int, most: int) -> np.ndarray:
    """Read header and values from ``stream``, which can't hold more than ``most`` bytes."""
    shape = _read_shape(stream, name, dimensions)
    expected = math.prod(shape)
    if expected > _MOST_BYTES:
        reason = f"its header promises {expected:,} bytes"
        raise DataError("data_not_idx", file=name, reason=reason)
    if expected > most:
        raise DataError("data_truncated", file=name, expected=expected, got=f"at most {most}")
    # A buffer that grows with what arrives, so that only bytes that exist take memory.
    values = bytearray()
    while len(values) < expected:
        piece = stream.read(min(_PIECE, expected - len(values)))
        if not piece:
            raise DataError("data_truncated", file=name, expected=expected, got=len(values))
        values += piece
    # Reading past the end is also what makes gzip compare its checksum.
    if stream.read(1):
        raise DataError("data_too_long", file=name, expected=expected)
    return np.frombuffer(values, np.uint8).reshape(shape)


def _read_shape(stream: BinaryIO | gzip.GzipFile, name: str, dimensions: int) -> tuple[int, ...]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        reason = "it starts with other bytes" if magic else "it is empty"
        raise DataError("data_not_idx", file=name, reason=reason)
    kind, got = magic[2], magic[3]
    if kind != _UNSIGNED_BYTE:
        reason = f"its values are of kind {kind}, only unsigned bytes (8) are read"
        raise DataError("data_not_idx", file=name, reason=reason)
    if got != dimensions:
        raise DataError("data_dimensions", file=name, expected=dimensions, got=got)
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise DataError("data_truncated", file=name, expected=4 * dimensions, got=len(sizes))
    return tuple(int(size) for size in np.frombuffer(sizes, ">u4"))


def read_pictures(
    pictures: Path, labels: Path, side: int, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Square one-channel pictures and the class of each.

    Args:
        pictures: an IDX file ``(N, side, side)``.
        labels: an IDX file ``(N,)`` with values below ``classes``.
        side: the height and the width each picture must have.
        classes: how many classes there are.

    Returns:
        ``(N, 1, side, side)`` uint8 and ``(N,)`` uint8.

    Raises:
        DataError: as :func:`read_idx`; other sizes; no examples; counts that disagree; a label
            out of range.
    """
    grids, numbers = read_idx(pictures, 3), read_idx(labels, 1)
    if len(grids) != len(numbers):
        raise DataError(
            "data_counts",
            pictures=pictures.name,
            got_pictures=len(grids),
            labels=labels.name,
            got_labels=len(numbers),
        )
    if not len(grids):
        raise DataError("data_no_examples", file=pictures.name)
    if grids.shape[1:] != (side, side):
        got = f"{grids.shape[1]} × {grids.shape[2]}"
        raise DataError("data_size", file=pictures.name, expected=f"{side} × {side}", got=got)
    wrong = np.flatnonzero(numbers >= classes)
    if wrong.size:
        position = int(wrong[0])
        raise DataError(
            "data_label",
            file=labels.name,
            got=int(numbers[position]),
            position=position,
            most=classes - 1,
        )
    return grids[:, np.newaxis], numbers
