"""Cut, copy and paste of nodes on the canvas, by keyboard, within a window and between two."""

from __future__ import annotations

import json

import pytest
from canvas_hand import CTRL, Hand, Key, Opener, chain, layer
from PySide6.QtGui import QGuiApplication

from nnstudio.graph.edits import share
from nnstudio.graph.model import Edge

FOUR = chain(layer("Input", (4,)), layer("Dense", 8), layer("Tanh"), layer("Dense", 8))


def copy(hand: Hand, *nodes: str) -> str:
    """Copy these nodes by keyboard; what the clipboard holds then."""
    QGuiApplication.clipboard().clear()
    hand.workbench.select(nodes)
    hand.key(Key.Key_C, CTRL)
    return QGuiApplication.clipboard().text()


def test_a_copy_has_the_settings_and_the_wires_among_the_copied_nodes(canvas: Opener) -> None:
    hand = canvas(FOUR)
    copy(hand, "dense", "tanh")
    hand.key(Key.Key_V, CTRL)
    assert len(hand.graph.nodes) == 6
    first, second = hand.workbench.selection
    assert hand.graph.by_id[first].layer == hand.graph.by_id["dense"].layer
    assert Edge(first, second) in hand.graph.edges
    assert not hand.graph.incoming[first], "what it was wired to was not copied"
    hand.undo()
    assert hand.graph is FOUR


def test_pasting_again_puts_the_copies_beside_the_first_ones(canvas: Opener) -> None:
    hand = canvas(FOUR)
    copy(hand, "dense")
    for _ in range(3):
        hand.key(Key.Key_V, CTRL)
    places = list(hand.workbench.project.layout.by_id.values())
    assert len(places) == 7
    assert len(set(places)) == 7


def test_cutting_takes_the_nodes_out_and_pasting_brings_them_back(canvas: Opener) -> None:
    hand = canvas(FOUR)
    hand.workbench.select(("tanh",))
    hand.key(Key.Key_X, CTRL)
    assert "tanh" not in hand.graph.by_id
    assert ("dense", "dense-2") in hand.links(), "the chain closes"
    hand.key(Key.Key_V, CTRL)
    (new,) = hand.workbench.selection
    assert hand.graph.by_id[new].layer == layer("Tanh")


def test_nodes_are_pasted_into_another_window(canvas: Opener) -> None:
    source, goal = canvas(FOUR), canvas(chain(layer("Input", (4,))))
    copy(source, "dense", "tanh", "dense-2")
    goal.view.setFocus()
    goal.key(Key.Key_V, CTRL)
    assert goal.links() == {("dense", "tanh"), ("tanh", "dense-2")}
    assert len(goal.graph.nodes) == 4


def test_copies_share_weights_among_themselves_and_with_nobody_else(canvas: Opener) -> None:
    hand = canvas(share(FOUR, "dense-2", "dense"))
    copy(hand, "dense", "tanh", "dense-2")
    hand.key(Key.Key_V, CTRL)
    by_id = hand.graph.by_id
    copies = [by_id[node] for node in hand.workbench.selection]
    assert [node.owner for node in copies] == ["", "", copies[0].id]
    copy(hand, "dense-2")
    hand.key(Key.Key_V, CTRL)
    (alone,) = hand.workbench.selection
    assert hand.graph.by_id[alone].owner == ""


def test_the_clipboard_holds_readable_text_without_weights(canvas: Opener) -> None:
    text = copy(canvas(FOUR), "dense")
    (node,) = json.loads(text)["nodes"]
    assert node["layer"]["type"] == "Dense"
    assert node["layer"]["units"] == 8


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a shopping list",
        "{}",
        '{"nnstudio": "nodes of a network"}',
        '{"nnstudio": "nodes of a network", "nodes": 3, "edges": [], "places": []}',
        '{"nnstudio": "nodes of a network", "nodes": [], "edges": [{"source": "a", "target": "b",'
        ' "slot": 0}], "places": []}',
    ],
)
def test_what_is_no_network_is_said_and_changes_nothing(canvas: Opener, text: str) -> None:
    hand = canvas(FOUR)
    said: list[str] = []
    hand.workbench.said.connect(lambda words, severity: said.append(words))
    QGuiApplication.clipboard().setText(text)
    hand.key(Key.Key_V, CTRL)
    assert hand.graph is FOUR
    assert len(said) == 1
    assert "clipboard" in said[0]


def test_a_layer_with_an_illegal_setting_is_refused(canvas: Opener) -> None:
    hand = canvas(FOUR)
    said: list[str] = []
    hand.workbench.said.connect(lambda words, severity: said.append(words))
    text = copy(hand, "dense").replace('"units": 8', '"units": -8')
    QGuiApplication.clipboard().setText(text)
    hand.key(Key.Key_V, CTRL)
    assert hand.graph is FOUR
    assert "units" in said[0].lower()


def test_copying_nothing_leaves_the_clipboard_alone(canvas: Opener) -> None:
    hand = canvas(FOUR)
    QGuiApplication.clipboard().setText("something else")
    hand.workbench.select(())
    hand.key(Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "something else"
