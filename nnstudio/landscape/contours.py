"""Lines of equal height on a surface, by marching squares.

Each square of four neighbouring points is crossed by the line where two of its corners lie on
different sides of the height; along an edge the crossing is found as if the height changed evenly.
"""

from __future__ import annotations

import numpy as np

from nnstudio.engine.layer import Array

#: The corners of a square as (row, column), and its edges from corner to corner.
_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))
_EDGES = ((0, 1), (1, 2), (2, 3), (3, 0))
#: For each set of corners above the height (bit k: corner k) the pairs of edges that are joined. Of
#: two opposite corners each is cut off by itself.
_CASES: tuple[tuple[tuple[int, int], ...], ...] = (
    (), ((3, 0),), ((0, 1),), ((3, 1),), ((1, 2),), ((3, 0), (1, 2)), ((0, 2),), ((3, 2),),
    ((2, 3),), ((2, 0),), ((0, 1), (2, 3)), ((2, 1),), ((1, 3),), ((1, 0),), ((0, 3),), (),
)  # fmt: skip


def contour(heights: Array, level: float) -> Array:
    """``(lines, 2, 2)``: pieces of the line at ``level``, from (column, row) to (column, row).

    Squares with a corner that is not finite have none.
    """
    corners = np.array(
        [heights[r : len(heights) - 1 + r, c : heights.shape[1] - 1 + c] for r, c in _CORNERS]
    )
    with np.errstate(invalid="ignore"):
        above = corners > level
    kinds = (above * np.array([1, 2, 4, 8])[:, np.newaxis, np.newaxis]).sum(axis=0)
    kinds[~np.isfinite(corners).all(axis=0)] = 0
    lines = []
    for kind, pairs in enumerate(_CASES):
        rows, columns = np.nonzero(kinds == kind)
        for pair in pairs if len(rows) else ():
            lines.append(
                np.stack([_crossing(corners, rows, columns, e, level) for e in pair], axis=1)
            )
    return np.concatenate(lines) if lines else np.zeros((0, 2, 2))


def _crossing(corners: Array, rows: Array, columns: Array, edge: int, level: float) -> Array:
    """``(n, 2)``: where the line crosses this edge of these squares."""
    first, second = _EDGES[edge]
    a, b = corners[first, rows, columns], corners[second, rows, columns]
    share = (level - a) / (b - a)
    (r1, c1), (r2, c2) = _CORNERS[first], _CORNERS[second]
    result: Array = np.stack(
        [columns + c1 + share * (c2 - c1), rows + r1 + share * (r2 - r1)], axis=1
    )
    return result
