"""Where cards stand when nobody has placed them: pure functions, the same answer every time.

:func:`arrange` lays a whole graph out in columns, one for each step from the inputs. A long network
wraps like text, into bands (:mod:`nnstudio.gui.canvas.bands`). :func:`places` respects what the
user has placed, and finds room for the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from graphlib import TopologicalSorter

from nnstudio.graph.model import Edge, Graph
from nnstudio.gui.canvas.bands import bands
from nnstudio.gui.canvas.measures import (
    COLUMN,
    GAP,
    GRID,
    HEIGHT,
    ROW,
    Box,
    Point,
    box_at,
    height,
    overlap,
    slots_of,
    snapped,
)
from nnstudio.project.layout import Layout

_SWEEPS = 4
#: What may stand in a column: a node, or a wire that passes.
_Cell = str | Edge


def places(graph: Graph, layout: Layout) -> Mapping[str, Point]:
    """Where every node of ``graph`` stands: as laid out by the user, or where there is room."""
    known = {node: place for node, place in layout.by_id.items() if node in graph.by_id}
    return known if len(known) == len(graph.nodes) else _completed(graph, layout)


@lru_cache(maxsize=4)
def _completed(graph: Graph, layout: Layout) -> Mapping[str, Point]:
    """The user's places, and new ones for the nodes that have none."""
    known = {node: place for node, place in layout.by_id.items() if node in graph.by_id}
    if not known:
        return arrange(graph)
    boxes = {node: box_at(place, slots_of(graph, node)) for node, place in known.items()}
    for node in _order(graph):
        if node not in known:
            wanted = _beside_neighbours(graph, node, known)
            known[node] = free_place(boxes.values(), wanted, slots_of(graph, node))
            boxes[node] = box_at(known[node], slots_of(graph, node))
    return known


def _beside_neighbours(graph: Graph, node: str, known: Mapping[str, Point]) -> Point:
    """Right of what it takes from, or left of what it leads to, or below everything."""
    before = [known[e.source] for e in graph.incoming[node] if e.source in known]
    if before:
        x, y = max(before)
        return x + COLUMN, y
    after = [known[e.target] for e in graph.outgoing[node] if e.target in known]
    if after:
        x, y = min(after)
        return x - COLUMN, y
    return min(x for x, _ in known.values()), max(y for _, y in known.values()) + ROW


def free_place(taken: Iterable[Box], wanted: Point, slots: int = 1) -> Point:
    """The place nearest to ``wanted`` where a card touches no other; below rather than above."""
    boxes = list(taken)
    x, y = snapped(wanted[0]), snapped(wanted[1])
    for dx, dy in _NEARBY:
        place = (x + dx, y + dy)
        if not any(overlap(box_at(place, slots), box, GRID) for box in boxes):
            return place
    bottom = max((box[1] + box[3] for box in boxes), default=y)
    return x, snapped(bottom + GAP)


def _nearby() -> tuple[Point, ...]:
    steps = [(float(c * COLUMN), float(r * ROW)) for c in range(-1, 4) for r in range(-6, 12)]
    return tuple(sorted(steps, key=lambda s: (abs(s[0]) + abs(s[1]), s[1] < 0, s[0] < 0)))


_NEARBY = _nearby()


def room_for(boxes: Mapping[str, Box], place: Point, slots: int = 1) -> dict[str, float]:
    """How far right each card must move so that a new one fits at ``place``.

    Every card in the same row from there on moves by one column, and what they would run into
    moves with them.
    """
    new = box_at(place, slots)
    if not any(overlap(new, box, GRID) for box in boxes.values()):
        return {}
    same_row = {
        node
        for node, box in boxes.items()
        if box[0] + box[2] > place[0] and box[1] < new[1] + new[3] and new[1] < box[1] + box[3]
    }
    moving = set(same_row)
    waiting = list(same_row)
    while waiting:
        x, y, w, h = boxes[waiting.pop()]
        for node, box in boxes.items():
            if node not in moving and overlap((x + COLUMN, y, w, h), box):
                moving.add(node)
                waiting.append(node)
    return dict.fromkeys(moving, float(COLUMN))


# ---------------------------------------------------------------- a whole graph


def arrange(graph: Graph) -> dict[str, Point]:
    """A place for every node: wires run left to right, nothing overlaps, long chains wrap."""
    found: dict[str, Point] = {}
    top = 0.0
    for part in parts_of(graph):
        bottom = top
        for node, (x, y) in _arrange_part(graph, part).items():
            found[node] = (x, y + top)
            bottom = max(bottom, y + top + height(slots_of(graph, node)))
        top = snapped(bottom + GAP)
    return found


