"""Going from card to card by keyboard: pure functions.

A stop is what is selected together: one node, or all nodes of a collapsed group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

from nnstudio.graph.model import Graph
from nnstudio.gui.canvas.measures import Box
from nnstudio.project.layout import Group

T = TypeVar("T")
Stop = tuple[str, ...]
Way = Literal["left", "right", "up", "down"]
#: For each way: the axis, and whether coordinates grow.
_WAYS: dict[Way, tuple[int, int]] = {
    "left": (0, -1),
    "right": (0, 1),
    "up": (1, -1),
    "down": (1, 1),
}
#: A card straight ahead is nearer than one beside the way that is this many times as close.
_ASIDE = 2.0


def stops(order: Sequence[str], groups: Sequence[Group]) -> tuple[Stop, ...]:
    """All stops in running order."""
    whole = {node: group.nodes for group in groups if group.collapsed for node in group.nodes}
    return tuple(dict.fromkeys(whole.get(node, (node,)) for node in order))


def stop_of(stops: Sequence[Stop], node: str) -> Stop:
    """The stop that ``node`` is in."""
    return next(stop for stop in stops if node in stop)


def step(stops: Sequence[T], at: T | None, by: int) -> T | None:
    """What is ``by`` further on; ``None`` beyond the last or before the first."""
    if not stops:
        return None
    if at is None:
        return stops[0 if by > 0 else -1]
    number = stops.index(at) + by
    return stops[number] if 0 <= number < len(stops) else None


def along_wire(graph: Graph, stops: Sequence[Stop], at: Stop, by: int) -> Stop | None:
    """The first stop to which a wire leads from ``at`` (``by`` > 0), or from which one comes."""
    found = _sources(graph, at) if by < 0 else _targets(graph, at)
    return stop_of(stops, found[0]) if found else None


def beside(graph: Graph, stops: Sequence[Stop], at: Stop, by: int) -> Stop | None:
    """The next of those that take from the same node as ``at``, or that lead to the same one."""
    for towards, back in ((_sources, _targets), (_targets, _sources)):
        for middle in towards(graph, at):
            row = list(dict.fromkeys(stop_of(stops, node) for node in back(graph, (middle,))))
            if len(row) > 1 and at in row:
                return row[(row.index(at) + by) % len(row)]
    return None


def nearest(boxes: Mapping[Stop, Box], at: Stop, way: Way) -> Stop | None:
    """The nearest card in this direction, as one sees it; ``None`` if there is none."""
    axis, sign = _WAYS[way]
    here = _middle(boxes[at])

    def distance(stop: Stop) -> float:
        there = _middle(boxes[stop])
        ahead = (there[axis] - here[axis]) * sign
        aside = abs(there[1 - axis] - here[1 - axis])
        return ahead + _ASIDE * aside

    ahead = [stop for stop in boxes if (_middle(boxes[stop])[axis] - here[axis]) * sign > 0]
    # Beside the way rather than ahead is no direction at all.
    ahead = [stop for stop in ahead if _is_ahead(here, _middle(boxes[stop]), axis)]
    return min(ahead, key=distance, default=None)


def _is_ahead(here: tuple[float, float], there: tuple[float, float], axis: int) -> bool:
    return abs(there[axis] - here[axis]) * _ASIDE >= abs(there[1 - axis] - here[1 - axis])


def _middle(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def _sources(graph: Graph, nodes: Stop) -> list[str]:
    wires = [edge for node in nodes for edge in graph.incoming[node]]
    return [edge.source for edge in wires if edge.source not in nodes]


def _targets(graph: Graph, nodes: Stop) -> list[str]:
    wires = [edge for node in nodes for edge in graph.outgoing[node]]
    return [edge.target for edge in wires if edge.target not in nodes]
