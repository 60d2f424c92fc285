"""The summary: every layer in numbers, and what the whole network costs."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.summary_table import SummaryModel, SummaryTable
from nnstudio.messages import sentence
from nnstudio.project.project import Project
from nnstudio.project.summary import Summary, summarise
from nnstudio.project.summary_text import as_tabs, memory_text, totals

#: From this width on there is room for the settings too.
_WIDE = 620


class SummaryPanel(LiveView):
    """The table of layers above the totals; made only while it can be seen."""

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("summary_panel")
        self.setAccessibleName("Summary")
        self.setMinimumSize(180, 120)
        self._theme = theme
        self._shown: tuple[Project, Summary] | None = None
        self._showing = False
        self._selected: tuple[str, ...] | None = None
        self._model = SummaryModel(theme)
        self._table = SummaryTable(self._model, theme)
        self._table.copy_asked.connect(self.copy)
        self._table.selectionModel().selectionChanged.connect(self._take_selection)
        self._table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._table.customContextMenuRequested.connect(self._open_menu)
        self._totals = QLabel()
        self._totals.setObjectName("summary_totals")
        self._totals.setProperty("role", "dim")
        self._totals.setWordWrap(True)
        self._copy = QToolButton()
        self._copy.setObjectName("summary_copy")
        self._copy.setAccessibleName("Copy the table")
        self._copy.setToolTip("Copy the table, as text for a spreadsheet (Ctrl+C)")
        self._copy.setAutoRaise(True)
        self._copy.clicked.connect(self.copy)
        self._empty = EmptyState("summary_empty")
        self._empty.say("The layers of the network, in numbers, will be listed here.")
        self._menu = QMenu(self)
        self._menu.setObjectName("summary_menu")
        self._menu.addAction("Copy the table\tCtrl+C", self.copy)
        below = QHBoxLayout()
        below.setContentsMargins(8, 4, 0, 0)
        below.setSpacing(8)
        below.addWidget(self._totals, 1)
        below.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(0)
        column.addWidget(self._table, 1)
        column.addLayout(below)
        column.addWidget(self._empty, 1)
        self._show_table(False)
        live.workbench.selection_changed.connect(self._show_selection)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._copy.setIcon(icon("copy", self._theme, "dim"))
        self._table.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._table.show_columns(settings=self.width() >= _WIDE)

    # ------------------------------------------------------------------ following

    def refresh(self) -> None:
        """Show the network as it is drawn; a refresh without an edit costs nothing."""
        project = self.live.workbench.project
        if self._shown is not None and _is_same(self._shown[0], project):
            self._show_selection()
            return
        summary = summarise(project)
        self._shown = (project, summary)
        self._showing = True
        self._model.show(summary)
        self._showing = False
        self._selected = None
        filled = bool(summary.layers)
        self._show_table(filled)
        self._totals.setText(" · ".join(totals(summary)))
        self._totals.setToolTip(memory_text(summary.memory))
        self._show_selection()

    def _show_table(self, there_is_one: bool) -> None:
        for part in (self._table, self._totals, self._copy):
            part.setVisible(there_is_one)
        self._empty.setVisible(not there_is_one)

    def _show_selection(self) -> None:
        """Select the rows of the selected nodes."""
        selection = self.live.workbench.selection
        if selection == self._selected:
            return
        if not self.is_seen():
            self.live.mark(self)
            return
        self._selected = selection
        rows = self._table.rows_of(selection)
        wanted, model = QItemSelection(), self._table.model()
        for row in rows:
            wanted.select(model.index(row, 0), self._table.last_of(row))
        self._showing = True
        marks = self._table.selectionModel()
        marks.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows and self._table.currentIndex().row() not in rows:
            index = model.index(rows[-1], 0)
            marks.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self._table.scrollTo(index)
        self._showing = False

    def _take_selection(self) -> None:
        if not self._showing:
            self._selected = self._table.selected_nodes()
            self.live.workbench.select(self._selected)

    # ------------------------------------------------------------------ copying

    def copy(self) -> None:
        """Put the table on the clipboard as text, columns apart by tabs."""
        if self._shown is not None:
            QGuiApplication.clipboard().setText(as_tabs(self._shown[1]))
            self.live.workbench.said.emit(sentence("summary_copied"), "ok")

    def _open_menu(self, at: QPoint) -> None:
        self._menu.popup(self._table.viewport().mapToGlobal(at))


def _is_same(a: Project, b: Project) -> bool:
    """Whether nothing differs that the summary tells."""
    return a.graph is b.graph and a.settings == b.settings
