"""How the numbers of one feature are spread: a few figures, and a histogram."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

#: Bars of a histogram, unless told.
BINS = 20
#: Up to so many different whole numbers each have a bar of their own.
_OWN_BARS = 32
#: Larger numbers are made smaller before they are squared or subtracted.
_SQUARABLE = 1e150


@dataclass(frozen=True)
class Statistics:
    """Of the finite numbers; those that are missing (NaN) or infinite are only counted.

    Attributes:
        count: how many numbers, missing ones included.
        missing: how many of them are NaN or infinite.
        least, greatest, mean: NaN where there is no number.
        deviation: the standard deviation of these numbers (divided by n).
        distinct: how many different ones.
    """

    count: int
    missing: int
    least: float
    greatest: float
    mean: float
    deviation: float
    distinct: int


def statistics(values: np.ndarray) -> Statistics:
    """The figures of ``values``, of any shape."""
    finite = _finite(values)
    if not finite.size:
        nan = float("nan")
        return Statistics(values.size, values.size, nan, nan, nan, nan, 0)
    mean, deviation = _mean_and_deviation(finite)
    return Statistics(
        count=values.size,
        missing=values.size - finite.size,
        least=float(finite.min()),
        greatest=float(finite.max()),
        mean=mean,
        deviation=deviation,
        distinct=_distinct(finite),
    )


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many numbers lie between neighbouring ``edges``, the last edge included.

    Attributes:
        edges: ``(bins + 1,)``, rising.
        counts: ``(groups, bins)``: by class, or one row for all.
    """

    edges: np.ndarray
    counts: np.ndarray

    @property
    def bins(self) -> int:
        """The number of bars."""
        return len(self.edges) - 1


def histogram(
    values: np.ndarray,
    bins: int = BINS,
    labels: np.ndarray | None = None,
    groups: int = 1,
) -> Histogram:
    """Equally wide bars from the least to the greatest of the finite ``values``.

    A few whole numbers get a bar each, in the middle of which they stand.

    Args:
        values: ``(n,)``, or ``(n, places…)``.
        labels: ``(n,)``, which group each example belongs to; ``None``: all to the first.
    """
    flat = values.reshape(len(values), prod(values.shape[1:]))
    group = np.zeros(len(flat), np.int64) if labels is None else labels.astype(np.int64)
    if flat.dtype == np.uint8 and flat.size:
        return _of_bytes(flat, group, bins, groups)
    is_finite = np.isfinite(flat) if flat.dtype.kind == "f" else np.ones(flat.shape, bool)
    numbers = flat[is_finite].astype(np.float64)
    group = np.repeat(group, flat.shape[1]).reshape(flat.shape)[is_finite]
    if not numbers.size:
        return Histogram(np.array([0.0, 1.0]), np.zeros((groups, 1), np.int64))
    scale = 4.0 if np.abs(numbers).max() > _SQUARABLE else 1.0
    numbers = numbers / scale
    edges = _edges(numbers, bins)
    bins = len(edges) - 1
    counts = np.bincount(group * bins + _places(numbers, edges), minlength=groups * bins)
    return Histogram(edges * scale, counts.reshape(groups, bins))


def _of_bytes(flat: np.ndarray, group: np.ndarray, bins: int, groups: int) -> Histogram:
    """Of pixels: each of 256 values is counted first, which is far less work."""
    levels = np.stack(
        [np.bincount(flat[group == k].reshape(-1), minlength=256) for k in range(groups)]
    )
    values = np.flatnonzero(levels.sum(axis=0))
    edges = _edges(values.astype(np.float64), bins)
    counts = np.zeros((groups, len(edges) - 1), np.int64)
    for value, place in zip(values, _places(values, edges), strict=True):
        counts[:, place] += levels[:, value]
    return Histogram(edges, counts)


def _places(numbers: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Which bar each number belongs to; the bars are equally wide."""
    bins = len(edges) - 1
    share = (numbers - edges[0]) / (edges[-1] - edges[0])
    places: np.ndarray = np.minimum((share * bins).astype(np.int64), bins - 1)
    return places


def _mean_and_deviation(finite: np.ndarray) -> tuple[float, float]:
    """In two passes: the difference of large sums would not be exact enough."""
    largest = max(abs(float(finite.min())), abs(float(finite.max())))
    # Squares of what is larger are no numbers any more.
    scale = largest if largest > _SQUARABLE else 1.0
    scaled = finite / scale if scale > 1.0 else finite
    mean = float(scaled.mean(dtype=np.float64))
    deviation = float(np.sqrt(np.square(scaled - mean, dtype=np.float64).mean()))
    return mean * scale, deviation * scale


def _edges(numbers: np.ndarray, bins: int) -> np.ndarray:
    low, high = float(numbers.min()), float(numbers.max())
    if high - low < _OWN_BARS and np.array_equal(numbers, np.floor(numbers)):
        return np.arange(low - 0.5, high + 1)
    if low == high:
        margin = abs(low) / 2 or 0.5
        return np.array([low - margin, low + margin])
    return np.linspace(low, high, bins + 1)


def _finite(values: np.ndarray) -> np.ndarray:
    flat = values.reshape(-1)
    return flat[np.isfinite(flat)] if flat.dtype.kind == "f" else flat


def _distinct(finite: np.ndarray) -> int:
    if finite.dtype == np.uint8:
        return int(np.count_nonzero(np.bincount(finite, minlength=256)))
    return len(np.unique(finite))
