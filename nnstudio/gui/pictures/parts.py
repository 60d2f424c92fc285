"""The parts of a picture of neurons: values in pixels at 100 %, without colours, nothing of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.gui.pictures.columns import Column

#: Of a unit's circle.
RADIUS = 12.0
#: How far the maps of a stack are apart.
SHIFT = 6.0


@dataclass(frozen=True)
class Circle:
    """One unit, or the sign of a merge."""

    column: int
    unit: int
    x: float
    y: float
    sign: str = ""


@dataclass(frozen=True)
class Block:
    """A stack of maps, or a grid of cells; its box is that of the foremost one.

    Attributes:
        count: how many maps are drawn, each ``SHIFT`` further up and to the right.
        cells: of a grid: how many across and down.
    """

    column: int
    x: float
    y: float
    width: float
    height: float
    count: int = 1
    cells: tuple[int, int] = (0, 0)

    @property
    def outer(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the whole stack."""
        off = SHIFT * (self.count - 1)
        return self.x, self.y - off, self.x + self.width + off, self.y + self.height


@dataclass(frozen=True, eq=False)
class Bundle:
    """The lines of a weight matrix that are drawn.

    Attributes:
        node: whose weights they are.
        units, features: row and column of each line in the matrix.
        ends: (lines, 4): x and y where it begins and where it ends.
    """

    node: str
    units: Array
    features: Array
    ends: Array


@dataclass(frozen=True)
class Stroke:
    """A line that has no weight: straight through two points, or a curve through four."""

    points: tuple[tuple[float, float], ...]
    is_arrow: bool = False


@dataclass(frozen=True)
class Words:
    """A line of text; ``y`` is its middle, ``side`` −1, 0 or 1: ends at, around or begins at x."""

    x: float
    y: float
    text: str
    role: Literal["title", "note", "label"]
    side: int = 0


@dataclass(frozen=True, eq=False)
class Scheme:
    """A picture of neurons without colours."""

    columns: tuple[Column, ...]
    width: float
    height: float
    circles: tuple[Circle, ...]
    blocks: tuple[Block, ...]
    bundles: tuple[Bundle, ...]
    strokes: tuple[Stroke, ...]
    words: tuple[Words, ...]
    dots: tuple[tuple[float, float], ...]

    @cached_property
    def lines(self) -> int:
        """How many weights are drawn."""
        return sum(len(bundle.units) for bundle in self.bundles)

    def column_at(self, x: float, y: float) -> int | None:
        """The number of the column drawn at a point."""
        for circle in self.circles:
            if (circle.x - x) ** 2 + (circle.y - y) ** 2 <= (RADIUS + 2) ** 2:
                return circle.column
        for block in self.blocks:
            left, top, right, bottom = block.outer
            if left <= x <= right and top <= y <= bottom:
                return block.column
        return None

    def weight_at(self, x: float, y: float, reach: float) -> tuple[Bundle, int] | None:
        """The line of a weight that comes nearest to a point, no further than ``reach``."""
        best: tuple[float, Bundle, int] | None = None
        for bundle in self.bundles:
            if not len(bundle.ends):
                continue
            start, along = bundle.ends[:, :2], bundle.ends[:, 2:] - bundle.ends[:, :2]
            to = np.array([x, y]) - start
            share = ((to * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-9)).clip(0, 1)
            distances = np.hypot(*(to - share[:, np.newaxis] * along).T)
            line = int(distances.argmin())
            if distances[line] <= (reach if best is None else best[0]):
                best = float(distances[line]), bundle, line
        return None if best is None else best[1:]

    def unit_at(self, x: float, y: float) -> int | None:
        """The number of the unit drawn at a point."""
        near = (c for c in self.circles if not c.sign)
        return next((c.unit for c in near if (c.x - x) ** 2 + (c.y - y) ** 2 <= RADIUS**2), None)
