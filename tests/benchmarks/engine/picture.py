"""The picture of the cost growth as SVG: three axes systems side by side, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

from engine.growth import FITTED, Panel, Series

WIDTH, HEIGHT = 1140, 440
_LEFT, _TOP, _PLOT_WIDTH, _PLOT_HEIGHT, _GAP = 74, 96, 300, 262, 64
_INK, _SOFT, _GRID = "#1f2933", "#5b6770", "#e4e8ec"
#: Told apart by people who don't see all colours too, and by the shape of the points.
_COLOURS = {"nnstudio": "#0b5cad", "PyTorch": "#d95f02", "JAX": "#4d8b31"}


def growth_svg(panels: Sequence[Panel], note: str) -> str:
    """The picture; ``note`` is written below it."""
    seconds = [s for panel in panels for series in panel.series for s in series.seconds]
    low, high = floor(log10(min(seconds))), ceil(log10(max(seconds)))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="Inter, Segoe UI, Helvetica, Arial, '
        f'sans-serif" font-size="12" fill="{_INK}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(_LEFT, 32, "How the time of a training step grows", size=18, weight=600),
        _legend(panels),
    ]
    for number, panel in enumerate(panels):
        x = _LEFT + number * (_PLOT_WIDTH + _GAP)
        parts += _panel(panel, x, low, high, first=not number)
    parts += [_text(_LEFT, HEIGHT - 14, note, colour=_SOFT, size=11), "</svg>"]
    return "\n".join(parts) + "\n"


def _text(
    x: float,
    y: float,
    text: str,
    *,
    colour: str = _INK,
    size: int = 12,
    weight: int = 400,
    anchor: str = "start",
    turn: str = "",
) -> str:
    transform = f' transform="{turn}"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}"{transform}>{escape(text)}</text>'
    )


def _legend(panels: Sequence[Panel]) -> str:
    names = list(dict.fromkeys(series.name for panel in panels for series in panel.series))
    parts, x = [], float(_LEFT)
    for name in names:
        parts.append(
            f'<line x1="{x}" y1="52" x2="{x + 24}" y2="52" stroke="{_COLOURS[name]}" '
            f'stroke-width="{_thickness(name)}"/>' + _mark(name, x + 12, 52)
        )
        parts.append(_text(x + 31, 56, name, weight=600 if name == "nnstudio" else 400))
        x += 50 + 8 * len(name)
    parts.append(
        f'<line x1="{x}" y1="52" x2="{x + 24}" y2="52" stroke="{_SOFT}" stroke-dasharray="3 4"/>'
        + _text(x + 31, 56, "slope 1: twice as much takes twice as long", colour=_SOFT)
    )
    return "\n".join(parts)


def _thickness(name: str) -> float:
    return 2.6 if name == "nnstudio" else 1.8


def _mark(name: str, x: float, y: float) -> str:
    colour = _COLOURS[name]
    if name == "nnstudio":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    if name == "PyTorch":
        return (
            f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="#ffffff" '
            f'stroke="{colour}" stroke-width="1.8"/>'
        )
    points = f"{x:.1f},{y - 4.5:.1f} {x + 4.5:.1f},{y + 3.5:.1f} {x - 4.5:.1f},{y + 3.5:.1f}"
    return f'<polygon points="{points}" fill="#ffffff" stroke="{colour}" stroke-width="1.8"/>'


def _panel(panel: Panel, left: float, low: int, high: int, *, first: bool) -> list[str]:
    sizes = panel.series[0].sizes
    inner = 14  # between the frame and the outermost points
    span = log10(sizes[-1] / sizes[0])
    bottom = _TOP + _PLOT_HEIGHT

    def across(size: float) -> float:
        return left + inner + (_PLOT_WIDTH - 2 * inner) * log10(size / sizes[0]) / span

    def up(seconds: float) -> float:
        return bottom - _PLOT_HEIGHT * (log10(seconds) - low) / (high - low)

    parts = [_text(left, _TOP - 12, panel.title, size=14, weight=600)]
    for power in range(low, high + 1):
        y = up(10.0**power)
        parts.append(
            f'<line x1="{left}" y1="{y:.1f}" x2="{left + _PLOT_WIDTH}" y2="{y:.1f}" '
            f'stroke="{_GRID}"/>'
        )
        parts.append(_text(left - 8, y + 4, _seconds(power), colour=_SOFT, anchor="end"))
    every = 1 if len(sizes) <= 7 else 2
    for number, size in enumerate(sizes):
        x = across(size)
        parts.append(
            f'<line x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 5}" stroke="{_SOFT}"/>'
        )
        if (len(sizes) - 1 - number) % every == 0:
            parts.append(_text(x, bottom + 19, f"{size:,}", colour=_SOFT, anchor="middle"))
    parts.append(
        f'<line x1="{left}" y1="{bottom}" x2="{left + _PLOT_WIDTH}" y2="{bottom}" '
        f'stroke="{_SOFT}"/>'
    )
    parts.append(_text(left + _PLOT_WIDTH / 2, bottom + 40, panel.axis, anchor="middle"))
    if first:
        x, y = left - 56, _TOP + _PLOT_HEIGHT / 2
        parts.append(
            _text(x, y, "time of a step", anchor="middle", turn=f"rotate(-90 {x:.1f} {y:.1f})")
        )
    parts.append(_guide(panel, across, up, low, high))
    for series in reversed(panel.series):  # nnstudio on top
        colour = _COLOURS[series.name]
        points = [(across(a), up(b)) for a, b in zip(series.sizes, series.seconds, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" '
            f'stroke-width="{_thickness(series.name)}" stroke-linejoin="round"/>'
        )
        parts += [_mark(series.name, x, y) for x, y in points]
    parts += _slopes(panel.series, left + 12, _TOP + 18)
    return parts


def _guide(panel: Panel, across: object, up: object, low: int, high: int) -> str:
    """A line of slope 1 below the points, as far as it stays inside."""
    assert callable(across)
    assert callable(up)
    sizes = panel.series[0].sizes
    least = min(series.seconds[-1] for series in panel.series) / 1.9
    start = max(sizes[0], sizes[-1] * 10**low / least * 1.05)
    x1, y1, x2, y2 = across(start), up(least * start / sizes[-1]), across(sizes[-1]), up(least)
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{_SOFT}" '
        f'stroke-dasharray="3 4"/>'
    )


def _slopes(all_series: Sequence[Series], x: float, y: float) -> list[str]:
    """The slopes in the corner that lies above the rising lines."""
    sizes = all_series[0].sizes
    parts = [_text(x, y, f"slope, {sizes[-FITTED]:,} to {sizes[-1]:,}", colour=_SOFT, size=11)]
    for number, series in enumerate(all_series, start=1):
        colour, weight = _COLOURS[series.name], 600 if series.name == "nnstudio" else 400
        text = f"{series.slope:.2f}  {series.name}"
        parts.append(_text(x, y + 16 * number, text, colour=colour, weight=weight))
    return parts


def _seconds(power: int) -> str:
    """10^power seconds, as ``10 µs``."""
    for unit, base in (("s", 0), ("ms", -3), ("µs", -6)):
        if power >= base:
            return f"{10 ** (power - base)} {unit}"
    return f"{10 ** (power + 9)} ns"
