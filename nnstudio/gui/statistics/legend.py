"""What colours and lines of a distribution over time mean."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.gui.look.number_text import brief_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import TICK_SIZE, sized
from nnstudio.training.distributions import MOST_VALUES

_SCALE, _GAP, _LINE = 40.0, 6.0, 18.0
_WORDS = (
    "The stronger the colour, the more of the values lie there: {positive} above 0, {negative}"
    " below. Lines: the median, and where nine of ten values lie. While it trains, of one batch now"
    " and then; at rest, of 128 training examples. Of more than {most:,} values so many stand for"
    " all."
)


class DistributionLegend(QWidget):
    """The scale from none to the densest bin, and the lines, as far as there is room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("histograms_legend")
        self._theme = theme
        self._strongest = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._retell)
        self._retell()

    def _retell(self) -> None:
        signs = self._theme.signs
        words = {"positive": signs.positive, "negative": signs.negative, "most": MOST_VALUES}
        self.setToolTip(_WORDS.format(**words))
        self.update()

    def show_strongest(self, share: float) -> None:
        """The share of values in the densest bins."""
        if share != self._strongest:
            self._strongest = share
            self.setAccessibleName(
                f"Colours from 0 to {self._text()} of the values in a bin, above and below 0;"
                " a line at the median, dashes around nine of ten values"
            )
            self.update()

    def _text(self) -> str:
        return f"{brief_text(100 * self._strongest)} %"

    def sizeHint(self) -> QSize:
        return QSize(280, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = sized(self.font(), TICK_SIZE)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        middle = self.height() / 2
        self._baseline = middle + (metrics.ascent() - metrics.descent()) / 2
        x = self._write(painter, metrics, 0.0, "0")
        x = self._paint_scale(painter, x, middle)
        words = f"{self._text()} of values"
        x = self._write(painter, metrics, x, words) + _GAP
        for dashes, text in ((None, "median"), ([2.0, 2.0], "9 of 10")):
            if x + _LINE + _GAP + metrics.horizontalAdvance(text) > self.width():
                break
            pen = QPen(self._theme.colour("text"), 1.6 if dashes is None else 1)
            if dashes is not None:
                pen.setDashPattern(dashes)
            painter.setPen(pen)
            painter.drawLine(QLineF(x, middle, x + _LINE, middle))
            x = self._write(painter, metrics, x + _LINE + _GAP, text) + _GAP

    def _write(self, painter: QPainter, metrics: QFontMetricsF, x: float, text: str) -> float:
        painter.setPen(self._theme.colour("dim"))
        painter.drawText(QPointF(x, self._baseline), text)
        return x + metrics.horizontalAdvance(text) + _GAP

    def _paint_scale(self, painter: QPainter, x: float, middle: float) -> float:
        """The colour for values above 0 over the one for those below."""
        for top, role in ((middle - 5, "positive"), (middle, "negative")):
            bar = QRectF(x, top, _SCALE, 5)
            colours = QLinearGradient(bar.topLeft(), bar.topRight())
            colours.setColorAt(0, self._theme.colour("panel"))
            colours.setColorAt(1, self._theme.colour(role))
            painter.fillRect(bar, colours)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawRect(QRectF(x, middle - 5, _SCALE, 10))
        return x + _SCALE + _GAP
