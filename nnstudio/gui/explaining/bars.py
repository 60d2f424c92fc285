"""Labelled bars for many numbers of both signs, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text, tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.weight_picture import robust_limit

_ROW, _BAR = 20, 8
#: The least width of a column, and how far columns are apart.
_COLUMN, _GAP = 184, 20
_MOST_NAME = 112

Order = Literal["", "value", "size"]


class SignedBars(QAbstractScrollArea):
    """A row for each number: its name, a bar from the middle, and the number.

    Signals:
        chosen: (number) its row was clicked, or Enter pressed on it.
        left: Escape was pressed.
    """

    chosen = Signal(int)
    left = Signal()

    def __init__(self, theme: Theme, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(120, 2 * _ROW)
        self.limit = 0.0
        self.order: tuple[int, ...] = ()
        self.current = -1
        self.values: Array = np.zeros(0)
        self.names: tuple[str, ...] = ()
        self._theme = theme
        self._what: object = None
        self._font = tabular(self.font())
        self._font.setPixelSize(11)
        self._name_width = 0.0
        theme.changed.connect(self.viewport().update)

    def show_values(
        self,
        what: object,
        names: Sequence[str],
        values: Array,
        *,
        order: Order = "",
        strong: int = -1,
    ) -> None:
        """Show these.

        Args:
            what: what they are the numbers of; for something else the scale is found anew.
            order: the greatest first, or the greatest in size; empty: as they are.
            strong: the one whose name is bold.
        """
        if what != self._what:
            self._what, self.limit = what, 0.0
            self.verticalScrollBar().setValue(0)
            self.current = -1
        self.values, self._strong = values, strong
        if tuple(names) != self.names:
            self.names = tuple(names)
            bold = QFont(self._font)
            bold.setBold(True)
            metrics = QFontMetricsF(bold)
            widest = max(map(metrics.horizontalAdvance, self.names), default=0.0) + 2
            self._name_width = min(widest, _MOST_NAME)
        most = np.nan_to_num(np.abs(values), posinf=0.0).max(initial=0.0)
        self.limit = robust_limit(np.array([most]), self.limit)
        keys = {"value": -values, "size": -np.abs(values)}
        places = np.argsort(keys[order], kind="stable") if order else np.arange(len(values))
        self.order = tuple(places.tolist())
        self._tell()
        self._plan()
        self.viewport().update()

    _strong = -1

    def _tell(self) -> None:
        """In words: the first few."""
        few = [f"{self.names[k]} {number_text(float(self.values[k]))}" for k in self.order[:12]]
        self.setAccessibleDescription(", ".join(few))

    # ------------------------------------------------------------------ layout

    def _columns(self) -> int:
        wide = max(_COLUMN, self._name_width + 90)
        return int(max(1, (self.viewport().width() + _GAP) // (wide + _GAP)))

    def _rows(self) -> int:
        """In each column; no more columns than are needed to see all."""
        room = max(1, self.viewport().height() // _ROW)
        needed = min(self._columns(), -(-len(self.order) // room) or 1)
        return -(-len(self.order) // needed)

    def _rows_and_columns(self) -> tuple[int, int]:
        rows = max(1, self._rows())
        return rows, max(1, -(-len(self.order) // rows))

    def _seen(self) -> Iterator[int]:
        """The rows of which something can be seen."""
        rows, columns = self._rows_and_columns()
        top = self.verticalScrollBar().value()
        first, last = top // _ROW, min(rows - 1, (top + self.viewport().height()) // _ROW)
        for column in range(columns):
            begin = column * rows
            yield from range(begin + first, min(begin + last + 1, len(self.order)))

    def row_rect(self, k: int) -> QRectF:
        """Where the ``k``-th row is."""
        rows, columns = self._rows_and_columns()
        column, row = divmod(k, rows)
        wide = (self.viewport().width() - (columns - 1) * _GAP) / columns
        wide = min(wide, 360.0)
        top = row * _ROW - self.verticalScrollBar().value()
        return QRectF(column * (wide + _GAP), top, wide, _ROW)

    def _plan(self) -> None:
        height, bar = self._rows() * _ROW, self.verticalScrollBar()
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(_ROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._plan()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(280, 160)

    # ------------------------------------------------------------------ mouse and keyboard

    def _go_to(self, k: int) -> None:
        """Give the keyboard to the ``k``-th row and bring it into sight."""
        self.current = k
        rect, bar = self.row_rect(k), self.verticalScrollBar()
        if rect.top() < 0:
            bar.setValue(bar.value() + round(rect.top()))
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + round(rect.bottom()) - self.viewport().height())
        number = self.order[k]
        words = f"{self.names[number]} {number_text(float(self.values[number]))}"
        self.setAccessibleDescription(words)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for k in self._seen():
            if self.row_rect(k).contains(event.position()):
                self._go_to(k)
                self.chosen.emit(self.order[k])
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, rows = Qt.Key, max(1, self._rows())
        steps = {keys.Key_Up: -1, keys.Key_Down: 1, keys.Key_Left: -rows, keys.Key_Right: rows}
        step = steps.get(keys(event.key()))
        if event.key() in (keys.Key_Return, keys.Key_Enter) and self.current >= 0:
            self.chosen.emit(self.order[self.current])
        elif event.key() == keys.Key_Escape:
            self.left.emit()
        elif step is None or not self.order:
            super().keyPressEvent(event)
        elif self.current < 0:
            self._go_to(0)
        elif 0 <= self.current + step < len(self.order):
            self._go_to(self.current + step)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self._font)
        widest = painter.fontMetrics().horizontalAdvance("−0.0000") + 4.0
        for k in self._seen():
            box = self.row_rect(k)
            self._paint_row(painter, box, self.order[k], widest)
            if k == self.current and self.hasFocus():
                painter.setPen(self._theme.colour("accent"))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _paint_row(self, painter: QPainter, box: QRectF, number: int, room: float) -> None:
        value = float(self.values[number])
        middle = Qt.AlignmentFlag.AlignVCenter
        strong = number == self._strong
        font = QFont(self._font)
        font.setBold(strong)
        painter.setFont(font)
        painter.setPen(self._theme.colour("text" if strong else "dim"))
        label = QRectF(box.left(), box.top(), self._name_width, box.height())
        name = painter.fontMetrics().elidedText(
            self.names[number], Qt.TextElideMode.ElideRight, int(self._name_width)
        )
        painter.drawText(label, middle | Qt.AlignmentFlag.AlignRight, name)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, number_text(value))
        track = QRectF(label.right() + 8, box.center().y() - _BAR / 2, 0, _BAR)
        track.setRight(max(box.right() - room - 4, track.left() + 16))
        painter.fillRect(track, self._theme.colour("canvas"))
        zero = track.left() if self._all_one_sign() else track.center().x()
        reach = track.right() - zero
        long = reach * min(abs(value) / (self.limit or 1.0), 1.0) if np.isfinite(value) else 0.0
        bar = QRectF(zero if value >= 0 else zero - long, track.top(), long, track.height())
        painter.fillRect(bar, self._theme.colour("positive" if value >= 0 else "negative"))
        if zero > track.left():
            line = QRectF(zero - 0.5, track.top() - 2, 1, track.height() + 4)
            painter.fillRect(line, self._theme.colour("dim"))

    def _all_one_sign(self) -> bool:
        return bool((self.values >= 0).all())

    def words_at(self, place: QPoint) -> str:
        """Name and number of the row under ``place``, in full."""
        for k in self._seen():
            if self.row_rect(k).contains(place):
                number = self.order[k]
                return f"{self.names[number]}: {float(self.values[number]):.6g}"
        return ""

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.words_at(event.pos()), self)
            return True
        return super().viewportEvent(event)
