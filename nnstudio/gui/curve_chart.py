"""A few curves that grow from left to right, with words at their ends instead of a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.plotting import (
    LABEL_SIZE,
    Axis,
    Plot,
    draw_line,
    draw_range,
    mean_per_column,
    sized,
)
from nnstudio.gui.theme import Theme

#: Between the end of a curve and its words.
_LABEL_GAP = 10.0
#: Where curves would have less room than this beside the words, those stand in a corner.
_LEAST_FOR_CURVES = 240


@dataclass(frozen=True)
class Curve:
    """One curve: where it goes, and how it looks.

    Attributes:
        x: rising, in the units of the axis.
        least, greatest: the same array for a line; else each place covers a range.
        role: the theme's colour.
        faint: many points in the background, for their spread rather than each of them.
    """

    x: Array
    least: Array
    greatest: Array
    role: str
    dashed: bool = False
    faint: bool = False


@dataclass(frozen=True)
class Label:
    """Words beside the end of a curve, which is at ``y``."""

    text: str
    role: str
    y: float


class CurveChart(Plot):
    """Curves over a common x axis. Everything is set; nothing follows the data by itself.

    Attributes:
        reserved: pixels at the right that curves leave free for labels, if the chart is wide.
        free_corner: where labels don't hide curves in a narrow chart, ``top`` or ``bottom``.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.reserved = 0.0
        self.free_corner = "top"
        self.x_name = "epochs"
        self._curves: tuple[Curve, ...] = ()
        self._labels: tuple[Label, ...] = ()
        self._end = 0.0

    def show_curves(
        self, x: Axis, y: Axis, curves: Sequence[Curve], labels: Sequence[Label], end: float
    ) -> None:
        """Draw these curves, which end at ``end`` on the x axis, and label them there."""
        self.x_axis, self.y_axis = x, y
        self._curves, self._labels, self._end = tuple(curves), tuple(labels), end
        self.setAccessibleDescription(", ".join(label.text for label in labels))
        self.update()

    def points(self) -> int:
        """How many points are drawn: at most two for each pixel."""
        width = self.box().width()
        return sum(min(len(curve.x), int(2 * width)) for curve in self._curves)

    def box(self) -> QRectF:
        return super().box().adjusted(0, 0, 0 if self._is_narrow() else -self.reserved, 0)

    def _is_narrow(self) -> bool:
        return self.width() < self.reserved + _LEAST_FOR_CURVES

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        painter.save()
        painter.setClipRect(box.adjusted(0, -1, 1, 0))
        for curve in self._curves:
            self._paint_curve(painter, curve, box)
        painter.restore()
        self._paint_labels(painter, box)

    def _paint_curve(self, painter: QPainter, curve: Curve, box: QRectF) -> None:
        colour = self.theme.colour(curve.role)
        x = self.x_pixels(curve.x)
        if curve.faint:
            colour.setAlpha(100)
            if len(x) > box.width() or curve.least is not curve.greatest:
                least, greatest = self.y_pixels(curve.least), self.y_pixels(curve.greatest)
                draw_range(painter, x, least, greatest, colour, self.width())
            else:
                draw_line(painter, x, self.y_pixels(curve.least), colour, strong=False)
            return
        known = np.isfinite(curve.least)
        x, y = mean_per_column(x[known], self.y_pixels(curve.least[known]), 1.0)
        if len(x) == 1:  # one epoch is no line yet
            painter.setBrush(colour)
            painter.setPen(colour)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawEllipse(QPointF(x[0], y[0]), 2.0, 2.0)
        draw_line(painter, x, y, colour, dashes=(5.0, 4.0) if curve.dashed else ())

    def _paint_labels(self, painter: QPainter, box: QRectF) -> None:
        """Beside the ends of their curves, in the order of their values, never over each other."""
        font = sized(self.font(), LABEL_SIZE)
        metrics = QFontMetricsF(font)
        height = metrics.height()
        said = [label for label in self._labels if isfinite(label.y)]
        places = self.y_pixels(np.array([label.y for label in said], float)).tolist()
        said = [label for _, label in sorted(zip(places, said, strict=True), key=lambda p: p[0])]
        if self._is_narrow():
            first = 0.0 if self.free_corner == "top" else box.bottom() - len(said) * height - 4
            tops = [first + i * height for i in range(len(said))]
        else:
            tops = [place - height / 2 for place in sorted(places)]
            tops = spread(tops, height, 0.0, box.bottom())
        end = float(self.x_pixels(np.array([self._end]))[0]) + _LABEL_GAP
        painter.setFont(font)
        for label, top in zip(said, tops, strict=True):
            width = metrics.horizontalAdvance(label.text)
            left = self.width() - width - 2
            if self._is_narrow():
                behind = self.theme.colour("panel")
                behind.setAlpha(200)
                painter.fillRect(QRectF(left - 4, top, width + 6, height), behind)
            else:
                left = min(end, left)
            painter.setPen(self.theme.colour(label.role))
            painter.drawText(QPointF(left, top + metrics.ascent()), label.text)


def spread(tops: Sequence[float], height: float, least: float, most: float) -> list[float]:
    """Places for labels of one ``height``, rising, near ``tops`` but never touching.

    Args:
        least, most: all labels stay between these.
    """
    placed: list[float] = []
    for top in tops:
        placed.append(max(top, placed[-1] + height if placed else least))
    edge = most
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], edge - height)
        edge = placed[i]
    return placed
