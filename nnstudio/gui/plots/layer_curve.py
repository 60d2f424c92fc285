"""The function that an activation applies to each number, drawn with its derivative."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.engine.curves import Curve, curve, has_curve, pieces
from nnstudio.engine.layer import Array, Layer
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import LABEL_SIZE, Axis, Plot, sized

_HEIGHT = 156
#: Room around the plot: for numbers at the left and below, for the legend above.
_LEFT, _TOP, _RIGHT, _BOTTOM = 30.0, 26.0, 10.0, 22.0
#: The inputs that are drawn.
_LOW, _HIGH = -4.0, 4.0
#: Empty room above and below the curves, as a share of their range.
_ROOM = 0.08
_WIDTH = 2.0
_DASHES = (3.0, 2.2)
#: The colours' roles: told apart with any kind of colour vision, and by the dashes.
_FUNCTION, _DERIVATIVE = "accent", "negative"


class LayerCurve(Plot):
    """f as a solid line and f′ as a dashed one; hidden for a layer that has no such curve.

    Nothing is computed before it is seen.
    """

    tick_width, tick_height = 44, 21

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.x_axis = Axis(_LOW, _HIGH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumSize(120, _HEIGHT)
        self._layer: Layer | None = None
        self._curve: Curve | None = None
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(260, _HEIGHT)

    @property
    def curve(self) -> Curve | None:
        """What is drawn; ``None`` while nothing is, or nobody has seen it."""
        return self._curve

    def show_layer(self, layer: Layer) -> None:
        """Draw this layer as it is set now, or hide."""
        shown = layer if has_curve(layer) else None
        if shown != self._layer:
            self._layer, self._curve = shown, None
            if self.isVisible() and shown is not None:
                self._compute()
        self.setVisible(shown is not None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._compute()

    def _compute(self) -> None:
        layer = self._layer
        if layer is None or self._curve is not None:
            return
        self._curve = drawn = curve(layer, _LOW, _HIGH)
        values = np.concatenate([drawn.y, drawn.slope])
        low, high = float(values.min()), float(values.max())
        room = _ROOM * (high - low) or 1.0
        self.y_axis = Axis(low - room, high + room)
        name = type(layer).__name__
        self.setAccessibleName(f"The curve of {name} and its derivative")
        self.setAccessibleDescription(_in_words(layer, drawn))
        self.setToolTip(f"What {name} makes of a number x (solid), and how steeply (dashed)")
        self.update()

    # ------------------------------------------------------------------ painting

    def box(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        drawn = self._curve
        if drawn is None:
            return
        self._paint_zero_lines(painter, box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_line(painter, drawn.x, drawn.y, self._pen(_FUNCTION))
        # Above it: where both are the same, the solid line shows between the dashes.
        self._paint_line(painter, drawn.x, drawn.slope, self._pen(_DERIVATIVE, dashed=True))
        self._paint_legend(painter, box, drawn)

    def _pen(self, role: str, *, dashed: bool = False) -> QPen:
        pen = QPen(self.theme.colour(role), _WIDTH)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dashed:
            pen.setDashPattern(list(_DASHES))
        return pen

    def _paint_zero_lines(self, painter: QPainter, box: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self.theme.colour("line"), 1))
        (x,), (y,) = self.x_pixels(np.zeros(1)), self.y_pixels(np.zeros(1))
        painter.drawLine(QLineF(x, box.top(), x, box.bottom()))
        if box.top() < y < box.bottom():
            painter.drawLine(QLineF(box.left(), y, box.right(), y))

    def _paint_line(self, painter: QPainter, x: Array, values: Array, pen: QPen) -> None:
        painter.setPen(pen)
        for xs, ys in pieces(x, values):
            places = zip(self.x_pixels(xs).tolist(), self.y_pixels(ys).tolist(), strict=True)
            painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in places]))

    def _paint_legend(self, painter: QPainter, box: QRectF, drawn: Curve) -> None:
        """Above the plot, where no curve can run through it."""
        font = sized(self.font(), LABEL_SIZE)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        words = (
            (drawn.of or "function", self._pen(_FUNCTION)),
            ("derivative", self._pen(_DERIVATIVE, dashed=True)),
        )
        left, middle = box.left(), (_TOP - 6) / 2
        letters = sum(metrics.horizontalAdvance(text) for text, _ in words)
        if left + letters + 2 * 32 + 18 <= self.width():
            sample, gap = 26, 18
        else:
            left, sample, gap = 2.0, 20, 10  # in a narrow panel they move together
        for text, pen in words:
            painter.setPen(pen)
            painter.drawLine(QLineF(left, middle, left + sample, middle))
            painter.setPen(self.theme.colour("text"))
            painter.drawText(QPointF(left + sample + 6, middle + metrics.capHeight() / 2), text)
            left += sample + 6 + metrics.horizontalAdvance(text) + gap


def _in_words(layer: Layer, drawn: Curve) -> str:
    """The picture for those who don't see it."""
    left, right = map(_short, (drawn.x[0], drawn.x[-1]))
    first, last = map(_short, (drawn.y[0], drawn.y[-1]))
    of = f", drawn as {drawn.of}" if drawn.of else ""
    return (
        f"Solid line: {layer.formula}{of}. Dashed line: its derivative, {layer.derivative}. "
        f"From x = {left} to x = {right}, y goes from {first} to {last} and {_range(drawn.y)}; "
        f"its derivative {_range(drawn.slope)}."
    )


def _range(values: Array) -> str:
    least, most = map(_short, (values.min(), values.max()))
    return f"is {least}" if least == most else f"stays between {least} and {most}"


def _short(value: float) -> str:
    """Three significant digits at most: ``−4``, ``0.982``; nearly nothing is ``0``."""
    return f"{round(value, 4) + 0.0:.3g}".replace("-", "−")
