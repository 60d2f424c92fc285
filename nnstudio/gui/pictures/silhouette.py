"""A network in a thumbnail: a bar per layer, as long as its output, in its category's colour."""

from __future__ import annotations

from math import log2, prod

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from nnstudio.graph.model import Graph
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.pictures.columns import Column, columns_of

_WIDEST = 7.0


def paint_silhouette(painter: QPainter, box: QRectF, graph: Graph, theme: Theme) -> None:
    """Draw ``graph``, which has no errors, into ``box``."""
    columns = columns_of(graph)
    levels = 1 + max(column.depth for column in columns)
    pitch = box.width() / levels
    width = min(_WIDEST, 0.62 * pitch)
    middle = box.center().y()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("line"), 1.5))
    ends = (box.left() + pitch / 2, box.right() - pitch / 2)
    painter.drawLine(QPointF(ends[0], middle), QPointF(ends[1], middle))
    for column in columns:
        for link in column.links:
            before = columns[link.source]
            if column.depth > before.depth + 1:
                _paint_arc(painter, box, pitch, before.depth, column.depth, theme)
    painter.setPen(Qt.PenStyle.NoPen)
    for column in columns:
        x = box.left() + pitch * (column.depth + 0.5)
        high = _length(column) * box.height() * (0.62 if _has_arcs(columns) else 0.9)
        painter.setBrush(_colour(graph, column, theme))
        bar = QRectF(x - width / 2, middle - high / 2, width, high)
        painter.drawRoundedRect(bar, min(2.5, width / 2), min(2.5, width / 2))
    painter.restore()


def _paint_arc(
    painter: QPainter, box: QRectF, pitch: float, first: int, last: int, theme: Theme
) -> None:
    a, b = (box.left() + pitch * (depth + 0.5) for depth in (first, last))
    path = QPainterPath(QPointF(a, box.center().y()))
    high = box.top() - 0.12 * box.height()
    path.cubicTo(QPointF(a, high), QPointF(b, high), QPointF(b, box.center().y()))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.colour("dim"), 1.2))
    painter.drawPath(path)


def _has_arcs(columns: tuple[Column, ...]) -> bool:
    return any(c.depth > columns[link.source].depth + 1 for c in columns for link in c.links)


def _length(column: Column) -> float:
    """Between 0.16 and 1, by how many numbers come out."""
    return min(1.0, 0.16 + 0.84 * log2(prod(column.shape) or 1) / 10)


def _colour(graph: Graph, column: Column, theme: Theme) -> QColor:
    layer = graph.by_id[column.nodes[0]].layer
    return QColor(theme.colours.category(type(layer).category))
