"""Curves of long runs: exact for the latest steps, folded for older ones, bounded in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from math import isnan

import numpy as np
import pytest

from nnstudio.training.history import (
    FIRST_WIDTH,
    MOST_BUCKETS,
    RAW_STEPS,
    EpochFigures,
    History,
    StepSeries,
)

MANY = 1_100_000


def series_of(values: np.ndarray) -> StepSeries:
    series = StepSeries()
    for value in values.tolist():
        series.append(value)
    return series


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """A falling curve with noise, exact in float32."""
    rng = np.random.default_rng(0)
    curve = 1000 / (1 + np.arange(MANY) / 10_000) + rng.normal(size=MANY)
    return curve.astype(np.float32).astype(np.float64)


@pytest.fixture(scope="module")
def long(values: np.ndarray) -> StepSeries:
    return series_of(values)


def check_curve(series: StepSeries, values: np.ndarray) -> None:
    """The whole of ``series`` against all the ``values`` it was given."""
    steps, least, mean, greatest = series.curve()
    assert len(series) == len(values)
    start, width = (int(n) for n in series.arrays()["shape"])
    folded = values[:start].reshape(-1, width)
    buckets = len(folded)
    np.testing.assert_array_equal(least[:buckets], folded.min(axis=1))
    np.testing.assert_array_equal(greatest[:buckets], folded.max(axis=1))
    np.testing.assert_allclose(mean[:buckets], folded.mean(axis=1), rtol=1e-6)
    middles = np.arange(start).reshape(-1, width).mean(axis=1)
    np.testing.assert_array_equal(steps[:buckets], middles)
    for curve in (least, mean, greatest):
        np.testing.assert_array_equal(curve[buckets:], values[start:])
    np.testing.assert_array_equal(steps[buckets:], np.arange(start, len(values)))
    assert len(values) - start >= min(len(values), RAW_STEPS // 2), "the latest steps are raw"


@pytest.mark.parametrize(
    "count",
    [0, 1, 1024, 1025, RAW_STEPS - 1, RAW_STEPS, RAW_STEPS + 1, 2 * RAW_STEPS, 3 * RAW_STEPS + 5],
)
def test_a_curve_holds_every_step_at_every_length(values: np.ndarray, count: int) -> None:
    check_curve(series_of(values[:count]), values[:count])


def test_least_mean_and_greatest_are_right_after_more_than_a_million_steps(
    long: StepSeries, values: np.ndarray
) -> None:
    check_curve(long, values)


def test_memory_is_bounded(long: StepSeries) -> None:
    arrays = long.arrays()
    assert int(arrays["shape"][1]) > FIRST_WIDTH, "the test is long enough to fold twice"
    assert len(arrays["buckets"]) <= MOST_BUCKETS
    assert len(arrays["raw"]) <= RAW_STEPS
    assert sum(array.nbytes for array in arrays.values()) <= 4 * RAW_STEPS + 12 * MOST_BUCKETS + 16


@pytest.mark.parametrize("back", [0, 1, 1000, RAW_STEPS, 500_000, MANY])
def test_a_curve_can_be_asked_for_from_a_step_on(long: StepSeries, back: int) -> None:
    since = MANY - back
    whole, part = long.curve(), long.curve(since)
    kept = len(part[0])
    for all_of_it, some in zip(whole, part, strict=True):
        np.testing.assert_array_equal(all_of_it[len(all_of_it) - kept :], some)
    width = int(long.arrays()["shape"][1])
    outside = whole[0][: len(whole[0]) - kept]
    assert (outside < since).all()
    assert (part[0] > since - width).all()


def test_a_series_cut_off_within_a_bucket_keeps_its_peaks(values: np.ndarray) -> None:
    whole = series_of(values[: 2 * RAW_STEPS])
    middle = 5 * FIRST_WIDTH + FIRST_WIDTH // 2 + 1
    _, least, mean, greatest = whole.until(middle).curve()
    for curve in (least, mean, greatest):
        assert len(curve) == middle
    first = values[: 5 * FIRST_WIDTH].reshape(-1, FIRST_WIDTH)
    kept = mean[: 5 * FIRST_WIDTH].reshape(-1, FIRST_WIDTH)
    np.testing.assert_array_equal(kept.min(axis=1), first.min(axis=1))
    np.testing.assert_array_equal(kept.max(axis=1), first.max(axis=1))


def test_a_series_goes_on_after_a_file_as_if_nothing_had_been(values: np.ndarray) -> None:
    for count in (0, 5, 1500, RAW_STEPS, RAW_STEPS + 7, 5 * RAW_STEPS):
        straight = series_of(values[:count])
        read = StepSeries.from_arrays(straight.arrays())
        for value in values[count : count + RAW_STEPS].tolist():
            straight.append(value)
            read.append(value)
        for a, b in zip(straight.curve(), read.curve(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_what_was_kept_does_not_change_when_the_run_goes_on(values: np.ndarray) -> None:
    series = series_of(values[:2000])
    kept = series.arrays()
    before = {name: array.copy() for name, array in kept.items()}
    for value in values[2000:3000].tolist():
        series.append(value)
    for name, array in kept.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_reader_sees_a_sound_curve_while_another_thread_writes() -> None:
    series = StepSeries()
    count = 4 * RAW_STEPS

    def write() -> None:
        for step in range(count):
            series.append(step)

    writer = threading.Thread(target=write)
    writer.start()
    seen = 0
    while seen < count:
        steps, least, mean, greatest = series.curve()
        if len(steps):
            assert seen <= steps[-1] + 1, "a curve never gets shorter"
            seen = int(steps[-1]) + 1
        # The value of each step is its number, so a bucket's mean is its middle.
        np.testing.assert_array_equal(mean, steps)
        assert (least <= mean).all()
        assert (mean <= greatest).all()
    writer.join()


# ---------------------------------------------------------------- damaged files


@pytest.mark.parametrize(
    "change",
    [
        {"shape": np.array([0, 0])},
        {"shape": np.array([0, -64])},
        {"shape": np.array([-RAW_STEPS, 64])},
        {"shape": np.array([0.0, np.inf])},
        {"shape": np.array([0, 64, 1])},
        {"shape": np.array(0)},
        {"shape": np.array([100, 100]), "buckets": np.zeros((1, 3), np.float32)},
        {"shape": np.array([64, 64]), "buckets": np.zeros((1, 3), np.float32)},
        {"shape": np.array([RAW_STEPS, 100]), "buckets": np.zeros((655, 3), np.float32)},
        {"shape": np.array([RAW_STEPS, 64]), "buckets": np.zeros((7, 3), np.float32)},
        {"buckets": np.zeros((0, 2), np.float32)},
        {"buckets": np.zeros((5, 3), np.float32)},
        {"raw": np.zeros((3, 1), np.float32)},
        {"raw": np.zeros(RAW_STEPS + 1, np.float32)},
    ],
)
def test_parts_that_do_not_fit_together_are_refused(change: dict[str, np.ndarray]) -> None:
    arrays = StepSeries().arrays()
    assert len(StepSeries.from_arrays(arrays)) == 0
    with pytest.raises(ValueError, match="history"):
        StepSeries.from_arrays({**arrays, **change})


def test_a_missing_part_is_refused() -> None:
    arrays = History().arrays()
    for name in arrays:
        with pytest.raises(KeyError):
            History.from_arrays({key: value for key, value in arrays.items() if key != name})


@pytest.mark.parametrize(
    "table", [np.zeros(6), np.zeros((2, 5)), np.full((1, 6), np.nan), np.full((1, 6), np.inf)]
)
def test_a_table_of_epochs_that_is_none_is_refused(table: np.ndarray) -> None:
    with pytest.raises(ValueError, match="history"):
        History.from_arrays({**History().arrays(), "epochs": table})


# ---------------------------------------------------------------- epochs


def test_the_figures_of_every_epoch_survive_a_file() -> None:
    history = History()
    figures = [
        EpochFigures(10, 0.5, 0.9, 0.25, 0.75, 1.5),
        EpochFigures(20, 0.4, 0.95, float("nan"), float("nan"), 3.0),
    ]
    for row in figures:
        history.add_epoch(row)
    for loss in (1.0, 0.5):
        history.add_step(loss)
    read = History.from_arrays(history.arrays())
    assert read.epochs[0] == replace(figures[0], epoch=1)
    assert read.epochs[1].step == 20
    assert isnan(read.epochs[1].val_loss)
    np.testing.assert_array_equal(read.steps.curve()[2], [1.0, 0.5])
