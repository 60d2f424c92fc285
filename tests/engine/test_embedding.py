"""Embedding: rows of a table, their gradients, and numbers that have no row."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.engine.dense import Dense
from nnstudio.engine.embedding import Embedding, LookupFailed
from nnstudio.engine.layer import Array, Call, Shape, ShapeError
from nnstudio.engine.losses import HalfSquaredError
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import Workspace

TABLE = np.array([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5], [3.0, 3.5]])
LAYER = Embedding(input_dim=4, output_dim=2)


def looked_up(*sequences: list[float], dtype: type = np.float64) -> Array:
    """What ``LAYER`` makes of sequences, as (N, T, output_dim)."""
    x = np.array(sequences, dtype).T.copy()
    return np.moveaxis(LAYER.forward({"weight": TABLE.astype(dtype)}, (x,), Call(dtype)), -1, 0)


def test_each_number_becomes_its_row() -> None:
    y = looked_up([3, 0, 3], [1, 2, 0])
    np.testing.assert_array_equal(y[0], [[3, 3.5], [0, 0.5], [3, 3.5]])
    np.testing.assert_array_equal(y[1], [[1, 1.5], [2, 2.5], [0, 0.5]])


def test_a_row_s_gradient_is_the_sum_over_all_places_that_looked_it_up() -> None:
    x = np.array([[3.0, 1.0], [0.0, 3.0], [3.0, 1.0]])  # (T, N): the sequences 3 0 3 and 1 3 1
    dy = np.arange(12.0).reshape(3, 2, 2)  # (T, output_dim, N)
    grad, call = {"weight": np.full((4, 2), np.nan)}, Call(np.float64)
    LAYER.forward({"weight": TABLE}, (x,), call)
    (dx,) = LAYER.backward({"weight": TABLE}, grad, dy, call)
    expected = [
        [4, 6],  # 0: place 1 of the first
        [1 + 9, 3 + 11],  # 1: places 0 and 2 of the second
        [0, 0],  # 2: never
        [0 + 8 + 5, 2 + 10 + 7],  # 3: places 0 and 2 of the first, place 1 of the second
    ]
    np.testing.assert_array_equal(grad["weight"], expected)
    np.testing.assert_array_equal(dx, np.zeros((3, 2)))


def test_it_equals_a_dense_layer_on_numbers_written_one_hot() -> None:
    rng = np.random.default_rng(0)
    numbers, dy = rng.integers(0, 4, (5, 7)), rng.standard_normal((5, 2, 7))
    one_hot = (numbers[:, np.newaxis, :] == np.arange(4)[:, np.newaxis]).astype(float)
    dense, call, other = Dense(units=2, use_bias=False), Call(np.float64), Call(np.float64)
    y = LAYER.forward({"weight": TABLE}, (numbers.astype(float),), call)
    np.testing.assert_allclose(y, dense.forward({"weight": TABLE.T}, (one_hot,), other))
    grad, dense_grad = {"weight": np.empty((4, 2))}, {"weight": np.empty((2, 4))}
    LAYER.backward({"weight": TABLE}, grad, dy, call)
    dense.backward({"weight": TABLE.T}, dense_grad, dy, other)
    np.testing.assert_allclose(grad["weight"], dense_grad["weight"].T)


@pytest.mark.parametrize("number", [-1, 4, 0.5, 1.01, np.nan, np.inf, -np.inf, 1e30])
def test_a_number_without_a_row_is_refused_in_a_sentence_that_quotes_it(number: float) -> None:
    with pytest.raises(LookupFailed, match=rf"from 0 to 3, got {number:g}".replace("+", r"\+")):
        looked_up([0, number, 1], dtype=np.float32)


def test_numbers_that_were_calculated_are_rounded() -> None:
    np.testing.assert_array_equal(looked_up([2.9999, 0.0001, -0.0001])[0], TABLE[[3, 0, 0]])


def test_whole_numbers_are_exact_in_float32_up_to_a_million() -> None:
    layer = Embedding(input_dim=1_000_000, output_dim=1)
    table = np.arange(1_000_000, dtype=np.float32)[:, np.newaxis]
    x = np.array([[999_999, 999_998, 0]], np.float32)
    y = layer.forward({"weight": table}, (x,), Call(np.float32))
    np.testing.assert_array_equal(y.ravel(), x.ravel())


@pytest.mark.parametrize("shape", [(), (3, 2), (1, 8, 8)])
def test_what_is_no_row_of_numbers_is_told_in_a_sentence(shape: Shape) -> None:
    with pytest.raises(ShapeError, match="Embedding needs a row of whole numbers, got"):
        Embedding().output_shape(shape)


def test_its_table_has_pytorchs_shape_and_decays_as_weights_do() -> None:
    (table,) = Embedding(input_dim=9, output_dim=5, l2=0.1).variables((3,))
    assert (table.name, table.shape, table.decay, table.l2) == ("weight", (9, 5), True, 0.1)


def test_a_table_in_a_network_learns_and_rows_that_never_occur_stay() -> None:
    layers = (Input(shape=(3,)), Embedding(input_dim=4, output_dim=2), Flatten(), Dense(units=1))
    steps: list[Step] = []
    for layer in layers:
        inputs = (len(steps) - 1,) if steps else ()
        shape = layer.output_shape(*(steps[i].shape for i in inputs))
        steps.append(Step(type(layer).__name__, layer, inputs, shape, type(layer).__name__))
    network = Network.of(steps, [Head(3, HalfSquaredError(), 3)])
    workspace = Workspace(network, network.initial(0, np.float64))
    x = np.random.default_rng(0).integers(0, 3, (3, 50)).astype(float)  # 3 never occurs
    target = (x == 1).sum(axis=0, keepdims=True).astype(float)  # how many ones there are
    table = network.arrays(workspace.flat)["Embedding", "weight"]
    first = table.copy()
    losses = []
    for _ in range(300):
        losses.append(workspace.loss_and_gradient([x], [target]))
        workspace.flat -= 0.1 * workspace.gradient
    assert losses[-1] < 1e-3 * losses[0]
    np.testing.assert_array_equal(table[3], first[3])
    assert (table[:3] != first[:3]).all()
