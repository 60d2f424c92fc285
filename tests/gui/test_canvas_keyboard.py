"""The canvas by keyboard alone: going from card to card, wiring, and a whole network."""

from __future__ import annotations

import pytest
from canvas_hand import CTRL, NONE, SHIFT, Hand, Key, Opener, chain, layer
from conftest import Opener as WindowOpener
from driving import child
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.graph import edits
from nnstudio.graph.model import Edge, Node
from nnstudio.gui.canvas import walking
from nnstudio.project.project import Project

# A menu raises itself and grabs the keyboard, which the offscreen platform can't, and says.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ALT = Qt.KeyboardModifier.AltModifier
BACK = Key.Key_Backtab


@pytest.fixture
def branch(canvas: Opener) -> Hand:
    """An input with two layers behind it; Add takes from the first of them only."""
    graph = chain(layer("Input", (4,)), layer("Dense", 4), layer("Add"))
    graph = edits.add_node(graph, Node("tanh", layer("Tanh")))
    hand = canvas(edits.connect(graph, "input", "tanh"))
    assert isinstance(hand, Hand)
    return hand


def status(hand: Hand) -> str:
    label = child(hand.view, "canvas_status")
    assert isinstance(label, QLabel)
    return label.text()


# ---------------------------------------------------------------- from card to card


def test_tab_goes_through_the_cards_in_running_order_and_then_leaves_the_canvas(
    canvas: Opener, qtbot: QtBot
) -> None:
    hand = canvas()
    for node in ("input", "dense", "tanh"):
        hand.key(Key.Key_Tab)
        assert hand.selected == {node}
        assert hand.view.hasFocus()
    hand.key(BACK, SHIFT)
    assert hand.selected == {"dense"}
    hand.key(Key.Key_Tab)
    hand.key(Key.Key_Tab)
    assert not hand.view.hasFocus()
    assert hand.selected == {"tanh"}


def test_who_comes_by_tab_finds_a_card_selected(canvas: Opener) -> None:
    hand = canvas()
    child(hand.view, "canvas_fit").setFocus()
    hand.view.setFocus(Qt.FocusReason.TabFocusReason)
    assert hand.selected == {"input"}
    child(hand.view, "canvas_fit").setFocus()
    hand.view.setFocus(Qt.FocusReason.BacktabFocusReason)
    assert hand.selected == {"input"}, "what is selected stays so"


def test_home_and_end_go_to_the_first_and_the_last(canvas: Opener) -> None:
    hand = canvas()
    hand.key(Key.Key_End)
    assert hand.selected == {"tanh"}
    hand.key(Key.Key_Home)
    assert hand.selected == {"input"}


def test_alt_and_arrows_follow_wires_and_go_to_the_branch_beside(branch: Hand) -> None:
    branch.key(Key.Key_Home)
    branch.key(Key.Key_Right, ALT)
    assert branch.selected == {"dense"}
    branch.key(Key.Key_Down, ALT)
    assert branch.selected == {"tanh"}
    branch.key(Key.Key_Left, ALT)
    assert branch.selected == {"input"}
    branch.key(Key.Key_Left, ALT)
    assert branch.selected == {"input"}, "there is nothing before it"


def test_ctrl_and_arrows_go_to_the_nearest_card_and_with_shift_select_it_too(
    canvas: Opener,
) -> None:
    hand = canvas()
    hand.key(Key.Key_Home)
    hand.key(Key.Key_Right, CTRL)
    assert hand.selected == {"dense"}
    hand.key(Key.Key_Right, CTRL | SHIFT)
    assert hand.workbench.selection == ("dense", "tanh")
    hand.key(Key.Key_Up, CTRL)
    assert hand.workbench.selection == ("dense", "tanh"), "nothing is above"


def test_the_nearest_card_is_the_one_ahead_and_not_a_closer_one_aside() -> None:
    boxes = {
        ("here",): (0.0, 0.0, 10.0, 10.0),
        ("ahead",): (100.0, 10.0, 10.0, 10.0),
        ("aside",): (60.0, 50.0, 10.0, 10.0),
        ("below",): (10.0, 90.0, 10.0, 10.0),
    }
    assert walking.nearest(boxes, ("here",), "right") == ("ahead",)
    assert walking.nearest(boxes, ("here",), "down") == ("below",)
    assert walking.nearest(boxes, ("here",), "left") is None


def test_a_card_out_of_view_comes_into_view_when_the_keyboard_reaches_it(canvas: Opener) -> None:
    hand = canvas(chain(layer("Input", (4,)), *(layer("Dense", 4) for _ in range(29))))
    hand.view.reset_zoom()
    hand.key(Key.Key_End)
    assert hand.selected == {"dense-29"}
    assert hand.pane.rect().contains(hand.view.node_rect("dense-29"))


def test_the_canvas_says_what_the_card_is_that_the_keyboard_is_at(branch: Hand) -> None:
    branch.key(Key.Key_Home)
    branch.key(Key.Key_Right, ALT)
    words = branch.view.accessibleDescription()
    assert words == "Dense, 4 units, output 4, 2 of 4, connected from Input"
    branch.key(Key.Key_Delete)
    assert "Tab goes from card to card" in branch.view.accessibleDescription()
    branch.workbench.edit_graph("x", lambda graph: edits.remove(graph, ["input"]))
    branch.workbench.select(("tanh",))
    assert "not connected. Tanh has no input" in branch.view.accessibleDescription()


# ---------------------------------------------------------------- acting


