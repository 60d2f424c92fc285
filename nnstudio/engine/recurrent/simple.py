"""SimpleRNN: a dense layer that sees its own last output.

    h_t = f(W_ih x_t + b_ih + W_hh h_t−1 + b_hh)        f: tanh or ReLU; h_0 = 0

With dh_t = ∂L/∂h_t, which is what comes from above plus W_hhᵀ da_t+1 from the next place,

    da_t = f′ · dh_t        f′ = 1 − h_t² for tanh;  1 where h_t > 0, else 0, for ReLU

Going back over T places multiplies T times by W_hhᵀ and f′: gradients fade, or explode, with the
length of the sequence (Hochreiter, 1991; Bengio, Simard and Frasconi, 1994). That is what LSTM and
GRU are for.

Source: Elman, "Finding structure in time", 1990. This is PyTorch's ``RNN``. Keras' ``SimpleRNN``
has one bias, the sum of these two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.recurrent.reading import Recurrent, Way
from nnstudio.schema import setting


@dataclass(frozen=True)
class SimpleRNN(Recurrent):
    """The recurrent network as it began: its state is its last output."""

    summary: ClassVar[str] = "Reads a sequence and carries its last output along; soon forgets"
    formula: ClassVar[str] = "hₜ = f(W xₜ + U hₜ₋₁ + b)"

    activation: str = setting("tanh", choices=("tanh", "relu"), help="What bends the new state")

    def read(self, way: Way) -> None:
        weight, a, h = way.v["weight_hh"], way.a, way.h
        for t in range(len(a)):
            state = np.dot(weight, h[t], out=h[t + 1])
            state += a[t]
            if self.activation == "tanh":
                np.tanh(state, out=state)
            else:
                np.maximum(state, 0, out=state)

    def read_back(self, way: Way, dys: Sequence[Array | None]) -> tuple[Array, Array]:
        transposed, h = way.v["weight_hh"].T, way.h
        da = way.buffer("da", way.a.shape)
        dh = way.buffer("dh", h[0].shape)
        dh[...] = 0
        for t in reversed(range(len(da))):
            dy = dys[t]
            if dy is not None:
                dh += dy
            slope = da[t]
            if self.activation == "tanh":
                np.square(h[t + 1], out=slope)
                np.subtract(1, slope, out=slope)
            else:
                np.greater(h[t + 1], 0, out=slope)
            slope *= dh  # f′ · dh_t = da_t
            if t:
                np.dot(transposed, da[t], out=dh)
        return da, da
