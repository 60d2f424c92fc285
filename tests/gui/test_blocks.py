"""The user's own blocks: saved, listed in palette and quick search, added again."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from canvas_hand import CTRL, LEFT, NONE, Hand, Key, chain, layer
from canvas_hand import Opener as CanvasOpener
from driving import answer_next_box, child
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QListWidget, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.graph.model import Graph
from nnstudio.gui.blocks import Blocks
from nnstudio.gui.canvas import commands
from nnstudio.gui.canvas.measures import GRID
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.panels.palette_panel import PalettePanel
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError
from nnstudio.persistence.blocks import blocks_folder, load_blocks, remove_block, save_block
from nnstudio.project.project import Project

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FIVE = chain(
    layer("Input", (4,)), layer("Dense", 8), layer("Tanh"), layer("Dense", 3), layer("ReLU")
)


def save(name: str = "Unit", *nodes: str) -> None:
    """Put a file with these nodes (Dense and Tanh) into the user's folder."""
    project = Project(graph=FIVE)
    save_block(name, commands.clipping_of(project, nodes or ("dense", "tanh")))


def type_name(name: str, button: str = "block_save") -> list[str]:
    """Type into the next dialog that asks for a name; the list gets what its button says."""
    seen: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog) or dialog.objectName() != "block_dialog":
            QTimer.singleShot(20, look)
            return
        field = child(dialog, "block_name")
        assert isinstance(field, QLineEdit)
        field.selectAll()
        QTest.keyClicks(field, name)
        seen.append(child(dialog, button).text())  # type: ignore[attr-defined]
        QTest.mouseClick(child(dialog, button), LEFT)

    QTimer.singleShot(0, look)
    return seen


def rows(parent: QWidget, name: str) -> list[str]:
    """What the list of that name shows, titles included."""
    found = child(parent, name)
    assert isinstance(found, QListWidget)
    items = [found.item(i) for i in range(found.count())]
    return [item.text() for item in items if not item.isHidden()]


def spot(parent: QWidget, text: str) -> QPoint:
    """The middle of a row of the palette."""
    found = child(parent, "palette_list")
    assert isinstance(found, QListWidget)
    for number in range(found.count()):
        if found.item(number).text() == text:
            return found.visualItemRect(found.item(number)).center()
    raise AssertionError(f"no row {text}")


def wire_between(hand: Hand, source: str, target: str) -> QPoint:
    """The middle of a straight wire."""
    return (hand.view.port_point(source, "output") + hand.view.port_point(target, "input")) / 2


def group_names(hand: Hand) -> list[str]:
    return [group.name for group in hand.workbench.project.layout.groups]


# ---------------------------------------------------------------- files


def test_a_block_is_a_file_of_its_own_that_holds_layers_and_no_weights() -> None:
    save("Mein Blöck!")
    (block,) = load_blocks()
    assert block.name == "Mein Blöck!"
    assert [type(n.layer).__name__ for n in block.clipping.graph.nodes] == ["Dense", "Tanh"]
    (path,) = blocks_folder().iterdir()
    assert path.name == "mein-bl-ck.json"
    remove_block(block)
    assert load_blocks() == ()


