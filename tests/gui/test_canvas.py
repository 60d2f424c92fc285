"""The canvas, driven by mouse and keyboard."""

from __future__ import annotations

import pytest
from canvas_hand import CTRL, LEFT, MIDDLE, NONE, SHIFT, THREE, Hand, Key, Opener, chain, layer
from driving import child
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import (
    QPixmap,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from nnstudio.graph import edits
from nnstudio.graph.analysis import Problem
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.gui.canvas.bands import PER_BAND
from nnstudio.gui.look.theme import Theme
from nnstudio.project.project import Project

# A tooltip raises itself, which the offscreen platform can't, and says.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")

# ---------------------------------------------------------------- showing


def test_a_graph_without_places_is_arranged_without_becoming_modified(canvas: Opener) -> None:
    hand = canvas()
    lefts = [hand.view.node_rect(node).left() for node in ("input", "dense", "tanh")]
    assert lefts == sorted(lefts)
    assert not hand.workbench.document.is_modified
    assert not hand.workbench.project.layout.positions


def test_the_whole_network_is_in_view_from_the_start_and_after_a_resize(canvas: Opener) -> None:
    hand = canvas(chain(layer("Input", (4,)), *(layer("Dense", 8) for _ in range(30))))
    for size in ((1000, 640), (420, 300)):
        hand.view.resize(*size)
        QApplication.processEvents()
        inside = hand.pane.rect()
        assert all(inside.contains(hand.view.node_rect(n.id)) for n in hand.graph.nodes)


def test_the_strip_counts_the_parameters_and_says_the_zoom(canvas: Opener) -> None:
    hand = canvas(chain(layer("Input", (100,)), layer("Dense", 64)))
    status = child(hand.view, "canvas_status")
    assert isinstance(status, QLabel)
    assert status.text() == "6,464 parameters · 100 %"
    hand.view.zoom_by(0.5)
    assert status.text() == "6,464 parameters · 50 %"


def test_an_edit_elsewhere_is_shown(canvas: Opener) -> None:
    hand = canvas()
    hand.workbench.edit_graph(
        "x", lambda g: edits.connect(edits.add_node(g, Node("new", layer("ReLU"))), "tanh", "new")
    )
    assert hand.view.node_rect("new").left() > hand.view.node_rect("tanh").left()
    hand.undo()
    with pytest.raises(KeyError):
        hand.view.node_rect("new")


def test_a_problem_shows_a_badge_with_its_sentence_and_goes_when_it_is_solved(
    canvas: Opener,
) -> None:
    hand = canvas()
    corner = hand.view.node_rect("dense").topRight()
    assert "has no input" not in hand.tool_tip(corner)
    clean = hand.view.grab().toImage()
    start, end = hand.view.port_point("input", "output"), hand.view.port_point("dense", "input")
    hand.click((start + end) / 2)
    hand.key(Key.Key_Delete)
    assert "Dense has no input" in hand.tool_tip(corner)
    marked = hand.view.grab().toImage()
    assert marked.pixelColor(corner - QPoint(4, 0)) != clean.pixelColor(corner - QPoint(4, 0))
    hand.drag(start, end)
    assert "has no input" not in hand.tool_tip(corner)


def test_a_problem_that_comes_with_the_data_is_shown_too(canvas: Opener) -> None:
    hand = canvas()
    values = {"layer": "Tanh", "expected": 2, "got": 1}
    hand.workbench.problems = (Problem("tanh", "warning", "too_few_inputs", values),)
    hand.workbench.problems_changed.emit()
    assert "needs at least 2 inputs" in hand.tool_tip(hand.view.node_rect("tanh").topRight())


def test_weights_become_pictures_on_the_cards_while_the_canvas_is_visible(
    canvas: Opener, qtbot: QtBot
) -> None:
    hand = canvas(chain(layer("Input", (2,)), layer("Dense", 8), layer("Dense", 3)))
    box = hand.view.node_rect("dense").adjusted(130, 4, -6, -30)

    def colours() -> set[int]:
        picture = hand.view.grab(box.translated(hand.pane.pos())).toImage()
        return {
            picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())
        }

    qtbot.waitUntil(lambda: len(colours()) > 5)
    hand.view.set_thumbnail("dense", None)
    assert len(colours()) < 5
    pixmap = QPixmap(8, 8)
    pixmap.fill(Qt.GlobalColor.magenta)
    hand.view.set_thumbnail("dense", pixmap)
    assert 0xFFFF00FF in colours()


