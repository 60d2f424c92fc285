"""The palette: every layer there is, found by a word, added by double-click, Enter or drag."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.block_menu import BlockMenu
from nnstudio.gui.layer_list import LayerList
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench


class PalettePanel(QWidget):
    """The layers by category.

    Signals:
        layer_chosen: (class name or key of a block) the user wants this layer in the network.
    """

    layer_chosen = Signal(str)

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette_panel")
        self._theme = theme
        self._search = _SearchField(theme)
        self._search.setObjectName("palette_search")
        self._search.setPlaceholderText("Search layers")
        self._search.setAccessibleName("Search layers")
        self._search.setToolTip("Search layers by name or by what they do (/)")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._search.installEventFilter(self)
        self._list = LayerList(theme, workbench.blocks)
        self._list.setObjectName("palette_list")
        self._list.setAccessibleName("Layers")
        self._list.chosen.connect(self.layer_chosen)
        self._block_menu = BlockMenu(workbench, self._list)
        self._none = QLabel()
        self._none.setObjectName("palette_none")
        self._none.setWordWrap(True)
        self._clear = QPushButton("Clear search")
        self._clear.setObjectName("palette_clear_search")
        self._clear.clicked.connect(self._clear_search)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self._search)
        column.addWidget(self._none)
        column.addWidget(self._clear, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._list, 1)
        column.addStretch(0)
        self._filter("")
        theme.changed.connect(self._list.viewport().update)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    @property
    def focused_layer(self) -> str:
        """The class name of the row that the keyboard is at; empty if it is elsewhere."""
        has_keyboard = self._list.hasFocus() or self._search.hasFocus()
        return self._list.current_layer if has_keyboard else ""

    def _clear_search(self) -> None:
        self._search.clear()
        self._search.setFocus()

    def _filter(self, words: str) -> None:
        count = self._list.show_matches(words)
        self._none.setVisible(not count)
        self._clear.setVisible(not count)
        self._none.setText(f"No layer matches “{words.strip()}”.")

    def eventFilter(self, watched: object, event: object) -> bool:
        """Arrows and Enter in the search field act on the list."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Down:
                self._list.step(1)
            case Qt.Key.Key_Up:
                self._list.step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._list.choose()
            case Qt.Key.Key_Escape if self._search.text():
                self._search.clear()
            case _:
                return False
        return True


class _SearchField(QLineEdit):
    """A field that shows which key leads to it, as long as it is empty."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.text() or self.hasFocus():
            return
        painter = QPainter(self)
        painter.setPen(self._theme.colour("dim"))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(0, 0, -12, 0), flags, "/")
