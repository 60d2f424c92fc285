"""The outline: the network in words, used by keyboard; and the list of problems."""

from __future__ import annotations

import pytest
from driving import child
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView, QMenu, QTableView
from pytestqt.qtbot import QtBot

from nnstudio.engine.catalogue import LAYERS
from nnstudio.graph import edits
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.outline_table import OutlineModel, rows_of
from nnstudio.gui.panels.outline_panel import OutlinePanel
from nnstudio.gui.workbench import Workbench
from nnstudio.project.document import Document
from nnstudio.project.project import Project

# A menu raises itself and grabs the keyboard, which the offscreen platform can't, and says.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
Key = Qt.Key


def small_graph() -> Graph:
    """Input, a Dense with 8 units, Tanh, and Add, which takes from both."""
    graph = Graph()
    for id, name, values in (
        ("in", "Input", ((4,),)), ("dense", "Dense", (4,)), ("tanh", "Tanh", ()), ("add", "Add", ())
    ):  # fmt: skip
        graph = edits.add_node(graph, Node(id, LAYERS[name](*values)))
    for source, target in (("in", "dense"), ("dense", "tanh"), ("tanh", "add"), ("in", "add")):
        graph = edits.connect(graph, source, target)
    return graph


class Outline:
    """An outline and the hands that use it."""

    def __init__(self, qtbot: QtBot, graph: Graph, size: tuple[int, int] = (640, 520)) -> None:
        self.workbench = Workbench(Document(Project(graph=graph)))
        self.panel = OutlinePanel(self.workbench, Theme("light"))
        qtbot.addWidget(self.panel)
        self.panel.resize(*size)
        self.panel.show()
        qtbot.waitExposed(self.panel)
        table = child(self.panel, "outline_table")
        assert isinstance(table, QTableView)
        self.table = table
        table.setFocus()

    @property
    def graph(self) -> Graph:
        return self.workbench.graph

    def row(self, number: int) -> list[str]:
        model = self.table.model()
        return [model.index(number, column).data() for column in range(model.columnCount())]

    def layers(self) -> list[str]:
        return [self.row(number)[0] for number in range(self.table.model().rowCount())]

    def click(self, number: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
        spot = self.table.visualRect(self.table.model().index(number, 0)).center()
        QTest.mouseClick(self.table.viewport(), LEFT, modifiers, spot)

    def problems(self) -> list[str]:
        found = child(self.panel, "problems_list")
        assert isinstance(found, QListView)
        return [found.model().index(i, 0).data() for i in range(found.model().rowCount())]

    def choices(self, submenu: str) -> dict[str, QAction]:
        """Open the context menu of the selected rows; what one of its menus offers, if it can."""
        self.table.customContextMenuRequested.emit(QPoint(20, 20))
        opened = self.panel.findChild(QMenu, "outline_menu")
        menu = self.panel.findChild(QMenu, submenu)
        assert opened is not None
        assert menu is not None
        assert opened.isVisible()
        assert menu.menuAction() in opened.actions()
        opened.close()
        if not menu.menuAction().isEnabled():
            return {}
        return {action.text(): action for action in menu.actions()}


@pytest.fixture
def outline(qtbot: QtBot) -> Outline:
    return Outline(qtbot, small_graph())


def test_the_network_is_listed_in_running_order_in_words(outline: Outline) -> None:
    assert outline.row(0) == ["Input", "4 numbers", "4", "", ""]
    assert outline.row(1) == ["Dense", "4 units", "4", "20", "Input"]
    assert outline.row(3) == ["Add", "", "4", "", "Tanh, Input"]
    totals = child(outline.panel, "outline_totals")
    assert isinstance(totals, QLabel)
    assert totals.text() == "4 layers · 20 parameters"


def test_a_narrow_outline_has_two_columns_that_fit(qtbot: QtBot) -> None:
    outline = Outline(qtbot, small_graph(), (216, 480))
    table = outline.table
    shown = [c for c in range(5) if not table.isColumnHidden(c)]
    assert shown == [0, 2]
    assert sum(table.columnWidth(c) for c in shown) <= table.viewport().width()
    outline.panel.resize(640, 480)
    assert not any(table.isColumnHidden(c) for c in range(5))


def test_the_selection_is_shared_both_ways(outline: Outline) -> None:
    outline.click(1)
    assert outline.workbench.selection == ("dense",)
    outline.click(3, Qt.KeyboardModifier.ControlModifier)
    assert set(outline.workbench.selection) == {"dense", "add"}
    outline.workbench.select(("tanh",))
    rows = outline.table.selectionModel().selectedRows()
    assert [index.row() for index in rows] == [2]
    QTest.keyClick(outline.table, Key.Key_Up)
    assert outline.workbench.selection == ("dense",)
    outline.workbench.select(("tanh", "in"))
    assert outline.workbench.selection == ("tanh", "in"), "the order in which they were chosen"


def test_the_selection_survives_an_edit(outline: Outline) -> None:
    outline.click(1)
    outline.workbench.edit_graph("x", lambda g: edits.replace_layer(g, "dense", LAYERS["Dense"](9)))
    assert outline.workbench.selection == ("dense",)
    assert outline.row(1)[1] == "9 units"
    outline.workbench.edit_graph("x", lambda g: edits.add_node(g, Node("n", LAYERS["ReLU"]())))
    rows = outline.table.selectionModel().selectedRows()
    assert [outline.row(index.row())[0] for index in rows] == ["Dense"]


def test_delete_removes_and_the_chain_closes(outline: Outline) -> None:
    outline.click(2)
    QTest.keyClick(outline.table, Key.Key_Delete)
    assert outline.layers() == ["Input", "Dense", "Add"]
    assert Edge("dense", "add", 0) in outline.graph.edges
    outline.workbench.document.undo()
    assert outline.graph == small_graph()


def test_f2_renames_and_an_empty_name_gives_the_layers_own_back(outline: Outline) -> None:
    def rename(name: str) -> None:
        outline.click(1)
        QTest.keyClick(outline.table, Key.Key_F2)
        editor = outline.table.indexWidget(outline.table.model().index(1, 0))
        assert isinstance(editor, QLineEdit)
        editor.selectAll()
        QTest.keyClicks(editor, name)
        QTest.keyClick(editor, Key.Key_Backspace) if not name else None
        QTest.keyClick(editor, Key.Key_Return)
        QApplication.processEvents()

    rename("Hidden")
    assert outline.graph.by_id["dense"].name == "Hidden"
    assert outline.row(1)[:2] == ["Hidden", "Dense, 4 units"]
    assert outline.workbench.document.undo_label == "Rename"
    rename("")
    assert outline.graph.by_id["dense"].name == ""
    assert outline.row(1)[0] == "Dense"


def test_layers_are_wired_from_the_menu_only_where_a_wire_can_be(outline: Outline) -> None:
    outline.click(1)
    choices = outline.choices("outline_connect_menu")
    assert list(choices) == ["4. Add"]
    choices["4. Add"].trigger()
    assert Edge("dense", "add", 2) in outline.graph.edges
    outline.workbench.document.undo()
    assert outline.graph == small_graph()


def test_wires_are_taken_away_from_the_menu(outline: Outline) -> None:
    outline.click(2)
    outline.choices("outline_disconnect_menu")["2. Dense 4 units"].trigger()
    assert Edge("dense", "tanh") not in outline.graph.edges
    assert len(outline.graph.nodes) == 4


def test_the_last_layer_has_nothing_to_connect_to(qtbot: QtBot) -> None:
    graph = edits.remove(small_graph(), ["add"])
    outline = Outline(qtbot, graph)
    outline.workbench.select(("tanh",))
    assert outline.choices("outline_connect_menu") == {}


def test_problems_come_and_go_and_lead_to_their_layer(outline: Outline) -> None:
    none = child(outline.panel, "problems_none")
    outline.workbench.edit_graph("x", lambda g: edits.remove(g, edges=[Edge("in", "dense")]))
    assert any("Dense has no input" in words for words in outline.problems())
    assert not none.isVisible()
    found = outline.panel.findChild(QListView, "problems_list")
    assert found is not None
    number = next(i for i, words in enumerate(outline.problems()) if "Dense has" in words)
    spot = found.visualRect(found.model().index(number, 0)).center()
    QTest.mouseClick(found.viewport(), LEFT, pos=spot)
    assert outline.workbench.selection == ("dense",)
    row = [index.row() for index in outline.table.selectionModel().selectedRows()]
    assert [outline.row(number)[0] for number in row] == ["Dense"]


def test_without_problems_it_says_so(qtbot: QtBot) -> None:
    graph = Graph()
    graph = edits.add_node(graph, Node("in", LAYERS["Input"]((1,))))
    graph = edits.connect(edits.add_node(graph, Node("d", LAYERS["Dense"](1))), "in", "d")
    outline = Outline(qtbot, graph)
    assert outline.problems() == []
    assert child(outline.panel, "problems_none").isVisible()
    assert not child(outline.panel, "problems_list").isVisible()


def test_an_empty_network_says_what_will_be_here(qtbot: QtBot) -> None:
    outline = Outline(qtbot, Graph())
    assert child(outline.panel, "outline_empty").isVisible()
    assert not outline.table.isVisible()
    outline.workbench.edit_graph("x", lambda _: small_graph())
    assert not child(outline.panel, "outline_empty").isVisible()
    assert outline.table.isVisible()


def test_every_sentence_of_a_long_list_can_be_read_in_a_narrow_panel(qtbot: QtBot) -> None:
    graph = edits.remove(small_graph(), edges=small_graph().edges)
    outline = Outline(qtbot, graph, (216, 700))
    found = outline.panel.findChild(QListView, "problems_list")
    assert found is not None
    assert not found.horizontalScrollBar().isVisible()
    for number in range(found.model().rowCount()):
        item = found.model().index(number, 0)
        width = found.visualRect(item).width() - 16 - 12
        flags = Qt.TextFlag.TextWordWrap
        words = found.fontMetrics().boundingRect(0, 0, width, 1000, flags, item.data())
        assert found.visualRect(item).height() >= words.height()


def test_the_model_behaves_as_qt_wants_while_the_network_changes(qtbot: QtBot) -> None:
    workbench = Workbench(Document(Project(graph=small_graph())))
    model = OutlineModel(Theme("light"))
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    for graph in (small_graph(), edits.remove(small_graph(), ["tanh"]), Graph(), small_graph()):
        workbench.edit_graph("x", lambda _, graph=graph: graph)
        model.show(rows_of(workbench.graph, workbench.analysis, workbench.problems))
        assert model.rowCount() == len(graph.nodes)


def test_only_rows_that_changed_are_painted_again(qtbot: QtBot) -> None:
    workbench = Workbench(Document(Project(graph=small_graph())))
    model = OutlineModel(Theme("light"))
    model.show(rows_of(workbench.graph, workbench.analysis, ()))
    changed: list[int] = []
    model.dataChanged.connect(
        lambda first, last: changed.extend(range(first.row(), last.row() + 1))
    )
    workbench.edit_graph("x", lambda g: edits.rename(g, "tanh", "Bend"))
    model.show(rows_of(workbench.graph, workbench.analysis, ()))
    assert changed == [2, 3], "its own, and that of Add, which takes from it"


def test_a_row_reads_well_to_a_screen_reader(outline: Outline) -> None:
    model = outline.table.model()
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.index(1, 2).data(role) == "Output: 4"
    assert child(outline.panel, "outline_table").accessibleName()
    outline.table.selectionModel().setCurrentIndex(
        model.index(1, 0), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    assert outline.table.currentIndex().data(role) == "Dense"
