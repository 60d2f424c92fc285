"""Means with a band around each, from the least to the greatest, and words at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPolygonF

from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.curve_chart import Label, spread
from nnstudio.gui.plots.plotting import LABEL_SIZE, Axis, Plot, draw_line, sized

#: How strong a band is, of 255.
_STRENGTH = 56
_DASHES = (5.0, 4.0)
#: Between the end of a mean and its words; in a narrower chart these stand in a corner.
_GAP, _WORDS_BESIDE = 8.0, 330


@dataclass(frozen=True, eq=False)
class BandCurve:
    """A mean with its range; ``x`` rises."""

    x: Array
    mean: Array
    least: Array
    greatest: Array
    role: str
    dashed: bool = False


class BandChart(Plot):
    """Everything is set; nothing follows the data by itself.

    Attributes:
        bands: what is drawn.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.x_name = "epochs"
        self.bands: tuple[BandCurve, ...] = ()
        self._labels: tuple[Label, ...] = ()

    def show_bands(
        self, x: Axis, y: Axis, bands: Sequence[BandCurve], labels: Sequence[Label]
    ) -> None:
        """Draw these means and their bands."""
        self.x_axis, self.y_axis = x, y
        self.bands = tuple(band for band in bands if len(band.x))
        self._labels = tuple(sorted(labels, key=lambda label: -label.y))
        self.setAccessibleDescription(", ".join(label.text for label in labels))
        self._space_ticks()
        self.update()

    def _space_ticks(self) -> None:
        """Epochs are whole numbers: no number stands between two of them."""
        epochs = max(1.0, self.x_axis.high - self.x_axis.low)
        self.tick_width = max(type(self).tick_width, int(self.box().width() / epochs))

    def box(self) -> QRectF:
        return super().box().adjusted(0, 0, -self._beyond(), 0)

    def _beyond(self) -> float:
        """The room of words beside the curves."""
        if self.width() < _WORDS_BESIDE or not self._labels:
            return 0.0
        metrics = QFontMetricsF(sized(self.font(), LABEL_SIZE))
        return max(metrics.horizontalAdvance(label.text) for label in self._labels) + _GAP

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        self._space_ticks()
        for band in self.bands:
            self._paint_band(painter, band)
        for band in self.bands:
            x, y = self._pixels(band, band.mean)
            colour = self.theme.colour(band.role)
            draw_line(painter, x, y, colour, dashes=_DASHES if band.dashed else ())
        self._paint_labels(painter, box)

    def _paint_band(self, painter: QPainter, band: BandCurve) -> None:
        """Along the least values to the right, and back along the greatest."""
        (x, low), (_, high) = self._pixels(band, band.least), self._pixels(band, band.greatest)
        around = zip([*x, *x[::-1]], [*low, *high[::-1]], strict=True)
        colour = self.theme.colour(band.role)
        colour.setAlpha(_STRENGTH)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in around]))

    def _pixels(self, band: BandCurve, values: Array) -> tuple[Array, Array]:
        x, y = self.x_pixels(band.x), self.y_pixels(values)
        if len(x) == 1:  # one epoch is no line yet: a short one shows where it will begin
            x, y = np.array([x[0] - 3, x[0] + 3]), np.repeat(y, 2)
        return x, y

    def _paint_labels(self, painter: QPainter, box: QRectF) -> None:
        font = sized(self.font(), LABEL_SIZE)
        metrics = QFontMetricsF(font)
        tall, beside = metrics.height(), self._beyond()
        middles = self.y_pixels(np.array([label.y for label in self._labels])).tolist()
        tops = [middle - tall / 2 if beside else box.bottom() for middle in middles]
        painter.setFont(font)
        places = spread(tops, tall, box.top(), box.bottom())
        for label, top in zip(self._labels, places, strict=True):
            left = box.right() + _GAP
            if not beside:
                left = box.right() - metrics.horizontalAdvance(label.text)
            painter.setPen(self.theme.colour(str(label.role)))
            painter.drawText(QPointF(left, top + metrics.ascent()), label.text)
