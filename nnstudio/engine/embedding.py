"""Embedding: a whole number becomes a row of a table, and the table is learned.

    y_t = E[x_t]          E (input_dim, output_dim), x_t in 0 … input_dim − 1

It is a dense layer without bias, applied to the number written one-hot, without the many products
with 0. A row's gradient is the sum of what comes back to all places that looked it up,

    ∂L/∂E[k] = Σ over all places with x_t = k of dy_t

and ∂L/∂x is 0: the output doesn't change with x but where it jumps.

Batches hold floating-point numbers; in float32 whole numbers up to 2²⁴ are exact. What is within a
thousandth of a whole number, because it was calculated, counts as that number.

Source: Bengio, Ducharme, Vincent and Jauvin, "A neural probabilistic language model", 2003. This is
PyTorch's ``Embedding(num_embeddings, embedding_dim)`` and Keras' ``Embedding``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from nnstudio.engine.initialisers import WEIGHT_INITIALISERS
from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError, Variable
from nnstudio.engine.regularisation import l1_setting, l2_setting
from nnstudio.messages import StudioError, shape_text
from nnstudio.schema import setting

#: How far a number may be from a whole one, because it was calculated.
_ROUNDING = 1e-3


class LookupFailed(StudioError):
    """A number has no row in the table."""


@dataclass(frozen=True)
class Embedding(Layer):
    """(T) whole numbers → (T, output_dim): a row of a learned table for each."""

    category: ClassVar[str] = "sequence"
    summary: ClassVar[str] = "Looks up a learned vector for each whole number, such as a word's"
    formula: ClassVar[str] = "yₜ = E[xₜ]"
    operations: ClassVar[int] = 0

    input_dim: int = setting(
        10,
        label="Different numbers",
        ge=1,
        le=1_000_000,
        help="How many rows the table has: inputs are whole numbers from 0 to one less",
    )
    output_dim: int = setting(
        16, label="Vector length", ge=1, le=10_000, help="How many numbers each of them becomes"
    )
    initialiser: str = setting(
        "uniform", label="Weight start", choices=WEIGHT_INITIALISERS, help="Where the table begins"
    )
    l1: float = l1_setting()
    l2: float = l2_setting()

    def caption(self) -> str:
        return f"{self.input_dim:,} → {self.output_dim:,}"

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 1:
            raise ShapeError("numbers_needed", layer="Embedding", got=shape_text(shape))
        return (*shape, self.output_dim)

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        table = (self.input_dim, self.output_dim)
        return (Variable("weight", table, self.initialiser, decay=True, l1=self.l1, l2=self.l2),)

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        rows = 2 * prod(self.output_shape(*shapes))  # as they are looked up, and as the output
        return rows + (4 if needs_dx else 3) * shapes[0][0]

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        numbers = self._whole(x, call)
        call.saved["numbers"] = numbers
        rows = call.buffer("rows", (*x.shape, self.output_dim))
        np.take(v["weight"], numbers, axis=0, out=rows, mode="clip")  # all are within the table
        y = call.buffer("y", (len(x), self.output_dim, x.shape[1]))
        y[...] = rows.transpose(0, 2, 1)
        return y

    def _whole(self, x: Array, call: Call) -> Array:
        """``x`` as indices into the table.

        Raises:
            LookupFailed: not a whole number, or none of the table.
        """
        nearest = np.rint(x, out=call.buffer("nearest", x.shape))
        np.clip(nearest, 0, self.input_dim - 1, out=nearest)
        good = np.abs(x - nearest) <= _ROUNDING
        if not good.all():
            raise LookupFailed("no_row", last=self.input_dim - 1, got=f"{x[~good][0]:g}")
        numbers = call.buffer("numbers", x.shape, np.intp)
        numbers[...] = nearest
        return numbers

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        numbers = call.saved["numbers"]
        if grad:
            # The places in the order of their numbers: then each row's are one after the other.
            order = np.argsort(numbers, axis=None, kind="stable")
            in_order = numbers.reshape(-1)[order]
            first = np.flatnonzero(np.diff(in_order, prepend=-1))
            rows = call.buffer("rows", (*numbers.shape, self.output_dim))
            rows[...] = dy.transpose(0, 2, 1)
            sent = rows.reshape(-1, self.output_dim)[order]
            grad["weight"][...] = 0
            grad["weight"][in_order[first]] = np.add.reduceat(sent, first, axis=0)
        return (call.zeros(numbers.shape) if call.needs_dx else None,)
