"""The legend of blue and orange: which colours stand for which numbers."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnstudio.gui.look.number_text import brief_text
from nnstudio.gui.look.theme import Theme


class SignLegend(QWidget):
    """What the colours mean: from the least to the greatest, through zero."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._theme = theme
        self._shown = (0.0, 0, False)
        self._ends = ("", "")
        self._left = 0
        self._font = QFont(self.font())
        self._font.setPixelSize(11)
        self.set_limit(1.0)
        theme.changed.connect(self.update)

    def set_limit(self, limit: float, width: int = 48, *, from_zero: bool = False) -> None:
        """The scale's ends, and how wide the bar between them is.

        Args:
            from_zero: there are no negative numbers.
        """
        if (limit, width, from_zero) == self._shown:
            return
        self._shown = (limit, width, from_zero)
        end = brief_text(limit, 3)
        self._ends = "0" if from_zero else f"−{end}", f"+{end}"
        through = "" if from_zero else " through 0"
        words = f"Colours from {self._ends[0]}{through} to {self._ends[1]}"
        self.setToolTip(words)
        self.setAccessibleName(words)
        metrics = QFontMetrics(self._font)
        self._left = max(map(metrics.horizontalAdvance, self._ends)) + 4
        self.setFixedSize(2 * self._left + width, 20)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font)
        bar = QRect(self._left, self.height() // 2 - 4, self._shown[1], 8)
        gradient = QLinearGradient(bar.left(), 0, bar.right(), 0)
        stops = [(0.0, "negative"), (0.5, "panel"), (1.0, "positive")]
        for place, role in [(0.0, "panel"), stops[2]] if self._shown[2] else stops:
            gradient.setColorAt(place, QColor(self._theme.colour(role)))
        painter.fillRect(bar, gradient)
        painter.setPen(self._theme.colour("line"))
        painter.drawRect(bar.adjusted(0, 0, -1, -1))
        painter.setPen(self._theme.colour("dim"))
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), centre | Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(self.rect(), centre | Qt.AlignmentFlag.AlignRight, self._ends[1])
