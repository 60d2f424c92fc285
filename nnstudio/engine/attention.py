"""Attention: every place of a sequence takes from every other what concerns it.

At each place t the numbers x_t are turned into a query q_t (what is looked for), a key k_t (what
there is to be found) and a value v_t (what is given to those who find it):

    q = W_q x + b_q        k = W_k x + b_k        v = W_v x + b_v

Place t looks at place s as far as its query agrees with the key there, and gets the mean of the
values, weighed by that:

    S_ts = q_t · k_s / √D        P_t = softmax of S_t over the places s        z_t = Σ_s P_ts v_s

The features are divided among H heads, each with D = F / H numbers of q, k and v, so that a place
can look at several others for several reasons. Their answers, side by side, are mixed once more:

    y_t = W_o z_t + b_o

Causal attention looks at what came before only: S_ts = −∞ for s > t. Back, with d for ∂L/∂:

    dz = W_oᵀ dy          dP_ts = dz_t · v_s          dv_s = Σ_t P_ts dz_t
    dS_t = P_t (dP_t − Σ_s P_ts dP_ts)                softmax's own derivative
    dq_t = Σ_s dS_ts k_s / √D        dk_s = Σ_t dS_ts q_t / √D        dx = Wᵀ of each, summed

Nothing here knows the order of places: see :mod:`positions`. Source: Vaswani et al., "Attention is
all you need", 2017. This is PyTorch's ``nn.MultiheadAttention(F, heads)`` of one sequence with
itself: W_q, W_k and W_v lie on top of each other in one matrix (3F, F).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from nnstudio.engine.initialisers import WEIGHT_INITIALISERS
from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError, Variable
from nnstudio.engine.regularisation import l1_setting, l2_setting
from nnstudio.messages import shape_text
from nnstudio.schema import setting


@dataclass(frozen=True)
class MultiHeadAttention(Layer):
    """A sequence (T, F) that attends to itself, with ``heads`` heads of F / heads features."""

    category: ClassVar[str] = "sequence"
    summary: ClassVar[str] = "Each place of a sequence takes from the others what concerns it"
    formula: ClassVar[str] = "y = Wₒ softmax(q kᵀ / √D) v"

    heads: int = setting(4, ge=1, le=1_000, help="The features are divided among so many")
    causal: bool = setting(False, help="Each place sees itself and those before it only")
    use_bias: bool = setting(True, help="Add learned constants to q, k, v and y")
    initialiser: str = setting(
        "xavier_uniform",
        label="Weight start",
        choices=WEIGHT_INITIALISERS,
        help="Where the weights begin",
    )
    l1: float = l1_setting()
    l2: float = l2_setting()

    def caption(self) -> str:
        words = f"{self.heads:,} head" + ("s" if self.heads != 1 else "")
        return words + (", causal" if self.causal else "")

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 2:
            raise ShapeError("sequence_needed", layer="MultiHeadAttention", got=shape_text(shape))
        if shape[1] % self.heads:
            raise ShapeError("heads_divide", heads=self.heads, features=shape[1])
        return shape

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        ((_, features),) = shapes
        weights = (
            self._weight("in_weight", (3 * features, features)),
            self._weight("out_weight", (features, features)),
        )
        if not self.use_bias:
            return weights
        return (
            *weights,
            Variable("in_bias", (3 * features,), "zeros"),
            Variable("out_bias", (features,), "zeros"),
        )

    def flops(self, *shapes: Shape) -> int:
        ((places, features),) = shapes
        # W_q, W_k, W_v and W_o at each place; q kᵀ and P v between any two; ÷ √D and the softmax.
        products = 4 * places * features * (2 * features + self.use_bias)
        between = places**2 * (4 * features + 4 * self.heads)
        return products + between

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        ((places, features),) = shapes
        # q, k and v twice, z twice and y; ∂L/∂ of all but y; and P with ∂L/∂P.
        of_places = 9 + 8 + (1 if needs_dx else 0)
        return places * of_places * features + 2 * self.heads * places**2

    def _weight(self, name: str, shape: Shape) -> Variable:
        return Variable(name, shape, self.initialiser, decay=True, l1=self.l1, l2=self.l2)

    # ---------------------------------------------------------------- forward

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        T, F, N = x.shape
        H, D = self.heads, F // self.heads
        qkv = np.matmul(v["in_weight"], x, out=call.buffer("qkv", (T, 3 * F, N)))
        if self.use_bias:
            qkv += v["in_bias"][:, np.newaxis]
        # Matrices of places for each head and example: (T, 3, H, D, N) → (3, H, N, T, D).
        heads = call.buffer("heads", (3, H, N, T, D))
        heads[...] = qkv.reshape(T, 3, H, D, N).transpose(1, 2, 4, 0, 3)
        q, k, values = heads
        q *= 1 / sqrt(D)
        P = np.matmul(q, k.swapaxes(2, 3), out=call.buffer("P", (H, N, T, T)))
        if self.causal:
            P += _mask(T, call)
        _softmax(P)
        z = np.matmul(P, values, out=call.buffer("z by head", (H, N, T, D)))
        together = call.buffer("z", (T, F, N))
        together.reshape(T, H, D, N)[...] = z.transpose(2, 0, 3, 1)
        y = np.matmul(v["out_weight"], together, out=call.buffer("y", x.shape))
        if self.use_bias:
            y += v["out_bias"][:, np.newaxis]
        call.saved.update(x=x, heads=heads, attention=P, z=together)
        return y

    # ---------------------------------------------------------------- backward

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        x, (q, k, values), P = call.saved["x"], call.saved["heads"], call.saved["attention"]
        T, F, N = x.shape
        H, D = self.heads, F // self.heads
        if grad:
            _sum_of_products(dy, call.saved["z"], out=grad["out_weight"])
            if self.use_bias:
                np.sum(dy, axis=(0, 2), out=grad["out_bias"])
        dz_together = np.matmul(v["out_weight"].T, dy, out=call.buffer("dz", x.shape))
        dz = call.buffer("dz by head", (H, N, T, D))
        dz[...] = dz_together.reshape(T, H, D, N).transpose(1, 3, 0, 2)
        d_heads = call.buffer("d heads", (3, H, N, T, D))
        dq, dk, d_values = d_heads
        np.matmul(P.swapaxes(2, 3), dz, out=d_values)
        dS = np.matmul(dz, values.swapaxes(2, 3), out=call.buffer("dS", P.shape))  # dP so far
        dS -= np.vecdot(P, dS)[..., np.newaxis]
        dS *= P
        np.matmul(dS, k, out=dq)
        dq *= 1 / sqrt(D)
        np.matmul(dS.swapaxes(2, 3), q, out=dk)  # q holds the 1/√D already
        d_qkv = call.buffer("d qkv", (T, 3 * F, N))
        d_qkv.reshape(T, 3, H, D, N)[...] = d_heads.transpose(3, 0, 1, 4, 2)
        if grad:
            _sum_of_products(d_qkv, x, out=grad["in_weight"])
            if self.use_bias:
                np.sum(d_qkv, axis=(0, 2), out=grad["in_bias"])
        if not call.needs_dx:
            return (None,)
        return (np.matmul(v["in_weight"].T, d_qkv, out=call.buffer("dx", x.shape)),)


def _mask(places: int, call: Call) -> Array:
    """0 where place t may look at place s ≤ t, −∞ elsewhere: (T, T)."""
    mask = call.buffer("mask", (places, places))
    if call.saved.get("mask") is not mask:
        mask[...] = np.triu(np.full((places, places), -np.inf), 1)
        call.saved["mask"] = mask
    return mask


def _softmax(scores: Array) -> None:
    """Softmax over the last axis, in place; a place always sees itself, so no row is all −∞."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)


def _sum_of_products(d: Array, x: Array, out: Array) -> None:
    """Σ d_t x_tᵀ over the places of (T, rows, N) and (T, columns, N)."""
    np.einsum("trn,tcn->rc", d, x, out=out, optimize=True)
