"""A few curves that grow from left to right, with words at their ends instead of a legend.

Drawn by pyqtgraph, with everything that makes a live plot dear turned off: ranges are set, not
found; points are thinned before they are handed over; there is no grid, and antialiased lines are
one pixel wide. pyqtgraph takes longer to import than the window to open: that waits for the first
curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log10
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsLineItem, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import (
    LABEL_SIZE,
    TICK_SIZE,
    Axis,
    columns_of,
    mean_per_column,
    sized,
)

#: Room for the numbers beside the axes, in pixels.
_LEFT, _BOTTOM = 44, 22
#: At the right of everything, so that the last number has room.
_RIGHT = 14
#: In a narrower chart the words stand in an empty corner at the right instead.
_WORDS_BESIDE = 330
#: Between the end of a curve and its words.
_LABEL_GAP = 8.0


@dataclass(frozen=True)
class Curve:
    """One curve: where it goes, and how it looks.

    Attributes:
        x: rising, in the units of the axis.
        least, greatest: the same array for a line; else each place covers a range.
        role: the theme's colour by its role, or a colour.
        faint: many points in the background, for their spread rather than each of them.
    """

    x: Array
    least: Array
    greatest: Array
    role: str | QColor
    dashed: bool = False
    faint: bool = False


@dataclass(frozen=True)
class Label:
    """Words beside the end of a curve, which is at ``y``."""

    text: str
    role: str | QColor
    y: float


class CurveChart(QWidget):
    """Curves over a common x axis. Everything is set; nothing follows the data by itself.

    Attributes:
        x_axis, y_axis: the present ranges.
        x_name: what the x axis counts.
        reserved: pixels at the right that curves leave free for labels.
        free_corner: ``top`` or ``bottom``, where labels hide nothing in a narrow chart.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.x_axis = Axis(0.0, 1.0)
        self.y_axis = Axis(0.0, 1.0)
        self.x_name = "epochs"
        self.reserved = 0.0
        self.free_corner = "top"
        self._curves: tuple[Curve, ...] = ()
        self._labels: tuple[Label, ...] = ()
        self._end = 0.0
        self._drawn = 0
        self._plot: Any = None
        self._lines: list[Any] = []
        self._words: list[Any] = []
        self._framed: object = None
        self._mark: float | None = None
        self._mark_line: QGraphicsLineItem | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 90)
        theme.changed.connect(self._redraw)

    def sizeHint(self) -> QSize:
        return QSize(400, 240)

    def show_curves(
        self, x: Axis, y: Axis, curves: Sequence[Curve], labels: Sequence[Label], end: float
    ) -> None:
        """Draw these curves, which end at ``end`` on the x axis, and label them there."""
        self.x_axis, self.y_axis = x, y
        self._curves, self._labels, self._end = tuple(curves), tuple(labels), end
        self.setAccessibleDescription(", ".join(label.text for label in labels))
        self._redraw()

    def add_curves(self, curves: Sequence[Curve]) -> None:
        """Draw these as well, until others are shown."""
        if curves:
            self._curves = (*self._curves, *curves)
            self._redraw()

    def mark(self, x: float | None) -> None:
        """Draw a thin line upwards at ``x``, or none."""
        self._mark = x
        self._place_mark()

    def points(self) -> int:
        """How many points are drawn: at most two for each pixel."""
        return self._drawn

    def box(self) -> QRectF:
        """The part of the widget in which curves are drawn."""
        right = self._beyond() + _RIGHT
        return QRectF(self.rect()).adjusted(_LEFT, 6, -right, -_BOTTOM)

    def _beyond(self) -> float:
        """Pixels of the plot that lie beyond the end of the x axis, for labels."""
        if not self.reserved or self.width() < _WORDS_BESIDE:
            return 0.0
        return self.reserved + _LABEL_GAP

    # ------------------------------------------------------------------ drawing

    def _redraw(self) -> None:
        if not self._curves:
            return
        if self._plot is None:
            self._make_plot()
        self._set_ranges()
        self._drawn = 0
        used = 0
        for curve in self._curves:
            for x, y, pen, connect in self._strokes(curve):
                # Lines that stand or fall in a pixel column gain nothing from smoothing.
                smooth = connect != "pairs"
                self._line(used).setData(x, y, pen=pen, connect=connect, antialias=smooth)
                used += 1
                self._drawn += len(x)
        for line in self._lines[used:]:
            line.clear()
        self._place_labels()
        self._place_mark()

    def _make_plot(self) -> None:
        import pyqtgraph as pg

        plot = pg.PlotWidget(self, background=None)
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.setMouseEnabled(x=False, y=False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.getPlotItem().setContentsMargins(0, 6, _RIGHT, 0)
        plot.getViewBox().disableAutoRange()
        plot.getViewBox().setDefaultPadding(0)
        plot.getAxis("left").setWidth(_LEFT)
        plot.getAxis("bottom").setHeight(_BOTTOM)
        for side in ("left", "bottom"):
            plot.getAxis(side).setStyle(tickLength=0, tickTextOffset=6, hideOverlappingLabels=False)
            plot.getAxis(side).setTickFont(sized(self.font(), TICK_SIZE))
        self._column.addWidget(plot)
        self._plot = plot

    def _colour(self, role: str | QColor) -> QColor:
        return QColor(role) if isinstance(role, QColor) else self.theme.colour(role)

    def _place_mark(self) -> None:
        if self._plot is None:
            return
        if self._mark_line is None:
            self._mark_line = QGraphicsLineItem()
            self._mark_line.setZValue(5)
            self._plot.addItem(self._mark_line, ignoreBounds=True)
        at = self._mark
        self._mark_line.setVisible(at is not None)
        if at is not None:
            low, high = self._ends()
            self._mark_line.setPen(_pen(self.theme.colour("text")))
            self._mark_line.setLine(at, low, at, high)

    def _line(self, number: int) -> Any:
        """The plot's curve item number ``number``; they are made once and used again."""
        import pyqtgraph as pg

        while len(self._lines) <= number:
            line = pg.PlotCurveItem(skipFiniteCheck=True)
            self._plot.addItem(line)
            self._lines.append(line)
        return self._lines[number]

    def _strokes(self, curve: Curve) -> list[tuple[Array, Array, QPen, str]]:
        """A curve as thinned strokes (x, y, pen, how points are connected) on the plot's scales."""
        box, colour = self.box(), self._colour(curve.role)
        pixel = max(1e-12, (self.x_axis.high - self.x_axis.low) / max(1.0, box.width()))
        known = np.isfinite(curve.least)
        x, least, greatest = curve.x[known], curve.least[known], curve.greatest[known]
        if not len(x):
            return []
        if curve.faint:
            colour.setAlpha(100)
            if len(x) > 2 * box.width() or curve.least is not curve.greatest:
                _, starts = columns_of((x - self.x_axis.low) / pixel, int(box.width()) + 1)
                pairs = np.empty(2 * len(starts))
                pairs[0::2] = np.minimum.reduceat(least, starts)
                pairs[1::2] = np.maximum.reduceat(greatest, starts)
                # Each pixel reaches to the one before it, or a steep curve would fall apart.
                pairs[2::2] = np.minimum(pairs[2::2], pairs[1:-1:2])
                pairs[3::2] = np.maximum(pairs[3::2], pairs[0:-2:2])
                return [(np.repeat(x[starts], 2), self._scaled(pairs), _pen(colour), "pairs")]
            return [(x, self._scaled(least), _pen(colour), "all")]
        x, y = mean_per_column(x, least, pixel)
        if len(x) == 1:  # one epoch is no line yet: a short one shows where it will begin
            x, y = np.array([x[0] - 3 * pixel, x[0] + 3 * pixel]), np.repeat(y, 2)
        y = self._scaled(y)
        pen = _pen(colour, dashed=curve.dashed)
        # A second stroke beside the first looks as strong as a wide line and costs a tenth of it.
        beside = 0.7 * self._height() / max(1.0, box.height())
        return [(x, y, pen, "all"), (x, y - beside, pen, "all")]

    def _scaled(self, values: Array) -> Array:
        """On the plot's vertical scale: powers of ten where the axis is logarithmic."""
        if not self.y_axis.log:
            return values
        return np.log10(np.maximum(values, self.y_axis.low * 1e-3))

    def _ends(self) -> tuple[float, float]:
        axis = self.y_axis
        return (log10(axis.low), log10(axis.high)) if axis.log else (axis.low, axis.high)

    def _height(self) -> float:
        low, high = self._ends()
        return high - low

    def _set_ranges(self) -> None:
        plot, box, theme = self._plot, self.box(), self.theme
        frame = (self.x_axis, self.y_axis, box.size().toTuple(), self.reserved, theme.name)
        if frame == self._framed:
            return  # laying the axes out again costs more than drawing the curves
        self._framed = frame
        # The range reaches as far beyond the axis as the labels need room.
        beyond = self._beyond() / max(1.0, box.width())
        across = self.x_axis.high - self.x_axis.low
        low, high = self._ends()
        plot.setXRange(self.x_axis.low, self.x_axis.high + beyond * across, padding=0)
        plot.setYRange(low, high, padding=0)
        ups = self.y_axis.ticks(max(2, int(box.height() / 44)))
        acrosses = self.x_axis.ticks(max(2, int(box.width() / 60)))
        if self.x_name and acrosses:
            acrosses[-1] = (acrosses[-1][0], f"{acrosses[-1][1]} {self.x_name}")
        plot.getAxis("left").setTicks([[(log10(v) if self.y_axis.log else v, t) for v, t in ups]])
        plot.getAxis("bottom").setTicks([acrosses])
        for side in ("left", "bottom"):
            plot.getAxis(side).setPen(theme.colour("line"))
            plot.getAxis(side).setTextPen(theme.colour("dim"))

    def _place_labels(self) -> None:
        """Beside the ends of their curves, in the order of their values, never over each other."""
        import pyqtgraph as pg

        said = sorted((label for label in self._labels if isfinite(label.y)), key=lambda la: -la.y)
        while len(self._words) < len(said):
            words = pg.TextItem(anchor=(0, 0))
            words.textItem.document().setDocumentMargin(0)
            self._plot.addItem(words, ignoreBounds=True)
            self._words.append(words)
        font = sized(self.font(), LABEL_SIZE)
        metrics = QFontMetricsF(font)
        box, (low, high) = self.box(), self._ends()
        tall = metrics.height()
        shares = (self._scaled(np.array([label.y for label in said], float)) - low) / (high - low)
        tops = [box.height() * (1 - float(np.clip(s, 0, 1))) - tall / 2 for s in shares]
        if not self._beyond():
            tops = [box.height() if self.free_corner == "bottom" else 0.0 for _ in tops]
        places = spread(tops, tall, 0.0, box.height())
        pixel = (self.x_axis.high - self.x_axis.low) / max(1.0, box.width())
        for words, label, top in zip(self._words, said, places, strict=False):
            colour = self._colour(label.role)
            if words.toPlainText() != label.text or words.color != colour:
                words.setText(label.text, color=colour)
                words.setFont(font)
            room = box.width() + self._beyond()
            wide = metrics.horizontalAdvance(label.text)
            left = room - wide
            if self._beyond():
                left = min(left, (self._end - self.x_axis.low) / pixel + _LABEL_GAP)
            height = high - (high - low) * top / max(1.0, box.height())
            words.setPos(QPointF(self.x_axis.low + left * pixel, height))
            words.show()
        for words in self._words[len(said) :]:
            words.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()


def _pen(colour: Any, *, dashed: bool = False) -> QPen:
    pen = QPen(colour, 1)
    pen.setCosmetic(True)
    if dashed:
        pen.setDashPattern([5.0, 4.0])
    return pen


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
