"""A field over a card's title, in which the node gets another name."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class NameField(QLineEdit):
    """Open over one card at a time; Enter or a click elsewhere keeps what was typed, Escape not.

    Signals:
        renamed: (node, name) the user has typed another name; empty for the layer's own.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("canvas_name")
        self.setAccessibleName("Name of the node")
        self.setPlaceholderText("The layer's own name")
        self._node = ""
        self._before = ""
        self.hide()

    def ask(self, node: str, name: str, box: QRect) -> None:
        """Open over ``box``, a part of the parent, for the name of ``node``."""
        self._node, self._before = node, name
        self.setText(name)
        self.setGeometry(box)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end(self, *, keeps: bool) -> None:
        node, self._node = self._node, ""
        if not node:
            return
        had_focus = self.hasFocus()
        self.hide()
        parent = self.parentWidget()
        if had_focus and parent is not None:
            parent.setFocus(Qt.FocusReason.OtherFocusReason)
        if keeps and self.text().strip() != self._before:
            self.renamed.emit(node, self.text().strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._end(keeps=True)
            case Qt.Key.Key_Escape:
                self._end(keeps=False)
            case _:
                super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keys typed here act here, whatever shortcut they are elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._end(keeps=True)
