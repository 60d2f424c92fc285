"""The minimap: all of the drawing, small, with a frame around the part that the view shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from nnstudio.gui.canvas.measures import Box
from nnstudio.gui.look.theme import Theme

Mode = Literal["automatic", "always", "never"]
MODES: tuple[Mode, ...] = ("automatic", "always", "never")
SIZE = QSize(192, 128)
_MARGIN = 8
_LEAST = 2.0


class Minimap(QWidget):
    """Boxes and a frame. The drawing is painted once; while the view moves only the frame is.

    Signals:
        moved: (place) the user wants this place of the scene in the middle of the view.
        turned: (steps) the user turned the wheel over it.
        mode_changed: it is there at other times.
    """

    moved = Signal(QPointF)
    turned = Signal(float)
    mode_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("canvas_minimap")
        self.setAccessibleName("Minimap")
        self.setAccessibleDescription("All of the network, and which part of it is seen")
        self.setToolTip("All of the network: click or drag to look elsewhere")
        self.setFixedSize(SIZE)
        self.mode: Mode = "automatic"
        self._theme = theme
        self._boxes: Sequence[tuple[Box, str]] = ()
        self._all = QRectF()
        self._seen = QRectF()
        self._picture: QPixmap | None = None
        self._is_held = False
        theme.changed.connect(self._repaint_all)
        self.hide()

    # ------------------------------------------------------------------ what it is told

    def show_boxes(self, boxes: Sequence[tuple[Box, str]]) -> None:
        """Show these boxes of the scene, each in the colour of its role."""
        if boxes == self._boxes:  # most edits move nothing and mend nothing
            return
        self._boxes = boxes
        self._all = _around([box for box, _ in boxes])
        self._repaint_all()
        self._appear()

    def show_seen(self, seen: QRectF) -> None:
        """The view shows this part of the scene now."""
        if seen != self._seen:
            self._seen = seen
            self._appear()
            self.update()

    def set_mode(self, mode: Mode) -> None:
        """Be there always, never, or only while something of the drawing can't be seen."""
        self.mode = mode
        self._appear()
        self.mode_changed.emit()

    def stand_in(self, area: QRect) -> None:
        """Stand at the lower right of ``area``, a part of the parent, if there is room."""
        self.move(
            area.right() + 1 - self.width() - _MARGIN, area.bottom() + 1 - self.height() - _MARGIN
        )

    def rooms_beside(self, area: QRect) -> tuple[QRect, QRect]:
        """What it leaves of ``area`` at its left, and above it."""
        left, above = QRect(area), QRect(area)
        left.setRight(self.geometry().left() - 1)
        above.setBottom(self.geometry().top() - 1)
        return left, above

    def covers_any(self, shown: Callable[[QRectF], QRect]) -> bool:
        """Whether it is always there and lies over a box; ``shown``: where its parent has one."""
        if self.mode != "always":
            return False
        return any(shown(QRectF(*box)).intersects(self.geometry()) for box, _ in self._boxes)

    def _appear(self) -> None:
        if self._is_held:  # it doesn't vanish from under the pointer
            return
        hidden = not self._seen.contains(self._all)
        wanted = self.mode == "always" or (self.mode == "automatic" and hidden)
        self.setVisible(wanted and bool(self._boxes))

    def _repaint_all(self) -> None:
        self._picture = None
        self.update()

    # ------------------------------------------------------------------ where things are

    def _scale(self) -> float:
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        wide, high = max(self._all.width(), 1.0), max(self._all.height(), 1.0)
        return min(room.width() / wide, room.height() / high)

    def place_of(self, at: QPointF) -> QPointF:
        """Where a place of the scene is on the minimap."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        return middle + (at - self._all.center()) * self._scale()

    def _scene_place(self, at: QPointF) -> QPointF:
        middle = QPointF(self.width() / 2, self.height() / 2)
        return self._all.center() + (at - middle) / self._scale()

    def _small(self, box: QRectF) -> QRectF:
        return QRectF(self.place_of(box.topLeft()), self.place_of(box.bottomRight()))

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            self._picture = self._painted()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        frame = self._small(self._seen).intersected(inside)
        wash = self._theme.colour("accent")
        wash.setAlpha(28)
        painter.setBrush(wash)
        painter.setPen(QPen(self._theme.colour("accent"), 1.5))
        painter.drawRect(frame)

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(0, 0, 0, 0))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(self._theme.colour("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        corner, scale = self.place_of(QPointF()), self._scale()
        x, y = corner.x(), corner.y()
        by_role: dict[str, list[QRectF]] = {}
        for (left, top, width, height), role in self._boxes:
            small = QRectF(
                x + left * scale,
                y + top * scale,
                max(width * scale, _LEAST),
                max(height * scale, _LEAST),
            )
            by_role.setdefault(role, []).append(small)
        painter.setPen(Qt.PenStyle.NoPen)
        for role, rects in by_role.items():
            painter.setBrush(self._theme.colour(role))
            painter.drawRects(rects)
        painter.end()
        return picture

    # ------------------------------------------------------------------ mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._is_held = True
            self.moved.emit(self._scene_place(event.position()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.moved.emit(self._scene_place(event.position()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._is_held = False
            self._appear()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.turned.emit(event.angleDelta().y() / 120)
        event.accept()


def _around(boxes: Sequence[Box]) -> QRectF:
    """The box around all of them; null if there are none."""
    if not boxes:
        return QRectF()
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return QRectF(left, top, right - left, bottom - top)
