"""One line at the top of the window that says what just happened, or why something didn't."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme

#: How long a message that asks for nothing stays, in milliseconds.
STAY = 8_000


class MessageBar(QWidget):
    """Shows one sentence with its severity: ok, warning or error. Errors stay until closed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._severity = "ok"
        self._icon = QLabel(self)
        self._icon.setObjectName("message_icon")
        self._text = QLabel(self)
        self._text.setObjectName("message_text")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton(self)
        self._close.setObjectName("message_close")
        self._close.setAccessibleName("Close message")
        self._close.setToolTip("Close")
        self._close.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.clear)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def say(self, sentence: str, severity: str) -> None:
        """Show ``sentence``; a later one replaces it."""
        self._severity = severity
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self._dress()
        self.show()
        self._timer.stop()
        if severity != "error":
            self._timer.start(STAY)

    def clear(self) -> None:
        """Hide the message."""
        self._timer.stop()
        self._text.clear()
        self.hide()

    def forget_news(self) -> None:
        """Hide what was said of something done: it is no longer so. Warnings and errors stay."""
        if self._severity == "ok":
            self.clear()

    @property
    def text(self) -> str:
        """The sentence that is shown; empty if none."""
        return self._text.text()

    def _dress(self) -> None:
        colours = self._theme.colours
        edge = getattr(colours, self._severity)
        self.setStyleSheet(
            f"#message_bar {{ background: {colours.panel}; border: none;"
            f" border-bottom: 1px solid {colours.line}; border-left: 4px solid {edge}; }}"
        )
        self._icon.setPixmap(icon(self._severity, self._theme, self._severity).pixmap(20, 20))
        self._close.setIcon(icon("close", self._theme, "dim"))
