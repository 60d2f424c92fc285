"""How the cells of the table of runs are painted and typed into."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from nnstudio.gui.look.number_text import tabular
from nnstudio.gui.look.row_state import paint_row_state
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.runs.cells import NAMES, NUMBERS, Row
from nnstudio.gui.runs.run_model import COLOUR, ROW, RunModel

_Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT, MARGIN = 26, 8
#: The room of the arrow of a group, and the side of a tick's box.
ARROW, _BOX = 16, 14


class CellPainter(QStyledItemDelegate):
    """Text with digits of equal width; a tick in the run's colour; an arrow before groups."""

    def __init__(self, theme: Theme, table: QTableView) -> None:
        super().__init__(table)
        self._theme, self._table = theme, table

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        font = _font(self._table.font(), index)
        return QSize(
            QFontMetrics(font).horizontalAdvance(index.data()) + 2 * MARGIN + 2, ROW_HEIGHT
        )

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        field = QLineEdit(parent)
        name = NAMES[index.column()]
        field.setObjectName(f"runs_{name}_field")
        field.setAccessibleName("Name of the run" if name == "name" else "Note about the run")
        field.setPlaceholderText("Name" if name == "name" else "Note")
        field.setMaxLength(60 if name == "name" else 500)
        field.setStyleSheet("QLineEdit { padding: 0 4px; min-height: 0; font-size: 12px; }")
        return field

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        """Once: what is being typed isn't taken away while the figures of a run go on."""
        if editor.property("filled") is None:
            editor.setProperty("filled", True)
            super().setEditorData(editor, index)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        row: Row = index.data(ROW)
        name = NAMES[index.column()]
        painter.save()
        paint_row_state(painter, option, index, self._table, self._theme)
        if name == "compare":
            if not row.group:
                self._paint_tick(painter, rect, index.data(COLOUR))
            painter.restore()
            return
        box = rect.adjusted(MARGIN, 0, -MARGIN, 0)
        if row.is_member and name == "number":
            painter.setPen(self._theme.colour("line"))
            painter.drawLine(rect.left() + 3, rect.top(), rect.left() + 3, rect.bottom())
        if row.group and name == "name":
            self._paint_arrow(painter, box, row.record.group in self._table_model.unfolded)
            box.adjust(ARROW, 0, 0, 0)
        font = _font(self._table.font(), index)
        painter.setFont(font)
        painter.setPen(index.data(Qt.ItemDataRole.ForegroundRole))
        is_present = name == "number" and row.record.number == self._table_model.present
        if is_present and not row.group:
            painter.setPen(self._theme.colour("accent"))
        elide = Qt.TextElideMode.ElideRight
        words = QFontMetrics(font).elidedText(index.data(), elide, box.width())
        painter.drawText(box, index.data(Qt.ItemDataRole.TextAlignmentRole), words)
        painter.restore()

    @property
    def _table_model(self) -> RunModel:
        model = self._table.model()
        assert isinstance(model, RunModel)
        return model

    def _paint_tick(self, painter: QPainter, rect: QRect, role: str) -> None:
        """A box; ticked ones are filled with the colour of the run's curves."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(0, 0, _BOX, _BOX)
        box.moveCenter(rect.center())
        colour = self._theme.colour(role) if role else self._theme.colour("dim")
        painter.setPen(QPen(colour, 1))
        painter.setBrush(colour if role else self._theme.colour("window"))
        painter.drawRoundedRect(box, 4, 4)
        if role:
            pen = QPen(self._theme.colour("panel"), 2)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            x, y = box.left(), box.top()
            painter.drawPolyline(_points((x + 4, y + 7), (x + 6, y + 10), (x + 11, y + 4)))

    def _paint_arrow(self, painter: QPainter, box: QRect, is_open: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("dim"), 1.5))
        x, y = box.left() + 2, box.center().y()
        shape = ((0, -2), (4, 2), (8, -2)) if is_open else ((2, -4), (6, 0), (2, 4))
        painter.drawPolyline(_points(*((x + dx, y + dy) for dx, dy in shape)))


def _points(*places: tuple[int, int]) -> list[QPoint]:
    return [QPoint(x, y) for x, y in places]


def _font(plain: QFont, index: _Index) -> QFont:
    font = QFont(plain)
    font.setPixelSize(12)
    name = NAMES[index.column()]
    if name == "name":
        font.setWeight(QFont.Weight.DemiBold)
    return tabular(font) if name in NUMBERS else font
