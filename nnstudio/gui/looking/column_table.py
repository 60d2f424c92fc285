"""The columns of the data, one per row: a small histogram and its figures."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from nnstudio.data.facts.correlations import measure
from nnstudio.data.facts.features import Feature
from nnstudio.data.facts.overview import ColumnFacts, Overview
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.row_state import paint_row_state
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.bars import paint_histogram
from nnstudio.gui.looking.examples import exact_text

_Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
HEADS = ("Column", "Spread", "", "Least", "Greatest", "Mean", "Deviation", "Distinct", "Missing")
_HISTOGRAM, _WITH_TARGET = 1, 2
_ROW, _MARGIN, _SPREAD = 36, 8, 136
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
#: Rows that are shown before the table scrolls by itself.
_MOST_ROWS = 12
SORT = Qt.ItemDataRole.UserRole


class ColumnModel(QAbstractTableModel):
    """One row per feature."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.columns: tuple[ColumnFacts, ...] = ()
        self._target = ""
        self._about: Feature | None = None

    def show(self, known: Overview) -> None:
        """Show the columns of ``known``."""
        self.beginResetModel()
        self.columns = known.columns
        self._target = "" if known.target is None else known.target.name
        self._about = known.target
        self.endResetModel()

    def rowCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def columnCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if section <= _HISTOGRAM else _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole and section == _WITH_TARGET and self._target:
            return (
                f"How much it tells of {self._target}, from 0 to 1: r of numbers, the correlation"
                " ratio η of a class and a number, Cramér's V of classes"
            )
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return f"With {self._target}" if section == _WITH_TARGET else HEADS[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        facts, column = self.columns[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._words(facts, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            head = self.headerData(column, Qt.Orientation.Horizontal)
            return f"{head}: {self._words(facts, column)}" if column else facts.feature.name
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if column <= _HISTOGRAM else _RIGHT
        if role == SORT:
            return self._sorted_by(facts, column)
        return None

    def _words(self, facts: ColumnFacts, column: int) -> str:
        figures, has_classes = facts.statistics, bool(facts.feature.classes)
        match column:
            case 0:
                return facts.feature.name
            case 1:
                tallest = facts.histogram.counts.sum(axis=0).max(initial=0)
                return f"{facts.histogram.bins} bars, at most {tallest:,} in one"
            case 2:
                if facts.with_target is None or self._about is None:
                    return "–"
                sign = measure(facts.feature, self._about)
                return f"{sign} {facts.with_target:.2f}".replace("-", "−")
            case 3 | 4 if has_classes:
                label = figures.least if column == 3 else figures.greatest
                return facts.feature.classes[int(label)] if figures.distinct else "–"
            case 5 | 6 if has_classes:
                return "–"
            case 3 | 4:
                return exact_text(figures.least if column == 3 else figures.greatest)
            case 5 | 6:
                return number_text(figures.mean if column == 5 else figures.deviation)
            case 7:
                return f"{figures.distinct:,}"
        return f"{figures.missing:,}" if figures.missing else "–"

    def _sorted_by(self, facts: ColumnFacts, column: int) -> float | str:
        figures = facts.statistics
        numbers = {
            2: -1.0 if facts.with_target is None else abs(facts.with_target),
            3: figures.least,
            4: figures.greatest,
            5: figures.mean,
            6: figures.deviation,
            7: figures.distinct,
            8: figures.missing,
        }
        return numbers.get(column, facts.feature.name.casefold())


class ColumnTable(QTableView):
    """The rows, to be sorted by a click on a head."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("columns_table")
        self.setAccessibleName("The columns in numbers")
        self._rows = ColumnModel(theme)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSortRole(SORT)
        self._sorted.setSourceModel(self._rows)
        self.setModel(self._sorted)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setStyleSheet("QTableView { selection-background-color: transparent; }")
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setItemDelegate(_Cell(theme, self))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        theme.changed.connect(self.viewport().update)

    def show_overview(self, known: Overview) -> None:
        """Show the columns of ``known``, as high as they need."""
        self._rows.show(known)
        metrics = QFontMetrics(self.font())
        for column in range(len(HEADS)):
            self.setColumnWidth(column, self._width(column, metrics))
        self.setColumnHidden(_WITH_TARGET, known.target is None)
        rows = min(len(known.columns), _MOST_ROWS)
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows * _ROW + bar + 2)

    def _width(self, column: int, metrics: QFontMetrics) -> int:
        if column == _HISTOGRAM:
            return _SPREAD
        model = self._rows
        words = [str(model.headerData(column, Qt.Orientation.Horizontal)) + "    "]
        words += [str(model.index(row, column).data()) for row in range(len(model.columns))]
        widest = max(metrics.horizontalAdvance(text) for text in words)
        return min(max(56, widest + 2 * _MARGIN + 4), 180)

    def histogram_of(self, row: int) -> Any:
        """The histogram in a row, as the table is sorted."""
        source = self._sorted.mapToSource(self._sorted.index(row, 0)).row()
        return self._rows.columns[source].histogram


class _Cell(QStyledItemDelegate):
    def __init__(self, theme: Theme, table: ColumnTable) -> None:
        super().__init__(table)
        self._theme = theme
        self._table = table

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(_SPREAD if index.column() == _HISTOGRAM else 64, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        paint_row_state(painter, option, index, self._table, self._theme)
        box = rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        if index.column() == _HISTOGRAM:
            known = self._table.histogram_of(index.row())
            paint_histogram(painter, QRectF(box.adjusted(0, 4, 0, -4)), known, self._theme)
        else:
            painter.setPen(self._theme.colour("text"))
            words = painter.fontMetrics().elidedText(
                index.data(), Qt.TextElideMode.ElideRight, box.width()
            )
            painter.drawText(box, index.data(Qt.ItemDataRole.TextAlignmentRole), words)
        painter.restore()
