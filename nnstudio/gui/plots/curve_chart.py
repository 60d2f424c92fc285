"""A few curves that grow from left to right, with words at their ends instead of a legend.

What makes a live plot dear is left out: ranges are set, not found; points are thinned before they
are painted; there is no grid, and lines are one pixel wide. Axes are painted once and kept as a
picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.crosshair import Crosshair, colour_of, paint_crosshair
from nnstudio.gui.plots.curve_labels import (
    LABEL_GAP,
    Label,
    LabelRoom,
    fitting,
    paint_labels,
    spread,
)
from nnstudio.gui.plots.curve_lines import (
    Curve,
    Frame,
    Stroke,
    draw_stroke,
    faded,
    strokes_of,
)
from nnstudio.gui.plots.epoch_bands import paint_bands
from nnstudio.gui.plots.plot_gestures import PlotGestures
from nnstudio.gui.plots.plotting import LABEL_SIZE, Axis, Plot, sized

__all__ = ["Curve", "CurveChart", "Drawing", "Label", "spread"]

#: In a narrower chart the words stand in an empty corner at the right instead.
_WORDS_BESIDE = 330


@dataclass(frozen=True, eq=False)
class Drawing:
    """All that a chart shows.

    Attributes:
        x, y: the part of the axes that is seen, and
        x_whole, y_whole: all of them.
        end: where curves end on the x axis, beside which labels stand.
        bands: whether every second epoch stands on a band.
    """

    x: Axis
    y: Axis
    x_whole: Axis
    y_whole: Axis
    curves: tuple[Curve, ...] = ()
    labels: tuple[Label, ...] = ()
    end: float = 0.0
    bands: bool = False


class CurveChart(Plot):
    """Curves over a common x axis. Everything is set; nothing follows the data by itself.

    Attributes:
        reserved: pixels at the right that curves leave free for labels.
        free_corner: ``top`` or ``bottom``, where labels hide nothing in a narrow chart.

    Signals:
        seen: other parts of the axes are to be seen: ``Axis``, or ``None`` for all of one.
        pointed: the mouse points at a place of the x axis, or no longer (``None``).
        stepped: the keyboard goes to the next point (by how many), or to an end (± infinity).
    """

    seen = Signal(object, object)
    pointed = Signal(object)
    stepped = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        # What is below needn't be painted.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.reserved = 0.0
        self.free_corner = "top"
        self.x_name = "epochs"
        self.drawing = Drawing(self.x_axis, self.y_axis, self.x_axis, self.y_axis)
        self.mark_at: float | None = None
        self.crosshair: Crosshair | None = None
        self._strokes: tuple[Stroke, ...] = ()
        self._axes: tuple[object, QPixmap] | None = None
        self._gestures = PlotGestures(self)
        self._font = sized(self.font(), LABEL_SIZE)
        self._metrics = QFontMetricsF(self._font)
        theme.changed.connect(self._forget)

    # ------------------------------------------------------------------ what is shown

    def show_drawing(self, drawing: Drawing) -> None:
        """Show this instead."""
        self.drawing = drawing
        self.x_axis, self.y_axis = drawing.x, drawing.y
        self._describe()
        self._forget()

    def show_crosshair(self, crosshair: Crosshair | None) -> None:
        """Show these readings, or none."""
        if crosshair != self.crosshair:
            self.crosshair = crosshair
            self._describe()
            self.update()

    def mark(self, x: float | None) -> None:
        """Draw a thin line upwards at ``x``, or none."""
        if x != self.mark_at:
            self.mark_at = x
            self.update()

    def _describe(self) -> None:
        words = [label.text for label in self.drawing.labels]
        if self.crosshair is not None:
            words = [self.crosshair.words]
        self.setAccessibleDescription(", ".join(words))

    def points(self) -> int:
        """How many points are drawn: at most two for each pixel and curve."""
        return sum(len(stroke.x) for stroke in self._made_strokes())

    def box(self) -> QRectF:
        """The part of the widget in which curves are drawn."""
        return super().box().adjusted(0, -4, -self._beyond(), 2)

    def frame(self) -> Frame:
        """Where values stand in it."""
        return Frame(self.x_axis, self.y_axis, self.box())

    def _beyond(self) -> float:
        """Pixels beside the plot for labels."""
        if not self.reserved or self.width() < _WORDS_BESIDE:
            return 0.0
        return self.reserved + LABEL_GAP

    def _made_strokes(self) -> tuple[Stroke, ...]:
        if not self._strokes:
            self._strokes = tuple(strokes_of(self.drawing.curves, self.frame()))
        return self._strokes

    def _forget(self) -> None:
        self._strokes = ()
        self.update()

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        box = self.box()
        painter = QPainter(self)
        if box.width() <= 8 or box.height() <= 8:
            painter.fillRect(self.rect(), self.theme.colour("panel"))
            painter.end()
            return
        painter.drawPixmap(0, 0, self._axes_now())
        frame = self.frame()
        self._paint_curves(painter, frame)
        self._paint_labels(painter, frame)
        self._paint_upright(painter, frame, self.mark_at, "accent")
        if self.hasFocus():
            painter.setPen(QPen(self.theme.colour("accent"), 1))
            painter.drawRect(box)
        if self.crosshair is not None and self._is_inside(self.crosshair.x):
            at = float(frame.across(np.array([self.crosshair.x]))[0])
            paint_crosshair(painter, self.theme, box, round(at), self.crosshair, self.font())
        painter.end()

    def paint_all(self, painter: QPainter) -> None:
        """Paint everything but what follows mouse and keyboard."""
        frame = self.frame()
        self._paint_ground(painter, frame)
        self._paint_curves(painter, frame)
        self._paint_labels(painter, frame)

    def _axes_now(self) -> QPixmap:
        """Bands and axes as a picture: they rarely change, and text takes long to paint."""
        ratio, drawing = self.devicePixelRatioF(), self.drawing
        look = (drawing.x, drawing.y, drawing.bands, self.size(), ratio, self._beyond())
        if self._axes is None or self._axes[0] != (*look, self.theme.name):
            picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(self.theme.colour("panel"))
            painter = QPainter(picture)
            self._paint_ground(painter, self.frame())
            painter.end()
            self._axes = ((*look, self.theme.name), picture)
        return self._axes[1]

    def _paint_ground(self, painter: QPainter, frame: Frame) -> None:
        if self.drawing.bands:
            shade = faded(self.theme.colour("canvas"), self.theme.colour("panel"), 0.5)
            paint_bands(painter, frame, shade)
        self._paint_axes(painter, frame.box)

    def _paint_curves(self, painter: QPainter, frame: Frame) -> None:
        painter.save()
        painter.setClipRect(frame.box.adjusted(0, -1, 1, 1))
        for curve, stroke in zip(self.drawing.curves, self._made_strokes(), strict=True):
            colour = colour_of(self.theme, curve.role)
            if curve.faint:
                colour = faded(colour, self.theme.colour("panel"))
            draw_stroke(painter, stroke, colour, curve)
        painter.restore()

    def _is_inside(self, x: float) -> bool:
        return self.x_axis.low <= x <= self.x_axis.high

    def _paint_upright(self, painter: QPainter, frame: Frame, x: float | None, role: str) -> None:
        if x is not None and self._is_inside(x):
            at = float(frame.across(np.array([x]))[0])
            painter.setPen(QPen(self.theme.colour(role), 1))
            painter.drawLine(QLineF(round(at), frame.box.top(), round(at), frame.box.bottom()))

    def _paint_labels(self, painter: QPainter, frame: Frame) -> None:
        end = min(float(frame.across(np.array([self.drawing.end]))[0]), frame.box.right())
        corner = None
        if not self._beyond():
            corner = frame.box.bottom() if self.free_corner == "bottom" else frame.box.top()
        room = LabelRoom(frame, self._beyond(), max(end, frame.box.left()), corner)
        paint_labels(painter, self.theme, self.drawing.labels, room, self._font, self._metrics)

    def words_of(self, label: Label) -> str:
        """What there is room for."""
        return fitting(label.text, self.box().width() + self._beyond(), self._metrics)

    # ------------------------------------------------------------------ events

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._font = sized(self.font(), LABEL_SIZE)
            self._metrics = QFontMetricsF(self._font)
            self._axes = None
            self._forget()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._forget()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.pointed.emit(None)
        self.update()
