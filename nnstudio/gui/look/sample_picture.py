"""Small drawings of what each sample's data looks like, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin, sqrt

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from nnstudio.data.drawing import prepare_drawing
from nnstudio.gui.look.theme import Theme

#: A hand-written two, for the samples that read digits.
_TWO = [
    [(12, 22), (18, 8), (34, 2), (50, 8), (54, 22), (46, 40), (30, 58), (12, 76), (8, 82)],
    [(8, 82), (24, 78), (42, 82), (60, 80)],
]


def paint_sample(painter: QPainter, box: QRectF, name: str, theme: Theme) -> None:
    """Draw the data of the sample file ``name`` (without its ending), one of :data:`DRAWN`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    DRAWN[name](painter, box, theme)
    painter.restore()


def _frame(painter: QPainter, box: QRectF, theme: Theme) -> QRectF:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("canvas"))
    painter.drawRoundedRect(box, 6, 6)
    return box.adjusted(9, 9, -9, -9)


def _at(room: QRectF, x: float, y: float) -> QPointF:
    """x and y from −1 to 1, y upwards."""
    return room.center() + QPointF(x * room.width() / 2, -y * room.height() / 2)


def _dots(painter: QPainter, room: QRectF, points: list[tuple[float, float]], fill: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    for x, y in points:
        painter.drawEllipse(_at(room, x, y), 1.9, 1.9)


def _curve(
    painter: QPainter, room: QRectF, function: Callable[[float], float], colour: QColor
) -> None:
    path = QPainterPath(_at(room, -1, function(-1)))
    for step in range(1, 41):
        x = -1 + step / 20
        path.lineTo(_at(room, x, function(x)))
    pen = QPen(colour, 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def _fit(function: Callable[[float], float]) -> Callable[[QPainter, QRectF, Theme], None]:
    """Points around a curve, and the curve."""

    def paint(painter: QPainter, box: QRectF, theme: Theme) -> None:
        room = _frame(painter, box, theme)
        _curve(painter, room, function, theme.colour("accent"))
        off = (0.16, -0.2, 0.1, -0.12, 0.22, -0.16, 0.12, -0.1, 0.14)
        points = [(x / 4 - 1, function(x / 4 - 1) + off[x]) for x in range(9)]
        _dots(painter, room, points, theme.colour("dim"))

    return paint


def _spiral(painter: QPainter, box: QRectF, theme: Theme) -> None:
    room = _frame(painter, box, theme)
    for arm, role in enumerate(("positive", "negative")):
        radii = [sqrt((i + 1) / 16) for i in range(16)]
        angles = [2 * pi * (0.95 * r + arm / 2) for r in radii]
        points = [(r * cos(a), r * sin(a)) for r, a in zip(radii, angles, strict=True)]
        _dots(painter, room, points, theme.colour(role))


def _goes_on(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """A sine as it was seen, and how it goes on."""
    room = _frame(painter, box, theme)
    _curve(painter, room, lambda x: 0.8 * sin(5.5 * x), theme.colour("accent"))
    off = (0.1, -0.14, 0.12, -0.08, 0.14, -0.1, 0.1)
    points = [(x / 5 - 1, 0.8 * sin(5.5 * (x / 5 - 1)) + off[x]) for x in range(7)]
    _dots(painter, room, points, theme.colour("dim"))


def _in_order(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """Bars in any order, and the same ones sorted."""
    room = _frame(painter, box, theme)
    heights = (0.55, 0.2, 0.9, 0.4, 0.75)
    for half, (bars, role) in enumerate(((heights, "dim"), (sorted(heights), "accent"))):
        left = room.left() + half * (room.width() + 4) / 2
        width = (room.width() - 4) / 2 / len(heights)
        for number, height in enumerate(bars):
            bar = QRectF(left + number * width, 0, width - 1, room.height() * height)
            bar.moveBottom(room.bottom())
            painter.fillRect(bar, theme.colour(role))


def _branches(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """One thing seen in two ways, and one answer."""
    room = _frame(painter, box, theme)
    ends = _at(room, -0.8, 0), _at(room, 0.8, 0)
    for up, role in ((0.75, "positive"), (-0.75, "negative")):
        middle = _at(room, 0, up)
        painter.setPen(QPen(theme.colour("dim"), 1.5))
        painter.drawLine(ends[0], middle)
        painter.drawLine(middle, ends[1])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(role))
        painter.drawEllipse(middle, 5, 5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("accent"))
    for end in ends:
        painter.drawEllipse(end, 5, 5)


def _plane(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """Heaps of points of a plane, one colour each."""
    room = _frame(painter, box, theme)
    heaps = ((-0.6, 0.5, "accent"), (0.55, 0.6, "negative"), (-0.1, -0.6, "ok"), (0.8, -0.4, "dim"))
    for x, y, role in heaps:
        points = [
            (x + 0.28 * cos(2.4 * i) * sqrt(i / 7), y + 0.28 * sin(2.4 * i) * sqrt(i / 7))
            for i in range(8)
        ]
        _dots(painter, room, points, theme.colour(role))


def _digit(style: str) -> Callable[[QPainter, QRectF, Theme], None]:
    """A two as the data of this style has it."""

    def paint(painter: QPainter, box: QRectF, theme: Theme) -> None:
        picture = prepare_drawing(style, [np.array(stroke) for stroke in _TWO])[0]
        # The image doesn't own its pixels, so the array has to outlive it.
        levels = np.ascontiguousarray(picture * (255.0 / picture.max()), np.uint8)
        height, width = levels.shape
        image = QImage(levels.data, width, height, width, QImage.Format.Format_Grayscale8)
        clip = QPainterPath()
        clip.addRoundedRect(box, 6, 6)
        painter.setClipPath(clip)
        painter.fillRect(box, QColor("#000000"))
        painter.drawImage(box, image)

    return paint


def _edges(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """The two as a kernel sees it that looks for edges: where ink begins, and where it ends."""
    picture = prepare_drawing("mnist", [np.array(stroke) for stroke in _TWO])[0]
    change = np.gradient(picture / picture.max(), axis=1)
    room = _frame(painter, box, theme).adjusted(-5, -5, 5, 5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    height, width = change.shape
    for row, column in np.argwhere(np.abs(change) > 0.05):
        colour = theme.colour("positive" if change[row, column] > 0 else "negative")
        colour.setAlphaF(min(1.0, 2 * float(abs(change[row, column]))))
        left, right = (round(room.x() + room.width() * x / width) for x in (column, column + 1))
        top, bottom = (round(room.y() + room.height() * y / height) for y in (row, row + 1))
        painter.fillRect(left, top, right - left, bottom - top, colour)


#: What paints each sample that has a drawing.
DRAWN: dict[str, Callable[[QPainter, QRectF, Theme], None]] = {
    "line": _fit(lambda x: 0.8 * x),
    "square": _fit(lambda x: 1.7 * x * x - 0.9),
    "spiral": _spiral,
    "sine": _goes_on,
    "sorting": _in_order,
    "digits": _digit("digits"),
    "two-branch": _branches,
    "autoencoder": _plane,
    "mnist-mlp": _digit("mnist"),
    "mnist-cnn": _edges,
}
