"""A bypassed node hands on what it gets, as if it weren't there, and keeps its weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.engine.activations import ReLU, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.merging import Add
from nnstudio.engine.shaping import Input
from nnstudio.engine.workspace import Workspace
from nnstudio.graph.analysis import analyse
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.edits import EditError, add_node, bypass, connect, freeze, remove, share
from nnstudio.graph.model import Graph, Node
from nnstudio.graph.wiring import remove_and_close
from nnstudio.project.problems import problems
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings


def chain(*layers: Layer) -> Graph:
    graph, previous = Graph(), ""
    for i, layer in enumerate(layers):
        graph = add_node(graph, Node(f"n{i}", layer))
        graph = connect(graph, previous, f"n{i}") if previous else graph
        previous = f"n{i}"
    return graph


def answers(graph: Graph, xs: np.ndarray) -> list[np.ndarray]:
    """What the network answers with the seed's first weights."""
    network = compile_graph(graph, dict.fromkeys(graph.outputs, HalfSquaredError()))
    return [y.copy() for y in Workspace(network, network.initial(3)).predict([xs])]


LAYERS = st.sampled_from((Dense(4), Tanh(), ReLU(), Dense(4, use_bias=False)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(LAYERS, st.booleans()), min_size=1, max_size=7))
def test_a_chain_answers_as_if_its_bypassed_nodes_werent_there(
    layers: list[tuple[Layer, bool]],
) -> None:
    whole = chain(Input((4,)), *(layer for layer, _ in layers))
    skipped = [f"n{i + 1}" for i, (_, off) in enumerate(layers) if off]
    xs = np.random.default_rng(1).normal(size=(4, 5)).astype(np.float32)
    bypassed, without = bypass(whole, skipped, True), remove_and_close(whole, skipped)
    np.testing.assert_array_equal(answers(bypassed, xs)[0], answers(without, xs)[0])
    assert analyse(bypassed).total_parameters == analyse(without).total_parameters


@pytest.fixture
def residual() -> Graph:
    """in → a → b → add ← a; add → out."""
    graph = Graph()
    nodes = {"in": Input((3,)), "a": Dense(4), "b": Dense(4), "add": Add(), "out": Dense(2)}
    for id, layer in nodes.items():
        graph = add_node(graph, Node(id, layer))
    for source, target in (("in", "a"), ("a", "b"), ("a", "add"), ("b", "add"), ("add", "out")):
        graph = connect(graph, source, target)
    return graph


def test_a_bypassed_merge_hands_on_its_first_input(residual: Graph) -> None:
    xs = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)
    without = connect(remove(residual, ["add", "b"]), "a", "out")
    np.testing.assert_array_equal(
        answers(bypass(residual, ["add"], True), xs)[0], answers(without, xs)[0]
    )


def test_what_leads_only_to_an_input_that_isnt_handed_on_isnt_computed(residual: Graph) -> None:
    graph = bypass(residual, ["add"], True)
    network = compile_graph(graph, {"out": HalfSquaredError()})
    assert [step.node for step in network.steps] == ["in", "a", "out"]


def test_a_bypassed_node_counts_no_weights_and_has_the_shape_it_gets(residual: Graph) -> None:
    analysis = analyse(bypass(residual, ["a"], True))
    assert analysis.shapes["a"] == (3,)
    assert analysis.parameters("a") == 0


def test_what_a_bypassed_nodes_layer_could_not_take_is_no_problem() -> None:
    graph = chain(Input((4,)), Softmax(), Dense(2))
    wrong = add_node(graph, Node("pool", Add()))
    wrong = connect(wrong, "n0", "pool")
    assert any(p.node == "pool" for p in analyse(wrong).problems)
    assert not any(p.node == "pool" for p in analyse(bypass(wrong, ["pool"], True)).problems)


def test_a_bypassed_node_without_a_wire_is_still_reported() -> None:
    graph = add_node(chain(Input((4,)), Dense(2)), Node("alone", Dense(3)))
    found = analyse(bypass(graph, ["alone"], True)).problems
    assert [(p.node, p.code) for p in found] == [("alone", "not_connected")]


def test_an_input_cant_be_bypassed() -> None:
    with pytest.raises(EditError, match="gets nothing"):
        bypass(chain(Input((4,)), Dense(2)), ["n0"], True)


def test_the_loss_of_a_bypassed_output_judges_what_it_hands_on() -> None:
    graph = bypass(chain(Input((4,)), Dense(3), Softmax()), ["n2"], True)
    network = compile_graph(graph, {"n2": HalfSquaredError()})
    (head,) = network.heads
    assert network.steps[head.step].node == "n1"
    assert network.output_node(head) == "n2"
    project = Project(graph=graph, settings=TrainingSettings(loss=CategoricalCrossEntropy()))
    assert [p.code for p in problems(project, None)] == ["loss_needs_probabilities"]


def test_two_outputs_that_hand_on_the_same_are_two_outputs() -> None:
    graph = chain(Input((4,)), Dense(3))
    for id in ("left", "right"):
        graph = connect(add_node(graph, Node(id, Tanh())), "n1", id)
    graph = bypass(graph, ["left", "right"], True)
    losses = dict.fromkeys(("left", "right"), HalfSquaredError())
    network = compile_graph(graph, losses)
    assert [network.output_node(head) for head in network.heads] == ["left", "right"]


# ---------------------------------------------------------------- shared weights


@pytest.fixture
def shared() -> Graph:
    """Three alike layers, the second and third with the weights of the first."""
    graph = chain(Input((4,)), Dense(4), Dense(4), Dense(4), Dense(2))
    return share(share(graph, "n2", "n1"), "n3", "n1")


def test_nodes_that_share_a_bypassed_owners_weights_go_on_sharing_them(shared: Graph) -> None:
    graph = bypass(shared, ["n1"], True)
    network = compile_graph(graph, {"n4": HalfSquaredError()})
    assert {place.key[0] for place in network.places} == {"n1", "n4"}
    analysis = analyse(graph)
    assert not analysis.problems
    assert [analysis.parameters(n) for n in ("n1", "n2", "n3")] == [0, 20, 0]
    assert analysis.total_parameters == network.size


def test_a_frozen_owner_keeps_its_weights_frozen_while_it_is_bypassed(shared: Graph) -> None:
    graph = bypass(freeze(shared, "n1", True), ["n1"], True)
    network = compile_graph(graph, {"n4": HalfSquaredError()})
    assert network.trainable_size == 4 * 2 + 2


def test_a_bypassed_sharer_need_not_fit(shared: Graph) -> None:
    nodes = tuple(replace(n, layer=Dense(7)) if n.id == "n3" else n for n in shared.nodes)
    graph = replace(shared, nodes=nodes)
    assert analyse(graph).problems
    assert not analyse(bypass(graph, ["n3"], True)).problems
