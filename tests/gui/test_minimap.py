"""The minimap: what can't be seen is there, and a click away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from canvas_hand import LEFT, NONE, Hand, Opener, chain, layer
from driving import child, drag
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nnstudio.graph.model import Graph
from nnstudio.gui.canvas.minimap import Minimap
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.preferences import load_preferences


def minimap(hand: Hand) -> Minimap:
    found = child(hand.view, "canvas_minimap")
    assert isinstance(found, Minimap)
    return found


def pan_away(hand: Hand) -> None:
    middle = hand.pane.rect().center()
    QTest.mousePress(hand.pane, Qt.MouseButton.MiddleButton, NONE, middle)
    QTest.mouseMove(hand.pane, middle - QPoint(400, 250))
    QTest.mouseRelease(hand.pane, Qt.MouseButton.MiddleButton, NONE, middle - QPoint(400, 250))
    QApplication.processEvents()


def at_card(hand: Hand, node: str) -> QPoint:
    """Where the middle of a card is on the minimap."""
    item = hand.view._scene.nodes[node]
    return minimap(hand).place_of(item.mapToScene(item.card().center())).toPoint()


def test_it_is_there_only_while_something_cant_be_seen(canvas: Opener) -> None:
    hand = canvas()
    assert not minimap(hand).isVisible()
    pan_away(hand)
    assert minimap(hand).isVisible()
    hand.view.fit()
    assert not minimap(hand).isVisible()
    assert minimap(hand).accessibleName()


def test_there_is_none_over_an_empty_canvas(canvas: Opener) -> None:
    hand = canvas(Graph())
    minimap(hand).set_mode("always")
    assert not minimap(hand).isVisible()


def test_a_click_looks_there_and_a_drag_follows(canvas: Opener) -> None:
    hand = canvas()
    pan_away(hand)
    for node in ("dense", "tanh"):
        QTest.mouseClick(minimap(hand), LEFT, NONE, at_card(hand, node))
        shown, middle = hand.middle(node), hand.pane.rect().center()
        assert (shown - middle).manhattanLength() < 12  # a pixel of the minimap is several here
    drag(minimap(hand), at_card(hand, "tanh"), at_card(hand, "input"))
    assert (hand.middle("input") - hand.pane.rect().center()).manhattanLength() < 12


def test_the_wheel_over_it_zooms_the_drawing(canvas: Opener) -> None:
    hand = canvas()
    pan_away(hand)
    before, at = hand.view.zoom, QPointF(20, 20)
    event = QWheelEvent(
        at, minimap(hand).mapToGlobal(at), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(minimap(hand), event)
    assert hand.view.zoom > before


def test_boxes_follow_the_cards_and_their_problems(canvas: Opener) -> None:
    hand = canvas()
    minimap(hand).set_mode("always")
    roles = [role for _, role in hand.view._scene.overview()]
    assert roles[:2] == ["error", "core"]  # the input doesn't fit the data
    before = minimap(hand).grab().toImage()
    hand.click(hand.middle("dense"))
    hand.view.delete_selection()
    assert minimap(hand).grab().toImage() != before


def test_panning_moves_the_frame_and_paints_no_box_again(canvas: Opener) -> None:
    hand = canvas()
    minimap(hand).set_mode("always")
    before, picture = minimap(hand).grab().toImage(), minimap(hand)._picture
    assert picture is not None
    pan_away(hand)
    assert minimap(hand).grab().toImage() != before
    assert minimap(hand)._picture is picture


def test_it_stays_under_the_pointer_until_it_is_let_go(canvas: Opener) -> None:
    hand = canvas()
    pan_away(hand)
    at = at_card(hand, "dense")
    QTest.mousePress(minimap(hand), LEFT, NONE, at)
    assert minimap(hand).isVisible(), "although all can be seen now"
    QTest.mouseRelease(minimap(hand), LEFT, NONE, at)
    assert not minimap(hand).isVisible()


@pytest.mark.parametrize("size", [(1000, 640), (700, 480), (480, 700)])
@pytest.mark.parametrize("length", [3, 14, 40])
def test_fit_keeps_every_card_clear_of_a_minimap_that_is_always_there(
    canvas: Opener, size: tuple[int, int], length: int
) -> None:
    hand = canvas(chain(layer("Input", (4,)), *[layer("Dense", 4)] * length))
    hand.view.resize(*size)
    hand.view.tidy_up()
    minimap(hand).set_mode("always")
    QApplication.processEvents()
    cards = [hand.view.node_rect(node.id) for node in hand.graph.nodes]
    assert all(hand.pane.rect().contains(card) for card in cards)
    assert not any(card.intersects(minimap(hand).geometry()) for card in cards)


@pytest.mark.parametrize("mode", ["always", "never"])
def test_when_it_is_there_is_chosen_in_the_menu_and_remembered(
    open_window: Callable[..., MainWindow], mode: str
) -> None:
    window = open_window()
    action = window.findChild(QAction, f"action_minimap_{mode}")
    assert action is not None
    action.trigger()
    assert window.docks.canvas.minimap.mode == mode
    window.workbench.document.mark_saved()
    window.close()
    assert load_preferences().minimap == mode
    again = open_window()
    action = again.findChild(QAction, f"action_minimap_{mode}")
    assert action is not None
    assert action.isChecked()
