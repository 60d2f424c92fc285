"""One bar per class: how sure the network is of each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnstudio.gui.look.number_text import percent_text, tabular
from nnstudio.gui.look.theme import Theme

_ROW_MIN, _ROW_MAX = 12, 22
#: From this width on each bar says its value.
_ROOM_FOR_VALUES = 132


class ClassBars(QWidget):
    """Bars from 0 to 1 with their labels; the longest is bold and in the accent colour."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("How sure of each class")
        self._theme = theme
        self._classes: tuple[str, ...] = ()
        self._values: tuple[float, ...] = ()
        theme.changed.connect(self.update)

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, from top to bottom."""
        return self._classes

    @property
    def values(self) -> tuple[float, ...]:
        """The length of each bar; empty while there is nothing to show."""
        return self._values

    def set_classes(self, classes: Sequence[str]) -> None:
        """Other classes, without values yet."""
        if tuple(classes) != self._classes:
            self._classes = tuple(classes)
            self._values = ()
            self.updateGeometry()
            self.update()

    def set_values(self, values: Sequence[float] | None) -> None:
        """One value per class; ``None`` empties all bars."""
        new = () if values is None else tuple(min(max(float(v), 0.0), 1.0) for v in values)
        if new != self._values:
            self._values = new
            pairs = zip(self._classes, new, strict=False)
            self.setAccessibleDescription(", ".join(f"{name}: {v:.0%}" for name, v in pairs))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, max(1, len(self._classes)) * 18)

    def minimumSizeHint(self) -> QSize:
        return QSize(56, min(max(1, len(self._classes)), 3) * _ROW_MIN)

    def shown(self) -> tuple[int, ...]:
        """The classes that have a row: all, or the likeliest where there is too little room."""
        count = len(self._classes)
        room = max(1, self.height() // _ROW_MIN)
        if count <= room:
            return tuple(range(count))
        values = self._values or (0.0,) * count
        best = sorted(range(count), key=lambda i: -values[i])[:room]
        return tuple(sorted(best))

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown()
        if not shown:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not shown:
            return
        row = min(_ROW_MAX, self.height() / len(shown))
        plain = tabular(self.font())
        plain.setPixelSize(max(10, min(12, round(row - 3))))
        bold = QFont(plain)
        bold.setBold(True)
        room = QFontMetricsF(bold)
        labels = min(max(map(room.horizontalAdvance, self._classes)) + 1, self.width() * 0.5)
        say = self.width() - labels >= _ROOM_FOR_VALUES
        start = labels + 8
        end = self.width() - (room.horizontalAdvance("100 %") + 8 if say else 0.0)
        top = max(self._values, default=0.0)
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        for place, number in enumerate(shown):
            value = self._values[number] if number < len(self._values) else 0.0
            best = bool(self._values) and value == top and value > 0
            box = QRectF(0, place * row, self.width(), row)
            painter.setFont(bold if best else plain)
            painter.setPen(self._theme.colour("text" if best else "dim"))
            name = room.elidedText(self._classes[number], Qt.TextElideMode.ElideRight, labels)
            painter.drawText(QRectF(0, box.top(), labels, row), middle | right, name)
            if say and self._values:
                painter.drawText(box, middle | right, percent_text(value))
            height = min(10.0, row - 4)
            track = QRectF(start, box.center().y() - height / 2, end - start, height)
            self._paint_bar(painter, track, value, best)

    def _paint_bar(self, painter: QPainter, track: QRectF, value: float, best: bool) -> None:
        radius = min(3.0, track.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("canvas"))
        painter.drawRoundedRect(track, radius, radius)
        width = track.width() * value
        if width < 0.5:
            return
        bar = QRectF(track.topLeft(), track.bottomRight())
        bar.setWidth(max(width, 2.0))
        painter.setBrush(self._theme.colour("accent" if best else "dim"))
        painter.drawRoundedRect(bar, min(radius, bar.width() / 2), radius)
