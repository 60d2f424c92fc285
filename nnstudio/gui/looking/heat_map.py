"""Correlations as a map: each pair of columns a field, the stronger the darker."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from nnstudio.data.facts.correlations import Correlations
from nnstudio.gui.look.contrast import ink_on
from nnstudio.gui.look.theme import Theme

#: Sides of a field; from the second on it has room for its number.
_SMALL, _ROOMY, _LARGE = 14, 34, 40
_NAME, _GAP = 128, 8


class HeatMap(QWidget):
    """The matrix with names at its left and above; arrow keys go from field to field."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("columns_correlations")
        self.setAccessibleName("Correlations of the columns")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._theme = theme
        self._known: Correlations | None = None
        self._at: tuple[int, int] | None = None
        theme.changed.connect(self.update)

    def show_correlations(self, known: Correlations | None) -> None:
        """Show this matrix."""
        self._known, self._at = known, None
        self._fit()

    def words(self, row: int, column: int) -> str:
        """What is said of one field."""
        known = self._known
        assert known is not None
        names = known.features[row].name, known.features[column].name
        value = f"{known.matrix[row, column]:.2f}".replace("-", "−")
        return f"{names[0]} and {names[1]}: {known.measure(row, column)} = {value}"

    # ------------------------------------------------------------------ layout

    def _count(self) -> int:
        return 0 if self._known is None else len(self._known.features)

    def _side(self) -> int:
        room = self.width() - self._names() - _GAP
        return min(max(room // max(1, self._count()), _SMALL), _LARGE)

    def _names(self) -> int:
        if self._known is None:
            return 0
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(f.name) for f in self._known.features)
        return min(_NAME, widest + 4)  # rounding may take some

    def _head(self) -> int:
        """The height of the names above, which stand upright."""
        return min(self._names(), 96) + _GAP

    def rect_of(self, row: int, column: int) -> QRect:
        """Where a field is."""
        side = self._side()
        left = self._names() + _GAP
        return QRect(left + column * side, self._head() + row * side, side - 1, side - 1)

    def _fit(self) -> None:
        self.setFixedHeight(self._head() + self._count() * self._side() + 4)
        self.update()

    def resizeEvent(self, event: QEvent) -> None:
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(320, self._head() + self._count() * self._side() + 4)

    # ------------------------------------------------------------------ mouse and keyboard

    def _field(self, point: QPoint) -> tuple[int, int] | None:
        first, side = self.rect_of(0, 0), self._side()
        row, column = (point.y() - first.top()) // side, (point.x() - first.left()) // side
        inside = 0 <= row < self._count() and 0 <= column < self._count()
        return (row, column) if inside else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._field(event.position().toPoint()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._count():
            super().keyPressEvent(event)
            return
        row, column = self._at or (-step[0], -step[1])
        last = self._count() - 1
        self._go_to((min(max(row + step[0], 0), last), min(max(column + step[1], 0), last)))

    def _go_to(self, field: tuple[int, int] | None) -> None:
        self._at = field
        self.setAccessibleDescription(self.words(*field) if field else "")
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            field = self._field(event.pos()) if self._count() else None
            if field is not None:
                QToolTip.showText(event.globalPos(), self.words(*field), self)
                return True
        return super().event(event)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        known = self._known
        if known is None:
            return
        painter = QPainter(self)
        side, names = self._side(), self._names()
        for k, feature in enumerate(known.features):
            self._paint_name(painter, k, feature.name, names)
        small = QFont(self.font())
        small.setPixelSize(11)
        painter.setFont(small)
        for row in range(self._count()):
            for column in range(self._count()):
                rect, value = self.rect_of(row, column), float(known.matrix[row, column])
                colour = self._colour(value)
                painter.fillRect(rect, colour)
                if side >= _ROOMY:
                    painter.setPen(ink_on(colour, self._theme))
                    text = f"{value:.2f}".replace("-", "−")
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        if self._at is not None:
            painter.setPen(QPen(self._theme.colour("text"), 2))
            painter.drawRect(self.rect_of(*self._at))
            painter.setPen(self._theme.colour("text"))
        painter.end()

    def _paint_name(self, painter: QPainter, k: int, name: str, room: int) -> None:
        painter.setPen(self._theme.colour("text"))
        elided = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        box = self.rect_of(k, 0)
        left = QRect(0, box.top(), room, box.height())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(left, right, elided)
        above = self.rect_of(0, k)
        painter.save()
        painter.translate(above.left(), self._head() - _GAP // 2)
        painter.rotate(-90)
        high = self._head() - _GAP
        elided = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, high)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(0, 0, high, above.width()), middle, elided)
        painter.restore()

    def _colour(self, value: float) -> QColor:
        """From the panel's colour to that of the sign."""
        end = self._theme.colour("positive" if value >= 0 else "negative")
        start, share = self._theme.colour("canvas"), min(abs(value), 1.0)
        mixed = [
            round(a + (b - a) * share)
            for a, b in zip(start.getRgb()[:3], end.getRgb()[:3], strict=True)  # type: ignore[index]
        ]
        return QColor(*mixed)
