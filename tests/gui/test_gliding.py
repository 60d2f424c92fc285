"""Tidied cards glide to their places: to be seen only, and not by who wants no motion."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from canvas_hand import Hand, Opener
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QAction

from nnstudio.gui.canvas.gliding import GLIDE, motion_is_unwanted
from nnstudio.gui.canvas.placing import shown_places
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.preferences import load_preferences


def place(hand: Hand, node: str) -> tuple[float, float]:
    """Where a card is seen."""
    item = hand.view._scene.nodes[node]
    return item.x(), item.y()


def far_away(canvas: Opener, *, reduced: bool = False) -> tuple[Hand, tuple[float, float]]:
    """A canvas with a card dragged away, and where that is."""
    hand = canvas()
    hand.view.reduces_motion = reduced
    hand.drag(hand.middle("dense"), hand.middle("dense") + QPoint(160, 176))
    return hand, place(hand, "dense")


def test_the_document_is_there_at_once_and_the_card_is_on_its_way(canvas: Opener) -> None:
    hand, before = far_away(canvas)
    hand.view.tidy_up()
    end = shown_places(hand.workbench.project)["dense"]
    assert end != before
    assert place(hand, "dense") == before
    hand.view._gliding.animation.setCurrentTime(GLIDE // 2)
    _, y = place(hand, "dense")
    assert min(before[1], end[1]) < y < max(before[1], end[1])
    port = hand.view.port_point("dense", "input")
    wire = hand.view._scene.wires[hand.graph.incoming["dense"][0]]
    ends = wire.shape().boundingRect().adjusted(-4, -4, 4, 4)
    assert ends.contains(QPointF(hand.view.mapToScene(port))), "its wire comes along"
    hand.view._gliding.animation.setCurrentTime(GLIDE)
    assert place(hand, "dense") == end
    hand.undo()
    assert place(hand, "dense") == before


def test_undo_on_the_way_ends_it(canvas: Opener) -> None:
    hand, before = far_away(canvas)
    hand.view.tidy_up()
    hand.view._gliding.animation.setCurrentTime(GLIDE // 3)
    hand.undo()
    assert place(hand, "dense") == before
    hand.view._gliding.animation.setCurrentTime(GLIDE // 2)
    assert place(hand, "dense") == before


def test_a_press_finds_the_card_where_it_stands(canvas: Opener) -> None:
    hand, _ = far_away(canvas)
    hand.view.tidy_up()
    hand.click(hand.empty_spot())
    assert place(hand, "dense") == shown_places(hand.workbench.project)["dense"]


def test_with_reduced_motion_it_is_there_at_once(canvas: Opener) -> None:
    hand, before = far_away(canvas, reduced=True)
    hand.view.tidy_up()
    assert place(hand, "dense") == shown_places(hand.workbench.project)["dense"] != before


@pytest.mark.parametrize(("word", "unwanted"), [("1", True), ("0", False), ("", False)])
def test_the_environment_may_ask_for_less_motion(
    monkeypatch: pytest.MonkeyPatch, canvas: Opener, word: str, unwanted: bool
) -> None:
    canvas()
    monkeypatch.setenv("NNSTUDIO_REDUCE_MOTION", word)
    assert motion_is_unwanted() == unwanted


def test_the_menu_switches_it_off_and_that_is_remembered(
    open_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNSTUDIO_REDUCE_MOTION", "0")
    window = open_window()
    action = window.findChild(QAction, "action_reduce_motion")
    assert action is not None
    assert not action.isChecked()
    action.trigger()
    assert window.docks.canvas.reduces_motion
    window.close()
    assert load_preferences().reduces_motion
    assert open_window().docks.canvas.reduces_motion