# ---------------------------------------------------------------- selecting


def test_clicks_select_toggle_and_clear_and_the_window_knows(canvas: Opener) -> None:
    hand = canvas()
    hand.click(hand.middle("dense"))
    assert hand.selected == {"dense"}
    hand.click(hand.middle("tanh"), SHIFT)
    hand.click(hand.middle("input"), CTRL)
    assert hand.selected == {"dense", "tanh", "input"}
    hand.click(hand.middle("tanh"), CTRL)
    assert hand.selected == {"dense", "input"}
    hand.click(hand.middle("dense"))
    assert hand.selected == {"dense"}
    hand.click(hand.empty_spot())
    assert hand.selected == set()


def test_a_selection_made_elsewhere_is_shown_with_an_accent_border(canvas: Opener) -> None:
    hand = canvas()
    edge = hand.view.node_rect("dense").center()
    edge.setY(hand.view.node_rect("dense").top() + 1)
    before = hand.view.grab().toImage().pixelColor(edge)
    hand.workbench.select(("dense",))
    after = hand.view.grab().toImage().pixelColor(edge)
    assert before != after
    assert after.name() == "#2457c5"


def test_a_rubber_band_selects_what_it_touches_and_ctrl_a_everything(canvas: Opener) -> None:
    hand = canvas()
    start = hand.view.node_rect("dense").topLeft() - QPoint(20, 30)
    hand.drag(start, hand.middle("tanh"))
    assert hand.selected == {"dense", "tanh"}
    hand.key(Key.Key_Escape)
    assert hand.selected == set()
    hand.key(Key.Key_A, CTRL)
    assert hand.selected == {"input", "dense", "tanh"}


# ---------------------------------------------------------------- moving


def test_dragging_moves_the_selection_on_the_grid_as_one_undo_step(canvas: Opener) -> None:
    hand = canvas()
    hand.click(hand.middle("dense"))
    hand.click(hand.middle("tanh"), SHIFT)
    before = {node: hand.middle(node) for node in ("input", "dense", "tanh")}
    hand.drag(before["dense"], before["dense"] + QPoint(43, 61))
    places = hand.workbench.project.layout.by_id
    assert all(x % 8 == 0 and y % 8 == 0 for x, y in places.values())
    for node in ("dense", "tanh"):
        moved = hand.middle(node) - before[node]
        assert abs(moved.x() - 43) <= 4
        assert abs(moved.y() - 61) <= 4
    assert hand.middle("input") == before["input"]
    assert hand.workbench.document.undo_label == "Move"
    hand.undo()
    assert {node: hand.middle(node) for node in before} == before
    assert hand.workbench.document.undo_label == ""


def test_escape_gives_a_drag_up(canvas: Opener) -> None:
    hand = canvas()
    start = hand.middle("dense")
    hand.press(start)
    hand.move(start + QPoint(80, 80))
    assert hand.middle("dense") != start
    hand.key(Key.Key_Escape)
    assert hand.middle("dense") == start
    hand.release(start + QPoint(80, 80))
    assert hand.middle("dense") == start
    assert not hand.workbench.document.is_modified


def test_a_click_that_shakes_a_little_moves_nothing(canvas: Opener) -> None:
    hand = canvas()
    hand.key(Key.Key_A, CTRL)
    hand.drag(hand.middle("dense"), hand.middle("dense") + QPoint(2, 2))
    assert hand.selected == {"dense"}
    assert not hand.workbench.document.is_modified


