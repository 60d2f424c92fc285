"""The thin bar at the bottom of a card that tells its share of the time, or how it learns."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from nnstudio.gui.look.theme import Theme

#: How high the bar is, and how strong its colours are when what it says is old.
_HIGH, _OLD = 4.0, 0.45


@dataclass(frozen=True)
class HeatBar:
    """What a bar shows.

    Attributes:
        length: from 0 to 1.
        words: the same as a number.
        is_old: nothing is measured any more.
    """

    length: float
    words: str
    is_old: bool = False


def heat_colour(strength: float, theme: Theme) -> QColor:
    """From next to nothing, 0, to hot, 1."""
    cold, hot = theme.colour("line"), theme.colour("negative")
    share = 0.15 + 0.85 * min(1.0, max(0.0, strength))
    ends = ((cold.red(), hot.red()), (cold.green(), hot.green()), (cold.blue(), hot.blue()))
    return QColor(*(round(a + (b - a) * share) for a, b in ends))


def paint_heat_bar(painter: QPainter, card: QRectF, bar: HeatBar, theme: Theme) -> None:
    """Paint the bar along the bottom of ``card``."""
    track = QRectF(card.left() + 12, card.bottom() - _HIGH - 2, card.width() - 24, _HIGH)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("line"))
    painter.setOpacity(_OLD if bar.is_old else 1.0)
    painter.drawRoundedRect(track, _HIGH / 2, _HIGH / 2)
    if bar.length > 0:
        track.setWidth(max(_HIGH, track.width() * bar.length))
        painter.setBrush(heat_colour(bar.length, theme))
        painter.drawRoundedRect(track, _HIGH / 2, _HIGH / 2)
    painter.restore()
