"""What is inferred from a drawing: order, shapes, counts and problems."""

from __future__ import annotations

import pytest
from small_graphs import chain, unconnected

from nnstudio.engine.activations import ReLU, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Shape
from nnstudio.engine.merging import Add
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph import edits
from nnstudio.graph.analysis import Problem, analyse
from nnstudio.graph.model import Edge, Graph, Node

DIGITS = chain(
    Input(shape=(1, 28, 28)),
    Flatten(),
    Dense(units=128),
    BatchNorm(),
    ReLU(),
    Dropout(),
    Dense(units=10),
    Softmax(),
)


def problems(graph: Graph) -> list[tuple[str, str]]:
    """(node, sentence) of each problem."""
    return [(problem.node, str(problem)) for problem in analyse(graph).problems]


def test_shapes_of_a_network_for_digits() -> None:
    analysis = analyse(DIGITS)
    shapes: dict[str, Shape | None] = {
        "input": (1, 28, 28),
        "flatten": (784,),
        "dense": (128,),
        "batchnorm": (128,),
        "relu": (128,),
        "dropout": (128,),
        "dense-2": (10,),
        "softmax": (10,),
    }
    assert analysis.shapes == shapes
    assert analysis.order == tuple(shapes)
    assert analysis.problems == ()


def test_parameter_counts_of_a_network_for_digits() -> None:
    analysis = analyse(DIGITS)
    counts = {node: analysis.parameters(node) for node in analysis.order}
    assert counts == {
        "input": 0,
        "flatten": 0,
        "dense": 784 * 128 + 128,
        "batchnorm": 2 * 128,  # its running statistics are state, not parameters
        "relu": 0,
        "dropout": 0,
        "dense-2": 128 * 10 + 10,
        "softmax": 0,
    }
    assert analysis.total_parameters == 784 * 128 + 128 + 2 * 128 + 128 * 10 + 10


def test_shared_weights_are_counted_once() -> None:
    graph = chain(Input(shape=(4,)), Dense(units=4))
    graph = edits.add_node(graph, Node("twin", Dense(units=4), owner="dense"))
    analysis = analyse(edits.connect(graph, "dense", "twin"))
    assert analysis.problems == ()
    assert analysis.parameters("twin") == 0
    assert analysis.total_parameters == 4 * 4 + 4


def test_nodes_run_after_those_they_take_from_whatever_the_order_they_were_added_in() -> None:
    graph = unconnected(Dense(units=2), Add(), Tanh(), Input(shape=(2,)))
    for source, target in [
        ("input", "dense"),
        ("dense", "tanh"),
        ("tanh", "add"),
        ("input", "add"),
    ]:
        graph = edits.connect(graph, source, target)
    order = analyse(graph).order
    assert order.index("input") < order.index("dense") < order.index("tanh") < order.index("add")


def test_the_canvas_is_empty() -> None:
    assert problems(Graph()) == [("", "The canvas is empty: add an Input from the palette.")]


def test_nothing_feeds_the_network() -> None:
    assert problems(unconnected(Dense())) == [
        ("", "Nothing feeds the network: add an Input."),
        ("dense", "Dense has no input: drag a wire to its left port."),
    ]


def test_a_node_without_input_is_told_once_and_its_followers_are_not_blamed() -> None:
    graph = edits.remove(chain(Input(), Dense(), ReLU(), Dense()), edges=[Edge("input", "dense")])
    assert problems(graph) == [("dense", "Dense has no input: drag a wire to its left port.")]
    assert analyse(graph).shapes["dense-2"] is None


def test_an_add_with_one_wire_needs_another() -> None:
    graph = chain(Input(), Add())
    assert problems(graph) == [("add", "Add needs at least 2 inputs, has 1: connect another wire.")]


