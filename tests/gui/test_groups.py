"""Groups on the canvas, by mouse and keyboard: frames, and cards that stand for several."""

from __future__ import annotations

import pytest
from canvas_hand import CTRL, LEFT, NONE, SHIFT, Hand, Key, Opener, chain, layer
from driving import child
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from nnstudio.graph.edits import add_node
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.gui.canvas.diagram import card_sheet
from nnstudio.gui.canvas.measures import GRID
from nnstudio.gui.canvas.placing import shown_places
from nnstudio.project.layout import Group

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FIVE = chain(
    layer("Input", (4,)), layer("Dense", 8), layer("Tanh"), layer("Dense", 3), layer("ReLU")
)
MIDDLE = ("dense", "tanh")


def with_lone(graph: Graph, name: str, *values: object) -> Graph:
    """The graph with one more node, called ``lone``, without a wire."""
    return add_node(graph, Node("lone", layer(name, *values)))


def groups(hand: Hand) -> tuple[Group, ...]:
    return hand.workbench.project.layout.groups


def group(hand: Hand, *nodes: str, folded: bool = False) -> Group:
    """Group these nodes by keyboard."""
    hand.workbench.select(nodes)
    hand.key(Key.Key_G, CTRL)
    if folded:
        hand.key(Key.Key_H, CTRL)
    return groups(hand)[-1]


def cards(hand: Hand) -> set[str]:
    """The nodes and groups that have a card on the canvas."""
    return set(hand.view._scene.nodes)


def wires(hand: Hand) -> set[tuple[str, str]]:
    """The wires that are drawn."""
    return {(edge.source, edge.target) for edge in hand.view._scene.wires}


def title(hand: Hand, one: Group) -> QPoint:
    """A place on the title of an expanded group's frame, right of its name's beginning."""
    box = hand.view._scene.group_title(one.id, one.nodes)
    return hand.view.mapFromScene(QPointF(box.left() + 60, box.top() + 10))


def fold_button(hand: Hand, one: Group) -> QPoint:
    box = hand.view._scene.group_title(one.id, one.nodes)
    if one.collapsed:
        return hand.view.mapFromScene(QPointF(box.right() - 18, box.top() + 18))
    return hand.view.mapFromScene(QPointF(box.left() + 14, box.top() + 11))


def double_click(hand: Hand, at: QPoint) -> None:
    hand.click(at)
    QTest.mouseDClick(hand.pane, LEFT, NONE, at)
    hand.release(at)


