"""A sentence about something that is wrong, with a sign, at the place of its cause."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from nnstudio.gui.look.icons import pixmap
from nnstudio.gui.look.theme import Theme

_SIZE = 18


class Notice(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        """``name`` is the object name of the label with the sentence."""
        super().__init__(parent)
        self._theme = theme
        self._severity = "error"
        self.setProperty("notice", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._sign = QLabel(self)
        self._sign.setFixedSize(_SIZE, _SIZE)
        self._text = QLabel(self)
        self._text.setObjectName(name)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        theme.changed.connect(self._dress)
        self.say("")

    def say(self, sentence: str, severity: str = "error") -> None:
        """Show ``sentence``; ``severity`` is ``error``, ``warning`` or ``info``."""
        self._severity = severity
        self._text.setText(sentence)
        self.setVisible(bool(sentence))
        if sentence:
            self._dress()

    def _dress(self) -> None:
        role = "dim" if self._severity == "info" else self._severity
        colour = getattr(self._theme.colours, role)
        self._sign.setPixmap(pixmap(self._severity, colour, _SIZE, self.devicePixelRatioF()))
