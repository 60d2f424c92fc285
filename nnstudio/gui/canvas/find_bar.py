"""Finding a node by its name, its layer or a setting, or a note by its words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from nnstudio.gui.canvas.gestures import Selection
from nnstudio.gui.look.theme import Theme
from nnstudio.project.project import Project

_WIDTH, _HEIGHT = 300, 40


def matches(project: Project, words: str) -> tuple[Selection, ...]:
    """The nodes whose name, layer or key setting contains every word; then such notes."""
    wanted = words.casefold().split()
    if not wanted:
        return ()

    def has_all(text: str) -> bool:
        return all(word in text.casefold() for word in wanted)

    nodes = (
        Selection((node.id,))
        for node in project.graph.nodes
        if has_all(f"{node.title} {type(node.layer).__name__} {node.layer.caption()}")
    )
    notes = (Selection(notes=(n.id,)) for n in project.layout.notes if has_all(n.text))
    return (*nodes, *notes)


class FindBar(QFrame):
    """A field with the number of matches, at the top of the canvas.

    Signals:
        found: (selection) this node or note is the one to look at now.
    """

    found = Signal(object)

    def __init__(self, theme: Theme, project: Callable[[], Project], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("find_bar")
        self._theme = theme
        self._project = project
        self._at = 0
        self._field = QLineEdit()
        self._field.setObjectName("find_field")
        self._field.setAccessibleName("Find a node or a note")
        self._field.setPlaceholderText("Find a node or a note")
        self._field.textChanged.connect(self._look)
        self._field.installEventFilter(self)
        self._count = QLabel()
        self._count.setObjectName("find_count")
        close = QToolButton()
        close.setObjectName("find_close")
        close.setAccessibleName("Close the search")
        close.setText("✕")
        close.setAutoRaise(True)
        close.clicked.connect(self.close_bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 6, 4)
        row.addWidget(self._field, 1)
        row.addWidget(self._count)
        row.addWidget(close)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def open_bar(self, within: QRect) -> None:
        """Open at the top right of ``within``."""
        width = min(_WIDTH, within.width() - 16)
        self.setGeometry(within.right() - width - 8, within.top() + 8, width, _HEIGHT)
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()
        self._look()

    def close_bar(self) -> None:
        """Close, and give the keyboard back."""
        self.hide()
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look(self) -> None:
        self._at = 0
        self._show()

    def step(self, by: int) -> None:
        """Go on to the next match, or back."""
        self._at += by
        self._show()

    def _show(self) -> None:
        found = matches(self._project(), self._field.text())
        if not found:
            self._count.setText("none" if self._field.text().strip() else "")
            return
        self._at %= len(found)
        self._count.setText(f"{self._at + 1} of {len(found)}")
        self.found.emit(found[self._at])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and the arrows go from match to match, Escape closes."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.step(-1 if back else 1)
            case Qt.Key.Key_Down:
                self.step(1)
            case Qt.Key.Key_Up:
                self.step(-1)
            case Qt.Key.Key_Escape:
                self.close_bar()
            case _:
                return False
        return True

    def _dress(self) -> None:
        c = self._theme.colours
        self.setStyleSheet(
            f"#find_bar {{ background: {c.panel}; border: 1px solid {c.line};"
            f" border-radius: 8px; }} #find_count {{ color: {c.dim}; }}"
        )
