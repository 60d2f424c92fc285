"""Dense: every output is a weighted sum of every input.

    y = W x + b          W (units, features), b (units)

For a batch the columns of x are the examples, and b is added to each column. With dy = ∂L/∂y,

    ∂L/∂W = dy xᵀ        ∂L/∂b = Σ over the batch of dy        ∂L/∂x = Wᵀ dy
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from nnstudio.engine.initialisers import WEIGHT_INITIALISERS
from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError, Variable
from nnstudio.engine.regularisation import l1_setting, l2_setting, max_norm_setting
from nnstudio.engine.weights import weight_and_bias
from nnstudio.messages import shape_text
from nnstudio.schema import setting


@dataclass(frozen=True)
class Dense(Layer):
    """A fully connected layer on the feature axis F of (F), or of (T, F) at each of T places.

    The latter is what Keras calls ``TimeDistributed(Dense(units))``: one layer, used T times.
    """

    category: ClassVar[str] = "core"
    summary: ClassVar[str] = "Every output is a weighted sum of all inputs"
    formula: ClassVar[str] = "y = W x + b"
    unit_setting: ClassVar[str] = "units"

    units: int = setting(16, ge=1, le=100_000, help="How many outputs, one neuron each")
    use_bias: bool = setting(True, help="Add a learned constant b to each output")
    initialiser: str = setting(
        "he_normal",
        label="Weight start",
        choices=WEIGHT_INITIALISERS,
        help="Where the weights begin: He suits ReLU, Xavier suits tanh and sigmoid",
    )
    l1: float = l1_setting()
    l2: float = l2_setting()
    max_norm: float = max_norm_setting()

    def caption(self) -> str:
        return f"{self.units:,} unit" + ("s" if self.units != 1 else "")

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) not in (1, 2):
            raise ShapeError("flat_needed", layer="Dense", got=shape_text(shape))
        return (*shape[:-1], self.units)

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        return weight_and_bias(self, (self.units, shapes[0][-1]), self.units)

    def flops(self, *shapes: Shape) -> int:
        each = 2 * shapes[0][-1] + self.use_bias
        return each * prod(self.output_shape(*shapes))

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        call.saved["x"] = x
        y = call.buffer("y", (*x.shape[:-2], self.units, x.shape[-1]))
        # np.dot does the same for matrices as np.matmul, with less ado.
        multiply = np.dot if x.ndim == 2 else np.matmul
        multiply(v["weight"], x, out=y)
        if self.use_bias:
            np.add(y, v["bias"][:, np.newaxis], out=y)
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        x = call.saved["x"]
        if grad and x.ndim == 2:
            np.dot(dy, x.T, out=grad["weight"])
            if self.use_bias:  # a sum along the batch is a product with ones, and quicker so
                np.dot(dy, call.ones(dy.shape[1:]), out=grad["bias"])
        elif grad:
            np.einsum("tun,tfn->uf", dy, x, out=grad["weight"], optimize=True)
            if self.use_bias:
                np.sum(dy, axis=(0, 2), out=grad["bias"])
        if not call.needs_dx:
            return (None,)
        multiply = np.dot if x.ndim == 2 else np.matmul
        return (multiply(v["weight"].T, dy, out=call.buffer("dx", x.shape)),)
