"""A formula as a widget: typeset, in the theme's colours, its plain text for screen readers."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.mathematics.boxes import Box, Setter, lines_of_text, mathematics_font, stacked
from nnstudio.gui.mathematics.reading import NotAFormula, read

SIZE = 18.0
_MARGIN = 2.0
#: A formula that is too wide is drawn smaller, but not smaller than that.
_LEAST = 0.6


class FormulaView(QWidget):
    """Shows one formula; where its text is none, the text itself. Its menu copies the text."""

    def __init__(
        self, theme: Theme, *, size: float = SIZE, role: str = "text", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._size, self._role = theme, size, role
        self._text = ""
        self._box: Box | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        copy = QAction("Copy the formula", self)
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self._text))
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        theme.changed.connect(self.update)

    def text(self) -> str:
        """The formula as plain text."""
        return self._text

    def show_formula(self, text: str) -> None:
        """Show another formula; nothing hides the widget."""
        self.setVisible(bool(text))
        if text == self._text:
            return
        self._text = text
        self._box = _typeset(text, self._size, self)
        self.setAccessibleName("Formula")
        self.setAccessibleDescription(text)
        self.setToolTip(text)
        self.updateGeometry()
        self.update()

    @property
    def is_typeset(self) -> bool:
        """Whether the text could be read as a formula."""
        return self._box is not None

    # ------------------------------------------------------------------ size

    def sizeHint(self) -> QSize:
        box = self._box or self._as_text(360)
        return QSize(_whole(box.width + 2 * _MARGIN), _whole(box.height + 2 * _MARGIN))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height() if self._box is None else 16)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        box = self._fitting(width)
        return _whole(box.height * self._scale(box, width) + 2 * _MARGIN)

    def _fitting(self, width: int) -> Box:
        room = width - 2 * _MARGIN
        if self._box is not None and self._box.width * _LEAST <= room:
            return self._box
        return self._as_text(max(40.0, room))

    def _scale(self, box: Box, width: int) -> float:
        return min(1.0, (width - 2 * _MARGIN) / box.width) if box.width > 0 else 1.0

    def _as_text(self, width: float) -> Box:
        font = mathematics_font(self.font(), self._size)
        return lines_of_text(self._text, font, width)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        box = self._fitting(self.width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.colour(self._role))
        scale = max(0.05, self._scale(box, self.width()))
        painter.translate(_MARGIN, _MARGIN)
        painter.scale(scale, scale)
        box.paint(painter, 0, box.ascent)
        painter.end()


def _typeset(text: str, size: float, widget: QWidget) -> Box | None:
    try:
        lines = read(text)
    except NotAFormula:
        return None
    setter = Setter(mathematics_font(widget.font(), size))
    return stacked([setter.set(line) for line in lines], size * 0.3)


def _whole(length: float) -> int:
    return int(-(-length // 1))
