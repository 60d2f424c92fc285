"""GaussianNoise: while training, a normal random number is added to each number.

    y = x + σ z     z ~ Normal(0, 1), drawn anew for each number        ∂L/∂x = dy

The network meets another copy of each example every time, so that small changes of the input must
not change its answer; for the squared error this amounts to a penalty on the network's slope
(Bishop, "Training with noise is equivalent to Tikhonov regularization", 1995). The formula is that
of Keras's layer of this name; PyTorch has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape
from nnstudio.schema import setting


@dataclass(frozen=True)
class GaussianNoise(Layer):
    """Adds normal noise while training; passes everything unchanged when predicting."""

    category: ClassVar[str] = "regularise"
    summary: ClassVar[str] = "Adds random noise while training, against overfitting"
    formula: ClassVar[str] = "y = x + σ z, z normal"
    operations: ClassVar[int] = 0
    buffers: ClassVar[tuple[int, int]] = (1, 0)  # ∂L/∂x is dy

    stddev: float = setting(
        0.1,
        ge=0,
        le=1_000,
        label="Deviation σ",
        live=True,
        help="The noise's standard deviation",
    )

    @property
    def is_random(self) -> bool:
        return self.stddev > 0

    def caption(self) -> str:
        return f"σ {self.stddev:g}"

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        return super().buffer_size(*shapes, needs_dx=needs_dx) if self.is_random else 0

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        if not call.training or self.stddev == 0:
            return x
        if call.rng is None:
            raise ValueError("GaussianNoise needs call.rng while training")
        y = call.buffer("y", x.shape)
        call.rng.standard_normal(out=y, dtype=y.dtype.type)
        y *= self.stddev
        return np.add(y, x, out=y)

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (dy,)
