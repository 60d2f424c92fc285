"""The plot that shows what a finding is based on: curves, or bars with the ailing ones marked."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnstudio.doctor.finding import Bars, Curves, Evidence
from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import (
    BOTTOM,
    LEFT,
    RIGHT,
    TICK_SIZE,
    Axis,
    Plot,
    draw_line,
    mean_per_column,
    sized,
    stepped,
    stepped_log,
)

#: Room for the caption, and below it for the legend.
_CAPTION, _LEGEND = 22.0, 18.0
#: The colours whose lines are dashed, so that they are told apart without them.
_DASHED, _DASHES = ("dim", "validation", "error"), (4.0, 3.0)
#: Bars are no wider than this, and this far apart where they are wide enough.
_WIDEST, _GAP = 28.0, 4.0


class EvidencePlot(Plot):
    """Small, and painted only when it changes."""

    tick_height = 30

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._evidence: Evidence | None = None
        self.setMinimumSize(160, 112)

    def sizeHint(self) -> QSize:
        return QSize(260, 132)

    @property
    def evidence(self) -> Evidence | None:
        """What is drawn."""
        return self._evidence

    def show_evidence(self, evidence: Evidence) -> None:
        """Draw this; its caption is also what a screen reader says."""
        self._evidence = evidence
        self.setAccessibleName(evidence.caption)
        if isinstance(evidence, Curves):
            self._frame_curves(evidence)
        else:
            self._frame_bars(evidence)
        self.update()

    def box(self) -> QRectF:
        top = _CAPTION + (_LEGEND if len(self._names()) > 1 else 0.0)
        return QRectF(self.rect()).adjusted(LEFT, top, -RIGHT, -BOTTOM)

    # ------------------------------------------------------------------ axes

    def _frame_curves(self, evidence: Curves) -> None:
        x = np.concatenate([series.x for series in evidence.series] or [np.zeros(1)])
        y = np.concatenate([series.y for series in evidence.series] or [np.zeros(1)])
        y = y[np.isfinite(y)]
        low, high = (float(x.min()), float(x.max())) if len(x) else (0.0, 1.0)
        self.x_axis = Axis(low, high if high > low else low + 1.0)
        self.x_name = evidence.across if len(evidence.across) < 10 else ""
        if evidence.is_log and len(y[y > 0]):
            self.y_axis = stepped_log(float(y[y > 0].min()), float(y.max()))
        else:
            least = float(y.min()) if len(y) else 0.0
            self.y_axis = stepped(min(0.0, least), float(y.max()) if len(y) else 1.0)

    def _frame_bars(self, evidence: Bars) -> None:
        known = evidence.values[np.isfinite(evidence.values)]
        count = max(1, len(evidence.values))
        self.x_axis, self.x_name = Axis(*(evidence.across or (0.0, float(count)))), ""
        positive = known[known > 0]
        if evidence.is_log and len(positive):
            self.y_axis = stepped_log(float(positive.min()) / 10, float(positive.max()))
        else:
            most = float(positive.max()) if len(positive) else 1.0
            self.y_axis = stepped(0.0, most, percent=evidence.is_share)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._evidence is None:
            return
        painter = QPainter(self)
        font = sized(self.font(), TICK_SIZE)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(self.theme.colour("dim"))
        room = self.width() - 8.0
        caption = metrics.elidedText(self._evidence.caption, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(4, metrics.ascent() + 2), caption)
        self._paint_legend(painter, metrics)
        painter.end()

    def _names(self) -> list[tuple[str, str]]:
        """What the legend says: words and the role of their colour."""
        evidence = self._evidence
        if not isinstance(evidence, Curves) or len(evidence.series) < 2:
            return []
        return [(series.name, series.role) for series in evidence.series]

    def legend_words(self, metrics: QFontMetricsF) -> list[str]:
        """The names in the legend: whole where there is room for all, else each in its share."""
        names = [words for words, _ in self._names()]
        room = self.width() - LEFT - 4
        if sum(metrics.horizontalAdvance(name) + 28 for name in names) - 12 <= room:
            return names
        share, end = room / max(1, len(names)) - 22, Qt.TextElideMode.ElideRight
        return [metrics.elidedText(name, end, share) for name in names]

    def _paint_legend(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        left, baseline = LEFT, _CAPTION + metrics.ascent()
        for short, (_, role) in zip(self.legend_words(metrics), self._names(), strict=True):
            colour = self.theme.colour(role)
            pen = QPen(colour, 2)
            if role in _DASHED:
                pen.setDashPattern([2.0, 1.5])
            painter.setPen(pen)
            painter.drawLine(QPointF(left, baseline - 4), QPointF(left + 12, baseline - 4))
            painter.setPen(self.theme.colour("text"))
            painter.drawText(QPointF(left + 16, baseline), short)
            left += 16 + metrics.horizontalAdvance(short) + 12

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        evidence = self._evidence
        if isinstance(evidence, Curves):
            self._paint_curves(painter, box, evidence)
        elif evidence is not None:
            self._paint_bars(painter, box, evidence)
        if evidence is not None and evidence.limit is not None:
            (y,) = self.y_pixels(np.array([evidence.limit])).tolist()
            painter.setPen(QPen(self.theme.colour("dim"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))

    def _paint_curves(self, painter: QPainter, box: QRectF, evidence: Curves) -> None:
        pixel = (self.x_axis.high - self.x_axis.low) / max(1.0, box.width())
        painter.save()
        painter.setClipRect(box.adjusted(0, -2, 0, 2))
        for series in evidence.series:
            known = np.isfinite(series.y)
            x, y = mean_per_column(series.x[known], series.y[known], pixel)
            dashes = _DASHES if series.role in _DASHED else ()
            places = self.x_pixels(x), self.y_pixels(y)
            draw_line(painter, *places, self.theme.colour(series.role), dashes=dashes)
        painter.restore()

    def _paint_bars(self, painter: QPainter, box: QRectF, evidence: Bars) -> None:
        count = max(1, len(evidence.values))
        each = box.width() / count
        wide = min(_WIDEST, each - (_GAP if each > 3 * _GAP else 0.0))
        heights = _heights(self.y_axis, evidence.values) * box.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, each < 4)
        painter.setPen(Qt.PenStyle.NoPen)
        for i, (height, ails) in enumerate(
            zip(heights.tolist(), evidence.ailing.tolist(), strict=True)
        ):
            painter.setBrush(self.theme.colour("error" if ails else "training"))
            # What is 0 is to be seen, too.
            tall = max(2.0, height)
            left = box.left() + (i + 0.5) * each - wide / 2
            painter.drawRect(QRectF(left, box.bottom() - tall, wide, tall))

    def _paint_x_ticks(self, painter: QPainter, box: QRectF, metrics: QFontMetricsF) -> None:
        evidence = self._evidence
        if not isinstance(evidence, Bars) or evidence.across is not None:
            super()._paint_x_ticks(painter, box, metrics)
            return
        count = len(evidence.names)
        each = box.width() / max(1, count)
        every = max(
            1,
            -(
                -int(max((metrics.horizontalAdvance(n) for n in evidence.names), default=1.0) + 8)
                // max(1, int(each))
            ),
        )
        if every * each > 90 and count > 1:
            every = max(1, int(np.ceil(90 / each)))
        baseline = box.bottom() + metrics.height() + 2
        for i in range(0, count, every):
            room = every * each - 6
            text = metrics.elidedText(evidence.names[i], Qt.TextElideMode.ElideRight, room)
            wide = metrics.horizontalAdvance(text)
            left = box.left() + (i + 0.5) * each - wide / 2
            left = min(max(left, 0.0), self.width() - wide)
            painter.drawText(QPointF(left, baseline), text)


def _heights(axis: Axis, values: Array) -> Array:
    """Shares of the plot's height; what is infinite fills it, what is no number has none."""
    finite = np.isfinite(values)
    shares = np.zeros(len(values))
    positive = finite & (values > 0)
    shares[positive] = axis.share(values[positive]).clip(0, 1)
    shares[np.isposinf(values)] = 1.0
    return shares
