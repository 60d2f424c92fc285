"""Where weights start, and where chance comes from."""

from __future__ import annotations

import json
from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.engine.dense import Dense
from nnstudio.engine.initialisers import INITIALISERS, WEIGHT_INITIALISERS
from nnstudio.engine.layer import Shape
from nnstudio.engine.losses import HalfSquaredError
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.randomness import (
    dropout_stream,
    permutation,
    restore_stream,
    stream_state,
)
from nnstudio.engine.shaping import Input

#: Variance by name, from fan_in and fan_out.
VARIANCES = {
    "he_normal": lambda fan_in, fan_out: 2 / fan_in,
    "he_uniform": lambda fan_in, fan_out: 2 / fan_in,
    "xavier_normal": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "xavier_uniform": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "lecun_normal": lambda fan_in, fan_out: 1 / fan_in,
    "lecun_uniform": lambda fan_in, fan_out: 1 / fan_in,
    "normal": lambda fan_in, fan_out: 0.05**2,
    "uniform": lambda fan_in, fan_out: 0.05**2 / 3,
}
#: Shapes (out, in, …) of weights with fan_in and fan_out.
SHAPES: list[tuple[Shape, int, int]] = [
    ((200, 300), 300, 200),
    ((64, 32, 5, 5), 32 * 25, 64 * 25),
]


@pytest.mark.parametrize("name", VARIANCES)
@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), SHAPES)
def test_weights_start_with_the_mean_and_variance_of_the_formula(
    name: str, shape: Shape, fan_in: int, fan_out: int
) -> None:
    values = INITIALISERS[name](shape, np.random.default_rng(0))
    variance = VARIANCES[name](fan_in, fan_out)
    assert values.shape == shape
    assert abs(values.mean()) < 5 * sqrt(variance / values.size)
    assert values.var() == pytest.approx(variance, rel=5 * sqrt(2 / values.size))


@pytest.mark.parametrize("name", ["he_uniform", "xavier_uniform", "lecun_uniform", "uniform"])
@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), SHAPES)
def test_uniform_weights_fill_their_limits_and_no_more(
    name: str, shape: Shape, fan_in: int, fan_out: int
) -> None:
    values = INITIALISERS[name](shape, np.random.default_rng(0))
    limit = sqrt(3 * VARIANCES[name](fan_in, fan_out))
    assert 0.999 * limit < np.abs(values).max() <= limit


@pytest.mark.parametrize("name", ["he_normal", "xavier_normal", "lecun_normal", "normal"])
def test_normal_weights_have_no_limit(name: str) -> None:
    values = INITIALISERS[name]((200, 300), np.random.default_rng(0))
    deviation = sqrt(VARIANCES[name](300, 200))
    assert np.abs(values).max() > 3.5 * deviation
    within, error = (np.abs(values) < deviation).mean(), sqrt(0.683 * 0.317 / values.size)
    assert within == pytest.approx(0.6827, abs=5 * error)


def test_truncated_normal_weights_are_distributed_like_the_middle_of_a_normal_distribution() -> (
    None
):
    values = np.sort(INITIALISERS["truncated_normal"]((400, 900), np.random.default_rng(0)), None)
    assert 0.0999 < np.abs(values).max() <= 0.1
    # P(x < a) within ±2σ, by the error function: (Φ(a) − Φ(−2)) / (Φ(2) − Φ(−2))
    inside = erf(2 / sqrt(2))
    expected = np.array([(erf(x / 0.05 / sqrt(2)) + inside) / (2 * inside) for x in values])
    observed = (np.arange(values.size) + 0.5) / values.size
    # Kolmogorov's bound: farther apart than 2 / √n once in 1,500 times.
    assert np.abs(observed - expected).max() < 2 / sqrt(values.size)


@pytest.mark.parametrize("shape", [(6, 6), (4, 9), (9, 4), (5, 2, 3, 3), (40, 2, 3, 3), (1, 7)])
def test_orthogonal_weights_have_rows_or_columns_of_length_1_at_right_angles(shape: Shape) -> None:
    values = INITIALISERS["orthogonal"](shape, np.random.default_rng(0))
    assert values.shape == shape
    matrix = values.reshape(shape[0], -1)
    shorter = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    np.testing.assert_allclose(shorter @ shorter.T, np.eye(len(shorter)), atol=1e-12)


def test_orthogonal_weights_favour_no_direction() -> None:
    """Without the choice of signs QR leaves Q's first diagonal number negative nearly always."""
    rng = np.random.default_rng(0)
    draws = np.array([INITIALISERS["orthogonal"]((3, 3), rng) for _ in range(2000)])
    # Each coordinate x of a random point of the unit sphere in three dimensions is uniform on
    # ±1: E x = 0, E x² = 1/3, E x⁴ = 1/5.
    assert np.abs(draws.mean(axis=0)).max() < 5 * sqrt(1 / 3 / len(draws))
    error = sqrt((1 / 5 - 1 / 9) / len(draws))
    np.testing.assert_allclose((draws**2).mean(axis=0), 1 / 3, atol=5 * error)


