"""Histograms that widen without losing a value, and rows of them that never grow too long."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnstudio.engine.layer import Array
from nnstudio.training.distributions import (
    BINS,
    LEAST_EXPONENT,
    MOST_COLUMNS,
    Column,
    Histogram,
    columns_within,
    common_exponent,
    thinned,
)
from nnstudio.training.rows import Row

FINITE = st.floats(-1e6, 1e6, width=32)
VALUES = arrays(np.float32, st.integers(0, 60), elements=FINITE)
ANY = arrays(np.float32, st.integers(0, 60), elements=st.floats(width=32))


def sample(step: int, values: Sequence[float] | Array) -> Column:
    return Column(step, step, Histogram.of(np.asarray(values)))


@given(ANY)
def test_every_value_is_counted_once_and_nan_and_infinity_apart(values: Array) -> None:
    histogram = Histogram.of(values)
    assert histogram.total == np.isfinite(values).sum()
    assert histogram.nan == np.isnan(values).sum()
    assert histogram.infinite == np.isinf(values).sum()


@given(VALUES)
def test_the_range_covers_all_values_and_half_of_it_would_not(values: Array) -> None:
    histogram = Histogram.of(values)
    assert (np.abs(values) < histogram.limit).all()
    if histogram.exponent > LEAST_EXPONENT:
        assert np.abs(values).max() >= histogram.limit / 2


@given(VALUES)
def test_each_bin_holds_the_values_between_its_edges(values: Array) -> None:
    histogram = Histogram.of(values)
    edges = histogram.edges
    for i in np.flatnonzero(histogram.counts):
        inside = (edges[i] <= values) & (values < edges[i + 1])
        assert histogram.counts[i] == inside.sum()


@given(VALUES, st.integers(0, 12))
def test_widening_is_the_same_as_counting_in_the_wider_range(values: Array, by: int) -> None:
    histogram = Histogram.of(values)
    wider = histogram.exponent + by
    np.testing.assert_array_equal(
        histogram.widened(wider).counts, Histogram.of(values, wider).counts
    )


@given(VALUES, VALUES)
def test_adding_is_the_same_as_counting_both_together(first: Array, second: Array) -> None:
    added = Histogram.of(first) + Histogram.of(second)
    together = Histogram.of(np.concatenate([first, second]), added.exponent)
    np.testing.assert_array_equal(added.counts, together.counts)


@given(VALUES.filter(len), st.integers(-3, 6))
def test_shares_add_up_to_what_lies_within_the_range(values: Array, by: int) -> None:
    histogram = Histogram.of(values)
    exponent = histogram.exponent + by
    shares = histogram.shares(exponent)
    assert shares.shape == (BINS,)
    if by >= 0:
        assert shares.sum() == pytest.approx(1)
    else:
        assert shares.sum() <= 1 + 1e-9


def test_a_range_that_is_too_narrow_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        Histogram.of(np.array([3.0]), exponent=1)


def test_of_many_values_some_from_everywhere_stand_for_all() -> None:
    values = np.arange(1_000_000)
    some = thinned(values)
    assert len(some) < 20_000
    assert some[0] == 0
    assert some[-1] == values[-1]
    assert np.median(some) == pytest.approx(np.median(values), rel=0.01)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=300), st.integers(2, 9))
def test_a_row_keeps_every_sample_in_few_columns_in_order(gaps: list[int], most: int) -> None:
    row, steps = Row[Column](most), np.cumsum(gaps)
    for step in steps:
        row.add(sample(int(step), [float(step)]))
    assert len(row) <= most
    assert sum(column.samples for column in row.entries) == len(steps)
    assert sum(column.histogram.total for column in row.entries) == len(steps)
    assert row.entries[0].first == steps[0]
    assert row.entries[-1].last == steps[-1]
    for before, after in zip(row.entries, row.entries[1:], strict=False):
        assert before.first <= before.last < after.first


def test_columns_of_a_long_run_cover_about_as_many_samples_each() -> None:
    row = Row[Column](16)
    for step in range(1, 1001):
        row.add(sample(step, [1.0] * 3))
    samples = [column.samples for column in row.entries[:-1]]
    assert max(samples) == min(samples)


def test_a_run_that_goes_back_takes_its_later_columns_with_it() -> None:
    row = Row[Column](MOST_COLUMNS)
    for step in (10, 20, 30):
        row.add(sample(step, [1.0]))
    row.add(sample(15, [1.0]))
    assert [column.last for column in row.entries] == [10, 15]
    assert row.at(14) is row.entries[0]
    assert row.at(99) is row.entries[1]
    assert row.at(3) is None


def test_a_step_that_is_sampled_twice_is_there_once() -> None:
    row = Row[Column](8)
    for value in (1.0, 2.0, 3.0):
        row.add(sample(10, [value]))
    (column,) = row.entries
    np.testing.assert_array_equal(column.histogram.counts, Histogram.of(np.array([3.0])).counts)


def test_memory_is_divided_among_all_rows() -> None:
    assert columns_within(32_000_000, 10) == 128
    assert columns_within(32_000_000, 1000) * 1000 * BINS * 4 <= 32_000_000
    assert columns_within(1, 10**9) >= 2


def test_one_value_far_out_does_not_flatten_the_picture() -> None:
    row = Row[Column](MOST_COLUMNS)
    for step in range(50):
        row.add(sample(step, np.random.default_rng(step).normal(0, 0.1, 1000)))
    before = common_exponent(row.entries)
    row.add(sample(50, [*np.zeros(1000), 1000.0]))
    assert common_exponent(row.entries) == before
    assert all(c.histogram.shares(before).sum() > 0.99 for c in row.entries[:50])


@given(VALUES.filter(len))
def test_half_of_the_values_lie_below_the_median(values: Array) -> None:
    histogram = Histogram.of(values)
    width = 2 * histogram.limit / BINS
    ranked = np.sort(values)
    lower = ranked[(len(values) - 1) // 2]
    assert abs(histogram.quantile(0.5) - lower) <= width
