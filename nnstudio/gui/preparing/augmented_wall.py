"""Examples as training will see them: one picture in many versions, or points that moved."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.picture_image import picture_image

_COLUMNS, _GAP, _MOST, _HIGH = 4, 8, 64, 160
_DOT = 2.5


class AugmentedWall(QWidget):
    """Four pictures in a row; or points, as they are (hollow) and as they became (filled)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_augmented")
        self._theme = theme
        self._images: list[QImage] = []
        self._points: tuple[np.ndarray, np.ndarray] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    @property
    def images(self) -> list[QImage]:
        """The pictures that are shown."""
        return list(self._images)

    def show_pictures(self, given: np.ndarray, seen: np.ndarray) -> None:
        """Show all of ``seen`` (n, C, H, W), which were made of ``given``."""
        low = min(float(given.min()), float(seen.min()), 0.0)
        high = max(float(given.max()), float(seen.max()))
        limits = low, high if high > low else low + 1
        self._points = None
        self._images = [picture_image(picture, limits) for picture in seen]
        self.setAccessibleName(f"{len(seen)} augmented versions of one example")
        self._fit()

    def show_points(self, given: np.ndarray, seen: np.ndarray) -> None:
        """Show points ``(n, 2)``, or numbers ``(n, 1)`` in a row, as they were and are seen."""
        self._images = []
        flat = np.zeros((len(given), 1))
        self._points = (given, seen)
        if given.shape[1] == 1:
            self._points = np.hstack((given, flat)), np.hstack((seen, flat))
        self.setAccessibleName("Examples as they are, and augmented")
        self._fit()

    def _side(self) -> int:
        return max(16, min((self.width() - (_COLUMNS - 1) * _GAP) // _COLUMNS, _MOST))

    def _fit(self) -> None:
        rows = -(-len(self._images) // _COLUMNS)
        self.setFixedHeight(rows * (self._side() + _GAP) - _GAP if rows else _HIGH)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._points is not None:
            self._paint_points(painter, *self._points)
        side = self._side()
        step = min(side + 12.0, (self.width() - side) / (_COLUMNS - 1))
        for place, image in enumerate(self._images):
            row, column = divmod(place, _COLUMNS)
            smooth = side < 3 * image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            place_of = QRectF(round(column * step), row * (side + _GAP), side, side)
            painter.drawImage(place_of, image)
        painter.end()

    def _paint_points(self, painter: QPainter, given: np.ndarray, seen: np.ndarray) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(6, 6, -6, -6)
        both = np.concatenate((given, seen))
        low, high = both.min(axis=0), both.max(axis=0)
        wide = np.where(high > low, high - low, 1)
        places = (both - low) / wide
        if not (high > low)[1]:
            places[:, 1] = 0.5
        scale = np.array([area.width(), -area.height()])
        corner = np.array([area.left(), area.bottom()])
        points = [QPointF(*point) for point in places * scale + corner]
        dim, accent = self._theme.colour("dim"), self._theme.colour("accent")
        for old, new in zip(points[: len(given)], points[len(given) :], strict=True):
            painter.setPen(self._theme.colour("line"))
            painter.drawLine(old, new)
            painter.setPen(dim)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(old, _DOT, _DOT)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            painter.drawEllipse(new, _DOT, _DOT)
