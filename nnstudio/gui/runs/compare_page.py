"""Runs side by side: every setting and figure of those that are ticked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.evaluating.taking_along import as_tabs
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.runs.cells import Row, cell
from nnstudio.project.run_words import Compared, side_by_side

#: The figures that are compared before the settings, by their columns in the table of runs.
_FIGURES = ("best_metric", "best_loss", "epochs", "end")
_LABELS = {
    "best_metric": "Best {metric}",
    "best_loss": "Best loss",
    "epochs": "Epochs done",
    "end": "Ended",
}
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ROW, _CHIP = 24, 10


def compared_of(rows: Sequence[Row]) -> tuple[Compared, ...]:
    """Figures, then settings."""
    kinds = {row.record.metric for row in rows}
    metric = kinds.pop() if len(kinds) == 1 else "metric"
    figures = [
        Compared(
            "Outcome",
            _LABELS[name].format(metric=metric),
            tuple(cell(row, name) or "–" for row in rows),
        )
        for name in _FIGURES
    ]
    return (*figures, *side_by_side([row.record for row in rows]))


class ComparePage(QWidget):
    """The table, and what it leaves out.

    Signals:
        curves_wanted: show the curves of these runs.

    Attributes:
        tools: what decides about it, for the panel's head.
    """

    curves_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("runs_compare_page")
        self._theme = theme
        self._model = _Model(theme)
        self._rows: tuple[Row, ...] = ()
        self._colours: dict[int, str] = {}
        self._only = QCheckBox("Only what differs")
        self._only.setObjectName("compare_only")
        self._only.setChecked(True)
        self._only.toggled.connect(self._show)
        self._curves = QPushButton("Show curves")
        self._curves.setObjectName("compare_curves")
        self._curves.setProperty("fix", True)
        self._curves.setToolTip("Their curves in one plot, under Learning")
        self._curves.clicked.connect(self.curves_wanted)
        self._table = _Table(self._model)
        self._table.copy_asked.connect(self.copy)
        self._empty = EmptyState("compare_empty")
        self._empty.say("Tick two or more runs: their settings and figures stand here side by side")
        self.tools = QWidget()
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(12)
        tools.addWidget(self._only)
        tools.addWidget(self._curves)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._table, 1)
        column.addWidget(self._empty, 1)
        self._show()
        theme.changed.connect(self._show)

    def show_rows(self, rows: Sequence[Row], colours: Mapping[int, str]) -> None:
        """Compare these runs, whose curves have these colours."""
        if (tuple(rows), dict(colours)) != (self._rows, self._colours):
            self._rows, self._colours = tuple(rows), dict(colours)
            self._show()

    def table(self) -> list[list[str]]:
        """What is shown, with heads."""
        heads = ["", "Setting", *(row.record.title for row in self._rows)]
        lines = [[line.section, line.label, *line.values] for line in self._model.lines]
        return [heads, *lines]

    def copy(self) -> None:
        """The table to the clipboard, for a spreadsheet."""
        QGuiApplication.clipboard().setText(as_tabs(self.table()))

    def _show(self) -> None:
        enough = len(self._rows) > 1
        self._table.setVisible(enough)
        self._only.setVisible(enough)
        self._curves.setVisible(enough)
        self._empty.setVisible(not enough)
        lines = compared_of(self._rows) if enough else ()
        if self._only.isChecked():
            lines = tuple(line for line in lines if line.differs or line.section == "Outcome")
        self._model.show(lines, self._rows, self._colours)
        self._table.fit()


class _Model(QAbstractTableModel):
    """A line for each setting, a column for each run."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.lines: tuple[Compared, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._colours: Mapping[int, str] = {}

    def show(
        self, lines: Sequence[Compared], rows: Sequence[Row], colours: Mapping[int, str]
    ) -> None:
        self.beginResetModel()
        self.lines, self._rows, self._colours = tuple(lines), tuple(rows), colours
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else 1 + len(self._rows)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if not section:
            return "Setting" if role == Qt.ItemDataRole.DisplayRole else None
        record = self._rows[section - 1].record
        if role == Qt.ItemDataRole.DisplayRole:
            return record.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"Run {record.number}" + (f": {record.note}" if record.note else "")
        if role == Qt.ItemDataRole.DecorationRole:
            return self._chip(self._colours.get(record.number, "dim"))
        return None

    def _chip(self, role: str) -> QPixmap:
        chip = QPixmap(_CHIP, _CHIP)
        chip.fill(self._theme.colour(role))
        return chip

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line, column = self.lines[index.row()], index.column()
        text = line.values[column - 1] if column else line.label
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return text
            case Qt.ItemDataRole.ToolTipRole:
                return f"{line.section}: {line.label}" if not column else text
            case Qt.ItemDataRole.AccessibleTextRole:
                differs = ", differs" if line.differs and not column else ""
                return f"{line.section}, {text}{differs}" if not column else text
            case Qt.ItemDataRole.ForegroundRole:
                return self._theme.colour("text" if column else "dim")
            case Qt.ItemDataRole.BackgroundRole if line.differs and line.section != "Outcome":
                tint = self._theme.colour("accent")
                tint.setAlpha(28)
                return tint
            case Qt.ItemDataRole.FontRole if line.differs and column:
                font = QFont()
                font.setPixelSize(12)
                font.setWeight(QFont.Weight.DemiBold)
                return font
        return None


class _Table(QTableView):
    """Signals: ``copy_asked``."""

    copy_asked = Signal()

    def __init__(self, model: _Model) -> None:
        super().__init__()
        self.setObjectName("compare_table")
        self.setAccessibleName("Compared runs")
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setStyleSheet("QTableView { font-size: 12px; } QTableView::item { padding: 0 6px; }")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(_ROW)
        rows.setDefaultSectionSize(_ROW)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)

    def fit(self) -> None:
        """Columns as wide as their contents, within reason."""
        for column in range(self.model().columnCount()):
            hint = max(
                self.sizeHintForColumn(column) + 12, self.horizontalHeader().sectionSizeHint(column)
            )
            self.setColumnWidth(column, min(240, max(96, hint)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        else:
            super().keyPressEvent(event)
