"""The way of a run on the map: from white at its start to orange at its end, with names on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

#: The way from its start to its end; it changes in so many steps.
PATH, _SHADES = ("#FFFFFF", "#FF7A1A"), 12
#: What is drawn on the map's colours has one of these beside the other.
INK, PAPER = QColor(12, 18, 32), QColor(255, 255, 255)


@dataclass(frozen=True)
class Mark:
    """A place with a word beside it, such as the path's start."""

    name: str
    x: float
    y: float


def paint_way(painter: QPainter, points: Sequence[QPointF]) -> None:
    """The way through these places."""
    if len(points) < 2:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rim = QColor(INK)
    rim.setAlphaF(0.7)
    painter.setPen(QPen(rim, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPolyline(QPolygonF(points))
    first, last = (np.array(rgb(colour)) for colour in PATH)
    ends = np.unique(np.linspace(0, len(points) - 1, _SHADES + 1).round().astype(int)).tolist()
    for k, (a, b) in enumerate(pairwise(ends)):
        share = k / max(1, len(ends) - 2)
        colour = QColor(*np.rint(first + share * (last - first)).astype(int).tolist())
        painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(QPolygonF(points[a : b + 1]))


def paint_marks(painter: QPainter, box: QRectF, marks: Sequence[tuple[str, QPointF]]) -> None:
    """Places with their names, in the painter's font."""
    names: list[tuple[QPointF, str]] = []
    for name, place in marks:
        painter.setPen(QPen(INK, 1.4))
        painter.setBrush(PAPER if name == "start" else QColor(PATH[1]))
        if name == "best":
            _paint_star(painter, place)
        else:
            painter.drawEllipse(place, 4.2, 4.2)
        _join(names, place, name)
    for place, name in names:
        _paint_name(painter, box, place, name)


def paint_ring(painter: QPainter, place: QPointF) -> None:
    """Where the weights lie that are shown."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((INK, 3.6), (PAPER, 1.8)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(place, 7.5, 7.5)


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, from 0 to 255."""
    c = QColor(colour)
    return c.red(), c.green(), c.blue()


def _paint_name(painter: QPainter, box: QRectF, place: QPointF, name: str) -> None:
    """Beside its mark, with a rim so that it can be read on any colour."""
    metrics = QFontMetricsF(painter.font())
    wide = metrics.horizontalAdvance(name)
    x = place.x() + 11 if place.x() + 15 + wide <= box.right() else place.x() - 11 - wide
    y = min(max(place.y() - 5, box.top() + metrics.ascent() + 1), box.bottom() - 4)
    path = QPainterPath()
    path.addText(QPointF(x, y), painter.font(), name)
    rim = QColor(INK)
    rim.setAlphaF(0.8)
    painter.strokePath(path, QPen(rim, 3))
    painter.fillPath(path, PAPER)


def _join(names: list[tuple[QPointF, str]], place: QPointF, name: str) -> None:
    """Put a name down; marks that lie on each other share one."""
    for k, (other, known) in enumerate(names):
        if (other - place).manhattanLength() < 10:
            names[k] = (other, f"{known} · {name}")
            return
    names.append((place, name))


def _paint_star(painter: QPainter, place: QPointF) -> None:
    star = QPainterPath()
    for k in range(10):
        angle, radius = np.pi * k / 5, 6.5 if k % 2 == 0 else 2.8
        point = place + QPointF(radius * np.sin(angle), -radius * np.cos(angle))
        if k:
            star.lineTo(point)
        else:
            star.moveTo(point)
    star.closeSubpath()
    painter.drawPath(star)