def test_blocks_whose_names_give_the_same_file_name_stand_side_by_side() -> None:
    for name in ("a b", "A-B", "?", "con"):
        save(name)
    assert [block.name for block in load_blocks()] == ["?", "a b", "A-B", "con"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"nnstudio": "block of layers", "name": "x"}'],
)
def test_a_damaged_file_is_passed_over_with_a_line_in_the_log_and_stays(
    content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    save()
    broken = blocks_folder() / "broken.json"
    broken.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert [block.name for block in load_blocks()] == ["Unit"]
    assert "broken.json can't be read" in caplog.text
    assert broken.exists()
    caplog.clear()


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence() -> None:
    blocks_folder().parent.mkdir(parents=True, exist_ok=True)
    blocks_folder().write_text("a file where the folder should be")
    with pytest.raises(StudioError, match="can't be changed"):
        save()


def test_saving_under_a_name_that_is_taken_replaces_that_block() -> None:
    save("Unit")
    blocks = Blocks()
    blocks.save("unit", commands.clipping_of(Project(graph=FIVE), ("relu",)))
    (block,) = load_blocks()
    assert (block.name, len(block.clipping.graph.nodes)) == ("unit", 1)


# ---------------------------------------------------------------- saving


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    """The main window with five layers."""
    shown = open_window()
    shown.new()
    shown.workbench.apply("Begin", Project(graph=FIVE))
    return shown


def trigger(window: MainWindow, name: str) -> None:
    """Choose an entry of a menu."""
    action = window.findChild(QAction, f"action_{name}")
    assert action is not None
    action.trigger()


def test_the_selected_layers_are_saved_under_a_name_and_stand_in_the_palette(
    window: MainWindow,
) -> None:
    window.workbench.select(("dense", "tanh"))
    buttons = type_name("My unit")
    trigger(window, "save_as_block")
    assert buttons == ["Save"]
    assert rows(window, "palette_list")[:2] == ["My blocks", "My unit"]
    assert [block.name for block in load_blocks()] == ["My unit"]
    assert window.workbench.project.graph is FIVE, "nothing of the network has changed"


def test_the_dialog_says_that_another_block_will_be_replaced(window: MainWindow) -> None:
    window.workbench.blocks.save("Unit", commands.clipping_of(window.workbench.project, ("relu",)))
    window.workbench.select(("dense", "tanh"))
    buttons = type_name("unit")
    trigger(window, "save_as_block")
    assert buttons == ["Replace"]
    (block,) = load_blocks()
    assert len(block.clipping.graph.nodes) == 2


def test_a_dialog_that_is_cancelled_saves_nothing(window: MainWindow) -> None:
    window.workbench.select(("dense", "tanh"))
    type_name("Unit", "block_cancel")
    trigger(window, "save_as_block")
    assert load_blocks() == ()


def test_a_group_is_offered_under_its_name(window: MainWindow) -> None:
    window.workbench.select(("dense", "tanh"))
    trigger(window, "group")
    group = window.workbench.project.layout.groups[0]
    window.docks.canvas.groups.rename(group.id, "Encoder")
    offered: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        field = child(dialog, "block_name")
        assert isinstance(field, QLineEdit)
        offered.append(field.text())
        field.clear()
        assert not child(dialog, "block_save").isEnabled(), "without a name there is no block"
        QTest.keyClick(dialog, Key.Key_Escape)

    QTimer.singleShot(0, look)
    trigger(window, "save_as_block")
    assert offered == ["Encoder"]


# ---------------------------------------------------------------- adding


def test_a_double_click_in_the_palette_adds_the_block_behind_the_selected_node(
    open_window: Callable[..., MainWindow],
) -> None:
    save("Unit")
    window = open_window()
    window.new()
    window.workbench.apply("Begin", Project(graph=FIVE))
    window.docks.show_stage("build")
    QApplication.processEvents()
    window.workbench.select(("dense-2",))
    rows_list = child(window, "palette_list")
    assert isinstance(rows_list, QListWidget)
    QTest.mouseClick(rows_list.viewport(), LEFT, NONE, spot(window, "Unit"))
    QTest.mouseDClick(rows_list.viewport(), LEFT, NONE, spot(window, "Unit"))
    (group,) = window.workbench.project.layout.groups
    assert (group.name, group.collapsed) == ("Unit", True)
    links = {(e.source, e.target) for e in window.workbench.graph.edges}
    first, last = group.nodes
    assert {("dense-2", first), (first, last), (last, "relu")} <= links
    assert ("dense-2", "relu") not in links
    assert set(window.workbench.selection) == set(group.nodes)
    assert window.workbench.document.undo_label == "Add Unit"
    window.workbench.document.undo()
    assert window.workbench.graph is FIVE


def test_a_block_dropped_on_a_wire_goes_in_between(canvas: CanvasOpener) -> None:
    save("Unit")
    hand = canvas(FIVE)
    wire = wire_between(hand, "dense", "tanh")
    assert hand.drop("block:unit", wire)
    (group,) = hand.workbench.project.layout.groups
    first, last = group.nodes
    assert {("dense", first), (last, "tanh")} <= hand.links()
    assert ("dense", "tanh") not in hand.links()


def test_a_block_dropped_where_nothing_is_stands_there_unconnected(canvas: CanvasOpener) -> None:
    save("Unit")
    hand = canvas(FIVE)
    before = hand.links()
    at = hand.empty_spot() - QPoint(80, 30)
    place = hand.view.mapToScene(at)
    hand.drop("block:unit", at)
    (group,) = hand.workbench.project.layout.groups
    assert before <= hand.links()
    assert len(hand.links()) == len(before) + 1, "only the wire within the block is new"
    away = hand.view.mapToScene(hand.middle(group.nodes[0])) - place
    assert away.manhattanLength() < 3 * GRID, "its middle is where it was dropped"


def test_a_block_with_several_ends_is_added_without_wires(canvas: CanvasOpener) -> None:
    project = Project(graph=Graph(FIVE.nodes))
    save_block("Two", commands.clipping_of(project, ("dense", "tanh")))
    hand = canvas(FIVE)
    wire = wire_between(hand, "dense", "tanh")
    hand.drop("block:two", wire)
    assert hand.links() == {(e.source, e.target) for e in FIVE.edges}
    assert group_names(hand) == ["Two"]


def test_the_quick_search_finds_blocks_and_wires_them_to_what_was_let_go(
    canvas: CanvasOpener,
) -> None:
    save("Unit")
    hand = canvas(FIVE)
    hand.drag(hand.view.port_point("relu", "output"), hand.empty_spot() - QPoint(100, 30))
    field = child(hand.view, "quick_search_field")
    QTest.keyClicks(field, "unit")
    assert "Unit" in rows(hand.view, "quick_search_list")
    QTest.keyClick(field, Key.Key_Return)
    (group,) = hand.workbench.project.layout.groups
    assert ("relu", group.nodes[0]) in hand.links()


def test_a_block_of_one_layer_is_just_that_layer(canvas: CanvasOpener) -> None:
    save("Eight", "dense")
    hand = canvas(FIVE)
    hand.workbench.select(("relu",))
    hand.view.add_layer("block:eight")
    assert group_names(hand) == []
    assert ("relu", "dense-3") in hand.links()


def test_a_block_that_was_added_is_a_group_like_any_other(canvas: CanvasOpener) -> None:
    save("Unit")
    hand = canvas(FIVE)
    hand.workbench.select(("relu",))
    hand.view.add_layer("block:unit")
    hand.key(Key.Key_H, CTRL)
    (group,) = hand.workbench.project.layout.groups
    assert not group.collapsed
    assert set(group.nodes) <= set(hand.view._scene.nodes)


# ---------------------------------------------------------------- renaming and deleting


@pytest.fixture
def palette(qtbot: QtBot) -> PalettePanel:
    save("Unit")
    save("Other", "relu")
    panel = PalettePanel(Workbench(), Theme("light"))
    qtbot.addWidget(panel)
    panel.resize(216, 480)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def select(panel: PalettePanel, name: str) -> QListWidget:
    found = child(panel, "palette_list")
    assert isinstance(found, QListWidget)
    QTest.mouseClick(found.viewport(), LEFT, NONE, spot(panel, name))
    return found


def test_blocks_stand_above_the_layers_and_are_found_by_name_and_by_their_layers(
    palette: PalettePanel,
) -> None:
    assert rows(palette, "palette_list")[:3] == ["My blocks", "Other", "Unit"]
    QTest.keyClicks(child(palette, "palette_search"), "unit")
    assert rows(palette, "palette_list")[:2] == ["My blocks", "Unit"]
    child(palette, "palette_search").clear()  # type: ignore[attr-defined]
    QTest.keyClicks(child(palette, "palette_search"), "tanh")
    assert "Unit" in rows(palette, "palette_list")
    assert "Other" not in rows(palette, "palette_list")


def test_delete_removes_a_block_after_a_question(palette: PalettePanel) -> None:
    asked = answer_next_box(QMessageBox.StandardButton.Cancel)
    QTest.keyClick(select(palette, "Unit"), Key.Key_Delete)
    assert asked == ["Delete the block “Unit”?"]
    assert "Unit" in rows(palette, "palette_list")
    answer_next_box(QMessageBox.StandardButton.Yes)
    QTest.keyClick(select(palette, "Unit"), Key.Key_Delete)
    assert rows(palette, "palette_list")[:2] == ["My blocks", "Other"]
    assert [block.name for block in load_blocks()] == ["Other"]


def test_f2_renames_a_block(palette: PalettePanel) -> None:
    buttons = type_name("Zeta")
    QTest.keyClick(select(palette, "Other"), Key.Key_F2)
    assert buttons == ["Save"]
    assert rows(palette, "palette_list")[:3] == ["My blocks", "Unit", "Zeta"]


def test_delete_on_a_layer_of_the_palette_does_nothing(palette: PalettePanel) -> None:
    before = rows(palette, "palette_list")
    QTest.keyClick(select(palette, "Dense"), Key.Key_Delete)
    QTest.keyClick(select(palette, "Dense"), Key.Key_F2)
    assert rows(palette, "palette_list") == before
