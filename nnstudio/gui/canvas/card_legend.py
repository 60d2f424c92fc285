"""The legend of the pictures on cards: which colour is above 0, and which below."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import TICK_SIZE, sized

_GAP, _SCALE = 6.0, 40.0


class CardLegend(QWidget):
    """On the strip below the canvas, while cards show numbers and nothing else explains them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("canvas_card_legend")
        self._theme = theme
        self._wanted, self._in_the_way = True, False
        theme.changed.connect(self._retell)
        self._retell()

    def want(self, wanted: bool) -> None:
        """Whether cards show numbers as colours."""
        self._wanted = wanted
        self.setVisible(wanted and not self._in_the_way)

    def make_way(self, gone: bool) -> None:
        """Whether another legend explains the same colours."""
        self._in_the_way = gone
        self.setVisible(self._wanted and not gone)

    def _retell(self) -> None:
        signs = self._theme.signs
        words = (
            f"Pictures on cards: {signs.positive} above 0, {signs.negative} below, the strongest"
            " colour for the greatest number of each card"
        )
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(sized(self.font(), TICK_SIZE))
        words = sum(metrics.horizontalAdvance(sign) + _GAP for sign in "−0+")
        return QSize(ceil(words + _SCALE + 3 * _GAP), 24)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = sized(self.font(), TICK_SIZE)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        middle = self.height() / 2
        baseline = middle + (metrics.ascent() - metrics.descent()) / 2
        painter.setPen(self._theme.colour("dim"))
        painter.drawText(QPointF(_GAP, baseline), "−")
        x = 2 * _GAP + metrics.horizontalAdvance("−")
        bar = QRectF(x, middle - 4, _SCALE, 8)
        colours = QLinearGradient(bar.topLeft(), bar.topRight())
        for place, role in ((0.0, "negative"), (0.5, "panel"), (1.0, "positive")):
            colours.setColorAt(place, self._theme.colour(role))
        painter.fillRect(bar, colours)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawRect(bar)
        painter.setPen(self._theme.colour("dim"))
        painter.drawText(QPointF(bar.right() + _GAP, baseline), "+")
