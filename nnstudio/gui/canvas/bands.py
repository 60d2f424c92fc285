"""Where a long network wraps: between columns that a single wire joins, if there are such places.

A chain fills its bands evenly. What branches and meets again stays in one band where that isn't too
wide, so that no wire has to find its way past other rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import ceil

from nnstudio.graph.model import Graph

#: Columns side by side before a chain goes on below.
PER_BAND = 3
#: What belongs together may be as wide as this.
WIDEST_BAND = 8


def bands(graph: Graph, column: Mapping[str, int]) -> list[range]:
    """The columns of each band.

    Args:
        column: that of each node of a part of ``graph`` that hangs together.
    """
    count = max(column.values()) + 1
    pieces = [piece for run in _runs(graph, column, count) for piece in _split(run, WIDEST_BAND)]
    most = max(PER_BAND, *map(len, pieces))
    if most == PER_BAND and all(len(piece) == 1 for piece in pieces):
        return _split(range(count), PER_BAND)
    found = [pieces[0]]
    for piece in pieces[1:]:
        if piece.stop - found[-1].start <= most:
            found[-1] = range(found[-1].start, piece.stop)
        else:
            found.append(piece)
    return found


def _runs(graph: Graph, column: Mapping[str, int], count: int) -> list[range]:
    """Columns that more than one wire joins, together; others alone."""
    crossing: list[set[str]] = [set() for _ in range(count + 1)]
    for node, at in column.items():
        for edge in graph.incoming[node]:
            for place in range(column[edge.source] + 1, at + 1):
                crossing[place].add(f"{edge.source} {edge.target}")
    starts = [0, *(place for place in range(1, count) if len(crossing[place]) <= 1), count]
    return [range(a, b) for a, b in pairwise(starts)]


def _split(run: range, most: int) -> list[range]:
    """In parts of at most ``most`` columns, as equal as can be."""
    each = ceil(len(run) / ceil(len(run) / most))
    return [range(at, min(run.stop, at + each)) for at in range(run.start, run.stop, each)]
