"""Which part of the endless canvas the view shows, and how large."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtWidgets import QGraphicsView

#: The canvas has an end after all: far outside anything anyone draws.
WORLD = QRectF(-50_000, -50_000, 100_000, 100_000)
SMALLEST, LARGEST = 0.1, 4.0
_MARGIN, _LEAST_MARGIN = 32, 12


class Camera:
    """Moves and zooms a view; places are in the viewport's coordinates."""

    def __init__(self, view: QGraphicsView) -> None:
        self._view = view
        view.setSceneRect(WORLD)
        view.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        view.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)

    @property
    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self._view.transform().m11()

    def pan(self, dx: float, dy: float) -> None:
        """Move the drawing by so many pixels of the screen."""
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() - round(dx))
        down.setValue(down.value() - round(dy))

    def zoom_at(self, factor: float, at: QPointF) -> None:
        """Zoom so that what is at ``at`` stays there."""
        wanted = min(LARGEST, max(SMALLEST, self.zoom * factor))
        if abs(wanted - 1) < 0.01:
            wanted = 1.0
        factor = wanted / self.zoom
        if abs(factor - 1) < 1e-9:
            return
        before = self._view.viewportTransform().inverted()[0].map(at)
        self._view.scale(factor, factor)
        after = self._view.viewportTransform().map(before)
        self.pan(at.x() - after.x(), at.y() - after.y())

    def middle(self) -> QPointF:
        """The middle of what can be seen."""
        return QPointF(self._view.viewport().rect().center())

    def fit(self, box: QRectF, within: QRect | None = None) -> None:
        """Show all of ``box``, no larger than 100 %, in this part of the viewport or all of it."""
        if box.isEmpty():
            box = QRectF(-200, -100, 400, 200)
        whole = self._view.viewport().rect()
        room = within or whole
        wide, high = room.width() - 2 * _MARGIN, room.height() - 2 * _MARGIN
        zoom = largest_zoom(box, room.size())
        slack = 2 * (_MARGIN - _LEAST_MARGIN)  # text is sharpest at 100 %
        if box.width() <= wide + slack and box.height() <= high + slack:
            zoom = 1.0
        zoom = min(LARGEST, max(SMALLEST, zoom))
        self._view.scale(zoom / self.zoom, zoom / self.zoom)
        self._view.centerOn(box.center())
        aside = room.center() - whole.center()
        if not aside.isNull():
            self.pan(aside.x(), aside.y())

    def show_box(self, box: QRectF) -> None:
        """Move as little as needed to bring ``box`` into view."""
        seen, shown = self._inside(), self._view.mapFromScene(box).boundingRect()
        dx = max(0, seen.left() - shown.left()) or min(0, seen.right() - shown.right())
        dy = max(0, seen.top() - shown.top()) or min(0, seen.bottom() - shown.bottom())
        self.pan(dx, dy)

    def sees(self, box: QRectF) -> bool:
        """Whether all of ``box`` can be seen."""
        return self._inside().contains(self._view.mapFromScene(box).boundingRect())

    def _inside(self) -> QRect:
        return self._view.viewport().rect().adjusted(8, 8, -8, -8)


def largest_zoom(box: QRectF, room: QSize) -> float:
    """The zoom at which ``box`` fills ``room`` but for its margin."""
    wide, high = room.width() - 2 * _MARGIN, room.height() - 2 * _MARGIN
    return min(wide / max(box.width(), 1.0), high / max(box.height(), 1.0))
