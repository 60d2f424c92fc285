"""A group as it is painted: one card when collapsed, else a frame behind its cards."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication, QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.gui.canvas.folding import FRAME_GAP, FRAME_TITLE
from nnstudio.gui.canvas.gestures import Fold, Port, Whole
from nnstudio.gui.canvas.group_faces import GroupFace
from nnstudio.gui.canvas.measures import WIDTH, Box, port_offset
from nnstudio.gui.canvas.node_item import DETAIL_FROM, NodeItem, card_font
from nnstudio.gui.look.theme import Theme
from nnstudio.project.layout import Group

_FOLD = 20.0
_RADIUS = 12.0
#: How far the sheets behind a collapsed group's card stand out.
_SHEET = 4.0


class GroupCard(NodeItem):
    """Paints a :class:`GroupFace`: a card that stands for several."""

    face: GroupFace

    def __init__(self, key: str, face: GroupFace, theme: Theme) -> None:
        super().__init__(key, face, theme)
        self.shows_button = True

    @property
    def members(self) -> tuple[str, ...]:
        return self.face.nodes

    def body(self, at: QPointF) -> Whole | Fold:
        """What is at ``at``, in the card's coordinates: its button, or the card."""
        kind = Fold if _fold_box_of_card().contains(at) else Whole
        return kind(self.face.group, self.face.nodes)

    def ports(self) -> list[tuple[Port, QPointF]]:
        middle = self.card().height() / 2
        found = []
        for x, ports in ((0.0, self.face.entries), (float(WIDTH), self.face.exits)):
            for number, port in enumerate(ports):
                found.append((port, QPointF(x, middle + port_offset(number, len(ports)))))
        return found

    def port_at(self, port: Port) -> QPointF:
        """Where a port of one of the nodes is; one within the group: in the middle of its side."""
        middle = QPointF(WIDTH if port.kind == "output" else 0.0, self.card().height() / 2)
        return next((place for own, place in self.ports() if own == port), middle)

    def _paint_card(self, painter: QPainter) -> None:
        colour = self._theme.colour
        card = self.card()
        painter.setPen(QPen(colour("accent" if self.is_selected else "line"), 1))
        painter.setBrush(colour("panel"))
        for step in (2 * _SHEET, _SHEET):
            sheet = card.adjusted(step, card.height() / 2, -step, step)
            painter.drawRoundedRect(sheet.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        super()._paint_card(painter)
        if self.shows_button:
            _paint_fold(painter, _fold_box_of_card(), colour("dim"), is_open=False)

    def _paint_bar(self, painter: QPainter) -> None:
        """A piece for each kind of layer within."""
        categories = self.face.categories
        bar = QRectF(2, 8, 4, self.card().height() - 16)
        path = QPainterPath()
        path.addRoundedRect(bar, 2, 2)
        painter.save()
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        tall = bar.height() / len(categories)
        for number, category in enumerate(categories):
            colour = QColor(self._theme.colours.category(category))
            painter.fillRect(QRectF(2, bar.top() + number * tall, 4, tall + 0.5), colour)
        painter.restore()

    def _picture_room(self) -> float:
        return _FOLD  # the button


class FrameItem(QGraphicsItem):
    """The frame of an expanded group, with its name and a button to collapse it."""

    def __init__(self, group: Group, theme: Theme) -> None:
        super().__init__()
        self.shown = group
        self.is_selected = False
        self.is_hovered = False
        self.letters_are_outlines = False
        self.shows_button = True
        self._theme = theme
        self.boxes: list[QRectF] = []
        self.setZValue(-1)

    def show_group(self, group: Group, boxes: Iterable[Box]) -> None:
        """Stand there for ``group``."""
        now = (group, [QRectF(*box) for box in boxes])
        if now != (self.shown, self.boxes):
            self.prepareGeometryChange()
            self.shown, self.boxes = now

    def is_outdated(self, group: Group, came: Iterable[Box]) -> bool:
        """Whether another group is shown, or one of these cards, which moved, may be in the way."""
        if group != self.shown or not self.boxes:
            return True
        if len(self.boxes) > 1:  # one that was in the way may be gone
            return any(True for _ in came)
        return any(self.boxes[0].intersects(QRectF(*box)) for box in came)

    def show_state(self, *, selected: bool | None = None, hovered: bool | None = None) -> None:
        """Show whether all its nodes are selected, or its title is under the pointer."""
        now = (
            self.is_selected if selected is None else selected,
            self.is_hovered if hovered is None else hovered,
        )
        if now != (self.is_selected, self.is_hovered):
            self.is_selected, self.is_hovered = now
            self.update()

    def target(self, at: QPointF) -> Whole | Fold | None:
        """What is at ``at``: the button, the title, or nothing."""
        for box in self.boxes:
            if _fold_box(box).contains(at):
                return Fold(self.shown.id, self.shown.nodes)
            if _title_box(box).contains(at):
                return Whole(self.shown.id, self.shown.nodes)
        return None

    def title(self) -> QRectF:
        """Where the name stands, over the whole width; the first of several."""
        return _title_box(self.boxes[0])

    def boundingRect(self) -> QRectF:
        whole = QRectF()
        for box in self.boxes:
            whole = whole.united(box)
        return whole.adjusted(-2, -2, 2, 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        for box in self.boxes:
            self._paint_box(painter, box, zoom)

    def _paint_box(self, painter: QPainter, box: QRectF, zoom: float) -> None:
        colour = self._theme.colour
        lit = self.is_selected or self.is_hovered
        painter.setPen(QPen(colour("accent" if self.is_selected else "dim"), 1.5 if lit else 1))
        fill = colour("accent")
        fill.setAlpha(22)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
        if zoom < DETAIL_FROM:
            return
        if self.shows_button:
            _paint_fold(painter, _fold_box(box), colour("dim"), is_open=True)
        font = card_font(QApplication.font().family(), 12, True, False)
        room = _title_box(box).adjusted(28 if self.shows_button else 12, 0, -8, 0)
        words = QFontMetricsF(font).elidedText(
            self.shown.name, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.setFont(font)
        painter.setPen(colour("text"))
        if self.letters_are_outlines:
            path = QPainterPath()
            path.addText(QPointF(room.left(), room.center().y() + 4), font, words)
            painter.fillPath(path, colour("text"))
        else:
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


def _title_box(box: QRectF) -> QRectF:
    return QRectF(box.left(), box.top(), box.width(), FRAME_GAP + FRAME_TITLE)


def _fold_box(box: QRectF) -> QRectF:
    return QRectF(box.left() + 4, box.top() + 1, _FOLD, _FOLD)


def _fold_box_of_card() -> QRectF:
    return QRectF(WIDTH - 8 - _FOLD, 8, _FOLD, _FOLD)


def _paint_fold(painter: QPainter, box: QRectF, colour: QColor, *, is_open: bool) -> None:
    """A small arrow: down while the group is open, to the right while it is one card."""
    x, y = box.center().x(), box.center().y()
    painter.setPen(QPen(colour, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    a, b = 4.0, 2.2
    if is_open:
        points = [QPointF(x - a, y - b), QPointF(x, y + b), QPointF(x + a, y - b)]
    else:
        points = [QPointF(x - b, y - a), QPointF(x + b, y), QPointF(x - b, y + a)]
    painter.drawPolyline(points)
