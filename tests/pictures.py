"""Draw what the documents show of the engine, from the engine itself: activations and derivatives.

Run by ``make pictures``, which writes ``resources/pictures/activations.svg``. The same code gives
the same bytes, so a test can hold the committed picture against it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np

from nnstudio import assets
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.curves import curve, has_curve, pieces
from nnstudio.engine.layer import Array, Layer

TARGET = assets.resource("pictures/activations.svg")
COLUMNS = 3
#: The part of the plane that each plot shows, and how long 1 is: a slope of 1 is seen as 45°.
X_LOW, X_HIGH, Y_LOW, Y_HIGH = -4, 4, -2, 4
UNIT = 28
PLOT_WIDTH, PLOT_HEIGHT = (X_HIGH - X_LOW) * UNIT, (Y_HIGH - Y_LOW) * UNIT
#: Around the plots, in pixels: words above them, numbers at the left and below.
WORDS, LEFT, NUMBERS, GAP, HEADER, MARGIN = 66, 22, 20, 36, 58, 24
CELL_WIDTH, CELL_HEIGHT = LEFT + PLOT_WIDTH + GAP, WORDS + PLOT_HEIGHT + NUMBERS + GAP
#: Points per line: every eighth of the 801 is two pixels from the next.
EVERY = 8

STYLE = """
text { font-family: "DejaVu Sans", Verdana, Helvetica, Arial, sans-serif; fill: #1B2330 }
.sheet { fill: #FFFFFF; stroke: #DDE1E7 }
.head { font-size: 18px; font-weight: bold }
.name { font-size: 14px; font-weight: bold }
.formula { font-size: 12px }
.small { font-size: 11px; fill: #5C6878 }
.frame { fill: #F6F7F9; stroke: none }
.grid { stroke: #E3E7EC; stroke-width: 1; fill: none }
.axis { stroke: #98A2B0; stroke-width: 1; fill: none }
.f { stroke: #2457C5; stroke-width: 2.2; fill: none; stroke-linejoin: round }
.slope { stroke: #B85C0E; stroke-width: 2.2; fill: none; stroke-dasharray: 6 4 }
"""


def activations_svg() -> str:
    """All activations of the catalogue on one sheet, in its order."""
    layers = [cls() for cls in LAYERS.values() if has_curve(cls)]
    rows = -(-len(layers) // COLUMNS)
    width = 2 * MARGIN + COLUMNS * CELL_WIDTH - GAP
    height = 2 * MARGIN + HEADER + rows * CELL_HEIGHT - GAP
    names = ", ".join(type(layer).__name__ for layer in layers)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">',
        "<title>Activations and their derivatives</title>",
        f"<desc>Curves of {names}, each with its derivative dashed.</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="sheet" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        *_header(width),
    ]
    for place, layer in enumerate(layers):
        row, column = divmod(place, COLUMNS)
        x, y = MARGIN + column * CELL_WIDTH, MARGIN + HEADER + row * CELL_HEIGHT
        lines += [f'<g transform="translate({x} {y})">', *_cell(layer), "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def _header(width: int) -> Iterator[str]:
    yield _text("head", MARGIN, MARGIN + 16, "Activations y = f(x) and their derivatives")
    right = width - MARGIN
    for kind, word, at in (("f", "function", right - 210), ("slope", "derivative", right - 104)):
        yield f'<path class="{kind}" d="M{at} {MARGIN + 11}h28"/>'
        yield _text("formula", at + 36, MARGIN + 15, word)
    note = "As the code computes them, forward and backward; settings and weights have first values"
    yield _text("small", MARGIN, MARGIN + 36, note)


def _cell(layer: Layer) -> Iterator[str]:
    """Name, formula, derivative, and the plot with its numbers."""
    drawn = curve(layer, X_LOW, X_HIGH)
    yield _text("name", 0, 14, type(layer).__name__)
    if note := drawn.of or layer.caption():
        yield _text("small", PLOT_WIDTH + LEFT, 14, note, anchor="end")
    yield _text("formula", 0, 34, layer.formula)
    yield _text("formula", 0, 52, layer.derivative)
    yield f'<g transform="translate({LEFT} {WORDS})">'
    yield f'<rect class="frame" width="{PLOT_WIDTH}" height="{PLOT_HEIGHT}"/>'
    across = "".join(f"M{_x(x)} 0v{PLOT_HEIGHT}" for x in range(X_LOW, X_HIGH + 1, 2) if x)
    up = "".join(f"M0 {_y(y)}h{PLOT_WIDTH}" for y in range(Y_LOW, Y_HIGH + 1, 2) if y)
    yield f'<path class="grid" d="{across}{up}"/>'
    yield f'<path class="axis" d="M{_x(0)} 0v{PLOT_HEIGHT}M0 {_y(0)}h{PLOT_WIDTH}"/>'
    yield f'<path class="f" d="{_path(drawn.x, drawn.y)}"/>'
    yield f'<path class="slope" d="{_path(drawn.x, drawn.slope)}"/>'
    for x in range(X_LOW, X_HIGH + 1, 2):
        yield _text("small", _x(x), PLOT_HEIGHT + 17, _number(x), anchor="middle")
    for y in range(Y_LOW, Y_HIGH + 1, 2):
        yield _text("small", -6, _y(y) + 4, _number(y), anchor="end")
    yield "</g>"


def _path(x: Array, values: Array) -> str:
    """A line through every ``EVERY``-th point of each piece that is seen, and through its ends."""
    parts = []
    for xs, ys in pieces(x, values):
        seen = (ys >= Y_LOW - 1e-9) & (ys <= Y_HIGH + 1e-9)
        borders = np.flatnonzero(np.diff(seen)) + 1
        for part in np.split(np.arange(len(xs)), borders):
            if seen[part[0]]:
                chosen = np.union1d(part[::EVERY], part[-1])
                places = zip(_x(xs[chosen]), _y(ys[chosen]), strict=True)
                parts.append("M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places))
    return "".join(parts)


def _x(x):
    return (x - X_LOW) * UNIT


def _y(y):
    return (Y_HIGH - y) * UNIT


def _number(value: int) -> str:
    return str(value).replace("-", "−")


def _text(kind: str, x: int, y: int, words: str, anchor: str = "start") -> str:
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{kind}" x="{x}" y="{y}"{where}>{escape(words)}</text>'


def main(target: Path) -> int:
    """Write the picture; returns the exit code."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(activations_svg(), encoding="utf-8", newline="\n")
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET))
