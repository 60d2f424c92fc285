"""LSTM: a state that is kept, not computed anew at each place.

Beside h there is a cell state c. Three gates between 0 and 1 decide what of it is forgotten, what
is written, and what is shown. Of a + s = W_ih x_t + b_ih + W_hh h_t−1 + b_hh the four blocks of
rows, in this order, are

    i = σ(·)    input gate: how much is written       g = tanh(·)    what is written
    f = σ(·)    forget gate: how much is kept         o = σ(·)       output gate: how much is shown

    c_t = f c_t−1 + i g        h_t = o tanh c_t        c_0 = h_0 = 0

where products are number by number. Back from place t, with dh = ∂L/∂h_t and dc = ∂L/∂c_t,

    ∂L/∂o = dh tanh c_t                       dc grows by dh o (1 − tanh² c_t)
    ∂L/∂i = dc g      ∂L/∂g = dc i
    ∂L/∂f = dc c_t−1                          what reaches c_t−1: dc f

and da is each of these times its gate's slope, i (1 − i), 1 − g² and so on. From c_t to c_t−1 the
gradient is only multiplied by f: near 1, it lasts for hundreds of places. That is why f should
begin near 1: a bias of 1 there opens the gate (Jozefowicz, Zaremba and Sutskever, 2015).

Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers,
Schmidhuber and Cummins, 2000. This is PyTorch's ``LSTM``, but for the forget bias, which begins at
0 there. Keras has the same order of gates, its name for g is c, and one bias, the sum of these two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.activations.squeezing import sigmoid
from nnstudio.engine.layer import Array
from nnstudio.engine.recurrent.reading import Recurrent, Way
from nnstudio.schema import setting


@dataclass(frozen=True)
class LSTM(Recurrent):
    """Long short-term memory."""

    summary: ClassVar[str] = "Reads a sequence and remembers: gates decide what is kept and shown"
    formula: ClassVar[str] = "cₜ = f cₜ₋₁ + i g,  hₜ = o tanh cₜ"
    gates: ClassVar[int] = 4
    cell_operations: ClassVar[int] = 9  # σ σ tanh σ;  f c, + i g;  o tanh c
    kept_by_cell: ClassVar[int] = 2  # c, tanh c

    unit_forget_bias: bool = setting(
        True, help="Begin with open forget gates, a bias of 1, so that memories last"
    )

    def bias_start(self) -> str:
        return "forget_ones" if self.unit_forget_bias else "zeros"

    def read(self, way: Way) -> None:
        weight, h, u = way.v["weight_hh"], way.h, self.units
        c = way.buffer("c", h.shape, zeroed=True)  # c_0 stays 0
        tanh_c = way.buffer("tanh c", h[1:].shape)
        s = way.buffer("s", way.a[0].shape)
        for t, gates in enumerate(way.a):
            gates += np.dot(weight, h[t], out=s)
            sigmoid(gates[: 2 * u], out=gates[: 2 * u])
            np.tanh(gates[2 * u : 3 * u], out=gates[2 * u : 3 * u])
            sigmoid(gates[3 * u :], out=gates[3 * u :])
            i, f, g, o = gates.reshape(4, *h[0].shape)
            np.multiply(f, c[t], out=c[t + 1])
            c[t + 1] += np.multiply(i, g, out=tanh_c[t])
            np.tanh(c[t + 1], out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=h[t + 1])

    def read_back(self, way: Way, dys: Sequence[Array | None]) -> tuple[Array, Array]:
        transposed, u, shape = way.v["weight_hh"].T, self.units, way.h[0].shape
        c, tanh_c = way.buffer("c", way.h.shape), way.buffer("tanh c", way.h[1:].shape)
        da = way.buffer("da", way.a.shape)
        dh, dc, part = (way.buffer(name, shape) for name in ("dh", "dc", "part"))
        slopes = way.buffer("s", way.a[0].shape)
        dh[...] = 0
        dc[...] = 0
        for t in reversed(range(len(da))):
            dy = dys[t]
            if dy is not None:
                dh += dy
            i, f, g, o = way.a[t].reshape(4, *shape)
            di, df, dg, do = da[t].reshape(4, *shape)
            np.multiply(dh, tanh_c[t], out=do)
            dh *= o
            dc += dh
            dc -= np.multiply(dh, np.square(tanh_c[t], out=part), out=part)
            np.multiply(dc, g, out=di)
            np.multiply(dc, i, out=dg)
            np.multiply(dc, c[t], out=df)
            dc *= f
            # From the gates to what they are made of: y − y² is σ's slope, 1 − y² is tanh's.
            np.square(way.a[t], out=slopes)
            np.subtract(way.a[t], slopes, out=slopes)
            np.subtract(1, np.square(g, out=part), out=slopes[2 * u : 3 * u])
            da[t] *= slopes
            if t:
                np.dot(transposed, da[t], out=dh)
        return da, da
