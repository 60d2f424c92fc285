"""The thin lines that show with what a dragged card is aligned."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.gui.canvas.guides import Guide
from nnstudio.gui.look.theme import Theme

#: How far a guide goes beyond the cards.
_BEYOND = 12.0


class GuideItem(QGraphicsItem):
    """Paints all guides; nothing while there are none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.guides: tuple[Guide, ...] = ()
        self.setZValue(5)

    def show_guides(self, guides: tuple[Guide, ...]) -> None:
        """Show these and no others."""
        if guides != self.guides:
            self.prepareGeometryChange()
            self.guides = guides
            self.update()

    def boundingRect(self) -> QRectF:
        box = QRectF()
        for start, end in self.guides:
            box = box.united(QRectF(QPointF(*start), QPointF(*end)).adjusted(-1, -1, 1, 1))
        return box.adjusted(-_BEYOND, -_BEYOND, _BEYOND, _BEYOND) if self.guides else box

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        pen = QPen(self._theme.colour("accent"), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        for (ax, ay), (bx, by) in self.guides:
            dx, dy = (_BEYOND, 0.0) if ay == by else (0.0, _BEYOND)
            painter.drawLine(QPointF(ax - dx, ay - dy), QPointF(bx + dx, by + dy))
