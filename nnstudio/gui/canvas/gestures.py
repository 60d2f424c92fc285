"""What the pointer is doing, as values; pure functions say what follows.

A gesture begins at a press, goes on with every move, and ends at the release. It knows nothing of
Qt: the view feeds it places in scene coordinates and what is under the pointer, and shows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import hypot
from typing import Literal, TypeVar

from nnstudio.graph.edits import EditError, connect, remove
from nnstudio.graph.model import Edge, Graph
from nnstudio.graph.wiring import possible_sources, possible_targets
from nnstudio.gui.canvas.measures import Point, slots_of, snapped

T = TypeVar("T")

#: How far the pointer may shake during a click, in pixels of the screen.
CLICK_SLACK = 4


# ---------------------------------------------------------------- what can be under the pointer


@dataclass(frozen=True)
class Port:
    """Where a wire begins or ends."""

    node: str
    kind: Literal["input", "output"]
    slot: int = 0


@dataclass(frozen=True)
class Body:
    """A card, away from its ports."""

    node: str


@dataclass(frozen=True)
class Wire:
    """A wire between two cards."""

    edge: Edge


@dataclass(frozen=True)
class Whole:
    """A group with all its nodes: its card, or the title of its frame."""

    group: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Fold:
    """The button of a group that collapses or expands it."""

    group: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """A note."""

    note: str


@dataclass(frozen=True)
class Corner:
    """The corner of a note by which it is made larger, and how large it is."""

    note: str
    size: Point


Target = Port | Body | Wire | Whole | Fold | Paper | Corner | None


@dataclass(frozen=True)
class Selection:
    """What is selected: nodes, which the window shares; wires and notes only the canvas has."""

    nodes: tuple[str, ...] = ()
    wires: tuple[Edge, ...] = ()
    notes: tuple[str, ...] = ()

    def __contains__(self, target: Target) -> bool:
        match target:
            case Body(node):
                return node in self.nodes
            case Wire(edge):
                return edge in self.wires
            case Paper(note) | Corner(note):
                return note in self.notes
            case Whole(_, nodes):
                return set(nodes) <= set(self.nodes)
        return False

    def toggled(self, target: Target) -> Selection:
        """With ``target`` added, or taken out if it was in."""
        match target:
            case Body(node):
                return replace(self, nodes=_toggled(self.nodes, node))
            case Wire(edge):
                return replace(self, wires=_toggled(self.wires, edge))
            case Paper(note) | Corner(note):
                return replace(self, notes=_toggled(self.notes, note))
            case Whole(_, nodes):
                others = tuple(node for node in self.nodes if node not in nodes)
                return replace(self, nodes=others if target in self else (*others, *nodes))
        return self

    @staticmethod
    def only(target: Target) -> Selection:
        """Nothing but ``target``."""
        return Selection().toggled(target)


def _toggled(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    return tuple(i for i in items if i != item) if item in items else (*items, item)


# ---------------------------------------------------------------- gestures


@dataclass(frozen=True)
class Pressed:
    """The button is down and the pointer has not moved yet: a click, unless it does."""

    target: Target
    start: Point
    adds: bool


@dataclass(frozen=True)
class Moving:
    """Cards and notes are being dragged; ``anchor`` is under the pointer, at ``home`` before."""

    nodes: tuple[str, ...]
    anchor: str
    start: Point
    home: Point
    offset: Point = (0.0, 0.0)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sizing:
    """The corner of a note is being dragged."""

    corner: Corner
    start: Point
    at: Point

    @property
    def size(self) -> Point:
        """How large the note would be."""
        (width, height), (sx, sy), (x, y) = self.corner.size, self.start, self.at
        return width + x - sx, height + y - sy


@dataclass(frozen=True)
class Banding:
    """A rubber band is being drawn; ``kept`` stays selected besides what it touches."""

    start: Point
    at: Point
    kept: Selection

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height."""
        (ax, ay), (bx, by) = self.start, self.at
        return min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by)


@dataclass(frozen=True)
class Attempt:
    """What would follow if a wire were dropped here.

    Attributes:
        edge: the wire that would come into being; ``None`` if none.
        port: the port at which it would end, or which refuses it.
        refusal: why it can't be, as a sentence; empty if it can.
    """

    edge: Edge | None = None
    port: Port | None = None
    refusal: str = ""


@dataclass(frozen=True)
class Wiring:
    """A wire is being drawn from ``origin``; ``moved`` is the one that was picked up, if any."""

    origin: Port
    at: Point
    moved: Edge | None = None
    attempt: Attempt = Attempt()


Gesture = Pressed | Moving | Sizing | Banding | Wiring


def press(target: Target, at: Point, adds: bool, graph: Graph) -> Gesture:
    """The button goes down on ``target``.

    On a free port a new wire begins; a taken input gives the end of its wire into the hand.

    Args:
        adds: Shift or Ctrl is held.
    """
    if not isinstance(target, Port):
        return Pressed(target, at, adds)
    if target.kind == "input":
        for edge in graph.incoming[target.node]:
            if edge.slot == target.slot:
                return Wiring(Port(edge.source, "output"), at, edge)
    return Wiring(target, at)


