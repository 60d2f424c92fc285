"""Softmax: scores of classes become probabilities.

    yᵢ = e^xᵢ / Σⱼ e^xⱼ        ∂yᵢ/∂xⱼ = yᵢ (δᵢⱼ − yⱼ)

Every probability depends on every score, so the chain rule is a sum, and that sums up to

    ∂L/∂xᵢ = Σⱼ ∂L/∂yⱼ ∂yⱼ/∂xᵢ = yᵢ (dyᵢ − Σⱼ yⱼ dyⱼ)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError
from nnstudio.messages import shape_text


@dataclass(frozen=True)
class Softmax(Layer):
    """Turns the scores along the feature axis into probabilities that sum to 1 (Bridle, 1990)."""

    category: ClassVar[str] = "output"
    summary: ClassVar[str] = "Turns scores into probabilities that sum to 1"
    formula: ClassVar[str] = "yᵢ = eˣⁱ / Σⱼ eˣʲ"
    operations: ClassVar[int] = 3  # e, Σ, ÷
    derivative: ClassVar[str] = "∂yᵢ/∂xⱼ = yᵢ (1 − yⱼ) if i = j, else −yᵢ yⱼ"

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) not in (1, 2):
            raise ShapeError("flat_needed", layer="Softmax", got=shape_text(shape))
        return shape

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        y = softmax(x, out=call.buffer("y", x.shape))
        call.saved["y"] = y
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        y = call.saved["y"]
        dx = np.multiply(y, dy, out=call.buffer("dx", dy.shape))
        total = dx.sum(axis=-2, keepdims=True)
        np.subtract(dy, total, out=dx)
        dx *= y
        return (dx,)


def softmax(x: Array, out: Array) -> Array:
    """Softmax along the feature axis of (…, F, N), written into ``out``.

    The greatest score is subtracted first: the result is the same and no exponential overflows.
    """
    np.subtract(x, x.max(axis=-2, keepdims=True), out=out)
    np.exp(out, out=out)
    out /= out.sum(axis=-2, keepdims=True)
    return out
