"""What the bars of heat on the cards mean: a scale on the strip below the canvas."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnstudio.gui.canvas.heat_bar import heat_colour
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import LABEL_SIZE, sized

_SCALE, _GAP = 64, 8


class HeatLegend(QWidget):
    """What the bars mean, on the strip below the canvas."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("canvas_heat_legend")
        self._theme = theme
        self._words = ("", "", "")
        self.hide()
        theme.changed.connect(self.update)

    def say(self, title: str, low: str, high: str) -> None:
        """Show the title, and what the ends of the scale mean; for no title nothing at all."""
        words = (title, low, high)
        if words != self._words:
            self._words = words
            self.setAccessibleName(" ".join(filter(None, words)))
            self.setToolTip(title)
            self.updateGeometry()
            self.update()
        self.setVisible(bool(title))

    def sizeHint(self) -> QSize:
        return QSize(self._room(self._words), 24)

    def minimumSizeHint(self) -> QSize:
        """In little room the scale alone: a tooltip says what it is of."""
        title, low, high = self._words
        return QSize(self._room(("", low, high) if low else (title, "", "")), 24)

    def _room(self, words: tuple[str, str, str]) -> int:
        metrics = QFontMetricsF(sized(self.font(), LABEL_SIZE))
        title, low, high = (ceil(metrics.horizontalAdvance(word)) for word in words)
        around = 2 * _GAP
        return (title + _GAP if title else 0) + (low + _GAP + _SCALE + _GAP + high) + around

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = sized(self.font(), LABEL_SIZE)
        painter.setFont(font)
        painter.setPen(self._theme.colour("dim"))
        metrics = QFontMetricsF(font)
        middle = self.height() / 2
        baseline = middle + (metrics.ascent() - metrics.descent()) / 2
        title, low, high = self._words
        if low and self.width() < self._room(self._words):
            title = ""
        x = float(_GAP)
        if title:
            painter.drawText(round(x), round(baseline), title)
            x += metrics.horizontalAdvance(title) + _GAP
        if not low:
            return
        painter.drawText(round(x), round(baseline), low)
        x += metrics.horizontalAdvance(low) + _GAP
        scale = QRectF(x, middle - 3, _SCALE, 6)
        colours = QLinearGradient(scale.topLeft(), scale.topRight())
        colours.setColorAt(0, heat_colour(0, self._theme))
        colours.setColorAt(1, heat_colour(1, self._theme))
        painter.fillRect(scale, colours)
        painter.drawText(round(x + _SCALE + _GAP), round(baseline), high)
