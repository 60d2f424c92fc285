"""Layers that compute nothing: Input, where the data comes in, and Flatten, which only reshapes.

Flatten turns (C, H, W) into (C·H·W); backward turns the gradient into the old shape again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape
from nnstudio.schema import setting


@dataclass(frozen=True)
class Input(Layer):
    """Where the data enters the network."""

    category: ClassVar[str] = "core"
    summary: ClassVar[str] = "Where the data enters the network"
    formula: ClassVar[str] = "y = x"
    arity: ClassVar[tuple[int, int | None]] = (0, 0)

    shape: tuple[int, ...] = setting(
        (1,), ge=1, le=1_000_000, help="One example's shape: 2, or 1 × 28 × 28 for a picture"
    )

    def caption(self) -> str:
        if len(self.shape) == 3:
            return f"{self.shape[1]} × {self.shape[2]} picture"
        count = prod(self.shape)
        return f"{count:,} number" + ("s" if count != 1 else "")

    def output_shape(self, *shapes: Shape) -> Shape:
        return self.shape

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        return xs[0]

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (dy,)


@dataclass(frozen=True)
class Flatten(Layer):
    """Lays all features of an example out in one row, so that Dense can take them."""

    category: ClassVar[str] = "shape"
    summary: ClassVar[str] = "Lays a picture out in one row, for Dense"
    formula: ClassVar[str] = "(C, H, W) → C · H · W"

    def output_shape(self, *shapes: Shape) -> Shape:
        return (prod(shapes[0]),)

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        call.saved["shape"] = x.shape
        return x.reshape(-1, x.shape[-1])

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (dy.reshape(call.saved["shape"]),)
