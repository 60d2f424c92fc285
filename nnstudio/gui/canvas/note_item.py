"""A note as it is painted on the canvas: paper behind the cards."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QTextDocument
from PySide6.QtWidgets import QApplication, QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.gui.canvas.node_item import card_font
from nnstudio.gui.look.theme import Theme
from nnstudio.project.layout import Note

_PADDING, _RADIUS, _CORNER = 10.0, 4.0, 14.0
#: Below this zoom the words are left out.
_WORDS_FROM = 0.3


class NoteItem(QGraphicsItem):
    """Paints a :class:`Note`."""

    def __init__(self, note: Note, theme: Theme) -> None:
        super().__init__()
        self.note = note
        self.is_selected = self.is_hovered = False
        self._theme = theme
        self._size = (note.width, note.height)
        self.setZValue(-2)
        self.setPos(note.x, note.y)

    def show_note(self, note: Note) -> None:
        """Show another text, place or size."""
        self.prepareGeometryChange()
        self.note = note
        self._size = (note.width, note.height)
        self.setPos(note.x, note.y)
        self.update()

    def show_size(self, size: tuple[float, float]) -> None:
        """Be this large while its corner is dragged."""
        self.prepareGeometryChange()
        self._size = size
        self.update()

    def show_state(self, *, selected: bool | None = None, hovered: bool | None = None) -> None:
        """Show whether it is selected, or under the pointer; ``None``: as it was."""
        before = self.is_selected, self.is_hovered
        self.is_selected = self.is_selected if selected is None else selected
        self.is_hovered = self.is_hovered if hovered is None else hovered
        if (self.is_selected, self.is_hovered) != before:
            self.update()

    def paper(self) -> QRectF:
        """Where it lies, in its own coordinates."""
        return QRectF(0, 0, *self._size)

    def corner(self) -> QRectF:
        """What is dragged to make it larger."""
        right, bottom = self._size
        return QRectF(right - _CORNER, bottom - _CORNER, _CORNER, _CORNER)

    def boundingRect(self) -> QRectF:
        return self.paper().adjusted(-2, -2, 2, 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        colour = self._theme.colour
        selected = self.is_selected
        edge = "accent" if selected else "dim" if self.is_hovered else "line"
        painter.setPen(QPen(colour(edge), 2 if selected else 1))
        painter.setBrush(colour("paper"))
        painter.drawRoundedRect(self.paper(), _RADIUS, _RADIUS)
        if option.levelOfDetailFromTransform(painter.worldTransform()) >= _WORDS_FROM:
            self._paint_words(painter)
        if selected:
            right, bottom = self._size
            painter.setPen(QPen(colour("dim"), 1.5))
            for away in (4.0, 8.0):
                painter.drawLine(
                    QPointF(right - away, bottom - 3), QPointF(right - 3, bottom - away)
                )

    def _paint_words(self, painter: QPainter) -> None:
        """As Markdown without HTML: bold, italics and lists, and nothing that loads anything."""
        document = QTextDocument()
        document.setDefaultFont(card_font(QApplication.font().family(), 12, False, False))
        document.setDocumentMargin(0)
        document.setIndentWidth(16)
        document.setMarkdown(
            without_pictures(self.note.text), QTextDocument.MarkdownFeature.MarkdownNoHTML
        )
        document.setTextWidth(self._size[0] - 2 * _PADDING)
        painter.save()
        painter.translate(_PADDING, _PADDING)
        painter.setClipRect(
            QRectF(0, 0, self._size[0] - 2 * _PADDING, self._size[1] - 2 * _PADDING)
        )
        context = document.documentLayout().PaintContext()
        context.palette.setColor(context.palette.ColorRole.Text, self._theme.colour("text"))
        context.palette.setColor(context.palette.ColorRole.Link, self._theme.colour("text"))
        document.documentLayout().draw(painter, context)
        painter.restore()


def without_pictures(text: str) -> str:
    """The text with line ends kept, and with no brackets that Markdown would take for a link."""
    plain = text.replace("[", "\\[").replace("<", "\\<")
    return plain.replace("\n", "  \n")
