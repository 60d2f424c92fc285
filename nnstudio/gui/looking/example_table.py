"""The table of examples: a row of any of a million costs nothing until it is seen."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QTableView,
)

from nnstudio.data.dataset import INPUTS
from nnstudio.data.facts.features import Feature
from nnstudio.gui.look.number_text import tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.examples import Examples, cell_text
from nnstudio.gui.looking.picture_image import brightness, picture_image

_Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
#: Heights of a row, of one with a picture; the room beside words; widths of columns.
_ROW, _PICTURE_ROW, _MARGIN = 24, 32, 8
_NARROWEST, _WIDEST = 64, 220
#: Rows whose cells tell how wide a column has to be; cells that are kept.
_MEASURED, _KEPT = 40, 20_000


class ExampleModel(QAbstractTableModel):
    """One row per example: its inputs, its targets, whatever else is known, and its part."""

    def __init__(self) -> None:
        super().__init__()
        self.examples: Examples | None = None
        self._heads: list[str] = []
        self._features: list[Feature] = []
        self._sides: list[Qt.AlignmentFlag] = []
        self._limits = (0.0, 1.0)
        self._texts: dict[tuple[int, int], str] = {}
        self._widths: dict[tuple[int, int], tuple[str, int]] = {}

    def show(self, examples: Examples | None) -> None:
        """Show these and no others."""
        self.beginResetModel()
        self.examples = examples
        self._texts.clear()
        self._widths.clear()
        self._heads, self._features = [], []
        if examples is not None:
            is_picture = examples.dataset.is_picture
            self._features = [
                f for f in examples.features if not (is_picture and f.column == INPUTS)
            ]
            self._heads = [feature.name for feature in self._features]
            if is_picture:
                self._heads = ["picture", *self._heads]
                self._limits = brightness(examples.dataset.inputs)
            if examples.part_of is not None:
                self._heads.append("part")
        self._sides = [self._side(column) for column in range(len(self._heads))]
        self.endResetModel()

    @property
    def has_pictures(self) -> bool:
        """Whether inputs are pictures, which have one column instead of one for each channel."""
        return self.examples is not None and self.examples.dataset.is_picture

    def rowCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() or self.examples is None else self.examples.count

    def columnCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._heads)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        is_across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(section) if is_across else _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole and is_across:
            return self._heads[section]
        if role != Qt.ItemDataRole.DisplayRole or self.examples is None:
            return None
        return self._heads[section] if is_across else f"{self.examples.number(section):,}"

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            head = self._heads[index.column()]
            return f"{head}: {self.text(index.row(), index.column())}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(index.column())
        return None

    def text(self, row: int, column: int) -> str:
        """The words of a cell; a picture's are its size."""
        known = self._texts.get((row, column))
        if known is None:
            if len(self._texts) > _KEPT:
                self._texts.clear()
            known = self._texts[row, column] = self._text(row, column)
        return known

    def measured(self, row: int, column: int, metrics: QFontMetrics) -> tuple[str, int]:
        """The words of a cell, and how wide they are."""
        known = self._widths.get((row, column))
        if known is None:
            if len(self._widths) > _KEPT:
                self._widths.clear()
            words = self.text(row, column)
            known = self._widths[row, column] = (words, metrics.horizontalAdvance(words))
        return known

    def _text(self, row: int, column: int) -> str:
        examples = self.examples
        assert examples is not None
        if examples.part_of is not None and column == len(self._heads) - 1:
            return examples.part(row)
        if self.has_pictures:
            if column == 0:
                return " × ".join(map(str, examples.dataset.input_shape))
            column -= 1
        return cell_text(self._features[column], examples.dataset, examples.position(row))

    def image(self, row: int, column: int) -> QImage | None:
        """The picture in a cell."""
        if column or not self.has_pictures or self.examples is None:
            return None
        position = self.examples.position(row)
        return picture_image(self.examples.dataset.inputs[position], self._limits)

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        """Numbers stand at the right, words at the left."""
        return self._sides[column]

    def _side(self, column: int) -> Qt.AlignmentFlag:
        place, known = column - self.has_pictures, self._features
        is_number = 0 <= place < len(known) and known[place].single and not known[place].classes
        return _RIGHT if is_number else _LEFT

    def width(self, column: int, metrics: QFontMetrics) -> int:
        """How wide a column has to be for some of its cells, from everywhere in the table."""
        if self.has_pictures and column == 0:
            return _NARROWEST
        rows = np.unique(np.linspace(0, max(0, self.rowCount() - 1), _MEASURED).astype(int))
        words = [self._heads[column] + "  "]
        words += [self.text(int(row), column) for row in rows if self.rowCount()]
        widest = max(metrics.horizontalAdvance(text) for text in words) + 2 * _MARGIN + 4
        return min(max(widest, _NARROWEST), _WIDEST)