@pytest.mark.parametrize(("key", "bigger"), [(Key.Key_Plus, True), (Key.Key_Minus, False)])
@pytest.mark.parametrize("modifier", [NONE, CTRL])
def test_zoom_keys_work_with_and_without_ctrl(
    canvas: Opener, key: Qt.Key, bigger: bool, modifier: Qt.KeyboardModifier
) -> None:
    hand = canvas()
    zoom = hand.view.zoom
    hand.key(key, modifier)
    assert (hand.view.zoom > zoom) == bigger
    hand.key(Key.Key_0, modifier)
    assert hand.view.zoom == 1


def test_w_goes_from_wire_to_wire_of_the_card_and_delete_cuts_it(branch: Hand) -> None:
    branch.key(Key.Key_Home)
    branch.key(Key.Key_W)
    branch.key(Key.Key_W)
    assert "Wire from Input to Tanh" in branch.view.accessibleDescription()
    branch.key(Key.Key_Delete)
    assert branch.links() == {("input", "dense"), ("dense", "add")}
    branch.key(Key.Key_Tab)
    after_it = branch.workbench.analysis.order[1]
    assert branch.selected == {after_it}, "it goes on from the card whose wire it was"


# ---------------------------------------------------------------- wiring


def test_c_takes_a_wire_out_of_the_card_and_enter_connects_it(branch: Hand) -> None:
    branch.workbench.select(("tanh",))
    branch.key(Key.Key_C)
    assert "Enter connects to Add" in status(branch), "the first that takes it"
    branch.key(Key.Key_Return)
    assert Edge("tanh", "add", 1) in branch.graph.edges
    assert branch.workbench.document.undo_label == "Connect"
    assert branch.selected == {"tanh"}
    assert "parameters" in status(branch)


def test_a_card_that_cannot_take_the_wire_says_why_and_enter_does_nothing(branch: Hand) -> None:
    before = branch.graph
    branch.workbench.select(("add",))
    branch.key(Key.Key_C)
    said = set()
    for _ in range(3):
        said.add(branch.hint())
        branch.key(Key.Key_Return)
        branch.key(Key.Key_Tab)
    assert branch.graph is before
    assert any("would close a circle" in words for words in said)
    branch.key(Key.Key_Escape)
    assert branch.hint() == ""
    assert branch.selected == {"add"}, "Escape gives up the wire first"


def test_arrows_choose_another_card_and_any_other_key_gives_the_wire_up(canvas: Opener) -> None:
    graph = chain(layer("Input", (4,)), layer("Dense", 4))
    for name in ("a", "b"):
        graph = edits.add_node(graph, Node(name, layer("Tanh")))
    hand = canvas(graph)
    hand.workbench.select(("dense",))
    hand.key(Key.Key_C)
    first = status(hand)
    hand.key(Key.Key_Right)
    hand.key(Key.Key_Left)
    assert status(hand) == first
    hand.key(Key.Key_F)
    assert "parameters" in status(hand)
    hand.key(Key.Key_Return)
    assert hand.graph is graph


def test_an_undo_in_the_middle_lets_the_wire_go(branch: Hand) -> None:
    branch.workbench.select(("tanh",))
    branch.key(Key.Key_Right)
    branch.key(Key.Key_C)
    branch.undo()
    assert "parameters" in status(branch)
    branch.key(Key.Key_Return)
    assert len(branch.graph.edges) == 3


# ---------------------------------------------------------------- a whole network


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Press a key wherever the keyboard is."""
    QTest.keyClick(focused(), key, modifiers)
    QApplication.processEvents()


def test_a_network_with_a_branch_is_built_set_and_run_without_a_mouse(
    open_window: WindowOpener, qtbot: QtBot
) -> None:
    window = open_window()
    window.files.show_project(Project(data=DataSettings(SOURCES["Spiral"]())), None)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.go_to_canvas()
    assert focused() is window.docks.canvas

    def add(name: str) -> None:
        press(Key.Key_Insert)
        QTest.keyClicks(focused(), name)
        press(Key.Key_Return)

    for name in ("input", "dense", "tanh", "add", "dense", "softmax"):
        add(name)
    press(Key.Key_Home)
    press(Key.Key_Right, ALT)  # the first Dense
    press(Key.Key_C)
    for _ in window.workbench.graph.nodes:
        if "connects to Add" in window.docks.canvas.accessibleDescription():
            break
        press(Key.Key_Tab)
    press(Key.Key_Return)
    press(Key.Key_End)
    press(Key.Key_Left, ALT)  # the last Dense
    press(Key.Key_Return)
    assert focused().objectName() == "inspector_units"
    press(Key.Key_A, CTRL)
    QTest.keyClicks(focused(), "2")
    press(Key.Key_Return)
    press(Key.Key_F6)
    assert focused() is window.docks.canvas

    graph = window.workbench.graph
    links = {(edge.source, edge.target) for edge in graph.edges}
    assert {("dense", "tanh"), ("tanh", "add"), ("dense", "add"), ("add", "dense-2")} <= links
    assert not [p for p in window.workbench.problems if p.severity == "error"]
    press(Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: window.workbench.runner.last_batch is not None)
    press(Key.Key_R, CTRL)


# ---------------------------------------------------------------- the menu


def test_the_menu_key_opens_the_menu_at_the_card(canvas: Opener, qtbot: QtBot) -> None:
    hand = canvas()
    hand.key(Key.Key_End)
    somewhere = QPoint(500, 300)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, somewhere, somewhere)
    QApplication.sendEvent(hand.pane, event)
    menu = child(hand.view, "canvas_menu")
    assert isinstance(menu, QMenu)
    texts = [action.text() for action in menu.actions()]
    menu.close()
    assert any(text.startswith("Rename") for text in texts)
    assert hand.selected == {"tanh"}
