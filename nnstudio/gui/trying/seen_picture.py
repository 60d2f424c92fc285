"""The exact picture that a network receives, pixel by pixel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnstudio.gui.look.theme import Theme


class SeenPicture(QWidget):
    """A small grey picture, enlarged by a whole number so that every pixel is a crisp square."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What the network sees")
        self.setToolTip("The exact picture the network receives, prepared like its training data")
        self._theme = theme
        self._picture: np.ndarray | None = None
        self._levels = np.zeros((1, 1), np.uint8)
        theme.changed.connect(self.update)

    @property
    def picture(self) -> np.ndarray | None:
        """``(height, width)`` as it was given."""
        return self._picture

    def set_picture(self, picture: np.ndarray, white: float) -> None:
        """Show ``picture`` (height, width); ``white`` is the value of full ink, 0 is paper."""
        self._picture = picture
        levels = np.asarray(picture, np.float32) * (255.0 / white)
        self._levels = np.ascontiguousarray(levels.clip(0, 255).round().astype(np.uint8))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(84, 84)

    def paintEvent(self, event: QPaintEvent) -> None:
        height, width = self._levels.shape
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        # Whole device pixels per pixel, as many as fit.
        times = max(1, int(min(self.width() * ratio / width, self.height() * ratio / height)))
        box = QRect(0, 0, round(width * times / ratio), round(height * times / ratio))
        if self._picture is None:
            box = self.rect()
        painter.fillRect(box, QColor("#000000"))
        image = QImage(self._levels.data, width, height, width, QImage.Format.Format_Grayscale8)
        painter.drawImage(box, image)
        painter.setPen(self._theme.colour("line"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(0, 0, -1, -1))
