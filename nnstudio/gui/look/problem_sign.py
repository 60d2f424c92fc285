"""The sign of a problem: told apart by its shape, not by colour alone."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

_SIDE = 18.0


def paint_sign(painter: QPainter, box: QRectF, severity: str, fill: QColor, mark: QColor) -> None:
    """A disc for an error, a triangle for a warning, each with an exclamation mark."""
    unit = box.width() / _SIDE
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill)
    lower = 0.0
    if severity == "error":
        painter.drawEllipse(box)
    else:
        lower = 2.5 * unit
        top = QPointF(box.center().x(), box.top())
        painter.drawPolygon(QPolygonF([top, box.bottomRight(), box.bottomLeft()]))
    pen = QPen(mark, 2 * unit)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    middle = box.center() + QPointF(0, lower)
    painter.drawLine(middle + QPointF(0, -4.2 * unit), middle + QPointF(0, 0.6 * unit))
    painter.drawPoint(middle + QPointF(0, 4 * unit))
    painter.restore()


def sign_icon(severity: str, fill: QColor, mark: QColor) -> QIcon:
    """The sign as an icon for lists."""
    return _icon(severity, fill.name(), mark.name())


@lru_cache(maxsize=8)
def _icon(severity: str, fill: str, mark: str) -> QIcon:
    pixmap = QPixmap(64, 64)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(Qt.PenStyle.NoPen)
    paint_sign(painter, QRectF(2, 2, 60, 60), severity, QColor(fill), QColor(mark))
    painter.end()
    return QIcon(pixmap)