def _order(graph: Graph) -> tuple[str, ...]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for node in graph.nodes:
        sorter.add(node.id, *(edge.source for edge in graph.incoming[node.id]))
    return tuple(sorter.static_order())


def parts_of(graph: Graph) -> list[list[str]]:
    """The nodes in groups that are not wired to each other, each in running order."""
    rank = {node: i for i, node in enumerate(_order(graph))}
    parts: list[list[str]] = []
    seen: set[str] = set()
    for node in graph.nodes:
        if node.id in seen:
            continue
        part, waiting = [], [node.id]
        seen.add(node.id)
        while waiting:
            current = waiting.pop()
            part.append(current)
            near = [e.source for e in graph.incoming[current]]
            near += [e.target for e in graph.outgoing[current]]
            for other in near:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        parts.append(sorted(part, key=rank.__getitem__))
    return parts


def _arrange_part(graph: Graph, part: Sequence[str]) -> dict[str, Point]:
    column: dict[str, int] = {}
    for node in part:
        column[node] = 1 + max((column[e.source] for e in graph.incoming[node]), default=-1)
    found: dict[str, Point] = {}
    top = 0.0
    for band in bands(graph, column):
        cells = cells_of(graph, part, column, band)
        tall = max(_column_height(graph, column_cells) for column_cells in cells)
        for number, column_cells in enumerate(cells):
            y = top + (tall - _column_height(graph, column_cells)) / 2
            for cell in column_cells:
                if isinstance(cell, str):
                    found[cell] = (float(number * COLUMN), snapped(y))
                y += _cell_height(graph, cell) + GAP
        top = snapped(top + tall + GAP)
    return found


def cells_of(
    graph: Graph, part: Sequence[str], column: Mapping[str, int], band: range
) -> list[list[_Cell]]:
    """What stands in each column of a band, from top to bottom, with few crossings.

    A wire that skips columns takes a place in each of them, so that cards leave it room: above
    them if nothing speaks against it, where the wire that comes from the row above runs too.
    """
    cells: list[list[_Cell]] = [[] for _ in band]
    before: dict[tuple[int, _Cell], list[tuple[int, _Cell]]] = defaultdict(list)
    for node in part:
        for edge in graph.incoming[node]:
            first, last = column[edge.source], column[edge.target]
            if first not in band or last not in band:
                continue
            previous: tuple[int, _Cell] = (first - band.start, edge.source)
            for passed in range(first + 1, last):
                here: tuple[int, _Cell] = (passed - band.start, edge)
                cells[here[0]].append(edge)
                before[here].append(previous)
                previous = here
            before[(last - band.start, node)].append(previous)
    for node in part:
        if column[node] in band:
            cells[column[node] - band.start].append(node)
    after: dict[tuple[int, _Cell], list[tuple[int, _Cell]]] = defaultdict(list)
    for cell, sources in before.items():
        for source in sources:
            after[source].append(cell)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        numbers = range(1, len(cells)) if forward else range(len(cells) - 2, -1, -1)
        for number in numbers:
            _sort_by_neighbours(cells, number, before if forward else after, forward)
    return cells


def _sort_by_neighbours(
    cells: list[list[_Cell]],
    number: int,
    neighbours: Mapping[tuple[int, _Cell], list[tuple[int, _Cell]]],
    forward: bool,
) -> None:
    """Order one column by the mean place of what each cell is wired to in the next one."""
    other = cells[number - 1 if forward else number + 1]
    rank = {cell: i - len(other) / 2 for i, cell in enumerate(other)}
    own = {cell: i - len(cells[number]) / 2 for i, cell in enumerate(cells[number])}

    def mean(cell: _Cell) -> float:
        near = [rank[c] for _, c in neighbours.get((number, cell), []) if c in rank]
        return sum(near) / len(near) if near else own[cell]

    cells[number].sort(key=mean)


def _cell_height(graph: Graph, cell: _Cell) -> float:
    return height(slots_of(graph, cell)) if isinstance(cell, str) else HEIGHT


def _column_height(graph: Graph, cells: Sequence[_Cell]) -> float:
    return sum(_cell_height(graph, cell) for cell in cells) + GAP * max(0, len(cells) - 1)
