"""A plane through the space of weights as a map: colour and contours for the loss, the run's path.

Colours go by the logarithm of the loss: a valley's floor and the walls around it differ by factors.
They have the same order of lightness in both themes, so that low is dark and high is light as on a
map of depths.

Beside a training thread each call of the painter may wait for the interpreter. So what stays is
kept as pictures: the map, and on it the way of the run with its names; the present point is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite, log10

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import TICK_SIZE, Axis, Plot, nice_step, sized
from nnstudio.landscape.contours import contour
from nnstudio.landscape.surface import Surface

#: From the lowest loss to the highest; the lightness rises evenly.
RAMP = ("#14224A", "#1F4E79", "#2E7D8C", "#63A98B", "#B7CE8E", "#F2EBC4")
#: The path from its start to its end.
PATH = ("#FFFFFF", "#FF7A1A")
_INK, _PAPER = QColor(12, 18, 32), QColor(255, 255, 255)
#: Room at the right for the scale of colours: its width and all of it; more above, for the axis's
#: name.
_BAR, _SCALE, _ABOVE = 10.0, 58.0, 7.0
#: A loss is drawn down to this share of the greatest one.
_DEEPEST = 1e-8
#: At most so many contours.
_MOST_LEVELS = 9
#: A mark is under the pointer up to this distance, in pixels.
NEAR = 9.0
#: The way's colour changes in so many steps.
_SHADES = 12
#: Arrow keys move the cross by this share of the plot.
_STRIDE = 1 / 24
_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


@dataclass(frozen=True)
class Mark:
    """A place with a word beside it, such as the path's start."""

    name: str
    x: float
    y: float


