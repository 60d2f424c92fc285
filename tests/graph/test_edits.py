"""Edits one by one: what each gives, and the sentence with which it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from small_graphs import chain, unconnected

from nnstudio.engine.activations import ReLU, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.merging import Add
from nnstudio.engine.shaping import Input
from nnstudio.graph import edits
from nnstudio.graph.edits import EditError
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.schema import SettingError

LINE = chain(Input(), Dense(), ReLU(), Dense())
FORK = edits.add_node(LINE, Node("sum", Add(), name="My sum"))


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda: edits.connect(LINE, "dense", "dense"), "A node can't be connected to itself."),
        (
            lambda: edits.connect(FORK, "dense-2", "dense"),
            "This wire would close a circle: Dense already leads to Dense.",
        ),
        (
            lambda: edits.connect(LINE, "input", "relu"),
            "This input of ReLU is taken: delete its wire first.",
        ),
        (
            lambda: edits.connect(LINE, "input", "relu", 0),
            "This input of ReLU is taken: delete its wire first.",
        ),
        (lambda: edits.connect(LINE, "input", "relu", 1), "ReLU has no input number 2."),
        (lambda: edits.connect(FORK, "input", "sum", -1), "My sum has no input number 0."),
        (lambda: edits.connect(FORK, "sum", "input"), "Input has no input number 1."),
        (lambda: edits.connect(LINE, "gone", "relu"), "There is no node “gone” any more."),
        (lambda: edits.connect(LINE, "relu", "gone"), "There is no node “gone” any more."),
        (lambda: edits.remove(LINE, ["gone"]), "There is no node “gone” any more."),
        (lambda: edits.remove(LINE, edges=[Edge("input", "relu")]), "This wire is gone already."),
        (
            lambda: edits.add_node(LINE, Node("relu", Tanh())),
            "The network has a node “relu” already.",
        ),
        (lambda: edits.free_slot(LINE, "gone"), "There is no node “gone” any more."),
        (lambda: edits.replace_layer(LINE, "gone", ReLU()), "There is no node “gone” any more."),
        (lambda: edits.rename(LINE, "gone", "x"), "There is no node “gone” any more."),
        (lambda: edits.freeze(LINE, "gone", True), "There is no node “gone” any more."),
    ],
)
def test_an_edit_that_can_not_be_is_refused_with_a_sentence(
    edit: Callable[[], Graph], sentence: str
) -> None:
    with pytest.raises(EditError) as refused:
        edit()
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "edit",
    [
        lambda: edits.add_node(LINE, Node("new", Dense(units=0))),
        lambda: edits.replace_layer(LINE, "dense", Dense(units=0)),
    ],
)
def test_a_layer_with_an_illegal_setting_does_not_get_into_the_graph(
    edit: Callable[[], Graph],
) -> None:
    with pytest.raises(SettingError, match="Dense: Units must be a whole number, at least 1"):
        edit()


def test_a_new_node_gets_an_id_that_no_node_has() -> None:
    graph = unconnected(ReLU(), ReLU(), ReLU())
    assert [node.id for node in graph.nodes] == ["relu", "relu-2", "relu-3"]
    gap = edits.remove(graph, ["relu-2"])
    assert edits.fresh_id(gap, ReLU()) == "relu-2"


def test_a_wire_takes_the_first_free_input() -> None:
    graph = unconnected(Input(), Tanh(), ReLU(), Add())
    graph = edits.connect(graph, "tanh", "add", 1)
    graph = edits.connect(graph, "relu", "add")
    graph = edits.connect(graph, "input", "add")
    assert [(e.source, e.slot) for e in graph.incoming["add"]] == [
        ("relu", 0),
        ("tanh", 1),
        ("input", 2),
    ]


def test_one_output_may_go_into_several_inputs_of_one_node() -> None:
    graph = unconnected(Input(), Add())
    twice = edits.connect(edits.connect(graph, "input", "add"), "input", "add")
    assert {edge.slot for edge in twice.edges} == {0, 1}


def test_removing_a_node_takes_its_wires_and_leaves_the_rest() -> None:
    graph = edits.remove(LINE, ["relu"])
    assert [node.id for node in graph.nodes] == ["input", "dense", "dense-2"]
    assert graph.edges == (Edge("input", "dense"),)


def test_removing_a_wire_leaves_the_nodes() -> None:
    graph = edits.remove(LINE, edges=[Edge("dense", "relu")])
    assert graph.nodes == LINE.nodes
    assert set(graph.edges) == set(LINE.edges) - {Edge("dense", "relu")}


def test_a_node_whose_owner_is_removed_owns_its_weights() -> None:
    graph = edits.add_node(LINE, Node("twin", Dense(), owner="dense"))
    assert edits.remove(graph, ["relu"]).by_id["twin"].owner == "dense"
    assert edits.remove(graph, ["dense"]).by_id["twin"].owner == ""


def test_another_layer_keeps_the_nodes_id_name_and_wires() -> None:
    renamed = edits.rename(LINE, "relu", "  Bend ")
    graph = edits.replace_layer(renamed, "relu", Tanh())
    assert graph.by_id["relu"] == Node("relu", Tanh(), name="Bend")
    assert set(graph.edges) == set(LINE.edges)


def test_another_layer_loses_the_wires_to_inputs_it_does_not_have() -> None:
    graph = unconnected(Input(), Tanh(), Add(), ReLU())
    for source in ("input", "tanh", "input"):
        graph = edits.connect(graph, source, "add")
    graph = edits.connect(graph, "add", "relu")
    single = edits.replace_layer(graph, "add", Dropout())
    assert set(single.edges) == {Edge("input", "add", 0), Edge("add", "relu")}
    entry = edits.replace_layer(graph, "add", Input())
    assert set(entry.edges) == {Edge("add", "relu")}


def test_an_empty_name_gives_a_node_its_layers_name_again() -> None:
    named = edits.rename(LINE, "relu", "Bend")
    assert named.by_id["relu"].title == "Bend"
    assert edits.rename(named, "relu", " ").by_id["relu"].title == "ReLU"


def test_freezing_changes_one_node_and_can_be_taken_back() -> None:
    frozen = edits.freeze(LINE, "dense", True)
    assert [node.frozen for node in frozen.nodes] == [False, True, False, False]
    assert edits.freeze(frozen, "dense", False) == LINE


def test_an_edit_leaves_the_graph_it_was_given_as_it_was() -> None:
    copy = Graph(tuple(replace(node) for node in LINE.nodes), tuple(LINE.edges))
    edits.add_node(LINE, Node("new", Tanh()))
    edits.remove(LINE, ["relu"])
    edits.replace_layer(LINE, "relu", Tanh())
    edits.freeze(LINE, "dense", True)
    assert copy == LINE
    assert hash(copy) == hash(LINE)


def test_what_a_node_leads_to_includes_itself() -> None:
    assert edits.descendants(LINE, "relu") == {"relu", "dense-2"}
    assert edits.descendants(LINE, "dense-2") == {"dense-2"}
