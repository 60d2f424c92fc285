"""The confusion matrix as a map: a row for each true class, a column for each answer.

The number in a field counts examples. Its tint says which share of the row that is: blue on the
diagonal, where answers are right, orange beside it; small shares of mistakes are made visible by
the root.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import sized

#: The least and greatest side of a field; from the second on a row's share stands in it too.
_SMALL, _ROOMY, _LARGE = 13, 44, 80
#: Up to so many classes a field is as wide as its number.
_FEW = 16
#: The longest name beside and above the fields, and the room around them.
_NAME, _EDGE, _LINE = 88, 4, 14
#: Left of the word for the rows, where the other pages begin.
_MARGIN = 6
#: Between two names above the fields, and how much of a longer one is still worth writing.
_GAP, _LEGIBLE = 6, 24
_WAYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class ConfusionMap(QWidget):
    """The map; arrow keys go from field to field, a click or Enter chooses one.

    Signals:
        chosen: (true, said) the field whose examples are wanted.
    """

    chosen = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("evaluate_confusion")
        self.setAccessibleName("Confusion matrix")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = theme
        self.counts: Array = np.zeros((0, 0), int)
        self._names: tuple[str, ...] = ()
        self._widest: dict[str, int] = {}  # of these names, by the font they are measured in
        self.at = (-1, -1)
        self._hovered = (-1, -1)
        theme.changed.connect(self.update)

    def show_counts(self, counts: Array, names: tuple[str, ...]) -> None:
        """Show this matrix of classes with these names."""
        if names != self._names:
            self.at = self._hovered = (-1, -1)
            self._widest = {}
        self.counts, self._names = counts, names
        self.setMinimumSize(self._size_for(self._least()))
        self.update()

    def worst(self) -> tuple[int, int]:
        """The most frequent mistake; of none, the first field of the diagonal."""
        wrong = self.counts - np.diag(np.diag(self.counts))
        if not wrong.any():
            return 0, 0
        place = int(wrong.argmax())
        return place // len(wrong), place % len(wrong)

    def words(self, true: int, said: int) -> str:
        """What is said of one field."""
        count, total = int(self.counts[true, said]), int(self.counts[true].sum())
        share = f", {100 * count / total:.1f} %" if total else ""
        name = self._names[true]
        if true == said:
            return f"{count:,} of {total:,} “{name}” are recognised{share}"
        return f"{count:,} of {total:,} “{name}” are taken for “{self._names[said]}”{share}"

    # ------------------------------------------------------------------ layout

    def _left(self) -> int:
        return _MARGIN + min(_NAME, self._widest_name()) + 8 + _LINE

    def _widest_name(self) -> int:
        """Asked for at every field: there may be a thousand names, and a million fields."""
        font = self.font().key()
        if font not in self._widest:
            metrics = QFontMetrics(sized(self.font(), 11))
            widths = (metrics.horizontalAdvance(name) for name in self._names)
            self._widest = {font: max(widths, default=0)}
        return self._widest[font]

    def _least(self) -> QSize:
        """The smallest field: as wide as the largest number needs to be."""
        metrics = QFontMetrics(sized(self.font(), 11, bold=True))
        widest = metrics.horizontalAdvance(f"{int(self.counts.max(initial=0)):,}")
        return QSize(max(_SMALL, widest + 4) if len(self._names) <= _FEW else _SMALL, _SMALL)

    def _size_for(self, field: QSize) -> QSize:
        count = len(self._names)
        return QSize(
            self._left() + count * field.width() + _EDGE, 2 * _LINE + count * field.height() + _EDGE
        )

    def wide(self, height: int) -> int:
        """How wide it is with the fields that fit into ``height``."""
        side = min(_LARGE, (height - 2 * _LINE - _EDGE) // max(1, len(self._names)))
        return self._size_for(self._least().expandedTo(QSize(side, side))).width()

    def field(self) -> QSize:
        """The size of a field: a square if its number has room there."""
        count = max(1, len(self._names))
        across = (self.width() - self._left() - _EDGE) // count
        side = min(_LARGE, across, (self.height() - 2 * _LINE - _EDGE) // count)
        return self._least().expandedTo(QSize(side, side))

    def rect_of(self, true: int, said: int) -> QRect:
        """Where a field is."""
        field = self.field()
        left, top = self._left() + said * field.width(), 2 * _LINE + true * field.height()
        return QRect(QPoint(left, top), field)

    def field_at(self, point: QPoint) -> tuple[int, int]:
        """The field at a point; −1, −1: none."""
        field, count = self.field(), len(self._names)
        said = (point.x() - self._left()) // field.width()
        true = (point.y() - 2 * _LINE) // field.height()
        return (true, said) if 0 <= said < count and 0 <= true < count else (-1, -1)

    def sizeHint(self) -> QSize:
        return self._size_for(QSize(_ROOMY, _ROOMY))

    # ------------------------------------------------------------------ mouse and keyboard

    def go_to(self, true: int, said: int) -> None:
        """Give the keyboard to a field."""
        self.at = (true, said)
        self.setAccessibleDescription(self.words(true, said))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way, count = _WAYS.get(Qt.Key(event.key())), len(self._names)
        if way is not None and count:
            true, said = (max(0, self.at[k]) + way[k] for k in (0, 1))
            self.go_to(min(max(true, 0), count - 1), min(max(said, 0), count - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and count:
            self.chosen.emit(*self.at)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        field = self.field_at(event.position().toPoint())
        if field[0] >= 0:
            self.go_to(*field)
            self.chosen.emit(*field)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.field_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover((-1, -1))

    def _hover(self, field: tuple[int, int]) -> None:
        if field != self._hovered:
            self._hovered = field
            self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            field = self.field_at(event.pos())
            if field[0] >= 0:
                QToolTip.showText(event.globalPos(), self.words(*field), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._names:
            trues, saids = self._seen(event.rect())
            self._paint_names(painter, trues, saids)
            totals = np.maximum(self.counts.sum(axis=1), 1)
            for true in trues:
                for said in saids:
                    self._paint_field(painter, true, said, self.counts[true, said] / totals[true])
            self._paint_marks(painter)
        painter.end()

    def _seen(self, area: QRect) -> tuple[range, range]:
        """The rows and columns of which something lies in ``area``: few of a large map do."""
        field, count = self.field(), len(self._names)
        left, top = area.left() - self._left(), area.top() - 2 * _LINE
        first = max(0, top // field.height()), max(0, left // field.width())
        last = (top + area.height()) // field.height(), (left + area.width()) // field.width()
        rows, columns = (range(a, min(count, b + 1)) for a, b in zip(first, last, strict=True))
        return rows, columns

    def _every(self) -> int:
        """Of how many columns one has its name above: it needs room for more than its first letter.

        Longer names than four columns have room for are cut.
        """
        wide = self.field().width()
        needed = self._widest_name() + _GAP
        return 1 if wide >= min(needed, _LEGIBLE) else min(4, -(-needed // wide))

    def _paint_names(self, painter: QPainter, trues: range, saids: range) -> None:
        wide, high = self.field().width(), self.field().height()
        count, left = len(self._names), self._left()
        small = sized(self.font(), 11)
        bold = sized(self.font(), 11, bold=True)
        metrics = QFontMetrics(small)
        painter.setPen(self._theme.colour("dim"))
        painter.setFont(bold)
        whole = QRect(left, 0, count * wide, _LINE)
        painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, "answer")
        painter.save()
        painter.translate(_MARGIN, 2 * _LINE + count * high)
        painter.rotate(-90)
        painter.drawText(QRect(0, 0, count * high, _LINE), Qt.AlignmentFlag.AlignCenter, "truth")
        painter.restore()
        painter.setFont(small)
        for k in trues:
            marked = k in (self._hovered[0], self.at[0])
            painter.setPen(self._theme.colour("text" if marked else "dim"))
            before = _MARGIN + _LINE
            box = QRect(before, 2 * _LINE + k * high, left - before - 6, high)
            text = metrics.elidedText(self._names[k], Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        every = self._every()
        shown = [k for k in (self._hovered[1], self.at[1]) if k >= 0]
        room = every * wide - 2
        for k in range(max(0, saids.start - every), min(count, saids.stop + every)):
            marked = k in shown
            if not marked and (k % every or any(0 < abs(k - each) < every for each in shown)):
                continue
            painter.setPen(self._theme.colour("text" if marked else "dim"))
            box = QRect(left + k * wide + (wide - room) // 2, _LINE, room, _LINE)
            text = metrics.elidedText(self._names[k], Qt.TextElideMode.ElideRight, room)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_field(self, painter: QPainter, true: int, said: int, share: float) -> None:
        box = self.rect_of(true, said)
        inside = QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5)
        tint = self._theme.colour("positive" if true == said else "negative")
        tint.setAlphaF(0.62 * (share if true == said else min(1.0, sqrt(2 * share))))
        painter.fillRect(inside, self._theme.colour("window"))
        painter.fillRect(inside, tint)
        count = int(self.counts[true, said])
        if not count:
            return
        side = box.height()
        painter.setPen(self._theme.colour("text"))
        text = f"{count:,}"
        for pixels in (13, 12, 11, 10, 9):
            font = sized(self.font(), pixels, bold=true == said)
            fits = QFontMetrics(font).horizontalAdvance(text) <= box.width() - 2
            if pixels <= side * 0.72 and fits:
                break
        else:
            return  # hovering tells
        painter.setFont(font)
        if min(side, box.width()) < _ROOMY:
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            return
        above = box.adjusted(0, side // 2 - 18, 0, -side // 2)
        painter.drawText(above, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, text)
        painter.setFont(sized(self.font(), 11))
        below = box.adjusted(0, side // 2, 0, 0)
        top = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(below, top, f"{100 * share:.{0 if share > 0.0995 else 1}f} %")

    def _paint_marks(self, painter: QPainter) -> None:
        if self._hovered[0] >= 0:
            painter.setPen(QPen(self._theme.colour("dim"), 1))
            painter.drawRect(self.rect_of(*self._hovered).adjusted(0, 0, -1, -1))
        if self.at[0] >= 0:
            painter.setPen(QPen(self._theme.colour("accent" if self.hasFocus() else "text"), 2))
            painter.drawRect(self.rect_of(*self.at).adjusted(0, 0, -1, -1))
