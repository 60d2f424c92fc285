"""Curves as strokes of few points: at most two for each pixel, and no peak is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from nnstudio.engine.layer import Array
from nnstudio.gui.plots.plotting import Axis, columns_of

#: A colour, or its role in the theme.
Colour = str | QColor
#: How opaque a faint curve is, of 255.
_FAINT = 90


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve: where it goes, and how it looks.

    Attributes:
        x: rising, in the units of the axis.
        least, greatest: the same array for a line; else each place covers a range.
        faint: in the background, for its spread rather than each point.
    """

    x: Array
    least: Array
    greatest: Array
    role: Colour
    dashed: bool = False
    faint: bool = False

    @classmethod
    def line(
        cls, x: Array, y: Array, role: Colour, *, dashed: bool = False, faint: bool = False
    ) -> Curve:
        """A line from point to point."""
        return cls(x, y, y, role, dashed, faint)


@dataclass(frozen=True)
class Frame:
    """Where values stand in pixels.

    Attributes:
        box: the place between the axes.
    """

    x: Axis
    y: Axis
    box: QRectF

    def across(self, values: Array) -> Array:
        """Pixels from the left."""
        return self.box.left() + self.x.share(values) * self.box.width()

    def up(self, values: Array) -> Array:
        """Pixels from the top; what is far outside is just outside. NaN on a log axis below 0."""
        values = np.asarray(values, np.float64)
        if self.y.log:
            values = np.where(values > 0, values, np.nan)
        share = np.clip(self.y.share(values), -4.0, 5.0)
        return self.box.bottom() - share * self.box.height()


@dataclass(frozen=True, eq=False)
class Stroke:
    """Points in pixels: joined to a line, or each two of them."""

    x: Array
    y: Array
    is_pairs: bool = False


def stroke_of(curve: Curve, frame: Frame) -> Stroke:
    """``curve`` within ``frame``: neighbours in one column of pixels become two points."""
    x, least, greatest = curve.x, curve.least, curve.greatest
    # What lies outside isn't drawn, but for one point at each side, where lines come in.
    first = max(0, int(np.searchsorted(x, frame.x.low)) - 1)
    last = int(np.searchsorted(x, frame.x.high, side="right")) + 1
    is_line = least is greatest
    x, low = frame.across(x[first:last]), frame.up(least[first:last])
    high = low if is_line else frame.up(greatest[first:last])
    known = np.isfinite(low) & np.isfinite(x)
    if not is_line:
        known &= np.isfinite(high)
    if not known.all():
        x, low, high = x[known], low[known], high[known]
    if is_line and len(x) <= 2 * frame.box.width() and not curve.faint:
        return Stroke(*extremes_per_column(x, low))
    if is_line and len(x) <= frame.box.width():
        return Stroke(x, low)
    if not curve.faint:
        return Stroke(*extremes_per_column(x, low))
    return Stroke(*_ranges(x, np.minimum(low, high), np.maximum(low, high)), is_pairs=True)


def extremes_per_column(x: Array, y: Array) -> tuple[Array, Array]:
    """At most two points for each column of pixels: its least and greatest, as the line goes."""
    if len(x) < 2:
        return x, y
    _, starts = columns_of(x - x[0], int(x[-1] - x[0]) + 1)
    if len(starts) == len(x):
        return x, y
    ends = np.append(starts[1:], len(x)) - 1
    least, greatest = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    falls = y[ends] < y[starts]
    xs, ys = np.empty(2 * len(starts)), np.empty(2 * len(starts))
    xs[0::2], xs[1::2] = x[starts], x[ends]
    ys[0::2], ys[1::2] = np.where(falls, greatest, least), np.where(falls, least, greatest)
    kept = np.ones(len(xs), bool)
    kept[1::2] = ends > starts  # a column with a single point needs no second one
    return xs[kept], ys[kept]


def _ranges(x: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """An upright line for each column of pixels, from its least to its greatest."""
    if not len(x):
        return x, low
    _, starts = columns_of(x - x[0], int(x[-1] - x[0]) + 1)
    pairs = np.empty(2 * len(starts))
    pairs[0::2] = np.minimum.reduceat(low, starts)
    pairs[1::2] = np.maximum.reduceat(high, starts)
    # Each column reaches to the one before it, or a steep curve would fall apart.
    first, second = pairs[0::2].copy(), pairs[1::2].copy()
    pairs[2::2] = np.minimum(first[1:], second[:-1])
    pairs[3::2] = np.maximum(second[1:], first[:-1])
    return np.repeat(x[starts], 2), pairs


def draw_stroke(painter: QPainter, stroke: Stroke, colour: QColor, curve: Curve) -> None:
    """Draw one pixel wide lines; strong curves twice, which costs a tenth of a wide line."""
    if not len(stroke.x):
        return
    colour = QColor(colour)
    if curve.faint:
        colour.setAlpha(_FAINT)
    pen = QPen(colour, 1)
    if curve.dashed:
        pen.setDashPattern([5.0, 4.0])
    painter.setPen(pen)
    # Lines that stand in a column of pixels gain nothing from smoothing.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not stroke.is_pairs)
    places = zip(stroke.x.tolist(), stroke.y.tolist(), strict=True)
    if stroke.is_pairs:
        x, y = stroke.x.tolist(), stroke.y.tolist()
        painter.drawLines([QLineF(x[i], y[i], x[i], y[i + 1]) for i in range(0, len(x), 2)])
        return
    points = [QPointF(x, y) for x, y in places]
    if len(points) == 1:  # one epoch is no line yet: a short one shows where it will begin
        points = [points[0] - QPointF(3, 0), points[0] + QPointF(3, 0)]
    line = QPolygonF(points)
    painter.drawPolyline(line)
    if not curve.faint:
        painter.drawPolyline(line.translated(0, 0.7))
