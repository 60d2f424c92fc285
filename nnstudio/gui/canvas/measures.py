"""How large a card is and where its ports are, in pixels at 100 %."""

from __future__ import annotations

from collections.abc import Iterable

from nnstudio.engine.layer import Layer
from nnstudio.graph.model import Graph

Point = tuple[float, float]
#: Left, top, width, height.
Box = tuple[float, float, float, float]

#: Cards stand on this grid.
GRID = 8
WIDTH, HEIGHT = 182, 70
#: From one card to the next, sideways and down.
COLUMN, ROW = 240, 120
#: The gap between two cards of one column.
GAP = ROW - HEIGHT
_PORT_GAP = 16
_PORT_MARGIN = 22


def slot_count(layer: Layer, used: Iterable[int]) -> int:
    """How many inputs a card shows: all it must have, those in use, and a free one if it may."""
    fewest, most = layer.arity
    if most is not None:
        return most
    taken = set(used)
    count = max(fewest, max(taken, default=-1) + 1)
    return count + 1 if len(taken) == count else count


def slots_of(graph: Graph, node: str) -> int:
    """How many inputs the card of ``node`` shows."""
    return slot_count(graph.by_id[node].layer, (edge.slot for edge in graph.incoming[node]))


def height(slots: int) -> int:
    """A card's height; one with many inputs is taller."""
    return max(HEIGHT, _PORT_MARGIN + _PORT_GAP * slots)


def port_offset(number: int, count: int) -> float:
    """How far below the middle of a card's side port ``number`` of ``count`` is."""
    return (number - (count - 1) / 2) * _PORT_GAP


def input_place(slot: int, slots: int) -> Point:
    """Where input ``slot`` of ``slots`` is, from the card's top left corner."""
    return 0.0, height(slots) / 2 + port_offset(slot, slots)


def output_place(slots: int) -> Point:
    """Where the output is, from the card's top left corner."""
    return float(WIDTH), height(slots) / 2


def box_at(place: Point, slots: int = 1) -> Box:
    """The card's box when its top left corner is at ``place``."""
    return (*place, WIDTH, height(slots))


def overlap(a: Box, b: Box, gap: float = 0) -> bool:
    """Whether two boxes overlap or come closer than ``gap``."""
    return (
        a[0] < b[0] + b[2] + gap
        and b[0] < a[0] + a[2] + gap
        and a[1] < b[1] + b[3] + gap
        and b[1] < a[1] + a[3] + gap
    )


def snapped(value: float) -> float:
    """The nearest line of the grid."""
    return float(round(value / GRID) * GRID)
