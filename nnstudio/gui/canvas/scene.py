"""The scene: what is on the canvas, what of it is under the pointer, and what the pointer does."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsRectItem

from nnstudio.gui.canvas.gestures import (
    Body,
    Corner,
    Fold,
    Paper,
    Port,
    Target,
    Whole,
    Wire,
)
from nnstudio.gui.canvas.guide_item import GuideItem
from nnstudio.gui.canvas.guides import Guide
from nnstudio.gui.canvas.items import Items
from nnstudio.gui.canvas.measures import Point
from nnstudio.gui.canvas.node_item import DETAIL_FROM, NodeItem
from nnstudio.gui.canvas.wire_item import DrawnWire, WireItem
from nnstudio.gui.look.theme import Theme

#: How near the pointer must be to a port or a wire, in pixels of the screen.
PORT_REACH, WIRE_REACH = 11.0, 6.0
_NO_PORTS: frozenset[Port] = frozenset()


class CanvasScene(Items):
    """Knows what is where, and marks what the pointer is about."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._lit: dict[str, frozenset[Port]] = {}
        self._hovered: Target = None
        self._end_port: Port | None = None
        self._drawn = DrawnWire(theme)
        self._drawn.hide()
        self.addItem(self._drawn)
        self._band = QGraphicsRectItem()
        self._band.setZValue(4)
        self._band.hide()
        self.addItem(self._band)
        self._guides = GuideItem(theme)
        self.addItem(self._guides)
        theme.changed.connect(self._dress)
        self._dress()

    # ------------------------------------------------------------------ what is under the pointer

    def target_at(self, at: QPointF, zoom: float) -> Target:
        """What the pointer would take hold of here: a port before a card before a wire."""
        reach = PORT_REACH / zoom
        around = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
        items = self.items(around, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        cards = [item for item in items if isinstance(item, NodeItem)]
        if zoom >= DETAIL_FROM and (port := _nearest_port(cards, at, reach)) is not None:
            return port
        for card in cards:
            if card.card().contains(card.mapFromScene(at)):
                return card.body(card.mapFromScene(at))
        reach = WIRE_REACH / zoom
        around = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
        for item in items:
            if not isinstance(item, WireItem) or item.edge not in self.wires:
                continue
            if item.shape().intersects(around):
                return Wire(item.edge)
        for frame in self.frames.values():
            if (target := frame.target(frame.mapFromScene(at))) is not None:
                return target
        return self._note_at(at)

    def group_title(self, group: str, nodes: tuple[str, ...]) -> QRectF:
        """Where the name of a group of these nodes stands: on its frame, or on its card."""
        if group in self.frames:
            return self.frames[group].mapRectToScene(self.frames[group].title())
        item = self.card_for(nodes[0])
        return item.mapRectToScene(item.card())

    def problem_at(self, at: QPointF) -> str:
        """The sentence of the problem whose card or badge is here; empty for none."""
        around = QRectF(at.x(), at.y(), 1, 1)
        for item in self.items(around, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
            if isinstance(item, NodeItem) and item.face.severity:
                here = item.mapFromScene(at)
                if item.badge().contains(here) or item.card().contains(here):
                    return item.face.problem
        return ""

    def badge_at(self, at: QPointF, zoom: float) -> tuple[str, ...]:
        """The nodes whose badge is here; none where cards are too small to have one."""
        if zoom < DETAIL_FROM:
            return ()
        around = QRectF(at.x(), at.y(), 1, 1)
        for item in self.items(around, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
            if not isinstance(item, NodeItem) or not item.face.severity:
                continue
            if item.badge().contains(item.mapFromScene(at)):
                return item.members
        return ()

    def nodes_in(self, box: QRectF) -> tuple[str, ...]:
        """The nodes whose cards ``box`` touches, in the order they were added."""
        touched = {
            item.node
            for item in self.items(box, Qt.ItemSelectionMode.IntersectsItemShape)
            if isinstance(item, NodeItem)
        }
        cards = (item for key, item in self.nodes.items() if key in touched)
        return tuple(node for item in cards for node in item.members)

    def _note_at(self, at: QPointF) -> Target:
        for id, item in reversed(self.notes.items()):
            here = item.mapFromScene(at)
            if item.is_selected and item.corner().contains(here):
                return Corner(id, (item.note.width, item.note.height))
            if item.paper().contains(here):
                return Paper(id)
        return None

    def notes_in(self, box: QRectF) -> tuple[str, ...]:
        """The notes that ``box`` touches."""
        return tuple(
            id
            for id, item in self.notes.items()
            if box.intersects(item.mapRectToScene(item.paper()))
        )

    # ------------------------------------------------------------------ what the pointer does

    def show_hover(self, target: Target) -> None:
        """Mark what is under the pointer, and nothing else."""
        if target == self._hovered:
            return
        old, self._hovered = self._hovered, target
        for before in (old, target):
            on = before is target
            match before:
                case Body(node) if node in self.nodes:
                    self.nodes[node].show_state(hovered=on)
                case Port(node) if self._card_of(node) in self.nodes:
                    self.card_for(node).show_state(hovered=on)
                    self.card_for(node).show_ports(_NO_PORTS, before if on else None, None)
                case Whole(group, (first, *_)) | Fold(group, (first, *_)):
                    if group in self.frames:
                        self.frames[group].show_state(hovered=on)
                    elif first in self._held:
                        self.card_for(first).show_state(hovered=on)
                case Wire(edge) if edge in self.wires:
                    self.wires[edge].show_state(hovered=on)
                case Paper(note) | Corner(note) if note in self.notes:
                    self.notes[note].show_state(hovered=on)

    def light_ports(self, ports: Iterable[Port]) -> None:
        """Mark every port at which a wire may end."""
        self._lit = {}
        for port in ports:
            card = self._card_of(port.node)
            self._lit[card] = self._lit.get(card, _NO_PORTS) | {port}
        for node, item in self.nodes.items():
            item.show_ports(self._lit.get(node, _NO_PORTS), None, None)

    def show_drawn_wire(
        self, start: QPointF, end: QPointF, port: Port | None, *, refused: bool
    ) -> None:
        """Show the wire in the user's hand, and the port it would end at or is refused by."""
        state = "refused" if refused else "fits" if port else "open"
        self._drawn.show_attempt((start.x(), start.y()), (end.x(), end.y()), state)
        self._drawn.show()
        for end_port in {self._end_port, port} - {None}:
            assert end_port is not None
            card = self._card_of(end_port.node)
            if item := self.nodes.get(card):
                own = port if port is not None and self._card_of(port.node) == card else None
                lit = self._lit.get(card, _NO_PORTS)
                item.show_ports(lit, None if refused else own, own if refused else None)
        self._end_port = port

    def hide_drawn_wire(self) -> None:
        """The wire is dropped or given up."""
        self._drawn.hide()
        self._end_port = None
        self.light_ports(())

    def show_guides(self, guides: tuple[Guide, ...]) -> None:
        """Show with what a dragged card is aligned."""
        self._guides.show_guides(guides)

    def show_band(self, box: QRectF | None) -> None:
        """Show the rubber band, or none."""
        self._band.setVisible(box is not None)
        if box is not None:
            self._band.setRect(box)

    def _dress(self) -> None:
        pen = QPen(self._theme.colour("accent"), 1)
        pen.setCosmetic(True)
        self._band.setPen(pen)
        fill = self._theme.colour("accent")
        fill.setAlpha(28)
        self._band.setBrush(fill)
        self.update()


def _nearest_port(cards: Iterable[NodeItem], at: QPointF, reach: float) -> Port | None:
    nearest, least = None, reach
    for card in cards:
        here = card.mapFromScene(at)
        for port, place in card.ports():
            away = here - place
            distance = (away.x() ** 2 + away.y() ** 2) ** 0.5
            if distance <= least:
                nearest, least = port, distance
    return nearest


def point_of(at: QPointF) -> Point:
    """A place of the scene as gestures and commands take it."""
    return at.x(), at.y()
