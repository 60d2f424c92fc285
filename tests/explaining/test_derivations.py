"""The equation that is told of a number gives that number, and what it is made from is there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_examples import EXAMPLES, Bench, Example

from nnstudio.data.formula import Formula
from nnstudio.engine.activations import Softmax
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Array, Call, Layer
from nnstudio.engine.merging import Concatenate
from nnstudio.engine.pooling import AveragePool2D, GlobalMaxPool2D, MaxPool1D, MaxPool2D
from nnstudio.engine.shaping import ZeroPadding2D
from nnstudio.explaining.derivations.bending import WRITTEN
from nnstudio.explaining.derivations.catalogue import (
    DERIVATIONS,
    UNTOLD,
    derivation,
    why_untold,
)
from nnstudio.explaining.derivations.derivation import FEW, Derivation, Place

TOLD = [example for example in EXAMPLES if type(example.layer) in DERIVATIONS]


def computed(text: str) -> float:
    """The value of an equation as it is written, in the notation of typed formulas."""
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    for sign, name in (("√", "sqrt"), ("ln", "log")):
        text = text.replace(sign, name)
    return float(Formula(text)(np.zeros(())))


def exactly(value: float) -> str:
    return f"{value:.9g}".replace("-", "−")


def told_of(layer: Layer, v: Mapping[str, Array], xs: Sequence[Array], at: Place) -> Derivation:
    found = derivation(layer, v, xs, at)
    assert found is not None
    return found


def test_every_layer_tells_how_a_number_came_about_or_why_that_cannot_be_told() -> None:
    assert set(LAYERS.values()) == set(DERIVATIONS) | set(UNTOLD)
    assert not set(DERIVATIONS) & set(UNTOLD)
    told = {type(example.layer) for example in EXAMPLES}
    assert set(DERIVATIONS) <= told, "each has an example below"
    for name in ("SimpleRNN", "LSTM", "GRU"):
        layer = LAYERS[name]()
        assert derivation(layer, {}, (), ()) is None
        assert "computed over time steps" in why_untold(layer)


@pytest.mark.parametrize("example", TOLD, ids=str)
def test_the_value_and_the_written_equation_are_what_the_layer_computes(example: Example) -> None:
    bench = Bench(example, 1, training=False)
    y = bench.forward()[..., 0]
    xs = [x[..., 0] for x in bench.xs]
    for place in np.ndindex(y.shape):
        told = told_of(example.layer, bench.v, xs, place)
        assert told.value == pytest.approx(y[place], rel=1e-6, abs=1e-9)
        assert computed(told.text(exactly)) == pytest.approx(y[place], rel=1e-6, abs=1e-7)
        assert len(told.origins) == min(told.count, FEW)
        for origin in told.origins:
            assert origin.value == xs[origin.input][origin.place]
        assert len({(origin.input, origin.place) for origin in told.origins}) == len(told.origins)


@pytest.mark.parametrize("example", TOLD, ids=str)
def test_only_what_a_number_is_made_from_is_named(example: Example) -> None:
    """Where nothing else is named, it stays what it is when everything else changes."""
    bench = Bench(example, 1, training=False)
    place = tuple(size // 2 for size in bench.forward().shape[:-1])
    xs = [x[..., 0] for x in bench.xs]
    told = told_of(example.layer, bench.v, xs, place)
    normalises = "μ" in told.numbers and "running" not in told.words
    if told.count > FEW or normalises or isinstance(example.layer, Embedding | Softmax):
        return
    if told.window is not None and told.window.won is not None:
        return  # another number might win
    others = [x + 1.0 for x in xs]
    for origin in told.origins:
        others[origin.input][origin.place] = origin.value
    y = example.layer.forward(bench.v, tuple(x[..., None] for x in others), Call(np.float64))
    assert y[(*place, 0)] == pytest.approx(told.value)


@given(x=st.floats(-30, 30), which=st.sampled_from(list(WRITTEN)))
def test_activations_are_written_as_they_are_computed(x: float, which: type[Layer]) -> None:
    layer = which()
    told = told_of(layer, {}, [np.array([x])], (0,))
    y = layer.forward({}, (np.array([[x]]),), Call(np.float64))[0, 0]
    assert told.value == y
    text = told.text(lambda value: f"{value:.17g}".replace("-", "−"))
    assert computed(text) == pytest.approx(y, rel=1e-9, abs=1e-12)


@given(st.lists(st.floats(-800, 800), min_size=1, max_size=12), st.data())
def test_softmax_is_a_power_over_the_sum_of_powers(
    scores: list[float], data: st.DataObject
) -> None:
    k = data.draw(st.integers(0, len(scores) - 1))
    x = np.array(scores)
    told = told_of(Softmax(), {}, [x], (k,))
    y = Softmax().forward({}, (x[:, np.newaxis],), Call(np.float64))[k, 0]
    assert told.value == pytest.approx(y)
    assert computed(told.text(repr)) == pytest.approx(y)
    assert told.origins[0].place == (k,)


@given(st.integers(0, 10_000), st.sampled_from(["valid", "same"]), st.integers(1, 3))
def test_the_window_of_a_maximum_holds_what_the_layer_saw_and_who_won(
    seed: int, padding: str, stride: int
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-3, 3, (2, 5, 6)).astype(float)
    layer = MaxPool2D(pool_size=(3, 2), strides=(stride, stride), padding=padding)
    y = layer.forward({}, (x[..., np.newaxis],), Call(np.float64))[..., 0]
    place = tuple(int(rng.integers(size)) for size in y.shape)
    window = told_of(layer, {}, [x], place).window
    assert window is not None
    assert window.won is not None
    top, left = window.first
    for (row, column), value in np.ndenumerate(window.values):
        at = (top + row, left + column)
        is_inside = 0 <= at[0] < 5 and 0 <= at[1] < 6
        assert np.isnan(value) != is_inside
        assert not is_inside or value == x[(place[0], *at)]
    assert window.values[window.won] == np.nanmax(window.values) == y[place]
    equal = np.flatnonzero(window.values.reshape(-1) == y[place])
    assert window.won == divmod(int(equal[0]), 2), "the first of equal ones, which learns"


def test_the_winner_is_where_the_gradient_goes() -> None:
    rng = np.random.default_rng(4)
    for layer, shape in (
        (MaxPool2D(pool_size=(3, 3), strides=(2, 2), padding="same"), (2, 6, 5)),
        (MaxPool1D(pool_size=3, strides=2), (9, 2)),
        (GlobalMaxPool2D(), (3, 4, 4)),
    ):
        x = rng.integers(-2, 2, shape).astype(float)
        call = Call(np.float64)
        y = layer.forward({}, (x[..., np.newaxis],), call)
        for place in np.ndindex(y.shape[:-1]):
            dy = np.zeros_like(y)
            dy[(*place, 0)] = 1.0
            (dx,) = layer.backward({}, {}, dy, call)
            assert dx is not None
            (origin,) = told_of(layer, {}, [x], place).origins
            assert dx[(*origin.place, 0)] == 1.0


def test_an_average_at_the_edge_counts_only_what_is_there() -> None:
    x = np.arange(9.0).reshape(1, 3, 3)
    layer = AveragePool2D(pool_size=(3, 3), strides=(1, 1), padding="same")
    corner = told_of(layer, {}, [x], (0, 0, 0))
    assert corner.numbers["n"] == 4
    assert "4 numbers" in corner.words
    assert np.isnan(corner.window.values[0]).all()


def test_a_sum_of_many_products_names_the_weightiest_first() -> None:
    rng = np.random.default_rng(2)
    layer = Conv2D(filters=2, kernel_size=(3, 3))
    x = rng.standard_normal((4, 6, 6))
    v = {each.name: rng.standard_normal(each.shape) for each in layer.variables(x.shape)}
    told = told_of(layer, v, [x], (1, 2, 3))
    adds = [abs(origin.value * origin.weight) for origin in told.origins]
    every = np.abs(x[:, 2:5, 3:6] * v["weight"][1])
    assert told.count == 36
    np.testing.assert_allclose(adds, np.sort(every.reshape(-1))[::-1][:FEW])
    for origin in told.origins:
        c, row, column = origin.place
        assert origin.weight == v["weight"][1, c, row - 2, column - 3]


def test_a_number_of_a_joined_branch_is_found_in_that_branch() -> None:
    first, second = np.zeros((2, 3, 3)), np.arange(27.0).reshape(3, 3, 3)
    told = told_of(Concatenate(), {}, [first, second], (3, 1, 2))
    (origin,) = told.origins
    assert (origin.input, origin.place) == (1, (1, 1, 2))
    assert "input 2 of 2" in told.words


def test_a_zero_that_was_put_around_came_from_nowhere() -> None:
    told = told_of(ZeroPadding2D(), {}, [np.ones((1, 2, 2))], (0, 0, 1))
    assert (told.value, told.origins) == (0.0, ())
    assert "put around" in told.words


def test_negative_numbers_after_a_sign_are_in_brackets() -> None:
    told = Derivation("{a} · {b} + max({a}, {b})", {"a": -1.0, "b": 2.0}, 0.0)
    assert told.text(exactly) == "−1 · 2 + max(−1, 2)"
    told = Derivation("{b} − {a} + |{a}|", {"a": -1.0, "b": 2.0}, 0.0)
    assert told.text(exactly) == "2 − (−1) + |−1|"
