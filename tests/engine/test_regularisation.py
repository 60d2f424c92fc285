"""Penalties, bounds, clipping and averages, held against their formulas."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.engine.chunks import CHUNK
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array, Layer, Shape, Variable
from nnstudio.engine.losses import HalfSquaredError
from nnstudio.engine.network import Head, Network, Place, Step
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.regularisation import (
    MaxNorm,
    Penalty,
    clip_by_norm,
    clip_by_value,
    length,
    shrink,
    take_into_average,
)
from nnstudio.engine.shaping import Input


def chain(features: int, *layers: Layer, frozen: tuple[int, ...] = ()) -> Network:
    """Input, then ``layers`` named 0, 1, …, one after the other."""
    steps = [Step("input", Input(shape=(features,)), (), (features,), "input")]
    for i, layer in enumerate(layers):
        shape = layer.output_shape(steps[-1].shape)
        steps.append(Step(str(i), layer, (i,), shape, str(i), frozen=i in frozen))
    last = len(steps) - 1
    return Network.of(steps, [Head(last, HalfSquaredError(), last)])


def network_with(*variables: Variable) -> Network:
    """Nothing but places, all decaying, for shapes that no layer has yet."""
    places, start = [], 0
    for variable in variables:
        places.append(Place(("node", variable.name), variable, start))
        start = places[-1].part.stop
    return Network((), (), tuple(places), start, start, start)


def values(network: Network, seed: int = 0) -> Array:
    """Anything, but nothing nearer to 0 than 0.1, where |w| has its kink."""
    rng = np.random.default_rng(seed)
    drawn = rng.uniform(0.1, 2, network.size)
    return np.where(rng.random(network.size) < 0.5, -drawn, drawn)


# ---------------------------------------------------------------- penalties


def test_a_penalty_is_l1_times_the_sizes_and_half_of_l2_times_the_squares() -> None:
    network = chain(2, Dense(units=1, use_bias=False, l1=10.0, l2=4.0))
    flat = np.array([3.0, -1.0])
    assert Penalty.of(network).value(flat) == pytest.approx(10 * (3 + 1) + 2 * (9 + 1))
    gradient = np.array([0.5, 0.5])
    Penalty.of(network).add_gradient(flat, gradient)
    np.testing.assert_allclose(gradient, [0.5 + 10 + 12, 0.5 - 10 - 4])


def test_the_penalty_at_0_pulls_nowhere() -> None:
    network = chain(1, Dense(units=1, use_bias=False))
    gradient = np.zeros(1)
    Penalty.of(network, l1=1.0, l2=1.0).add_gradient(np.zeros(1), gradient)
    assert gradient[0] == 0


LAYERS = (
    Dense(units=4, l1=0.3),
    Dense(units=3),
    BatchNorm(),
    Dense(units=2, l1=0.2, l2=0.7),
    Dense(units=2, l2=0.4),
)
factor = st.sampled_from([0.0, 0.1, 2.5])


@given(l1=factor, l2=factor, seed=st.integers(0, 100))
def test_the_gradient_of_a_penalty_equals_central_differences(
    l1: float, l2: float, seed: int
) -> None:
    network = chain(3, *LAYERS, frozen=(4,))
    penalty, flat = Penalty.of(network, l1, l2), values(network, seed)
    gradient = np.zeros(network.trainable_size)
    penalty.add_gradient(flat, gradient)
    for i in range(network.size):
        up, down = flat.copy(), flat.copy()
        up[i] += 1e-5
        down[i] -= 1e-5
        slope = (penalty.value(up) - penalty.value(down)) / 2e-5
        expected = gradient[i] if i < network.trainable_size else 0.0
        assert slope == pytest.approx(expected, abs=1e-7)


def test_global_factors_are_added_to_a_layers_own_and_spare_biases_scales_and_frozen_weights() -> (
    None
):
    network = chain(3, *LAYERS, frozen=(4,))
    flat = values(network)
    arrays = network.arrays(flat)
    own = {"0": (0.3, 0.0), "1": (0.0, 0.0), "3": (0.2, 0.7)}
    expected = 0.0
    for node, (l1, l2) in own.items():
        w = arrays[node, "weight"]
        expected += (l1 + 0.01) * np.abs(w).sum() + (l2 + 0.02) / 2 * (w**2).sum()
    assert Penalty.of(network, 0.01, 0.02).value(flat) == pytest.approx(expected)


def test_neighbours_with_equal_factors_are_one_span_and_no_factors_are_none() -> None:
    plain = chain(3, Dense(units=4), Dense(units=5), Dense(units=2))
    assert Penalty.of(plain).spans == ()
    assert not Penalty.of(plain)
    assert Penalty.of(plain, l2=0.1).spans == ((0, 12 + 20 + 10, 0.0, 0.1),)
    mixed = chain(3, Dense(units=4, l1=0.5), Dense(units=5), Dense(units=2, l1=0.5))
    assert Penalty.of(mixed).spans == ((0, 12, 0.5, 0.0), (32, 42, 0.5, 0.0))


def test_a_penalty_reaches_past_the_first_chunk_in_single_precision_too() -> None:
    network = network_with(Variable("weight", (CHUNK + 5,), "zeros", decay=True, l1=1.0, l2=2.0))
    flat = np.full(CHUNK + 5, -3, np.float32)
    gradient = np.zeros_like(flat)
    Penalty.of(network).add_gradient(flat, gradient)
    assert gradient.dtype == np.float32
    assert (gradient == -1 - 6).all()
    assert Penalty.of(network).value(flat) == pytest.approx((CHUNK + 5) * (3 + 9), rel=1e-5)


def test_shared_weights_are_penalised_once() -> None:
    steps = [
        Step("input", Input(shape=(2,)), (), (2,), "input"),
        Step("a", Dense(units=2, use_bias=False, l2=1.0), (0,), (2,), "a"),
        Step("b", Dense(units=2, use_bias=False, l2=1.0), (1,), (2,), "a"),
    ]
    network = Network.of(steps, [Head(2, HalfSquaredError(), 2)])
    assert Penalty.of(network).value(np.ones(4)) == pytest.approx(2)


def test_weight_decay_takes_its_share_of_every_weight() -> None:
    w = np.array([2.0, -4.0])
    shrink(w, 0.25)
    np.testing.assert_array_equal(w, [1.5, -3.0])


# ---------------------------------------------------------------- max-norm


def test_the_weights_into_a_unit_are_scaled_back_to_the_bound_and_shorter_ones_stay() -> None:
    network = chain(2, Dense(units=3, use_bias=False, max_norm=2.5))
    flat = np.array([3.0, 4.0, 0.6, 0.8, -1.5, 2.0])
    MaxNorm.of(network).project(flat)
    np.testing.assert_allclose(flat, [1.5, 2.0, 0.6, 0.8, -1.5, 2.0])


def test_a_layers_own_bound_goes_before_the_global_one_and_biases_have_none() -> None:
    network = chain(2, Dense(units=2, max_norm=3.0), Dense(units=1), BatchNorm())
    flat = np.full(network.size, 100.0)
    MaxNorm.of(network, 0.5).project(flat)
    arrays = network.arrays(flat)
    np.testing.assert_allclose(np.linalg.norm(arrays["0", "weight"], axis=1), 3.0)
    np.testing.assert_allclose(np.linalg.norm(arrays["1", "weight"], axis=1), 0.5)
    for key in (("0", "bias"), ("1", "bias"), ("2", "gamma"), ("2", "running_mean")):
        assert (arrays[key] == 100).all(), key


def test_frozen_weights_are_not_bounded() -> None:
    network = chain(2, Dense(units=2, max_norm=1.0), Dense(units=1), frozen=(0,))
    assert not MaxNorm.of(network)


@given(
    shape=st.sampled_from([(4, 3), (3, 2, 2, 5), (1, 6), (5, 1)]),
    axis=st.integers(0, 1),
    bound=st.floats(0.01, 10),
    seed=st.integers(0, 1000),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_after_projection_no_unit_is_too_long_and_every_direction_is_kept(
    shape: Shape, axis: int, bound: float, seed: int, dtype: type[np.floating]
) -> None:
    variable = Variable("w", shape, "zeros", decay=True, max_norm=bound, unit_axis=axis)
    network = network_with(variable)
    before = np.random.default_rng(seed).standard_normal(network.size).astype(dtype)
    after = before.copy()
    MaxNorm.of(network).project(after)
    assert after.dtype == dtype
    units = np.moveaxis(before.reshape(shape), axis, 0).reshape(shape[axis], -1)
    bounded = np.moveaxis(after.reshape(shape), axis, 0).reshape(shape[axis], -1)
    for old, new in zip(units, bounded, strict=True):
        expected = old * min(1, bound / np.linalg.norm(old.astype(np.float64)))
        np.testing.assert_allclose(new, expected, rtol=1e-5 if dtype == np.float32 else 1e-12)


def test_a_weight_that_is_all_0_or_not_a_number_is_left_for_others_to_see() -> None:
    network = chain(2, Dense(units=2, use_bias=False, max_norm=1.0))
    zero, nan = np.zeros(4), np.full(4, np.nan)
    MaxNorm.of(network).project(zero)
    MaxNorm.of(network).project(nan)
    assert (zero == 0).all()
    assert np.isnan(nan).all()


# ---------------------------------------------------------------- clipping


def test_clipping_by_value_cuts_each_number_at_the_bound() -> None:
    gradient = np.array([-3.0, -1.0, 0.5, 7.0])
    clip_by_value(gradient, 1.0)
    np.testing.assert_array_equal(gradient, [-1, -1, 0.5, 1])


def test_clipping_by_norm_keeps_the_direction() -> None:
    gradient = np.array([3.0, -4.0])
    clip_by_norm(gradient, 1.0)
    np.testing.assert_allclose(gradient, np.array([3, -4]) / (5 + 1e-6), rtol=1e-15)


def test_a_gradient_within_the_bound_is_not_touched() -> None:
    gradient = np.array([3.0, -4.0])
    clip_by_norm(gradient, 5.1)
    np.testing.assert_array_equal(gradient, [3, -4])


def test_a_gradient_of_0_can_be_clipped() -> None:
    gradient = np.zeros(3)
    clip_by_norm(gradient, 1.0)
    assert (gradient == 0).all()


@pytest.mark.parametrize(("dtype", "huge"), [(np.float32, 1e30), (np.float64, 1e200)])
def test_a_gradient_that_explodes_is_clipped_though_its_square_is_too_large(
    dtype: type[np.floating], huge: float
) -> None:
    gradient = np.array([3 * huge, -4 * huge], dtype)
    assert length(gradient) == pytest.approx(5 * huge, rel=1e-6)
    clip_by_norm(gradient, 2.0)
    np.testing.assert_allclose(gradient, [1.2, -1.6], rtol=1e-6)


def test_a_gradient_that_is_not_a_number_stays_so() -> None:
    gradient = np.array([1.0, np.nan])
    clip_by_norm(gradient, 1.0)
    assert np.isnan(gradient).any()


# ---------------------------------------------------------------- averaging


def test_the_average_begins_as_a_copy_and_forgets_by_its_factor() -> None:
    mean, w = np.zeros(2), np.array([1.0, 2.0])
    take_into_average(mean, w, 0.75, 1)
    np.testing.assert_array_equal(mean, [1, 2])
    take_into_average(mean, np.array([5.0, 2.0]), 0.75, 2)
    np.testing.assert_allclose(mean, [0.75 * 1 + 0.25 * 5, 2])
    np.testing.assert_array_equal(w, [1, 2])


def test_the_average_is_the_sum_of_all_weights_so_far_each_with_its_share() -> None:
    rng = np.random.default_rng(0)
    w, d = rng.standard_normal((30, CHUNK + 3)), 0.9
    mean = np.zeros(CHUNK + 3)
    for step in range(1, 31):
        take_into_average(mean, w[step - 1], d, step)
    shares = np.array([d**29] + [(1 - d) * d ** (30 - t) for t in range(2, 31)])
    assert shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(mean, shares @ w, rtol=1e-9, atol=1e-12)


def test_the_average_lies_nearer_to_the_bottom_than_weights_that_jump_about_it() -> None:
    rng = np.random.default_rng(1)
    d, steps, n = 0.98, 2000, 200
    mean = np.zeros(n)
    for step in range(1, steps + 1):
        jumping = rng.standard_normal(n)
        take_into_average(mean, jumping, d, step)
    # Of independent values the average has the variance (1−d) / (1+d) of one.
    expected = (1 - d) / (1 + d)
    assert mean.var() == pytest.approx(expected, rel=5 * sqrt(2 / n))
