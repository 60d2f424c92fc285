"""Add: the sum of its inputs, which lets a network have branches and short cuts.

    y = x₁ + x₂ + …        ∂L/∂xᵢ = dy for every i

The error flows back into every branch undiminished, which is why short cuts help deep networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError
from nnstudio.messages import shape_text


@dataclass(frozen=True)
class Add(Layer):
    """Adds two or more inputs of the same shape, number by number."""

    category: ClassVar[str] = "shape"
    summary: ClassVar[str] = "Adds branches of the same shape"
    formula: ClassVar[str] = "y = x₁ + x₂ + …"
    arity: ClassVar[tuple[int, int | None]] = (2, None)

    def output_shape(self, *shapes: Shape) -> Shape:
        if len(set(shapes)) > 1:
            got = " and ".join(shape_text(shape) for shape in shapes)
            raise ShapeError("same_shapes", layer="Add", got=got)
        return shapes[0]

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        call.saved["count"] = len(xs)
        y = np.add(xs[0], xs[1], out=call.buffer("y", xs[0].shape))
        for x in xs[2:]:
            y += x
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        count: int = call.saved["count"]
        return (dy,) * count
