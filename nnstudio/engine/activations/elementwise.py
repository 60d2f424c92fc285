"""Elementwise: one function f, applied to each number of a batch by itself.

    yᵢ = f(xᵢ)        ∂L/∂xᵢ = f′(xᵢ) · ∂L/∂yᵢ

An activation says what f and f′ are; that a batch goes through them, and that the chain rule
multiplies f′ by what flows back, is the same for all and stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer


@dataclass(frozen=True)
class Elementwise(Layer):
    """The base of activations without variables.

    Both functions write into an array that they are given: no batch is ever allocated for them.
    """

    category: ClassVar[str] = "activation"

    def f(self, x: Array, y: Array, call: Call) -> None:
        """Write f(x) into ``y``."""
        raise NotImplementedError

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        """Write f′(x) into ``slope``, given x and y = f(x), which stay as they are."""
        raise NotImplementedError

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        y = call.buffer("y", x.shape)
        self.f(x, y, call)
        call.saved["x"] = x
        call.saved["y"] = y
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        if not call.needs_dx:
            return (None,)
        dx = call.buffer("dx", dy.shape)
        self.f_prime(call.saved["x"], call.saved["y"], dx, call)
        return (np.multiply(dx, dy, out=dx),)


def scratch(x: Array, call: Call) -> Array:
    """Room for ``forward`` to work in: nothing is in the place of ∂L/∂x yet."""
    return call.buffer("dx", x.shape)
