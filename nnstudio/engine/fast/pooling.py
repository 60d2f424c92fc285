"""ReLU after max pooling instead of before it.

Both keep the order of numbers, so the greatest of the rectified numbers is the greatest number,
rectified: max(relu(x)) = relu(max(x)). Done after the pooling, ReLU has a quarter of the numbers to
look at (for windows of 2 × 2), forward and backward.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import prod

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Shape
from nnstudio.engine.pooling import Along, MaxPool2D


@dataclass(frozen=True)
class RectifiedMaxPool2D(MaxPool2D):
    """What :class:`MaxPool2D` gives of the output of ``ReLU``, from ReLU's input."""

    @staticmethod
    def of(layer: MaxPool2D) -> RectifiedMaxPool2D:
        """The same pooling with ReLU."""
        return RectifiedMaxPool2D(**{f.name: getattr(layer, f.name) for f in fields(layer)})

    def along(self, shape: Shape) -> Along:
        """Down first and then across: the first of the two is the greater part of the work.

        Going down the numbers of whole lines lie side by side, going across those of one batch
        only. Where numbers of one window are equal, the first column's may learn instead of the
        first row's: after a convolution that is where it met the same numbers in both places.
        """
        return super().along(shape)[::-1]

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        zeros_and_dy = 2 * prod(self.output_shape(*shapes))
        return super().buffer_size(*shapes, needs_dx=needs_dx) + zeros_and_dy

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        # In place, although going back the pooling looks for its maxima in y: where the greatest
        # number was negative it finds none, and there is nothing to give back there.
        y = super().forward(v, xs, call)
        call.saved["rectified"] = y
        return np.maximum(y, call.zeros(y.shape), out=y)

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        y = call.saved["rectified"]
        passes = np.greater(y, 0, out=call.buffer("passes", y.shape, np.bool_))
        return super().backward(
            v, grad, np.multiply(dy, passes, out=call.buffer("dy", y.shape)), call
        )
