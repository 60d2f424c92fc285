"""A part of a form that folds away behind a line with its title and a summary of what is set."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme

#: Between the title and the summary, at least.
_GAP = 12


class Section(QWidget):
    """Click its line, or press Space on it, to open and close it."""

    def __init__(self, name: str, title: str, theme: Theme, *, is_open: bool = False) -> None:
        """``name`` is the object name of the line that is clicked."""
        super().__init__()
        self._theme = theme
        self._summary = ""
        self._line = QPushButton(title)
        self._line.setObjectName(name)
        self._line.setProperty("fold", True)
        self._line.setCheckable(True)
        self._line.toggled.connect(self._fold)
        self._words = QLabel(self._line)
        self._words.setObjectName(f"{name}_summary")
        self._words.setProperty("role", "dim")
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self._line)
        row.setContentsMargins(0, 0, 4, 0)
        row.addStretch(1)
        row.addWidget(self._words)
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 2, 0, 8)
        self._column.setSpacing(6)
        self._content.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._line)
        column.addWidget(self._content)
        theme.changed.connect(self._dress)
        self._dress()
        self._line.setChecked(is_open)

    def unfold(self) -> None:
        """Open it."""
        self._line.setChecked(True)

    def add(self, widget: QWidget) -> None:
        """Put ``widget`` below what is there."""
        self._column.addWidget(widget)

    def show_summary(self, text: str) -> None:
        """Say in a few words, beside the title, what is set; cut short where there is no room."""
        self._summary = text
        self._line.setAccessibleDescription(text)
        self._line.setToolTip(text)
        self._fit()

    def _fold(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self._words.setVisible(not is_open)
        self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._line.ensurePolished()
        title = self._line.fontMetrics().horizontalAdvance(self._line.text())
        room = self.width() - title - self._line.iconSize().width() - 2 * _GAP
        self._words.ensurePolished()
        metrics = QFontMetrics(self._words.font())
        mode = Qt.TextElideMode.ElideRight
        self._words.setText(metrics.elidedText(self._summary, mode, max(0, room)))

    def _dress(self) -> None:
        arrow = "chevron-down" if self._line.isChecked() else "right"
        self._line.setIcon(icon(arrow, self._theme, "dim"))
