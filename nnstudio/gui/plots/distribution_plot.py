"""A distribution in the course of a run, and as it is now, on one axis of values.

At the left each column is a moment: the stronger the colour, the more values lie there; lines tell
the median and where nine of ten values lie. At the right the same values as bars: those of now, of
the moment that is looked at, or of the column that is pointed at.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import floor, log10

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import brief_text, number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.distribution_paint import coloured, outline
from nnstudio.gui.plots.plotting import LABEL_SIZE, Axis, Plot, draw_line, sized
from nnstudio.training.distributions import (
    BINS,
    LEAST_EXPONENT,
    Column,
    Histogram,
    common_exponent,
)

#: The share of the width that the bars take, and what they take at least and at most.
_BARS, _LEAST_BARS, _MOST_BARS = 0.26, 72.0, 200.0
_GAP = 16.0
#: Above the bars stands whose they are.
_HEAD = 18.0
#: Of the strongest colour: where a picture of shares is read best.
_GAMMA = 0.5
#: The lines of quantiles.
LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95


class DistributionPlot(Plot):
    """Move the mouse, or press left and right, to see the bars of another column.

    Signals:
        chosen: (step) a click, or Enter: look at this moment.
    """

    chosen = Signal(int)
    tick_height = 28

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("histograms_plot")
        self.setAccessibleName("Distribution over time")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.x_name = "step"
        self.columns: tuple[Column, ...] = ()
        self.now: Histogram | None = None
        self.now_name = "now"
        self.moment: int | None = None
        self.pointed: int | None = None
        self._exponent = 0
        self._shares: Array = np.zeros((BINS, 0))
        self._strongest = 1.0
        self._lines: Array = np.zeros((3, 0))
        self._known: dict[int, tuple[Column, int, tuple[Array, list[float]]]] = {}

    # ------------------------------------------------------------------ what is shown

    def show_distribution(
        self,
        columns: Sequence[Column],
        now: Histogram | None,
        now_name: str,
        moment: int | None,
    ) -> None:
        """Draw these columns.

        Args:
            now: the bars while nothing is pointed at, called ``now_name``.
            moment: the step that is looked at; marked.
        """
        self.columns, self.now, self.now_name = tuple(columns), now, now_name
        self.moment = moment
        if self.pointed is not None and self.pointed >= len(self.columns):
            self.pointed = None
        known = list(self.columns)
        if now is not None and now.total:
            known.append(Column(0, 0, now))
        self._exponent = common_exponent(known)
        if self._exponent <= LEAST_EXPONENT:
            self._exponent = 0  # all is 0
        read = [self._read(column) for column in self.columns]
        self._shares = np.stack([shares for shares, _ in read], 1) if read else np.zeros((BINS, 0))
        self._strongest = float(np.quantile(self._shares.max(axis=0), 0.9)) if read else 0.0
        self._strongest = self._strongest or 1.0
        self._lines = np.array([lines for _, lines in read]).reshape(-1, 3).T
        exponent, pairs = self._exponent, zip(self.columns, read, strict=True)
        self._known = {id(column): (column, exponent, found) for column, found in pairs}
        self._frame(known)
        self._describe()
        self.update()

    def _read(self, column: Column) -> tuple[Array, list[float]]:
        """A column's shares, the greatest bin first, and its quantiles; most were read before."""
        before = self._known.get(id(column))
        if before is not None and before[0] is column and before[1] == self._exponent:
            return before[2]
        histogram = column.histogram
        lines = [histogram.quantile(share) for share in (LOW, MIDDLE, HIGH)]
        return histogram.shares(self._exponent)[::-1], lines

    def _frame(self, known: Sequence[Column]) -> None:
        """One-sided values, such as those of a ReLU, get an axis that begins at 0."""
        limit = 2.0**self._exponent
        half = BINS // 2
        below = any(column.histogram.counts[:half].any() for column in known)
        above = any(column.histogram.counts[half:].any() for column in known)
        self.y_axis = Axis(-limit if below else 0.0, limit if above or not below else 0.0)
        if self.columns:
            low, high = self.columns[0].first, self.columns[-1].last
            self.x_axis = Axis(float(low), float(max(high, low + 1)))

    def shown(self) -> tuple[Histogram | None, str]:
        """The histogram whose bars are drawn, and what it is called."""
        if self.pointed is not None:
            column = self.columns[self.pointed]
            return column.histogram, _steps_text(column)
        return self.now, self.now_name

    @property
    def strongest(self) -> float:
        """The share of a column's values in one bin that has the strongest colour."""
        return self._strongest

    def _describe(self) -> None:
        histogram, name = self.shown()
        if histogram is None or not histogram.total:
            self.setAccessibleDescription("")
            return
        low, middle, high = (number_text(histogram.quantile(q)) for q in (LOW, MIDDLE, HIGH))
        words = f"{name}: median {middle}, nine of ten values between {low} and {high}"
        self.setAccessibleDescription(words)

    # ------------------------------------------------------------------ places

    def box(self) -> QRectF:
        """The heat map's place; the bars are right of it."""
        whole = super().box().adjusted(8, _HEAD - 4, 0, 0)
        return whole.adjusted(0, 0, -self._bars_width(whole) - _GAP, 0)

    def bars_box(self) -> QRectF:
        """Where the bars are."""
        whole = super().box().adjusted(8, _HEAD - 4, 0, 0)
        width = self._bars_width(whole)
        return QRectF(whole.right() - width, whole.top(), width, whole.height())

    @staticmethod
    def _bars_width(whole: QRectF) -> float:
        return min(_MOST_BARS, max(_LEAST_BARS, _BARS * whole.width()))

    def column_at(self, place: QPointF) -> int | None:
        """The number of the column at a point."""
        box = self.box()
        if not self.columns or not box.adjusted(-1, 0, 1, 0).contains(place):
            return None
        share = (place.x() - box.left()) / box.width()
        step = self.x_axis.low + share * (self.x_axis.high - self.x_axis.low)
        return int(np.searchsorted(self._borders(), step, side="right"))

    def _borders(self) -> Array:
        """The steps half-way between columns."""
        pairs = pairwise(self.columns)
        return np.array([(before.last + after.first) / 2 for before, after in pairs])

    def tooltip(self, place: QPointF) -> str:
        """What is under a point, in words; empty for nothing."""
        number, box = self.column_at(place), self.box()
        if number is None:
            if not self.bars_box().contains(place):
                return ""
            histogram, name = self.shown()
        else:
            histogram, name = self.columns[number].histogram, _steps_text(self.columns[number])
        if histogram is None:
            return ""
        share = (box.bottom() - place.y()) / box.height()
        value = self.y_axis.low + share * (self.y_axis.high - self.y_axis.low)
        limit = 2.0**self._exponent
        width = 2 * limit / BINS
        place_of = min(max(int((value + limit) / width), 0), BINS - 1)
        low = -limit + place_of * width
        count = float(histogram.shares(self._exponent)[place_of])
        ends = f"{number_text(low)} to {number_text(low + width)}"
        return f"{name}\n{ends}: {_percent(count)} of the values"

    # ------------------------------------------------------------------ mouse and keyboard

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.column_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self.column_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number is not None:
            self.chosen.emit(self.columns[number].last)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last, at = len(self.columns) - 1, self.pointed
        places = {
            Qt.Key.Key_Left: max(0, (last + 1 if at is None else at) - 1),
            Qt.Key.Key_Right: min(last, -1 if at is None else at + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key in places and last >= 0:
            self._point(max(0, places[key]) if key != Qt.Key.Key_Right or at is not None else 0)
        elif key == Qt.Key.Key_Escape and at is not None:
            self._point(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and at is not None:
            self.chosen.emit(self.columns[at].last)
        else:
            super().keyPressEvent(event)

    def _point(self, number: int | None) -> None:
        if number != self.pointed:
            self.pointed = number
            self._describe()
            self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tooltip(QPointF(event.pos())), self)
            return True
        return super().event(event)

    # ------------------------------------------------------------------ painting

    def _x_name_at(self, box: QRectF, width: float) -> float:
        """Below the heat map: what is right of it has no steps."""
        return box.right() - width

    def _paint_y_ticks(self, painter: QPainter, box: QRectF, metrics: QFontMetricsF) -> None:
        """Zero, and round numbers at equal distances from it: ranges are powers of two."""
        greatest = max(abs(self.y_axis.low), abs(self.y_axis.high))
        power = 10.0 ** floor(log10(greatest))
        most = max(step * power for step in (1.0, 2.0, 5.0) if step * power <= greatest)
        shares: tuple[float, ...] = (-1.0, 0.0, 1.0)
        if box.height() >= 5 * self.tick_height:
            shares = (-1.0, -0.5, 0.0, 0.5, 1.0)
        beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        tall = metrics.height()
        for value in (share * most for share in shares):
            if self.y_axis.low <= value <= self.y_axis.high:
                (y,) = self.y_pixels(np.array([value])).tolist()
                room = QRectF(0, y - tall / 2, box.left() - 6, tall)
                painter.drawText(room, beside, brief_text(value, 6))

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        if self.columns:
            painter.drawImage(box, self._image(box))
            self._paint_lines(painter, box)
            self._paint_marks(painter, box)
        else:
            self._paint_nothing(painter, box)
        self._paint_bars(painter, self.bars_box())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(box.adjusted(1, 0, -1, -1))

    def _image(self, box: QRectF) -> QImage:
        """A pixel for each bin, and across for each pixel of the screen."""
        wide = max(1, round(box.width() * self.devicePixelRatioF()))
        steps = np.linspace(self.x_axis.low, self.x_axis.high, wide)
        number = np.searchsorted(self._borders(), steps, side="right")
        strength = np.clip(self._shares / self._strongest, 0, 1) ** _GAMMA
        limit = 2.0**self._exponent
        top = round((limit - self.y_axis.high) / (2 * limit) * BINS)
        bottom = round((limit - self.y_axis.low) / (2 * limit) * BINS)
        colours = coloured(strength, self.theme.colours)[top:bottom][:, number]
        high = bottom - top
        data = np.ascontiguousarray(colours)
        return QImage(data.data, wide, high, 4 * wide, QImage.Format.Format_RGB32).copy()

    def _paint_lines(self, painter: QPainter, box: QRectF) -> None:
        painter.save()
        painter.setClipRect(box)
        if self.y_axis.low < 0 < self.y_axis.high:
            (zero,) = self.y_pixels(np.zeros(1)).tolist()
            painter.setPen(QPen(self.theme.colour("line"), 1))
            painter.drawLine(QLineF(box.left(), zero, box.right(), zero))
        middles = np.array([(c.first + c.last) / 2 for c in self.columns])
        x, colour = self.x_pixels(middles), self.theme.colour("text")
        for values, dashes in zip(self._lines, ((3.0, 3.0), (), (3.0, 3.0)), strict=True):
            draw_line(painter, x, self.y_pixels(values), colour, dashes=dashes, strong=not dashes)
        painter.restore()

    def _paint_marks(self, painter: QPainter, box: QRectF) -> None:
        """The moment that is looked at, and the column that is pointed at."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        marks: list[tuple[float, str, int]] = []
        if self.pointed is not None:
            column = self.columns[self.pointed]
            marks.append(((column.first + column.last) / 2, "dim", 1))
        if self.moment is not None:
            marks.append((self.moment, "accent", 2))
        for step, role, width in marks:
            (x,) = self.x_pixels(np.array([step], float)).tolist()
            if box.left() - 1 <= x <= box.right() + 1:
                painter.setPen(QPen(self.theme.colour(role), width))
                painter.drawLine(QLineF(x, box.top(), x, box.bottom()))

    def _paint_nothing(self, painter: QPainter, box: QRectF) -> None:
        painter.setFont(sized(self.font(), LABEL_SIZE))
        painter.setPen(self.theme.colour("dim"))
        middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        words = "Run with this panel open: how it changes appears here"
        room = box.adjusted(8, 8, -8, -8)
        if room.contains(painter.boundingRect(room, int(middle), words)):
            painter.drawText(room, int(middle), words)

    def _paint_bars(self, painter: QPainter, box: QRectF) -> None:
        histogram, name = self.shown()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        font = sized(self.font(), LABEL_SIZE)
        painter.setFont(font)
        painter.setPen(self.theme.colour("dim" if self.pointed is None else "text"))
        metrics = QFontMetricsF(font)
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(QPointF(box.left(), box.top() - 5), name)
        painter.setPen(QPen(self.theme.colour("line"), 1))
        painter.drawLine(QLineF(box.left(), box.top(), box.left(), box.bottom()))
        painter.drawLine(QLineF(box.left(), box.bottom(), box.right(), box.bottom()))
        if histogram is None or not histogram.total:
            return
        limit = 2.0**self._exponent
        shares = histogram.shares(self._exponent)
        widths = shares / (float(shares.max()) or 1.0) * (box.width() - 4)
        edges = np.linspace(-limit, limit, BINS + 1)
        ys = self.y_pixels(edges)
        for half, role in ((slice(0, BINS // 2), "negative"), (slice(BINS // 2, BINS), "positive")):
            if widths[half].any():
                shape = outline(box.left() + 1, widths[half], ys[half.start : half.stop + 1])
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self.theme.colour(role))
                painter.drawPolygon(shape)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _steps_text(column: Column) -> str:
    if column.first == column.last:
        return f"step {column.first:,}"
    return f"steps {column.first:,}–{column.last:,}"


def _percent(share: float) -> str:
    return "under 0.1 %" if 0 < share < 0.001 else f"{brief_text(100 * share)} %"
