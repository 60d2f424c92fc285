"""IDX files for tests, written by the book and not by our reader's code."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np


def idx_bytes(values: np.ndarray) -> bytes:
    """The IDX file of an array of unsigned bytes."""
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    return header + values.astype(np.uint8).tobytes()


def write_idx(path: Path, values: np.ndarray) -> None:
    """Write an array as an IDX file, packed if the name ends in ``.gz``."""
    data = idx_bytes(values)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
