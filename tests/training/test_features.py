"""What a layer gives for some examples: the same numbers as in the network, at any layer."""

from __future__ import annotations

import numpy as np
import pytest
from small_runs import SPIRAL, SPIRAL_NETWORK, data_of, network_of

from nnstudio.data.batches import PreparedData
from nnstudio.data.prepared_rows import PreparedRows
from nnstudio.engine.activations import ReLU, Softmax, Tanh
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Array, Layer
from nnstudio.engine.merging import Add
from nnstudio.engine.network import Network
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.pooling import MaxPool2D
from nnstudio.engine.shaping import Flatten, Input, Reshape
from nnstudio.engine.workspace import Workspace
from nnstudio.graph.analysis import analyse
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.training.features import (
    MOST_FEATURES,
    Features,
    bottleneck,
    chosen_examples,
    feature_layers,
    first_input,
    most_examples,
)

POINTS = data_of([[0.0, 1.0], [2.0, -1.0], [0.5, 0.5]], [[0.0], [1.0], [2.0]], train=[0, 1, 2])


def features_of(network: Network, node: str, data: PreparedData, index: Array) -> Features:
    """The features of some examples as they are prepared in ``data``."""
    rows = PreparedRows(data.dataset.inputs, data.preparation.inputs)
    return Features(network, node, rows, index)


def graph_of(*layers: Layer) -> Graph:
    """The layers one after the other, as nodes n0, n1, …"""
    nodes = tuple(Node(f"n{i}", layer) for i, layer in enumerate(layers))
    edges = tuple(Edge(f"n{i}", f"n{i + 1}") for i in range(len(nodes) - 1))
    return Graph(nodes, edges)


def narrowest(graph: Graph, entry: str = "n0") -> str:
    """The node that is shown unless the user chooses another."""
    analysis = analyse(graph)
    return bottleneck(graph, analysis, feature_layers(graph, analysis, entry))


# ------------------------------------------------------------------ the numbers


def test_the_features_of_a_dense_layer_and_its_relu_are_as_worked_by_hand() -> None:
    network = network_of(Input((2,)), Dense(2), ReLU(), Dense(1))
    flat = network.initial(0)
    arrays = network.arrays(flat)
    arrays["n1", "weight"][...] = [[1, 2], [-1, 0.5]]
    arrays["n1", "bias"][...] = [0.5, -0.25]
    index = np.array([0, 1])
    dense = features_of(network, "n1", POINTS, index).of(flat)
    np.testing.assert_array_equal(dense, [[2.5, 0.25], [0.5, -2.75]])
    relu = features_of(network, "n2", POINTS, index).of(flat)
    np.testing.assert_array_equal(relu, [[2.5, 0.25], [0.5, 0.0]])


def test_an_input_s_features_are_the_prepared_examples() -> None:
    index = SPIRAL.parts.validation
    given = features_of(SPIRAL_NETWORK, "n0", SPIRAL, index).of(SPIRAL_NETWORK.initial(0))
    expected = SPIRAL.preparation.inputs.apply(SPIRAL.dataset.inputs[index])
    np.testing.assert_allclose(given, expected, rtol=1e-6)


def test_the_output_s_features_are_the_answers_without_dropout() -> None:
    flat = SPIRAL_NETWORK.initial(1)
    index = SPIRAL.parts.train
    features = features_of(SPIRAL_NETWORK, "n6", SPIRAL, index)
    x = SPIRAL.preparation.inputs.apply(SPIRAL.dataset.inputs[index]).astype(np.float32)
    (answer,) = Workspace(SPIRAL_NETWORK, flat).predict([np.ascontiguousarray(x.T)])
    np.testing.assert_allclose(features.of(flat), answer.T, rtol=1e-5)


def test_other_weights_give_other_features_and_the_same_ones_the_same() -> None:
    features = features_of(SPIRAL_NETWORK, "n1", SPIRAL, SPIRAL.parts.train)
    first, second = SPIRAL_NETWORK.initial(1), SPIRAL_NETWORK.initial(2)
    before = features.of(first)
    assert not np.array_equal(features.of(second), before)
    np.testing.assert_array_equal(features.of(first), before)


