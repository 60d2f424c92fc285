"""One entry of an ordered list: a line to drag, to unfold and to take out, and its settings."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.forms.form import SettingsForm
from nnstudio.gui.look.elided_label import ElidedLabel
from nnstudio.gui.look.icons import icon, pixmap
from nnstudio.gui.look.theme import Theme

_GRIP = 14


class EntryRow(QFrame):
    """Signals:

    asked_to_move: by so many places, from the keyboard.
    dragged, dropped: the mouse holds the line, at this place of the screen.
    removed: it shall go.
    edited: (name, value) of one of its settings.
    folded: whether its settings are seen now.
    """

    asked_to_move = Signal(int)
    dragged = Signal(QPoint)
    dropped = Signal(QPoint)
    removed = Signal()
    edited = Signal(str, object)
    folded = Signal(bool)

    def __init__(
        self, name: str, title: str, entry: object, theme: Theme, *, is_open: bool = False
    ) -> None:
        """``name`` is its object name, and what those of its fields begin with."""
        super().__init__()
        self.setObjectName(name)
        self.setProperty("entry", True)
        self._theme = theme
        self.line = EntryLine(name, title)
        self._remove = QToolButton()
        self._remove.setObjectName(f"{name}_remove")
        self._remove.setAccessibleName(f"Take out {title}")
        self._remove.setToolTip("Take out (Delete)")
        self._remove.setIconSize(QSize(14, 14))
        self._remove.setFixedSize(24, 24)
        self._form = SettingsForm(name, theme)
        self._form.show_settings(entry)
        self._form.setContentsMargins(10, 0, 8, 8)
        self._error = QLabel()
        self._error.setObjectName(f"{name}_error")
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        self._error.setContentsMargins(10, 0, 8, 8)
        self._error.hide()
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 4, 0)
        head.setSpacing(0)
        head.addWidget(self.line, 1)
        head.addWidget(self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._error)
        column.addWidget(self._form)
        self._is_open = is_open and not self._form.is_empty
        self._form.setVisible(self._is_open)
        self.line.clicked.connect(self._fold)
        self.line.asked_to_move.connect(self.asked_to_move)
        self.line.dragged.connect(self.dragged)
        self.line.dropped.connect(self.dropped)
        self.line.removed.connect(self.removed)
        self._remove.clicked.connect(self.removed)
        self._form.changed.connect(self.edited)
        theme.changed.connect(self._dress)
        self._dress()

    def show_entry(self, entry: object, note: str, error: str) -> None:
        """Show its settings as they are now, a few words on what it comes to, or what is wrong."""
        self._form.show_settings(entry)
        self.line.say(note)
        self._error.setText(error)
        self._error.setVisible(bool(error))
        self.line.setAccessibleDescription(error or note)

    def discard(self) -> None:
        """Forget what is typed and not taken, before the row goes."""
        self._form.discard()

    def _fold(self) -> None:
        if self._form.is_empty:
            return
        self._is_open = not self._is_open
        self._form.setVisible(self._is_open)
        self._dress()
        self.folded.emit(self._is_open)

    def _dress(self) -> None:
        self._remove.setIcon(icon("close", self._theme, "dim"))
        arrow = "" if self._form.is_empty else "chevron-up" if self._is_open else "chevron-down"
        self.line.dress(self._theme, arrow)


class EntryLine(QPushButton):
    """What is clicked, dragged and has the focus; Alt+Up and Alt+Down move, Delete takes out."""

    asked_to_move = Signal(int)
    dragged = Signal(QPoint)
    dropped = Signal(QPoint)
    removed = Signal()

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}_line")
        self.setAccessibleName(title)
        self.setToolTip("Click for its settings. Drag, or Alt+Up and Alt+Down: another place")
        self.setProperty("entry", True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._pressed = QPoint()
        self._is_dragged = False
        self._grip, self._arrow = QLabel(self), QLabel(self)
        self._title, self._note = ElidedLabel(title), ElidedLabel()
        self._title.setProperty("role", "entry")
        self._note.setProperty("role", "dim")
        self._note.setObjectName(f"{name}_note")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._note)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 2, 4)
        row.setSpacing(6)
        row.addWidget(self._grip)
        row.addLayout(words, 1)
        row.addWidget(self._arrow)
        for label in (self._grip, self._arrow, self._title, self._note):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return self._row.sizeHint()

    def say(self, note: str) -> None:
        """A few words beneath the title."""
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.updateGeometry()

    def dress(self, theme: Theme, arrow: str) -> None:
        """Draw grip and arrow in the theme's colours."""
        scale, colour = self.devicePixelRatioF(), theme.colours.dim
        self._grip.setPixmap(pixmap("grip", colour, _GRIP, scale))
        self._arrow.setVisible(bool(arrow))
        if arrow:
            self._arrow.setPixmap(pixmap(arrow, colour, _GRIP, scale))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), event.modifiers() == Qt.KeyboardModifier.AltModifier
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and alt:
            self.asked_to_move.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.globalPosition().toPoint()
        self._is_dragged = False
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        place = event.globalPosition().toPoint()
        far = (place - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if self._is_dragged or far:
            self._is_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._is_dragged:
            super().mouseReleaseEvent(event)
            return
        self._is_dragged = False
        self.setDown(False)
        self.unsetCursor()
        self.dropped.emit(event.globalPosition().toPoint())


def framed(*widgets: QWidget) -> QFrame:
    """A row that looks like an entry and can't be moved."""
    frame = QFrame()
    frame.setProperty("entry", True)
    column = QVBoxLayout(frame)
    column.setContentsMargins(11, 6, 9, 9)
    column.setSpacing(4)
    for widget in widgets:
        column.addWidget(widget)
    return frame
