"""Dropout: while training, each number or each whole channel is zeroed with probability p = rate.

    y = m · x / (1 − p)     m = 0 with probability p, else 1        ∂L/∂x = m · dy / (1 − p)

What is kept is scaled up, so that the expected sum stays the same and predicting needs no change
(Srivastava et al., 2014, in the "inverted" form everybody uses). Neighbouring places of a channel
say nearly the same, so dropping one of them takes little away; SpatialDropout draws one m for all
places of a channel (Tompson, Goroshin, Jain, LeCun and Bregler, 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError
from nnstudio.messages import shape_text
from nnstudio.schema import setting


@dataclass(frozen=True)
class Dropout(Layer):
    """Zeroes a random share of its inputs while training; passes everything when predicting."""

    category: ClassVar[str] = "regularise"
    summary: ClassVar[str] = "Zeroes a random share while training, against overfitting"
    formula: ClassVar[str] = "y = m · x / (1 − rate), m random 0 or 1"
    operations: ClassVar[int] = 0
    buffers: ClassVar[tuple[int, int]] = (2, 1)  # y and the mask

    rate: float = setting(0.2, ge=0, lt=1, live=True, help="The share of inputs set to zero")

    @property
    def is_random(self) -> bool:
        return self.rate > 0

    def caption(self) -> str:
        return f"rate {self.rate:g}"

    def mask_shape(self, shape: Shape) -> Shape:
        """One random m for each number of a batch of ``shape``."""
        return shape

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        return super().buffer_size(*shapes, needs_dx=needs_dx) if self.is_random else 0

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        if not call.training or self.rate == 0:
            call.saved["mask"] = None
            return x
        if call.rng is None:
            raise ValueError(f"{type(self).__name__} needs call.rng while training")
        mask = call.buffer("mask", self.mask_shape(x.shape))
        call.rng.random(out=mask, dtype=mask.dtype.type)
        np.greater_equal(mask, self.rate, out=mask)
        mask *= 1 / (1 - self.rate)
        call.saved["mask"] = mask
        return np.multiply(x, mask, out=call.buffer("y", x.shape))

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        mask = call.saved["mask"]
        if mask is None:
            return (dy,)
        return (np.multiply(dy, mask, out=call.buffer("dx", dy.shape)),)


@dataclass(frozen=True)
class SpatialDropout(Dropout):
    """Zeroes whole channels of pictures (C, H, W), or features of (T, F) at all places."""

    summary: ClassVar[str] = "Zeroes whole channels while training, against overfitting"
    formula: ClassVar[str] = "y = m · x / (1 − rate), one m per channel"
    buffers: ClassVar[tuple[int, int]] = (1, 1)

    rate: float = setting(0.2, ge=0, lt=1, live=True, help="The share of channels set to zero")

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) not in (2, 3):
            raise ShapeError("channels_needed", got=shape_text(shape))
        return shape

    def mask_shape(self, shape: Shape) -> Shape:
        """One random m for each channel of (C, H, W, N), or feature of (T, F, N)."""
        return (shape[0], 1, 1, shape[-1]) if len(shape) == 4 else (1, *shape[1:])
