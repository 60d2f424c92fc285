"""A card: one node as it is painted on the canvas."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.gui.canvas.bypassed_look import paint_bypassed
from nnstudio.gui.canvas.faces import Face
from nnstudio.gui.canvas.gestures import Body, Port, Target
from nnstudio.gui.canvas.heat_bar import HeatBar, paint_heat_bar
from nnstudio.gui.canvas.measures import WIDTH, height, input_place, output_place
from nnstudio.gui.look.problem_sign import paint_sign
from nnstudio.gui.look.theme import Theme, mono_font
from nnstudio.gui.plots.activation_picture import paint_curve

#: Below this zoom a card is a plain rectangle with its name.
DETAIL_FROM = 0.4
#: Below this zoom not even that.
NAMES_FROM = 0.12
#: The side of a card's little picture.
PICTURE = 36
_RADIUS = 8
_PORT, _PORT_LIT = 4.5, 6.5
_MARGIN = 12


@lru_cache(maxsize=8)
def card_font(family: str, pixels: int, bold: bool, fixed: bool) -> QFont:
    """The fonts of a card."""
    if fixed:
        font = mono_font(pixels)
    else:
        font = QFont(family)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


class NodeItem(QGraphicsItem):
    """Paints a :class:`Face`. The scene tells it what to show; it decides nothing."""

    def __init__(self, node: str, face: Face, theme: Theme) -> None:
        super().__init__()
        self.node = node
        self.face = face
        self.is_selected = False
        self.is_hovered = False
        self.thumbnail: QPixmap | None = None
        self.heat: HeatBar | None = None
        self.lit: frozenset[Port] = frozenset()
        self.hovered_port: Port | None = None
        self.refusing_port: Port | None = None
        self.letters_are_outlines = False
        self._theme = theme
        self.setZValue(1)

    # ------------------------------------------------------------------ what the scene sets

    def show_face(self, face: Face) -> None:
        """Show another face."""
        if face.slots != self.face.slots:
            self.prepareGeometryChange()
        self.face = face
        self.update()

    def show_state(self, *, selected: bool | None = None, hovered: bool | None = None) -> None:
        """Show whether it is selected or under the pointer."""
        if selected is not None and selected != self.is_selected:
            self.is_selected = selected
            self.setZValue(2 if selected else 1)
            self.update()
        if hovered is not None and hovered != self.is_hovered:
            self.is_hovered = hovered
            self.update()

    def show_ports(self, lit: frozenset[Port], hovered: Port | None, refusing: Port | None) -> None:
        """Mark ports at which a wire may end, the one under the pointer, and one that refuses."""
        now = (lit, hovered, refusing)
        if now != (self.lit, self.hovered_port, self.refusing_port):
            self.lit, self.hovered_port, self.refusing_port = now
            self.update()

    def show_thumbnail(self, pixmap: QPixmap | None) -> None:
        """Show this picture at the right; for ``None`` the layer's curve, for an empty one none."""
        had_room, self.thumbnail = self._picture_room(), pixmap
        if self._picture_room() == had_room:
            self.update(_picture_box())
        else:
            self.update()  # the words beside it have another room

    def show_heat(self, bar: HeatBar | None) -> None:
        """Show this bar at the bottom, or none."""
        if bar != self.heat:
            self.heat = bar
            self.update()

    # ------------------------------------------------------------------ where things are

    def card(self) -> QRectF:
        """The card without its ports and badge, in its own coordinates."""
        return QRectF(0, 0, WIDTH, height(self.face.slots))

    def ports(self) -> list[tuple[Port, QPointF]]:
        """Every port and where it is, in the card's coordinates."""
        slots = self.face.slots
        found = [
            (Port(self.node, "input", slot), QPointF(*input_place(slot, slots)))
            for slot in range(slots)
        ]
        return [*found, (Port(self.node, "output"), QPointF(*output_place(slots)))]

    def port_at(self, port: Port) -> QPointF:
        """Where ``port`` is, in the card's coordinates."""
        slots = self.face.slots
        is_output = port.kind == "output"
        return QPointF(*(output_place(slots) if is_output else input_place(port.slot, slots)))

    def body(self, at: QPointF) -> Target:
        """What the pointer takes hold of at ``at``, in the card's coordinates, away from ports."""
        return Body(self.node)

    @property
    def members(self) -> tuple[str, ...]:
        """The nodes that the card stands for."""
        return (self.node,)

    def badge(self) -> QRectF:
        """Where the sign of a problem is."""
        return QRectF(WIDTH - 13, -7, 18, 18)

    def boundingRect(self) -> QRectF:
        return self.card().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.card())
        return path

    # ------------------------------------------------------------------ painting

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        if zoom < DETAIL_FROM:
            self._paint_plain(painter, zoom)
            return
        self._paint_card(painter)
        self._paint_words(painter)
        if self.heat is not None:
            paint_heat_bar(painter, self.card(), self.heat, self._theme)
        if self.face.bypassed:
            pass
        elif self.thumbnail is not None:
            self._paint_thumbnail(painter, self.thumbnail)
        elif self.face.layer is not None:
            box = _picture_box().adjusted(2, 6, -2, -6)
            paint_curve(painter, box, self.face.layer, self._category())
        self._paint_ports(painter)
        if self.face.severity:
            self._paint_badge(painter)

    def _category(self) -> QColor:
        return QColor(self._theme.colours.category(self.face.category))

    def _paint_plain(self, painter: QPainter, zoom: float) -> None:
        colour = self._theme.colour
        card = self.card()
        painter.fillRect(card, colour("accent" if self.is_selected else "line"))
        edge = 3.0
        inside = "canvas" if self.face.bypassed else "panel"
        painter.fillRect(card.adjusted(edge, edge, -edge, -edge), colour(inside))
        bar = colour(self.face.severity) if self.face.severity else self._category()
        painter.fillRect(QRectF(0, 0, 12, card.height()), bar)
        if zoom < NAMES_FROM:
            return
        painter.setFont(card_font(QApplication.font().family(), 28, True, False))
        painter.setPen(colour("text"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(card.adjusted(24, 0, -4, 0), flags, self.face.title)

    def _paint_card(self, painter: QPainter) -> None:
        colour = self._theme.colour
        card = self.card()
        if self.is_selected:
            pen, inset = QPen(colour("accent"), 2), 1.0
        else:
            pen, inset = QPen(colour("dim" if self.is_hovered else "line"), 1), 0.5
        if self.face.bypassed:
            paint_bypassed(painter, card, self.face.slots, self._theme, pen)
            return
        painter.setPen(pen)
        painter.setBrush(colour("panel"))
        painter.drawRoundedRect(
            card.adjusted(inset, inset, -inset, -inset), _RADIUS - inset, _RADIUS - inset
        )
        self._paint_bar(painter)

    def _paint_bar(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._category())
        painter.drawRoundedRect(QRectF(2, 8, 4, self.card().height() - 16), 2, 2)

    def _paint_words(self, painter: QPainter) -> None:
        colour = self._theme.colour
        family = QApplication.font().family()
        face = self.face
        right = WIDTH - 12.0
        beside_picture = right - self._picture_room()
        bottom = self.card().height() - 24
        title = card_font(family, 13, True, False)
        if QFontMetricsF(title).horizontalAdvance(face.title) > beside_picture - 16:
            title = card_font(family, 12, True, False)  # the longest layer's name fits then
        small = card_font(family, 12, False, False)
        mono = card_font(family, 12, False, True)
        taken = 0.0
        at_right = face.parameters if self.heat is None else self.heat.words
        if at_right:
            taken = QFontMetricsF(small).horizontalAdvance(at_right) + 8
        lines = (
            (title, "dim" if face.bypassed else "text", 8.0, beside_picture, face.title),
            (small, "dim", 27.0, beside_picture, face.caption),
            (mono, "text", bottom, right - taken, "" if face.bypassed else face.shape),
        )
        for font, role, top, end, words in lines:
            room = end - 16
            painter.setFont(font)
            painter.setPen(colour(role))
            shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
            self._paint_line(painter, QRectF(16, top, room, 18), shown)
        if at_right:
            is_live = self.heat is not None and not self.heat.is_old
            painter.setFont(small)
            painter.setPen(colour("text" if is_live else "dim"))
            left = right - QFontMetricsF(small).horizontalAdvance(at_right)
            self._paint_line(painter, QRectF(left, bottom, right - left, 18), at_right)

    def _paint_line(self, painter: QPainter, box: QRectF, words: str) -> None:
        """One line from the left edge of ``box``, half-way up."""
        if not self.letters_are_outlines:
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
            return
        metrics = QFontMetricsF(painter.font())
        baseline = box.center().y() + (metrics.ascent() - metrics.descent()) / 2
        path = QPainterPath()
        path.addText(QPointF(box.left(), baseline), painter.font(), words)
        painter.fillPath(path, painter.pen().color())

    def _paint_thumbnail(self, painter: QPainter, pixmap: QPixmap) -> None:
        """In its own proportions at the right; few large pixels stay sharp squares."""
        if pixmap.isNull():
            return
        size = pixmap.size().scaled(PICTURE, PICTURE, Qt.AspectRatioMode.KeepAspectRatio)
        box = _picture_box()
        target = QRectF(box.right() - size.width(), box.top(), size.width(), size.height())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, pixmap.width() > PICTURE)
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
        painter.restore()

    def _picture_room(self) -> float:
        """How much of the card's width its picture takes."""
        if self.face.bypassed:
            return 0.0
        if self.thumbnail is not None:
            return 0.0 if self.thumbnail.isNull() else PICTURE + 4
        has_one = self.face.category in ("activation", "output")
        return PICTURE + 4 if has_one else 0.0

    def _paint_ports(self, painter: QPainter) -> None:
        colour = self._theme.colour
        for port, at in self.ports():
            fill, edge, radius = "panel", "dim", _PORT
            if port == self.refusing_port:
                fill, edge, radius = "panel", "error", _PORT_LIT
            elif port == self.hovered_port:
                fill, edge, radius = "accent", "accent", _PORT_LIT
            elif port in self.lit:
                fill, edge, radius = "panel", "accent", _PORT_LIT - 1
            painter.setPen(QPen(colour(edge), 1.5))
            painter.setBrush(colour(fill))
            painter.drawEllipse(at, radius, radius)
            if port == self.refusing_port:
                d = radius / 2.4
                painter.drawLine(at + QPointF(-d, -d), at + QPointF(d, d))
                painter.drawLine(at + QPointF(-d, d), at + QPointF(d, -d))

    def _paint_badge(self, painter: QPainter) -> None:
        colour = self._theme.colour
        painter.setPen(QPen(colour("canvas"), 2))
        severity = self.face.severity
        paint_sign(painter, self.badge(), severity, colour(severity), colour("panel"))


def _picture_box() -> QRectF:
    return QRectF(WIDTH - 10 - PICTURE, 8, PICTURE, PICTURE)
