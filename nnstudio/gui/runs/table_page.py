"""The table of runs with what can be done below it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.runs.actions import RunActions
from nnstudio.gui.runs.book import RunBook
from nnstudio.gui.runs.cells import Row
from nnstudio.gui.runs.compared import Comparison
from nnstudio.gui.runs.rows import arranged, rows_of
from nnstudio.gui.runs.run_model import RunModel
from nnstudio.gui.runs.run_table import RunTable
from nnstudio.gui.runs.seed_training import SeedTraining

#: A narrower page has shorter words on its buttons.
_WIDE = 440
#: From here on there is room to say what was deleted.
_ROOMY = 640
_WORDS = {
    "reopen": ("Reopen", "Reopen"),
    "fork": ("Fork…", "Fork…"),
    "repeat": ("Repeat with seeds…", "Seeds…"),
    "compare": ("Compare", "Compare"),
}


class TablePage(QWidget):
    """Sorts, filters and unfolds; what is selected stays so, whatever comes and goes.

    Attributes:
        filter: where the user types words, for the panel's head.
        actions_: what can be done with what is selected.
    """

    def __init__(
        self,
        book: RunBook,
        training: SeedTraining,
        comparison: Comparison,
        theme: Theme,
        compare: Callable[[], object],
    ) -> None:
        """``compare``: show those that are compared."""
        super().__init__()
        self._book, self._comparison, self._theme = book, comparison, theme
        self._show_compared = compare
        self._order: tuple[str, bool] = ("", True)
        self._unfolded: set[int] = set()
        self._is_selecting = self._is_late = False
        self._model = RunModel(theme)
        self._table = RunTable(self._model, theme)
        self.actions_ = RunActions(
            book,
            training,
            self._table,
            theme,
            self,
            rows=lambda: self._model.rows,
            compare=self._compare_selected,
        )
        self.filter = self._make_filter()
        self._nothing = QLabel()
        self._nothing.setObjectName("runs_nothing")
        self._nothing.setProperty("role", "dim")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._table, 1)
        column.addWidget(self._nothing, 1)
        column.addLayout(self._make_foot())
        self._connect()

    def _make_filter(self) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName("runs_filter")
        field.setAccessibleName("Filter runs")
        field.setPlaceholderText("Filter")
        field.setToolTip("Runs with all these words: in names, notes, settings, layers, data")
        field.setClearButtonEnabled(True)
        field.setMinimumWidth(56)
        field.setMaximumWidth(200)
        return field

    def _make_foot(self) -> QHBoxLayout:
        self._buttons = {name: self._button(name) for name in _WORDS}
        self._gone = QLabel()
        self._gone.setObjectName("runs_deleted")
        self._gone.setProperty("role", "dim")
        self._back = QPushButton("Bring back")
        self._back.setObjectName("runs_bring_back")
        self._back.setProperty("link", True)
        self._back.clicked.connect(self._book.bring_back)
        self._more = QToolButton()
        self._more.setObjectName("runs_more")
        self._more.setAccessibleName("More about the selected runs")
        self._more.setToolTip("Rename, note, keep weights, copy, save, delete")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self._more.setMenu(self.actions_.menu)
        foot = QHBoxLayout()
        foot.setContentsMargins(4, 0, 4, 0)
        foot.setSpacing(8)
        for button in self._buttons.values():
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self._gone)
        foot.addWidget(self._back)
        foot.addWidget(self._more)
        return foot

    def _button(self, name: str) -> QPushButton:
        action = getattr(self.actions_, name)
        button = QPushButton()
        button.setObjectName(f"runs_{name}")
        button.setProperty("fix", True)
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        return button

    def _connect(self) -> None:
        table, model = self._table, self._model
        self.filter.textChanged.connect(lambda *_: self.show_rows())
        table.sorted_by.connect(self._sort)
        table.folded.connect(self._fold)
        table.selectionModel().selectionChanged.connect(lambda *_: self._selection_changed())
        table.typing_ended.connect(self._typing_ended)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        model.ticked.connect(self._comparison.tick)
        model.named.connect(self._book.rename)
        model.noted.connect(self._book.annotate)
        self._theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._more.setIcon(icon("more", self._theme, "dim"))
        self._table.viewport().update()

    # ------------------------------------------------------------------ what is shown

    def show_rows(self) -> None:
        """All rows anew, with the same ones selected; not before what is being typed is written."""
        if self._table.is_typing:
            self._is_late = True
            return
        self._is_late = False
        keys = {row.key for row in self._table.selected()}
        reference = self._reference()
        runs = self._book.runs
        self._unfolded &= {record.group for record in runs}
        self._model.measured_by = reference.record.number if reference else 0
        self._model.unfolded = frozenset(self._unfolded)
        rows = rows_of(
            runs,
            live=self._book.live_figures(),
            reference=reference.record if reference else None,
            unfolded=self._unfolded,
        )
        column, is_descending = self._order
        wanted = self.filter.text()
        shown = arranged(rows, column or "number", is_descending=is_descending, wanted=wanted)
        if self._model.show(shown, self._comparison.colours, self._book.present):
            self._select(keys)
        self._table.fit_columns()
        self._nothing.setText(f"No run has “{wanted.strip()}”" if runs else "No runs are left")
        self._nothing.setVisible(not shown)
        self._table.setVisible(bool(shown))
        self._tell_deleted()
        self.actions_.update()
        if {row.key for row in self._table.selected()} != keys:
            self.show_rows()  # what the others were measured by is gone

    def show_progress(self) -> None:
        """The figures of the run that goes on."""
        for number, figures in self._book.live_figures().items():
            self._model.update_figures(number, figures)

    def look_at_newest(self) -> None:
        """In the usual order the newest run stands on top."""
        if not self._order[0]:
            self._table.scrollToTop()

    def _tell_deleted(self) -> None:
        count = len(self._book.deleted)
        self._gone.setText(f"{count} run{'s' if count != 1 else ''} deleted")
        self._gone.setVisible(count > 0 and self.width() >= _ROOMY)
        self._back.setVisible(count > 0)
        self._back.setToolTip(self._gone.text())
        wide = self.width() >= (_WIDE if not count else _ROOMY)
        for name, button in self._buttons.items():
            button.setText(_WORDS[name][0 if wide else 1])
        self._buttons["compare"].setVisible(self.width() >= _WIDE)

    def _reference(self) -> Row | None:
        """The run that others are measured by: the one that is selected."""
        rows = self._table.selected()
        return rows[0] if len(rows) == 1 and not rows[0].group else None

    def _typing_ended(self) -> None:
        if self._is_late:
            self.show_rows()

    def _selection_changed(self) -> None:
        """By the user: what others are measured by may be another run, and so their order."""
        if not self._is_selecting:
            self.show_rows()

    def _select(self, keys: set[tuple[int, bool]]) -> None:
        selection = QItemSelection()
        for place, row in enumerate(self._model.rows):
            if row.key in keys:
                index = self._model.index(place, 0)
                selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        chosen = self._table.selectionModel()
        self._is_selecting = True
        chosen.select(selection, flags.ClearAndSelect | flags.Rows)
        self._is_selecting = False
        if not selection.isEmpty():
            first = selection.indexes()[0].siblingAtColumn(1)
            self._table.setAutoScroll(False)  # who looks at something else goes on to
            chosen.setCurrentIndex(first, flags.NoUpdate)
            self._table.setAutoScroll(True)

    # ------------------------------------------------------------------ what the user does

    def _sort(self, column: str, is_descending: bool) -> None:
        self._order = (column, is_descending) if column else ("", True)
        self.show_rows()

    def _fold(self, group: int) -> None:
        self._unfolded ^= {group}
        self.show_rows()

    def _compare_selected(self) -> None:
        """Tick the selected runs, and no others."""
        chosen = [row.record.number for row in self._table.selected() if not row.group]
        self._comparison.choose(chosen)
        self._show_compared()

    def _open_menu(self, place: QPoint) -> None:
        if self._table.indexAt(place).isValid():
            self.actions_.menu.popup(self._table.viewport().mapToGlobal(place))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_deleted()
