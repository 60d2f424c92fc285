"""How large each column of a picture of neurons is, and how it is labelled."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from nnstudio.gui.pictures.columns import Column
from nnstudio.gui.pictures.parts import RADIUS, SHIFT

#: A layer of more units than this is shortened to its first and last ones.
MOST_UNITS = 16
PITCH = 34.0
#: Between columns that are wired unit by unit, and between others.
_WIDE_GAP, _GAP = 112.0, 56.0
#: How wide a letter is at most on average.
LETTER, _TITLE_LETTER = 6.9, 8.4
_MOST_LABEL = 16
#: Maps: how many of a stack are drawn, the sides of the smallest and of the largest.
MOST_MAPS, _SMALLEST, _LARGEST = 6, 18.0, 88.0
#: Cells of a sequence: at most so many across and down, and their side.
_MOST_CELLS, _CELL = (10, 6), 10.0


def shown_units(count: int, most: int = MOST_UNITS) -> tuple[int, ...]:
    """The units of a layer that are drawn: all, or with more than ``most`` of them both ends."""
    if count <= most:
        return tuple(range(count))
    return (*range(ceil(most * 3 / 8)), *range(count - most // 4, count))


def levels_of(columns: Sequence[Column]) -> list[list[int]]:
    levels: list[list[int]] = [[] for _ in range(1 + max(c.depth for c in columns))]
    for number, column in enumerate(columns):
        levels[column.depth].append(number)
    return levels


def gap_before(columns: Sequence[Column], level: list[int]) -> float:
    """What is left free before a level: more for lines from unit to unit."""
    links = [link.kind for number in level for link in columns[number].links]
    return _GAP if all(kind == "whole" for kind in links) else _WIDE_GAP


def labels_of(column: Column, names: Sequence[str], letter: str) -> tuple[str, ...]:
    """A name for each unit of the first or last column."""
    if not column.is_units:
        return ()
    count = column.shape[0]
    if len(names) == count:
        return tuple(n if len(n) <= _MOST_LABEL else n[: _MOST_LABEL - 1] + "…" for n in names)
    if count == 1 and letter != "x":
        return (letter,)
    return tuple(letter + _below(i + 1) for i in range(count))


def _below(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def drawn_height(column: Column, most: int) -> float:
    if column.sign:
        return 2 * RADIUS
    if column.is_units:
        shown = len(shown_units(column.shape[0], most))
        return PITCH * (shown + (shown < column.shape[0]))
    if len(column.shape) == 3:
        return map_size(column)[1] + SHIFT * (min(MOST_MAPS, column.shape[0]) - 1)
    return _CELL * cells_of(column)[1]


def drawn_width(column: Column) -> float:
    if column.sign or column.is_units:
        return 2 * RADIUS
    if len(column.shape) == 3:
        return map_size(column)[0] + SHIFT * (min(MOST_MAPS, column.shape[0]) - 1)
    return _CELL * cells_of(column)[0]


def said_width(column: Column) -> float:
    noted = max(map(len, column.notes), default=0)
    return max(_TITLE_LETTER * len(column.title), LETTER * noted) + 12


def map_size(column: Column) -> tuple[float, float]:
    """Larger maps are larger, though not as much as they are."""
    _, high, wide = column.shape
    largest = max(high, wide)
    side = min(_LARGEST, max(_SMALLEST, 15.0 * largest**0.5))
    return side * max(wide / largest, 0.15), side * max(high / largest, 0.15)


def cells_of(column: Column) -> tuple[int, int]:
    """Places across, features down."""
    places, features = (column.shape[0], column.shape[-1]) if column.shape else (1, 1)
    return min(places, _MOST_CELLS[0]), min(features, _MOST_CELLS[1])
