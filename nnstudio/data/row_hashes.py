"""A number for each example by which equal ones are found: equal rows have equal numbers.

Unequal rows nearly never have: who must be certain compares the few that remain.
"""

from __future__ import annotations

import numpy as np

from nnstudio.data.progress import tell

#: Bytes hashed together: what stays in the cache is quickest.
_TOGETHER = 1 << 20
#: Odd constants that spread every bit over the whole word (splitmix64: Steele, Lea and Flood,
#: *Fast splittable pseudorandom number generators*, 2014).
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def row_hashes(values: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """A number for each example of ``values`` (N, …), or of those at ``rows``: (n,) uint64.

    Zeros are equal whatever their sign. Read a piece at a time, so ``values`` may be larger than
    memory.
    """
    count = len(values) if rows is None else len(rows)
    width = max(1, values[:1].nbytes)
    step = max(1, _TOGETHER // width)
    factors = _odd_numbers(-(-width // 8))
    result = np.empty(count, np.uint64)
    for start in range(0, count, step):
        tell(start, count)
        piece = values[start : start + step] if rows is None else values[rows[start : start + step]]
        result[start : start + step] = _mixed(_words(piece)) @ factors
    return result


def _words(piece: np.ndarray) -> np.ndarray:
    """The bytes of each row as (n, words), the last word filled up with zeros."""
    if piece.dtype.kind == "f":
        piece = piece + 0.0  # makes −0 to 0
    flat = np.ascontiguousarray(piece).reshape(len(piece), -1).view(np.uint8)
    words = np.zeros((len(flat), -(-flat.shape[1] // 8) * 8), np.uint8)
    words[:, : flat.shape[1]] = flat
    return words.view(np.uint64)


def _mixed(words: np.ndarray) -> np.ndarray:
    """Every bit of a word spread over all of it: the low bits of 0.5 and 1.0 are all alike."""
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    mixed: np.ndarray = words ^ (words >> np.uint64(31))
    return mixed


def _odd_numbers(count: int) -> np.ndarray:
    """A factor for each place of a row, the same ones each time: places are not interchangeable."""
    drawn = np.random.default_rng(0).integers(0, 1 << 63, count, dtype=np.uint64)
    odd: np.ndarray = drawn * np.uint64(2) + np.uint64(1)
    return odd
