"""Regularisation: what keeps weights small, gradients in bounds and the last steps calm.

| name             | rule                                                | derivative           |
|------------------|-----------------------------------------------------|----------------------|
| L1               | loss + λ₁ Σ|w|                                      | + λ₁ sign w          |
| L2               | loss + ½ λ₂ Σw²                                     | + λ₂ w               |
| elastic          | both                                                | + λ₁ sign w + λ₂ w   |
| weight decay     | w ← w − η λ w, beside the optimizer's step          |                      |
| max-norm         | w ← w · min(1, c / ‖w‖) for each unit's weights     |                      |
| clip by value    | g ← min(max(g, −c), c)                              |                      |
| clip by norm     | g ← g · min(1, c / (‖g‖ + 10⁻⁶))                    |                      |
| weight averaging | ā ← d ā + (1−d) w                                   |                      |

With the ½, λ₂ is what PyTorch's SGD calls weight_decay; Keras leaves the ½ out, so its l2 is twice
as strong. For plain SGD L2 and weight decay are the same; an optimizer that adapts its steps
divides the gradient of L2 by the size of the gradients, so that weights with large gradients hardly
shrink, and weight decay passes it by (Loshchilov and Hutter, "Decoupled weight decay
regularization", 2019).

Biases and scales are left alone (:attr:`Variable.decay`), and so is what doesn't learn. Factors of
a layer are added to those of the whole network.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, prod, sqrt
from typing import Any

import numpy as np

from nnstudio.engine.chunks import chunks
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.schema import setting

#: What PyTorch adds to the norm it divides by when it clips.
CLIP_EPSILON = 1e-6


# ---------------------------------------------------------------- a layer's settings


def l1_setting() -> Any:
    """The field ``l1`` of a layer with weights."""
    return setting(
        0.0,
        ge=0,
        le=1e6,
        label="L1",
        live=True,
        help="Adds L1·Σ|w| to the loss: drives weights to 0",
    )


def l2_setting() -> Any:
    """The field ``l2`` of a layer with weights."""
    return setting(
        0.0,
        ge=0,
        le=1e6,
        label="L2",
        live=True,
        help="Adds ½·L2·Σw² to the loss: shrinks weights",
    )


def max_norm_setting() -> Any:
    """The field ``max_norm`` of a layer with weights."""
    return setting(
        0.0,
        ge=0,
        le=1e6,
        label="Max-norm",
        live=True,
        help="Longest weight vector into a unit; 0 for any",
    )


# ---------------------------------------------------------------- penalties


@dataclass(frozen=True)
class Penalty:
    """λ₁ Σ|w| + ½ λ₂ Σw², with factors of their own for parts of the flat vector.

    Attributes:
        spans: (start, stop, λ₁, λ₂) of parts that lie apart, in order; parts without a penalty
            are left out.
    """

    spans: tuple[tuple[int, int, float, float], ...]

    @classmethod
    def of(cls, network: Network, l1: float = 0.0, l2: float = 0.0) -> Penalty:
        """The penalty on the variables that ``network`` learns.

        Args:
            l1, l2: λ₁ and λ₂ of everything that decays, to which a layer's own are added.
        """
        spans: list[tuple[int, int, float, float]] = []
        for place in network.places:
            if place.start >= network.trainable_size:
                continue
            variable, part = place.variable, place.part
            decays = place.start < network.decayed_size
            factors = (variable.l1 + l1 * decays, variable.l2 + l2 * decays)
            if factors == (0, 0) or part.start == part.stop:
                continue
            if spans and spans[-1][1:] == (part.start, *factors):
                spans[-1] = (spans[-1][0], part.stop, *factors)
            else:
                spans.append((part.start, part.stop, *factors))
        return cls(tuple(spans))

    def __bool__(self) -> bool:
        """Whether there is any penalty at all."""
        return bool(self.spans)

    def value(self, flat: Array) -> float:
        """What is added to the loss for these variables."""
        total = 0.0
        for start, stop, l1, l2 in self.spans:
            w = flat[start:stop]
            if l2:
                total += 0.5 * l2 * float(np.dot(w, w))
            if l1:
                for part, scratch in chunks(w):
                    total += l1 * float(np.abs(w[part], out=scratch).sum())
        return total

    def add_gradient(self, flat: Array, gradient: Array) -> None:
        """Add the derivative λ₁ sign w + λ₂ w to ``gradient``; where w = 0, sign w is 0 as well."""
        for start, stop, l1, l2 in self.spans:
            w, g = flat[start:stop], gradient[start:stop]
            for part, scratch in chunks(w):
                if l2:
                    np.multiply(w[part], l2, out=scratch)
                    g[part] += scratch
                if l1:
                    np.sign(w[part], out=scratch)
                    scratch *= l1
                    g[part] += scratch


def shrink(w: Array, factor: float) -> None:
    """Weight decay: w ← w − factor · w in place, where ``factor`` is ηλ."""
    w *= 1 - factor


# ---------------------------------------------------------------- max-norm


@dataclass(frozen=True)
class MaxNorm:
    """No unit's incoming weights are longer than c (Srivastava et al., "Dropout", 2014).

    After the update each row of a weight (out, in, …), taken as one vector, is scaled back to
    length c if it is longer. Keras stores weights the other way round and says which axes make up
    a vector: the same are ``max_norm(c, axis=0)`` for its dense kernels (in, out) and
    ``axis=[0, 1, 2]`` for its convolutions' (height, width, in, out). Its default ``axis=0`` sums
    only over the height of a convolution's filter.

    Attributes:
        places: (start, stop, (before, units, after), c) of each weight that is bounded, with how
            many numbers its axes before and after that of the units have.
    """

    places: tuple[tuple[int, int, tuple[int, int, int], float], ...]

    @classmethod
    def of(cls, network: Network, max_norm: float = 0.0) -> MaxNorm:
        """The bounds on the variables that ``network`` learns.

        Args:
            max_norm: c of every weight whose layer doesn't have its own; 0 for none.
        """
        places = []
        for place in network.places:
            variable, part = place.variable, place.part
            if place.start >= network.trainable_size or not prod(variable.shape):
                continue
            is_weight = place.start < network.decayed_size and len(variable.shape) > 1
            bound = variable.max_norm or (max_norm if is_weight else 0.0)
            if bound:
                shape, axis = variable.shape, variable.unit_axis
                sides = (prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :]))
                places.append((part.start, part.stop, sides, bound))
        return cls(tuple(places))

    def __bool__(self) -> bool:
        """Whether anything is bounded."""
        return bool(self.places)

    def project(self, flat: Array) -> None:
        """Scale every vector that is too long back to its bound, in place."""
        for start, stop, sides, bound in self.places:
            w = flat[start:stop].reshape(sides)
            norms = np.sqrt(np.einsum("bua,bua->u", w, w))
            if norms.max() > bound:
                w *= (bound / np.maximum(norms, bound))[:, np.newaxis]


# ---------------------------------------------------------------- gradients in bounds


def clip_by_value(gradient: Array, bound: float) -> None:
    """Bring each number of ``gradient`` to between −bound and bound, in place."""
    np.clip(gradient, -bound, bound, out=gradient)


def clip_by_norm(gradient: Array, bound: float) -> None:
    """Scale ``gradient`` in place so that its length is at most ``bound``.

    The direction stays (Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent
    neural networks", 2013). Like PyTorch's ``clip_grad_norm_`` it divides by ‖g‖ + 10⁻⁶.
    """
    factor = bound / (length(gradient) + CLIP_EPSILON)
    if factor < 1:
        gradient *= factor


def length(vector: Array) -> float:
    """‖vector‖, also where its square is too large for the vector's kind of number."""
    with np.errstate(over="ignore"):
        square = float(np.dot(vector, vector))
    if isfinite(square):
        return sqrt(square)
    peak = float(np.abs(vector).max())
    scaled = vector / peak
    return peak * sqrt(float(np.dot(scaled, scaled)))


# ---------------------------------------------------------------- weight averaging


def take_into_average(mean: Array, w: Array, decay: float, step: int) -> None:
    """Exponential weight averaging in place: mean ← d · mean + (1−d) · w, and mean = w at step 1.

    The steps of training on batches jump about the bottom of a valley; the mean of the weights
    over many steps lies nearer to it than the last weights do (Polyak and Juditsky,
    "Acceleration of stochastic approximation by averaging", 1992, with a mean that forgets).

    Args:
        mean: the average ā.
        w: the weights after the step.
        decay: d; about 1/(1−d) steps are remembered.
        step: t, counted from 1.
    """
    if step == 1:
        mean[...] = w
        return
    for part, scratch in chunks(w):
        np.subtract(w[part], mean[part], out=scratch)
        scratch *= 1 - decay
        mean[part] += scratch
