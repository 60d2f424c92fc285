"""The plane on which points are painted: by click, by spraying, and by keyboard."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnstudio.data.sources import Points
from nnstudio.gui.look.theme import Colours, Theme
from nnstudio.gui.painting.paper import Paper, Place, axis_around
from nnstudio.gui.plots.class_marks import STEPS, Stamps, value_marks
from nnstudio.gui.plots.function_plot import class_colours

#: While the hand sprays, so many points come every so many milliseconds.
SPRAY, EVERY = 2, 30
#: How far they spread around it, in pixels: the standard deviation.
SPREAD = 9.0
#: A hand that rests so long sprays as well, in milliseconds; before that it has clicked.
RESTS = 350
#: Steps of the keyboard's cursor along an axis; with Shift it makes a tenth of one.
_STEPS = 20
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class Plane(Paper):
    """Shows painted points, and tells of more.

    Signals:
        painted: (places) points to be added.
        erased: (numbers) points to be taken away.
        chosen: (number) a colour was chosen by its key; −1 for the eraser.
    """

    painted = Signal(object)
    erased = Signal(object)
    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("paint_plane")
        self.setAccessibleName("Plane to paint points on")
        self.setAccessibleDescription(
            "Click for a point, drag to spray, right button to erase. Arrows move the cursor, Space"
            " paints, Delete erases, 1 to 8 choose a colour."
        )
        self.tool = "paint"
        self.x_name, self.y_name = "x₁", "x₂"
        self._source = Points()
        self._places = np.zeros((0, 2))
        self._stamps: tuple[object, Stamps] | None = None
        self._cursor: Place | None = None
        self._hand: Place = (0.0, 0.0)
        self._came_down: QPointF | None = None
        self._using = ""
        self._chance = np.random.default_rng()
        self._spray = QTimer(self)
        self._spray.timeout.connect(self._spray_some)
        self.began.connect(self._begin)
        self.moved.connect(self._move)
        self.ended.connect(self._end)

    def show_points(self, source: Points) -> None:
        """Show what is painted so far."""
        if source is self._source:
            return
        self._source = source
        self._places = np.array(source.points, float).reshape(-1, 2)
        self.x_axis = axis_around(source.low, source.high, self._places[:, 0])
        self.y_axis = axis_around(source.low, source.high, self._places[:, 1])
        self.hint = "" if source.size else "Click for a point, drag to spray many"
        self.update()

    # ------------------------------------------------------------------ the hand

    def _begin(self, tool: str) -> None:
        self._using, self._came_down = tool, None

    def _move(self, place: Place) -> None:
        self._hand, self._cursor = place, None
        if self._using == "erase":
            self._erase(place)
            return
        at = self.pixel_of(place)
        if self._came_down is None:
            self._came_down = at
            self.painted.emit([place])
            self._spray.start(RESTS)
        elif self._spray.interval() != EVERY and (at - self._came_down).manhattanLength() > 4:
            self._spray_some()

    def _end(self) -> None:
        self._spray.stop()

    def _spray_some(self) -> None:
        self._spray.start(EVERY)
        middle = self.pixel_of(self._hand)
        spread = self._chance.normal(0, SPREAD, (SPRAY, 2)).tolist()
        self.painted.emit([self.place_at(middle + QPointF(a, b)) for a, b in spread])

    def _erase(self, place: Place) -> None:
        if len(found := self.near(self._places, place)):
            self.erased.emit(found.tolist())

    # ------------------------------------------------------------------ the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        here = self._cursor or self._middle()
        if key in _ARROWS:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._cursor = self._stepped(here, _ARROWS[key], 0.1 if fine else 1.0)
            self.update()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._cursor = here
            if self.tool == "erase":
                self._erase_by_key(here)
            else:
                self._paint_by_key(here)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._cursor = here
            self._erase_by_key(here)
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_8:
            self.chosen.emit(int(key) - int(Qt.Key.Key_1))
        elif key == Qt.Key.Key_E:
            self.chosen.emit(-1)
        else:
            super().keyPressEvent(event)

    def _paint_by_key(self, place: Place) -> None:
        self.began.emit("key")
        self.painted.emit([place])
        self.ended.emit()

    def _erase_by_key(self, place: Place) -> None:
        self.began.emit("erase")
        self._erase(place)
        self.ended.emit()

    def _middle(self) -> Place:
        x, y = self.x_axis, self.y_axis
        return (x.low + x.high) / 2, (y.low + y.high) / 2

    def _stepped(self, place: Place, step: tuple[int, int], size: float) -> Place:
        axes = (self.x_axis, self.y_axis)
        x, y = (
            min(max(at + sign * size * (axis.high - axis.low) / _STEPS, axis.low), axis.high)
            for at, sign, axis in zip(place, step, axes, strict=True)
        )
        return x, y

    # ------------------------------------------------------------------ painting

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        if self._source.size:
            at = self.pixels(self._places)
            kinds = np.array(self._source.labels).clip(0, 7)
            self._stamps_now().paint(painter, at[:, 0], at[:, 1], kinds)
        if self._cursor is not None and self.hasFocus():
            place = self.pixel_of(self._cursor)
            painter.setPen(QPen(self.theme.colour("accent"), 1))
            painter.drawLine(place - QPointF(8, 0), place + QPointF(8, 0))
            painter.drawLine(place - QPointF(0, 8), place + QPointF(0, 8))

    def _stamps_now(self) -> Stamps:
        source, ratio = self._source, self.devicePixelRatioF()
        key = (source.colours, source.task, self.theme.colours, ratio)
        if self._stamps is None or self._stamps[0] != key:
            colours = point_colours(source, self.theme.colours)
            colours += colours[-1:] * (8 - len(colours))
            marks = [(colour, "disc") for colour in colours]
            self._stamps = (key, Stamps(marks, self.theme, ratio))
        return self._stamps[1]


def point_colours(source: Points, colours: Colours) -> list[str]:
    """The colours that points are painted in: of classes, or of a scale of numbers."""
    count = source.colours
    if source.task == "classes":
        return class_colours(count, colours)
    scale = value_marks(colours)
    return [scale[round(k * (STEPS - 1) / (count - 1))][0] for k in range(count)]
