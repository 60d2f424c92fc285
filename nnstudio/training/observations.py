"""What was seen of a run from time to time: distributions, update ratios, gradient norms.

Whoever watches a run adds the inside of a step now and then. Memory is bounded: distributions take
``MEMORY`` bytes together, however long the run and however large the network; curves
``MOST_POINTS`` points each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, log10
from typing import Literal, NamedTuple

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key
from nnstudio.training.distributions import Column, Histogram, columns_within, thinned
from nnstudio.training.inside import Inside
from nnstudio.training.rows import Row

#: Bytes for all distributions of a run, and points of a curve.
MEMORY, MOST_POINTS = 32_000_000, 512
#: Ratios and norms that are 0 are drawn at 10 to this power.
LEAST_POWER = -12.0

Kind = Literal["weights", "gradients", "activations"]
#: The name of a node's output, beside those of its variables.
OUTPUT = "output"


class Trace(NamedTuple):
    """Whose numbers are meant: of a variable, or of a node's output."""

    kind: Kind
    node: str
    name: str


@dataclass(frozen=True)
class Point:
    """A positive figure over some samples, as its power of ten.

    Attributes:
        first, last, samples: as of any entry of a row.
        power: the mean of log₁₀.
    """

    first: int
    last: int
    power: float
    samples: int = 1

    @staticmethod
    def of(step: int, value: float) -> Point:
        """One sample; 0 becomes the least power there is."""
        power = max(LEAST_POWER, log10(value)) if value > 0 else LEAST_POWER
        return Point(step, step, power)

    def __add__(self, later: Point) -> Point:
        samples = self.samples + later.samples
        power = (self.power * self.samples + later.power * later.samples) / samples
        return Point(self.first, later.last, power, samples)


def arrays_of(inside: Inside) -> dict[Trace, Array]:
    """Every array whose distribution is told."""
    found: dict[Trace, Array] = {}
    for (node, name), array in inside.variables.items():
        found[Trace("weights", node, name)] = array
    for (node, name), array in inside.variable_gradients.items():
        found[Trace("gradients", node, name)] = array
    for node, array in inside.gradients.items():
        found[Trace("gradients", node, OUTPUT)] = array
    for node, array in inside.activations.items():
        found[Trace("activations", node, OUTPUT)] = array
    return found


def layer_ratios(ratios: Mapping[Key, float]) -> dict[str, float]:
    """‖Δw‖ / ‖w‖ of each layer: of its weights; of its first variable where none is called so."""
    found: dict[str, float] = {}
    for (node, name), ratio in ratios.items():
        if isfinite(ratio) and (name == "weight" or node not in found):
            found[node] = ratio
    return found


def gradient_norms(gradients: Mapping[Key, Array]) -> dict[str, float]:
    """‖∂L/∂w‖ over all that each layer learns."""
    squares: dict[str, float] = {}
    for (node, _), gradient in gradients.items():
        flat = gradient.reshape(-1).astype(np.float64)
        squares[node] = squares.get(node, 0.0) + float(flat @ flat)
    return {node: square**0.5 for node, square in squares.items()}


class Observations:
    """Of one run.

    Attributes:
        run: which one, as ``Progress.run`` calls it.
        step: the latest that was seen; 0 for none.
        rows: the distributions of every array.
        ratios, norms: by node, the curves of ‖Δw‖ / ‖w‖ and of ‖∂L/∂w‖.
    """

    def __init__(self, run: str) -> None:
        self.run = run
        self.step = 0
        self.rows: dict[Trace, Row[Column]] = {}
        self.ratios: dict[str, Row[Point]] = {}
        self.norms: dict[str, Row[Point]] = {}

    def see(self, inside: Inside) -> None:
        """Add what was seen; a step that was seen before takes back all that came after it."""
        arrays = arrays_of(inside)
        most = columns_within(MEMORY, len(arrays))
        for trace, array in arrays.items():
            histogram = Histogram.of(thinned(array))
            row = self.rows.setdefault(trace, Row(most))
            row.add(Column(inside.step, inside.step, histogram))
        for curves, values in (
            (self.ratios, layer_ratios(inside.update_ratios)),
            (self.norms, gradient_norms(inside.variable_gradients)),
        ):
            for curve in curves.values():
                curve.forget_from(inside.step)
            for node, value in values.items():
                if isfinite(value):
                    curve = curves.setdefault(node, Row(MOST_POINTS))
                    curve.add(Point.of(inside.step, value))
        self.step = inside.step