def test_nudges_in_a_row_are_one_undo_step(canvas: Opener) -> None:
    hand = canvas()
    hand.click(hand.middle("dense"))
    before = hand.middle("dense")
    for _ in range(3):
        hand.key(Key.Key_Right)
    hand.key(Key.Key_Down)
    assert hand.middle("dense") == before + QPoint(24, 8)
    hand.click(hand.middle("tanh"))
    hand.key(Key.Key_Left)
    hand.undo()
    assert hand.middle("dense") == before + QPoint(24, 8)
    hand.undo()
    assert hand.middle("dense") == before
    assert not hand.workbench.document.undo_label


def test_wires_follow_the_cards_they_connect(canvas: Opener) -> None:
    hand = canvas()
    hand.drag(hand.middle("tanh"), hand.middle("tanh") + QPoint(0, 160))
    start, end = hand.view.port_point("dense", "output"), hand.view.port_point("tanh", "input")
    hand.click((start + end) / 2)
    hand.key(Key.Key_Delete)
    assert hand.links() == {("input", "dense")}


def test_a_drag_beyond_the_edge_takes_the_view_along(canvas: Opener, qtbot: QtBot) -> None:
    hand = canvas()
    start, beyond = hand.middle("tanh"), QPoint(hand.pane.width() + 60, 300)
    hand.press(start)
    hand.move(start + QPoint(40, 0))
    hand.move(beyond)
    before = hand.view.node_rect("input").left()
    qtbot.waitUntil(lambda: hand.view.node_rect("input").left() < before - 100)
    hand.release(beyond)
    place = hand.view.node_rect("input").left()
    hand.move(beyond)
    qtbot.wait(80)
    assert hand.view.node_rect("input").left() == place
    assert hand.workbench.document.undo_label == "Move"


def test_tidy_up_arranges_and_can_be_undone(canvas: Opener) -> None:
    hand = canvas()
    tidy = {node.id: hand.middle(node.id) for node in hand.graph.nodes}
    hand.drag(hand.middle("input"), hand.empty_spot() - QPoint(120, 60))
    messy = hand.workbench.project.layout
    hand.view.tidy_up()
    assert {node.id: hand.middle(node.id) for node in hand.graph.nodes} == tidy
    hand.undo()
    assert hand.workbench.project.layout == messy


# ---------------------------------------------------------------- adding


def test_an_empty_canvas_offers_a_network_that_fits_the_data(canvas: Opener) -> None:
    hand = canvas(Graph(), data="Digits")
    button = child(hand.view, "canvas_start")
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)
    names = [type(node.layer).__name__ for node in hand.graph.nodes]
    assert names == ["Input", "Flatten", "Dense", "Softmax"]
    assert not hand.workbench.problems
    assert not button.isVisible()
    hand.undo()
    assert button.isVisible()


def test_layers_added_one_by_one_connect_to_the_last_and_are_selected(canvas: Opener) -> None:
    hand = canvas(Graph())
    for name in ("Input", "Dense", "ReLU"):
        hand.view.add_layer(name)
        assert hand.pane.rect().contains(hand.view.node_rect(hand.workbench.selection[0]))
    assert hand.links() == {("input", "dense"), ("dense", "relu")}
    assert hand.selected == {"relu"}
    assert hand.graph.by_id["input"].layer == layer("Input", (2,)), "as the data is shaped"
    hand.undo()
    assert hand.links() == {("input", "dense")}


def test_a_network_built_layer_by_layer_wraps_and_stays_in_view(canvas: Opener) -> None:
    hand = canvas(Graph())
    hand.view.add_layer("Input")
    for _ in range(9):
        hand.view.add_layer("Dense")
    boxes = [hand.view.node_rect(node.id) for node in hand.graph.nodes]
    assert all(hand.pane.rect().contains(box) for box in boxes)
    assert len({box.left() for box in boxes}) == PER_BAND
    assert len(hand.graph.edges) == 9


