"""Recurrent layers: worked by hand, and what they promise about sequences, states and gradients.

That they equal their formulas, their finite differences and PyTorch's is tested with all layers.
"""

from __future__ import annotations

from dataclasses import replace
from math import exp, tanh

import numpy as np
import pytest

from nnstudio.engine.initialisers import INITIALISERS
from nnstudio.engine.layer import Array, Call, Layer, Shape, ShapeError
from nnstudio.engine.recurrent import GRU, LSTM, SimpleRNN
from nnstudio.engine.recurrent.reading import Recurrent

each_kind = pytest.mark.parametrize(
    "layer",
    [SimpleRNN(units=3), SimpleRNN(units=3, activation="relu"), LSTM(units=3), GRU(units=3)],
    ids=str,
)


def drawn(layer: Layer, shape: Shape, seed: int = 0) -> dict[str, Array]:
    """Every variable of ``layer``, none of them 0."""
    rng = np.random.default_rng(seed)
    return {v.name: rng.normal(0, 0.5, v.shape) for v in layer.variables(shape)}


def sequences(places: int, features: int, count: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal((places, features, count))


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


# ---------------------------------------------------------------- one unit, two places, by hand


def column(*numbers: float) -> Array:
    return np.array(numbers, float)[:, np.newaxis]


def test_a_simple_rnn_of_one_unit_is_tanh_of_tanh() -> None:
    v = {
        "weight_ih": column(2.0),
        "weight_hh": column(0.5),
        "bias_ih": np.array([0.1]),
        "bias_hh": np.array([0.2]),
    }
    x = np.array([0.3, -0.4]).reshape(2, 1, 1)
    first = tanh(2 * 0.3 + 0.3)
    second = tanh(2 * -0.4 + 0.3 + 0.5 * first)
    layer, call = SimpleRNN(units=1, return_sequences=True), Call(np.float64)
    np.testing.assert_allclose(layer.forward(v, (x,), call).ravel(), [first, second])
    grad = {name: np.empty_like(value) for name, value in v.items()}
    # L = the last state. ∂L/∂a₂ = 1 − h₂², ∂L/∂a₁ = 0.5 (1 − h₂²)(1 − h₁²).
    (dx,) = layer.backward(v, grad, np.array([0.0, 1.0]).reshape(2, 1, 1), call)
    da2 = 1 - second**2
    da1 = 0.5 * da2 * (1 - first**2)
    assert dx is not None
    np.testing.assert_allclose(dx.ravel(), [2 * da1, 2 * da2])
    np.testing.assert_allclose(grad["weight_ih"], 0.3 * da1 - 0.4 * da2)
    np.testing.assert_allclose(grad["weight_hh"], first * da2)
    np.testing.assert_allclose(grad["bias_ih"], da1 + da2)
    np.testing.assert_allclose(grad["bias_hh"], da1 + da2)


def test_an_lstm_of_one_unit_has_its_gates_in_the_order_i_f_g_o() -> None:
    v = {
        "weight_ih": column(1.0, 2.0, 3.0, 4.0),
        "weight_hh": column(0.5, -0.5, 0.25, -0.25),
        "bias_ih": np.array([0.1, 0.2, 0.3, 0.4]),
        "bias_hh": np.array([0.0, 1.0, 0.0, 0.0]),
    }
    x = np.array([0.5, -0.2]).reshape(2, 1, 1)
    c1 = sigmoid(0.6) * tanh(1.8)
    h1 = sigmoid(2.4) * tanh(c1)
    c2 = sigmoid(0.8 - 0.5 * h1) * c1 + sigmoid(-0.1 + 0.5 * h1) * tanh(-0.3 + 0.25 * h1)
    h2 = sigmoid(-0.4 - 0.25 * h1) * tanh(c2)
    y = LSTM(units=1, return_sequences=True).forward(v, (x,), Call(np.float64))
    np.testing.assert_allclose(y.ravel(), [h1, h2])


def test_a_gru_of_one_unit_resets_after_the_product_and_has_its_gates_in_the_order_r_z_n() -> None:
    v = {
        "weight_ih": column(1.0, 2.0, 3.0),
        "weight_hh": column(0.5, -0.5, 0.25),
        "bias_ih": np.array([0.1, 0.2, 0.3]),
        "bias_hh": np.array([0.0, 0.3, 2.0]),
    }
    x = np.array([0.5, -0.2]).reshape(2, 1, 1)
    z1 = sigmoid(1.5)
    h1 = (1 - z1) * tanh(1.8 + sigmoid(0.6) * 2.0)
    r2, z2 = sigmoid(-0.1 + 0.5 * h1), sigmoid(0.1 - 0.5 * h1)
    h2 = (1 - z2) * tanh(-0.3 + r2 * (0.25 * h1 + 2.0)) + z2 * h1
    y = GRU(units=1, return_sequences=True).forward(v, (x,), Call(np.float64))
    np.testing.assert_allclose(y.ravel(), [h1, h2])


# ---------------------------------------------------------------- what is read, and in which order


@each_kind
def test_the_last_state_is_the_last_of_all_states(layer: Recurrent) -> None:
    v, x = drawn(layer, (5, 2)), sequences(5, 2, 4)
    last = layer.forward(v, (x,), Call(np.float64))
    every = replace(layer, return_sequences=True).forward(v, (x,), Call(np.float64))
    np.testing.assert_array_equal(last, every[-1])


@each_kind
def test_a_state_knows_what_came_before_it_and_nothing_of_what_comes(layer: Recurrent) -> None:
    layer = replace(layer, return_sequences=True)
    v, x = drawn(layer, (5, 2)), sequences(5, 2, 4)
    before = layer.forward(v, (x,), Call(np.float64)).copy()
    x[2] += 1
    after = layer.forward(v, (x,), Call(np.float64))
    np.testing.assert_array_equal(after[:2], before[:2])
    assert (np.abs(after[2:] - before[2:]).max(axis=(1, 2)) > 0).all()


@each_kind
def test_the_way_back_reads_the_reversed_sequence_with_weights_of_its_own(
    layer: Recurrent,
) -> None:
    layer = replace(layer, return_sequences=True)
    both = replace(layer, bidirectional=True)
    v, x = drawn(both, (5, 2)), sequences(5, 2, 4)
    y = both.forward(v, (x,), Call(np.float64))
    forth = layer.forward(v, (x,), Call(np.float64))
    np.testing.assert_array_equal(y[:, :3], forth)
    turned = {name: v[f"{name}_reverse"] for name in drawn(layer, (5, 2))}
    back = layer.forward(turned, (x[::-1].copy(),), Call(np.float64))[::-1]
    np.testing.assert_allclose(y[:, 3:], back, rtol=1e-12)


@each_kind
def test_of_both_ways_only_the_last_states_remain_each_after_the_whole_sequence(
    layer: Recurrent,
) -> None:
    both = replace(layer, bidirectional=True)
    v, x = drawn(both, (5, 2)), sequences(5, 2, 4)
    last = both.forward(v, (x,), Call(np.float64))
    every = replace(both, return_sequences=True).forward(v, (x,), Call(np.float64))
    np.testing.assert_array_equal(last, np.concatenate([every[-1, :3], every[0, 3:]]))


@each_kind
def test_sequences_of_other_lengths_are_read_with_the_same_weights(layer: Recurrent) -> None:
    v, x, call = drawn(layer, (5, 2)), sequences(5, 2, 4), Call(np.float64)
    layer.forward(v, (x,), call)
    short = layer.forward(v, (x[:3].copy(),), call)
    every = replace(layer, return_sequences=True).forward(v, (x,), Call(np.float64))
    np.testing.assert_allclose(short, every[2], rtol=1e-12)


@each_kind
def test_a_view_with_its_axes_swapped_is_read_as_the_same_numbers(layer: Recurrent) -> None:
    v, x = drawn(layer, (5, 2)), sequences(5, 2, 4)
    plain = layer.forward(v, (x,), Call(np.float64))
    strided = np.ascontiguousarray(x.transpose(2, 0, 1)).transpose(1, 2, 0)
    np.testing.assert_allclose(layer.forward(v, (strided,), Call(np.float64)), plain, rtol=1e-12)


# ---------------------------------------------------------------- weights


@pytest.mark.parametrize(("kind", "gates"), [(SimpleRNN, 1), (LSTM, 4), (GRU, 3)])
def test_weights_have_pytorchs_names_and_shapes(kind: type[Recurrent], gates: int) -> None:
    rows = 5 * gates
    shapes = {v.name: v.shape for v in kind(units=5, bidirectional=True).variables((7, 3))}
    assert shapes == {
        f"{name}{way}": shape
        for way in ("", "_reverse")
        for name, shape in {
            "weight_ih": (rows, 3),
            "weight_hh": (rows, 5),
            "bias_ih": (rows,),
            "bias_hh": (rows,),
        }.items()
    }


@each_kind
def test_weights_decay_and_biases_do_not(layer: Recurrent) -> None:
    layer = replace(layer, l1=0.1, l2=0.2, max_norm=3.0)
    for variable in layer.variables((4, 2)):
        is_weight = variable.name.startswith("weight")
        assert variable.decay == is_weight
        assert (variable.l1, variable.l2, variable.max_norm) == (
            (0.1, 0.2, 3) if is_weight else (0, 0, 0)
        )


@pytest.mark.parametrize("open_at_first", [True, False])
def test_the_forget_gates_of_an_lstm_begin_open_if_wished(open_at_first: bool) -> None:
    layer = LSTM(units=3, unit_forget_bias=open_at_first)
    starts = {
        v.name: INITIALISERS[v.init](v.shape, np.random.default_rng(0))
        for v in layer.variables((4, 2))
    }
    together = starts["bias_ih"] + starts["bias_hh"]
    np.testing.assert_array_equal(together, [0] * 3 + [int(open_at_first)] * 3 + [0] * 6)


def test_the_weights_of_the_state_begin_with_orthonormal_columns() -> None:
    for variable in GRU(units=4).variables((3, 2)):
        if variable.name == "weight_hh":
            start = INITIALISERS[variable.init](variable.shape, np.random.default_rng(0))
            np.testing.assert_allclose(start.T @ start, np.eye(4), atol=1e-12)


@pytest.mark.parametrize("shape", [(4,), (), (1, 8, 8), (4, 1, 8, 8)])
@each_kind
def test_what_is_no_sequence_is_told_in_a_sentence(layer: Recurrent, shape: Shape) -> None:
    with pytest.raises(ShapeError, match=rf"{type(layer).__name__} needs a sequence \(places"):
        layer.output_shape(shape)


def test_a_caption_says_how_large_and_which_ways() -> None:
    assert LSTM(units=1).caption() == "1 unit"
    assert GRU(units=64, bidirectional=True).caption() == "64 units, both ways"


# ---------------------------------------------------------------- gradients through time


def gradient_at_the_first_place(layer: Recurrent, places: int) -> float:
    """‖∂L/∂x₁‖ where L is a sum over the last state, with weights as they begin."""
    rng = np.random.default_rng(3)
    v = {s.name: INITIALISERS[s.init](s.shape, rng) for s in layer.variables((places, 2))}
    call = Call(np.float64)
    layer.forward(v, (0.1 * rng.standard_normal((places, 2, 8)),), call)
    (dx,) = layer.backward(v, {}, np.ones((layer.units, 8)), call)
    assert dx is not None
    return float(np.linalg.norm(dx[0]))


def test_a_gradient_lasts_longer_through_open_forget_gates() -> None:
    open_gates = gradient_at_the_first_place(LSTM(units=8), 40)
    half_open = gradient_at_the_first_place(LSTM(units=8, unit_forget_bias=False), 40)
    assert open_gates > 1000 * half_open


@each_kind
def test_far_from_0_nothing_overflows(layer: Recurrent) -> None:
    v, x = drawn(layer, (3, 2)), 1e4 * sequences(3, 2, 4)
    v = {name: value.astype(np.float32) for name, value in v.items()}
    call = Call(np.float32)
    assert np.isfinite(layer.forward(v, (x.astype(np.float32),), call)).all()
    (dx,) = layer.backward(v, {}, np.ones((3, 4), np.float32), call)
    assert dx is not None
    assert np.isfinite(dx).all()