class ExampleTable(QTableView):
    """The rows, each as high as every other.

    Signals:
        chosen: (row) the row that has the keyboard is another.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.examples_model = ExampleModel()
        self.setModel(self.examples_model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setStyleSheet(
            "QTableView { selection-background-color: transparent; }"
            "QHeaderView::section:vertical { border: none; }"
        )
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self._theme = theme
        self.setMinimumHeight(80)
        rows, head = self.verticalHeader(), self.horizontalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setSectionsClickable(True)
        rows.setHighlightSections(False)
        rows.setAccessibleName("Number of the example")
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setHighlightSections(False)
        head.setMinimumSectionSize(32)
        self.selectionModel().currentRowChanged.connect(lambda now, _: self.chosen.emit(now.row()))
        theme.changed.connect(self.viewport().update)

    def show_examples(self, examples: Examples | None) -> None:
        """Show these, from the first on."""
        model, rows = self.examples_model, self.verticalHeader()
        is_picture = examples is not None and examples.dataset.is_picture
        height = _PICTURE_ROW if is_picture else _ROW
        if rows.defaultSectionSize() != height:
            model.show(None)  # rows are made in their height, not changed one by one
            rows.setMinimumSectionSize(height)
            rows.setDefaultSectionSize(height)
        model.show(examples)
        metrics = _metrics(_font_key())
        if examples is not None and examples.count:
            rows.setFixedWidth(metrics.horizontalAdvance(f"{examples.last:,}") + 2 * _MARGIN + 8)
        for column in range(min(model.columnCount(), _MEASURED)):
            self.setColumnWidth(column, model.width(column, metrics))
        self.scrollToTop()

    def go_to(self, row: int) -> None:
        """Bring a row into sight and give it the keyboard."""
        index = self.examples_model.index(row, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what can be seen in one go: a delegate's call for each cell takes twice as long."""
        model, area = self.examples_model, event.rect()
        first, last = self.rowAt(area.top()), self.rowAt(area.bottom())
        if first < 0:
            return
        last = model.rowCount() - 1 if last < 0 else last
        painter = QPainter(self.viewport())
        self._paint_current(painter)
        key = _font_key()
        painter.setFont(_font(key))
        metrics = _metrics(key)
        text, missing = self._theme.colour("text"), self._theme.colour("warning")
        painter.setPen(text)
        high = self.rowHeight(first)
        down = (high + metrics.ascent() - metrics.descent()) // 2
        tops = [(row, self.rowViewportPosition(row)) for row in range(first, last + 1)]
        for column in range(model.columnCount()):
            left, wide = self.columnViewportPosition(column), self.columnWidth(column)
            if left + wide <= area.left() or left > area.right():
                continue
            if model.has_pictures and column == 0:
                self._paint_pictures(painter, left + _MARGIN, high - 4, tops)
                continue
            room, at_right = wide - 2 * _MARGIN, model.alignment(column) == _RIGHT
            for row, top in tops:
                words, length = model.measured(row, column, metrics)
                if length > room:
                    words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
                    length = room
                if words == "missing":
                    painter.setPen(missing)
                start = left + wide - _MARGIN - length if at_right else left + _MARGIN
                painter.drawText(start, top + down, words)
                if words == "missing":
                    painter.setPen(text)
        painter.end()

    def _paint_pictures(
        self, painter: QPainter, left: int, side: int, tops: list[tuple[int, int]]
    ) -> None:
        for row, top in tops:
            image = self.examples_model.image(row, 0)
            if image is not None:
                painter.drawImage(QRect(left, top + 2, side, side), image)

    def _paint_current(self, painter: QPainter) -> None:
        """A tint for the row that is chosen; lines above and below while it has the keyboard."""
        current = self.currentIndex()
        if not current.isValid():
            return
        top, high = self.rowViewportPosition(current.row()), self.rowHeight(current.row())
        row = QRect(0, top, self.viewport().width(), high)
        tint = self._theme.colour("accent")
        tint.setAlpha(36)
        painter.fillRect(row, tint)
        if self.hasFocus():
            painter.setPen(self._theme.colour("accent"))
            painter.drawLine(row.topLeft(), row.topRight())
            painter.drawLine(row.bottomLeft(), row.bottomRight())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.currentIndex().isValid():
            row, model = self.currentIndex().row(), self.examples_model
            words = [model.text(row, column) for column in range(model.columnCount())]
            QApplication.clipboard().setText("\t".join(words))
        else:
            super().keyPressEvent(event)


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
