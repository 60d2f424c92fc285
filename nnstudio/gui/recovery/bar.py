"""The line at the top of the window that offers what was left behind by a crash."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme


class RecoveryBar(QWidget):
    """Words and answers.

    Signals:
        went_on: go on where it stopped.
        best_wanted: open its best epoch.
        discarded: it isn't needed any more.
        put_off: not now.
    """

    went_on = Signal()
    best_wanted = Signal()
    discarded = Signal()
    put_off = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recovery_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setObjectName("recovery_text")
        self._text.setWordWrap(True)
        self._go_on = self._button("recovery_go_on", "Go on", self.went_on)
        self._go_on.setProperty("primary", True)
        self._best = self._button("recovery_best", "Open the best", self.best_wanted)
        self._best.setToolTip("The weights of the epoch that did best on the validation part")
        self._discard = self._button("recovery_discard", "Discard", self.discarded)
        self._discard.setToolTip("Remove what was kept, for good")
        self._later = QToolButton(self)
        self._later.setObjectName("recovery_later")
        self._later.setAccessibleName("Not now")
        self._later.clicked.connect(self.put_off)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addSpacing(8)
        for button in (self._go_on, self._best, self._discard, self._later):
            row.addWidget(button)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def offer(self, words: str, go_on: str, *, has_best: bool, can_discard: bool = True) -> None:
        """Show ``words``; ``go_on`` is what the first answer is called, empty for none."""
        again = "Not now; it is offered again at the next start"
        self._later.setToolTip(again if can_discard else "Leave the network as it is")
        self._discard.setVisible(can_discard)
        self._text.setText(words)
        self.setAccessibleName(words)
        self._go_on.setText(go_on)
        self._go_on.setVisible(bool(go_on))
        self._best.setVisible(has_best)
        self.show()

    @property
    def text(self) -> str:
        """The words that are shown."""
        return self._text.text()

    def _button(self, name: str, text: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAutoDefault(True)  # Enter presses it
        button.clicked.connect(signal)
        return button

    def _dress(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"#recovery_bar {{ background: {colours.panel}; border: none;"
            f" border-bottom: 1px solid {colours.line}; border-left: 4px solid {colours.accent}; }}"
        )
        self._icon.setPixmap(icon("restart", self._theme, "accent").pixmap(20, 20))
        self._later.setIcon(icon("close", self._theme, "dim"))
