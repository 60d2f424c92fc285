"""A view of the endless canvas that is panned and zoomed: wheel, touchpad, middle button, keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from nnstudio.gui.canvas.camera import Camera, largest_zoom
from nnstudio.gui.canvas.dots import dotted_sheet
from nnstudio.gui.canvas.minimap import Minimap
from nnstudio.gui.canvas.overlays import STRIP, FocusRing, Strip
from nnstudio.gui.canvas.scene import CanvasScene
from nnstudio.gui.look.theme import Theme

ZOOM_STEP = 1.25
#: How many pixels a wheel scrolls for each eighth of a degree: 60 for a notch.
_SCROLLED = 0.5
_DOTS, _DOTS_FROM = 24, 0.5
#: How much of its way beyond the edge the pointer takes the view along at each tick.
_FOLLOWING = 0.2
_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class NavigableView(QGraphicsView):
    """Shows a scene; knows nothing of what is in it.

    Attributes:
        wheel_zooms: the wheel zooms; otherwise it scrolls, and zooms with Ctrl.
        snaps: cards are moved on the grid; otherwise freely.

    Signals:
        space_tapped: Space was pressed and let go without moving the canvas in between.
    """

    space_tapped = Signal()

    def __init__(self, scene: CanvasScene, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(scene, parent)
        self.setObjectName("canvas_view")
        self._theme = theme
        self._camera = Camera(self)
        self._contents: Callable[[], QRectF] = scene.contents
        self._panned_from: QPointF | None = None
        self._space_is_down = self._space_was_used = False
        self.wheel_zooms = True
        self.snaps = True
        self._fits = True  # until the user pans or zooms, the whole network is kept in view
        self._set_up()
        self._strip = Strip(theme, self)
        self._strip.zoom_in.connect(lambda: self.zoom_by(ZOOM_STEP))
        self._strip.zoom_out.connect(lambda: self.zoom_by(1 / ZOOM_STEP))
        self._strip.zoom_reset.connect(self.reset_zoom)
        self._strip.fit.connect(self.fit)
        self.minimap = Minimap(theme, self)
        self.minimap.mode_changed.connect(self._fit_again)
        self.minimap.moved.connect(self._look_around)
        self.minimap.turned.connect(lambda by: self.zoom_by(ZOOM_STEP ** (by / 2)))
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self._show_seen)
        self._ring = FocusRing(theme, self)
        theme.changed.connect(self.viewport().update)

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(0, 0, 0, STRIP)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setMinimumSize(240, 160)

    # ------------------------------------------------------------------ for menus and scripts

    @property
    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self._camera.zoom

    def fit(self) -> None:
        """Show the whole network, no larger than 100 %."""
        self._fits = True
        box = self._contents()
        self._camera.fit(box)
        if self.minimap.covers_any(lambda card: self.mapFromScene(card).boundingRect()):
            rooms = self.minimap.rooms_beside(self.viewport().rect())
            self._camera.fit(box, max(rooms, key=lambda room: largest_zoom(box, room.size())))
        self._show_seen()
        self._zoomed()

    def _fit_again(self) -> None:
        if self._fits:
            self.fit()

    def zoom_by(self, factor: float) -> None:
        """Zoom around the middle."""
        self._zoom_at(factor, self._camera.middle())

    def reset_zoom(self) -> None:
        """Zoom to 100 %."""
        self.zoom_by(1 / self.zoom)

    # ------------------------------------------------------------------ moving the camera

    def _pan(self, by: QPointF) -> None:
        self._fits = False
        self._camera.pan(by.x(), by.y())

    def _zoom_at(self, factor: float, at: QPointF) -> None:
        self._fits = False
        self._camera.zoom_at(factor, at)
        self._show_seen()
        self._zoomed()

    def _bring_into_view(self, box: QRectF) -> None:
        """Let ``box`` be seen: with everything else while the user has not looked elsewhere."""
        if self._camera.sees(box):
            return
        if self._fits:
            self.fit()
        else:
            self._camera.show_box(box)

    def _look_around(self, at: QPointF) -> None:
        """Have a place of the scene in the middle."""
        self._pan(self._camera.middle() - QPointF(self.mapFromScene(at)))

    def _show_seen(self) -> None:
        """Let the minimap know which part of the scene can be seen."""
        whole = QRectF(self.viewport().rect())
        self.minimap.show_seen(self.viewportTransform().inverted()[0].mapRect(whole))

    def _zoomed(self) -> None:
        """The zoom is another; subclasses say so."""

    def _scene_point(self, at: QPointF) -> QPointF:
        """A place of the viewport in the scene's coordinates, to a fraction of a pixel."""
        return self.viewportTransform().inverted()[0].map(at)

    # ------------------------------------------------------------------ mouse and touchpad

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pan by the middle button, or by the left one while Space is held."""
        self._ring.hide()
        button = event.button()
        by_space = button == Qt.MouseButton.LeftButton and self._space_is_down
        self._space_was_used = True
        if button == Qt.MouseButton.MiddleButton or by_space:
            self._panned_from = event.position()
            self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._panned_from is not None:
            self._pan(event.position() - self._panned_from)
            self._panned_from = event.position()

    def _follow(self, at: QPointF) -> bool:
        """Pan a little if the pointer, dragging something, is beyond the edge; whether it is."""
        seen = self.viewport().rect()
        dx = min(0.0, at.x() - seen.left()) or max(0.0, at.x() - seen.right())
        dy = min(0.0, at.y() - seen.top()) or max(0.0, at.y() - seen.bottom())
        if not dx and not dy:
            return False
        self._pan(QPointF(-dx, -dy) * _FOLLOWING)
        return True

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._panned_from = None
        self._show_cursor()

    @property
    def _is_panning(self) -> bool:
        return self._panned_from is not None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl always zooms, two fingers on a touchpad scroll; a wheel as the user likes it."""
        zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not zooms and _is_touchpad(event):
            self._pan(QPointF(event.pixelDelta()))
        elif not zooms and not self.wheel_zooms:
            turned = QPointF(event.angleDelta())
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not turned.x():
                turned = turned.transposed()
            self._pan(turned * _SCROLLED)
        else:
            turns = (event.angleDelta().y() or event.angleDelta().x()) / 120
            self._zoom_at(ZOOM_STEP ** (turns / 2), event.position())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self._zoom_at(1 + event.value(), event.position())
            return True
        return super().viewportEvent(event)

    def _show_cursor(self) -> None:
        if self._is_panning:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._space_is_down:
            shape = Qt.CursorShape.OpenHandCursor
        else:
            shape = Qt.CursorShape.ArrowCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    # ------------------------------------------------------------------ keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Space if not event.isAutoRepeat():
                self._space_is_down, self._space_was_used = True, False
                self._show_cursor()
            case Qt.Key.Key_Space:
                pass  # it is held
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                event.ignore()  # the canvas is moved in other ways: these are for the window
            case Qt.Key.Key_F if not ctrl:
                self.fit()
            case Qt.Key.Key_0:
                self.reset_zoom()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom_by(ZOOM_STEP)
            case Qt.Key.Key_Minus:
                self.zoom_by(1 / ZOOM_STEP)
            case _:
                super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            is_tap = self._space_is_down and not self._space_was_used
            self._space_is_down = False
            self._show_cursor()
            if is_tap:
                self.space_tapped.emit()
        super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring.setVisible(event.reason() in _BY_KEYBOARD)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ring.hide()
        self._space_is_down = False
        self._show_cursor()

    # ------------------------------------------------------------------ the widget itself

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The canvas colour, with a light grid of dots unless they would be too close."""
        if self.zoom < _DOTS_FROM:
            painter.fillRect(rect, self._theme.colour("canvas"))
            return
        spacing = _DOTS * self.zoom
        size, ratio = self.viewport().size(), self.devicePixelRatioF()
        colours = self._theme.colours
        sheet = dotted_sheet(
            size.width(), size.height(), spacing, ratio, colours.canvas, colours.line
        )
        origin = self.viewportTransform().map(QPointF(0, 0))
        painter.save()
        painter.resetTransform()
        corner = origin.x() % spacing - spacing, origin.y() % spacing - spacing
        painter.drawPixmap(round(corner[0]), round(corner[1]), sheet)
        painter.restore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._strip.setGeometry(0, self.height() - STRIP, self.width(), STRIP)
        self._ring.setGeometry(self.rect())
        self.minimap.stand_in(self.viewport().geometry())
        if self._fits:
            self.fit()
        self._show_seen()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._fits:
            self.fit()


def _is_touchpad(event: QWheelEvent) -> bool:
    """Two fingers on a touchpad scroll by pixels; on X11 wheels may report pixels too."""
    if event.pixelDelta().isNull():
        return False
    return event.phase() != Qt.ScrollPhase.NoScrollPhase or QGuiApplication.platformName() != "xcb"
