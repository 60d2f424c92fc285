"""Smoothing: the debiased moving average of TensorBoard, against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.gui.plots.smoothing import smoothed

numbers = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=200)
weights = st.floats(0.01, 0.99)


def by_definition(values: list[float], weight: float) -> list[float]:
    """Point after point, as it stands on paper."""
    average, count, found = 0.0, 0, []
    for value in values:
        if value != value:
            found.append(value)
            continue
        count += 1
        average = weight * average + (1 - weight) * value
        found.append(average / (1 - weight**count))
    return found


@given(numbers, weights)
def test_it_is_the_debiased_moving_average(values: list[float], weight: float) -> None:
    expected = by_definition(values, weight)
    np.testing.assert_allclose(smoothed(np.array(values), weight), expected, rtol=1e-7, atol=1e-6)


@given(numbers)
def test_zero_changes_nothing(values: list[float]) -> None:
    np.testing.assert_array_equal(smoothed(np.array(values), 0.0), values)


@given(st.floats(-1e6, 1e6), st.integers(1, 5000), weights)
def test_a_level_curve_stays_where_it_is_from_its_first_point_on(
    level: float, count: int, weight: float
) -> None:
    np.testing.assert_allclose(smoothed(np.full(count, level), weight), level, rtol=1e-9)


@given(numbers, weights)
def test_it_never_leaves_the_range_of_the_values(values: list[float], weight: float) -> None:
    known = [value for value in values if value == value]
    found = smoothed(np.array(values), weight)
    if known:
        room = 1e-6 * max(1.0, max(map(abs, known)))
        assert np.nanmin(found) >= min(known) - room
        assert np.nanmax(found) <= max(known) + room


@pytest.mark.parametrize("weight", [0.3, 0.9, 0.99])
def test_noise_becomes_smaller_the_greater_the_weight(weight: float) -> None:
    noise = np.random.default_rng(0).normal(size=4000)
    assert smoothed(noise, weight)[200:].std() < smoothed(noise, weight / 2)[200:].std()
