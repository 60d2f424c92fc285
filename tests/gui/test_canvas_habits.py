"""What users have their own habits in: the wheel, the grid, and the lines that help to align."""

from __future__ import annotations

import json

import pytest
from canvas_hand import LEFT, NONE, Hand, Key, Opener, chain, layer
from conftest import Opener as WindowOpener
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from nnstudio.gui.canvas.guides import guides, jump, lines_of
from nnstudio.gui.canvas.scene import CanvasScene
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.preferences import load_preferences, preferences_path

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
AT = QPoint(400, 300)


def wheel(hand: Hand, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """One notch of a mouse's wheel, away from the user."""
    event = QWheelEvent(
        QPointF(AT), QPointF(hand.pane.mapToGlobal(AT)), QPoint(), QPoint(0, 120),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(hand.pane, event)


def move(hand: Hand, at: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Move the mouse with the button down, and a key held."""
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, QPointF(at), QPointF(hand.pane.mapToGlobal(at)), LEFT, LEFT,
        modifiers,
    )  # fmt: skip
    QApplication.sendEvent(hand.pane, event)


def shown_guides(hand: Hand) -> int:
    scene = hand.view.scene()
    assert isinstance(scene, CanvasScene)
    return len(scene._guides.guides)


def switch(window: MainWindow, name: str) -> QAction:
    action = window.findChild(QAction, name)
    assert isinstance(action, QAction)
    return action


# ---------------------------------------------------------------- the wheel


def test_a_wheel_that_scrolls_leaves_the_zoom_alone_and_ctrl_still_zooms(canvas: Opener) -> None:
    hand = canvas()
    hand.view.wheel_zooms = False
    before, zoom = hand.middle("dense"), hand.view.zoom
    wheel(hand)
    assert hand.middle("dense") == before + QPoint(0, 60)
    wheel(hand, SHIFT)
    assert hand.middle("dense") == before + QPoint(60, 60)
    assert hand.view.zoom == zoom
    wheel(hand, CTRL)
    assert hand.view.zoom > zoom


# ---------------------------------------------------------------- the grid


@pytest.mark.parametrize(("snaps", "held"), [(True, NONE), (False, ALT)])
def test_on_the_grid_cards_stay_on_it(
    canvas: Opener, snaps: bool, held: Qt.KeyboardModifier
) -> None:
    hand = canvas()
    hand.view.snaps = snaps
    start = hand.middle("dense")
    hand.press(start)
    move(hand, start + QPoint(43, 61), held)
    hand.release(start + QPoint(43, 61))
    x, y = hand.workbench.project.layout.by_id["dense"]
    assert (x % 8, y % 8) == (0, 0)


@pytest.mark.parametrize(("snaps", "held"), [(False, NONE), (True, ALT)])
def test_off_the_grid_cards_go_to_the_pixel(
    canvas: Opener, snaps: bool, held: Qt.KeyboardModifier
) -> None:
    hand = canvas()
    hand.view.snaps = snaps
    start = hand.middle("dense")
    hand.press(start)
    move(hand, start + QPoint(43, 61), held)
    hand.release(start + QPoint(43, 61))
    assert hand.middle("dense") == start + QPoint(43, 61)


def test_off_the_grid_an_arrow_nudges_by_a_pixel(canvas: Opener) -> None:
    hand = canvas()
    hand.view.snaps = False
    hand.workbench.select(("dense",))
    before = hand.middle("dense")
    hand.key(Key.Key_Right)
    assert hand.middle("dense") == before + QPoint(1, 0)


# ---------------------------------------------------------------- guides


def test_a_card_dragged_near_the_line_of_another_jumps_onto_it_and_shows_it(
    canvas: Opener,
) -> None:
    hand = canvas()
    hand.view.snaps = False
    start = hand.middle("tanh")
    hand.press(start)
    hand.move(start + QPoint(40, 50))
    assert shown_guides(hand) == 0
    hand.move(start + QPoint(40, 3))
    assert shown_guides(hand) == 2, "of top, middle and bottom the edges are enough"
    hand.release(start + QPoint(40, 3))
    assert shown_guides(hand) == 0
    assert hand.middle("tanh") == start + QPoint(40, 0)


def test_guides_go_when_the_drag_is_given_up(canvas: Opener) -> None:
    hand = canvas()
    start = hand.middle("tanh")
    hand.press(start)
    hand.move(start + QPoint(40, 2))
    assert shown_guides(hand)
    hand.key(Key.Key_Escape)
    assert shown_guides(hand) == 0


def test_cards_that_are_dragged_together_are_not_aligned_with_each_other(canvas: Opener) -> None:
    hand = canvas(chain(layer("Input", (4,)), layer("Dense", 8)))
    hand.key(Key.Key_A, CTRL)
    start = hand.middle("dense")
    hand.press(start)
    hand.move(start + QPoint(40, 2))
    assert shown_guides(hand) == 0
    hand.release(start)


def test_the_nearest_line_of_the_same_kind_counts_and_the_guide_reaches_the_nearest_card() -> None:
    other, far = (100.0, 0.0, 50.0, 20.0), (100.0, 900.0, 50.0, 20.0)
    lines = lines_of([other, far])
    assert jump((97.0, 200.0, 80.0, 20.0), lines, 4) == (3.0, None)
    assert jump((95.0, 200.0, 80.0, 20.0), lines, 4) == (None, None)
    assert jump((150.0, 200.0, 80.0, 20.0), lines, 4) == (None, None), "a left and a right edge"
    assert guides((100.0, 200.0, 80.0, 20.0), lines) == (((100.0, 0.0), (100.0, 220.0)),)
    assert jump((110.0, 200.0, 30.0, 20.0), lines, 4) == (0.0, None), "the middles"


# ---------------------------------------------------------------- remembered


def test_habits_are_switched_in_the_menu_and_remembered(open_window: WindowOpener) -> None:
    window = open_window()
    for name in ("action_wheel_zooms", "action_snap"):
        assert switch(window, name).isChecked()
        switch(window, name).trigger()
    assert not window.docks.canvas.wheel_zooms
    assert not window.docks.canvas.snaps
    window.close()
    again = open_window()
    assert not switch(again, "action_wheel_zooms").isChecked()
    assert not again.docks.canvas.snaps


def test_preferences_without_habits_are_read_with_the_usual_ones() -> None:
    path = preferences_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"theme": "dark", "recent": [], "geometry": "", "layout": ""}))
    preferences = load_preferences()
    assert preferences.theme == "dark"
    assert preferences.wheel_zooms
    assert preferences.snaps
