"""What mouse and keyboard do on a chart of curves.

| gesture                          | what it does                                        |
|----------------------------------|-----------------------------------------------------|
| move the mouse                   | readings at the pointer                             |
| wheel; on the numbers at the left, or with Ctrl | zoom across; upwards                 |
| drag                             | move what is zoomed                                 |
| double-click; 0                  | all of it                                           |
| left, right (Shift: ten); Home, End | readings at the next point; the first, the last  |
| plus, minus                      | zoom about the middle                               |
| Escape                           | no readings                                         |
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from nnstudio.gui.plots.plotting import Axis
from nnstudio.gui.plots.view_range import NOTCH, moved, zoomed

if TYPE_CHECKING:
    from nnstudio.gui.plots.curve_chart import CurveChart

_STEPS = {
    Qt.Key.Key_Left: -1.0,
    Qt.Key.Key_Right: 1.0,
    Qt.Key.Key_Home: -inf,
    Qt.Key.Key_End: inf,
}
_ZOOMS = {Qt.Key.Key_Plus: 2.0, Qt.Key.Key_Equal: 2.0, Qt.Key.Key_Minus: 0.5}
#: The keyboard moves across by this share of what is seen.
_FAR = 10


class PlotGestures(QObject):
    """Turns the events of one chart into its signals."""

    def __init__(self, chart: CurveChart) -> None:
        super().__init__(chart)
        self._chart = chart
        self._held: QPointF | None = None
        chart.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QWheelEvent):
            return self._wheel(event)
        if isinstance(event, QMouseEvent):
            return self._mouse(kind, event)
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            return self._key(event)
        if kind == QEvent.Type.Leave:
            self._chart.pointed.emit(None)
        return False

    # ------------------------------------------------------------------ zoom

    def _wheel(self, event: QWheelEvent) -> bool:
        turned, place = event.angleDelta(), event.position()
        is_upright = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_upright = is_upright or place.x() < self._chart.box().left()
        if abs(turned.x()) > abs(turned.y()) and not is_upright:
            self._move(-turned.x() / 1200, 0.0)
        elif turned.y():
            self._zoom(NOTCH ** (turned.y() / 120), place, is_upright=is_upright)
        return True

    def _zoom(self, factor: float, place: QPointF, *, is_upright: bool = False) -> None:
        chart, box = self._chart, self._chart.box()
        drawing = chart.drawing
        x, y = self._present()
        if is_upright:
            at = (box.bottom() - place.y()) / max(1.0, box.height())
            y = zoomed(drawing.y, drawing.y_whole, factor, min(max(at, 0.0), 1.0))
        else:
            at = (place.x() - box.left()) / max(1.0, box.width())
            x = zoomed(drawing.x, drawing.x_whole, factor, min(max(at, 0.0), 1.0))
        chart.seen.emit(x, y)

    def _move(self, right: float, up: float) -> None:
        """Move what is seen by shares of it."""
        drawing = self._chart.drawing
        x, y = self._present()
        if x is not None:
            x = moved(x, drawing.x_whole, right)
        if y is not None:
            y = moved(y, drawing.y_whole, up)
        self._chart.seen.emit(x, y)

    def _present(self) -> tuple[Axis | None, Axis | None]:
        """What is zoomed now."""
        drawing = self._chart.drawing
        return (
            drawing.x if drawing.x != drawing.x_whole else None,
            drawing.y if drawing.y != drawing.y_whole else None,
        )

    # ------------------------------------------------------------------ mouse and keyboard

    def _mouse(self, kind: QEvent.Type, event: QMouseEvent) -> bool:
        chart, box, place = self._chart, self._chart.box(), event.position()
        is_left = event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseButtonDblClick and is_left:
            self._held = None
            chart.seen.emit(None, None)
            return True
        if kind == QEvent.Type.MouseButtonPress and is_left:
            self._held = place
            return False
        if kind == QEvent.Type.MouseButtonRelease and is_left:
            self._held = None
            chart.unsetCursor()
            return False
        if kind != QEvent.Type.MouseMove:
            return False
        if self._held is not None and event.buttons() & Qt.MouseButton.LeftButton:
            if self._present() != (None, None):
                chart.setCursor(Qt.CursorShape.ClosedHandCursor)
                by = place - self._held
                self._held = place
                self._move(-by.x() / max(1.0, box.width()), by.y() / max(1.0, box.height()))
            return True
        share = (place.x() - box.left()) / max(1.0, box.width())
        is_on = -0.01 <= share <= 1.02 and place.y() <= box.bottom() + 2
        chart.pointed.emit(chart.x_axis.value(min(max(share, 0.0), 1.0)) if is_on else None)
        return True

    def _key(self, event: QKeyEvent) -> bool:
        key, chart = Qt.Key(event.key()), self._chart
        if key in _STEPS:
            far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            chart.stepped.emit(_STEPS[key] * (_FAR if far else 1))
        elif key in _ZOOMS:
            self._zoom(_ZOOMS[key], chart.box().center())
        elif key == Qt.Key.Key_0:
            chart.seen.emit(None, None)
        elif key == Qt.Key.Key_Escape and chart.crosshair is not None:
            chart.pointed.emit(None)
        else:
            return False
        return True
