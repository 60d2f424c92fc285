"""The mark of each class: a colour and a form, so that no kind of colour vision is needed.

Hundreds of points are painted at each refresh, which is quick only if each is a copy of a picture
that was drawn before, at a whole pixel.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Colours, Theme
from nnstudio.gui.plots.function_plot import class_colours

FORMS = ("disc", "triangle", "square", "diamond", "cross", "ring")
#: Corners of the forms that have some, in units of the radius.
_CORNERS: dict[str, tuple[tuple[float, float], ...]] = {
    "triangle": ((0, -1.25), (1.15, 0.8), (-1.15, 0.8)),
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
}
#: Half the size of a mark, and the side of the picture that holds it, in pixels.
RADIUS, FIELD = 3.2, 10
#: A scale of values is drawn in so many colours.
STEPS = 33


def class_marks(count: int, colours: Colours) -> list[tuple[str, str]]:
    """(colour, form) of each class. Neighbours differ in both; up to 24 classes no two are alike.

    The colours are those of :func:`class_colours`, as in the other plots. Of these some look alike
    to some people, such as orange and olive: they have different forms.
    """
    known = class_colours(count, colours)
    return [(known[k], FORMS[(k % 3 + 3 * (k // 8)) % len(FORMS)]) for k in range(count)]


def value_marks(colours: Colours) -> list[tuple[str, str]]:
    """Discs from the colour of low values through a pale grey to that of high ones."""
    low, dim, panel, high = (
        np.array([c.red(), c.green(), c.blue()])
        for c in map(QColor, (colours.negative, colours.dim, colours.panel, colours.positive))
    )
    ends = np.stack([low, (dim + panel) / 2, high])
    places = np.linspace(0, 1, STEPS)
    channels = [np.interp(places, (0, 0.5, 1), channel) for channel in ends.T]
    mixed = np.rint(np.stack(channels, axis=1)).astype(int).tolist()
    return [(QColor(*rgb).name(), "disc") for rgb in mixed]


def rim(colour: str, theme: str) -> QColor:
    """The line around a mark: darker on light ground, lighter on dark, so that all can be seen."""
    return QColor(colour).darker(165) if theme == "light" else QColor(colour).lighter(135)


def paint_mark(
    painter: QPainter, mark: tuple[str, str], at: QPointF, theme: str, radius: float = RADIUS
) -> None:
    """Paint one mark with its middle at ``at``."""
    colour, form = mark
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    line = rim(colour, theme)
    x, y, r = at.x(), at.y(), radius
    if form in ("cross", "ring"):
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(line, 1.8))
        if form == "ring":
            painter.drawEllipse(at, r - 0.2, r - 0.2)
        else:
            painter.drawLine(QPointF(x - r, y - r), QPointF(x + r, y + r))
            painter.drawLine(QPointF(x - r, y + r), QPointF(x + r, y - r))
        return
    painter.setBrush(QColor(colour))
    painter.setPen(QPen(line, 0.8))
    if form == "disc":
        painter.drawEllipse(at, r, r)
        return
    painter.drawPolygon(QPolygonF([QPointF(x + r * a, y + r * b) for a, b in _CORNERS[form]]))


class Stamps:
    """Pictures of some marks, to be painted at many places."""

    def __init__(self, marks: list[tuple[str, str]], theme: Theme, ratio: float) -> None:
        """Draw ``marks`` for a screen with ``ratio`` pixels to each of the window's."""
        self._stamps = []
        for mark in marks:
            stamp = QPixmap(round(FIELD * ratio), round(FIELD * ratio))
            stamp.setDevicePixelRatio(ratio)
            stamp.fill(Qt.GlobalColor.transparent)
            painter = QPainter(stamp)
            paint_mark(painter, mark, QPointF(FIELD / 2, FIELD / 2), theme.name)
            painter.end()
            self._stamps.append(stamp)

    def paint(self, painter: QPainter, x: Array, y: Array, kinds: Array) -> None:
        """Paint mark number ``kinds[i]`` at (``x[i]``, ``y[i]``), to the next pixel, for each i."""
        draw, stamps = painter.drawPixmap, self._stamps
        left = np.rint(x - FIELD / 2).astype(int).tolist()
        top = np.rint(y - FIELD / 2).astype(int).tolist()
        for a, b, kind in zip(left, top, kinds.tolist(), strict=True):
            draw(a, b, stamps[kind])
