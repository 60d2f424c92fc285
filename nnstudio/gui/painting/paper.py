"""What both canvases for painting share: axes, the hand with a tool, and the eraser's reach."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import BOTTOM, TOP, Axis, Plot

#: How far the eraser reaches, and how far a press may be from a point to mean it, in pixels.
REACH = 9.0
#: The largest side of the plane; and the room beside it, less than other plots have, as a panel is
#: narrow and a hand needs room.
_LARGEST, _LEFT, _RIGHT = 560, 30.0, 6.0

Place = tuple[float, float]


class Paper(Plot):
    """Two axes to paint between. Subclasses say what the hand does.

    Signals:
        began: (tool) the hand came down with this tool; ``erase`` with the right button.
        moved: (place) it is here, in the units of the axes.
        ended: it was lifted.
    """

    began = Signal(str)
    moved = Signal(object)
    ended = Signal()

    tick_width, tick_height = 44, 36

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.tool = ""
        self.hint = ""
        self._held_box: QRectF | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.x_axis = self.y_axis = Axis(-1.0, 1.0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As high as it is wide, between the axes."""
        super().resizeEvent(event)
        width = min(event.size().width() - _LEFT - _RIGHT, _LARGEST)
        self.setFixedHeight(round(max(width, 96) + TOP + BOTTOM))

    def box(self) -> QRectF:
        """Square, or wider where the widget is.

        While the hand is down it stays as it was: what it paints may make a scroll bar appear, and
        nothing may slip away under it.
        """
        if self._held_box is not None:
            return self._held_box
        return QRectF(self.rect()).adjusted(_LEFT, TOP, -_RIGHT, -BOTTOM)

    def pixels(self, points: np.ndarray) -> np.ndarray:
        """Where points ``(N, 2)`` are on the screen."""
        places: np.ndarray = np.stack(
            [self.x_pixels(points[:, 0]), self.y_pixels(points[:, 1])], axis=1
        )
        return places

    def place_at(self, pixel: QPointF) -> Place:
        """What a pixel means in the units of the axes; beside the axes, their nearest place."""
        box = self.box()
        x = min(max((pixel.x() - box.left()) / box.width(), 0.0), 1.0)
        y = min(max((box.bottom() - pixel.y()) / box.height(), 0.0), 1.0)
        return (
            self.x_axis.low + x * (self.x_axis.high - self.x_axis.low),
            self.y_axis.low + y * (self.y_axis.high - self.y_axis.low),
        )

    def pixel_of(self, place: Place) -> QPointF:
        """The inverse of :meth:`place_at`."""
        ((x, y),) = self.pixels(np.array([place])).tolist()
        return QPointF(x, y)

    def near(self, points: np.ndarray, place: Place, reach: float = REACH) -> np.ndarray:
        """The numbers of those points ``(N, 2)`` within ``reach`` pixels, the nearest first."""
        if not len(points):
            return np.zeros(0, int)
        centre = self.pixel_of(place)
        distances = np.hypot(*(self.pixels(points) - (centre.x(), centre.y())).T)
        order = np.argsort(distances, kind="stable")
        found: np.ndarray = order[distances[order] <= reach]
        return found

    # ------------------------------------------------------------------ the hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        is_down = self._held_box is not None
        if is_down or not (left or event.button() == Qt.MouseButton.RightButton):
            return
        self._held_box = self.box()
        self.began.emit(self.tool if left else "erase")
        self.moved.emit(self.place_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held_box is not None:
            self.moved.emit(self.place_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held_box is not None and not event.buttons():
            self._held_box = None
            self.ended.emit()
            self.update()

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = self.box()
        painter.fillRect(box, self.theme.colour("window"))
        self._paint_zero_lines(painter)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self)
        if self.hint:
            painter.setPen(self.theme.colour("dim"))
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(box.adjusted(12, 8, -12, -8), words, self.hint)
        if self.hasFocus():
            painter.setPen(QPen(self.theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _paint_zero_lines(self, painter: QPainter) -> None:
        """Where x and y are 0, so that the hand finds the middle."""
        box = self.box()
        painter.setPen(QPen(self.theme.colour("line"), 1, Qt.PenStyle.DotLine))
        zero = self.pixel_of((0.0, 0.0))
        if self.x_axis.low < 0 < self.x_axis.high:
            painter.drawLine(QPointF(zero.x(), box.top()), QPointF(zero.x(), box.bottom()))
        if self.y_axis.low < 0 < self.y_axis.high:
            painter.drawLine(QPointF(box.left(), zero.y()), QPointF(box.right(), zero.y()))


def axis_around(low: float, high: float, values: np.ndarray) -> Axis:
    """From ``low`` to ``high``, or further where there are values beyond."""
    if len(values):
        low, high = min(low, float(values.min())), max(high, float(values.max()))
    return Axis(low, high) if low < high else Axis(low - 1.0, low + 1.0)
