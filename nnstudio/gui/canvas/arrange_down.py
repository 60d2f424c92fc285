"""Cards from top to bottom: a row for each step from the inputs, branches side by side.

Ports stay at the sides of the cards, so a wire leaves to the right and comes back from the left
through the gap between two rows. A long network goes on at the top, to the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from nnstudio.graph.model import Edge, Graph
from nnstudio.gui.canvas.arrange import cells_of, parts_of
from nnstudio.gui.canvas.bands import bands
from nnstudio.gui.canvas.measures import COLUMN, GAP, HEIGHT, Point, height, slots_of, snapped

#: Rows of a chain before it goes on beside.
PER_COLUMN = 5
#: What is left free for the wire that goes on there.
_BESIDE = 48


def arrange_down(graph: Graph) -> dict[str, Point]:
    """A place for every node: inputs at the top, outputs at the bottom, nothing overlaps."""
    found: dict[str, Point] = {}
    left = 0.0
    for part in parts_of(graph):
        row: dict[str, int] = {}
        for node in part:
            row[node] = 1 + max((row[edge.source] for edge in graph.incoming[node]), default=-1)
        for band in _bands(graph, row):
            rows = cells_of(graph, part, row, band)
            places = _placed(graph, rows)
            start = left - min(x for x, _ in places.values())
            found.update({node: (x + start, y) for node, (x, y) in places.items()})
            left += max(map(len, rows)) * COLUMN + _BESIDE
    return found


def _bands(graph: Graph, row: dict[str, int]) -> list[range]:
    """The rows of each column: a chain's evenly; what branches and meets again is kept whole."""
    count = max(row.values()) + 1
    wires = [edge for node in row for edge in graph.incoming[node]]
    if len(row) > count or any(row[edge.target] - row[edge.source] > 1 for edge in wires):
        return bands(graph, row)
    each = ceil(count / ceil(count / PER_COLUMN))
    return [range(first, min(count, first + each)) for first in range(0, count, each)]


def _placed(graph: Graph, rows: Sequence[Sequence[str | Edge]]) -> dict[str, Point]:
    """Each row below the one before, in the middle; wires that pass have the room at its right."""
    found: dict[str, Point] = {}
    top = 0.0
    for cells in rows:
        nodes = [cell for cell in cells if isinstance(cell, str)]
        left = -len(cells) * COLUMN / 2
        for number, node in enumerate(nodes):
            found[node] = (snapped(left + number * COLUMN), top)
        tall = max((height(slots_of(graph, node)) for node in nodes), default=HEIGHT)
        top = snapped(top + tall + GAP)
    return found
