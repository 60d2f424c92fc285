"""Buttons that mend: in the list of problems, in the inspector, and at the badge on the canvas."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from canvas_hand import Hand, chain, layer
from driving import child, click
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QListView, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.graph.model import Graph
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.panels.inspector_panel import InspectorPanel
from nnstudio.gui.panels.outline_panel import OutlinePanel
from nnstudio.gui.workbench import Workbench
from nnstudio.project.document import Document
from nnstudio.project.project import Project

# A menu raises itself and grabs the keyboard, which the offscreen platform can't, and says.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
#: A picture that goes into Dense as it is, and a kernel that is too large for it.
UNFLAT = chain(layer("Input", (1, 8, 8)), layer("Dense", 4), layer("Tanh"))
TWICE = chain(
    layer("Input", (1, 8, 8)), layer("Conv2D", 4, (9, 9)), layer("Flatten"), layer("Dense", 4)
)


def kinds(graph: Graph) -> list[str]:
    return [type(node.layer).__name__ for node in graph.nodes]


def bench(graph: Graph) -> Workbench:
    return Workbench(Document(Project(graph=graph)))


def shown(qtbot: QtBot, panel: QWidget) -> QWidget:
    qtbot.addWidget(panel)
    panel.resize(320, 640)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def button(panel: QWidget, name: str) -> QPushButton | None:
    """The button, if it can be seen."""
    found = [b for b in panel.findChildren(QPushButton, name) if b.isVisible()]
    return found[0] if found else None


# ---------------------------------------------------------------- the list


def outline(qtbot: QtBot, graph: Graph) -> tuple[Workbench, QWidget]:
    workbench = bench(graph)
    panel = shown(qtbot, OutlinePanel(workbench, Theme("light")))
    qtbot.waitUntil(lambda: button(panel, "problem_fix_0") is not None)
    return workbench, panel


def test_a_button_in_the_list_says_what_it_does_and_does_it_in_one_step(qtbot: QtBot) -> None:
    workbench, panel = outline(qtbot, UNFLAT)
    found = button(panel, "problem_fix_0")
    assert found is not None
    assert found.text() == "Insert Flatten"
    click(panel, "problem_fix_0")
    assert sorted(kinds(workbench.graph)) == ["Dense", "Flatten", "Input", "Tanh"]
    assert workbench.document.undo_label == "Insert Flatten"
    assert "flat_needed" not in {problem.code for problem in workbench.problems}
    workbench.document.undo()
    assert workbench.graph == UNFLAT


def test_the_button_stands_below_the_whole_sentence(qtbot: QtBot) -> None:
    _, panel = outline(qtbot, UNFLAT)
    problems, found = child(panel, "problems_list"), button(panel, "problem_fix_0")
    assert isinstance(problems, QListView)
    assert found is not None
    row = problems.visualRect(problems.model().index(0, 0))
    top = found.mapTo(problems.viewport(), QPoint(0, 0)).y()
    words = problems.fontMetrics().height()
    assert row.top() + words <= top
    assert top + found.height() <= row.bottom() + 1


def test_the_keyboard_goes_to_a_problem_and_mends_it(qtbot: QtBot) -> None:
    workbench, panel = outline(qtbot, UNFLAT)
    problems = child(panel, "problems_list")
    assert isinstance(problems, QListView)
    problems.setFocus()
    problems.setCurrentIndex(problems.model().index(0, 0))
    QTest.keyClick(problems, Key.Key_Return)
    assert workbench.selection == ("dense",)
    QTest.keyClick(problems, Key.Key_F)
    assert "Flatten" in kinds(workbench.graph)


def test_the_next_problem_gets_a_button_of_its_own(qtbot: QtBot) -> None:
    workbench, panel = outline(qtbot, TWICE)
    first = button(panel, "problem_fix_0")
    assert first is not None
    assert first.text() == "Set padding to same"
    click(panel, "problem_fix_0")

    def next_one() -> bool:
        found = button(panel, "problem_fix_0")
        return found is not None and found.text() != "Set padding to same"

    qtbot.waitUntil(next_one)
    assert workbench.problems[0].code == "data_shape"


def test_a_click_on_the_sentence_still_selects_the_layer(qtbot: QtBot) -> None:
    workbench, panel = outline(qtbot, UNFLAT)
    problems = child(panel, "problems_list")
    assert isinstance(problems, QListView)
    spot = problems.visualRect(problems.model().index(0, 0)).topLeft() + QPoint(60, 8)
    QTest.mouseClick(problems.viewport().childAt(spot) or problems.viewport(), LEFT, pos=spot)
    assert workbench.selection == ("dense",)


# ---------------------------------------------------------------- the inspector


def test_the_inspector_mends_what_it_tells(qtbot: QtBot) -> None:
    workbench = bench(UNFLAT)
    panel = shown(qtbot, InspectorPanel(workbench, Theme("light")))
    workbench.select(("dense",))
    found = button(panel, "inspector_fix")
    assert found is not None
    assert found.text() == "Insert Flatten"
    QTest.mouseClick(found, LEFT)
    assert "Flatten" in kinds(workbench.graph)
    assert workbench.selection == ("dense",)
    assert button(panel, "inspector_fix") is None


def test_the_inspector_has_no_button_where_nothing_is_wrong(qtbot: QtBot) -> None:
    workbench = bench(UNFLAT)
    panel = shown(qtbot, InspectorPanel(workbench, Theme("light")))
    workbench.select(("tanh",))
    assert button(panel, "inspector_fix") is None


# ---------------------------------------------------------------- the canvas

Opened = Callable[..., Hand]


def at_badge(hand: Hand, node: str) -> QPoint:
    """Where the badge of a card is, at its upper right corner."""
    rect = hand.view.node_rect(node)
    return rect.topRight() + QPoint(round(-4 * hand.view.zoom), round(2 * hand.view.zoom))


def test_a_click_on_the_badge_tells_the_problem_and_its_button_mends_it(canvas: Opened) -> None:
    hand = canvas(UNFLAT)
    hand.click(at_badge(hand, "dense"))
    popup, words = child(hand.view, "problem_popup"), child(hand.view, "problem_popup_text")
    assert popup.isVisible()
    assert isinstance(words, QLabel)
    assert words.text() == "Dense needs a flat input, got 1 × 8 × 8: add Flatten before it."
    assert hand.selected == {"dense"}
    click(hand.view, "problem_popup_fix")
    assert "Flatten" in kinds(hand.graph)
    assert not popup.isVisible()
    hand.undo()
    assert hand.graph == UNFLAT


def test_enter_mends_and_escape_closes_the_popup(canvas: Opened) -> None:
    hand = canvas(UNFLAT)
    popup, fix = child(hand.view, "problem_popup"), child(hand.view, "problem_popup_fix")
    hand.click(at_badge(hand, "dense"))
    QTest.keyClick(fix, Key.Key_Escape)
    assert not popup.isVisible()
    assert hand.graph == UNFLAT
    hand.click(at_badge(hand, "dense"))
    QTest.keyClick(fix, Key.Key_Return)
    assert "Flatten" in kinds(hand.graph)


def test_the_menu_key_offers_the_fix_too(canvas: Opened) -> None:
    hand = canvas(UNFLAT)
    hand.click(hand.middle("dense"))
    place = hand.middle("dense")
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, place, hand.pane.mapToGlobal(place)
    )
    QApplication.sendEvent(hand.pane, event)
    menu = child(hand.view, "canvas_menu")
    assert isinstance(menu, QMenu)
    actions = {action.text(): action for action in menu.actions()}
    actions["Insert Flatten"].trigger()
    menu.close()
    assert "Flatten" in kinds(hand.graph)


def test_a_click_elsewhere_on_the_card_opens_no_popup(canvas: Opened) -> None:
    hand = canvas(UNFLAT)
    hand.click(hand.middle("dense"))
    assert not child(hand.view, "problem_popup").isVisible()
    hand.click(at_badge(hand, "tanh"))
    assert not child(hand.view, "problem_popup").isVisible()


def test_the_popup_stays_within_the_canvas(canvas: Opened) -> None:
    hand = canvas(UNFLAT)
    hand.view.resize(320, 240)
    hand.view.fit()
    hand.view.zoom_by(3)
    hand.view.look_at("dense")
    hand.click(at_badge(hand, "dense"))
    popup = child(hand.view, "problem_popup")
    assert hand.view.rect().contains(popup.geometry())
