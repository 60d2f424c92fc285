"""Curves as strokes of few points: at most two for each pixel, and no peak is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from nnstudio.engine.layer import Array
from nnstudio.gui.plots.plotting import Axis

#: A colour, or its role in the theme.
Colour = str | QColor

#: Points of one column that are nearer than this many pixels look like one.
_SAME = 0.5


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
        """Pixels from the top; what is far outside is just outside."""
        share = np.minimum(np.maximum(self.y.share(values), -4.0), 5.0)
        return self.box.bottom() - share * self.box.height()


@dataclass(frozen=True, eq=False)
class Stroke:
    """Points in pixels: joined to a line, or each two of them."""

    x: Array
    y: Array
    is_pairs: bool = False


class _Columns(NamedTuple):
    """Where the points of a curve stand, and where each column of pixels begins among them."""

    x: Array
    part: slice
    pixels: Array
    starts: Array


def strokes_of(curves: Iterable[Curve], frame: Frame) -> list[Stroke]:
    """``curves`` within ``frame``: neighbours in one column of pixels become two points."""
    known: dict[int, _Columns] = {}  # curves often share their places
    strokes = []
    for curve in curves:
        columns = known.get(id(curve.x))
        if columns is None:
            columns = known[id(curve.x)] = _columns(curve.x, frame)
        strokes.append(_stroke(curve, columns, frame))
    return strokes


def _columns(x: Array, frame: Frame) -> _Columns:
    # What lies outside isn't drawn, but for one point at each side, where lines come in.
    first = max(0, int(np.searchsorted(x, frame.x.low)) - 1)
    part = slice(first, int(np.searchsorted(x, frame.x.high, side="right")) + 1)
    pixels = frame.across(x[part])
    return _Columns(x, part, pixels, column_starts(pixels))


def _stroke(curve: Curve, columns: _Columns, frame: Frame) -> Stroke:
    least, greatest = curve.least[columns.part], curve.greatest[columns.part]
    pixels, starts = columns.pixels, columns.starts
    is_line = curve.least is curve.greatest
    if not np.isfinite(least.sum() + greatest.sum()) or frame.y.log:  # quicker than to look at each
        known = np.isfinite(least) & np.isfinite(greatest)
        if frame.y.log:  # where nothing has a place that isn't greater than 0
            known &= least > 0
        if not known.all():
            pixels, least, greatest = pixels[known], least[known], greatest[known]
            starts = column_starts(pixels)
    if not len(pixels):
        return Stroke(pixels, pixels)
    if is_line and (len(starts) == len(pixels) or not curve.faint):
        x, y = extremes(pixels, least, starts)
        return Stroke(*_thinned(x, frame.up(y)))
    low, high = np.minimum.reduceat(least, starts), np.maximum.reduceat(greatest, starts)
    return Stroke(*_uprights(pixels[starts], frame.up(low), frame.up(high)), is_pairs=True)


def column_starts(pixels: Array) -> Array:
    """Where each column of pixels begins, of rising places."""
    if not len(pixels):
        return np.zeros(0, np.intp)
    column = (pixels - pixels[0]).astype(np.int32)
    return np.concatenate([[0], np.flatnonzero(column[1:] != column[:-1]) + 1])


def extremes(x: Array, y: Array, starts: Array) -> tuple[Array, Array]:
    """Two points for each column: its least and greatest, in the order in which the line goes."""
    if len(starts) == len(x):
        return x, y
    ends = np.append(starts[1:], len(x)) - 1
    least, greatest = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    falls = y[ends] < y[starts]
    xs, ys = np.empty(2 * len(starts)), np.empty(2 * len(starts))
    xs[0::2], xs[1::2] = x[starts], x[ends]
    ys[0::2], ys[1::2] = np.where(falls, greatest, least), np.where(falls, least, greatest)
    return xs, ys


def _thinned(x: Array, y: Array) -> tuple[Array, Array]:
    """Without the second of two points that look like one."""
    kept = np.ones(len(x), bool)
    kept[1:-1] = (np.abs(np.diff(x)) + np.abs(np.diff(y)))[:-1] > _SAME
    return (x, y) if kept.all() else (x[kept], y[kept])


def _uprights(x: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """An upright line for each column of pixels; ``low`` is below, so its pixels are more."""
    pairs = np.empty(2 * len(x))
    pairs[0::2], pairs[1::2] = high, low
    # Each column reaches to the one before it, or a steep curve would fall apart.
    pairs[2::2] = np.minimum(high[1:], low[:-1])
    pairs[3::2] = np.maximum(low[1:], high[:-1])
    return np.repeat(x, 2), pairs


def draw_stroke(painter: QPainter, stroke: Stroke, colour: QColor, curve: Curve) -> None:
    """Draw one pixel wide lines; strong curves twice, which costs a tenth of a wide line."""
    if not len(stroke.x):
        return
    if stroke.is_pairs and len(stroke.x) > 2:
        _fill(painter, stroke, colour)
        return
    pen = QPen(colour, 1)
    if curve.dashed:
        pen.setDashPattern([5.0, 4.0])
    painter.setPen(pen)
    # Lines that go up and down in every column of pixels are strong enough as they are.
    is_dense = len(stroke.x) > 1.5 * (stroke.x[-1] - stroke.x[0]) > 0
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not is_dense)
    x, y = stroke.x, stroke.y
    if len(x) == 1:  # one epoch is no line yet: a short one shows where it will begin
        x, y = np.array([x[0] - 3, x[0] + 3]), np.repeat(y, 2)
    line = polygon(x, y)
    painter.drawPolyline(line)
    if not (curve.faint or is_dense):
        painter.drawPolyline(line.translated(0, 0.7))


def _fill(painter: QPainter, stroke: Stroke, colour: QColor) -> None:
    """Uprights beside each other as one line that goes down one and up the next.

    As an area it takes five times as long, and more the wilder its edges are.
    """
    y = stroke.y.copy()
    y[2::4], y[3::4] = stroke.y[3::4], stroke.y[2::4]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(colour, 1))
    painter.drawPolyline(polygon(stroke.x, y))


def polygon(x: Array, y: Array) -> QPolygonF:
    """Points with these coordinates, written to where Qt keeps them: one by one takes 100 times."""
    points = QPolygonF()
    points.resize(len(x))
    size = 2 * len(x) * np.dtype(np.float64).itemsize
    memory: Any = VoidPtr(points.data(), size, True)  # type: ignore[arg-type, call-arg]
    places = np.frombuffer(memory, np.float64)
    places[0::2], places[1::2] = x, y
    return points


def faded(colour: QColor, paper: QColor, share: float = 0.4) -> QColor:
    """``colour`` mixed with the paper, as an opaque colour: it is painted in half the time."""
    mixed = (
        round(share * a + (1 - share) * b)
        for a, b in zip(colour.getRgb()[:3], paper.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*mixed)
