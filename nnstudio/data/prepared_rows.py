"""Rows of a dataset, prepared, by their indices, into the engine's buffers: as fast as it goes.

Storage is batch first, (N, features…); the engine's arrays are batch last, (features…, N). Which of
the two lies in memory is the buffer's affair: where the engine's first layer multiplies matrices it
is happy with rows side by side, as they are stored, and nothing has to be turned.
"""

from __future__ import annotations

import numpy as np

from nnstudio.data.preparation import Affine

#: Up to so many numbers (4 MB as float32) are prepared once and for all.
SMALL = 1_000_000


class PreparedRows:
    """The rows of ``values`` (N, features…), brought into range by ``affine``."""

    def __init__(self, values: np.ndarray, affine: Affine) -> None:
        self._values = values
        self._offset, self._factor = affine.offset, affine.factor
        self._shifts = bool(np.any(affine.offset))
        self._scales = bool(np.any(affine.factor != 1))
        self._prepared: np.ndarray | None = None
        self._last = (np.empty(0), np.empty(0))  # a buffer, and its rows
        if values.size <= SMALL:
            prepared = np.empty(values.shape, np.float32)
            self._prepare(values, self._offset, self._factor, prepared)
            self._prepared = prepared

    def gather(self, index: np.ndarray, buffer: np.ndarray) -> None:
        """Fill ``buffer`` (features…, n) with the rows at ``index`` (n,), each of which exists."""
        last, its_rows = self._last  # in one go: several threads gather
        if buffer is last:  # small batches come by the ten thousand a second
            self._prepared.take(index, 0, its_rows, "clip")  # type: ignore[union-attr]
            return
        rows = buffer.T if buffer.ndim == 2 else buffer.transpose(-1, *range(buffer.ndim - 1))
        in_rows = rows.flags.c_contiguous
        # With "clip" take writes straight into its output: the indices are known to be in range.
        if self._prepared is not None and buffer.dtype == np.float32:
            if in_rows:
                self._last = (buffer, rows)
                self._prepared.take(index, 0, rows, "clip")
            else:
                rows[...] = self._prepared.take(index, 0)
            return
        self.prepare(self._values.take(index, 0, None, "clip"), buffer)

    def prepare(self, values: np.ndarray, buffer: np.ndarray) -> None:
        """Fill ``buffer`` (features…, n) with ``values`` (n, features…), brought into range."""
        rows = buffer.transpose(-1, *range(buffer.ndim - 1))
        if rows.flags.c_contiguous:
            self._prepare(values.reshape(rows.shape), self._offset, self._factor, rows)
        else:  # turned first: a byte per pixel is moved more quickly than four
            turned = np.ascontiguousarray(values.reshape(len(values), -1).T)
            columns = buffer.reshape(turned.shape)
            self._prepare(turned, _as_column(self._offset), _as_column(self._factor), columns)

    def _prepare(
        self, values: np.ndarray, offset: np.ndarray, factor: np.ndarray, out: np.ndarray
    ) -> None:
        """(values − offset) · factor; what is shifted is not yet rounded to the kind of ``out``."""
        if self._shifts:
            np.subtract(values, offset, out=out, casting="same_kind")
        else:
            np.copyto(out, values, casting="same_kind")
        if self._scales:
            out *= factor


def _as_column(numbers: np.ndarray) -> np.ndarray:
    """One number, or one per feature as (features, 1)."""
    return numbers.reshape(-1, 1) if numbers.ndim else numbers
