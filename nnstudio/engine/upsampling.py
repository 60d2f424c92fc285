"""Upsampling: f numbers for each one, the reverse of pooling.

    nearest     y[f i + p] = x[i]  for p = 0 … f − 1            ∂L/∂x[i] = Σ over p of dy[f i + p]
    bilinear    y = A x along the height, then along the width   ∂L/∂x = Aᵀ dy along each

Number o of an output stands at (o + ½) / f − ½ on its input's axis: what comes from a number lies
symmetrically around it ("half-pixel centres", PyTorch's ``align_corners=False``). Row o of A holds
the two weights that interpolate there, such as ¼ and ¾; beyond the first and last number these are
repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError
from nnstudio.messages import shape_text
from nnstudio.schema import setting


@dataclass(frozen=True)
class Upsample1D(Layer):
    """Repeats each place of a sequence (T, F)."""

    category: ClassVar[str] = "convolution"
    summary: ClassVar[str] = "Repeats each place of a sequence"
    formula: ClassVar[str] = "(T, F) → (f T, F)"
    operations: ClassVar[int] = 0

    factor: int = setting(2, ge=1, le=1_000, help="How many places come from each")

    def caption(self) -> str:
        return f"× {self.factor}"

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 2:
            raise ShapeError("sequence_needed", layer="Upsample1D", got=shape_text(shape))
        return (shape[0] * self.factor, shape[1])

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        places, features, count = x.shape
        y = call.buffer("y", (places, self.factor, features, count))
        y[...] = x[:, np.newaxis]
        return y.reshape(-1, features, count)

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        if not call.needs_dx:
            return (None,)
        places, features, count = len(dy) // self.factor, *dy.shape[1:]
        dx = call.buffer("dx", (places, features, count))
        return (dy.reshape(places, self.factor, features, count).sum(axis=1, out=dx),)


@dataclass(frozen=True)
class Upsample2D(Layer):
    """Makes pictures (C, H, W) larger: ``torch.nn.Upsample`` with a ``scale_factor``."""

    category: ClassVar[str] = "convolution"
    summary: ClassVar[str] = "Makes a picture larger, by repeating or interpolating"
    formula: ClassVar[str] = "(C, H, W) → (C, f H, f W)"

    factor: tuple[int, int] = setting((2, 2), ge=1, le=1_000, help="How much higher × wider")
    interpolation: str = setting(
        "nearest",
        choices=("nearest", "bilinear"),
        help="nearest: repeats each pixel; bilinear: blends between neighbours",
    )

    def caption(self) -> str:
        return f"× {self.factor[0]}" + (
            f" × {self.factor[1]}" if self.factor[0] != self.factor[1] else ""
        )

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 3:
            raise ShapeError("picture_needed", layer="Upsample2D", got=shape_text(shape))
        return (shape[0], shape[1] * self.factor[0], shape[2] * self.factor[1])

    def flops(self, *shapes: Shape) -> int:
        if self.interpolation == "nearest":
            return 0
        # Two products and a sum for each number, after the height and again after the width.
        ((channels, height, width),) = shapes
        return 3 * (channels * height * self.factor[0] * width + prod(self.output_shape(*shapes)))

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        higher = 0 if self.interpolation == "nearest" else prod(shapes[0]) * self.factor[0]
        both = 2 if needs_dx else 1
        return super().buffer_size(*shapes, needs_dx=needs_dx) + both * higher

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        channels, height, width, count = x.shape
        (down, across), call.saved["shape"] = self.factor, x.shape
        if self.interpolation == "nearest":
            y = call.buffer("y", (channels, height, down, width, across, count))
            y[...] = x[:, :, np.newaxis, :, np.newaxis]
            return y.reshape(channels, height * down, width * across, count)
        higher = call.buffer("higher", (channels, height * down, width * count))
        rows = interpolation_matrix(height, down, x.dtype)
        columns = interpolation_matrix(width, across, x.dtype)
        np.matmul(rows, x.reshape(channels, height, -1), out=higher)
        y = call.buffer("y", (channels, height * down, width * across, count))
        return np.matmul(columns, higher.reshape(channels, height * down, width, count), out=y)

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        if not call.needs_dx:
            return (None,)
        channels, height, width, count = call.saved["shape"]
        down, across = self.factor
        dx = call.buffer("dx", (channels, height, width, count))
        if self.interpolation == "nearest":
            parts = dy.reshape(channels, height, down, width, across, count)
            return (parts.sum(axis=(2, 4), out=dx),)
        narrower = call.buffer("narrower", (channels, height * down, width, count))
        rows = interpolation_matrix(height, down, dy.dtype)
        columns = interpolation_matrix(width, across, dy.dtype)
        np.matmul(columns.T, dy, out=narrower)
        by_row = narrower.reshape(channels, height * down, -1)
        np.matmul(rows.T, by_row, out=dx.reshape(channels, height, -1))
        return (dx,)


@lru_cache(maxsize=64)
def interpolation_matrix(length: int, factor: int, dtype: np.dtype[np.generic]) -> Array:
    """A (factor · length, length): linear interpolation along one axis, as the module says."""
    matrix = np.zeros((factor * length, length), dtype)
    at = np.clip((np.arange(factor * length) + 0.5) / factor - 0.5, 0, length - 1)
    before = np.floor(at).astype(int)
    after = np.minimum(before + 1, length - 1)
    rows = np.arange(len(matrix))
    matrix[rows, before] += 1 - (at - before)
    matrix[rows, after] += at - before
    matrix.flags.writeable = False
    return matrix
