"""The outline: the network as a table in running order, and what is wrong with it.

It says in words what the canvas draws, and can be used with the keyboard or a screen reader alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from nnstudio.graph.analysis import Analysis, Problem
from nnstudio.graph.edits import connect, rename
from nnstudio.graph.model import Edge, Graph
from nnstudio.gui.problem_sign import sign_icon
from nnstudio.gui.theme import Theme
from nnstudio.gui.wiring import possible_targets, remove_and_close
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import shape_text
from nnstudio.project.project import Project

_NODE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_HEADS = ("Layer", "Setting", "Output", "Parameters", "Takes from")
_NUMBERS = 3


@dataclass(frozen=True)
class Row:
    """One node in words."""

    node: str
    cells: tuple[str, ...]
    problem: str = ""


def rows_of(graph: Graph, analysis: Analysis, problems: Sequence[Problem]) -> list[Row]:
    """Every node in running order."""
    troubles: dict[str, list[str]] = {}
    for problem in problems:
        troubles.setdefault(problem.node, []).append(str(problem))
    rows = []
    for id in analysis.order:
        node, shape = graph.by_id[id], analysis.shapes[id]
        count = analysis.parameters(id)
        cells = (
            node.title,
            node.layer.caption(),
            "–" if shape is None else shape_text(shape),
            f"{count:,}" if count else "",
            ", ".join(graph.by_id[edge.source].title for edge in graph.incoming[id]),
        )
        rows.append(Row(id, cells, "\n".join(troubles.get(id, []))))
    return rows


class OutlineModel(QAbstractTableModel):
    """The rows as Qt's views want them; names can be edited."""

    renamed = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[Row] = []

    def show(self, rows: list[Row]) -> None:
        """Show these rows; tells the views only what changed."""
        if [row.node for row in rows] != [row.node for row in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        old, self.rows = self.rows, rows
        for number, (before, now) in enumerate(zip(old, rows, strict=True)):
            if before != now:
                last = self.index(number, len(_HEADS) - 1)
                self.dataChanged.emit(self.index(number, 0), last)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == 0 else flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return row.cells[column]
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return row.problem or row.cells[column]
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{_HEADS[column]}: {row.cells[column]}" if column else row.cells[0]
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return row.problem
            case Qt.ItemDataRole.ForegroundRole:
                if column == 0:
                    return self._theme.colour("error" if row.problem else "text")
                return self._theme.colour("text" if column == 2 else "dim")
            case _ if role == _NODE:
                return row.node
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        self.renamed.emit(self.rows[index.row()].node, str(value))
        return True

    def number_of(self, node: str) -> int:
        """The row of a node; −1 if it has none."""
        return next((i for i, row in enumerate(self.rows) if row.node == node), -1)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class OutlinePanel(QWidget):
    """The table of layers above the list of problems."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outline_panel")
        self._workbench = workbench
        self._theme = theme
        self._model = OutlineModel(theme)
        self._model.renamed.connect(self._rename)
        self._table = _OutlineTable(self._model)
        self._table.delete_asked.connect(self._delete)
        self._table.menu_asked.connect(self._open_menu)
        self._empty = QLabel("The layers of the network will be listed here.")
        self._empty.setObjectName("outline_empty")
        self._empty.setWordWrap(True)
        self._totals = QLabel()
        self._totals.setObjectName("outline_totals")
        self._head = QLabel("Problems")
        self._head.setObjectName("problems_title")
        self._problems = QListWidget()
        self._problems.setObjectName("problems_list")
        self._problems.setAccessibleName("Problems")
        self._problems.setWordWrap(True)
        self._problems.setFrameShape(QFrame.Shape.NoFrame)
        self._problems.itemActivated.connect(self._go_to_problem)
        self._problems.itemClicked.connect(self._go_to_problem)
        self._fine = QLabel("No problems")
        self._fine.setObjectName("problems_none")
        self._set_up_layout()
        selection = self._table.selectionModel()
        selection.selectionChanged.connect(self._take_selection)
        workbench.project_changed.connect(self._project_changed)
        workbench.problems_changed.connect(self._show)
        workbench.selection_changed.connect(self._show_selection)
        theme.changed.connect(self._dress)
        self._showing = False
        self._dress()

    def _set_up_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self._empty)
        column.addWidget(self._table, 3)
        column.addWidget(self._totals)
        column.addWidget(self._head)
        column.addWidget(self._fine)
        column.addWidget(self._problems, 1)
        column.addStretch(0)

    # ------------------------------------------------------------------ following

    def _project_changed(self, old: Project, new: Project) -> None:
        if old.graph != new.graph:
            self._show()

    def _show(self) -> None:
        workbench = self._workbench
        self._showing = True
        self._model.show(rows_of(workbench.graph, workbench.analysis, workbench.problems))
        self._showing = False
        filled = bool(workbench.graph.nodes)
        self._table.setVisible(filled)
        self._empty.setVisible(not filled)
        self._show_totals()
        self._show_problems()
        self._show_selection()

    def _show_totals(self) -> None:
        layers, count = len(self._workbench.graph.nodes), self._workbench.analysis.total_parameters
        words = f"{layers} layer" + ("s" if layers != 1 else "")
        self._totals.setText(f"{words} · {count:,} parameter" + ("s" if count != 1 else ""))

    def _show_problems(self) -> None:
        problems = self._workbench.problems
        self._problems.clear()
        for problem in problems:
            node = self._workbench.graph.by_id.get(problem.node)
            words = f"{node.title}: {problem}" if node else str(problem)
            item = QListWidgetItem(self._sign(problem.severity), words)
            item.setData(_NODE, problem.node)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, f"{problem.severity.capitalize()}: {words}"
            )
            self._problems.addItem(item)
        self._problems.setVisible(bool(problems))
        self._fine.setVisible(not problems)

    def _show_selection(self) -> None:
        """Select the rows of the selected nodes."""
        wanted = QItemSelection()
        numbers = [self._model.number_of(node) for node in self._workbench.selection]
        for number in numbers:
            if number >= 0:
                index = self._model.index(number, 0)
                wanted.select(index, self._model.index(number, len(_HEADS) - 1))
        self._showing = True
        selection = self._table.selectionModel()
        selection.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if numbers and numbers[-1] >= 0 and self._table.currentIndex().row() not in numbers:
            index = self._model.index(numbers[-1], 0)
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self._table.scrollTo(index)
        self._showing = False

    def _take_selection(self) -> None:
        if not self._showing:
            self._workbench.select(self._table.selected_nodes())

    def _dress(self) -> None:
        c = self._theme.colours
        self._totals.setStyleSheet(f"color: {c.dim}; font-size: 12px;")
        self._empty.setStyleSheet(f"color: {c.dim};")
        self._fine.setStyleSheet(f"color: {c.dim};")
        self._head.setStyleSheet(f"color: {c.dim}; font-size: 11px; font-weight: 600;")
        self._show()
        self._table.viewport().update()

    # ------------------------------------------------------------------ editing

    def _rename(self, node: str, name: str) -> None:
        title = type(self._workbench.graph.by_id[node].layer).__name__
        wanted = "" if name.strip() == title else name
        self._say(self._workbench.edit_graph("Rename", lambda graph: rename(graph, node, wanted)))

    def _delete(self) -> None:
        nodes = self._workbench.selection
        if nodes:
            label = "Delete" if len(nodes) == 1 else f"Delete {len(nodes)} items"
            self._say(
                self._workbench.edit_graph(label, lambda graph: remove_and_close(graph, nodes))
            )

    def _connect(self, source: str, target: str) -> None:
        self._say(
            self._workbench.edit_graph("Connect", lambda graph: connect(graph, source, target))
        )

    def _disconnect(self, edge: Edge) -> None:
        self._say(
            self._workbench.edit_graph("Delete", lambda graph: remove_and_close(graph, (), (edge,)))
        )

    def _say(self, refusal: str) -> None:
        if refusal:
            self._workbench.said.emit(refusal, "warning")

    def _go_to_problem(self, item: QListWidgetItem) -> None:
        if node := item.data(_NODE):
            self._workbench.select((node,))

    def _sign(self, severity: str) -> QIcon:
        return sign_icon(severity, self._theme.colour(severity), self._theme.colour("panel"))

    def _open_menu(self, at: QPoint) -> None:
        """What can be done with the selected layers, and for one: what it may lead to."""
        nodes = self._workbench.selection
        if not nodes:
            return
        menu = QMenu(self)
        menu.setObjectName("outline_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if len(nodes) == 1:
            menu.addAction("Rename\tF2", self._table.edit_name)
            self._add_wiring(menu, nodes[0])
            menu.addSeparator()
        menu.addAction("Delete\tDel", self._delete)
        menu.popup(at)

    def _add_wiring(self, menu: QMenu, source: str) -> None:
        graph = self._workbench.graph
        targets = menu.addMenu("Connect to…")
        targets.setObjectName("outline_connect_menu")
        for node in possible_targets(graph, source):
            targets.addAction(self._title(node), partial(self._connect, source, node))
        targets.setEnabled(not targets.isEmpty())
        wires = menu.addMenu("Disconnect from")
        wires.setObjectName("outline_disconnect_menu")
        for edge in (*graph.incoming[source], *graph.outgoing[source]):
            other = edge.target if edge.source == source else edge.source
            wires.addAction(self._title(other), partial(self._disconnect, edge))
        wires.setEnabled(not wires.isEmpty())

    def _title(self, node: str) -> str:
        """A node's name with its row, as several may be called the same."""
        row = self._model.rows[self._model.number_of(node)]
        return f"{self._model.number_of(node) + 1}  {row.cells[0]} {row.cells[1]}".rstrip()


class _OutlineTable(QTableView):
    """The table, with the keys that act on its rows."""

    delete_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, model: OutlineModel) -> None:
        super().__init__()
        self.setObjectName("outline_table")
        self.setAccessibleName("Layers in running order")
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setStretchLastSection(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)

    def selected_nodes(self) -> tuple[str, ...]:
        """The nodes of the selected rows, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self.model().index(row, 0).data(_NODE) for row in rows)

    def edit_name(self) -> None:
        """Let the current row's name be edited in place."""
        index = self.currentIndex()
        if index.isValid():
            self.edit(self.model().index(index.row(), 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_asked.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.edit_name()
        else:
            super().keyPressEvent(event)

    def _ask_menu(self, at: QPoint) -> None:
        self.menu_asked.emit(self.viewport().mapToGlobal(at))
