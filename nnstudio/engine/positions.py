"""Positional encoding: where in the sequence a place is, said in numbers that are added to it.

    y_t = x_t + p_t        ∂L/∂x = dy        ∂L/∂p_t = Σ over the batch of dy_t

Attention treats places as a heap without order. With p, the same number at another place is another
input. Either p is fixed, waves of ever greater length,

    p_t,2i = sin(t / 10000^{2i/F})        p_t,2i+1 = cos(t / 10000^{2i/F})

from which p_{t+k} follows by turning, whatever t is; or p is a table (T, F) that is learned.

Source: Vaswani et al., "Attention is all you need", 2017, who found no difference between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError, Variable
from nnstudio.messages import shape_text
from nnstudio.schema import setting


@dataclass(frozen=True)
class PositionalEncoding(Layer):
    """(T, F) → (T, F): adds to each place what tells it from the others."""

    category: ClassVar[str] = "sequence"
    summary: ClassVar[str] = "Tells attention where in the sequence a place is"
    formula: ClassVar[str] = "yₜ = xₜ + pₜ"
    buffers: ClassVar[tuple[int, int]] = (1, 0)  # ∂L/∂x is dy

    kind: str = setting(
        "sine", choices=("sine", "learned"), help="Waves of many lengths, or a learned table"
    )

    def caption(self) -> str:
        return self.kind

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 2:
            raise ShapeError("sequence_needed", layer="PositionalEncoding", got=shape_text(shape))
        return shape

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        (shape,) = shapes
        return (Variable("position", shape, "normal"),) if self.kind == "learned" else ()

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        position = v["position"] if self.kind == "learned" else waves(*x.shape[:2])
        position = position.astype(x.dtype, copy=False)
        return np.add(x, position[..., np.newaxis], out=call.buffer("y", x.shape))

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        if grad:
            np.sum(dy, axis=-1, out=grad["position"])
        return (dy,)


@lru_cache(maxsize=16)
def waves(places: int, features: int) -> Array:
    """The fixed p, (places, features), float64 and read-only."""
    pairs = np.arange(features) // 2
    angle = np.arange(places)[:, np.newaxis] / 10_000.0 ** (2 * pairs / features)
    position = np.where(np.arange(features) % 2, np.cos(angle), np.sin(angle))
    position.flags.writeable = False
    return position
