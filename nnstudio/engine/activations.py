"""Activations: one function applied to each number, and softmax, applied to each column.

| layer   | y = f(x)               | f′ in terms of y        |
|---------|------------------------|-------------------------|
| ReLU    | max(0, x)              | 1 where y > 0, else 0   |
| Sigmoid | 1 / (1 + e⁻ˣ)          | y (1 − y)               |
| Tanh    | (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)  | 1 − y²                  |
| Softmax | eˣᵢ / Σⱼ eˣⱼ            | ∂yᵢ/∂xⱼ = yᵢ (δᵢⱼ − yⱼ) |

By the chain rule ∂L/∂x = f′(x) · ∂L/∂y; for softmax this sums up to y (dy − Σⱼ yⱼ dyⱼ).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError
from nnstudio.messages import shape_text


@dataclass(frozen=True)
class ReLU(Layer):
    """The rectifier: passes what is positive, stops the rest (Nair and Hinton, 2010)."""

    category: ClassVar[str] = "activation"
    summary: ClassVar[str] = "Passes what is positive, stops the rest"
    formula: ClassVar[str] = "y = max(0, x)"

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        y = np.maximum(x, 0, out=call.buffer("y", x.shape))
        call.saved["y"] = y
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        # y is never negative, so its sign is the 0-or-1 derivative, in the array's own type.
        dx = np.sign(call.saved["y"], out=call.buffer("dx", dy.shape))
        return (np.multiply(dx, dy, out=dx),)


@dataclass(frozen=True)
class Sigmoid(Layer):
    """The logistic function: squeezes every number into (0, 1)."""

    category: ClassVar[str] = "activation"
    summary: ClassVar[str] = "Squeezes every number into 0 … 1"
    formula: ClassVar[str] = "y = 1 / (1 + e⁻ˣ)"

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        # The same function as ½ (1 + tanh ½x), which can't overflow.
        y = np.multiply(x, 0.5, out=call.buffer("y", x.shape))
        np.tanh(y, out=y)
        y += 1
        y *= 0.5
        call.saved["y"] = y
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        y = call.saved["y"]
        dx = np.subtract(1, y, out=call.buffer("dx", dy.shape))
        dx *= y
        dx *= dy
        return (dx,)


@dataclass(frozen=True)
class Tanh(Layer):
    """The hyperbolic tangent: squeezes every number into (−1, 1), and 0 stays 0."""

    category: ClassVar[str] = "activation"
    summary: ClassVar[str] = "Squeezes every number into −1 … 1"
    formula: ClassVar[str] = "y = tanh x"

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        y = np.tanh(x, out=call.buffer("y", x.shape))
        call.saved["y"] = y
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        dx = np.square(call.saved["y"], out=call.buffer("dx", dy.shape))
        np.subtract(1, dx, out=dx)
        dx *= dy
        return (dx,)


@dataclass(frozen=True)
class Softmax(Layer):
    """Turns the scores along the feature axis into probabilities that sum to 1."""

    category: ClassVar[str] = "output"
    summary: ClassVar[str] = "Turns scores into probabilities that sum to 1"
    formula: ClassVar[str] = "yᵢ = eˣⁱ / Σⱼ eˣʲ"

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
