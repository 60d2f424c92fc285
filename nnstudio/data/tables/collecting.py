"""The examples of a table, collected piece by piece in arrays that stay where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.tables.encoding import Encoder
from nnstudio.data.tables.reading import Piece


class Collector:
    """Takes pieces, and gives all their examples in the end.

    Memory that is set aside but never written to costs nothing, so that room for a tenth too many
    rows is cheaper than to copy what was collected to where there is more.

    Args:
        rows: about how many there are going to be.
    """

    def __init__(self, encoder: Encoder, like: Dataset, rows: int) -> None:
        self._encoder, self._like = encoder, like
        like_these = (like.inputs, like.targets, *(column.values for column in like.columns))
        self._arrays = [np.empty((rows, *one.shape[1:]), one.dtype) for one in like_these]
        self.size = 0

    def add(self, piece: Piece) -> None:
        """Append the rows of a piece that become examples."""
        self._make_room(len(next(iter(piece.values()))))
        inputs, *others = self._arrays
        _, targets, further = self._encoder.arrays(piece, inputs[self.size :])
        size = self.size + len(targets)
        for array, part in zip(others, (targets, *further), strict=True):
            array[self.size : size] = part
        self.size = size

    def _make_room(self, rows: int) -> None:
        room = len(self._arrays[0])
        if self.size + rows > room:
            more = max(self.size + rows, room + room // 2) - self.size
            self._arrays = [
                np.concatenate((one[: self.size], np.empty((more, *one.shape[1:]), one.dtype)))
                for one in self._arrays
            ]

    def dataset(self, notes: tuple[str, ...]) -> Dataset:
        """What was collected."""
        inputs, targets, *further = (array[: self.size] for array in self._arrays)
        columns = tuple(
            replace(column, values=values)
            for column, values in zip(self._like.columns, further, strict=True)
        )
        return replace(self._like, inputs=inputs, targets=targets, columns=columns, notes=notes)
