"""What a run has been through: the loss of every step and the figures of every epoch.

One thread appends, others read without a lock: the count is published last, and what was published
never changes. Memory is bounded. The last steps are kept raw; older ones are folded into buckets of
(least, mean, greatest), whose width doubles when there are too many of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[Any]]

#: How many of the latest steps are kept one by one.
RAW_STEPS = 65_536
#: How many buckets of older steps there are at most.
MOST_BUCKETS = 8_192
#: How many steps a bucket holds at first.
FIRST_WIDTH = 64

EPOCH_COLUMNS = ("step", "train_loss", "train_metric", "val_loss", "val_metric", "seconds")


class _Block:
    """Raw values from step ``start`` on, and the folded ones before; replaced whole when full."""

    __slots__ = ("buckets", "count", "raw", "start", "width")

    def __init__(self, start: int, width: int, buckets: Floats, raw: Floats, count: int) -> None:
        self.start = start
        self.width = width
        self.buckets = buckets
        self.raw = raw
        self.count = count


class StepSeries:
    """One number per step, kept as this module's text says."""

    def __init__(self) -> None:
        self._block = _Block(
            0, FIRST_WIDTH, np.zeros((0, 3), np.float32), np.empty(1024, np.float32), 0
        )

    def __len__(self) -> int:
        block = self._block
        return block.start + block.count

    def append(self, value: float) -> None:
        """Add the value of the next step; for the one writing thread."""
        block = self._block
        if block.count == len(block.raw):
            block = self._block = self._folded() if block.count >= RAW_STEPS else self._grown()
        block.raw[block.count] = value
        block.count += 1

    def _grown(self) -> _Block:
        old = self._block
        raw = np.empty(min(RAW_STEPS, 2 * len(old.raw)), np.float32)
        raw[: old.count] = old.raw[: old.count]
        return _Block(old.start, old.width, old.buckets, raw, old.count)

    def _folded(self) -> _Block:
        """The older half of the raw values becomes buckets."""
        old, half = self._block, RAW_STEPS // 2
        width = old.width
        groups = old.raw[:half].reshape(-1, width)
        new = np.stack([groups.min(1), groups.mean(1), groups.max(1)], axis=1)
        buckets = np.concatenate([old.buckets, new])
        while len(buckets) > MOST_BUCKETS and width < half:
            buckets, width = _halved(buckets), 2 * width
        raw = np.empty(RAW_STEPS, np.float32)
        raw[: old.count - half] = old.raw[half : old.count]
        return _Block(old.start + half, width, buckets, raw, old.count - half)

    def curve(self, since: int = 0) -> tuple[Floats, Floats, Floats, Floats]:
        """(step, least, mean, greatest) from step ``since`` on; equal numbers where raw."""
        block = self._block
        count = block.count
        raw = block.raw[max(0, since - block.start) : count]
        first = block.start + max(0, since - block.start)
        steps = np.arange(first, first + len(raw), dtype=np.float64)
        if since >= block.start:
            return steps, raw, raw, raw
        skipped = since // block.width
        old = block.buckets[skipped:]
        middles = (np.arange(skipped, skipped + len(old)) + 0.5) * block.width - 0.5
        least, mean, greatest = (np.concatenate([old[:, i], raw]) for i in range(3))
        return np.concatenate([middles, steps]), least, mean, greatest

    def arrays(self) -> dict[str, Floats]:
        """A copy that can be kept or written to a file."""
        block = self._block
        count = block.count
        shape = np.array([block.start, block.width], np.int64)
        return {"shape": shape, "buckets": block.buckets.copy(), "raw": block.raw[:count].copy()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> StepSeries:
        """The inverse of :meth:`arrays`.

        Raises:
            KeyError, ValueError: the arrays don't fit together.
        """
        shape, buckets, values = arrays["shape"], arrays["buckets"], arrays["raw"]
        if shape.shape != (2,) or shape.dtype.kind != "i":
            raise ValueError("the history's shape is not two whole numbers")
        start, width = int(shape[0]), int(shape[1])
        half = RAW_STEPS // 2  # what is folded at a time, and so a multiple of every width
        fits = (
            start >= 0
            and start % half == 0
            and width > 0
            and half % width == 0
            and buckets.shape == (start // width, 3)
            and values.ndim == 1
            and len(values) <= RAW_STEPS
        )
        if not fits:
            raise ValueError("the history's parts don't fit together")
        series = cls()
        size = 1024
        while size < len(values):
            size *= 2
        raw = np.empty(size, np.float32)
        raw[: len(values)] = values
        series._block = _Block(start, width, buckets.astype(np.float32), raw, len(values))
        return series


def _halved(buckets: Floats) -> Floats:
    """Buckets twice as wide (their number is even: they come in powers of two)."""
    pairs = buckets.reshape(-1, 2, 3)
    return np.stack([pairs[:, :, 0].min(1), pairs[:, :, 1].mean(1), pairs[:, :, 2].max(1)], axis=1)


@dataclass(frozen=True)
class EpochFigures:
    """What is known at the end of an epoch; the metric is accuracy or RMSE, ``nan`` if unknown."""

    step: int
    train_loss: float
    train_metric: float
    val_loss: float
    val_metric: float
    seconds: float


class History:
    """The loss of every step and :class:`EpochFigures` of every epoch of one run."""

    def __init__(self) -> None:
        self.steps = StepSeries()
        self._epochs: list[EpochFigures] = []

    @property
    def epochs(self) -> tuple[EpochFigures, ...]:
        """The finished epochs, oldest first."""
        return tuple(self._epochs)

    def add_step(self, loss: float) -> None:
        """For the one writing thread."""
        self.steps.append(loss)

    def add_epoch(self, figures: EpochFigures) -> None:
        """For the one writing thread."""
        self._epochs.append(figures)

    def arrays(self) -> dict[str, Floats]:
        """A copy that can be kept or written to a file."""
        table = [[getattr(row, c) for c in EPOCH_COLUMNS] for row in self._epochs]
        epochs = np.array(table, np.float64).reshape(-1, len(EPOCH_COLUMNS))
        return {"epochs": epochs, **{f"steps.{k}": v for k, v in self.steps.arrays().items()}}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> History:
        """The inverse of :meth:`arrays`.

        Raises:
            KeyError, ValueError: the arrays don't fit together.
        """
        history = cls()
        prefix = "steps."
        history.steps = StepSeries.from_arrays(
            {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
        )
        table = arrays["epochs"]
        if table.ndim != 2 or table.shape[1] != len(EPOCH_COLUMNS):
            raise ValueError("the history's table of epochs has the wrong shape")
        if not np.isfinite(table[:, 0]).all():
            raise ValueError("the history's steps are not numbers")
        for row in table:
            figures = dict(zip(EPOCH_COLUMNS, map(float, row), strict=True))
            step = int(figures.pop("step"))
            history._epochs.append(EpochFigures(step=step, **figures))
        return history
