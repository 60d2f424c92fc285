"""Long vectors are worked on in chunks that stay in the processor's cache from pass to pass.

An update of all weights is a handful of passes over a few vectors of the same length. Done over the
whole vectors, each pass would fetch them from memory again; done chunk by chunk, the numbers are
fetched once. The result is the same to the last bit, because every number is treated alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from nnstudio.engine.layer import Array

#: Numbers per chunk: four arrays of this many float32 take 1 MB, which fits the L2 cache.
CHUNK = 65_536


def chunks(w: Array, rows: int = 1) -> Iterable[tuple[slice, Array]]:
    """Slices that cover ``w``, each with scratch of its length: a vector, or ``rows`` of them.

    The scratch is the same memory each time; what is in it is left over from the chunk before.
    """
    length = min(CHUNK, w.size)
    scratch = np.empty(length if rows == 1 else (rows, length), w.dtype)
    if w.size <= CHUNK:
        return ((slice(None), scratch),)
    return _slices(w, scratch)


def _slices(w: Array, scratch: Array) -> Iterator[tuple[slice, Array]]:
    for start in range(0, w.size, CHUNK):
        size = min(CHUNK, w.size - start)
        yield slice(start, start + size), scratch[..., :size]
