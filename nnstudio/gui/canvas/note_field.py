"""A field over a note, in which its text is written."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from nnstudio.project.layout import Note


class NoteField(QPlainTextEdit):
    """Open over one note at a time; Escape or a click elsewhere keeps what was written.

    Signals:
        written: (note, text) the user has written this on the note, which may be new.
    """

    written = Signal(object, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("note_field")
        self.setAccessibleName("Text of the note")
        self.setPlaceholderText("Write a note")
        self.setTabChangesFocus(True)
        self._note: Note | None = None
        self.hide()

    def ask(self, note: Note, box: QRect) -> None:
        """Open over ``box``, a part of the parent, for the text of ``note``."""
        self._note = note
        self.setPlainText(note.text)
        self.setGeometry(box)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def end(self) -> None:
        """Keep what was written and go away."""
        note, self._note = self._note, None
        if note is None:
            return
        had_focus = self.hasFocus()
        self.hide()
        parent = self.parentWidget()
        if had_focus and parent is not None:
            parent.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.toPlainText().strip() != note.text:
            self.written.emit(note, self.toPlainText())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keys typed here act here, whatever shortcut they are elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (
            Qt.FocusReason.ActiveWindowFocusReason,
            Qt.FocusReason.PopupFocusReason,
        ):
            self.end()
