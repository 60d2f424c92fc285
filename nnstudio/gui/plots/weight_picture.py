"""Weights as one tiled picture: numbers in, an 8-bit RGB array out, nothing of Qt in between.

Negative weights run towards one colour, positive ones towards the other, zero is the panel itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.layer import Shape
from nnstudio.graph.analysis import Analysis
from nnstudio.graph.model import Graph

Floats = np.ndarray[Any, np.dtype[Any]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]
RGB = tuple[int, int, int]

#: More pictures than this say no more.
MOST_TILES = 100
#: The scale's ends: every second one is twice as far.
_STEPS = (1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 10.0)
#: What is smaller has no colour: a scale that ends there couldn't be had in single precision.
_LEAST = 1e-30
#: Layers between a picture and the weights that look at it which keep every number in its place.
KEEP_PLACES = frozenset(
    {"Flatten", "Reshape", "Dropout", "SpatialDropout", "GaussianNoise", "BatchNorm", "LayerNorm"}
    | {name for name, layer in LAYERS.items() if layer.category == "activation"}
)


def picture_shape(graph: Graph, analysis: Analysis, node: str) -> Shape | None:
    """The shape (C, H, W) of the picture that each unit of ``node`` weighs; ``None`` for none."""
    while True:
        incoming = graph.incoming[node]
        if len(incoming) != 1:
            return None
        node = incoming[0].source
        shape = analysis.shapes[node]
        if shape is not None and len(shape) == 3:
            return shape if shape[1] > 1 and shape[2] > 1 else None
        if type(graph.by_id[node].layer).__name__ not in KEEP_PLACES:
            return None


def tiles_of(weight: Floats, picture: Shape | None) -> Floats:
    """(tiles, height, width): one tile per unit if units see pictures, else the matrix as one.

    Args:
        weight: (units, features), or (O, C, height, width) of a convolution.
        picture: what :func:`picture_shape` said.
    """
    if weight.ndim == 4:
        picture = weight.shape[1:]
    if picture is not None and prod(picture) == prod(weight.shape[1:]):
        channels, height, width = picture
        units = weight.reshape(len(weight), channels, height, width)
        return units.transpose(0, 2, 1, 3).reshape(len(weight), height, channels * width)
    return weight.reshape(1, len(weight), -1)


def robust_limit(values: Floats, before: float = 0.0) -> float:
    """Where the colours end: nearly the greatest weight, in steps, so that colours keep still.

    Args:
        before: the limit so far; it stays while it fits well enough.
    """
    size = np.abs(values.reshape(-1)[:: max(1, values.size // 20_000)])
    size = size[np.isfinite(size)]
    high = int(0.995 * (len(size) - 1))
    most = float(np.partition(size, high)[high]) if len(size) else 0.0
    if most <= _LEAST:
        return before or 1.0
    if 0.5 * before <= most <= before:
        return before
    power = 10.0 ** np.floor(np.log10(most))
    return float(next(s * power for s in _STEPS if s * power >= most * (1 - 1e-9)))


@dataclass(frozen=True)
class Grid:
    """How tiles are laid out: columns, rows, pixels per weight, pixels between tiles."""

    columns: int
    rows: int
    across: int
    down: int
    gap: int

    @property
    def count(self) -> int:
        """How many tiles have room."""
        return self.columns * self.rows

    def size(self, height: int, width: int) -> tuple[int, int]:
        """(height, width) of the whole picture for tiles of this size, in pixels."""
        return (
            self.rows * (height * self.down + self.gap) - self.gap,
            self.columns * (width * self.across + self.gap) - self.gap,
        )


def tile_grid(
    count: int, tile: tuple[int, int], room: tuple[int, int], gap: int = 2, least: int = 1
) -> Grid:
    """The grid in which all tiles are as large as they can be; what has no room is left out.

    Args:
        tile: (height, width) of one, in weights.
        room: (height, width) in pixels.
        gap: the fewest pixels between tiles; up to three times as many where there is room.
        least: the fewest pixels per weight.
    """
    height, width = tile
    high, wide = room
    count = min(count, MOST_TILES)
    for factor in range(max(least, high // height), least - 1, -1):
        columns = (wide + gap) // (width * factor + gap)
        rows = (high + gap) // (height * factor + gap)
        if columns * rows >= count:
            return _roomiest(count, tile, room, factor, gap)
    columns, rows = max(1, min(columns, count)), max(1, rows)
    return Grid(columns, min(rows, -(-count // columns)), least, least, gap)


def _roomiest(
    count: int, tile: tuple[int, int], room: tuple[int, int], factor: int, gap: int
) -> Grid:
    """Of all grids with room for ``count`` tiles the one with the widest gaps."""
    best: tuple[int, int, int] | None = None
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        spare = [
            (space - n * size * factor) // max(1, n - 1) if n > 1 or space >= size * factor else -1
            for space, n, size in zip(room, (rows, columns), tile, strict=True)
        ]
        found = (min(*spare, 3 * gap), -columns * rows, columns)
        best = found if best is None else max(best, found)
    between, _, columns = best or (gap, 0, 1)
    return Grid(columns, -(-count // columns), factor, factor, max(gap, between))


def matrix_grid(
    tile: tuple[int, int], room: tuple[int, int], most: tuple[int, int] = (32, 64)
) -> Grid:
    """One tile, stretched over the room: a matrix need not have square cells."""
    down, across = (max(1, min(m, r // n)) for m, r, n in zip(most, room, tile, strict=True))
    return Grid(1, 1, across, down, 0)


def colour_scale(negative: RGB, zero: RGB, positive: RGB) -> Bytes:
    """255 colours, (255, 3): from ``negative`` through ``zero`` in the middle to ``positive``."""
    ends = np.array([negative, zero, positive], np.float64)
    at = np.linspace(-1.0, 1.0, 255)
    columns = [np.interp(at, (-1.0, 0.0, 1.0), ends[:, i]) for i in range(3)]
    return np.rint(np.stack(columns, axis=1)).astype(np.uint8)


def colour_levels(values: Floats, limit: float) -> Bytes:
    """Of each number its place in a :func:`colour_scale`; what is no number is in the middle.

    Args:
        limit: numbers of this size and beyond have the scale's last colours.
    """
    with np.errstate(over="ignore"):  # what is too large for single precision is beyond anyway
        levels = values * (127 / limit)
    np.nan_to_num(levels, copy=False, nan=0.0, posinf=127, neginf=-127)
    np.clip(np.rint(levels, out=levels), -127, 127, out=levels)
    levels += 127
    return levels.astype(np.uint8)


def weight_picture(tiles: Floats, grid: Grid, limit: float, scale: Bytes, gap: RGB) -> Bytes:
    """The tiles as one RGB picture (height, width, 3), each weight a block of whole pixels.

    Args:
        tiles: (count, height, width); those for which the grid has no room are left out.
        limit: weights of this size and beyond have the scale's last colours.
        gap: the colour between tiles, and where there is none.
    """
    count, height, width = tiles.shape
    shown = min(count, grid.count)
    # One byte for each pixel until all are in place: colours take three.
    tile = colour_levels(tiles[:shown], limit).repeat(grid.down, axis=1).repeat(grid.across, axis=2)
    places = np.full(grid.size(height, width), len(scale), np.uint8)
    high, wide = height * grid.down, width * grid.across
    for i in range(shown):
        top = (i // grid.columns) * (high + grid.gap)
        left = (i % grid.columns) * (wide + grid.gap)
        places[top : top + high, left : left + wide] = tile[i]
    picture: Bytes = np.concatenate((scale, np.array([gap], np.uint8))).take(places, axis=0)
    return picture
