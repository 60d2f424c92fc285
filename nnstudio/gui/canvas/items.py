"""What is on the canvas, as items: cards, wires, frames and notes that equal the project.

Only what the project changed is changed; what is dragged is shown away from its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGraphicsScene

from nnstudio.graph.model import Edge, Graph
from nnstudio.gui.canvas.faces import Face
from nnstudio.gui.canvas.folding import card_key, card_place, frame_boxes, holders, shown_edges
from nnstudio.gui.canvas.gestures import Port, Selection
from nnstudio.gui.canvas.group_faces import GroupFace
from nnstudio.gui.canvas.group_item import FrameItem, GroupCard
from nnstudio.gui.canvas.heat_bar import HeatBar
from nnstudio.gui.canvas.measures import WIDTH, Box, Point, height
from nnstudio.gui.canvas.node_item import NodeItem
from nnstudio.gui.canvas.note_item import NoteItem
from nnstudio.gui.canvas.wire_item import WireItem
from nnstudio.gui.canvas.wire_weights import WireWeight
from nnstudio.gui.look.theme import Theme
from nnstudio.project.layout import Group, Note


class Items(QGraphicsScene):
    """Shows what it is told to.

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
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)

    # ------------------------------------------------------------------ cards, frames and wires

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

    # ------------------------------------------------------------------ where things are

    def port_place(self, port: Port) -> QPointF:
        """Where a port is, in the scene's coordinates."""
        item = self.card_for(port.node)
        return item.mapToScene(item.port_at(port))

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


def _card(key: str, face: Face, theme: Theme) -> NodeItem:
    """A card for a node, or for a collapsed group."""
    if isinstance(face, GroupFace):
        return GroupCard(key, face, theme)
    return NodeItem(key, face, theme)
