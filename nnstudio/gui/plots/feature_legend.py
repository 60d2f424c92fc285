"""What the marks of examples mean: a class each, or a scale of numbers."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.class_marks import paint_mark
from nnstudio.gui.plots.plotting import LABEL_SIZE, sized
from nnstudio.gui.plots.shown_examples import Colouring


class FeatureLegend(QWidget):
    """Each class's mark with its name, as many as there is room for; or the scale of targets."""

    _STEP, _BAR, _SOME = 19, 64, 64

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("features_legend")
        self._theme = theme
        self._marks: list[tuple[str, str]] = []
        self._names: tuple[str, ...] = ()
        self._ends: tuple[str, str] | None = None
        self._shown: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, 20)

    def least_width(self) -> int:
        """In which a scale is whole, or there is room for some names."""
        metrics = QFontMetricsF(sized(self.font(), LABEL_SIZE))
        if self._ends is None:
            room = sum(metrics.horizontalAdvance(name) + self._STEP for name in self._names)
            return min(self._SOME, ceil(room))
        return ceil(sum(map(metrics.horizontalAdvance, self._ends))) + self._BAR + 16

    def show_colouring(self, colouring: Colouring) -> None:
        """Explain the marks of these examples."""
        now = (colouring.words, self._theme.colours)
        if now == self._shown:
            return
        self._shown = now
        self._marks = colouring.marks(self._theme.colours)
        self._names, self._ends = colouring.names, colouring.ends
        self.setAccessibleName(colouring.words)
        self.setToolTip(colouring.words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = sized(self.font(), LABEL_SIZE)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        if self._ends is not None:
            self._paint_scale(painter, metrics, *self._ends)
        else:
            self._paint_names(painter, metrics)

    def _paint_names(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        room = [metrics.horizontalAdvance(name) + self._STEP for name in self._names]
        count = len(room)
        while count and sum(room[:count]) + 36 * (count < len(room)) > self.width() + 10:
            count -= 1
        texts = list(self._names[:count])
        baseline = self.height() / 2 + (metrics.ascent() - metrics.descent()) / 2
        left = 4.0
        for text, mark, width in zip(texts, self._marks, room, strict=False):
            paint_mark(painter, mark, QPointF(left, self.height() / 2), self._theme.name)
            painter.setPen(self._theme.colour("dim"))
            painter.drawText(QPointF(left + 8, baseline), text)
            left += width
        if count < len(room):
            painter.setPen(self._theme.colour("dim"))
            painter.drawText(QPointF(left, baseline), f"+ {len(room) - count}")

    def _paint_scale(self, painter: QPainter, metrics: QFontMetricsF, low: str, high: str) -> None:
        baseline = self.height() / 2 + (metrics.ascent() - metrics.descent()) / 2
        left = metrics.horizontalAdvance(low) + 8
        bar = QRectF(left, self.height() / 2 - 4, self._BAR, 8)
        gradient = QLinearGradient(bar.left(), 0, bar.right(), 0)
        for place, (colour, _) in enumerate(self._marks):
            gradient.setColorAt(place / max(1, len(self._marks) - 1), QColor(colour))
        painter.fillRect(bar, gradient)
        painter.setPen(self._theme.colour("dim"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawText(QPointF(0, baseline), low)
        painter.drawText(QPointF(bar.right() + 8, baseline), high)