def test_a_layer_that_training_passes_over_has_its_features_all_the_same() -> None:
    """ReLU before max pooling is computed after it while training."""
    network = network_of(Input((1, 4, 4)), Conv2D(2), ReLU(), MaxPool2D(), Flatten(), Dense(1))
    pictures = np.random.default_rng(0).normal(size=(600, 1, 4, 4))
    data = data_of(pictures, np.zeros((600, 1)), train=range(600))
    flat, index = network.initial(3), np.arange(600)
    conv = features_of(network, "n1", data, index).of(flat)
    relu = features_of(network, "n2", data, index).of(flat)
    pooled = features_of(network, "n3", data, index).of(flat)
    np.testing.assert_allclose(relu, np.maximum(conv, 0), rtol=1e-5, atol=1e-6)
    side = int((relu.shape[1] // 2) ** 0.5)
    pictures = relu.reshape(600, 2, side, side)[:, :, : side // 2 * 2, : side // 2 * 2]
    blocks = pictures.reshape(600, 2, side // 2, 2, side // 2, 2).max(axis=(3, 5))
    np.testing.assert_allclose(pooled, blocks.reshape(600, -1), rtol=1e-5, atol=1e-6)


# ------------------------------------------------------------------ which examples


def test_examples_are_of_the_validation_part_and_otherwise_of_the_training_part() -> None:
    index, validated = chosen_examples(SPIRAL, 1000, 0)
    assert validated
    np.testing.assert_array_equal(index, SPIRAL.parts.validation)
    index, validated = chosen_examples(POINTS, 1000, 0)
    assert not validated
    np.testing.assert_array_equal(index, POINTS.parts.train)


def test_of_many_examples_some_are_chosen_and_the_same_seed_chooses_the_same() -> None:
    data = data_of(np.zeros((50, 2)), np.zeros((50, 1)), train=range(50))
    index, _ = chosen_examples(data, 20, 7)
    assert len(set(index.tolist())) == 20
    assert set(index.tolist()) <= set(range(50))
    np.testing.assert_array_equal(index, chosen_examples(data, 20, 7)[0])
    assert not np.array_equal(index, chosen_examples(data, 20, 8)[0])


def test_a_large_network_is_asked_for_fewer_examples() -> None:
    small = network_of(Input((2,)), Dense(2))
    large = network_of(Input((1, 64, 64)), Conv2D(16), Flatten(), Dense(1))
    assert most_examples(small) == 1000
    assert 100 <= most_examples(large) < 300


# ------------------------------------------------------------------ which layers


def test_layers_are_offered_in_running_order_unless_they_repeat_the_one_before() -> None:
    graph = graph_of(
        Input((1, 4, 4)), Flatten(), Dense(8), BatchNorm(), ReLU(), Dropout(), Dense(3), Softmax()
    )
    assert feature_layers(graph, analyse(graph), "n0") == {
        "n0": 16, "n2": 8, "n3": 8, "n4": 8, "n6": 3, "n7": 3,
    }  # fmt: skip


def test_layers_of_too_many_features_are_not_offered() -> None:
    graph = graph_of(Input((6,)), Dense(MOST_FEATURES + 1), Dense(12))
    assert feature_layers(graph, analyse(graph), "n0") == {"n0": 6, "n2": 12}


def test_of_a_sequence_all_places_together_are_the_features() -> None:
    graph = graph_of(Input((6,)), Dense(12), Reshape((3, 4)), Dense(2))
    assert feature_layers(graph, analyse(graph), "n0") == {"n0": 6, "n1": 12, "n3": 6}
    sequences = np.random.default_rng(0).normal(size=(5, 3, 2))
    data = data_of(sequences, np.zeros((5, 1)), train=range(5))
    network = network_of(Input((3, 2)), Dense(1), Flatten(), Dense(1))
    flat = network.initial(3)
    arrays = network.arrays(flat)
    expected = sequences @ arrays["n1", "weight"].T + arrays["n1", "bias"]
    found = features_of(network, "n1", data, np.arange(5)).of(flat)
    np.testing.assert_allclose(found, expected.reshape(5, 3), rtol=1e-5, atol=1e-6)


def test_layers_that_take_another_input_are_not_offered() -> None:
    nodes = (
        Node("a", Input((3,))),
        Node("b", Input((2,))),
        Node("from_a", Dense(4)),
        Node("from_b", Dense(4)),
        Node("both", Add()),
    )
    wires = (("a", "from_a", 0), ("b", "from_b", 0), ("from_a", "both", 0), ("from_b", "both", 1))
    graph = Graph(nodes, tuple(Edge(*wire) for wire in wires))
    analysis = analyse(graph)
    assert first_input(graph, analysis, POINTS) == "b", "the data has two numbers"
    assert feature_layers(graph, analysis, "b") == {"b": 2, "from_b": 4}


def test_data_of_another_shape_has_no_input() -> None:
    graph = graph_of(Input((5,)), Dense(1))
    assert first_input(graph, analyse(graph), POINTS) == ""


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ((Dense(24), ReLU(), Dense(2), Softmax()), "n2"),
        ((Dense(9), Tanh(), Dense(2), Dense(9), Tanh(), Dense(4)), "n3"),
        ((Dense(9), Tanh(), Dense(2), Tanh(), Dense(3), Softmax()), "n4"),
        ((Dense(5), BatchNorm(), ReLU(), Dropout(), Dense(4)), "n3"),
        ((Dense(5), ReLU(), BatchNorm(), Dense(4)), "n2"),
        ((Dense(8), ReLU(), Dense(12), Reshape((3, 2, 2))), "n2"),
    ],
    ids=[
        "before the scores",
        "autoencoder",
        "after its activation",
        "not dropout",
        "not its scaling",
        "reshaped",
    ],
)
def test_the_narrowest_hidden_layer_is_shown_first(
    layers: tuple[Layer, ...], expected: str
) -> None:
    assert narrowest(graph_of(Input((6,)), *layers)) == expected


def test_without_a_hidden_layer_the_narrowest_of_all_is_shown_and_none_of_none() -> None:
    assert narrowest(graph_of(Input((6,)), Dense(2))) == "n1"
    assert narrowest(graph_of(Input((2,)), Dense(3), Softmax())) == "n0"
    assert narrowest(Graph()) == ""