def test_a_hand_made_graph_with_too_many_wires_is_a_problem_not_a_crash() -> None:
    graph = unconnected(Input(), ReLU())
    wires = (Edge("input", "relu", 0), Edge("input", "relu", 1))
    assert problems(Graph(graph.nodes, wires)) == [
        ("relu", "ReLU has 2 wires, takes at most 1: delete the others.")
    ]


def test_a_shape_that_does_not_fit_is_a_problem_at_its_node() -> None:
    graph = edits.rename(chain(Input(shape=(1, 28, 28)), Dense(), ReLU()), "dense", "Hidden")
    assert problems(graph) == [
        ("dense", "Dense needs a flat input, got 1 × 28 × 28: add Flatten before it.")
    ]


def test_branches_of_different_shapes_can_not_be_added() -> None:
    graph = unconnected(Input(shape=(2,)), Dense(units=3), Add())
    for source, target in [("input", "dense"), ("dense", "add"), ("input", "add")]:
        graph = edits.connect(graph, source, target)
    assert problems(graph) == [
        ("add", "Add needs inputs of one shape, got 3 and 2: make them equal first.")
    ]


def test_batch_norm_of_a_single_number_without_axis_is_a_problem() -> None:
    ((node, sentence),) = problems(chain(Input(shape=()), BatchNorm()))
    assert node == "batchnorm"
    assert sentence.startswith("BatchNorm works along a feature axis, got a single number")


# ---------------------------------------------------------------- shared weights


def sharing(owner: str, layer: Dense | ReLU) -> Graph:
    """Input of 4 → dense (4) → twin, which names ``owner``."""
    graph = chain(Input(shape=(4,)), Dense(units=4), Tanh())
    return edits.connect(edits.add_node(graph, Node("twin", layer, owner=owner)), "tanh", "twin")


@pytest.mark.parametrize("owner", ["gone", "twin"])
def test_weights_of_a_node_that_is_not_there_can_not_be_shared(owner: str) -> None:
    assert problems(sharing(owner, Dense(units=4))) == [
        ("twin", f"Dense shares the weights of “{owner}”, which doesn't exist or shares others'.")
    ]


def test_weights_can_not_be_shared_with_a_node_that_shares_them_itself() -> None:
    graph = sharing("dense", Dense(units=4))
    graph = edits.add_node(graph, Node("third", Dense(units=4), owner="twin"))
    graph = edits.connect(graph, "twin", "third")
    assert [node for node, _ in problems(graph)] == ["third"]


@pytest.mark.parametrize("layer", [Dense(units=5), Dense(units=4, use_bias=False), ReLU()])
def test_weights_of_other_shapes_can_not_be_shared(layer: Dense | ReLU) -> None:
    name = type(layer).__name__
    assert problems(sharing("dense", layer)) == [
        ("twin", f"{name} can't share the weights of Dense: their shapes differ.")
    ]


def test_weights_of_a_layer_without_any_can_not_be_shared() -> None:
    assert problems(sharing("tanh", Dense(units=4))) == [
        ("twin", "Dense can't share the weights of Tanh: their shapes differ.")
    ]


def test_a_node_may_share_weights_that_start_otherwise() -> None:
    assert problems(sharing("dense", Dense(units=4, initialiser="zeros"))) == []


# ---------------------------------------------------------------- problems as values


def test_problems_with_other_values_are_other_problems() -> None:
    first = Problem("add", "error", "same_shapes", {"layer": "Add", "got": "2 and 3"})
    second = Problem("add", "error", "same_shapes", {"layer": "Add", "got": "2 and 4"})
    assert first != second
    assert first == Problem("add", "error", "same_shapes", {"layer": "Add", "got": "2 and 3"})
    assert len({first, second}) == 2


def test_a_warning_is_no_error() -> None:
    analysis = analyse(Graph())
    (problem,) = analysis.problems
    assert analysis.errors == (problem,)
    warning = Problem("", "warning", problem.code)
    assert type(analysis)((), {}, {}, (warning,)).errors == ()
