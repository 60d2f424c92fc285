"""The summary as a table: a row for each layer, sorted by any column or in running order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from nnstudio.gui.look.number_text import tabular
from nnstudio.gui.look.row_state import paint_row_state
from nnstudio.gui.look.theme import Theme
from nnstudio.project.summary import LayerSummary, Summary
from nnstudio.project.summary_text import HEADS, NUMBERS, cells, exact

#: The roles under which a cell has its row's node, and what it is sorted by.
NODE = Qt.ItemDataRole.UserRole
SORT = NODE + 1
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_LAYER, _SETTING, _OUTPUT, _PARAMETERS, _FLOPS, _MEMORY, _TRAINABLE = range(len(HEADS))
_HELP = (
    "The layer's name",
    "Its most important setting",
    "The shape of its output for one example",
    "Numbers that can be learned; shared ones are counted where they belong",
    "Floating-point operations for one example forward; a multiply-add is two",
    "While training: weights, gradients, the optimizer's memory, and activations of a batch",
    "Whether its weights learn",
)
_ROW, _MARGIN = 24, 8
#: The size of the heads' letters, as the style has it, and the room of the mark for sorting.
_HEAD_SIZE, _MARK = 11, 16
#: So many rows decide how wide a column is.
_ROWS_MEASURED = 40


class SummaryModel(QAbstractTableModel):
    """The layers as Qt's views want them, in running order."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.layers: tuple[LayerSummary, ...] = ()

    def show(self, summary: Summary) -> None:
        """Show these layers; the views are told of the rows that changed only."""
        old, new = self.layers, summary.layers
        if [layer.node for layer in old] != [layer.node for layer in new]:
            self.beginResetModel()
            self.layers = new
            self.endResetModel()
            return
        self.layers = new
        for row, (before, now) in enumerate(zip(old, new, strict=True)):
            if before != now:
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(HEADS) - 1))

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.layers)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return HEADS[section]
            case Qt.ItemDataRole.ToolTipRole:
                return (
                    f"{_HELP[section]}. Click to sort; a third click brings back the running order"
                )
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        layer, column = self.layers[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cells(layer)[column]
            case Qt.ItemDataRole.ToolTipRole:
                return exact(layer)[column]
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{HEADS[column]}: {exact(layer)[column]}" if column else layer.title
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ForegroundRole:
                return self._theme.colour("dim" if column in (_SETTING, _TRAINABLE) else "text")
            case _ if role == NODE:
                return layer.node
            case _ if role == SORT:
                return _sorted_by(layer, column)
        return None


@lru_cache(maxsize=8_192)
def _cells(layer: LayerSummary) -> tuple[str, ...]:
    return cells(layer)


def _sorted_by(layer: LayerSummary, column: int) -> int | str:
    """A number for columns of numbers (unknown ones first) and for shapes; else the text."""
    match column:
        case 3:
            return layer.parameters
        case 4:
            return -1 if layer.flops is None else layer.flops
        case 5:
            return -1 if layer.memory is None else layer.memory.total
    return _cells(layer)[column].casefold()


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class SummaryTable(QTableView):
    """The table, and the keys that act on it.

    Signals:
        copy_asked: the user wants the table on the clipboard.
    """

    copy_asked = Signal()

    def __init__(self, model: SummaryModel, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("summary_table")
        self.setAccessibleName("Layers in numbers")
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSortRole(SORT)
        self._sorted.setSourceModel(model)
        self.setModel(self._sorted)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setStyleSheet("QTableView { selection-background-color: transparent; }")
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setItemDelegate(_CellPainter(theme, self))
        self.setHorizontalHeader(_Heads())
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(_ROW)
        rows.setDefaultSectionSize(_ROW)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setResizeContentsPrecision(_ROWS_MEASURED)
        head.setMinimumSectionSize(48)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(_LAYER, QHeaderView.ResizeMode.Stretch)
        head.sectionClicked.connect(self._sort)
        self._sorted_by: tuple[int, int] = (-1, 0)

    def show_columns(self, *, settings: bool) -> None:
        """With or without the column of settings, for which there may be no room."""
        self.setColumnHidden(_SETTING, not settings)

    def _sort(self, column: int) -> None:
        """By this column, numbers from the largest on; again: the other way; again: not at all."""
        first, other = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        if column in NUMBERS:
            first, other = other, first
        before, clicks = self._sorted_by
        clicks = clicks + 1 if before == column else 1
        self._sorted_by = (column, clicks) if clicks < 3 else (-1, 0)
        order = first if clicks == 1 else other
        head = self.horizontalHeader()
        head.setSortIndicatorShown(clicks < 3)  # its room is taken only while it is there
        head.setSortIndicator(self._sorted_by[0], order)
        self._sorted.sort(self._sorted_by[0], order)

    def selected_nodes(self) -> tuple[str, ...]:
        """The nodes of the selected rows, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self._sorted.index(row, 0).data(NODE) for row in rows)

    def rows_of(self, nodes: Iterable[str]) -> list[int]:
        """Where these nodes are, as the table is sorted."""
        wanted = set(nodes)
        rows = range(self._sorted.rowCount())
        return [row for row in rows if self._sorted.index(row, 0).data(NODE) in wanted]

    def last_of(self, row: int) -> QModelIndex:
        """The last cell of a row."""
        return self._sorted.index(row, len(HEADS) - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        else:
            super().keyPressEvent(event)


class _Heads(QHeaderView):
    """The heads, each no wider than its word; only the one that is sorted by has a mark."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setSectionsClickable(True)

    def sectionSizeFromContents(self, section: int) -> QSize:
        font = QFont(self.font())
        font.setPixelSize(_HEAD_SIZE)
        font.setWeight(QFont.Weight.DemiBold)
        width = QFontMetrics(font).horizontalAdvance(HEADS[section]) + 2 * _MARGIN + 2
        if self.isSortIndicatorShown() and self.sortIndicatorSection() == section:
            width += _MARK
        return QSize(width, super().sectionSizeFromContents(section).height())


class _CellPainter(QStyledItemDelegate):
    """Paints a cell; digits are all equally wide, so that numbers stand below each other."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(_metrics(_font_key()).horizontalAdvance(index.data()) + 2 * _MARGIN + 2, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        table = self.parent()
        assert isinstance(table, QTableView)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        paint_row_state(painter, option, index, table, self._theme)
        box = rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        painter.setFont(_font(_font_key()))
        painter.setPen(index.data(Qt.ItemDataRole.ForegroundRole))
        words = _metrics(_font_key()).elidedText(
            index.data(), Qt.TextElideMode.ElideRight, box.width()
        )
        painter.drawText(box, index.data(Qt.ItemDataRole.TextAlignmentRole), words)
        painter.restore()


def _font_key() -> str:
    return QApplication.font().toString()


@lru_cache(maxsize=4)
def _font(plain: str) -> QFont:
    font = QFont()
    font.fromString(plain)
    font.setPixelSize(12)
    return tabular(font)


@lru_cache(maxsize=4)
def _metrics(plain: str) -> QFontMetrics:
    return QFontMetrics(_font(plain))
