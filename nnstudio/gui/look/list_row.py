"""A row that can be chosen: a picture, a name and a sentence; used by the start page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from nnstudio.gui.look.theme import Theme

_PADDING, _GAP, _PICTURE, _LINE = 12, 12, 56, 17

Paint = Callable[[QPainter, QRectF], None]


class ListRow(QAbstractButton):
    """Clicked by mouse, Enter or Space; the arrow keys go to the rows beside it."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        sentence: str,
        paint: Paint | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setText(name)
        self.setAccessibleName(name)
        self.setAccessibleDescription(sentence)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._theme = theme
        self._sentence = sentence
        self._paint = paint
        self._hovered = False
        theme.changed.connect(self.update)

    # ------------------------------------------------------------------ size

    def sizeHint(self) -> QSize:
        return QSize(360, self.heightForWidth(360))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 40)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self._paint is None:
            return 2 * 8 + 20 + _LINE
        room = width - 2 * _PADDING - _PICTURE - _GAP
        words = QFontMetricsF(self._small()).boundingRect(
            QRectF(0, 0, room, 1000), Qt.TextFlag.TextWordWrap, self._sentence
        )
        return round(max(_PICTURE + 2 * _PADDING, 22 + words.height() + 2 * _PADDING))

    # ------------------------------------------------------------------ mouse and keyboard

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)  # Space, and the arrows to the rows beside it

    # ------------------------------------------------------------------ painting

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(14 if self._paint else 13)
        font.setWeight(QFont.Weight.DemiBold if self._paint else QFont.Weight.Normal)
        return font

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(12)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        quiet = self._paint is None and not self._hovered and not self.hasFocus()
        if not quiet:
            edge = "accent" if self._hovered or self.hasFocus() else "line"
            painter.setPen(QPen(self._theme.colour(edge), 2 if self.hasFocus() else 1))
            painter.setBrush(self._theme.colour("canvas" if self.isDown() else "panel"))
            painter.drawRoundedRect(box, 8, 8)
        left = float(_PADDING)
        if self._paint is not None:
            top = (self.height() - _PICTURE) / 2
            self._paint(painter, QRectF(left, top, _PICTURE, _PICTURE))
            left += _PICTURE + _GAP
        self._paint_words(painter, QRectF(left, 0, self.width() - left - _PADDING, self.height()))

    def _paint_words(self, painter: QPainter, room: QRectF) -> None:
        bold, small = self._bold(), self._small()
        words = QFontMetricsF(small)
        wrapped = words.boundingRect(room, Qt.TextFlag.TextWordWrap, self._sentence).height()
        height = wrapped if self._paint is not None else _LINE
        top = room.top() + (room.height() - 20 - height) / 2
        painter.setFont(bold)
        painter.setPen(self._theme.colour("text"))
        name = QFontMetricsF(bold).elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, room.width()
        )
        painter.drawText(
            QRectF(room.left(), top, room.width(), 20), Qt.AlignmentFlag.AlignVCenter, name
        )
        painter.setFont(small)
        painter.setPen(self._theme.colour("dim"))
        below = QRectF(room.left(), top + 20, room.width(), height + 1)
        if self._paint is not None:
            painter.drawText(below, Qt.TextFlag.TextWordWrap, self._sentence)
        else:
            line = words.elidedText(self._sentence, Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, line)
