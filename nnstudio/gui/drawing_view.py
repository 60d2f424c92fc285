"""Drawing pad, what the network sees of it, its bars and its answer, arranged for any room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from nnstudio.gui.class_bars import ClassBars
from nnstudio.gui.drawing_pad import DrawingPad
from nnstudio.gui.number_text import tabular
from nnstudio.gui.seen_picture import SeenPicture
from nnstudio.gui.theme import Theme

_MARGIN, _GAP, _LINE, _BUTTON = 12, 12, 18, 24
#: More makes a drawing no better; less can't be drawn on.
_LARGEST, _SMALLEST = 480, 64


class DrawingView(QWidget):
    """Everything around the pad. It shows what it is told; the panel asks the network."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pad = DrawingPad(theme, self)
        self.pad.set_hint("Draw a digit here")
        self.clear_button = self._button("pad_clear_button", "Clear", "Clear the pad (Esc)")
        self.undo_button = self._button("pad_undo_button", "Undo", "Undo the last stroke (Ctrl+Z)")
        self._title = self._label("pad_title", "Draw a digit")
        self._seen_title = self._label("pad_seen_title", "The network sees", "dim")
        self.seen = SeenPicture(theme, self)
        self.seen.setObjectName("pad_seen")
        self._caption = self._label("pad_caption", "", "dim")
        self._answer = self._label("pad_answer", "")
        self._sure = self._label("pad_sure", "", "dim")
        self.bars = ClassBars(theme, self)
        self.bars.setObjectName("pad_bars")
        self._style_answer()
        QWidget.setTabOrder(self.pad, self.undo_button)
        QWidget.setTabOrder(self.undo_button, self.clear_button)
        self.undo_button.clicked.connect(self.pad.undo)
        self.clear_button.clicked.connect(self.pad.clear)
        self.pad.changed.connect(self._update_buttons)
        self._update_buttons()

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setProperty("link", True)
        button.setAccessibleName(tip.split(" (")[0])
        button.setToolTip(tip)
        return button

    def _label(self, name: str, text: str, role: str = "") -> QLabel:
        label = QLabel(text, self)
        label.setObjectName(name)
        if role:
            label.setProperty("role", role)
        return label

    def _style_answer(self) -> None:
        bold = self._title.font()
        bold.setBold(True)
        self._title.setFont(bold)
        large = tabular(self.font())
        large.setPixelSize(40)
        large.setBold(True)
        self._answer.setFont(large)
        self._sure.setFont(tabular(self._sure.font()))

    def _update_buttons(self) -> None:
        self.undo_button.setEnabled(self.pad.can_undo)
        self.clear_button.setEnabled(not self.pad.is_empty)

    # ------------------------------------------------------------------ what it shows

    def show_picture(self, picture: np.ndarray, white: float) -> None:
        """What the network receives, (height, width)."""
        self.seen.set_picture(picture, white)

    def show_answer(self, values: Sequence[float], name: str, caption: str, sure: str) -> None:
        """The network's answer: one bar per class, the name of the best, and how sure it is."""
        self.bars.set_values(values)
        self._caption.setText(caption)
        self._answer.setText(name)
        self._answer.setAccessibleName(f"{caption} {name}")
        self._sure.setText(sure)

    def show_nothing(self) -> None:
        """No answer: nothing is drawn, or nobody is there to read it."""
        self.bars.set_values(None)
        for label in (self._caption, self._answer, self._sure):
            label.clear()

    # ------------------------------------------------------------------ places

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 176)

    def sizeHint(self) -> QSize:
        return QSize(420, 260)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Use the arrangement that leaves most room to draw; the calmest one if it is close."""
        width = self.width() - 2 * _MARGIN
        height = self.height() - 2 * _MARGIN - _BUTTON
        wide = min(height, width - 100 - 88 - 2 * _GAP)
        stacked = min(height, width - 104 - _GAP)
        tall = min(height - 164 - _GAP, width)
        side = min(max(wide, stacked, tall, _SMALLEST), _LARGEST)
        left, top = _MARGIN, _MARGIN + _BUTTON
        if min(wide, _LARGEST) >= 0.85 * side:
            side = max(min(wide, _LARGEST), _SMALLEST)
            middle = left + side + _GAP
            self._place_answer(QRect(middle, _MARGIN, 100, height + _BUTTON), roomy=True)
            bars = QRect(middle + 100 + _GAP, _MARGIN, 0, height + _BUTTON)
            bars.setRight(self.width() - _MARGIN)
        elif stacked >= tall:
            side = max(min(stacked, _LARGEST), _SMALLEST)
            column = QRect(left + side + _GAP, _MARGIN, 0, height + _BUTTON)
            column.setRight(self.width() - _MARGIN)
            used = self._place_answer(column, roomy=False)
            bars = column.adjusted(0, used + 4, 0, 0)
        else:
            below = top + side + _GAP
            room = self.height() - _MARGIN - below
            self._place_answer(QRect(left, below, 100, room), roomy=True)
            bars = QRect(left + 100 + 2 * _GAP, below, width - 100 - 2 * _GAP, room)
        bars.setWidth(min(bars.width(), 280))
        bars.setHeight(min(bars.height(), 240))
        self.bars.setGeometry(bars)
        self.pad.setGeometry(left, top, side, side)
        self._place_buttons(left, side)

    def _place_buttons(self, left: int, side: int) -> None:
        right = left + side
        for button in (self.clear_button, self.undo_button):
            width = button.sizeHint().width()
            right -= width
            button.setGeometry(right, _MARGIN - 4, width, _BUTTON)
        title = self._title.sizeHint().width()
        self._title.setVisible(left + title <= right)
        self._title.setGeometry(left, _MARGIN - 4, title, _BUTTON)

    def _place_answer(self, room: QRect, *, roomy: bool) -> int:
        """Picture, answer and how sure it is, from the top of ``room``; returns the height used."""
        x, y, width = room.left(), room.top(), room.width()
        self._seen_title.setVisible(roomy)
        if roomy:
            self._seen_title.setGeometry(x, y, width, _LINE)
            y += _LINE + 4
            seen = 84 if room.height() >= 164 else 56
            self.seen.setGeometry(x, y, seen, seen)
            y += seen + 4
            self._caption.setGeometry(x, y + 12, 60, _LINE)
            self._answer.setGeometry(x + 62, y - 2, width - 62, 44)
            y += 40
        else:
            self.seen.setGeometry(x, y, 56, 56)
            self._caption.setGeometry(x + 64, y - 2, width - 64, _LINE)
            self._answer.setGeometry(x + 64, y + 14, width - 64, 44)
            y += 58
        self._sure.setGeometry(x, y, width + (_GAP if roomy else 0), _LINE)
        return y + _LINE - room.top()
