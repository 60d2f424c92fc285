"""Ctrl+B: what is selected hands on what it gets, as if it weren't there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from canvas_hand import THREE, Hand, Opener
from driving import child
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QCheckBox, QMenu

from nnstudio.graph.edits import bypass
from nnstudio.gui.canvas.gestures import Body
from nnstudio.gui.canvas.words import spoken, words_about
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def is_bypassed(hand: Hand, node: str) -> bool:
    return hand.graph.by_id[node].bypassed


def menu_text(hand: Hand, node: str) -> list[str]:
    at = hand.middle(node)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, hand.pane.mapToGlobal(at))
    QApplication.sendEvent(hand.pane, event)
    menu = child(hand.view, "canvas_menu")
    assert isinstance(menu, QMenu)
    menu.hide()
    return [action.text() for action in menu.actions()]


def test_the_selected_cards_are_bypassed_and_taken_back_in_as_one_step(canvas: Opener) -> None:
    hand = canvas()
    hand.view.select_all()
    hand.view.bypass_selection()
    assert [is_bypassed(hand, n) for n in ("input", "dense", "tanh")] == [False, True, True]
    assert hand.workbench.document.undo_label == "Bypass"
    hand.workbench.select(("dense",))
    hand.view.bypass_selection()
    assert not is_bypassed(hand, "dense")
    assert hand.workbench.document.undo_label == "Take back in"
    hand.undo()
    hand.undo()
    assert hand.graph == THREE


def test_an_input_alone_is_refused_with_a_sentence(canvas: Opener) -> None:
    hand = canvas()
    said: list[str] = []
    hand.workbench.said.connect(lambda words, _: said.append(words))
    hand.click(hand.middle("input"))
    hand.view.bypass_selection()
    assert hand.graph == THREE
    assert len(said) == 1
    assert "gets nothing" in said[0]


def test_a_bypassed_card_says_so_and_is_spoken_so(canvas: Opener) -> None:
    hand = canvas(bypass(THREE, ["dense"], True))
    face = hand.view._scene.nodes["dense"].face
    assert (face.caption, face.parameters, face.bypassed) == ("bypassed", "", True)
    words = spoken("dense", hand.graph, hand.workbench.analysis, ())
    assert "bypassed" in words
    assert "Bypassed" in words_about(Body("dense"), hand.graph, hand.workbench.analysis)


def test_a_bypassed_card_looks_another_way(canvas: Opener) -> None:
    hand = canvas()
    before = hand.view.grab(hand.view.node_rect("dense")).toImage()
    hand.workbench.edit_graph("Bypass", lambda graph: bypass(graph, ["dense"], True))
    assert hand.view.grab(hand.view.node_rect("dense")).toImage() != before


def test_the_context_menu_offers_what_would_follow(canvas: Opener) -> None:
    hand = canvas()
    assert "Bypass\tCtrl+B" in menu_text(hand, "dense")
    hand.view.bypass_selection()
    assert "Take back in\tCtrl+B" in menu_text(hand, "dense")


def test_the_inspector_and_the_key_do_the_same(
    open_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    save_project(Project(THREE), tmp_path / "three.nnstudio")
    opened = open_window(tmp_path / "three.nnstudio")
    workbench = opened.workbench
    workbench.select(("dense",))
    box = child(opened, "inspector_bypassed")
    assert isinstance(box, QCheckBox)
    assert not box.isChecked()
    action = opened.findChild(QAction, "action_bypass")
    assert action is not None
    assert action.shortcut() == QKeySequence("Ctrl+B")
    action.trigger()
    assert box.isChecked()
    box.click()
    assert workbench.graph == THREE
    workbench.select(("input",))
    assert not box.isVisible()
