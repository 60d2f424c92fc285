"""What all editors of one setting have in common, and the editor that is a line of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

#: How far a step goes with each key.
STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
}


#: What a field says that stands for several values.
SEVERAL = "Several values"


class Field(QWidget):
    """The base of all editors.

    Signals:
        edited: (value) the user has chosen a value; it may still be out of range.
        typed: (value) what stands there while it is being typed, to be judged but not taken.
        refused: (sentence) what is typed can't be read; empty when it can again.
    """

    edited = Signal(object)
    typed = Signal(object)
    refused = Signal(str)

    #: Whether the field needs the whole width, beneath its label.
    is_wide = False
    #: Where a button inside the field ends, from the right edge.
    inset = 4

    def __init__(self) -> None:
        super().__init__()
        self._inside: QToolButton | None = None

    def show_value(self, value: Any) -> None:
        """Show ``value`` without telling anybody, unless the user is typing another one."""
        raise NotImplementedError

    def show_several(self) -> None:
        """Show that what is edited has several values here; the next one chosen is for all."""

    def control(self) -> QWidget:
        """The widget that takes the focus, for its name and tooltip."""
        raise NotImplementedError

    def discard(self) -> None:
        """Forget what is typed and not taken."""

    def hold(self, button: QToolButton) -> None:
        """Keep a small button inside the field, at its right end."""
        button.setParent(self)
        self._inside = button

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._inside is not None:
            control, button = self.control().geometry(), self._inside
            top = control.top() + min((control.height() - button.height()) // 2, 6)
            button.move(control.right() - button.width() - self.inset, top)
            button.raise_()

    def _only(self, widget: QWidget) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(widget)
        narrow(widget)


def narrow(widget: QWidget) -> None:
    """Let ``widget`` be as narrow as its panel: what it could hold at most doesn't matter."""
    policy = widget.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
    widget.setSizePolicy(policy)
    widget.setMinimumWidth(56)


class _CalmWheel(QObject):
    """Lets the wheel scroll the panel instead of changing a field that has no focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_wheel = event.type() == QEvent.Type.Wheel
        if is_wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


_calm = _CalmWheel()


def calm(widget: QWidget) -> None:
    """The wheel over ``widget`` scrolls what is around it unless it has the focus."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_calm)


class TextField(Field):
    """Anything that is typed on one line: read by ``read``, written by ``write``.

    Enter takes the value, leaving the field too; a value that can't be stays in sight with its
    sentence until the field is left, which brings the last good one back, as Esc does.
    """

    def __init__(
        self,
        read: Callable[[str], Any],
        write: Callable[[Any], str],
        step: Callable[[Any, int], Any] | None = None,
    ) -> None:
        """``step(value, count)`` is the value after that many steps up or down."""
        super().__init__()
        self._read, self._write, self._step = read, write, step
        self._shown: Any = None
        self._are_several = False
        self._is_typing = False
        self._line = QLineEdit()
        self._line.textEdited.connect(self._text_edited)
        self._line.returnPressed.connect(self._take)
        self._line.installEventFilter(self)
        self._only(self._line)

    def show_value(self, value: Any) -> None:
        self._shown, self._are_several = value, False
        if not self._is_typing:
            self._line.setText(self._shown_text())

    def show_several(self) -> None:
        self._are_several = True
        self._line.setPlaceholderText(SEVERAL)
        if not self._is_typing:
            self._line.setText("")

    def _shown_text(self) -> str:
        return "" if self._are_several else self._write(self._shown)

    def control(self) -> QWidget:
        return self._line

    def discard(self) -> None:
        self._is_typing = False
        self._line.setText(self._shown_text())
        self.refused.emit("")

    def _text_edited(self, text: str) -> None:
        self._is_typing = True
        if self._are_several and not text:
            self.discard()
            return
        try:
            value = self._read(text)
        except ValueError as error:
            self.refused.emit(str(error))
        else:
            self.typed.emit(value)

    def _take(self) -> None:
        if not self._is_typing:
            return
        try:
            value = self._read(self._line.text())
        except ValueError as error:
            self.refused.emit(str(error))
            return
        if value == self._shown and not self._are_several:
            self.discard()
            return
        self._is_typing = False
        self.edited.emit(value)
        self._is_typing = (
            self._are_several or self._shown != value
        )  # it was refused: stays to be corrected

    def _take_step(self, count: int) -> None:
        if self._are_several and not self._is_typing:
            return  # there is nothing to step from
        try:
            value = self._read(self._line.text()) if self._is_typing else self._shown
        except ValueError:
            value = self._shown
        self._is_typing = False
        if self._step is not None:
            self.edited.emit(self._step(value, count))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow and page keys change a number, Esc and leaving take back what can't be."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if self._step and key in STEPS:
                self._take_step(STEPS[key])
                return True
            if key == Qt.Key.Key_Escape and self._is_typing:
                self.discard()
                return True
        elif isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            is_menu = event.reason() == Qt.FocusReason.PopupFocusReason
            if self._is_typing and not is_menu:
                self._take()
                self.discard()
        return False