def test_a_layer_added_behind_a_selected_one_goes_into_the_chain(canvas: Opener) -> None:
    hand = canvas()
    before = hand.view.node_rect("tanh")
    hand.click(hand.middle("dense"))
    hand.view.add_layer("BatchNorm")
    assert hand.links() == {("input", "dense"), ("dense", "batchnorm"), ("batchnorm", "tanh")}
    assert hand.view.node_rect("batchnorm").right() < hand.view.node_rect("tanh").left()
    hand.undo()
    assert hand.links() == {("input", "dense"), ("dense", "tanh")}
    assert hand.view.node_rect("tanh").size() == before.size()


def test_add_takes_from_all_selected_layers(canvas: Opener) -> None:
    hand = canvas(chain(layer("Input", (4,)), layer("Dense", 4)))
    hand.key(Key.Key_A, CTRL)
    hand.view.add_layer("Add")
    assert {("input", "add"), ("dense", "add")} <= hand.links()
    assert not hand.workbench.analysis.problems


def test_a_layer_dropped_on_the_canvas_stands_under_the_pointer(canvas: Opener) -> None:
    hand = canvas()
    spot = QPoint(500, 520)
    assert hand.drop("Dense", spot)
    assert (hand.middle("dense-2") - spot).manhattanLength() <= 8
    assert hand.workbench.selection == ("dense-2",)
    assert len(hand.graph.edges) == 2


def test_a_layer_dropped_on_a_wire_goes_in_between_as_one_undo_step(canvas: Opener) -> None:
    hand = canvas()
    start, end = hand.view.port_point("dense", "output"), hand.view.port_point("tanh", "input")
    assert hand.drop("Dropout", (start + end) / 2)
    assert hand.links() == {("input", "dense"), ("dense", "dropout"), ("dropout", "tanh")}
    boxes = [hand.view.node_rect(node.id) for node in hand.graph.nodes]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    hand.undo()
    assert hand.links() == {("input", "dense"), ("dense", "tanh")}
    assert not hand.workbench.document.undo_label


def test_an_input_dropped_on_a_wire_stays_unconnected(canvas: Opener) -> None:
    hand = canvas()
    start, end = hand.view.port_point("dense", "output"), hand.view.port_point("tanh", "input")
    hand.drop("Input", (start + end) / 2)
    assert hand.links() == {("input", "dense"), ("dense", "tanh")}
    assert hand.selected == {"input-2"}


def test_something_else_dropped_is_not_taken(canvas: Opener) -> None:
    hand = canvas()
    assert not hand.drop("Nonsense", QPoint(100, 400))
    assert hand.graph == THREE


# ---------------------------------------------------------------- wiring


@pytest.fixture
def branches() -> Graph:
    """An input, two layers behind it, and Add, not wired yet."""
    graph = chain(layer("Input", (4,)), layer("Dense", 4))
    graph = edits.add_node(graph, Node("tanh", layer("Tanh")))
    return edits.add_node(graph, Node("add", layer("Add")))


@pytest.mark.parametrize("backwards", [False, True])
def test_a_wire_is_drawn_from_port_to_port(
    canvas: Opener, branches: Graph, backwards: bool
) -> None:
    hand = canvas(branches)
    ends = hand.view.port_point("input", "output"), hand.view.port_point("tanh", "input")
    hand.drag(*reversed(ends)) if backwards else hand.drag(*ends)
    assert ("input", "tanh") in hand.links()
    assert hand.workbench.document.undo_label == "Connect"
    hand.undo()
    assert ("input", "tanh") not in hand.links()


def test_add_always_has_one_free_input(canvas: Opener, branches: Graph) -> None:
    hand = canvas(branches)
    for slot, node in enumerate(("input", "dense", "tanh")):
        hand.drag(hand.view.port_point(node, "output"), hand.view.port_point("add", "input", slot))
    slots = {edge.slot for edge in hand.graph.incoming["add"]}
    assert slots == {0, 1, 2}
    assert hand.view.port_point("add", "input", 3).y() > hand.view.port_point("add", "input", 2).y()


