"""How a wire runs from an output to an input: pure geometry."""

from __future__ import annotations

from nnstudio.gui.canvas.measures import COLUMN, GAP, HEIGHT, WIDTH, Point

#: How far a wire leaves a port before it turns.
LEAD = 24.0
#: A curve may cross this much height; beyond, over more than one column, a wire goes through gaps.
_STEEP = HEIGHT


def is_smooth(start: Point, end: Point) -> bool:
    """Whether the wire is a curve; otherwise it turns square corners through the gaps."""
    dx, dy = end[0] - start[0], abs(end[1] - start[1])
    if dx < LEAD:
        return False
    return dx <= COLUMN or dy <= _STEEP


def corners(start: Point, end: Point) -> list[Point]:
    """The points of a wire with square corners, both ends included."""
    (ax, ay), (bx, by) = start, end
    out, into = ax + LEAD, bx - LEAD
    if by - ay > HEIGHT + GAP / 2:
        middle = by - HEIGHT / 2 - GAP / 2  # the gap above the target's row
    elif ay - by > HEIGHT + GAP / 2:
        middle = by + HEIGHT / 2 + GAP / 2  # the gap below it
    else:
        middle = max(ay, by) + HEIGHT / 2 + GAP / 2  # around both, below
    return [start, (out, ay), (out, middle), (into, middle), (into, by), end]


def handles(start: Point, end: Point) -> tuple[Point, Point]:
    """The two handles of a smooth wire's curve."""
    reach = min(max((end[0] - start[0]) / 2, LEAD), WIDTH / 2)
    return (start[0] + reach, start[1]), (end[0] - reach, end[1])
