"""A thin upright line across a chart, and what all curves say there, in words beside it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.curve_lines import Colour
from nnstudio.gui.plots.plotting import TICK_SIZE, sized

_MARGIN, _GAP, _SAMPLE = 6.0, 8.0, 14.0


@dataclass(frozen=True)
class Reading:
    """What one curve says: its name, its look and its value in words."""

    name: str
    text: str
    role: Colour = "text"
    dashed: bool = False
    y: float | None = None


@dataclass(frozen=True)
class Crosshair:
    """A place on the x axis, and the readings there.

    Attributes:
        title: which step it is.
    """

    x: float
    title: str
    readings: tuple[Reading, ...]

    @property
    def words(self) -> str:
        """All of it in one line."""
        return ", ".join([self.title, *(f"{r.name} {r.text}" for r in self.readings)])


def paint_crosshair(
    painter: QPainter, theme: Theme, box: QRectF, at: float, crosshair: Crosshair, font: QFont
) -> None:
    """Paint the line at the pixel ``at``, and the words on the side that has room."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(theme.colour("dim"), 1))
    painter.drawLine(QLineF(at, box.top(), at, box.bottom()))
    font = sized(font, TICK_SIZE)
    metrics = QFontMetricsF(font)
    lines = list(crosshair.readings)
    tall = metrics.height()
    most = max(0, int((box.height() - 2 * _MARGIN) // tall) - 1)
    hidden = len(lines) - most
    if hidden > 0:
        lines = lines[: max(0, most - 1)]
        hidden = len(crosshair.readings) - len(lines)
    names = max((metrics.horizontalAdvance(r.name) for r in lines), default=0.0)
    texts = max((metrics.horizontalAdvance(r.text) for r in lines), default=0.0)
    wide = max(metrics.horizontalAdvance(crosshair.title), _SAMPLE + 4 + names + 10 + texts)
    rows = 1 + len(lines) + (hidden > 0)
    size = (wide + 2 * _MARGIN, rows * tall + 2 * _MARGIN)
    left = at + _GAP if at + _GAP + size[0] <= box.right() + 8 else at - _GAP - size[0]
    left = max(box.left(), left)
    place = QRectF(left, box.top(), size[0], min(size[1], box.height()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("line"), 1))
    painter.setBrush(theme.colour("panel"))
    painter.drawRoundedRect(place, 4, 4)
    painter.setFont(font)
    y = place.top() + _MARGIN + metrics.ascent()
    painter.setPen(theme.colour("text"))
    painter.drawText(QPointF(place.left() + _MARGIN, y), crosshair.title)
    for reading in lines:
        y += tall
        colour = colour_of(theme, reading.role)
        pen = QPen(colour, 2)
        if reading.dashed:
            pen.setDashPattern([2.0, 1.5])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        x = place.left() + _MARGIN
        middle = y - metrics.xHeight() / 2
        painter.drawLine(QLineF(x, middle, x + _SAMPLE, middle))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("dim"))
        painter.drawText(QPointF(x + _SAMPLE + 4, y), reading.name)
        painter.setPen(theme.colour("text"))
        right = place.right() - _MARGIN - metrics.horizontalAdvance(reading.text)
        painter.drawText(QPointF(right, y), reading.text)
    if hidden > 0:
        painter.setPen(theme.colour("dim"))
        painter.drawText(QPointF(place.left() + _MARGIN, y + tall), f"and {hidden} more")


def colour_of(theme: Theme, role: Colour) -> QColor:
    """A colour, or that of a role."""
    return QColor(role) if isinstance(role, QColor) else theme.colour(role)
