"""The parts of the data as bars: how many examples, and how the classes are mixed in each."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnstudio.data.dataset import Dataset
from nnstudio.data.split import Parts
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.function_plot import class_colours

_NAMES = ("Train", "Validation", "Test")
_BAR, _TEXT, _MIX, _GAP = 10, 16, 6, 6
#: Of more classes than this the mixture can't be told by colours.
_MOST_CLASSES = 12


class PartsBar(QWidget):
    """One bar for all, and for each part its share and the mixture of its classes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_parts")
        self._theme = theme
        self._counts: tuple[int, ...] = (0, 0, 0)
        self._mixtures: list[np.ndarray] = []
        self._classes: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def counts(self) -> tuple[int, ...]:
        """How many examples train, validate and test."""
        return self._counts

    @property
    def mixtures(self) -> list[np.ndarray]:
        """How many examples of each class there are in each part; empty without classes."""
        return self._mixtures

    def show_parts(self, parts: Parts, dataset: Dataset) -> None:
        """Show the ``parts`` of ``dataset``."""
        positions = (parts.train, parts.validation, parts.test)
        self._counts = tuple(map(len, positions))
        classes = dataset.classes
        told = bool(classes) and dataset.targets.ndim == 1 and len(classes) <= _MOST_CLASSES
        self._classes = classes if told else ()
        self._mixtures = [
            np.bincount(dataset.targets[rows], minlength=len(classes))
            for rows in (positions if told else ())
        ]
        self.setAccessibleName("The parts of the data")
        self.setAccessibleDescription(". ".join(map(self._words, range(3))))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _BAR + _GAP + 3 * self._row())

    def _row(self) -> int:
        return _TEXT + (_MIX + _GAP if self._classes else 2)

    def _words(self, part: int) -> str:
        """A part in words, with its classes."""
        text = f"{_NAMES[part]}: {self._counts[part]:,} ({self._share(part):.3g} %)"
        if self._mixtures:
            mixture = zip(self._classes, self._mixtures[part], strict=True)
            text += "\n" + "\n".join(f"{name}: {count:,}" for name, count in mixture)
        return text

    def _share(self, part: int) -> float:
        return 100 * self._counts[part] / max(1, sum(self._counts))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = self.font()
        font.setPixelSize(12)
        painter.setFont(font)
        colours = [self._theme.colour(role) for role in ("training", "validation", "dim")]
        self._stack(painter, QRectF(0, 0, self.width(), _BAR), self._counts, colours, 2.0)
        kinds = [QColor(c) for c in class_colours(len(self._classes), self._theme.colours)]
        for part, name in enumerate(_NAMES):
            top = _BAR + _GAP + part * self._row()
            painter.fillRect(QRectF(0, top + 4, 8, 8), colours[part])
            line = QRectF(14, top, self.width() - 14, _TEXT)
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.setPen(self._theme.colour("text"))
            painter.drawText(line, left, name)
            painter.setPen(self._theme.colour("dim"))
            numbers = f"{self._counts[part]:,}  ·  {self._share(part):.3g} %"
            painter.drawText(line, right, numbers)
            if self._mixtures:
                place = QRectF(14, top + _TEXT + 1, self.width() - 14, _MIX)
                self._stack(painter, place, self._mixtures[part], kinds, 0.0)
        painter.end()

    def _stack(
        self,
        painter: QPainter,
        place: QRectF,
        counts: tuple[int, ...] | np.ndarray,
        colours: list[QColor],
        gap: float,
    ) -> None:
        """A bar of pieces, side by side."""
        total, left = max(1, int(sum(counts))), place.left()
        for count, colour in zip(counts, colours, strict=True):
            wide = place.width() * int(count) / total
            if count:
                piece = QRectF(left, place.top(), max(1.0, wide - gap), place.height())
                painter.fillRect(piece, colour)
            left += wide

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            part = int((event.pos().y() - _BAR - _GAP) // self._row())
            if 0 <= part < 3:
                QToolTip.showText(event.globalPos(), self._words(part), self)
                return True
        return super().event(event)
