"""A plane through the space of weights, drawn: the map, the run's way on it, the shown point.

Beside a training thread each call of the painter may wait for the interpreter. So what stays is
kept as pictures: the map, and on it the way of the run with its names; the present point is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.landscape.relief import Relief
from nnstudio.gui.landscape.way import PAPER, PATH, Mark, paint_marks, paint_ring, paint_way
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import LABEL_SIZE, TICK_SIZE, Axis, Plot, sized
from nnstudio.landscape.surface import Surface

#: Room at the right for the scale of colours; more above, for the axis's name.
_SCALE, _ABOVE = 58.0, 7.0
#: A mark is under the pointer up to this distance, in pixels.
NEAR = 9.0
#: Arrow keys move the cross by this share of the plot.
_STRIDE = 1 / 24
_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


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
        self._relief: Relief | None = None
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
        return [] if self._relief is None else self._relief.levels

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
        self._surface, self._relief = surface, None
        if surface is not None:
            self._relief = Relief(surface)
            box = surface.box
            self.x_axis, self.y_axis = Axis(box.left, box.right), Axis(box.bottom, box.top)
            self.x_name, self.name_above = names
            if self._at is not None and not surface.holds(*self._at):
                self._point_at(None)  # it was a place of another plane
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

    def _paint_axes(self, painter: QPainter, box: QRectF) -> None:
        """Numbers along axes mean nothing before anything is measured."""
        if self._surface is not None:
            super()._paint_axes(painter, box)
            return
        painter.setFont(sized(self.font(), LABEL_SIZE))
        painter.setPen(self.theme.colour("dim"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "Not measured yet")

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
            if self._relief is not None:
                self._relief.paint_map(painter, box, self.theme)
                font = sized(self.font(), TICK_SIZE)
                self._relief.paint_scale(painter, box, self.width(), self.theme, font)
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
            painter.setFont(sized(self.font(), TICK_SIZE, bold=True))
            paint_way(painter, [self.pixel_of(a, b) for a, b in self._path.tolist()])
            marks = [(mark.name, self.pixel_of(mark.x, mark.y)) for mark in self._marks]
            paint_marks(painter, box, marks)
            painter.end()
        return self._way

    def _empty_picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        return picture

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
        paint_ring(painter, place)
        painter.restore()

    def _paint_cross(self, painter: QPainter, box: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.colour("accent"), 1))
        painter.drawRect(box.toRect())
        if self._at is not None:
            place = self.pixel_of(*self._at)
            painter.setPen(QPen(PAPER, 1))
            painter.drawLine(QLineF(place.x(), box.top(), place.x(), box.bottom()))
            painter.drawLine(QLineF(box.left(), place.y(), box.right(), place.y()))
