"""The list of templates: a row for each, with its silhouette in the sizes that are chosen."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import QListWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from nnstudio.graph.model import Graph
from nnstudio.graph.templates import Template
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.pictures.silhouette import paint_silhouette
from nnstudio.messages import StudioError

#: Under which a row keeps the name of its template.
NAME = Qt.ItemDataRole.UserRole
WIDTH = 248
_ROW, _PICTURE = 48, 64


class Shown(Protocol):
    """What a row asks about its template."""

    def template_of(self, name: str) -> Template: ...

    def graph_of(self, template: Template) -> Graph: ...

    def misfit(self, template: Template) -> str: ...


class TemplateRows(QListWidget):
    """The list. On some desktops Qt calls a row activated as soon as it is clicked; this doesn't.

    Signals:
        taken: a row was double-clicked, or Enter pressed.
    """

    taken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.itemDoubleClicked.connect(lambda _: self.taken.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
        else:
            super().keyPressEvent(event)


class RowPainter(QStyledItemDelegate):
    """A row: the silhouette in this template's sizes, its name, and dimmed where no data fits."""

    def __init__(self, shown: Shown, theme: Theme, parent: QListWidget) -> None:
        super().__init__(parent)
        self._shown, self._theme = shown, theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(WIDTH - 16, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        template = self._shown.template_of(index.data(NAME))
        colour = self._theme.colour
        selected = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        box = QRectF(option.rect).adjusted(1, 1, -1, -1)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.setPen(colour("accent"))
            painter.setBrush(colour("panel"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        picture = QRectF(box.left() + 8, box.top() + 8, _PICTURE, box.height() - 16)
        with suppress(StudioError):  # in impossible sizes there is none; the note says why
            paint_silhouette(painter, picture, self._shown.graph_of(template), self._theme)
        font = QFont(option.font)  # type: ignore[attr-defined]
        font.setWeight(QFont.Weight.DemiBold if selected else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(colour("dim" if self._shown.misfit(template) else "text"))
        words = QRectF(
            picture.right() + 12, box.top(), box.right() - picture.right() - 16, _ROW - 2
        )
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(words, flags, template.title)
        painter.restore()
