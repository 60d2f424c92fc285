"""Drawing pad, what the network sees of it, its bars and its answer, arranged for any room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from nnstudio.gui.look.number_text import tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.trying.class_bars import ClassBars
from nnstudio.gui.trying.drawing_pad import DrawingPad
from nnstudio.gui.trying.seen_picture import SeenPicture

_MARGIN, _GAP, _LINE, _BUTTON = 12, 12, 18, 24
#: The height of the answer's letters, where there is room.
_LETTER = 40
#: More makes a drawing no better; less can't be drawn on.
_LARGEST, _SMALLEST = 480, 64
#: The least width of the bars beside the answer, and their largest useful size.
_BARS, _BARS_MOST = 72, QSize(320, 240)
#: The height of picture and answer below the pad; and of all beside the pad with a title.
_BELOW, _TITLED = 172, 226
#: An arrangement this close to the one with the largest pad is as good.
_CLOSE = 0.85


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
        self.drawn = SeenPicture(theme, self)
        self.drawn.setObjectName("pad_drawn")
        self.drawn.setAccessibleName("What the network draws")
        self.drawn.setToolTip("The picture the network makes of what it sees")
        self.drawn.hide()
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
        large.setPixelSize(_LETTER)
        large.setBold(True)
        self._answer.setFont(large)
        self._sure.setFont(tabular(self._sure.font()))

    def _update_buttons(self) -> None:
        self.undo_button.setEnabled(self.pad.can_undo)
        self.clear_button.setEnabled(not self.pad.is_empty)

    # ------------------------------------------------------------------ what it shows

    def ask_for(self, what: str, hint: str) -> None:
        """Say what is to be drawn: a digit, a sign."""
        self._title.setText(f"Draw a {what}")
        self.pad.set_hint(hint)

    def show_picture(self, picture: np.ndarray, white: float) -> None:
        """What the network receives, (height, width)."""
        self.seen.set_picture(picture, white)

    def show_answer(self, values: Sequence[float], name: str, caption: str, sure: str) -> None:
        """The network's answer: one bar per class, the name of the best, and how sure it is."""
        before = self._caption.text()
        self._answers_by_picture(False)
        self.bars.set_values(values)
        self._caption.setText(caption)
        self._answer.setText(name)
        self._answer.setAccessibleName(f"{caption} {name}")
        self._sure.setText(sure)
        if caption != before:
            self._arrange()  # the answer stands right behind it
        else:
            self._place_name(self._answer.geometry())

    def show_drawn(self, picture: np.ndarray, white: float, took: str) -> None:
        """The network's answer is a picture (height, width): it takes the place of the bars."""
        is_first = not self.drawn.isVisibleTo(self)
        self._answers_by_picture(True)
        self.drawn.set_picture(picture, white)
        self._caption.setText("Drawn again")
        self._answer.clear()
        self._sure.setText(took)
        if is_first:
            self._arrange()  # the caption has room for its words only

    def _answers_by_picture(self, does: bool) -> None:
        self.drawn.setVisible(does)
        self.bars.setVisible(not does)

    def show_nothing(self) -> None:
        """No answer: nothing is drawn, or nobody is there to read it."""
        self.bars.set_values(None)
        for label in (self._caption, self._answer, self._sure):
            label.clear()

    # ------------------------------------------------------------------ places

    def minimumSizeHint(self) -> QSize:
        return QSize(264, 190)

    def sizeHint(self) -> QSize:
        return QSize(420, 260)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Use the arrangement that leaves most room to draw; the calmest one if it is close."""
        column = self._column_width()
        width = self.width() - 2 * _MARGIN
        height = self.height() - 2 * _MARGIN - _BUTTON
        wide = min(height, width - column - _BARS - 2 * _GAP, _LARGEST)
        stacked = min(height, width - column - _GAP, _LARGEST)
        tall = min(height - _BELOW - _GAP, width, _LARGEST)
        best = max(wide, stacked, tall)
        if wide >= _CLOSE * best:
            side, arrange = wide, self._arrange_wide
        elif stacked >= tall:
            side, arrange = stacked, self._arrange_stacked
        else:
            side, arrange = tall, self._arrange_tall
        side = max(side, _SMALLEST)
        self.pad.setGeometry(_MARGIN, _MARGIN + _BUTTON, side, side)
        self._place_buttons(_MARGIN, side)
        bars = arrange(side, column)
        bars.setSize(bars.size().boundedTo(_BARS_MOST))
        self.bars.setGeometry(bars)
        side = min(bars.width(), bars.height())
        self.drawn.setGeometry(bars.left(), bars.top(), side, side)

    def _column_width(self) -> int:
        """Enough for the widest line about the picture, whatever the font."""
        widest = self._sure.fontMetrics().horizontalAdvance("100 % sure · 99.9 ms")
        return max(self._seen_title.sizeHint().width(), widest) + 4

    def _right_of(self, left: int) -> QRect:
        """The room between ``left`` and the right edge, from top to bottom."""
        return QRect(left, _MARGIN, self.width() - _MARGIN - left, self.height() - 2 * _MARGIN)

    def _arrange_wide(self, side: int, column: int) -> QRect:
        """Pad, answer and bars side by side; returns the room for the bars."""
        left = _MARGIN + side + _GAP
        room = self._right_of(left)
        room.setWidth(column)
        self._place_answer(room, large=True)
        return self._right_of(left + column + _GAP)

    def _arrange_stacked(self, side: int, column: int) -> QRect:
        """The bars below the answer, both beside the pad."""
        room = self._right_of(_MARGIN + side + _GAP)
        room.adjust(0, self._place_answer(room, large=False) + 4, 0, 0)
        return room

    def _arrange_tall(self, side: int, column: int) -> QRect:
        """Answer and bars below the pad."""
        top = _MARGIN + _BUTTON + side + _GAP
        height = self.height() - _MARGIN - top
        self._place_answer(QRect(_MARGIN, top, column, height), large=True)
        left = _MARGIN + column + _GAP
        return QRect(left, top, self.width() - _MARGIN - left, height)

    def _place_name(self, room: QRect) -> None:
        """The name of the class, smaller where a long one would be cut off."""
        font = self._answer.font()
        font.setPixelSize(_LETTER)
        wide = QFontMetrics(font).horizontalAdvance(self._answer.text())
        if wide > room.width() > 0:
            font.setPixelSize(max(12, _LETTER * room.width() // wide - 1))
        if font != self._answer.font():
            self._answer.setFont(font)
        self._answer.setGeometry(room)

    def _place_buttons(self, left: int, side: int) -> None:
        right = left + side
        for button in (self.clear_button, self.undo_button):
            width = button.sizeHint().width()
            right -= width
            button.setGeometry(right, _MARGIN - 4, width, _BUTTON)
        title = self._title.sizeHint().width()
        self._title.setVisible(left + title <= right)
        self._title.setGeometry(left, _MARGIN - 4, title, _BUTTON)

    def _place_answer(self, room: QRect, *, large: bool) -> int:
        """Picture, answer and how sure it is, from the top of ``room``; returns the height used."""
        x, y, width = room.left(), room.top(), room.width()
        titled = large or room.height() >= _TITLED
        self._seen_title.setVisible(titled)
        if titled:
            self._seen_title.setGeometry(x, y, width, _LINE)
            y += _LINE + 4
        if large:
            seen = 112 if room.height() >= 220 and width >= 112 else 84
            if room.height() < _BELOW:
                seen = 56
            self.seen.setGeometry(x, y, seen, seen)
            y += seen + 4
            caption = max(self._caption.sizeHint().width(), 56)
            self._caption.setGeometry(x, y + 15, caption, _LINE)
            self._place_name(QRect(x + caption + 6, y, width - caption - 6, 44))
            y += 44
        else:
            self.seen.setGeometry(x, y, 56, 56)
            self._caption.setGeometry(x + 64, y - 2, width - 64, _LINE)
            self._place_name(QRect(x + 64, y + 16, width - 64, 42))
            y += 60
        self._sure.setGeometry(x, y, width, _LINE)
        return y + _LINE - room.top()
