"""The legend of weights on wires: widths with numbers, colours with signs."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import TICK_SIZE, sized

_GAP, _LINE, _SCALE = 6.0, 24.0, 40.0
#: The widths of the two lines that are shown.
_WIDTHS = (1.5, 6.0)


class WeightLegend(QWidget):
    """On the strip below the canvas, while wires show weights."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("canvas_weight_legend")
        self._theme = theme
        self._most: float | None = None
        self.hide()
        theme.changed.connect(self._retell)

    def show_scale(self, most: float | None) -> None:
        """The mean size of the strongest wire's weights; ``None``: no legend."""
        if most == self._most:
            return
        self._most = most
        self._retell()
        self.updateGeometry()
        self.update()
        self.setVisible(most is not None)

    def _retell(self) -> None:
        signs = self._theme.signs
        words = (
            "Width of a wire: the mean size of the weights behind it, up to"
            f" {self._ends()[1]}. Colour: the sign of their mean, {signs.positive} above 0,"
            f" {signs.negative} below, grey where they balance"
        )
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def _ends(self) -> tuple[str, str]:
        return "0", number_text(self._most or 0.0)

    def sizeHint(self) -> QSize:
        return QSize(ceil(self._room("mean |w|")), 24)

    def minimumSizeHint(self) -> QSize:
        """In little room without the title: a tooltip says it."""
        return QSize(ceil(self._room("")), 24)

    def _room(self, title: str) -> float:
        metrics = QFontMetricsF(sized(self.font(), TICK_SIZE))
        words = sum(metrics.horizontalAdvance(w) + _GAP for w in (*self._ends(), "−", "+"))
        titled = metrics.horizontalAdvance(title) + _GAP if title else 0.0
        return titled + words + 2 * (_LINE + _GAP) + _SCALE + 4 * _GAP

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = sized(self.font(), TICK_SIZE)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        middle = self.height() / 2
        baseline = middle + (metrics.ascent() - metrics.descent()) / 2

        def write(x: float, text: str) -> float:
            painter.setPen(self._theme.colour("dim"))
            painter.drawText(QPointF(x, baseline), text)
            return x + metrics.horizontalAdvance(text) + _GAP

        x = _GAP
        if self.width() >= self._room("mean |w|") - 1:
            x = write(x, "mean |w|")
        for width, text in zip(_WIDTHS, self._ends(), strict=True):
            pen = QPen(self._theme.colour("dim"), width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLine(QLineF(x, middle, x + _LINE, middle))
            x = write(x + _LINE + _GAP, text)
        x = write(x + _GAP, "−")
        bar = QRectF(x, middle - 3, _SCALE, 6)
        colours = QLinearGradient(bar.topLeft(), bar.topRight())
        for place, role in ((0.0, "negative"), (0.5, "dim"), (1.0, "positive")):
            colours.setColorAt(place, self._theme.colour(role))
        painter.fillRect(bar, colours)
        write(x + _SCALE + _GAP, "+")