def menu_at(hand: Hand, at: QPoint) -> list[str]:
    """The words of the context menu there."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, hand.pane.mapToGlobal(at))
    QApplication.sendEvent(hand.pane, event)
    menu = child(hand.view, "canvas_menu")
    assert isinstance(menu, QMenu)
    texts = [action.text().partition("\t")[0] for action in menu.actions() if action.text()]
    menu.close()
    return texts


# ---------------------------------------------------------------- making and taking apart


def test_the_selected_cards_become_a_group_in_one_step_and_are_taken_apart_again(
    canvas: Opener,
) -> None:
    hand = canvas(FIVE)
    assert group(hand, *MIDDLE).nodes == MIDDLE
    assert hand.workbench.document.undo_label == "Group"
    assert hand.graph is FIVE, "nothing that is computed has changed"
    hand.key(Key.Key_G, CTRL | SHIFT)
    assert groups(hand) == ()
    hand.undo()
    hand.undo()
    assert groups(hand) == ()
    assert not hand.workbench.document.undo_label


def test_without_a_selection_grouping_says_what_to_do(canvas: Opener) -> None:
    hand = canvas(FIVE)
    said: list[str] = []
    hand.workbench.said.connect(lambda words, _: said.append(words))
    hand.workbench.select(())
    hand.key(Key.Key_G, CTRL)
    hand.key(Key.Key_H, CTRL)
    assert said == [
        "Select the layers that shall be a group first.",
        "None of the selected layers is in a group.",
    ]


def test_the_context_menu_offers_what_can_be_done_with_groups(canvas: Opener) -> None:
    hand = canvas(FIVE)
    assert "Group" in menu_at(hand, hand.middle("tanh"))
    one = group(hand, *MIDDLE)
    words = menu_at(hand, title(hand, one))
    assert {"Collapse group", "Ungroup", "Save as block…", "Delete", "Rename"} <= set(words)
    assert hand.selected == set(MIDDLE)


# ---------------------------------------------------------------- the frame


def test_a_click_on_the_title_selects_all_cards_of_the_group(canvas: Opener) -> None:
    hand = canvas(FIVE)
    one = group(hand, *MIDDLE)
    hand.workbench.select(("relu",))
    hand.click(title(hand, one))
    assert hand.selected == set(MIDDLE)
    hand.click(hand.middle("relu"), SHIFT)
    assert hand.selected == {*MIDDLE, "relu"}
    hand.click(title(hand, one), SHIFT)
    assert hand.selected == {"relu"}


def test_dragging_the_title_moves_all_cards_of_the_group_and_the_frame(canvas: Opener) -> None:
    hand = canvas(FIVE)
    one = group(hand, *MIDDLE)
    before = shown_places(hand.workbench.project)
    at = title(hand, one)
    hand.drag(at, at + QPoint(0, 80))
    after = shown_places(hand.workbench.project)
    steps = {(after[n][0] - before[n][0], after[n][1] - before[n][1]) for n in MIDDLE}
    assert len(steps) == 1
    assert steps != {(0.0, 0.0)}
    assert after["relu"] == before["relu"]
    assert abs(title(hand, one).y() - at.y()) > GRID
    assert hand.workbench.document.undo_label == "Move"


def test_while_cards_are_dragged_the_frame_follows_and_escape_brings_it_back(
    canvas: Opener,
) -> None:
    hand = canvas(FIVE)
    one = group(hand, *MIDDLE)
    at = title(hand, one)
    hand.press(at)
    hand.move(at + QPoint(0, 80))
    assert abs(title(hand, one).y() - at.y() - 80) <= GRID
    hand.key(Key.Key_Escape)
    assert title(hand, one) == at
    hand.release(at + QPoint(0, 80))
    hand.click(hand.middle("tanh"))
    before = hand.view._scene.frames[one.id].boundingRect()
    hand.press(hand.middle("tanh"))
    hand.move(hand.middle("tanh") + QPoint(0, 48))
    assert hand.view._scene.frames[one.id].boundingRect().height() > before.height()


def test_a_card_is_taken_out_of_its_group_by_the_context_menu(canvas: Opener) -> None:
    hand = canvas(FIVE)
    group(hand, *MIDDLE)
    hand.click(hand.middle("tanh"))
    assert "Take out of group" in menu_at(hand, hand.middle("tanh"))
    menu = child(hand.view, "canvas_menu")
    assert isinstance(menu, QMenu)
    next(a for a in menu.actions() if a.text() == "Take out of group").trigger()
    assert [one.nodes for one in groups(hand)] == [("dense",)]
    assert hand.workbench.document.undo_label == "Take out of group"


@pytest.mark.parametrize("by_key", [True, False])
def test_a_group_is_renamed_on_its_frame(canvas: Opener, by_key: bool) -> None:
    hand = canvas(FIVE)
    one = group(hand, *MIDDLE)
    if by_key:
        hand.key(Key.Key_F2)
    else:
        double_click(hand, title(hand, one))
    field = child(hand.view, "canvas_name")
    assert isinstance(field, QLineEdit)
    assert field.text() == "Group"
    QTest.keyClicks(field, "Encoder")
    QTest.keyClick(field, Key.Key_Return)
    assert [one.name for one in groups(hand)] == ["Encoder"]
    assert hand.workbench.document.undo_label == "Rename group"


def test_within_the_frame_a_rubber_band_begins_as_on_the_empty_canvas(canvas: Opener) -> None:
    hand = canvas(FIVE)
    group(hand, *MIDDLE)
    hand.workbench.select(())
    first, second = hand.view.node_rect("dense"), hand.view.node_rect("tanh")
    between = QPoint((first.right() + second.left()) // 2, first.top() + 4)
    hand.drag(between, QPoint(second.left() + 20, first.bottom() - 10))
    assert hand.selected == {"tanh"}


# ---------------------------------------------------------------- one card


def test_a_collapsed_group_is_one_card_with_the_wires_that_cross_its_border(
    canvas: Opener,
) -> None:
    hand = canvas(FIVE)
    one = group(hand, *MIDDLE)
    hand.click(fold_button(hand, one))
    assert cards(hand) == {"input", "group group", "dense-2", "relu"}
    assert wires(hand) == {("input", "dense"), ("tanh", "dense-2"), ("dense-2", "relu")}
    face = hand.view._scene.nodes["group group"].face
    assert (face.title, face.caption, face.shape, face.parameters) == (
        "Group",
        "2 layers",
        "8",
        "40",
    )
    hand.undo()
    assert cards(hand) == set(FIVE.by_id)
    assert wires(hand) == hand.links()


@pytest.mark.parametrize("how", ["button", "key", "double-click"])
def test_a_collapsed_group_is_expanded(canvas: Opener, how: str) -> None:
    hand = canvas(FIVE)
    one = group(hand, *MIDDLE, folded=True)
    match how:
        case "button":
            hand.click(fold_button(hand, one))
        case "key":
            hand.key(Key.Key_H, CTRL)
        case _:
            double_click(hand, hand.middle("dense"))
    assert cards(hand) == set(FIVE.by_id)
    assert hand.workbench.document.undo_label == "Expand"


def test_the_card_of_a_group_selects_moves_and_deletes_all_its_nodes(canvas: Opener) -> None:
    hand = canvas(FIVE)
    group(hand, *MIDDLE, folded=True)
    hand.workbench.select(())
    before = shown_places(hand.workbench.project)
    hand.drag(hand.middle("dense"), hand.middle("dense") + QPoint(0, 96))
    assert hand.selected == set(MIDDLE)
    after = shown_places(hand.workbench.project)
    assert after["dense"][1] > before["dense"][1]
    assert after["tanh"][1] - before["tanh"][1] == after["dense"][1] - before["dense"][1]
    hand.key(Key.Key_Delete)
    assert set(hand.graph.by_id) == {"input", "dense-2", "relu"}
    assert groups(hand) == ()
    hand.undo()
    assert cards(hand) == {"input", "group group", "dense-2", "relu"}


def test_the_badge_of_a_group_is_that_of_the_worst_node_within(canvas: Opener) -> None:
    graph = chain(layer("Input", (1, 8, 8)), layer("Dense", 8), layer("Tanh"))
    hand = canvas(graph)
    group(hand, *MIDDLE, folded=True)
    face = hand.view._scene.nodes["group group"].face
    assert face.severity == "error"
    assert face.problem.startswith("Dense: ")
    assert "Flatten" in hand.tool_tip(hand.middle("dense"))


def test_a_rubber_band_over_its_card_selects_the_whole_group(canvas: Opener) -> None:
    hand = canvas(FIVE)
    group(hand, *MIDDLE, folded=True)
    hand.workbench.select(())
    box = hand.view.node_rect("dense")
    hand.drag(box.topLeft() - QPoint(12, 12), box.center())
    assert hand.selected == set(MIDDLE)


def test_a_path_that_comes_back_into_a_collapsed_group_is_drawn_out_and_in(canvas: Opener) -> None:
    hand = canvas(FIVE)
    group(hand, "dense", "dense-2", folded=True)
    assert wires(hand) == {
        ("input", "dense"),
        ("dense", "tanh"),
        ("tanh", "dense-2"),
        ("dense-2", "relu"),
    }
    entries = [hand.view.port_point("dense", "input"), hand.view.port_point("dense-2", "input")]
    card = hand.view.node_rect("dense")
    assert entries[0] != entries[1]
    assert all(
        abs(at.x() - card.left()) <= 1 and card.top() < at.y() < card.bottom() for at in entries
    )


def test_a_found_node_within_a_collapsed_group_selects_it_and_shows_its_card(
    canvas: Opener,
) -> None:
    hand = canvas(FIVE)
    group(hand, *MIDDLE, folded=True)
    hand.workbench.select(())
    hand.key(Key.Key_F, CTRL)
    QTest.keyClicks(child(hand.view, "find_field"), "tanh")
    assert hand.selected == {"tanh"}
    assert hand.view._scene.nodes["group group"].is_selected


# ---------------------------------------------------------------- wiring a group


def test_a_wire_dropped_on_the_card_goes_to_its_only_free_input(canvas: Opener) -> None:
    graph = with_lone(FIVE, "Dense", 4)
    graph = Graph(graph.nodes, tuple(e for e in graph.edges if e != Edge("input", "dense")))
    hand = canvas(graph)
    group(hand, *MIDDLE, folded=True)
    hand.drag(
        hand.view.port_point("lone", "output"), hand.view.node_rect("dense").center() + QPoint(0, 8)
    )
    assert ("lone", "dense") in hand.links()
    assert hand.workbench.document.undo_label == "Connect"


def test_a_wire_to_a_card_without_a_free_input_is_refused_with_the_reason(canvas: Opener) -> None:
    hand = canvas(with_lone(FIVE, "Dense", 4))
    group(hand, *MIDDLE, folded=True)
    hand.press(hand.view.port_point("lone", "output"))
    hand.move(hand.view.node_rect("dense").center() + QPoint(0, 8))
    assert hand.hint() == "No layer of Group needs an input: expand it to choose one."
    hand.release(hand.view.node_rect("dense").center() + QPoint(0, 8))
    assert hand.graph.edges == with_lone(FIVE, "Dense", 4).edges


def test_where_several_inputs_are_free_the_wire_goes_to_the_one_it_is_dropped_on(
    canvas: Opener,
) -> None:
    graph = with_lone(FIVE, "Dense", 4)
    graph = Graph(graph.nodes, (Edge("input", "relu"),))
    hand = canvas(graph)
    group(hand, "dense", "tanh", folded=True)
    hand.press(hand.view.port_point("lone", "output"))
    hand.move(hand.view.node_rect("dense").center() + QPoint(0, 8))
    assert "2 free inputs" in hand.hint()
    hand.move(hand.view.port_point("tanh", "input"))
    assert hand.hint() == ""
    hand.release(hand.view.port_point("tanh", "input"))
    assert ("lone", "tanh") in hand.links()


def test_a_wire_can_be_drawn_from_the_output_of_a_card(canvas: Opener) -> None:
    hand = canvas(with_lone(FIVE, "Dense", 4))
    group(hand, *MIDDLE, folded=True)
    hand.drag(hand.view.port_point("tanh", "output"), hand.view.port_point("lone", "input"))
    assert ("tanh", "lone") in hand.links()


def test_a_new_layer_goes_behind_the_output_of_the_selected_group(canvas: Opener) -> None:
    graph = chain(layer("Input", (4,)), layer("Dense", 8), layer("Tanh"))
    hand = canvas(graph)
    group(hand, *MIDDLE, folded=True)
    hand.view.add_layer("ReLU")
    assert ("tanh", "relu") in hand.links()
    card, new = hand.view.node_rect("dense"), hand.view.node_rect("relu")
    assert card.right() < new.left() < card.right() + card.width(), "beside the card"


# ---------------------------------------------------------------- what else shows groups


def test_duplicating_a_group_makes_another_one(canvas: Opener) -> None:
    hand = canvas(FIVE)
    group(hand, *MIDDLE, folded=True)
    hand.key(Key.Key_D, CTRL)
    assert len(groups(hand)) == 2
    assert groups(hand)[1].collapsed
    assert hand.selected == set(groups(hand)[1].nodes)


def test_a_group_is_pasted_into_another_window(canvas: Opener) -> None:
    source, goal = canvas(FIVE), canvas(chain(layer("Input", (4,))))
    group(source, *MIDDLE)
    QGuiApplication.clipboard().clear()
    source.key(Key.Key_C, CTRL)
    goal.key(Key.Key_V, CTRL)
    assert len(groups(goal)) == 1
    assert set(groups(goal)[0].nodes) == goal.selected


def test_a_frame_is_in_view_after_fit_and_in_the_picture_to_take_along(canvas: Opener) -> None:
    hand = canvas(FIVE)
    alone = card_sheet(hand.workbench).size
    one = group(hand, *FIVE.by_id)
    hand.view.fit()
    box = hand.view.mapFromScene(hand.view._scene.group_title(one.id, one.nodes)).boundingRect()
    assert hand.pane.rect().contains(box)
    framed = card_sheet(hand.workbench).size
    assert framed.height() > alone.height()
    hand.key(Key.Key_H, CTRL)
    assert card_sheet(hand.workbench).size.width() < alone.width()


def test_cards_of_others_are_never_within_a_frame(canvas: Opener) -> None:
    hand = canvas(FIVE)
    one = group(hand, "tanh", "dense-2")  # the end of one row and the beginning of the next
    frame = hand.view._scene.frames[one.id]
    others = [hand.view._scene.nodes[n] for n in ("input", "dense", "relu")]
    for box in frame.boxes:
        assert not any(QRectF(i.card().translated(i.pos())).intersects(box) for i in others)
    assert len(frame.boxes) == 2


def test_a_group_survives_a_change_of_the_network_within_it(canvas: Opener) -> None:
    hand = canvas(FIVE)
    group(hand, *MIDDLE)
    hand.workbench.select(("dense",))
    hand.view.add_layer("ReLU")  # goes into the wire within the group
    assert set(groups(hand)[0].nodes) == {*MIDDLE, "relu-2"}
    assert ("relu-2", "tanh") in hand.links()
