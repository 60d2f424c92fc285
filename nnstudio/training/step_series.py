"""A number per step of a run: the latest ones as they were, older ones in buckets.

One thread appends, others read without a lock: the count is published last, and what was published
never changes. The last steps are kept raw; older ones are folded into buckets of (least, mean,
greatest), whose width doubles when there are too many of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[Any]]
#: (least, mean, greatest) of each group of steps.
Groups = tuple[Floats, Floats, Floats]

#: How many of the latest steps are kept one by one.
RAW_STEPS = 65_536
#: How many buckets of older steps there are at most.
MOST_BUCKETS = 8_192
#: How many steps a bucket holds at first.
FIRST_WIDTH = 64
#: How many raw values there is room for at first.
_FIRST_ROOM = 1024


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

    def __init__(self, raw_steps: int = RAW_STEPS, most_buckets: int = MOST_BUCKETS) -> None:
        """Powers of two: how many steps are kept one by one, and how many buckets at most."""
        self._raw_steps, self._most_buckets = raw_steps, most_buckets
        room = min(_FIRST_ROOM, raw_steps)
        self._block = _Block(
            0, FIRST_WIDTH, np.zeros((0, 3), np.float32), np.empty(room, np.float32), 0
        )
        self._known_buckets: tuple[_Block, int, Groups] | None = None
        self._known_raw: tuple[_Block, int, Groups] | None = None

    def __len__(self) -> int:
        block = self._block
        return block.start + block.count

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return self._block.raw.nbytes + self._block.buckets.nbytes

    def append(self, value: float) -> None:
        """Add the value of the next step; for the one writing thread."""
        block = self._block
        if block.count == len(block.raw):
            is_full = block.count >= self._raw_steps
            block = self._block = self._folded() if is_full else self._grown()
        block.raw[block.count] = value
        block.count += 1

    def _grown(self) -> _Block:
        old = self._block
        raw = np.empty(min(self._raw_steps, 2 * len(old.raw)), np.float32)
        raw[: old.count] = old.raw[: old.count]
        return _Block(old.start, old.width, old.buckets, raw, old.count)

    def _folded(self) -> _Block:
        """The older half of the raw values becomes buckets."""
        old, half = self._block, self._raw_steps // 2
        width = old.width
        groups = old.raw[:half].reshape(-1, width)
        new = np.stack([groups.min(1), groups.mean(1), groups.max(1)], axis=1)
        buckets = np.concatenate([old.buckets, new])
        while len(buckets) > self._most_buckets and width < half:
            buckets, width = _halved(buckets), 2 * width
        raw = np.empty(self._raw_steps, np.float32)
        raw[: old.count - half] = old.raw[half : old.count]
        return _Block(old.start + half, width, buckets, raw, old.count - half)

    # ------------------------------------------------------------------ reading

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

    def value(self, step: int) -> float:
        """The value of one step, or the mean of those it was folded with; NaN if there is none."""
        block = self._block
        if not 0 <= step < block.start + block.count:
            return nan
        if step >= block.start:
            return float(block.raw[step - block.start])
        return float(block.buckets[step // block.width, 1])

    def thinned(
        self, most: int, since: int = 0, until: int | None = None
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """The curve from ``since`` to before ``until``, as at most about ``most`` points.

        Neighbours are put together by powers of two, with the least and the greatest of them, so
        that no peak is lost and the cost doesn't depend on how long the run is. Groups begin at
        multiples of their size, and may reach a little beyond the ends.
        """
        block = self._block
        end = block.start + block.count
        until = end if until is None else max(0, min(until, end))
        since = max(0, min(since, until))
        grain = 1
        while until - since > grain * most:
            grain *= 2
        parts = []
        if since < block.start:
            width = max(grain, block.width)
            buckets = self._grouped_buckets(block, width)
            parts.append(_between(buckets, 0, width, since, min(until, block.start)))
        if until > block.start:
            groups = self._grouped_raw(block, grain)
            parts.append(_between(groups, block.start, grain, max(since, block.start), until))
            done = block.start + len(groups[0]) * grain
            if until > done:  # the last few, which don't fill a group yet
                rest = block.raw[max(done, since) - block.start : until - block.start]
                place = (max(done, since) + until - 1) / 2
                last = (place, rest.min(), rest.mean(), rest.max())
                parts.append(tuple(np.array([value]) for value in last))
        if not parts:
            none = np.zeros(0)
            return none, none, none, none
        joined = [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
        return joined[0], joined[1], joined[2], joined[3]

    def _grouped_buckets(self, block: _Block, width: int) -> Groups:
        """The buckets of a block as ones of this width; remembered, for they don't change."""
        known = self._known_buckets
        if known is None or known[0] is not block or known[1] != width:
            group = width // block.width
            least, mean, greatest = block.buckets.T
            whole = len(least) // group * group
            groups = _halved_often(least[:whole], mean[:whole], greatest[:whole], group)
            if whole < len(least):  # half a group at the end counts as one
                rest = (least[whole:].min(), mean[whole:].mean(), greatest[whole:].max())
                pairs = zip(groups, rest, strict=True)
                groups = tuple(np.append(array, value) for array, value in pairs)  # type: ignore[assignment]
            known = self._known_buckets = (block, width, groups)
        return known[2]

    def _grouped_raw(self, block: _Block, grain: int) -> Groups:
        """The raw values in full groups; only those that are new are looked at again."""
        known = self._known_raw
        if known is None or known[0] is not block or known[1] != grain:
            none = np.zeros(0, np.float32)
            known = (block, grain, (none, none, none))
        groups = known[2]
        done, full = len(groups[0]) * grain, block.count // grain * grain
        if full > done:
            new = block.raw[done:full]
            more = _halved_often(new, new, new, grain)
            pairs = zip(groups, more, strict=True)
            groups = tuple(np.concatenate(pair) for pair in pairs)  # type: ignore[assignment]
            self._known_raw = (block, grain, groups)
        return groups

    # ------------------------------------------------------------------ keeping

    def until(self, count: int) -> StepSeries:
        """The first ``count`` steps, as a series of its own.

        A bucket that is cut through becomes single values again: its extremes, and its mean for
        all others.
        """
        block, half = self._block, self._raw_steps // 2
        start = min(block.start, count // half * half)
        known = start // block.width
        cut = block.buckets[known : known - (start - count) // block.width]
        spread = np.repeat(cut[:, 1:2], block.width, axis=1)
        spread[:, 0], spread[:, block.width // 2] = cut[:, 0], cut[:, 2]
        raw = spread.reshape(-1)
        if start == block.start:
            raw = block.raw[: block.count]
        arrays = {
            "shape": np.array([start, block.width], np.int64),
            "buckets": block.buckets[:known],
            "raw": raw[: count - start],
        }
        return StepSeries.from_arrays(arrays, self._raw_steps, self._most_buckets)

    def arrays(self) -> dict[str, Floats]:
        """A copy that can be kept or written to a file."""
        block = self._block
        count = block.count
        shape = np.array([block.start, block.width], np.int64)
        return {"shape": shape, "buckets": block.buckets.copy(), "raw": block.raw[:count].copy()}

    @classmethod
    def from_arrays(
        cls,
        arrays: Mapping[str, Floats],
        raw_steps: int = RAW_STEPS,
        most_buckets: int = MOST_BUCKETS,
    ) -> StepSeries:
        """The inverse of :meth:`arrays`.

        Raises:
            KeyError, ValueError: the arrays don't fit together.
        """
        shape, buckets, values = arrays["shape"], arrays["buckets"], arrays["raw"]
        if shape.shape != (2,) or shape.dtype.kind != "i":
            raise ValueError("the history's shape is not two whole numbers")
        start, width = int(shape[0]), int(shape[1])
        half = raw_steps // 2  # what is folded at a time, and so a multiple of every width
        fits = (
            start >= 0
            and start % half == 0
            and width > 0
            and half % width == 0
            and buckets.shape == (start // width, 3)
            and values.ndim == 1
            and len(values) <= raw_steps
        )
        if not fits:
            raise ValueError("the history's parts don't fit together")
        series = cls(raw_steps, most_buckets)
        size = min(_FIRST_ROOM, raw_steps)
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


def _halved_often(least: Floats, mean: Floats, greatest: Floats, group: int) -> Groups:
    """Every ``group`` neighbours, a power of two, as one.

    Halving again and again takes a tenth of the time of a minimum along short rows.
    """
    while group > 1:
        least = np.minimum(least[0::2], least[1::2])
        mean = (mean[0::2] + mean[1::2]) / 2
        greatest = np.maximum(greatest[0::2], greatest[1::2])
        group //= 2
    return least, mean, greatest


def _between(groups: Groups, start: int, width: int, since: int, until: int) -> tuple[Floats, ...]:
    """Places and values of the groups of ``width`` from ``start`` on that hold these steps."""
    first, last = (since - start) // width, -(-(until - start) // width)
    kept = tuple(array[first:last] for array in groups)
    numbers = np.arange(first, first + len(kept[0]))
    return ((numbers + 0.5) * width + (start - 0.5), *kept)