@pytest.mark.parametrize("name", INITIALISERS)
@pytest.mark.parametrize("shape", [(), (1,), (5,), (1, 1)])
def test_a_start_has_the_shape_that_was_asked_for(name: str, shape: Shape) -> None:
    values = INITIALISERS[name](shape, np.random.default_rng(0))
    assert np.shape(values) == shape
    assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("name", "value"), [("zeros", 0), ("ones", 1), ("constant", 0.1), ("quarter", 0.25)]
)
def test_constant_starts_are_constant(name: str, value: float) -> None:
    assert (INITIALISERS[name]((3, 2), np.random.default_rng(0)) == value).all()


def test_every_start_a_user_may_choose_exists() -> None:
    assert set(WEIGHT_INITIALISERS) <= set(INITIALISERS)


def test_every_start_is_tested() -> None:
    tested = {*VARIANCES, "truncated_normal", "orthogonal", "zeros", "ones", "constant", "quarter"}
    assert set(INITIALISERS) == tested | {"forget_ones"}


def test_the_forget_gates_bias_begins_at_1_and_the_others_at_0() -> None:
    values = INITIALISERS["forget_ones"]((12,), np.random.default_rng(0))
    np.testing.assert_array_equal(values, [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0])


# ---------------------------------------------------------------- a network's first values


def chain(*units: tuple[str, int]) -> Network:
    """Input of 4, then a Dense for each (node, units)."""
    steps = [Step("input", Input(shape=(4,)), (), (4,), "input")]
    for node, count in units:
        steps.append(Step(node, Dense(units=count), (len(steps) - 1,), (count,), node))
    last = len(steps) - 1
    return Network.of(steps, [Head(last, HalfSquaredError(), last)])


def test_the_same_seed_gives_the_same_first_values_and_another_seed_others() -> None:
    network = chain(("a", 5), ("b", 3))
    np.testing.assert_array_equal(network.initial(7), network.initial(7))
    assert not np.array_equal(network.initial(7), network.initial(8))


def test_a_variables_first_values_do_not_depend_on_the_other_layers() -> None:
    small, large = chain(("b", 5)), chain(("a", 4), ("b", 5), ("c", 2))
    np.testing.assert_array_equal(
        small.arrays(small.initial(1))["b", "weight"], large.arrays(large.initial(1))["b", "weight"]
    )


def test_equal_layers_start_with_different_values() -> None:
    network = chain(("a", 4), ("b", 4))
    arrays = network.arrays(network.initial(1))
    assert not np.array_equal(arrays["a", "weight"], arrays["b", "weight"])


def test_biases_start_at_0() -> None:
    network = chain(("a", 4))
    assert (network.arrays(network.initial(1))["a", "bias"] == 0).all()


# ---------------------------------------------------------------- randomness


@given(st.integers(0, 2**31 - 1), st.integers(0, 10_000), st.integers(0, 300))
def test_an_epochs_order_is_a_function_of_seed_and_epoch_and_leaves_nobody_out(
    seed: int, epoch: int, count: int
) -> None:
    order = permutation(seed, epoch, count)
    np.testing.assert_array_equal(order, permutation(seed, epoch, count))
    np.testing.assert_array_equal(np.sort(order), np.arange(count))


def test_every_epoch_has_an_order_of_its_own() -> None:
    orders = {tuple(permutation(seed, epoch, 50)) for seed in range(4) for epoch in range(5)}
    assert len(orders) == 20


@given(st.integers(0, 2**31 - 1), st.lists(st.sampled_from(["float32", "float64", "one"])))
def test_a_stream_goes_on_from_its_written_state(seed: int, drawn: list[str]) -> None:
    stream = dropout_stream(seed)
    for kind in drawn:
        if kind == "one":
            stream.integers(0, 10, dtype=np.uint32)  # leaves half a number in the stream
        else:
            stream.random(3, dtype=np.dtype(kind).type)
    restored = restore_stream(json.loads(json.dumps(stream_state(stream))))
    for dtype in (np.float32, np.float64):
        np.testing.assert_array_equal(
            restored.random(5, dtype=dtype), stream.random(5, dtype=dtype)
        )
    assert restored.integers(0, 2**20) == stream.integers(0, 2**20)


@pytest.mark.parametrize("plain", [{}, {"state": 1}, {"state": "zz", "inc": "0x1"}])
def test_what_is_no_state_of_a_stream_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        restore_stream(plain)
