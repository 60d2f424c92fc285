"""The card of a bypassed node: an outline in dashes, and what it hands on going through."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from nnstudio.gui.canvas.measures import input_place, output_place
from nnstudio.gui.look.theme import Theme

_RADIUS, _LINE = 8, 48.0


def paint_bypassed(painter: QPainter, card: QRectF, slots: int, theme: Theme, edge: QPen) -> None:
    """Paint the outline with ``edge``, in dashes, and the wire from the first input to the output.

    The wire runs below the words: down, along and up again.
    """
    painter.setBrush(theme.colour("canvas"))
    outline = QPen(edge)
    outline.setColor(theme.colour("dim") if edge.widthF() < 2 else edge.color())
    outline.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(outline)
    painter.drawRoundedRect(card.adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
    if not slots:
        return
    start, end = QPointF(*input_place(0, slots)), QPointF(*output_place(slots))
    along = max(_LINE, start.y(), end.y()) + (4 if max(start.y(), end.y()) < _LINE else 0)
    painter.setPen(QPen(theme.colour("dim"), 1.5))
    points = [
        start,
        QPointF(8, start.y()),
        QPointF(16, along),
        QPointF(card.width() - 16, along),
        QPointF(card.width() - 8, end.y()),
        end,
    ]
    painter.drawPolyline(points)
