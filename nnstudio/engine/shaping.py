"""Layers that compute nothing: where the data comes in, and what only puts numbers elsewhere.

| layer       | does to each example                            | backward                      |
|-------------|-------------------------------------------------|-------------------------------|
| Input       | nothing: the data enters here                   | dy                            |
| Flatten     | (C, H, W) → (C · H · W)                         | dy in the old shape           |
| Reshape     | the same numbers, in the same order, as another shape | dy in the old shape     |
| Permute     | axes in another order, such as (T, F) → (F, T)  | dy with its axes put back     |
| ZeroPadding | zeros around                                    | dy without what was around    |
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError
from nnstudio.messages import shape_text
from nnstudio.schema import setting


@dataclass(frozen=True)
class Input(Layer):
    """Where the data enters the network."""

    category: ClassVar[str] = "core"
    summary: ClassVar[str] = "Where the data enters the network"
    formula: ClassVar[str] = "y = x"
    operations: ClassVar[int] = 0
    arity: ClassVar[tuple[int, int | None]] = (0, 0)
    buffers: ClassVar[tuple[int, int]] = (1, 0)

    shape: tuple[int, ...] = setting(
        (1,), ge=1, le=1_000_000, help="One example's shape: 2, or 1 × 28 × 28 for a picture"
    )
    column: str = setting(
        "", help="Which column of the data comes in here; empty for the data's inputs"
    )

    @property
    def source(self) -> str:
        """The name of the column that comes in."""
        return self.column or "inputs"

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
    operations: ClassVar[int] = 0
    buffers: ClassVar[tuple[int, int]] = (0, 0)  # a view

    def output_shape(self, *shapes: Shape) -> Shape:
        return (prod(shapes[0]),)

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        call.saved["shape"] = x.shape
        return x.reshape(-1, x.shape[-1])

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (dy.reshape(call.saved["shape"]),)


@dataclass(frozen=True)
class Reshape(Layer):
    """Gives each example another shape with as many numbers, which keep their order."""

    category: ClassVar[str] = "shape"
    summary: ClassVar[str] = "The same numbers in another shape"
    formula: ClassVar[str] = "(a · b) → (a, b)"
    operations: ClassVar[int] = 0
    buffers: ClassVar[tuple[int, int]] = (0, 0)  # a view

    shape: tuple[int, ...] = setting(
        (-1,), ge=-1, le=1_000_000, help="Such as 16 × 7 × 7; one entry may be −1: what is left"
    )

    def caption(self) -> str:
        return shape_text(self.shape).replace("-", "−")

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        given = prod(size for size in self.shape if size != -1)
        free = self.shape.count(-1)
        fits = given > 0 and (
            prod(shape) % given == 0 if free == 1 else free == 0 and prod(shape) == given
        )
        if not fits or not self.shape:
            raise ShapeError(
                "reshape_count",
                got=shape_text(shape),
                count=prod(shape),
                wanted=shape_text(self.shape).replace("-", "−"),
            )
        return tuple(prod(shape) // given if size == -1 else size for size in self.shape)

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        call.saved["shape"] = x.shape
        return x.reshape(*self.output_shape(x.shape[:-1]), x.shape[-1])

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (dy.reshape(call.saved["shape"]),)


@dataclass(frozen=True)
class Permute(Layer):
    """Puts an example's axes into another order; counted from 1, as the batch isn't one of them."""

    category: ClassVar[str] = "shape"
    summary: ClassVar[str] = "Puts the axes into another order, such as features before places"
    formula: ClassVar[str] = "(T, F) → (F, T)"
    operations: ClassVar[int] = 0

    order: tuple[int, ...] = setting(
        (2, 1), ge=1, le=8, help="Which axis comes first, which second …; 2 × 1 swaps two"
    )

    def caption(self) -> str:
        return "axes " + ", ".join(map(str, self.order))

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        axes = range(1, len(shape) + 1)
        if sorted(self.order) != list(axes):
            raise ShapeError(
                "permute_order",
                got=shape_text(shape),
                order=shape_text(self.order),
                example=shape_text(tuple(reversed(axes))),
            )
        return tuple(shape[axis - 1] for axis in self.order)

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        turned = x.transpose(*(axis - 1 for axis in self.order), -1)
        y = call.buffer("y", turned.shape)
        y[...] = turned
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        turned = dy.transpose(*np.argsort(self.order), -1)
        dx = call.buffer("dx", turned.shape)
        dx[...] = turned
        return (dx,)


@dataclass(frozen=True)
class ZeroPadding1D(Layer):
    """Zeros before and after a sequence (T, F)."""

    category: ClassVar[str] = "shape"
    summary: ClassVar[str] = "Puts zeros before and after a sequence"
    formula: ClassVar[str] = "(T, F) → (a + T + b, F)"
    operations: ClassVar[int] = 0
    buffers: ClassVar[tuple[int, int]] = (1, 0)  # ∂L/∂x is a part of dy

    before: int = setting(1, ge=0, le=100_000, help="How many places of zeros come first")
    after: int = setting(1, ge=0, le=100_000, help="How many places of zeros come last")

    def caption(self) -> str:
        return f"{self.before} + {self.after}"

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 2:
            raise ShapeError("sequence_needed", layer="ZeroPadding1D", got=shape_text(shape))
        return (self.before + shape[0] + self.after, shape[1])

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        y = call.buffer("y", (*self.output_shape(x.shape[:-1]), x.shape[-1]), zeroed=True)
        y[self.before : self.before + len(x)] = x
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (dy[self.before : len(dy) - self.after],)


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Zeros around a picture (C, H, W), on each side as many as you like."""

    category: ClassVar[str] = "shape"
    summary: ClassVar[str] = "Puts zeros around a picture"
    formula: ClassVar[str] = "(H, W) → (t + H + b, l + W + r)"
    operations: ClassVar[int] = 0
    buffers: ClassVar[tuple[int, int]] = (1, 0)  # ∂L/∂x is a part of dy

    top: int = setting(1, ge=0, le=10_000, help="How many rows of zeros above")
    bottom: int = setting(1, ge=0, le=10_000, help="How many rows of zeros below")
    left: int = setting(1, ge=0, le=10_000, help="How many columns of zeros on the left")
    right: int = setting(1, ge=0, le=10_000, help="How many columns of zeros on the right")

    def caption(self) -> str:
        sides = (self.top, self.bottom, self.left, self.right)
        if len(set(sides)) == 1:
            return f"{self.top} on each side"
        return f"{self.top} + {self.bottom}, {self.left} + {self.right}"

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 3:
            raise ShapeError("picture_needed", layer="ZeroPadding2D", got=shape_text(shape))
        channels, height, width = shape
        return (channels, self.top + height + self.bottom, self.left + width + self.right)

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        y = call.buffer("y", (*self.output_shape(x.shape[:-1]), x.shape[-1]), zeroed=True)
        self._inside(y)[...] = x
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (self._inside(dy),)

    def _inside(self, y: Array) -> Array:
        """Where in a padded batch the picture is."""
        _, height, width, _ = y.shape
        return y[:, self.top : height - self.bottom, self.left : width - self.right]
