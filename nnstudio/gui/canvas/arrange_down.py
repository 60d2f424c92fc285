"""Cards from top to bottom: a row for each step from the inputs, branches side by side.

Ports stay at the sides of the cards, so a wire leaves to the right and comes back from the left
through the gap between two rows. A chain that is long goes on at the top, to the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from nnstudio.graph.model import Graph
from nnstudio.gui.canvas.arrange import cells_of, parts_of
from nnstudio.gui.canvas.measures import COLUMN, GAP, HEIGHT, Point, height, slots_of, snapped

#: Rows of a chain before it goes on beside.
PER_COLUMN = 6


def arrange_down(graph: Graph) -> dict[str, Point]:
    """A place for every node: inputs at the top, outputs at the bottom, nothing overlaps."""
    found: dict[str, Point] = {}
    left = 0.0
    for part in parts_of(graph):
        places = _arrange_part(graph, part)
        start = min(x for x, _ in places.values())
        found.update({node: (x - start + left, y) for node, (x, y) in places.items()})
        left = max(found[node][0] for node in places) + COLUMN
    return found


def _arrange_part(graph: Graph, part: Sequence[str]) -> dict[str, Point]:
    row: dict[str, int] = {}
    for node in part:
        row[node] = 1 + max((row[edge.source] for edge in graph.incoming[node]), default=-1)
    count = max(row.values()) + 1
    rows = cells_of(graph, part, row, range(count))
    is_chain = all(len(cells) == 1 for cells in rows)
    per_column = ceil(count / ceil(count / PER_COLUMN)) if is_chain else count
    found: dict[str, Point] = {}
    top = 0.0
    for number, cells in enumerate(rows):
        if number % per_column == 0:
            top = 0.0
        left = number // per_column * COLUMN - len(cells) * COLUMN / 2
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                found[cell] = (snapped(left + place * COLUMN), top)
        tall = [height(slots_of(graph, cell)) for cell in cells if isinstance(cell, str)]
        top = snapped(top + max(tall, default=HEIGHT) + GAP)
    return found