class LandscapePlot(Plot):
    """The map. Click, or arrows and Enter, choose a place of it.

    Signals:
        chosen: (a, b) the place that is wanted.
        pointed: the place under the pointer is another: see :meth:`words`.
        zoomed: (steps) the wheel was turned: positive to see less of the plane, larger.
        left: Esc was pressed.
    """

    chosen = Signal(float, float)
    pointed = Signal()
    zoomed = Signal(int)
    left = Signal()

    tick_width, tick_height = 52, 34

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("The loss around the weights")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.name_above = ""
        self._surface: Surface | None = None
        self._low, self._high = 1.0, 10.0
        self._levels: list[float] = []
        self._lines: list[Array] = []
        self._path: Array = np.zeros((0, 2))
        self._marks: tuple[Mark, ...] = ()
        self._point: tuple[float, float] | None = None
        self._at: tuple[float, float] | None = None
        self._goes_on = False
        self._map, self._way = QPixmap(), QPixmap()
        self._map_of: tuple[object, ...] = ()
        self._way_of: tuple[object, ...] = ()

    # ------------------------------------------------------------------ what is shown

    @property
    def surface(self) -> Surface | None:
        """The surface that is drawn."""
        return self._surface

    @property
    def levels(self) -> list[float]:
        """The losses at which contours are drawn."""
        return self._levels

    @property
    def path(self) -> Array:
        """``(n, 2)``: the run's path as it is drawn."""
        return self._path

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The places that have a name."""
        return self._marks

    @property
    def point(self) -> tuple[float, float] | None:
        """Where the weights lie that all views show."""
        return self._point

    def show_surface(self, surface: Surface | None, names: tuple[str, str] = ("", "")) -> None:
        """Draw this surface; its box becomes the axes."""
        if surface is self._surface:
            return
        self._surface = surface
        if surface is not None:
            box = surface.box
            self.x_axis, self.y_axis = Axis(box.left, box.right), Axis(box.bottom, box.top)
            self.x_name, self.name_above = names
            self._measure(surface.losses)
        self.update()

    def show_path(
        self,
        path: Array,
        marks: Sequence[Mark],
        point: tuple[float, float] | None,
        *,
        goes_on: bool = False,
    ) -> None:
        """Draw the way of the run, places with names, and where the shown weights lie.

        Args:
            goes_on: whether the way has come from its last place to ``point`` since.
        """
        if (tuple(marks), point, goes_on) != (self._marks, self._point, self._goes_on):
            if tuple(marks) != self._marks:
                self._way_of = ()
            self._marks, self._point, self._goes_on = tuple(marks), point, goes_on
            self.update()
        if not np.array_equal(path, self._path):
            self._path, self._way_of = path, ()
            self.update()

    def _measure(self, losses: Array) -> None:
        """Find the range of colours and the contours."""
        finite = losses[np.isfinite(losses)]
        high = float(finite.max()) if len(finite) else 1.0
        high = high if high > 0 else 1.0
        low = float(finite.min()) if len(finite) else high / 10
        self._low = min(max(low, high * _DEEPEST), high * 0.999)
        self._high = high
        self._levels = levels_between(self._low, self._high)
        heights = self._heights(losses)
        self._lines = [contour(heights, log10(level)) for level in self._levels]

    def _heights(self, losses: Array) -> Array:
        """The logarithm of the losses; what is no number stays none."""
        with np.errstate(invalid="ignore"):
            return np.log10(np.where(np.isfinite(losses), np.maximum(losses, self._low), np.nan))

    # ------------------------------------------------------------------ pointing

    @property
    def at(self) -> tuple[float, float] | None:
        """The place that is pointed at."""
        return self._at

    def place_at(self, pixel: QPointF) -> tuple[float, float] | None:
        """The place of the plane at a pixel; ``None`` outside the map."""
        box = self.box()
        if self._surface is None or not box.contains(pixel):
            return None
        u = (pixel.x() - box.left()) / box.width()
        v = (box.bottom() - pixel.y()) / box.height()
        x, y = self.x_axis, self.y_axis
        return x.low + u * (x.high - x.low), y.low + v * (y.high - y.low)

    def pixel_of(self, a: float, b: float) -> QPointF:
        """Where a place is drawn, be it outside the map."""
        box = self.box()
        u = (a - self.x_axis.low) / (self.x_axis.high - self.x_axis.low)
        v = (b - self.y_axis.low) / (self.y_axis.high - self.y_axis.low)
        return QPointF(box.left() + u * box.width(), box.bottom() - v * box.height())

    def words(self) -> str:
        """What is known of the place that is pointed at; empty if none is."""
        if self._at is None or self._surface is None:
            return ""
        loss = self._surface.near(*self._at)
        told = number_text(loss) if isfinite(loss) else "no number"
        return f"loss {told} at ({number_text(self._at[0])}, {number_text(self._at[1])})"

    def _point_at(self, place: tuple[float, float] | None) -> None:
        if place != self._at:
            self._at = place
            self.setAccessibleDescription(self.words())
            self.pointed.emit()
            if self.hasFocus():
                self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.place_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.place_at(event.position()))
        if event.button() == Qt.MouseButton.LeftButton and self._at is not None:
            self.chosen.emit(*self._at)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned:
            self.zoomed.emit(1 if turned > 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._surface is None:
            super().keyPressEvent(event)
        elif key in _WAYS:
            x, y = self.x_axis, self.y_axis
            a, b = self._at or self._point or ((x.low + x.high) / 2, (y.low + y.high) / 2)
            a += _WAYS[key][0] * _STRIDE * (x.high - x.low)
            b += _WAYS[key][1] * _STRIDE * (y.high - y.low)
            self._point_at((min(max(a, x.low), x.high), min(max(b, y.low), y.high)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self.chosen.emit(*self._at)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoomed.emit(-1 if key == Qt.Key.Key_Minus else 1)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # ------------------------------------------------------------------ painting

    def box(self) -> QRectF:
        return super().box().adjusted(0, _ABOVE if self.name_above else 0, 14 - _SCALE, 0)

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        if self.name_above:
            painter.setFont(sized(self.font(), TICK_SIZE))
            painter.setPen(self.theme.colour("dim"))
            painter.drawText(QPointF(4, box.top() - 7), self.name_above)
        if self._surface is None:
            return
        painter.drawPixmap(0, 0, self._kept_map(box))
        painter.drawPixmap(0, 0, self._kept_way(box))
        self._paint_point(painter, box)
        if self.hasFocus():
            self._paint_cross(painter, box)

    def _kept_map(self, box: QRectF) -> QPixmap:
        """Colours, contours and scale: they stay while the path grows on them."""
        ratio = self.devicePixelRatioF()
        now = (self._surface, self.size(), self.theme.colours, ratio)
        if now != self._map_of:
            self._map_of = now
            self._map = self._empty_picture()
            painter = QPainter(self._map)
            self._paint_map(painter, box)
            self._paint_scale(painter, box)
            painter.end()
        return self._map

    def _kept_way(self, box: QRectF) -> QPixmap:
        """The way of the run and the names on it."""
        now = (self._surface, self.size(), self.devicePixelRatioF())
        if now != self._way_of:
            self._way_of = now
            self._way = self._empty_picture()
            painter = QPainter(self._way)
            painter.setClipRect(box)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_path(painter)
            self._paint_marks(painter, box)
            painter.end()
        return self._way

    def _empty_picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        return picture

    def _paint_map(self, painter: QPainter, box: QRectF) -> None:
        assert self._surface is not None, "there is a map of nothing else"
        heights = self._heights(self._surface.losses)[::-1]
        rows, columns = heights.shape
        painter.save()
        painter.setClipRect(box)
        painter.fillRect(box, self.theme.colour("canvas"))
        painter.fillRect(box, QBrush(self.theme.colour("line"), Qt.BrushStyle.BDiagPattern))
        # The middle of an outermost pixel lies on the edge of the box.
        half_x, half_y = box.width() / (columns - 1) / 2, box.height() / (rows - 1) / 2
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box.adjusted(-half_x, -half_y, half_x, half_y), self._image(heights))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = QColor(_INK)
        ink.setAlphaF(0.45)
        painter.setPen(QPen(ink, 1))
        for lines in self._lines:
            x = box.left() + lines[..., 0] * box.width() / (columns - 1)
            y = box.bottom() - lines[..., 1] * box.height() / (rows - 1)
            pieces = np.stack([x, y], axis=-1).reshape(-1, 4).tolist()
            painter.drawLines([QLineF(*piece) for piece in pieces])
        painter.restore()

    def _image(self, heights: Array) -> QImage:
        """A pixel for each point; what has no height is clear."""
        low, high = log10(self._low), log10(self._high)
        share = np.clip((heights - low) / (high - low), 0, 1)
        known = np.isfinite(share)
        stops = np.array([_rgb(colour) for colour in RAMP])
        places = np.linspace(0, 1, len(RAMP))
        pixels = np.zeros((*heights.shape, 4), np.uint8)
        for channel in range(3):
            values = np.interp(np.where(known, share, 0), places, stops[:, channel])
            pixels[..., channel] = np.rint(values) * known
        pixels[..., 3] = 255 * known
        height, width = heights.shape
        kind = QImage.Format.Format_RGBA8888_Premultiplied
        return QImage(pixels.tobytes(), width, height, 4 * width, kind).copy()

    def _paint_scale(self, painter: QPainter, box: QRectF) -> None:
        """The colours with the losses of the contours."""
        bar = QRectF(box.right() + 12, box.top(), _BAR, box.height())
        gradient = QLinearGradient(0, bar.bottom(), 0, bar.top())
        for k, colour in enumerate(RAMP):
            gradient.setColorAt(k / (len(RAMP) - 1), QColor(colour))
        painter.fillRect(bar, gradient)
        font = sized(self.font(), TICK_SIZE)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(self.theme.colour("dim"))
        if self.name_above:
            painter.drawText(QPointF(bar.left(), box.top() - 7), "loss")
        low, high = log10(self._low), log10(self._high)
        free = bar.bottom() + metrics.height()
        for level in self._levels:
            y = bar.bottom() - (log10(level) - low) / (high - low) * bar.height()
            painter.drawLine(QLineF(bar.right(), y, bar.right() + 3, y))
            if y + metrics.height() <= free:
                painter.drawText(
                    QPointF(bar.right() + 5, y + metrics.ascent() / 2 - 1), _tick(level)
                )
                free = y + 2

    def _paint_path(self, painter: QPainter) -> None:
        points = [self.pixel_of(a, b) for a, b in self._path.tolist()]
        if len(points) < 2:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rim = QColor(_INK)
        rim.setAlphaF(0.7)
        painter.setPen(QPen(rim, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(QPolygonF(points))
        first, last = (np.array(_rgb(colour)) for colour in PATH)
        ends = np.unique(np.linspace(0, len(points) - 1, _SHADES + 1).round().astype(int)).tolist()
        for k, (a, b) in enumerate(pairwise(ends)):
            share = k / max(1, len(ends) - 2)
            colour = QColor(*np.rint(first + share * (last - first)).astype(int).tolist())
            painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPolyline(QPolygonF(points[a : b + 1]))

    def _paint_point(self, painter: QPainter, box: QRectF) -> None:
        """Where the shown weights lie, and how the run came there."""
        if self._point is None:
            return
        place = self.pixel_of(*self._point)
        painter.save()
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._goes_on and len(self._path):
            painter.setPen(QPen(QColor(PATH[1]), 2))
            painter.drawLine(QLineF(self.pixel_of(*self._path[-1].tolist()), place))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((_INK, 3.6), (_PAPER, 1.8)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(place, 7.5, 7.5)
        painter.restore()

    def _paint_marks(self, painter: QPainter, box: QRectF) -> None:
        painter.setFont(sized(self.font(), TICK_SIZE, bold=True))
        names: list[tuple[QPointF, str]] = []
        for mark in self._marks:
            place = self.pixel_of(mark.x, mark.y)
            painter.setPen(QPen(_INK, 1.4))
            painter.setBrush(_PAPER if mark.name == "start" else QColor(PATH[1]))
            if mark.name == "best":
                _paint_star(painter, place)
            else:
                painter.drawEllipse(place, 4.2, 4.2)
            _join(names, place, mark.name)
        for place, name in names:
            self._paint_name(painter, box, place, name)

    def _paint_name(self, painter: QPainter, box: QRectF, place: QPointF, name: str) -> None:
        """Beside its mark, with a rim so that it can be read on any colour."""
        metrics = QFontMetricsF(painter.font())
        wide = metrics.horizontalAdvance(name)
        x = place.x() + 11 if place.x() + 15 + wide <= box.right() else place.x() - 11 - wide
        y = min(max(place.y() - 5, box.top() + metrics.ascent() + 1), box.bottom() - 4)
        path = QPainterPath()
        path.addText(QPointF(x, y), painter.font(), name)
        rim = QColor(_INK)
        rim.setAlphaF(0.8)
        painter.strokePath(path, QPen(rim, 3))
        painter.fillPath(path, _PAPER)

    def _paint_cross(self, painter: QPainter, box: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.colour("accent"), 1))
        painter.drawRect(box.toRect())
        if self._at is not None:
            place = self.pixel_of(*self._at)
            painter.setPen(QPen(_PAPER, 1))
            painter.drawLine(QLineF(place.x(), box.top(), place.x(), box.bottom()))
            painter.drawLine(QLineF(box.left(), place.y(), box.right(), place.y()))


def levels_between(low: float, high: float) -> list[float]:
    """Round losses between two: 1, 2 and 5 times powers of ten, or more or fewer than these."""
    first, last = floor(log10(low)), ceil(log10(high))
    for digits in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        found = [d * 10.0**k for k in range(first, last + 1) for d in digits]
        found = [level for level in found if low < level < high]
        if len(found) <= _MOST_LEVELS:
            break
    else:
        found = found[:: ceil(len(found) / _MOST_LEVELS)]
    if len(found) < 3:
        step = nice_step(high - low, 5)
        numbers = range(floor(low / step), ceil(high / step) + 1)
        found = [k * step for k in numbers if low < k * step < high]
    return found


def _tick(level: float) -> str:
    """As short as it can be: the scale has little room."""
    if 1e-3 <= level < 1e4:
        return f"{level:.10g}" if level < 1000 else f"{level:,.0f}"
    return f"{level:.0e}".replace("e+0", "e").replace("e-0", "e−").replace("e+", "e")


def _join(names: list[tuple[QPointF, str]], place: QPointF, name: str) -> None:
    """Put a name down; marks that lie on each other share one."""
    for k, (other, known) in enumerate(names):
        if (other - place).manhattanLength() < 10:
            names[k] = (other, f"{known} · {name}")
            return
    names.append((place, name))


def _paint_star(painter: QPainter, place: QPointF) -> None:
    star = QPainterPath()
    for k in range(10):
        angle, radius = np.pi * k / 5, 6.5 if k % 2 == 0 else 2.8
        point = place + QPointF(radius * np.sin(angle), -radius * np.cos(angle))
        if k:
            star.lineTo(point)
        else:
            star.moveTo(point)
    star.closeSubpath()
    painter.drawPath(star)


def _rgb(colour: str) -> tuple[int, int, int]:
    c = QColor(colour)
    return c.red(), c.green(), c.blue()
