"""A run of a million steps, and a hundred thousand epochs: bounded, and exact where it counts."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.training.epoch_table import MOST_FOLDED, RAW_EPOCHS
from nnstudio.training.history import (
    MOST_BYTES,
    EpochFigures,
    Figure,
    History,
    figures_of,
)
from nnstudio.training.step_series import StepSeries

STEPS, EPOCHS = 1_100_000, 100_000
BEST = 31_415


def losses() -> np.ndarray:
    """Validation losses that fall, with noise, and one lucky epoch."""
    rng = np.random.default_rng(1)
    found = 2 + 1 / (1 + np.arange(EPOCHS) / 1000) + rng.normal(0, 0.05, EPOCHS)
    found[BEST - 1] = 1.0
    found[77_776] = 9.0
    return found


def figures(step: int, loss: float, val: float = nan) -> EpochFigures:
    return EpochFigures(step, loss, 0.5, val, 0.25, 1.5, further=(Figure("macro_f1", loss, val),))


@pytest.fixture(scope="module")
def long() -> History:
    history = History()
    for step in range(STEPS):
        history.add_step(1 / (1 + step), 0.01 * (step < STEPS // 2))
    for epoch, val in enumerate(losses().tolist(), 1):
        history.add_epoch(figures(11 * epoch, val / 2, val))
    return history


def test_memory_and_file_are_bounded(long: History) -> None:
    assert long.nbytes <= MOST_BYTES
    assert sum(array.nbytes for array in long.arrays().values()) <= MOST_BYTES
    assert len(long.epochs) <= RAW_EPOCHS + MOST_FOLDED
    assert (len(long.steps), len(long.rates), long.epoch_count) == (STEPS, STEPS, EPOCHS)


def test_the_best_epoch_the_last_ones_and_the_greatest_peak_are_all_there(long: History) -> None:
    expected = losses()
    best = long.best
    assert best is not None
    assert (best.epoch, best.val_loss, best.step) == (BEST, 1.0, 11 * BEST)
    assert max(long.epochs, key=lambda row: row.val_loss).epoch == 77_777
    latest = long.latest(1000)
    assert [row.epoch for row in latest] == list(range(EPOCHS - 999, EPOCHS + 1))
    assert [row.val_loss for row in latest] == expected[-1000:].tolist()
    assert long.epochs[-1] == latest[-1]


def test_every_row_that_is_kept_is_that_of_its_epoch(long: History) -> None:
    expected = losses()
    numbers = [row.epoch for row in long.epochs]
    assert numbers == sorted(set(numbers))
    for row in long.epochs:
        val = expected[row.epoch - 1]
        assert row == replace(figures(11 * row.epoch, val / 2, val), epoch=row.epoch)
    assert max(np.diff(numbers)) <= 2 * EPOCHS // (MOST_FOLDED // 4), "kept all along the run"


def test_columns_and_rows_say_the_same(long: History) -> None:
    columns, rows = long.columns(), long.epochs
    assert columns["epoch"].tolist() == [row.epoch for row in rows]
    assert columns["val_loss"].tolist() == [row.val_loss for row in rows]
    assert columns["train_macro_f1"].tolist() == [row.further[0].train for row in rows]


def test_it_goes_on_after_a_file_as_if_nothing_had_been(long: History) -> None:
    read = History.from_arrays(long.arrays())
    straight = History.from_arrays(long.arrays())
    assert read.epochs == long.epochs
    for epoch in range(3000):
        for history in (read, straight):
            history.add_epoch(figures(epoch, 1.0, float(epoch % 7)))
    assert read.epochs == straight.epochs
    assert read.epoch_count == EPOCHS + 3000
    np.testing.assert_array_equal(read.rates.curve()[2], long.rates.curve()[2])


def test_figures_of_an_epoch_that_is_no_longer_kept_are_those_of_the_one_before() -> None:
    rows = [replace(figures(1, 1.0), epoch=epoch) for epoch in (1, 4, 9)]
    assert [figures_of(rows, n).epoch for n in (1, 3, 4, 8, 9, 50)] == [1, 1, 4, 4, 9, 9]


def test_an_older_file_without_rates_and_further_figures_opens() -> None:
    history = History()
    for step in range(10_000):
        history.add_step(float(step), 0.1)
    for epoch in range(5000):
        history.add_epoch(EpochFigures(2 * epoch, 1.0, nan, 2.0, nan, 0.0))
    arrays = {k: v for k, v in history.arrays().items() if not k.startswith(("rates.", "epochs."))}
    kept = np.array([[2.0 * epoch, 1.0, nan, 2.0, nan, 0.0] for epoch in range(5000)])
    read = History.from_arrays({**arrays, "epochs": kept})
    assert read.epoch_count == 5000
    assert read.epochs == history.epochs, "folded in the same way"
    assert len(read.rates) == 10_000
    assert np.isnan(read.rates.curve()[2]).all()
    read.add_step(1.0, 0.5)
    assert read.rates.curve()[2][-1] == 0.5
    read.add_epoch(figures(10_000, 1.0, 2.0))
    assert read.further == ("macro_f1",)
    assert np.isnan(read.columns()["val_macro_f1"][:-1]).all()


@pytest.mark.parametrize(
    "change",
    [
        {"epochs.number": np.array([1, 1])},
        {"epochs.number": np.array([0, 1])},
        {"epochs.number": np.array([1, 2, 3])},
        {"epochs.number": np.array([1.0, np.nan])},
        {"epochs.number": np.array([1.0, np.inf])},
        {"epochs.shape": np.array([0, 4, 4])},
        {"epochs.shape": np.array([1024, 4])},
        {"epochs.shape": np.array([1024, 3])},
        {"epochs.shape": np.array([-1024, 4])},
        {"figure.macro_f1": np.zeros((3, 2))},
        {"rates.raw": np.zeros(3, np.float32)},
    ],
)
def test_epochs_that_make_no_sense_are_refused(change: dict[str, np.ndarray]) -> None:
    history = History()
    history.add_step(1.0, 0.1)
    for epoch in range(2):
        history.add_epoch(figures(epoch, 1.0))
    arrays = history.arrays()
    assert History.from_arrays(arrays).epoch_count == 2
    with pytest.raises(ValueError, match="history"):
        History.from_arrays({**arrays, **change})


def test_an_infinite_loss_counts_as_the_worst_and_not_as_the_best() -> None:
    history = History()
    for epoch in range(5000):
        history.add_epoch(figures(epoch, 1.0, inf if epoch == 10 else float(epoch + 1)))
    assert history.best is not None
    assert history.best.epoch == 1
    assert any(row.val_loss == inf for row in history.epochs)


# ---------------------------------------------------------------- fewer points


def series_of(values: list[float]) -> StepSeries:
    series = StepSeries(raw_steps=256, most_buckets=16)
    for value in values:
        series.append(value)
    return series


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=3000),
    st.integers(1, 300),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_thinned_curve_has_few_points_and_loses_no_peak(
    values: list[float], most: int, begin: float, end: float
) -> None:
    series = series_of(values)
    since, until = sorted((int(begin * len(values)), int(end * len(values))))
    places, least, mean, greatest = series.thinned(most, since, until)
    if since == until:
        return
    width = int(series.arrays()["shape"][1])
    assert len(places) <= 2 * most + 3 + (until - since) // max(width, 1) * (width > most)
    assert (np.diff(places) > 0).all()
    part = np.array(values[since:until], np.float32)
    assert least.min() <= part.min()
    assert greatest.max() >= part.max()
    assert (least <= mean + 1e-2 * np.abs(mean) + 1e-3).all()
    assert (mean <= greatest + 1e-2 * np.abs(mean) + 1e-3).all()
    if since == 0 and until == len(values):
        assert (least.min(), greatest.max()) == (part.min(), part.max())


def test_the_points_of_a_thinned_curve_are_means_of_their_steps() -> None:
    values = np.random.default_rng(0).random(1024).astype(np.float32)
    series = StepSeries(2048, 64)
    for value in values.tolist():
        series.append(value)
    _, _, mean, _ = series.thinned(64)
    np.testing.assert_allclose(mean, values.reshape(64, -1).mean(axis=1), rtol=1e-6)


def test_epochs_that_are_all_alike_are_kept_at_the_ends_of_their_stretch() -> None:
    history = History()
    for epoch in range(1, 3 * RAW_EPOCHS):
        history.add_epoch(figures(epoch, 1.0, 1.0))
    numbers = [row.epoch for row in history.epochs]
    assert numbers == sorted(set(numbers))
    assert numbers[:4] == [1, 4, 5, 8]


def test_a_thinned_curve_is_the_same_whether_it_was_asked_for_before_or_not() -> None:
    values = np.sin(np.arange(5000)).tolist()
    asked, fresh = StepSeries(1024, 64), StepSeries(1024, 64)
    for value in values:
        asked.append(value)
        fresh.append(value)
        if len(asked) % 37 == 0:
            asked.thinned(50)
    for a, b in zip(asked.thinned(50), fresh.thinned(50), strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_step_is_told_exactly_or_as_the_mean_of_its_bucket() -> None:
    series = series_of([float(step) for step in range(1000)])
    start, width = (int(n) for n in series.arrays()["shape"])
    assert series.value(999) == 999.0
    first = 3 // width * width
    assert series.value(3) == pytest.approx(first + (width - 1) / 2)
    assert start > 0
    assert np.isnan(series.value(1000))
    assert np.isnan(series.value(-1))
