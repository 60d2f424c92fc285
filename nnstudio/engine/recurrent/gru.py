"""GRU: two gates and no second state.

Of a = W_ih x_t + b_ih and s = W_hh h_t−1 + b_hh the three blocks of rows, in this order, are

    r = σ(a_r + s_r)              reset gate: how much of the old state the new one looks at
    z = σ(a_z + s_z)              update gate: how much of the old state stays
    n = tanh(a_n + r s_n)         the new state, as proposed

    h_t = (1 − z) n + z h_t−1     h_0 = 0

where products are number by number. Back from place t, with dh = ∂L/∂h_t,

    dz = dh (h_t−1 − n) z (1 − z)         dn = dh (1 − z) (1 − n²)        dr = dn s_n r (1 − r)

    da = (dr, dz, dn)        ds = (dr, dz, dn r)

and of dh the part z dh goes to h_t−1 as it is.

Source: Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014. The reset
gate acts after the product W_hh h_t−1, as in PyTorch's ``GRU`` and in Keras' with ``reset_after``,
its default; in the paper it acts before. Keras' blocks are in the order z, r, n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.activations.squeezing import sigmoid
from nnstudio.engine.layer import Array, Arrays
from nnstudio.engine.recurrent.reading import Recurrent, Way


@dataclass(frozen=True)
class GRU(Recurrent):
    """The gated recurrent unit: nearly an LSTM, with three quarters of the weights."""

    summary: ClassVar[str] = "Reads a sequence and remembers, with fewer gates than an LSTM"
    formula: ClassVar[str] = "hₜ = (1 − z) n + z hₜ₋₁"
    gates: ClassVar[int] = 3
    cell_operations: ClassVar[int] = 8  # σ σ tanh;  r s_n;  (1 − z) n + z h
    kept_by_cell: ClassVar[int] = 4  # s_n, and ∂L/∂s of three gates

    def outer_bias(self, v: Arrays) -> Array:
        """All but b_hn, which is within what the reset gate is multiplied by."""
        bias = v["bias_ih"].copy()
        bias[: 2 * self.units] += v["bias_hh"][: 2 * self.units]
        return bias

    def read(self, way: Way) -> None:
        weight, h, u = way.v["weight_hh"], way.h, self.units
        b_hn = way.v["bias_hh"][2 * u :, np.newaxis] if self.use_bias else None
        s = way.buffer("s", way.a[0].shape)
        s_n = way.buffer("s_n", h[1:].shape)
        for t, gates in enumerate(way.a):
            np.dot(weight, h[t], out=s)
            r_and_z, n, new = gates[: 2 * u], gates[2 * u :], h[t + 1]
            r_and_z += s[: 2 * u]
            sigmoid(r_and_z, out=r_and_z)
            r, z = r_and_z.reshape(2, *new.shape)
            if b_hn is None:
                s_n[t] = s[2 * u :]
            else:
                np.add(s[2 * u :], b_hn, out=s_n[t])
            n += np.multiply(r, s_n[t], out=new)
            np.tanh(n, out=n)
            np.subtract(h[t], n, out=new)  # (1 − z) n + z h = n + z (h − n)
            new *= z
            new += n

    def read_back(self, way: Way, dys: Sequence[Array | None]) -> tuple[Array, Array]:
        transposed, u, h = way.v["weight_hh"].T, self.units, way.h
        shape = h[0].shape
        s_n = way.buffer("s_n", h[1:].shape)
        da, ds = way.buffer("da", way.a.shape), way.buffer("ds", way.a.shape)
        dh, part = way.buffer("dh", shape), way.buffer("part", shape)
        dh[...] = 0
        for t in reversed(range(len(da))):
            dy = dys[t]
            if dy is not None:
                dh += dy
            r, z, n = way.a[t].reshape(3, *shape)
            dr, dz, dn = da[t].reshape(3, *shape)
            np.subtract(h[t], n, out=dz)
            dz *= dh
            dh_old = np.multiply(dh, z, out=way.buffer("dh old", shape))
            np.subtract(dh, dh_old, out=dn)  # dh (1 − z)
            dn *= np.subtract(1, np.square(n, out=part), out=part)
            np.multiply(dn, s_n[t], out=dr)
            # From the two gates to what they are made of: y − y² is σ's slope.
            dz *= np.subtract(z, np.square(z, out=part), out=part)
            dr *= np.subtract(r, np.square(r, out=part), out=part)
            ds[t, : 2 * u] = da[t, : 2 * u]
            np.multiply(dn, r, out=ds[t, 2 * u :])
            if t:
                np.dot(transposed, ds[t], out=dh)
                dh += dh_old
        return da, ds
