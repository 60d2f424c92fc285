"""What the bars of heat on the cards mean: a scale on the strip below the canvas."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnstudio.gui.canvas.heat_bar import heat_colour
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import LABEL_SIZE, sized

_SCALE = 64


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
            self.updateGeometry()
            self.update()
        self.setVisible(bool(title))

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(sized(self.font(), LABEL_SIZE))
        wide = sum(metrics.horizontalAdvance(words) for words in self._words)
        return QSize(round(wide) + (8 + 8 + _SCALE + 8 + 12 if self._words[1] else 12), 24)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

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
        x = 0.0
        painter.drawText(round(x), round(baseline), title)
        x += metrics.horizontalAdvance(title) + 8
        if not low:
            return
        painter.drawText(round(x), round(baseline), low)
        x += metrics.horizontalAdvance(low) + 8
        scale = QRectF(x, middle - 3, _SCALE, 6)
        colours = QLinearGradient(scale.topLeft(), scale.topRight())
        colours.setColorAt(0, heat_colour(0, self._theme))
        colours.setColorAt(1, heat_colour(1, self._theme))
        painter.fillRect(scale, colours)
        painter.drawText(round(x + _SCALE + 8), round(baseline), high)
