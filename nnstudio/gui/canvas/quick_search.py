"""The quick search: a small window at the pointer in which a layer is found by a few letters."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from nnstudio.gui.blocks import Blocks
from nnstudio.gui.layer_list import LayerList
from nnstudio.gui.look.theme import Theme

_WIDTH, _HEIGHT = 260, 320
_NO_MATCH = "No layer that fits here matches."


class QuickSearch(QFrame):
    """A field and the layers that match; gone with Escape or a click elsewhere.

    Signals:
        chosen: (class name or key of a block) the user wants this.
        given_up: it was closed without a choice.
    """

    chosen = Signal(str)
    given_up = Signal()

    def __init__(self, theme: Theme, blocks: Blocks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("quick_search")
        self.setAccessibleName("Add a layer here")
        self._theme = theme
        self._among: Collection[str] | None = None
        self._field = QLineEdit()
        self._field.setObjectName("quick_search_field")
        self._field.setAccessibleName("Search layers")
        self._field.textChanged.connect(self._filter)
        self._field.installEventFilter(self)
        self._list = LayerList(theme, blocks)
        self._list.setObjectName("quick_search_list")
        self._list.setAccessibleName("Layers that fit here")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setDragEnabled(False)
        self._list.chosen.connect(self._choose)
        self._list.itemClicked.connect(lambda item: self._list.choose())
        self._none = QLabel(_NO_MATCH)
        self._none.setObjectName("quick_search_none")
        self._none.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for part in (self._field, self._none, self._list):
            column.addWidget(part)
        column.addStretch(0)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def ask(self, at: QPoint, among: Collection[str] | None, words: str) -> None:
        """Open near ``at``, a place in the parent.

        Args:
            among: the layers that fit here; ``None`` for all.
            words: what stands in the empty field.
        """
        self._among = among
        self._field.setPlaceholderText(words)
        self._field.clear()
        self._filter("")
        parent = self.parentWidget()
        assert parent is not None
        self.resize(min(_WIDTH, parent.width() - 16), min(_HEIGHT, parent.height() - 16))
        x = max(8, min(at.x() + 4, parent.width() - self.width() - 8))
        y = max(8, min(at.y() - 20, parent.height() - self.height() - 8))
        self.move(x, y)
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _filter(self, words: str) -> None:
        count = self._list.show_matches(words, self._among)
        meant = self._list.named_but_hidden(words)
        self._none.setText(f"{meant} does not fit here." if meant else _NO_MATCH)
        self._none.setVisible(bool(meant) or not count)
        if meant:  # nothing else is chosen by Enter in its place
            self._list.setCurrentItem(None)  # type: ignore[call-overload]
        elif count and self._list.currentItem() is None:
            self._list.step(1)

    def _choose(self, name: str) -> None:
        self._close()
        self.chosen.emit(name)

    def _close(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        self.hide()
        parent.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows, Enter and Escape in the field; and leaving it."""
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
            self.given_up.emit()
            return False
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Down:
                self._list.step(1)
            case Qt.Key.Key_Up:
                self._list.step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._list.choose()
            case Qt.Key.Key_Escape:
                self._close()
                self.given_up.emit()
            case _:
                return False
        return True

    def _dress(self) -> None:
        c = self._theme.colours
        self.setStyleSheet(
            f"#quick_search {{ background: {c.panel}; border: 1px solid {c.line};"
            f" border-radius: 8px; }} #quick_search_none {{ color: {c.dim}; padding: 4px; }}"
        )
