"""The scene: cards and wires that equal the project, changed only where the project changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPen, QPixmap
from PySide6.QtWidgets import QGraphicsRectItem, QGraphicsScene

from nnstudio.graph.model import Edge, Graph
from nnstudio.gui.canvas.faces import Face
from nnstudio.gui.canvas.folding import card_key, card_place, frame_boxes, holders, shown_edges
from nnstudio.gui.canvas.gestures import (
    Body,
    Corner,
    Fold,
    Paper,
    Port,
    Selection,
    Target,
    Whole,
    Wire,
)
from nnstudio.gui.canvas.group_faces import GroupFace
from nnstudio.gui.canvas.group_item import FrameItem, GroupCard
from nnstudio.gui.canvas.guide_item import GuideItem
from nnstudio.gui.canvas.guides import Guide
from nnstudio.gui.canvas.heat_bar import HeatBar
from nnstudio.gui.canvas.measures import WIDTH, Box, Point, height
from nnstudio.gui.canvas.node_item import DETAIL_FROM, NodeItem
from nnstudio.gui.canvas.note_item import NoteItem
from nnstudio.gui.canvas.wire_item import DrawnWire, WireItem
from nnstudio.gui.canvas.wire_weights import WireWeight
from nnstudio.gui.look.theme import Theme
from nnstudio.project.layout import Group, Note

#: How near the pointer must be to a port or a wire, in pixels of the screen.
PORT_REACH, WIRE_REACH = 11.0, 6.0
_NO_PORTS: frozenset[Port] = frozenset()


class CanvasScene(QGraphicsScene):
    """Shows what it is told to, and knows what is where.

    Attributes:
        nodes: every card: of a node by its id, of a collapsed group by its ``card_key``.
        frames: of expanded groups, by their ids.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.frames: dict[str, FrameItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self._held: Mapping[str, str] = {}
        self._places: dict[str, Point] = {}
        self._thumbnails: dict[str, QPixmap | None] = {}
        self._lit: dict[str, frozenset[Port]] = {}
        self._hovered: Target = None
        self._end_port: Port | None = None
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
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

    # ------------------------------------------------------------------ what is in the project

    def show_faces(self, faces: Mapping[str, Face]) -> None:
        """Have one card for each of these nodes or groups, and let it show this face."""
        for node in self.nodes.keys() - faces.keys():
            self.removeItem(self.nodes.pop(node))
            self._places.pop(node, None)
        for node, face in faces.items():
            item = self.nodes.get(node)
            if item is None:
                item = self.nodes[node] = _card(node, face, self._theme)
                item.show_thumbnail(self._thumbnails.get(node))
                self.addItem(item)
            elif item.face != face:
                if item.face.slots != face.slots or isinstance(face, GroupFace):
                    self._places.pop(node, None)  # its ports move, and its wires with them
                item.show_face(face)

    def show_places(
        self, graph: Graph, places: Mapping[str, Point], groups: tuple[Group, ...] = ()
    ) -> None:
        """Put every card at its place, and let the graph's wires run between them."""
        self._held = holders(groups)
        if self._held:
            cards = {card_key(g): card_place(g.nodes, places) for g in groups if g.collapsed}
            places = {**places, **cards}
        moved = set()
        for node, item in self.nodes.items():
            if self._places.get(node) != places[node]:
                self._places[node] = places[node]
                item.setPos(*places[node])
                moved.add(node)
        self._show_wires(graph, moved)
        self._index(moved)
        self._show_frames(groups, moved)

    def _show_frames(self, groups: Iterable[Group], moved: set[str]) -> None:
        wanted = {group.id: group for group in groups if not group.collapsed}
        for gone in self.frames.keys() - wanted.keys():
            self.removeItem(self.frames.pop(gone))
        is_same = not moved and all(
            group.id in self.frames and self.frames[group.id].shown == group
            for group in wanted.values()
        )
        if is_same:
            return
        boxes = self._boxes()
        came = [boxes[card] for card in moved if card in boxes]
        for group in wanted.values():
            if group.id not in self.frames:
                self.frames[group.id] = FrameItem(group, self._theme)
                self.addItem(self.frames[group.id])
            frame = self.frames[group.id]
            frame.setPos(0, 0)
            if not moved.isdisjoint(group.nodes) or frame.is_outdated(group, came):
                frame.show_group(group, frame_boxes(group.nodes, boxes))

    def _boxes(self) -> dict[str, Box]:
        """The box of every card where it is shown now."""
        return {
            key: (item.x(), item.y(), WIDTH, height(item.face.slots))
            for key, item in self.nodes.items()
        }

    def _index(self, moved: set[str]) -> None:
        """Let the scene's index, which searches within its box, cover cards that went beyond."""
        box, indexed = QRectF(), self.sceneRect()
        for node in moved:
            item = self.nodes[node]
            card = item.card().translated(item.pos())
            if not indexed.contains(card):
                box = box.united(card)
        if not box.isNull():
            self.setSceneRect(indexed.united(box).adjusted(-500, -500, 500, 500))

    def _show_wires(self, graph: Graph, moved: set[str]) -> None:
        edges = shown_edges(graph, self._held)
        for edge in self.wires.keys() - set(edges):
            self.removeItem(self.wires.pop(edge))
        for edge in edges:
            item = self.wires.get(edge)
            if item is None:
                item = self.wires[edge] = WireItem(edge, self._theme)
                self.addItem(item)
                self._lay(edge)
            elif self._card_of(edge.source) in moved or self._card_of(edge.target) in moved:
                self._lay(edge)

    def _card_of(self, node: str) -> str:
        """Under which key the card is that stands for ``node``."""
        return self._held.get(node, node)

    def card_for(self, node: str) -> NodeItem:
        """The card of ``node``, or of the collapsed group it is in."""
        return self.nodes[self._card_of(node)]

    def _lay(self, edge: Edge) -> None:
        """Let a wire run between the cards it connects, wherever they are now."""
        start = self.port_place(Port(edge.source, "output"))
        end = self.port_place(Port(edge.target, "input", edge.slot))
        self.wires[edge].show_ends((start.x(), start.y()), (end.x(), end.y()))

    def show_carried(self, shapes: Mapping[str, str], *, always: bool) -> None:
        """Let every wire say what it carries: the output of its source, by node, as text."""
        for edge, item in self.wires.items():
            item.show_label(shapes.get(edge.source, ""), always=always)

    def show_numbers(self, lines: Mapping[str, tuple[str, ...]], alarming: Iterable[str]) -> None:
        """Let wires show these lines of text, by source; those from ``alarming`` as errors."""
        for edge, item in self.wires.items():
            item.show_numbers(lines.get(edge.source, ()), alarming=edge.source in alarming)

    def show_weights(self, weights: Mapping[Edge, WireWeight]) -> None:
        """Let these wires be as wide and coloured as the weights behind them, no others."""
        for edge, item in self.wires.items():
            item.show_weight(weights.get(edge))

    def show_heat(self, bars: Mapping[str, HeatBar]) -> None:
        """Show these bars, by card, and no others."""
        for card, item in self.nodes.items():
            item.show_heat(bars.get(card))

    def show_offset(self, nodes: Iterable[str], offset: Point) -> None:
        """Show these cards away from their places, while they are being dragged."""
        shown = {card for card in map(self._card_of, nodes) if card in self.nodes}
        for node in shown:
            x, y = self._places[node]
            self.nodes[node].setPos(x + offset[0], y + offset[1])
        for edge in self.wires:
            if self._card_of(edge.source) in shown or self._card_of(edge.target) in shown:
                self._lay(edge)
        for frame in self.frames.values():
            nodes = frame.shown.nodes
            if shown.issuperset(nodes):
                frame.setPos(*offset)
            elif not shown.isdisjoint(nodes):
                frame.show_group(frame.shown, frame_boxes(nodes, self._boxes()))

    def show_offsets(self, offsets: Mapping[str, Point]) -> None:
        """Show these cards away from their places, each by its own way."""
        shown = {card: offset for card, offset in offsets.items() if card in self.nodes}
        for card, (dx, dy) in shown.items():
            x, y = self._places[card]
            self.nodes[card].setPos(x + dx, y + dy)
        for edge in self.wires:
            if self._card_of(edge.source) in shown or self._card_of(edge.target) in shown:
                self._lay(edge)
        for frame in self.frames.values():
            if not shown.keys().isdisjoint(frame.shown.nodes):
                frame.show_group(frame.shown, frame_boxes(frame.shown.nodes, self._boxes()))

    def show_notes(self, notes: Iterable[Note]) -> None:
        """Have exactly these notes."""
        wanted = {note.id: note for note in notes}
        for gone in self.notes.keys() - wanted.keys():
            self.removeItem(self.notes.pop(gone))
        for id, note in wanted.items():
            if id not in self.notes:
                self.notes[id] = NoteItem(note, self._theme)
                self.addItem(self.notes[id])
            else:
                self.notes[id].show_note(note)

    def show_note_offset(self, notes: Iterable[str], offset: Point) -> None:
        """Show these notes away from their places, while they are being dragged."""
        for id in notes:
            if item := self.notes.get(id):
                item.setPos(item.note.x + offset[0], item.note.y + offset[1])

    def show_note_size(self, note: str, size: Point) -> None:
        """Show a note larger or smaller, while its corner is being dragged."""
        if item := self.notes.get(note):
            item.show_size(size)

    def notes_in(self, box: QRectF) -> tuple[str, ...]:
        """The notes that ``box`` touches."""
        return tuple(
            id
            for id, item in self.notes.items()
            if box.intersects(item.mapRectToScene(item.paper()))
        )

    def _note_at(self, at: QPointF) -> Target:
        for id, item in reversed(self.notes.items()):
            here = item.mapFromScene(at)
            if item.is_selected and item.corner().contains(here):
                return Corner(id, (item.note.width, item.note.height))
            if item.paper().contains(here):
                return Paper(id)
        return None

    def show_selection(self, selection: Selection) -> None:
        """Mark what is selected."""
        chosen = set(selection.nodes)
        for item in self.nodes.values():
            item.show_state(selected=not chosen.isdisjoint(item.members))
        for frame in self.frames.values():
            frame.show_state(selected=chosen.issuperset(frame.shown.nodes))
        for edge, wire in self.wires.items():
            wire.show_state(selected=edge in selection.wires)
        for id, note in self.notes.items():
            note.show_state(selected=id in selection.notes)

    def show_thumbnail(self, node: str, pixmap: QPixmap | None) -> None:
        """Show a small picture on a card, also after it was deleted and brought back."""
        if self._thumbnails.get(node) is not pixmap:
            self._thumbnails[node] = pixmap
            if node in self.nodes:
                self.nodes[node].show_thumbnail(pixmap)

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

    def port_place(self, port: Port) -> QPointF:
        """Where a port is, in the scene's coordinates."""
        item = self.card_for(port.node)
        return item.mapToScene(item.port_at(port))

    def nodes_in(self, box: QRectF) -> tuple[str, ...]:
        """The nodes whose cards ``box`` touches, in the order they were added."""
        touched = {
            item.node
            for item in self.items(box, Qt.ItemSelectionMode.IntersectsItemShape)
            if isinstance(item, NodeItem)
        }
        cards = (item for key, item in self.nodes.items() if key in touched)
        return tuple(node for item in cards for node in item.members)

    def overview(self) -> list[tuple[Box, str]]:
        """The box of every card, and the role of its colour: that of its problem or its kind."""
        found: list[tuple[Box, str]] = []
        for note in self.notes.values():
            box = note.mapRectToScene(note.paper())
            found.append(((box.x(), box.y(), box.width(), box.height()), "line"))
        for item in self.nodes.values():
            face = item.face
            box_of_card = item.x(), item.y(), float(WIDTH), float(height(face.slots))
            found.append((box_of_card, face.severity or face.category))
        return found

    def contents(self) -> QRectF:
        """The box around all cards and wires; null if there are none."""
        box = QRectF()
        for item in self.nodes.values():
            box = box.united(item.card().translated(item.pos()))
        for wire in self.wires.values():
            box = box.united(wire.boundingRect())
        for frame in self.frames.values():
            box = box.united(frame.sceneBoundingRect())
        for note in self.notes.values():
            box = box.united(note.mapRectToScene(note.paper()))
        return box

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


def _card(key: str, face: Face, theme: Theme) -> NodeItem:
    """A card for a node, or for a collapsed group."""
    if isinstance(face, GroupFace):
        return GroupCard(key, face, theme)
    return NodeItem(key, face, theme)


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
