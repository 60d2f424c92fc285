"""One bar per class: how sure the network is of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnstudio.gui.look.number_text import percent_text, tabular
from nnstudio.gui.look.theme import Theme

_ROW_MIN, _ROW_MAX = 12, 22
#: From this width on each bar says its value.
_ROOM_FOR_VALUES = 132


@dataclass(frozen=True)
class _Lettering:
    """How labels are written.

    Attributes:
        labels, value: the width of all labels and of a value, in pixels.
        names: the labels, shortened where they have no room.
    """

    plain: QFont
    bold: QFont
    labels: float
    value: float
    names: tuple[str, ...]


def _lettering(font: QFont, row: float, width: int, classes: tuple[str, ...]) -> _Lettering:
    plain = tabular(font)
    plain.setPixelSize(max(10, min(12, round(row - 3))))
    bold = QFont(plain)
    bold.setBold(True)
    room = QFontMetricsF(bold)
    labels = min(max(map(room.horizontalAdvance, classes)) + 1, width * 0.5)
    right = Qt.TextElideMode.ElideRight
    names = tuple(room.elidedText(name, right, labels) for name in classes)
    return _Lettering(plain, bold, labels, room.horizontalAdvance("100 %"), names)


class ClassBars(QWidget):
    """Bars from 0 to 1 with their labels; the longest is bold and in the accent colour."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("How sure of each class")
        self._theme = theme
        self._classes: tuple[str, ...] = ()
        self._values: tuple[float, ...] = ()
        self._lettering: tuple[tuple[QFont, float, int, tuple[str, ...]], _Lettering] | None = None
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
        row = min(_ROW_MAX, self.height() / len(shown))
        lettering = self._lettering_for(row)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text, dim = self._theme.colour("text"), self._theme.colour("dim")
        width, start = self.width(), lettering.labels + 8
        say = width - lettering.labels >= _ROOM_FOR_VALUES
        end = width - (lettering.value + 8 if say else 0.0)
        top = max(self._values, default=0.0)
        middle_right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        height = min(10.0, row - 4)
        for place, number in enumerate(shown):
            value = self._values[number] if number < len(self._values) else 0.0
            best = bool(self._values) and value == top and value > 0
            painter.setFont(lettering.bold if best else lettering.plain)
            painter.setPen(text if best else dim)
            box = QRectF(0, place * row, lettering.labels, row)
            painter.drawText(box, middle_right, lettering.names[number])
            if say and self._values:
                box.setWidth(width)
                painter.drawText(box, middle_right, percent_text(value))
            track = QRectF(start, box.center().y() - height / 2, end - start, height)
            self._paint_bar(painter, track, value, best)

    def _lettering_for(self, row: float) -> _Lettering:
        """How labels are written in rows so high; measured once, as they are painted often."""
        key = (self.font(), row, self.width(), self._classes)
        if self._lettering is None or self._lettering[0] != key:
            self._lettering = key, _lettering(*key)
        return self._lettering[1]

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
