"""PReLU: a leaky rectifier that learns how much it lets through.

    y = x where x > 0, else a x

with one slope a for all numbers or one for each feature. Where x > 0 it has no part in y, elsewhere
y = a x, so that

    ∂L/∂x = dy where x > 0, else a dy        ∂L/∂a = Σ dy · min(0, x)

the sum being over the batch, all places and, for a single slope, all features.

Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015. As they do, a begins at 0.25
and weight decay leaves it alone: pulled to 0, it would become a ReLU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.axes import by_feature, feature_axis
from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError, Variable
from nnstudio.schema import setting


@dataclass(frozen=True)
class PReLU(Layer):
    """The rectifier with learned slopes (He et al., 2015).

    ``slope`` has PyTorch's shape: (1) or (features), which are F of (F) and (T, F), and the
    channels of (C, H, W).
    """

    category: ClassVar[str] = "activation"
    summary: ClassVar[str] = "Learns how much of what is negative it lets through"
    formula: ClassVar[str] = "y = x if x > 0, else a x"
    derivative: ClassVar[str] = "y′ = 1 if x > 0, else a"
    buffers: ClassVar[tuple[int, int]] = (2, 2)  # y and min(0, x); ∂L/∂x and its part below 0

    per_feature: bool = setting(
        False,
        label="A slope per feature",
        help="Learn a slope for each feature, or channel of a picture, instead of a single one",
    )

    def caption(self) -> str:
        return "per feature" if self.per_feature else ""

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if not shape:
            raise ShapeError("feature_needed", layer="PReLU")
        return shape

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        (shape,) = shapes
        count = shape[feature_axis(len(shape))] if self.per_feature else 1
        return (Variable("slope", (count,), "quarter"),)

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        negative = np.minimum(x, 0, out=call.buffer("negative", x.shape))
        y = call.buffer("y", x.shape)
        np.multiply(by_feature(negative), _column(v["slope"]), out=by_feature(y))
        # Nothing is in the place of ∂L/∂x yet.
        y += np.maximum(x, 0, out=call.buffer("dx", x.shape))
        call.saved["x"] = x
        call.saved["negative"] = negative
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        if grad:
            # Σ dy · min(0, x) for each feature, in one pass over both.
            sums = np.vecdot(by_feature(dy), by_feature(call.saved["negative"])).sum(axis=0)
            grad["slope"][...] = sums if self.per_feature else sums.sum()
        if not call.needs_dx:
            return (None,)
        # dy is parted into what goes back where x ≤ 0 and the rest; the first is multiplied by a.
        below = call.buffer("below", dy.shape)
        np.less_equal(call.saved["x"], 0, out=below)
        below *= dy
        dx = np.subtract(dy, below, out=call.buffer("dx", dy.shape))
        leaked = by_feature(below)
        leaked *= _column(v["slope"])
        dx += below
        return (dx,)


def _column(slope: Array) -> Array:
    """The slopes, so that they act on a batch as (T, features, …)."""
    return slope.reshape(-1, 1)
