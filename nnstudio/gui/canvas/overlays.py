"""What lies over and under the drawing: a hint at the pointer, the empty state, the strip."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from nnstudio.gui.forms.form import LATER, later_label
from nnstudio.gui.look.theme import Theme
from nnstudio.messages import sentence

#: The height of the strip below the drawing.
STRIP = 32


class Hint(QLabel):
    """A sentence beside the pointer, while a gesture is refused."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("canvas_hint")
        self.setWordWrap(True)
        self.setMaximumWidth(320)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme = theme
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def say(self, words: str, at: QPoint, within: QRect) -> None:
        """Show ``words`` near ``at``, inside the box ``within``; nothing for no words."""
        if not words:
            self.hide()
            return
        if words != self.text() or not self.isVisible():
            self.setText(words)
            natural = self.fontMetrics().horizontalAdvance(words) + 24
            width = min(natural, 320, within.width() - 16)
            self.resize(width, self.heightForWidth(width))
        corner = at + QPoint(16, 16)
        corner.setX(max(within.left() + 8, min(corner.x(), within.right() - self.width() - 8)))
        if corner.y() + self.height() > within.bottom() - 8:
            corner.setY(at.y() - self.height() - 12)
        self.move(corner)
        self.show()
        self.raise_()

    def _dress(self) -> None:
        c = self._theme.colours
        self.setStyleSheet(
            f"#canvas_hint {{ background: {c.panel}; color: {c.text}; font-size: 12px;"
            f" border: 1px solid {c.error}; border-radius: 6px; padding: 6px 8px; }}"
        )


class EmptyCanvas(QWidget):
    """What an empty canvas says and offers.

    Signals:
        start: the smallest network for the data is wanted.
        browse: the templates are to be seen.
    """

    start = Signal()
    browse = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("canvas_empty")
        self._theme = theme
        self._offer = ""
        self._title = QLabel("Your network goes here")
        self._words = QLabel("Drag layers here, or double-click anywhere to search for one.")
        self._words.setWordWrap(True)
        self.button = QPushButton()
        self.button.setObjectName("canvas_start")
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self.start)
        self.templates = QPushButton("Choose a template…")
        self.templates.setObjectName("canvas_templates")
        self.templates.clicked.connect(self.browse)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        for label in (self._title, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(8)
        for button in (self.button, self.templates):
            column.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)
        theme.changed.connect(self._dress)
        self._dress()

    def offer(self, layers: tuple[str, ...]) -> None:
        """Offer to start with these layers."""
        self._offer = "Start with " + " → ".join(layers)
        self.button.setAccessibleName(f"Start with {', '.join(layers)}")
        self.button.setToolTip(self._offer)

    def suit(self, area: QRect) -> None:
        """Stand in the middle of ``area``; the button says less where there is little room."""
        self.button.setText(self._offer)
        if self.button.sizeHint().width() > area.width() - 48:
            self.button.setText("Start a network")
        self.setFixedWidth(min(area.width(), max(480, self.button.sizeHint().width() + 48)))
        self.adjustSize()
        self.move(area.center() - self.rect().center())

    def _dress(self) -> None:
        c = self._theme.colours
        self._title.setStyleSheet(f"color: {c.text}; font-size: 16px; font-weight: 600;")
        self._words.setStyleSheet(f"color: {c.dim}; font-size: 13px;")


class Strip(QWidget):
    """Below the drawing: how large the network is, and the zoom."""

    zoom_in = Signal()
    zoom_out = Signal()
    zoom_reset = Signal()
    fit = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("canvas_strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.status = QLabel()
        self.status.setObjectName("canvas_status")
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(self.status)
        self.later = later_label("canvas")
        self.later.setText(f"Edits: {LATER}")
        self.later.setToolTip(sentence("later_design"))
        row.addWidget(self.later)
        row.addStretch(1)
        for name, text, tip, signal in (
            ("canvas_zoom_out", "−", "Zoom out (Ctrl −)", self.zoom_out),
            ("canvas_zoom_reset", "1:1", "Zoom to 100 % (Ctrl 0)", self.zoom_reset),
            ("canvas_zoom_in", "+", "Zoom in (Ctrl +)", self.zoom_in),
            ("canvas_fit", "Fit", "Show the whole network (F)", self.fit),
        ):
            button = QToolButton()
            button.setObjectName(name)
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setAutoRaise(True)
            button.clicked.connect(signal)
            row.addWidget(button)
        theme.changed.connect(self._dress)
        self._dress()

    def add(self, widget: QWidget) -> None:
        """Show ``widget`` between the words and the buttons."""
        self._row.insertWidget(3, widget)

    def say(self, words: str) -> None:
        """Show ``words`` at the left."""
        self.status.setText(words)

    def show_waiting(self, waits: bool) -> None:
        """Say that what is drawn trains only once the run is restarted."""
        self.later.setVisible(waits)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Where there is too little of it, what waits is more than how large the network is."""
        self.status.show()
        is_full = self._row.minimumSize().width() > self.width()
        self.status.setVisible(self.later.isHidden() or not is_full)
        self.later.setIndent(0 if self.status.isHidden() else 8)

    def _dress(self) -> None:
        c = self._theme.colours
        self.setStyleSheet(
            f"#canvas_strip {{ background: {c.canvas}; }}"
            f" #canvas_status {{ color: {c.dim}; font-size: 12px; background: transparent; }}"
        )


class FocusRing(QWidget):
    """A frame around the canvas while it has the keyboard."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(self._theme.colour("accent"), 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
