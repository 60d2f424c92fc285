"""How the time of a step grows with width, depth and batch size, on logarithmic axes.

A slope of 1 means: twice as much of it costs twice as much time. Small networks lie below, where
dispatch is most of the step; the slope is that of the straight line through the last points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from engine.contender import Contender, Missing
from engine.ours import Ours
from engine.pairs import seconds_per_step
from engine.steps import peer_module
from engine.works import Work, mlp, pictures

#: So many pictures are enough to time steps on.
EXAMPLES = 8192
ROUNDS, SLICE = 7, 0.01
#: The slope is fitted to so many of the largest sizes.
FITTED = 4


@dataclass(frozen=True)
class Series:
    """One contender's seconds per step at each size."""

    name: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def slope(self) -> float:
        """d log(seconds) / d log(size), by least squares over the last sizes."""
        x, y = np.log(self.sizes[-FITTED:]), np.log(self.seconds[-FITTED:])
        return float(np.polyfit(x, y, 1)[0])


@dataclass(frozen=True)
class Panel:
    """What one of the three axes systems shows."""

    title: str
    axis: str
    series: tuple[Series, ...]


#: Title, axis, sizes, and the network and batch size for a size.
_SWEEPS: tuple[tuple[str, str, tuple[int, ...], Callable[[int], tuple[Work, int]]], ...] = (
    (
        "Width", "units w of 784-w-10, batch 64",
        (16, 32, 64, 128, 256, 512, 1024, 2048), lambda n: (mlp(n), 64),
    ),
    (
        "Depth", "hidden layers of 128 units, batch 64",
        (1, 2, 4, 8, 16, 32), lambda n: (mlp(*[128] * n), 64),
    ),
    (
        "Batch", "examples in a batch, 784-128-10",
        (1, 4, 16, 64, 256, 1024, 4096), lambda n: (mlp(128), n),
    ),
)  # fmt: skip


def growth_panels(clock: Callable[[], float] = perf_counter) -> list[Panel]:
    """Measure nnstudio and the peers that are there, all sizes of a panel in turns."""
    return [Panel(title, axis, _sweep(sizes, made, clock)) for title, axis, sizes, made in _SWEEPS]


def _sweep(
    sizes: tuple[int, ...],
    made: Callable[[int], tuple[Work, int]],
    clock: Callable[[], float],
) -> tuple[Series, ...]:
    examples = pictures(EXAMPLES)
    kinds: list[tuple[str, Callable[[Work, int], Contender]]] = [
        ("nnstudio", lambda work, batch: Ours(work, batch, 1, examples)),
        ("PyTorch", lambda work, batch: peer_module("PyTorch").PyTorch(work, batch, 1, examples)),
        ("JAX", lambda work, batch: peer_module("JAX").Jax(work, batch, 1, examples)),
    ]
    contenders: list[Contender] = []
    names = []
    for name, build in kinds:
        try:
            contenders += [build(*made(size)) for size in sizes]
        except Missing:  # it has been named in the tables before
            continue
        names.append(name)
    times = np.median(seconds_per_step(contenders, ROUNDS, SLICE, clock), axis=0)
    for contender in contenders:
        contender.close()
    split = times.reshape(len(names), len(sizes))
    return tuple(
        Series(name, sizes, tuple(map(float, row))) for name, row in zip(names, split, strict=True)
    )


def panel_lines(panels: Sequence[Panel]) -> list[str]:
    """The slopes as text."""
    return [
        f"  {panel.title:<6} {series.sizes[-FITTED]:>5} to {series.sizes[-1]:>4}  "
        f"{series.name:<9} slope {series.slope:.2f}"
        for panel in panels
        for series in panel.series
    ]
