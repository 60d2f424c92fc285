"""What a panel shows while it has nothing to show: what would be here, and the way to get it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

#: Below this height there is no room to spare around the words.
_LOW = 136


class EmptyState(QWidget):
    """A sentence and, where one action fills the panel, its button.

    Signals:
        asked: the button was pressed.
    """

    asked = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._text = QLabel()
        self._text.setObjectName(f"{name}_text")
        self._text.setProperty("role", "dim")
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._button = QPushButton()
        self._button.setObjectName(f"{name}_button")
        self._button.clicked.connect(self.asked)
        column = self._column = QVBoxLayout(self)
        self._suit_to_size()
        column.addStretch()
        column.addWidget(self._text)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch()

    def say(self, text: str, action: str = "") -> None:
        """Show ``text``, and a button ``action`` unless that is empty."""
        if (text, action) != (self._text.text(), self._button.text()):
            self._text.setText(text)
            self._button.setText(action)
            self._button.setVisible(bool(action))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._suit_to_size()

    def _suit_to_size(self) -> None:
        """In a low panel the words need all the room there is."""
        low = self.height() < _LOW
        self._column.setContentsMargins(*((8, 4, 8, 4) if low else (24, 16, 24, 16)))
        self._column.setSpacing(4 if low else 12)

    def text(self) -> str:
        """The sentence that is shown."""
        return self._text.text()
