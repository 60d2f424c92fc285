"""Where weights start, and where chance comes from."""

from __future__ import annotations

import json
from math import sqrt

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


@pytest.mark.parametrize("name", ["he_uniform", "xavier_uniform"])
@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), SHAPES)
def test_uniform_weights_fill_their_limits_and_no_more(
    name: str, shape: Shape, fan_in: int, fan_out: int
) -> None:
    values = INITIALISERS[name](shape, np.random.default_rng(0))
    limit = sqrt(3 * VARIANCES[name](fan_in, fan_out))
    assert 0.999 * limit < np.abs(values).max() <= limit


def test_normal_weights_have_no_limit() -> None:
    values = INITIALISERS["he_normal"]((200, 300), np.random.default_rng(0))
    deviation = sqrt(2 / 300)
    assert np.abs(values).max() > 3.5 * deviation
    within = (np.abs(values) < deviation).mean()
    assert within == pytest.approx(0.683, abs=0.01)


@pytest.mark.parametrize(("name", "value"), [("zeros", 0), ("ones", 1)])
def test_constant_starts_are_constant(name: str, value: int) -> None:
    assert (INITIALISERS[name]((3, 2), np.random.default_rng(0)) == value).all()


def test_every_start_a_user_may_choose_exists() -> None:
    assert set(WEIGHT_INITIALISERS) <= set(INITIALISERS)


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
