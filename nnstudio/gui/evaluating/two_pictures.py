"""An example's picture, and beside it the one that the network made of it if that is its answer."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnstudio.data.dataset import Dataset
from nnstudio.gui.evaluating.shown import Shown
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.picture_image import brightness, picture_image
from nnstudio.gui.plots.plotting import sized

_SIDE, _LINE, _GAP = 84, 18, 12


class TwoPictures(QWidget):
    """What went in and what came out; nothing where the data isn't pictures."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("evaluate_pictures")
        self.setAccessibleName("The example's picture")
        self._theme = theme
        self._images: list[tuple[str, QImage]] = []
        self._limits: tuple[Dataset, tuple[float, float]] | None = None
        theme.changed.connect(self.update)

    def show_answer(self, shown: Shown, answer: int) -> None:
        """Show the example of an answer."""
        dataset, judged = shown.dataset, shown.judged
        self._images = []
        if dataset.is_picture:
            if self._limits is None or self._limits[0] is not dataset:
                self._limits = dataset, brightness(dataset.inputs)
            limits = self._limits[1]
            given = dataset.inputs[judged.row(answer)]
            self._images.append(("", picture_image(given, limits)))
            if not judged.is_classification:
                numbers = judged.numbers[0][:, answer]
                if numbers.size == given.size:
                    made = np.asarray(numbers).reshape(given.shape)
                    self._images = [("input", self._images[0][1])]
                    self._images.append(("answer", picture_image(made, limits)))
        self.setVisible(bool(self._images))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        height = _SIDE + (_LINE if len(self._images) > 1 else 0)
        return QSize(max(1, len(self._images)) * (_SIDE + _GAP) - _GAP, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(sized(self.font(), 11))
        painter.setPen(self._theme.colour("dim"))
        for place, (name, image) in enumerate(self._images):
            scale = _SIDE / max(image.width(), image.height())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 2)
            left = place * (_SIDE + _GAP)
            box = QRectF(left, 0, image.width() * scale, image.height() * scale)
            painter.drawImage(box, image)
            if name:
                below = QRectF(left, _SIDE, _SIDE, _LINE)
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)
        painter.end()
