"""Merging: several inputs become one, which lets a network have branches and short cuts.

| layer       | y              | ∂L/∂xᵢ                    |
|-------------|----------------|---------------------------|
| Add         | x₁ + x₂ + …    | dy                        |
| Multiply    | x₁ · x₂ · …    | dy · the other inputs     |
| Concatenate | (x₁, x₂, …)    | the part of dy where xᵢ is |

Through Add the error flows back into every branch undiminished, which is why short cuts help deep
networks. Through Multiply one branch gates the other: where it is 0, nothing passes either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import prod
from typing import ClassVar

import numpy as np

from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError
from nnstudio.messages import shape_text


@dataclass(frozen=True)
class Add(Layer):
    """Adds two or more inputs of the same shape, number by number."""

    category: ClassVar[str] = "shape"
    summary: ClassVar[str] = "Adds branches of the same shape"
    formula: ClassVar[str] = "y = x₁ + x₂ + …"
    arity: ClassVar[tuple[int, int | None]] = (2, None)
    buffers: ClassVar[tuple[int, int]] = (1, 0)  # ∂L/∂x is dy

    def output_shape(self, *shapes: Shape) -> Shape:
        return _same_shape("Add", shapes)

    def flops(self, *shapes: Shape) -> int:
        return (len(shapes) - 1) * prod(shapes[0])

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        call.saved["count"] = len(xs)
        y = np.add(xs[0], xs[1], out=call.buffer("y", xs[0].shape))
        for x in xs[2:]:
            y += x
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        count: int = call.saved["count"]
        return (dy,) * count


@dataclass(frozen=True)
class Multiply(Layer):
    """Multiplies two or more inputs of the same shape, number by number."""

    category: ClassVar[str] = "shape"
    summary: ClassVar[str] = "Multiplies branches of the same shape: one gates the other"
    formula: ClassVar[str] = "y = x₁ · x₂ · …"
    arity: ClassVar[tuple[int, int | None]] = (2, None)

    def output_shape(self, *shapes: Shape) -> Shape:
        return _same_shape("Multiply", shapes)

    def flops(self, *shapes: Shape) -> int:
        return (len(shapes) - 1) * prod(shapes[0])

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        call.saved["xs"] = xs
        y = np.multiply(xs[0], xs[1], out=call.buffer("y", xs[0].shape))
        for x in xs[2:]:
            y *= x
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        xs: tuple[Array, ...] = call.saved["xs"]
        if not call.needs_dx:
            return (None,) * len(xs)
        dxs = []
        for i in range(len(xs)):
            # Not dy · y / xᵢ, which a zero would spoil.
            dx = dy
            for x in (*xs[:i], *xs[i + 1 :]):
                dx = np.multiply(dx, x, out=call.buffer(f"dx {i}", dy.shape))
            dxs.append(dx)
        return tuple(dxs)


@dataclass(frozen=True)
class Concatenate(Layer):
    """Puts inputs side by side: F of (F) or (T, F), and the channels C of (C, H, W).

    What an axis is for decides, not its number: PyTorch's ``cat`` with ``dim=1`` for plain numbers
    and pictures, ``dim=2`` for sequences.
    """

    category: ClassVar[str] = "shape"
    summary: ClassVar[str] = "Puts the features or channels of branches side by side"
    formula: ClassVar[str] = "y = (x₁, x₂, …)"
    operations: ClassVar[int] = 0
    arity: ClassVar[tuple[int, int | None]] = (2, None)
    buffers: ClassVar[tuple[int, int]] = (1, 0)  # ∂L/∂x are parts of dy

    def output_shape(self, *shapes: Shape) -> Shape:
        axis = feature_axis(len(shapes[0]))
        others = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
        if len(others) > 1 or not shapes[0]:
            raise ShapeError("equal_but_features", got=_listed(shapes))
        total = sum(shape[axis] for shape in shapes)
        return (*shapes[0][:axis], total, *shapes[0][axis + 1 :])

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        axis = feature_axis(xs[0].ndim - 1)
        ends = list(accumulate(x.shape[axis] for x in xs))
        call.saved.update(axis=axis, ends=ends)
        shape = (*xs[0].shape[:axis], ends[-1], *xs[0].shape[axis + 1 :])
        return np.concatenate(xs, axis, out=call.buffer("y", shape))

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return tuple(np.split(dy, call.saved["ends"][:-1], call.saved["axis"]))


def _same_shape(layer: str, shapes: tuple[Shape, ...]) -> Shape:
    if len(set(shapes)) > 1:
        raise ShapeError("same_shapes", layer=layer, got=_listed(shapes))
    return shapes[0]


def _listed(shapes: tuple[Shape, ...]) -> str:
    return " and ".join(shape_text(shape) for shape in shapes)