def test_wires_stay_at_their_ports_when_a_card_gets_more_of_them(
    canvas: Opener, branches: Graph
) -> None:
    hand = canvas(branches)
    for slot, node in enumerate(("input", "dense")):
        hand.drag(hand.view.port_point(node, "output"), hand.view.port_point("add", "input", slot))
    hand.click(hand.view.port_point("add", "input", 0) - QPoint(14, 0))
    hand.key(Key.Key_Delete)
    assert {edge.slot for edge in hand.graph.incoming["add"]} == {1}


def test_a_wire_dropped_on_a_card_takes_its_first_free_input(
    canvas: Opener, branches: Graph
) -> None:
    hand = canvas(branches)
    hand.drag(hand.view.port_point("dense", "output"), hand.view.port_point("add", "input", 0))
    hand.drag(hand.view.port_point("input", "output"), hand.middle("add"))
    assert Edge("input", "add", 1) in hand.graph.edges


def test_a_wire_dropped_on_nothing_is_given_up(canvas: Opener, branches: Graph) -> None:
    hand = canvas(branches)
    hand.drag(hand.view.port_point("dense", "output"), hand.empty_spot())
    assert hand.graph == branches
    assert not hand.workbench.document.is_modified


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("tanh", "dense", "close a circle"),
        ("dense", "dense", "can't be connected to itself"),
        ("input", "tanh", "is taken"),
    ],
)
def test_a_wire_that_cannot_be_is_refused_with_a_sentence_while_it_hovers(
    canvas: Opener, source: str, target: str, words: str
) -> None:
    graph = THREE if words == "is taken" else edits.remove(THREE, edges=[Edge("input", "dense")])
    hand = canvas(graph)
    start, end = hand.view.port_point(source, "output"), hand.view.port_point(target, "input")
    hand.press(start)
    hand.move(start + QPoint(20, 20))
    assert hand.hint() == ""
    hand.move(end)
    assert words in hand.hint()
    hand.release(end)
    assert hand.hint() == ""
    assert hand.graph == graph


def test_the_end_of_a_wire_is_picked_up_and_moved_in_one_undo_step(canvas: Opener) -> None:
    graph = edits.add_node(THREE, Node("relu", layer("ReLU")))
    hand = canvas(graph)
    hand.drag(hand.view.port_point("tanh", "input"), hand.view.port_point("relu", "input"))
    assert hand.links() == {("input", "dense"), ("dense", "relu")}
    hand.undo()
    assert hand.graph == graph
    hand.drag(hand.view.port_point("tanh", "input"), hand.empty_spot())
    assert hand.graph == graph


@pytest.mark.parametrize("place", ["card", "port", "wire"])
def test_what_is_in_hand_may_vanish_in_the_middle_of_a_gesture(canvas: Opener, place: str) -> None:
    hand = canvas(Graph())
    for name in ("Input", "Dense", "ReLU"):
        hand.view.add_layer(name)
    start, end = hand.view.port_point("dense", "output"), hand.view.port_point("relu", "input")
    at = {"card": hand.middle("relu"), "port": end, "wire": (start + end) / 2}[place]
    hand.press(at)
    hand.move(at + QPoint(30, 60))
    hand.undo()
    hand.move(at + QPoint(40, 80))
    hand.release(at + QPoint(40, 80))
    assert {node.id for node in hand.graph.nodes} == {"input", "dense"}
    assert hand.workbench.document.redo_label == "Add ReLU", "nothing was done"


def test_a_shape_that_does_not_fit_can_be_wired_and_is_a_problem(canvas: Opener) -> None:
    graph = chain(layer("Input", (1, 4, 4)))
    hand = canvas(edits.add_node(graph, Node("dense", layer("Dense", 3))))
    hand.drag(hand.view.port_point("input", "output"), hand.view.port_point("dense", "input"))
    assert hand.links() == {("input", "dense")}
    assert "add Flatten" in hand.tool_tip(hand.middle("dense"))


