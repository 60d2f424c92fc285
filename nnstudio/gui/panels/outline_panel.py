"""The outline: the network as a table in running order, and what is wrong with it.

It says in words what the canvas draws, and can be used with the keyboard or a screen reader alone.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QLabel,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from nnstudio.graph.edits import connect, rename
from nnstudio.graph.model import Edge
from nnstudio.graph.wiring import possible_targets, remove_and_close
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.outline_table import OutlineModel, OutlineTable, rows_of
from nnstudio.gui.problem_list import NODE as PROBLEM_NODE
from nnstudio.gui.problem_list import ProblemList
from nnstudio.gui.workbench import Workbench
from nnstudio.project.project import Project

#: From this width on every column is shown; below, two lines to a row.
_WIDE = 520


class OutlinePanel(QWidget):
    """The table of layers above the list of problems."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outline_panel")
        self._workbench = workbench
        self._theme = theme
        self._showing = False
        self._model = OutlineModel(theme, self)
        self._model.renamed.connect(self._rename)
        self._table = OutlineTable(self._model, theme)
        self._table.delete_asked.connect(self._delete)
        self._table.menu_asked.connect(self._open_menu)
        self._table.selectionModel().selectionChanged.connect(self._take_selection)
        self._empty = _label("outline_empty", "The layers of the network will be listed here.")
        self._totals = _label("outline_totals")
        self._title = _label("problems_title", "Problems")
        self._none = _label("problems_none", "No problems")
        self._problems = ProblemList(workbench, theme)
        self._problems.activated.connect(self._go_to_problem)
        self._problems.clicked.connect(self._go_to_problem)
        self._menu = _menu("outline_menu", "", self)
        self._targets = _menu("outline_connect_menu", "Connect to…", self)
        self._wires = _menu("outline_disconnect_menu", "Disconnect from", self)
        self._set_up_layout()
        workbench.project_changed.connect(self._project_changed)
        workbench.problems_changed.connect(self._show)
        workbench.selection_changed.connect(self._show_selection)
        theme.changed.connect(self._dress)
        self._dress()

    def _set_up_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self._empty)
        column.addWidget(self._table, 1)
        column.addWidget(self._totals)
        column.addSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._none)
        column.addWidget(self._problems)
        column.addStretch(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._table.show_columns(wide=self.width() >= _WIDE)
        self._problems.show_within(self.height() // 3)

    # ------------------------------------------------------------------ following

    def _project_changed(self, old: Project, new: Project) -> None:
        if old.graph is not new.graph:
            self._show()

    def _show(self) -> None:
        workbench = self._workbench
        self._showing = True
        self._model.show(rows_of(workbench.graph, workbench.analysis, workbench.problems))
        self._showing = False
        filled = bool(workbench.graph.nodes)
        self._table.setVisible(filled)
        self._totals.setVisible(filled)
        self._empty.setVisible(not filled)
        self._show_totals()
        self._show_problems()
        self._show_selection()

    def _show_totals(self) -> None:
        layers, count = len(self._workbench.graph.nodes), self._workbench.analysis.total_parameters
        words = f"{layers:,} layer" + ("s" if layers != 1 else "")
        self._totals.setText(f"{words} · {count:,} parameter" + ("s" if count != 1 else ""))

    def _show_problems(self) -> None:
        problems = self._workbench.problems
        self._problems.show_problems(problems, self._workbench.graph)
        self._problems.show_within(self.height() // 3)
        self._none.setVisible(not problems)

    def _show_selection(self) -> None:
        """Select the rows of the selected nodes."""
        numbers = self._model.numbers_of(self._workbench.selection)
        wanted = QItemSelection()
        for number in numbers:
            wanted.select(self._model.index(number, 0), self._model.last_of(number))
        self._showing = True
        selection = self._table.selectionModel()
        selection.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if numbers and self._table.currentIndex().row() not in numbers:
            index = self._model.index(numbers[-1], 0)
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self._table.scrollTo(index)
        self._showing = False

    def _take_selection(self) -> None:
        if not self._showing:
            self._workbench.select(self._table.selected_nodes())

    def _dress(self) -> None:
        dim = self._theme.colours.dim
        for label in (self._totals, self._empty, self._none):
            label.setStyleSheet(f"color: {dim}; font-size: 12px;")
        self._title.setStyleSheet(f"color: {dim}; font-size: 11px; font-weight: 600;")
        self._show()
        self._table.viewport().update()

    # ------------------------------------------------------------------ editing

    def _rename(self, node: str, name: str) -> None:
        """An empty name, or the layer's own, is no name of the user's."""
        own = type(self._workbench.graph.by_id[node].layer).__name__
        wanted = "" if name.strip() == own else name
        self._say(self._workbench.edit_graph("Rename", lambda graph: rename(graph, node, wanted)))

    def _delete(self) -> None:
        nodes = self._workbench.selection
        if nodes:
            label = "Delete" if len(nodes) == 1 else f"Delete {len(nodes)} items"
            edit = partial(remove_and_close, nodes=nodes)
            self._say(self._workbench.edit_graph(label, edit))

    def _connect(self, source: str, target: str) -> None:
        edit = partial(connect, source=source, target=target)
        self._say(self._workbench.edit_graph("Connect", edit))

    def _disconnect(self, edge: Edge) -> None:
        edit = partial(remove_and_close, nodes=(), edges=(edge,))
        self._say(self._workbench.edit_graph("Disconnect", edit))

    def _say(self, refusal: str) -> None:
        if refusal:
            self._workbench.said.emit(refusal, "warning")

    def _go_to_problem(self, row: QModelIndex) -> None:
        if node := row.data(PROBLEM_NODE):
            self._workbench.select((node,))

    # ------------------------------------------------------------------ menu

    def _open_menu(self, at: QPoint) -> None:
        """What can be done with the selected layers, and for one: what it may lead to."""
        nodes = self._workbench.selection
        if not nodes:
            return
        self._menu.clear()
        if len(nodes) == 1:
            self._menu.addAction("Rename\tF2", self._table.edit_name)
            self._add_wiring(nodes[0])
            self._menu.addSeparator()
        self._menu.addAction("Delete\tDel", self._delete)
        self._menu.popup(at)

    def _add_wiring(self, node: str) -> None:
        """The keyboard's way of drawing and deleting wires."""
        graph = self._workbench.graph
        self._targets.clear()
        for target in possible_targets(graph, node):
            self._targets.addAction(self._name_of(target), partial(self._connect, node, target))
        self._wires.clear()
        for edge in (*graph.incoming[node], *graph.outgoing[node]):
            other = edge.target if edge.source == node else edge.source
            self._wires.addAction(self._name_of(other), partial(self._disconnect, edge))
        for part in (self._targets, self._wires):
            self._menu.addMenu(part).setEnabled(not part.isEmpty())

    def _name_of(self, node: str) -> str:
        """A node's name and setting, with the number of its row: several may be called the same."""
        (number,) = self._model.numbers_of((node,))
        title, setting = self._model.rows[number].cells[:2]
        return f"{number + 1}. {title} {setting}".rstrip()


def _label(name: str, words: str = "") -> QLabel:
    label = QLabel(words)
    label.setObjectName(name)
    label.setWordWrap(True)
    return label


def _menu(name: str, title: str, parent: QWidget) -> QMenu:
    menu = QMenu(title, parent)
    menu.setObjectName(name)
    return menu
