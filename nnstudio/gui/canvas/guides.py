"""Lines that help to align a card with others while it is dragged: pure geometry.

A card has three lines each way: its two edges and its middle. Where one of them comes near such a
line of another card, the dragged card jumps onto it, and the line is shown.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from nnstudio.gui.canvas.measures import Box, Point

#: How near two lines must be, in pixels of the screen; no more than what snapping may move a card.
REACH = 4.0

#: A line of a card: where it is, and from where to where the card is along it.
_Line = tuple[float, float, float]
#: A guide from one point to another.
Guide = tuple[Point, Point]


#: The left, middle and right of cards, or their tops, middles and bottoms; each sorted.
_Lines = tuple[tuple[_Line, ...], ...]
_PARTS = (0.0, 0.5, 1.0)
_SAME = 0.01


@dataclass(frozen=True)
class Lines:
    """The lines of all cards that stay: upright ones and level ones."""

    upright: _Lines
    level: _Lines


def lines_of(boxes: Iterable[Box]) -> Lines:
    """The lines of these cards."""
    boxes = set(boxes)
    return Lines(
        tuple(tuple(sorted((x + p * w, y, y + h) for x, y, w, h in boxes)) for p in _PARTS),
        tuple(tuple(sorted((y + p * h, x, x + w) for x, y, w, h in boxes)) for p in _PARTS),
    )


def jump(box: Box, lines: Lines, reach: float) -> tuple[float | None, float | None]:
    """How far ``box`` is from being aligned, across and down; ``None`` where nothing is near."""
    x, y, w, h = box
    return _least(x, w, lines.upright, reach), _least(y, h, lines.level, reach)


def _least(start: float, length: float, lines: _Lines, reach: float) -> float | None:
    """The shortest way from a line of the card to the same one of another."""
    ways = []
    for part, same in zip(_PARTS, lines, strict=True):
        at = start + part * length
        number = bisect_left(same, (at,))
        ways += [line[0] - at for line in same[max(0, number - 1) : number + 1]]
    return min((way for way in ways if abs(way) <= reach), key=abs, default=None)


def guides(box: Box, lines: Lines) -> tuple[Guide, ...]:
    """Where ``box`` is aligned: each line from the card to the nearest one that has it too."""
    x, y, w, h = box
    upright = (((at, a), (at, b)) for at, a, b in _shared(x, w, y, y + h, lines.upright))
    level = (((a, at), (b, at)) for at, a, b in _shared(y, h, x, x + w, lines.level))
    return (*upright, *level)


def _shared(start: float, length: float, low: float, high: float, lines: _Lines) -> list[_Line]:
    """The lines that the card shares with others; of all three the edges are enough."""
    found: dict[float, _Line] = {}
    for part, same in zip(_PARTS, lines, strict=True):
        at = start + part * length
        here = same[bisect_left(same, (at - _SAME,)) : bisect_left(same, (at + _SAME,))]
        if here:
            _, a, b = min(here, key=lambda line: max(line[1] - high, low - line[2]))
            found[part] = (at, min(a, low), max(b, high))
    if len(found) == len(_PARTS):
        del found[0.5]  # it would go through the words on the cards
    return list(found.values())