# ---------------------------------------------------------------- deleting


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_a_chain_closes_over_a_deleted_node_in_one_undo_step(canvas: Opener, key: Qt.Key) -> None:
    hand = canvas()
    hand.click(hand.middle("dense"))
    hand.key(key)
    assert hand.links() == {("input", "tanh")}
    assert hand.selected == set()
    hand.undo()
    assert hand.graph == THREE
    hand.workbench.document.redo()
    assert hand.links() == {("input", "tanh")}


def test_a_selected_wire_is_deleted_alone(canvas: Opener) -> None:
    hand = canvas()
    start, end = hand.view.port_point("dense", "output"), hand.view.port_point("tanh", "input")
    hand.click((start + end) / 2)
    hand.key(Key.Key_Delete)
    assert hand.links() == {("input", "dense")}
    assert len(hand.graph.nodes) == 3


def test_nodes_and_wires_go_together_and_come_back_together(canvas: Opener) -> None:
    hand = canvas()
    start, end = hand.view.port_point("input", "output"), hand.view.port_point("dense", "input")
    hand.click(hand.middle("tanh"))
    hand.click((start + end) / 2, SHIFT)
    hand.key(Key.Key_Delete)
    assert hand.links() == set()
    assert {node.id for node in hand.graph.nodes} == {"input", "dense"}
    hand.undo()
    assert hand.graph == THREE


def test_a_branch_node_is_deleted_without_a_doubled_wire(canvas: Opener) -> None:
    graph = chain(layer("Input", (4,)), layer("Dense", 4), layer("Add"))
    hand = canvas(edits.connect(graph, "input", "add"))
    hand.click(hand.middle("dense"))
    hand.key(Key.Key_Delete)
    assert hand.graph.edges == (Edge("input", "add", 1),)


def test_everything_can_be_deleted_and_brought_back(canvas: Opener) -> None:
    hand = canvas()
    hand.key(Key.Key_A, CTRL)
    hand.key(Key.Key_Delete)
    assert not hand.graph.nodes
    hand.undo()
    assert hand.graph == THREE


def test_a_copy_keeps_the_wires_among_the_copied(canvas: Opener) -> None:
    hand = canvas()
    hand.click(hand.middle("dense"))
    hand.click(hand.middle("tanh"), SHIFT)
    hand.key(Key.Key_D, CTRL)
    assert ("dense-2", "tanh-2") in hand.links()
    assert hand.selected == {"dense-2", "tanh-2"}
    hand.undo()
    assert hand.graph == THREE


# ---------------------------------------------------------------- looking around


@pytest.mark.parametrize("angle", [240, -240])
def test_the_wheel_zooms_at_the_pointer(canvas: Opener, angle: int) -> None:
    hand = canvas()
    at = QPoint(611, 222)
    hand.wheel(at, 120)
    before, zoom = hand.view.mapToScene(at), hand.view.zoom
    hand.wheel(at, angle)
    assert (hand.view.zoom > zoom) == (angle > 0)
    after = hand.view.mapToScene(at)
    assert abs(after.x() - before.x()) * hand.view.zoom <= 1.5
    assert abs(after.y() - before.y()) * hand.view.zoom <= 1.5


def test_two_fingers_pan_instead_of_zooming(canvas: Opener) -> None:
    hand = canvas()
    before, zoom = hand.middle("dense"), hand.view.zoom
    hand.wheel(QPoint(300, 300), 120, QPoint(30, -50))
    assert hand.middle("dense") == before + QPoint(30, -50)
    assert hand.view.zoom == zoom


def test_the_middle_button_and_space_pan_without_selecting(canvas: Opener) -> None:
    hand = canvas()
    for button in (MIDDLE, LEFT):
        before = hand.middle("dense")
        if button == LEFT:
            QTest.keyPress(hand.view, Key.Key_Space)
        QTest.mousePress(hand.pane, button, NONE, before)
        QTest.mouseMove(hand.pane, before + QPoint(40, 25))
        QTest.mouseRelease(hand.pane, button, NONE, before + QPoint(40, 25))
        QTest.keyRelease(hand.view, Key.Key_Space)
        assert hand.middle("dense") == before + QPoint(40, 25)
    assert hand.selected == set()
    assert not hand.workbench.document.is_modified


