"""Axes and lines that all plots share, light enough to be repainted while training runs.

What makes a live plot cheap: ranges change in steps, no grid, at most two points a pixel, and
smooth lines are one pixel wide (a wide antialiased line costs ten times more; a second stroke half
a pixel lower makes it look wide enough). :class:`Plot` is painted with QPainter alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Theme

#: Size of tick labels and of labels at curves, in pixels.
TICK_SIZE, LABEL_SIZE = 11, 12
#: Room for tick labels and around the plot.
LEFT, TOP, RIGHT, BOTTOM = 44.0, 10.0, 14.0, 24.0
#: An axis of which less than this is used becomes a shorter one.
LEAST_USED = 0.4
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Axis:
    """A range of numbers along one side of a plot.

    Attributes:
        low, high: its ends.
        log: whether equal distances are equal factors.
        percent: whether ticks are shown as percentages.
        counts: whether it counts something, so that ticks are whole as long as they are far apart.
        whole: whether there is nothing between two whole numbers, however near they are.
    """

    low: float
    high: float
    log: bool = False
    percent: bool = False
    counts: bool = False
    whole: bool = False

    def share(self, values: Array) -> Array:
        """How far along the axis ``values`` are: 0 at its low end, 1 at its high one."""
        if self.log:
            values = np.log10(np.maximum(values, self.low * 1e-3))
            low, high = log10(self.low), log10(self.high)
        else:
            low, high = self.low, self.high
        result: Array = (np.asarray(values, float) - low) / (high - low)
        return result

    def value(self, share: float) -> float:
        """The number at a share of the axis: the inverse of :meth:`share`."""
        if self.log:
            low, high = log10(self.low), log10(self.high)
            return float(10 ** (low + share * (high - low)))
        return self.low + share * (self.high - self.low)

    def ticks(self, most: int, decimals: int = 3) -> list[tuple[float, str]]:
        """Round numbers along the axis with their labels, about ``most`` of them.

        Args:
            decimals: at most so many before a power of ten, as far as there is room.
        """
        if self.log:
            first, last = ceil(log10(self.low) - 1e-9), floor(log10(self.high) + 1e-9)
            if last <= first:  # within a power of ten
                return Axis(self.low, self.high, percent=self.percent).ticks(most)
            every = max(1, ceil((last - first + 1) / max(2 * most, 1)))
            powers = range(first, last + 1, every)
            return [(10.0**k, text) for k, text in zip(powers, power_texts(powers), strict=True)]
        step = nice_step(self.high - self.low, most)
        while not self.whole and len(_multiples(self.low, self.high, step)) < 2:
            most += 1  # one number alone is no scale
            step = nice_step(self.high - self.low, most)
        if self.whole or (self.counts and step > 1):
            step = float(ceil(step))
        values = [k * step for k in _multiples(self.low, self.high, step)]
        if self.percent:
            digits = _decimals(step * 100)
            return [(v, f"{v * 100:.{digits}f} %") for v in values]
        if max(abs(self.low), abs(self.high)) >= 1e6 or step < 1e-5:
            return [(v, _signed(_with_power(v, step, decimals))) for v in values]
        digits = _decimals(step)
        return [(v, _signed(f"{v if v else 0.0:,.{digits}f}")) for v in values]


def _multiples(low: float, high: float, step: float) -> range:
    """Which multiples of ``step`` lie between ``low`` and ``high``."""
    return range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)


def _decimals(step: float) -> int:
    """How many decimals tell multiples of ``step`` apart."""
    for digits in range(7):
        if abs(round(step, digits) - step) < 1e-9 * step:
            return digits
    return 7


def _with_power(value: float, step: float, most: int) -> str:
    """Like ``1.702e9``, with the digits that tell it from its neighbours, at most so many."""
    if not value:
        return "0"
    power = floor(log10(step) + 1e-9)
    more = floor(log10(abs(value)) + 1e-9) - power + _decimals(step / 10.0**power)
    text = f"{value:.{min(max(more, 0), most)}e}"
    return text.replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def power_texts(powers: Sequence[int]) -> list[str]:
    """These powers of ten as people write them: all in digits, or all raised if one is far off."""
    if all(-3 <= k <= 4 for k in powers):
        return [f"{10.0**k:,.{max(0, -k)}f}" for k in powers]
    few = {0: "1", 1: "10"}
    return [few.get(k, "10" + str(k).translate(_SUPERSCRIPTS)) for k in powers]


def nice_step(span: float, most: int) -> float:
    """1, 2, 2.5 or 5 times a power of ten: the smallest that divides ``span`` into ≤ ``most``."""
    raw = span / max(most, 1)
    power: float = 10.0 ** floor(log10(raw))
    return next(f * power for f in _STEPS if raw <= f * power * (1 + 1e-9))


def stepped(
    low: float,
    high: float,
    before: Axis | None = None,
    *,
    percent: bool = False,
    steps: int = 4,
) -> Axis:
    """An axis from round number to round number around ``low`` … ``high``.

    Its ends are of the kind that divides it into about so many ``steps``.

    It stays as it was ``before`` while that still fits: a range that moves with each value makes a
    plot unreadable, and expensive.
    """
    if not (isfinite(low) and isfinite(high)):
        low, high = 0.0, 1.0
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-12):
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    if before is not None and not before.log and before.percent == percent:
        used = (high - low) / (before.high - before.low)
        if before.low <= low and high <= before.high and used >= LEAST_USED:
            return before
    step = nice_step(high - low, steps)
    return Axis(floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, percent=percent)


def stepped_log(low: float, high: float, before: Axis | None = None) -> Axis:
    """The same with equal factors: from a power of ten to a power of ten."""
    high = high if isfinite(high) and high > 0 else 1.0
    low = min(max(low, high * 1e-9), high) if isfinite(low) else high
    start, end = floor(log10(low) + 1e-9), ceil(log10(high) - 1e-9)
    axis = Axis(10.0**start, 10.0 ** max(end, start + 1), log=True)
    if before is None or not before.log:
        return axis
    fits = before.low <= axis.low and axis.high <= before.high
    used = log10(axis.high / axis.low) / log10(before.high / before.low)
    return before if fits and used >= LEAST_USED else axis


def _signed(text: str) -> str:
    """With a real minus sign, which is as wide as a plus."""
    return text.replace("-", "−")


# ---------------------------------------------------------------------- making points fewer


def columns_of(x: Array, width: int) -> tuple[Array, Array]:
    """Group points by pixel column: (columns that hold points, where each group starts).

    Args:
        x: ascending places in pixels.
        width: only columns 0 … width − 1 are kept apart; what is outside joins the last ones.
    """
    column = np.clip(x.astype(np.int64), 0, max(width - 1, 0))
    if not len(x):
        return column, np.zeros(0, int)
    starts = np.concatenate([[0], np.flatnonzero(column[1:] != column[:-1]) + 1])
    return column[starts], starts


def mean_per_column(x: Array, y: Array, pixel: float) -> tuple[Array, Array]:
    """At most one point for each ``pixel`` wide column, in its middle of gravity."""
    if len(x) < 2:
        return x, y
    _, starts = columns_of((x - x[0]) / pixel, int((x[-1] - x[0]) / pixel) + 1)
    counts = np.diff(np.r_[starts, len(x)])
    return np.add.reduceat(x, starts) / counts, np.add.reduceat(y, starts) / counts


# ---------------------------------------------------------------------- the widget


def sized(font: QFont, pixels: int, *, bold: bool = False) -> QFont:
    """``font`` in another size, with digits of equal width."""
    result = QFont(font)
    result.setPixelSize(pixels)
    if bold:
        result.setWeight(QFont.Weight.DemiBold)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


class Plot(QWidget):
    """Two axes and what a subclass paints between them with :meth:`paint_inside`."""

    #: About so many pixels lie between the numbers at an axis, at least.
    tick_width, tick_height = 60, 44

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.x_axis = Axis(0.0, 1.0)
        self.y_axis = Axis(0.0, 1.0)
        self.x_name = self.y_name = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 90)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(400, 240)

    def box(self) -> QRectF:
        """The part of the widget between the axes."""
        return QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)

    def x_pixels(self, values: Array) -> Array:
        """Places of ``values`` from left to right."""
        box = self.box()
        result: Array = box.left() + self.x_axis.share(values) * box.width()
        return result

    def y_pixels(self, values: Array) -> Array:
        """Places of ``values`` from top to bottom, kept near the plot."""
        box = self.box()
        share = np.clip(self.y_axis.share(values), -0.02, 1.02)
        result: Array = box.bottom() - share * box.height()
        return result

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = self.box()
        if box.width() > 8 and box.height() > 8:
            self.paint_inside(painter, box)
            self._paint_axes(painter, box)
        painter.end()

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        """Paint the contents; ``box`` is the place between the axes."""

    def _paint_axes(self, painter: QPainter, box: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self.theme.colour("line"), 1))
        painter.drawLine(QLineF(box.left(), box.top(), box.left(), box.bottom()))
        painter.drawLine(QLineF(box.left(), box.bottom(), box.right(), box.bottom()))
        font = sized(self.font(), TICK_SIZE)
        painter.setFont(font)
        painter.setPen(self.theme.colour("dim"))
        self._paint_y_ticks(painter, box, QFontMetricsF(font))
        self._paint_x_ticks(painter, box, QFontMetricsF(font))

    def _paint_y_ticks(self, painter: QPainter, box: QRectF, metrics: QFontMetricsF) -> None:
        """Numbers beside the axis, its name at the top instead of a number there."""
        height = metrics.height()
        beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        top = 0.0
        if self.y_name:
            long = metrics.horizontalAdvance(self.y_name) > box.left() - 8
            place = QPointF(box.left() + 6, box.top() + height - 4)
            if not long:
                width = metrics.horizontalAdvance(self.y_name)
                place = QPointF(box.left() - 6 - width, box.top() + height / 2)
                top = box.top() + height
            painter.drawText(place, self.y_name)
        ticks = self.y_axis.ticks(max(2, int(box.height() / self.tick_height)))
        places = self.y_pixels(np.array([v for v, _ in ticks])).tolist()
        for (_, text), y in zip(ticks, places, strict=True):
            if y - height / 2 >= top - 2:
                room = QRectF(0, y - height / 2, box.left() - 6, height)
                painter.drawText(room, beside, text)

    def _paint_x_ticks(self, painter: QPainter, box: QRectF, metrics: QFontMetricsF) -> None:
        """Numbers below the axis, its name at the right instead of a number there."""
        baseline = box.bottom() + metrics.height() + 2
        name = metrics.horizontalAdvance(self.x_name)
        ticks = self.x_axis.ticks(max(2, int(box.width() / self.tick_width)), decimals=5)
        places = self.x_pixels(np.array([v for v, _ in ticks])).tolist()
        for (_, text), x in zip(ticks, places, strict=True):
            wide = metrics.horizontalAdvance(text)
            left = min(max(x - wide / 2, 0), self.width() - wide)
            if not self.x_name or left + wide + 8 <= self._x_name_at(box, name):
                painter.drawText(QPointF(left, baseline), text)
        if self.x_name:
            painter.drawText(QPointF(self._x_name_at(box, name), baseline), self.x_name)

    def _x_name_at(self, box: QRectF, width: float) -> float:
        """Where the x axis's name begins: after the last number if there is room."""
        after = box.right() + 16
        return after if after + width <= self.width() else box.right() - width


def draw_line(
    painter: QPainter,
    x: Array,
    y: Array,
    colour: QColor,
    *,
    dashes: Sequence[float] = (),
    strong: bool = True,
) -> None:
    """A smooth line through pixels; ``strong`` lines look nearly two pixels wide."""
    if not len(x):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, 1)
    if dashes:
        pen.setDashPattern(list(dashes))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    line = QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
    painter.drawPolyline(line)
    if strong:
        painter.drawPolyline(line.translated(0, 0.7))
