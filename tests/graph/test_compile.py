"""From the drawing to what runs."""

from __future__ import annotations

import numpy as np
import pytest
from small_graphs import chain, unconnected

from nnstudio.engine.activations import ReLU, Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.fast.losses import SigmoidCrossEntropy, SoftmaxCrossEntropy
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    HalfSquaredError,
    Loss,
)
from nnstudio.engine.merging import Add
from nnstudio.engine.network import Head
from nnstudio.engine.shaping import Input
from nnstudio.engine.workspace import Workspace
from nnstudio.graph import edits
from nnstudio.graph.compile import CompileError, compile_graph
from nnstudio.graph.model import Graph, Node


@pytest.mark.parametrize(
    ("last", "loss", "head"),
    [
        (Softmax(), CategoricalCrossEntropy(), Head(2, SoftmaxCrossEntropy(), 1)),
        (Softmax(), CategoricalCrossEntropy(0.1), Head(2, SoftmaxCrossEntropy(0.1), 1)),
        (Softmax(), HalfSquaredError(), Head(2, HalfSquaredError(), 2)),
        (Sigmoid(), BinaryCrossEntropy(), Head(2, SigmoidCrossEntropy(), 1)),
        (Softmax(), BinaryCrossEntropy(), Head(2, BinaryCrossEntropy(), 2)),
        (Sigmoid(), CategoricalCrossEntropy(), Head(2, CategoricalCrossEntropy(), 2)),
        (Sigmoid(), HalfSquaredError(), Head(2, HalfSquaredError(), 2)),
    ],
)
def test_the_last_layer_is_left_to_the_loss_exactly_where_the_loss_takes_it(
    last: Layer, loss: Loss, head: Head
) -> None:
    graph = chain(Input(shape=(3,)), Dense(units=2), last)
    assert compile_graph(graph, {graph.outputs[0]: loss}).heads == (head,)


def test_softmax_in_the_middle_is_never_left_out() -> None:
    graph = chain(Input(shape=(3,)), Softmax(), Dense(units=2))
    network = compile_graph(graph, {"dense": CategoricalCrossEntropy()})
    assert network.heads == (Head(2, CategoricalCrossEntropy(), 2),)


def test_predicting_keeps_the_softmax_that_training_leaves_out() -> None:
    graph = chain(Input(shape=(3,)), Dense(units=4), Softmax())
    network = compile_graph(graph, {"softmax": CategoricalCrossEntropy()})
    flat = network.initial(0)
    x = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)
    workspace = Workspace(network, flat)
    (probabilities,) = workspace.predict([x])
    arrays = network.arrays(flat)
    scores = arrays["dense", "weight"] @ x + arrays["dense", "bias"][:, np.newaxis]
    np.testing.assert_allclose(
        probabilities, np.exp(scores) / np.exp(scores).sum(axis=0), rtol=1e-5
    )
    target = np.eye(4, dtype=np.float32)[:, [0, 1, 2, 3, 0]]
    expected = -np.log(probabilities.copy()[[0, 1, 2, 3, 0], range(5)]).mean()
    assert workspace.loss([x], [target]) == pytest.approx(float(expected), rel=1e-5)


def test_inputs_arrive_in_the_order_of_their_slots() -> None:
    graph = unconnected(Input(shape=(2,)), ReLU(), Sigmoid(), Add())
    graph = edits.connect(edits.connect(graph, "input", "relu"), "input", "sigmoid")
    graph = edits.connect(edits.connect(graph, "relu", "add", 1), "sigmoid", "add", 0)
    network = compile_graph(graph, {"add": HalfSquaredError()})
    last = network.steps[-1]
    assert [network.steps[i].node for i in last.inputs] == ["sigmoid", "relu"]


def test_the_first_error_of_the_graph_is_told() -> None:
    with pytest.raises(CompileError, match="Dense needs a flat input, got 2 × 2 × 2"):
        compile_graph(chain(Input(shape=(2, 2, 2)), Dense()), {"dense": HalfSquaredError()})
    with pytest.raises(CompileError, match="The canvas is empty"):
        compile_graph(Graph(), {})


def test_a_frozen_node_freezes_all_that_share_its_weights() -> None:
    graph = edits.freeze(chain(Input(shape=(4,)), Dense(units=4)), "dense", True)
    graph = edits.add_node(graph, Node("twin", Dense(units=4), owner="dense"))
    network = compile_graph(edits.connect(graph, "dense", "twin"), {"twin": HalfSquaredError()})
    assert [step.frozen for step in network.steps] == [False, True, True]
    assert network.trainable_size == 0


def test_freezing_a_node_without_weights_changes_nothing() -> None:
    graph = chain(Input(shape=(4,)), Dense(units=4), Dropout())
    losses = {"dropout": HalfSquaredError()}
    frozen = edits.freeze(graph, "dropout", True)
    assert compile_graph(frozen, losses) == compile_graph(graph, losses)
