"""Curves: y = f(x) of an activation and its derivative f′, found by running the layer itself.

One feature whose batch is a grid x₁ … xₙ goes forward; a gradient of 1 for each number comes back:

    y = forward(x)        ∂L/∂x = f′(x) · ∂L/∂y = f′(x)  where ∂L/∂y = 1

so the picture of a layer shows what its code computes, and can't say anything else.

Softmax has no curve of one number: each probability depends on all scores. Of two classes, with the
scores x and 0, the first has the probability eˣ / (eˣ + 1), which is σ(x); that is its curve.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nnstudio.engine.activations import Softmax
from nnstudio.engine.initialisers import INITIALISERS
from nnstudio.engine.layer import Array, Call, Layer

#: Between two neighbouring points of the grid a function jumps if it changes by so many times as
#: much as just before and just after.
_JUMP = 8.0


@dataclass(frozen=True, eq=False)
class Curve:
    """A function on a grid, all three vectors of float64.

    Attributes:
        x: the grid, ascending.
        y: f(x).
        slope: f′(x); at a kink what ``backward`` takes for it, the slope on one of its sides.
        of: what x and y are, where that needs saying; else empty.
    """

    x: Array
    y: Array
    slope: Array
    of: str = ""


def has_curve(layer: Layer | type[Layer]) -> bool:
    """Whether ``layer`` has a curve: an activation, applied to each number by itself, or Softmax.

    Dropout and noise work number by number too, but by chance.
    """
    return bool(layer.derivative)


def curve(layer: Layer, low: float = -4.0, high: float = 4.0, count: int = 801) -> Curve:
    """The curve of ``layer`` at ``count`` places from ``low`` to ``high``, both included.

    Variables, such as the slope that PReLU learns, have their first values.

    Raises:
        ValueError: ``layer`` has no curve.
    """
    if not has_curve(layer):
        raise ValueError(f"expected an activation, got {type(layer).__name__}, which has no curve")
    rng = np.random.default_rng(0)
    features, of = (2, "y₁ of x₁ = x, x₂ = 0") if isinstance(layer, Softmax) else (1, "")
    variables = {v.name: INITIALISERS[v.init](v.shape, rng) for v in layer.variables((features,))}
    call = Call(np.float64)
    xs = np.zeros((features, count))
    xs[0] = np.linspace(low, high, count)
    y = layer.forward(variables, (xs,), call)[0].copy()
    dy = np.zeros((features, count))
    dy[0] = 1
    (dx,) = layer.backward(variables, {}, dy, call)
    if dx is None:
        raise AssertionError(f"{type(layer).__name__} was asked for ∂L/∂x and gave none")
    return Curve(xs[0], y, dx[0].copy(), of)


def pieces(x: Array, values: Array) -> Iterator[tuple[Array, Array]]:
    """The parts of a curve between its jumps, to be drawn one by one: ``(x, values)`` of each.

    A line across a jump would show values that the function never takes.
    """
    change = np.abs(np.diff(values))
    before = np.concatenate([change[1:2], change[:-1]])
    after = np.concatenate([change[1:], change[-2:-1]])
    tiny = 1e-9 * max(1.0, float(np.abs(values).max()))
    jumps = np.flatnonzero(change > _JUMP * np.maximum(before, after) + tiny) + 1
    yield from zip(np.split(x, jumps), np.split(values, jumps), strict=True)
