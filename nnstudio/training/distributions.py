"""How numbers are distributed, and how that changes in the course of a run, in bounded memory.

A histogram's bins divide −2ᵏ … 2ᵏ evenly, where 2ᵏ is the smallest power of two beyond all values.
Bins of a wider range are pairs of those of a narrower one, so histograms of different ranges are
brought to a common one, and added up, exactly: nothing is spread or guessed.

The course of a run is a row of columns (:mod:`nnstudio.training.rows`), each the histogram of some
samples one after the other: at most ``MOST_COLUMNS`` of ``BINS`` numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnstudio.engine.layer import Array

#: Bins of every histogram; a power of two.
BINS = 128
#: Ranges are no narrower than 2 to this power: what is smaller counts as 0.
LEAST_EXPONENT = -40
#: Of larger arrays so many values, evenly from all, stand for the whole.
MOST_VALUES = 16_384
#: Columns of one row, at most: with 4 bytes for each bin about 74 kB.
MOST_COLUMNS = 128
_BYTES_OF_COLUMN = 4 * BINS + 64


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many values lie in each bin of −2ᵏ … 2ᵏ.

    Attributes:
        exponent: k.
        counts: (BINS,) from the least to the greatest.
        nan, infinite: values that are in no bin.
    """

    exponent: int
    counts: Array
    nan: int = 0
    infinite: int = 0

    @staticmethod
    def of(values: Array, exponent: int | None = None) -> Histogram:
        """The histogram of all ``values``, of any shape.

        Args:
            exponent: of a range that covers them, if it is to be wider than the narrowest.
        """
        flat = np.asarray(values).reshape(-1)
        finite = np.isfinite(flat)
        nan = infinite = 0
        if not finite.all():
            nan = int(np.isnan(flat).sum())
            infinite = int(flat.size - finite.sum()) - nan
            flat = flat[finite]
        narrowest = _exponent_of(float(np.abs(flat).max())) if flat.size else LEAST_EXPONENT
        chosen = narrowest if exponent is None else exponent
        if chosen < narrowest:
            raise ValueError(f"values reach beyond 2^{chosen}: at least 2^{narrowest} is needed")
        # Scaling by a power of two is exact, so equal values share a bin whatever the range.
        scaled = np.floor(np.ldexp(flat.astype(np.float64), -chosen) * (BINS // 2))
        places = scaled.astype(np.intp) + BINS // 2
        counts = np.bincount(places, minlength=BINS).astype(np.uint32)
        return Histogram(chosen, counts, nan, infinite)

    @property
    def limit(self) -> float:
        """Where the range ends: at minus and plus this."""
        return float(2.0**self.exponent)

    @cached_property
    def total(self) -> int:
        """How many values lie in the bins."""
        return int(self.counts.sum())

    @property
    def edges(self) -> Array:
        """The ends of the bins, BINS + 1 of them."""
        edges: Array = np.linspace(-self.limit, self.limit, BINS + 1)
        return edges

    @cached_property
    def reach(self) -> int:
        """The smallest k for which 995 of 1,000 values lie within −2ᵏ … 2ᵏ, to half a bin."""
        half, narrower = BINS // 2, 0
        while half >> (narrower + 1) >= 1:
            near = half >> (narrower + 1)
            if self.counts[BINS // 2 - near : BINS // 2 + near].sum() < 0.995 * self.total:
                break
            narrower += 1
        return self.exponent - narrower

    def widened(self, exponent: int) -> Histogram:
        """The same values in bins of a wider range: as if they had been counted there."""
        counts = self.counts
        half, quarter = BINS // 2, BINS // 4
        for _ in range(min(exponent - self.exponent, half.bit_length() + 1)):
            wider = np.zeros_like(counts)
            wider[quarter : quarter + half] = counts.reshape(half, 2).sum(axis=1)
            counts = wider
        return Histogram(max(exponent, self.exponent), counts, self.nan, self.infinite)

    def __add__(self, other: Histogram) -> Histogram:
        """The values of both."""
        exponent = max(self.exponent, other.exponent)
        counts = self.widened(exponent).counts + other.widened(exponent).counts
        return Histogram(
            exponent, counts, self.nan + other.nan, self.infinite + other.infinite
        )  # fmt: skip

    def shares(self, exponent: int) -> Array:
        """The share of all finite values in each bin of −2^exponent … 2^exponent.

        In a narrower range than its own each bin is spread over those it covers, and what lies
        beyond is left out.
        """
        total = max(1, self.total)
        if exponent >= self.exponent:
            return np.asarray(self.widened(exponent).counts / total)
        counts = self.counts.astype(np.float64)
        half, quarter = BINS // 2, BINS // 4
        for _ in range(self.exponent - exponent):
            counts = counts[quarter : quarter + half].repeat(2) / 2
        return np.asarray(counts / total)

    @cached_property
    def _below(self) -> Array:
        below: Array = np.cumsum(self.counts)
        return below

    def quantile(self, share: float) -> float:
        """The value below which this share of the finite values lies, to half a bin."""
        if not self.total:
            return 0.0
        place = int(np.searchsorted(self._below, share * self.total))
        width = 2 * self.limit / BINS
        return -self.limit + (min(place, BINS - 1) + 0.5) * width


def _exponent_of(greatest: float) -> int:
    """The smallest k with ``greatest`` < 2ᵏ."""
    return max(LEAST_EXPONENT, int(np.frexp(greatest)[1])) if greatest else LEAST_EXPONENT


def thinned(values: Array, most: int = MOST_VALUES) -> Array:
    """At most ``most`` of ``values``, evenly from all."""
    flat = values.reshape(-1)
    if flat.size <= most:
        return flat
    # A stride that shares a factor with the rows would always take the same columns.
    chosen: Array = flat[np.linspace(0, flat.size - 1, most).astype(np.intp)]
    return chosen


@dataclass(frozen=True, eq=False)
class Column:
    """The histogram of samples one after the other.

    Attributes:
        first, last: the steps of the first and of the last sample.
        samples: how many there are.
    """

    first: int
    last: int
    histogram: Histogram
    samples: int = 1

    def __add__(self, later: Column) -> Column:
        histogram = self.histogram + later.histogram
        return Column(self.first, later.last, histogram, self.samples + later.samples)


def columns_within(budget: int, rows: int) -> int:
    """How many columns each of ``rows`` may have, so that all together take ``budget`` bytes."""
    return max(8, min(MOST_COLUMNS, budget // (max(1, rows) * _BYTES_OF_COLUMN)))


def common_exponent(columns: Sequence[Column], most: float = 0.95) -> int:
    """The narrowest range that shows nearly all values of nearly all columns.

    A column with a value far out must not flatten all the rest.
    """
    reaches = [c.histogram.reach for c in columns if c.histogram.total]
    return int(np.quantile(reaches, most, method="higher")) if reaches else 0