def test_keys_zoom_and_fit(canvas: Opener) -> None:
    hand = canvas()
    hand.key(Key.Key_Plus, CTRL)
    assert hand.view.zoom > 1
    hand.key(Key.Key_Minus, CTRL)
    hand.key(Key.Key_Minus, CTRL)
    assert hand.view.zoom < 1
    hand.key(Key.Key_0, CTRL)
    assert hand.view.zoom == 1
    hand.wheel(QPoint(5, 5), 120, QPoint(5000, 5000))
    assert not hand.pane.rect().intersects(hand.view.node_rect("dense"))
    hand.key(Key.Key_F)
    assert all(hand.pane.rect().contains(hand.view.node_rect(n.id)) for n in hand.graph.nodes)
    for name, bigger in (("canvas_zoom_in", True), ("canvas_zoom_out", False)):
        zoom = hand.view.zoom
        QTest.mouseClick(child(hand.view, name), LEFT)
        assert (hand.view.zoom > zoom) == bigger


def test_the_keyboard_on_the_canvas_shows_as_a_ring(canvas: Opener) -> None:
    hand = canvas()
    corner = QPoint(300, 0)

    def edge() -> str:
        return hand.view.grab().toImage().pixelColor(corner).name()

    plain = edge()
    child(hand.view, "canvas_fit").setFocus()
    hand.view.setFocus(Qt.FocusReason.TabFocusReason)
    assert edge() == "#2457c5"
    hand.click(hand.middle("dense"))
    assert edge() == plain


def test_far_out_a_card_still_can_be_selected_and_moved(canvas: Opener) -> None:
    hand = canvas()
    hand.view.zoom_by(0.3)
    hand.click(hand.middle("dense"))
    assert hand.selected == {"dense"}
    before = hand.middle("dense")
    hand.drag(before, before + QPoint(0, 40))
    assert abs((hand.middle("dense") - before).y() - 40) <= 3


def test_opening_another_project_shows_it_whole(canvas: Opener) -> None:
    hand = canvas()
    hand.view.zoom_by(4)
    hand.workbench.open(Project(graph=chain(layer("Input", (4,)), layer("Dense", 2))))
    assert all(hand.pane.rect().contains(hand.view.node_rect(n.id)) for n in hand.graph.nodes)
    with pytest.raises(KeyError):
        hand.view.node_rect("tanh")


def test_the_theme_changes_the_colours_at_once(qtbot: QtBot) -> None:
    theme = Theme("light")
    hand = Hand(THREE, theme)
    qtbot.addWidget(hand.view)
    at = hand.empty_spot() - QPoint(3, 3)
    light = hand.view.grab().toImage().pixelColor(at).lightness()
    theme.set("dark")
    assert hand.view.grab().toImage().pixelColor(at).lightness() < light / 2
    theme.set("light")


# ---------------------------------------------------------------- large networks


def test_a_thousand_nodes_are_shown_edited_and_undone(canvas: Opener) -> None:
    hand = canvas(chain(layer("Input", (4,)), *(layer("Dense", 4) for _ in range(999))))
    hand.view.grab()
    hand.workbench.select(("dense-500",))
    hand.view.reset_zoom()
    hand.view.add_layer("Tanh")
    assert {("dense-500", "tanh"), ("tanh", "dense-501")} <= hand.links()
    middle = hand.middle("tanh")
    assert hand.pane.rect().contains(middle)
    hand.drag(middle, middle + QPoint(40, 0))
    assert hand.middle("tanh") == middle + QPoint(40, 0)
    hand.undo()
    hand.undo()
    assert len(hand.graph.nodes) == 1000
    hand.key(Key.Key_A, CTRL)
    hand.key(Key.Key_Delete)
    assert not hand.graph.nodes
