"""The quick search on the canvas: by double-click, from a wire let go, and by keyboard."""

from __future__ import annotations

from canvas_hand import LEFT, NONE, Hand, Key, Opener, chain, layer
from driving import child
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QWidget

from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import ShapeError
from nnstudio.graph.model import Edge

PICTURE = chain(layer("Input", (1, 8, 8)))


def search(hand: Hand) -> QWidget:
    return child(hand.view, "quick_search")


def shown(hand: Hand) -> set[str]:
    """The layers that the search offers."""
    rows = child(hand.view, "quick_search_list")
    assert isinstance(rows, QListWidget)
    items = [rows.item(i) for i in range(rows.count())]
    return {item.text() for item in items if not item.isHidden() and item.text() in LAYERS}


def type_and_enter(hand: Hand, words: str) -> None:
    field = child(hand.view, "quick_search_field")
    assert isinstance(field, QLineEdit)
    assert field.hasFocus()
    QTest.keyClicks(field, words)
    QTest.keyClick(field, Key.Key_Return)
    QApplication.processEvents()


def pull_wire(hand: Hand, node: str, kind: str, to: QPoint) -> None:
    hand.drag(hand.view.port_point(node, kind), to)


def test_a_double_click_on_nothing_asks_for_a_layer_and_puts_it_there(canvas: Opener) -> None:
    hand = canvas()
    at = hand.empty_spot() - QPoint(160, 100)
    QTest.mouseDClick(hand.pane, LEFT, NONE, at)
    assert search(hand).isVisible()
    assert shown(hand) == set(LAYERS)
    type_and_enter(hand, "leaky")
    assert not search(hand).isVisible()
    (new,) = hand.workbench.selection
    assert hand.graph.by_id[new].title == "LeakyReLU"
    assert hand.view.node_rect(new).adjusted(-9, -9, 9, 9).contains(at)
    assert not hand.graph.incoming[new]
    assert hand.view.hasFocus(), "so that the next key acts on the canvas"


def test_a_wire_let_go_in_empty_space_offers_what_takes_it_and_wires_it(canvas: Opener) -> None:
    hand = canvas(PICTURE)
    pull_wire(hand, "input", "output", hand.middle("input") + QPoint(300, 60))
    assert search(hand).isVisible()
    offered = shown(hand)
    assert {"Conv2D", "Flatten", "ReLU"} <= offered
    assert not {"Input", "Dense", "Conv1D"} & offered
    for name in offered:
        fewest = LAYERS[name].arity[0]
        try:
            LAYERS[name]().output_shape(*[(1, 8, 8)] * max(1, fewest))
        except ShapeError:
            raise AssertionError(f"{name} can't take it") from None
    type_and_enter(hand, "conv2d")
    (new,) = hand.workbench.selection
    assert hand.graph.edges == (Edge("input", new),)
    hand.undo()
    assert hand.graph is PICTURE, "one step"


def test_a_wire_pulled_out_of_an_input_wires_what_is_chosen_before_it(canvas: Opener) -> None:
    hand = canvas(chain(layer("Dense", 3)))
    pull_wire(hand, "dense", "input", hand.middle("dense") - QPoint(300, 0))
    type_and_enter(hand, "input")
    assert hand.links() == {("input", "dense")}


def test_escape_and_a_click_elsewhere_close_it_and_change_nothing(canvas: Opener) -> None:
    hand = canvas(PICTURE)
    far = hand.middle("input") + QPoint(300, 60)
    pull_wire(hand, "input", "output", far)
    QTest.keyClick(child(hand.view, "quick_search_field"), Key.Key_Escape)
    assert not search(hand).isVisible()
    pull_wire(hand, "input", "output", far)
    hand.view.setFocus()
    QApplication.processEvents()
    assert not search(hand).isVisible()
    assert hand.graph is PICTURE


def test_insert_asks_for_the_layer_behind_the_selected_one(canvas: Opener) -> None:
    hand = canvas()
    hand.workbench.select(("tanh",))
    hand.key(Key.Key_Insert)
    type_and_enter(hand, "dense")
    (new,) = hand.workbench.selection
    assert isinstance(hand.graph.by_id[new].layer, Dense)
    assert ("tanh", new) in hand.links()


def test_within_a_chain_the_layer_asked_for_by_keyboard_goes_in_between(canvas: Opener) -> None:
    hand = canvas()
    hand.workbench.select(("dense",))
    hand.key(Key.Key_Insert)
    type_and_enter(hand, "dropout")
    assert hand.links() == {("input", "dense"), ("dense", "dropout"), ("dropout", "tanh")}


def test_a_layer_that_is_named_but_does_not_fit_is_said_and_no_other_taken_for_it(
    canvas: Opener,
) -> None:
    hand = canvas(chain(layer("Input", (1, 8, 8)), layer("Conv2D", 4)))
    hand.key(Key.Key_Insert)
    type_and_enter(hand, "dense")
    assert len(hand.graph.nodes) == 2, "Flatten, whose help names Dense, is another layer"
    assert child(hand.view, "quick_search_none").text() == "Dense does not fit here."
    QTest.keyClick(child(hand.view, "quick_search_field"), Key.Key_Down)
    QTest.keyClick(child(hand.view, "quick_search_field"), Key.Key_Return)
    assert [type(node.layer).__name__ for node in hand.graph.nodes][2:] == ["Flatten"]


def test_arrows_choose_among_the_matches_and_no_match_is_said(canvas: Opener) -> None:
    hand = canvas()
    hand.workbench.select(("tanh",))
    hand.key(Key.Key_Insert)
    field = child(hand.view, "quick_search_field")
    QTest.keyClicks(field, "nothing like it")
    assert child(hand.view, "quick_search_none").isVisible()
    field.clear()  # type: ignore[attr-defined]
    QTest.keyClicks(field, "relu")
    rows = child(hand.view, "quick_search_list")
    assert isinstance(rows, QListWidget)
    first = rows.currentItem().text()
    QTest.keyClick(field, Key.Key_Down)
    second = rows.currentItem().text()
    assert first != second
    QTest.keyClick(field, Key.Key_Return)
    (new,) = hand.workbench.selection
    assert type(hand.graph.by_id[new].layer).__name__ == second
