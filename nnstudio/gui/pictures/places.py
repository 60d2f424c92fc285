"""Where everything in a picture of neurons stands: numbers in pixels at 100 %, nothing of Qt.

Columns of equal depth stand above each other. Long layers show their first units, three dots and
their last ones; maps are a stack of squares, sequences a grid of cells. What skips columns goes in
an arc above them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from nnstudio.gui.pictures.columns import Column
from nnstudio.gui.pictures.parts import RADIUS, Block, Bundle, Circle, Scheme, Stroke, Words
from nnstudio.gui.pictures.sizes import (
    LETTER,
    MOST_MAPS,
    MOST_UNITS,
    PITCH,
    cells_of,
    drawn_height,
    drawn_width,
    gap_before,
    labels_of,
    levels_of,
    map_size,
    said_width,
    shown_units,
)

MARGIN = 24.0
#: The height of a line of words.
LINE = 17.0
#: In little room: units that are left at least, how small they may become, how wide gaps may.
_FEWEST, _SMALLEST_SIZE, _SMALL, _MOST_SPREAD = 4, 0.4, 0.55, 2.4
_STACKED = 28.0
#: How high an arc rises above what it skips.
_RISE = 30.0


def scheme_of(
    columns: Sequence[Column],
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    *,
    most: int = MOST_UNITS,
    notes: int | None = None,
    spread: float = 1.0,
) -> Scheme:
    """Every column at its place.

    Args:
        inputs, outputs: names for the units of the first and of the last column, as far as there
            are any (a column's own come first); otherwise inputs are x₁, x₂, … and outputs ŷ.
        most: layers of more units are shortened.
        notes: so many lines beneath the titles at most.
        spread: how much wider than usual the gaps are.
    """
    said = tuple(replace(column, notes=column.notes[:notes]) for column in columns)
    return _Placing(said, inputs, outputs, most, spread).scheme()


def scheme_for(
    columns: Sequence[Column],
    inputs: Sequence[str],
    outputs: Sequence[str],
    room: tuple[float, float],
) -> Scheme:
    """A scheme with the proportions of ``room``: fewer units where it is low, wide gaps."""
    wide, high = room
    narrow = wide / scheme_of(columns, inputs, outputs, notes=1).width
    size = max(_SMALLEST_SIZE, min(_SMALL, narrow))
    most = max(_FEWEST, min(MOST_UNITS, int((high / size - 3 * LINE - 2 * MARGIN) / PITCH)))
    plain = scheme_of(columns, inputs, outputs, most=most, notes=1)
    gaps = sum(gap_before(columns, level) for level in levels_of(columns)[1:]) or 1.0
    missing = wide * plain.height / max(high, 1.0) - plain.width
    spread = min(_MOST_SPREAD, 1 + max(0.0, missing) / gaps)
    return scheme_of(columns, inputs, outputs, most=most, notes=1, spread=spread)


class _Placing:
    """Collects the parts of one scheme."""

    def __init__(
        self,
        columns: tuple[Column, ...],
        inputs: Sequence[str],
        outputs: Sequence[str],
        most: int,
        spread: float,
    ) -> None:
        self.columns = columns
        self.most, self.spread = most, spread
        self.levels = levels_of(columns)
        followed = {link.source for column in columns for link in column.links}
        self.ends = [i for i in range(len(columns)) if i not in followed]
        self.labels = {
            i: labels_of(c, c.names or inputs, "x") for i, c in enumerate(columns) if c.is_input
        }
        for i in self.ends:
            self.labels.setdefault(i, labels_of(columns[i], outputs, "ŷ"))
        self.circles: list[Circle] = []
        self.blocks: list[Block] = []
        self.words: list[Words] = []
        self.dots: list[tuple[float, float]] = []
        self.strokes: list[Stroke] = []
        self.bundles: list[Bundle] = []
        self.box: dict[int, tuple[float, float, float, float]] = {}

    def scheme(self) -> Scheme:
        arcs = any(
            self._skips(i, link.source) for i, c in enumerate(self.columns) for link in c.links
        )
        loops = any(column.remembers for column in self.columns)
        top = MARGIN + (_RISE + 12 if arcs else 16 if loops else 0)
        tall = max(self._level_height(level) for level in self.levels)
        single = [self.columns[level[0]] for level in self.levels if len(level) == 1]
        notes = max((len(column.notes) for column in single), default=0)
        at = MARGIN + self._label_room([i for i in self.labels if self.columns[i].is_input])
        for number, level in enumerate(self.levels):
            width = max(drawn_width(self.columns[i]) for i in level)
            said = max(said_width(self.columns[i]) for i in level)
            if number:
                at += max(
                    self.spread * gap_before(self.columns, level),
                    (said + self._said_before - width) / 2,
                )
            else:
                at = max(at, MARGIN + (said - width) / 2)
            self._place_level(level, at + width / 2, top, tall)
            at += width
            self._said_before = said - width
        right = at + max(
            self._label_room([i for i in self.ends if i in self.labels]), self._said_before / 2
        )
        for number in range(len(self.columns)):
            self._wire(number)
        bottom = top + tall + 12 + LINE * (1 + notes)
        return Scheme(
            self.columns, right + MARGIN, bottom + MARGIN, tuple(self.circles),
            tuple(self.blocks), tuple(self.bundles), tuple(self.strokes), tuple(self.words),
            tuple(self.dots),
        )  # fmt: skip

    _said_before = 0.0

    # ------------------------------------------------------------------ columns

    def _place_level(self, level: list[int], x: float, top: float, tall: float) -> None:
        alone = len(level) == 1
        y = top + (tall - self._level_height(level)) / 2
        for number in self._in_order(level):
            column, high = self.columns[number], drawn_height(self.columns[number], self.most)
            self._place(number, x, y + high / 2)
            y += high
            under = top + tall if alone else y
            lines = [("title", column.title), *(("note", note) for note in column.notes)]
            for line, (role, text) in enumerate(lines):
                middle = under + 12 + LINE * (line + 0.5)
                self.words.append(Words(x, middle, text, role))  # type: ignore[arg-type]
            y = y + 12 + LINE * len(lines) + _STACKED

    def _in_order(self, level: list[int]) -> list[int]:
        """Above each other as what they take from is, so that few lines cross."""

        def middle(number: int) -> float:
            boxes = [self.box[link.source] for link in self.columns[number].links]
            return sum(top + bottom for _, top, _, bottom in boxes) / max(1, len(boxes))

        return sorted(level, key=middle)

    def _place(self, number: int, x: float, y: float) -> None:
        column = self.columns[number]
        wide, high = drawn_width(column), drawn_height(column, self.most)
        left, top = x - wide / 2, y - high / 2
        self.box[number] = left, top, left + wide, top + high
        if column.sign:
            self.circles.append(Circle(number, 0, x, y, column.sign))
        elif column.is_units:
            self._place_units(number, x, top)
        elif len(column.shape) == 3:
            w, h = map_size(column)
            count = min(MOST_MAPS, column.shape[0])
            self.blocks.append(Block(number, left, top + high - h, w, h, count))
        else:
            self.blocks.append(Block(number, left, top, wide, high, 1, cells_of(column)))

    def _place_units(self, number: int, x: float, top: float) -> None:
        column = self.columns[number]
        units = shown_units(column.shape[0], self.most)
        labels = self.labels.get(number, ())
        slot = 0
        for place, unit in enumerate(units):
            if place and unit != units[place - 1] + 1:
                middle = top + PITCH * (slot + 0.5)
                self.dots += [(x, middle + step) for step in (-7.0, 0.0, 7.0)]
                slot += 1
            y = top + PITCH * (slot + 0.5)
            self.circles.append(Circle(number, unit, x, y))
            if labels:
                side = -1 if column.is_input else 1
                words = Words(x + side * (RADIUS + 8), y, labels[unit], "label", side)
                self.words.append(words)
            slot += 1
        if column.remembers:
            y = top + PITCH / 2 - RADIUS
            self.strokes.append(
                Stroke(((x + 9, y + 4), (x + 36, y - 30), (x - 36, y - 30), (x - 9, y + 3)), True)
            )

    def _level_height(self, level: list[int]) -> float:
        columns = [self.columns[i] for i in level]
        if len(columns) == 1:
            return drawn_height(columns[0], self.most)
        said = sum(12 + LINE * (1 + len(column.notes)) for column in columns)
        return (
            sum(drawn_height(column, self.most) for column in columns)
            + said
            + _STACKED * (len(columns) - 1)
        )

    def _label_room(self, numbers: Iterable[int]) -> float:
        longest = max((len(s) for i in numbers for s in self.labels[i]), default=0)
        return 8 + LETTER * longest if longest else 0.0

    # ------------------------------------------------------------------ wires

    def _skips(self, number: int, source: int) -> bool:
        return self.columns[number].depth > self.columns[source].depth + 1

    def _wire(self, number: int) -> None:
        column = self.columns[number]
        own = [c for c in self.circles if c.column == number]
        for link in column.links:
            before = [c for c in self.circles if c.column == link.source]
            if self._skips(number, link.source):
                self._arc(link.source, number)
            elif link.kind == "weights":
                pairs = [(a, b) for b in own for a in before]
                self.bundles.append(_bundle(link.node, pairs))
            elif link.kind == "each":
                place = {c.unit: c for c in own}
                for a in before:
                    if (b := place.get(a.unit + link.first)) is not None:
                        ends = (a.x + RADIUS, a.y), (b.x - RADIUS, b.y)
                        self.strokes.append(Stroke(ends))
            else:
                self._join(link.source, number)

    def _join(self, source: int, target: int) -> None:
        """An arrow; between a block and units two lines, from edge to edge."""
        _, top, right, bottom = self.box[source]
        left, high, _, low = self.box[target]
        fans = self.columns[target].is_units and not self.columns[target].sign
        if fans and not self.columns[source].is_units:
            inset = (PITCH - 2 * RADIUS) / 2
            for a, b in ((top, high + inset), (bottom, low - inset)):
                self.strokes.append(Stroke(((right + 2, a), (left + RADIUS, b))))
        else:
            ends = (right + 6, (top + bottom) / 2), (left - 4, (high + low) / 2)
            self.strokes.append(Stroke(ends, is_arrow=True))

    def _arc(self, source: int, target: int) -> None:
        """Past everything between the two: above it, or below it from a lower branch.

        A cubic gets three quarters of the way to its handles.
        """
        first, last = self.columns[source].depth, self.columns[target].depth
        left, start, right, under = self.box[source]
        near, end, far, low = self.box[target]
        b = (near + far) / 2
        if any(self.box[i][1] < start for i in self.levels[first]):
            between = [self.box[i][3] for level in self.levels[first + 1 : last] for i in level]
            y = under - RADIUS
            deep = (8 * (max(*between, low) + _RISE / 2) - y - low) / 6
            points = (right + 4, y), (right + 40, deep), (b, deep + 8), (b, low + 6)
        else:
            between = [self.box[i][1] for level in self.levels[first : last + 1] for i in level]
            a = (left + right) / 2
            high = min(between) - _RISE - (min(start, end) - min(between) + _RISE) / 3
            points = (a, start - 4), (a + 16, high), (b - 16, high), (b, end - 6)
        self.strokes.append(Stroke(points, is_arrow=True))


def _bundle(node: str, pairs: Sequence[tuple[Circle, Circle]]) -> Bundle:
    ends = [(a.x + RADIUS, a.y, b.x - RADIUS, b.y) for a, b in pairs]
    return Bundle(
        node,
        np.array([b.unit for _, b in pairs], int),
        np.array([a.unit for a, _ in pairs], int),
        np.array(ends, float).reshape(-1, 4),
    )