def selection_on_press(selection: Selection, target: Target, adds: bool) -> Selection:
    """What is selected once the button is down: a selected card may be about to be dragged."""
    if isinstance(target, Fold):
        return selection
    if target is None:
        return selection if adds else Selection()
    if adds:
        return selection.toggled(target)
    return selection if target in selection else Selection.only(target)


def selection_on_click(selection: Selection, pressed: Pressed) -> Selection:
    """What is selected when the button goes up again without a drag."""
    if pressed.adds or pressed.target is None or isinstance(pressed.target, Fold):
        return selection
    return Selection.only(pressed.target)


def is_drag(start: Point, at: Point, zoom: float) -> bool:
    """Whether the pointer has moved too far for a click."""
    return hypot(at[0] - start[0], at[1] - start[1]) * zoom > CLICK_SLACK


def anchor_of(target: Target) -> str | None:
    """The node that stays on the grid when what is under the pointer is dragged."""
    match target:
        case Body(node) | Whole(_, (node, *_)):
            return node
        case Paper(note):
            return note
    return None


def move(
    gesture: Gesture,
    at: Point,
    selection: Selection,
    home: Point | None,
    *,
    snaps: bool = True,
) -> Gesture:
    """The pointer is at ``at`` now, with the button still down.

    Args:
        selection: what is selected.
        home: where the pressed card stood, if a card was pressed.
        snaps: cards that are moved stay on the grid.
    """
    match gesture:
        case Pressed(Corner() as corner, start):
            return Sizing(corner, start, at)
        case Pressed(target, start) if target in selection and home is not None:
            anchor = anchor_of(target) or ""
            moving = Moving(selection.nodes, anchor, start, home, notes=selection.notes)
            return move(moving, at, selection, home, snaps=snaps)
        case Pressed(None, start, adds):
            return Banding(start, at, selection if adds else Selection())
        case Moving():
            return replace(gesture, offset=_offset(gesture, at, snaps))
        case Banding() | Wiring() | Sizing():
            return replace(gesture, at=at)
    return gesture


def _offset(gesture: Moving, at: Point, snaps: bool) -> Point:
    """How far the cards have gone, so that the one under the pointer stays on the grid."""
    (hx, hy), (sx, sy) = gesture.home, gesture.start
    if not snaps:
        return float(round(at[0] - sx)), float(round(at[1] - sy))
    return snapped(hx + at[0] - sx) - hx, snapped(hy + at[1] - sy) - hy


def band_selection(
    gesture: Banding, touched: Iterable[str], notes: Iterable[str] = ()
) -> Selection:
    """What is selected when the rubber band touches these nodes and notes."""
    kept = gesture.kept
    return replace(
        kept,
        nodes=tuple(dict.fromkeys((*kept.nodes, *touched))),
        notes=tuple(dict.fromkeys((*kept.notes, *notes))),
    )


# ---------------------------------------------------------------- wires


def without_moved(graph: Graph, wiring: Wiring) -> Graph:
    """The graph while a wire that was picked up is in the hand."""
    if wiring.moved is not None and wiring.moved in graph.edges:
        return remove(graph, edges=[wiring.moved])
    return graph


def attempt(graph: Graph, wiring: Wiring, over: Target) -> Attempt:
    """What would follow if the wire were dropped on ``over``."""
    graph = without_moved(graph, wiring)
    origin = wiring.origin
    if not isinstance(over, Port | Body) or over == origin:
        return Attempt()
    if origin.kind == "output":
        source, target = origin.node, over.node
        slot = over.slot if isinstance(over, Port) and over.kind == "input" else None
    else:
        source, target, slot = over.node, origin.node, origin.slot
    try:
        edge = connect(graph, source, target, slot).edges[-1]
    except EditError as error:
        kind: Literal["input", "output"] = "input" if origin.kind == "output" else "output"
        return Attempt(port=Port(over.node, kind, slot or 0), refusal=str(error))
    if origin.kind == "output":
        return Attempt(edge, Port(target, "input", edge.slot))
    return Attempt(edge, Port(source, "output"))


def with_attempt(wiring: Wiring, attempt: Attempt) -> Wiring:
    """The same wire, with what would follow if it were dropped now."""
    return replace(wiring, attempt=attempt)


def open_ports(graph: Graph, wiring: Wiring) -> frozenset[Port]:
    """Every port at which the wire could end, to be marked while it is drawn."""
    graph = without_moved(graph, wiring)
    origin = wiring.origin
    if origin.kind == "input":
        return frozenset(Port(n, "output") for n in possible_sources(graph, origin.node))
    found: set[Port] = set()
    for node in possible_targets(graph, origin.node):
        taken = {edge.slot for edge in graph.incoming[node]}
        free = (slot for slot in range(slots_of(graph, node)) if slot not in taken)
        found.update(Port(node, "input", slot) for slot in free)
    return frozenset(found)
