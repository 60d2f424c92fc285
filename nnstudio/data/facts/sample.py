"""The examples that facts are taken from: all of them, or a sample that fits into memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.progress import tell

#: So many examples, and so many numbers of inputs, are looked at. What the eye can tell from
#: a histogram or a mean doesn't change any more.
MOST_EXAMPLES, MOST_NUMBERS = 100_000, 5_000_000
#: Examples read together.
_TOGETHER = 4096


@dataclass(frozen=True, eq=False)
class Sample:
    """Some examples of a dataset, in memory.

    Attributes:
        dataset: these examples.
        rows: their positions in the whole, rising.
        total: how many there are to choose from.
    """

    dataset: Dataset
    rows: np.ndarray
    total: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out."""
        return len(self.rows) == self.total

    def __str__(self) -> str:
        if self.is_whole:
            return f"all {self.total:,} examples"
        return f"a sample of {len(self.rows):,} of the {self.total:,} examples"


def sample(
    dataset: Dataset,
    rows: np.ndarray | None = None,
    most: int = MOST_EXAMPLES,
    *,
    most_numbers: int = MOST_NUMBERS,
    seed: int = 0,
) -> Sample:
    """All examples of ``dataset`` (or those at ``rows``), or by chance as many as are manageable.

    What is read from a disk is chosen in blocks of neighbours.
    """
    candidates = np.arange(dataset.size) if rows is None else rows
    width = max(1, dataset.inputs[:1].size)
    count = min(most, max(1, most_numbers // width))
    chosen = chosen_rows(candidates, count, seed, dataset.block)
    if len(chosen) == dataset.size:
        return Sample(dataset, chosen, len(candidates))
    small = Dataset(
        dataset.name,
        gathered(dataset.inputs, chosen),
        gathered(dataset.targets, chosen),
        classes=dataset.classes,
        input_names=dataset.input_names,
        target_names=dataset.target_names,
        columns=tuple(
            Column(column.name, gathered(column.values, chosen), column.classes)
            for column in dataset.columns
        ),
    )
    return Sample(small, chosen, len(candidates))


def chosen_rows(candidates: np.ndarray, count: int, seed: int = 0, block: int = 0) -> np.ndarray:
    """``count`` of the ``candidates`` in their order, or all where there aren't more.

    Args:
        block: choose whole blocks of so many neighbours; 0: each by itself.
    """
    if len(candidates) <= count:
        return candidates
    random = np.random.default_rng(seed)
    width = max(1, min(block, count))
    blocks = -(-len(candidates) // width)
    starts = random.choice(blocks, -(-count // width), replace=False) * width
    places = np.sort((starts[:, np.newaxis] + np.arange(width)).ravel())
    result: np.ndarray = candidates[places[places < len(candidates)][:count]]
    return result


def gathered(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The values at ``rows``, read a piece at a time so that it can be given up."""
    result = np.empty((len(rows), *values.shape[1:]), values.dtype)
    for start in range(0, len(rows), _TOGETHER):
        tell(start, len(rows))
        piece = rows[start : start + _TOGETHER]
        values.take(piece, 0, result[start : start + len(piece)], "clip")
    return result
