"""Optimizers: how a gradient g changes the parameters w, with learning rate η at step t = 1, 2, …

| optimizer | rule                                                                           |
|-----------|--------------------------------------------------------------------------------|
| SGD       | w ← w − η g                                                                    |
| momentum  | v ← μ v + g;   w ← w − η v                                                     |
| Nesterov  | v ← μ v + g;   w ← w − η (g + μ v)                                             |
| Adagrad   | s ← s + g²;   w ← w − η g / (√s + ε)                                           |
| RMSProp   | s ← ρ s + (1−ρ) g²;   w ← w − η g / (√s + ε)                                   |
| Adadelta  | s ← ρ s + (1−ρ) g²;   Δ = g √(u+ε) / √(s+ε);   u ← ρ u + (1−ρ) Δ²;   w ← w − η Δ |
| Adam      | m ← β₁ m + (1−β₁) g;   v ← β₂ v + (1−β₂) g²;                                   |
|           | w ← w − η m̂ / (√v̂ + ε),   m̂ = m / (1−β₁ᵗ),   v̂ = v / (1−β₂ᵗ)                   |
| AdamW     | w ← w − η λ w;   then Adam                                                     |
| AMSGrad   | Adam, with the largest v so far in place of v                                  |
| Nadam     | Adam, with Nesterov's look ahead in place of m̂                                 |
| Lion      | w ← w − η (sign(β₁ m + (1−β₁) g) + λ w);   m ← β₂ m + (1−β₂) g                 |

All parameters lie in one flat vector, so an update is a few passes over it, done in chunks that
stay in the processor's cache (:mod:`chunks`). Squares, roots and divisions go number by number.

What an optimizer remembers is in its slots and nowhere else, and begins at 0. A mean that forgets,
m ← β m + (1−β) x, is kept as M = m / (1−β), for which M ← β M + x: the factor moves into a number
per step and a pass over the vectors is saved. The result is the same. Definitions and defaults are
PyTorch's where it has the optimizer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log, sqrt
from typing import ClassVar

import numpy as np

from nnstudio.engine.chunks import CHUNK, chunks
from nnstudio.engine.layer import Array
from nnstudio.engine.regularisation import shrink
from nnstudio.schema import setting

__all__ = [
    "CHUNK",
    "SGD",
    "AMSGrad",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSProp",
]

#: How often decayed averages that became tiny are set to 0. Left alone they end as subnormal
#: numbers (on dead pixels, for example), with which processors compute many times more slowly.
FLUSH_EVERY = 64

EPSILON_HELP = "Keeps the division away from zero"


@dataclass(frozen=True)
class Optimizer:
    """The base of all optimizers."""

    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    #: Whether it looks for its steps by computing the loss of all examples at several points, as
    #: :class:`nnstudio.engine.lbfgs.LBFGS` does, rather than making one of each gradient.
    searches: ClassVar[bool] = False

    def slots(self) -> tuple[str, ...]:
        """The names of the vectors it remembers between steps, each as long as w and 0 at first."""
        return ()

    def slot_units(self) -> Mapping[str, float]:
        """What 1 in a slot stands for, where that isn't 1: the 1−β of a mean kept as m / (1−β).

        When β changes in the middle of a run, the mean stays what it is, and the slot follows.
        """
        return {}

    def update(
        self,
        w: Array,
        g: Array,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        decayed: int | None = None,
    ) -> None:
        """Change ``w`` (and ``slots``) in place for gradient ``g``, both flat vectors.

        Args:
            rate: the learning rate η at this step.
            step: t, counted from 1.
            decayed: how many leading numbers weight decay applies to, if the optimizer has any;
                default: all.
        """
        raise NotImplementedError


# ---------------------------------------------------------------- one rate for all


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent on batches, with momentum where μ > 0 (Polyak, 1964; PyTorch's form).

    Nesterov's variant (1983, in the form of Sutskever et al., 2013) uses the gradient as if taken
    one step of momentum ahead. Without momentum there is nothing to look ahead along.
    """

    title: ClassVar[str] = "SGD"
    summary: ClassVar[str] = "Straight down the gradient, with momentum if wished"

    momentum: float = setting(
        0.0, live=True, ge=0, lt=1, help="How much of the last step is kept; 0 for none"
    )
    nesterov: bool = setting(False, live=True, help="Let momentum look one step ahead")

    def slots(self) -> tuple[str, ...]:
        return ("velocity",) if self.momentum else ()

    def update(
        self,
        w: Array,
        g: Array,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        decayed: int | None = None,
    ) -> None:
        for part, scratch in chunks(w):
            weights, direction = w[part], g[part]
            if self.momentum:
                velocity = slots["velocity"][part]
                velocity *= self.momentum
                velocity += direction
                _flush(velocity, step)
                if self.nesterov:
                    np.multiply(velocity, self.momentum, out=scratch)
                    scratch += direction
                    direction = scratch
                else:
                    direction = velocity
            np.multiply(direction, rate, out=scratch)
            weights -= scratch


# ---------------------------------------------------------------- a rate for every number


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Smaller steps where gradients have been large (Duchi, Hazan and Singer, 2011).

    s only grows, so the steps get ever smaller. Its start value is added where s is used, so that
    the slot begins at 0 like all others.
    """

    title: ClassVar[str] = "Adagrad"
    summary: ClassVar[str] = "Slows down where gradients have been large; suits rare features"

    start: float = setting(0.0, live=True, ge=0, le=1e6, help="What the sum of squares begins with")
    epsilon: float = setting(1e-10, live=True, gt=0, le=1, label="ε", help=EPSILON_HELP)

    def slots(self) -> tuple[str, ...]:
        return ("square",)

    def update(
        self,
        w: Array,
        g: Array,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        decayed: int | None = None,
    ) -> None:
        for part, scratch in chunks(w):
            weights, gradient, square = w[part], g[part], slots["square"][part]
            np.square(gradient, out=scratch)
            square += scratch
            if self.start:
                np.add(square, self.start, out=scratch)
                np.sqrt(scratch, out=scratch)
            else:
                np.sqrt(square, out=scratch)
            scratch += self.epsilon
            np.divide(gradient, scratch, out=scratch)
            scratch *= rate
            weights -= scratch
            _flush(square, step)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """The gradient divided by its recent size (Tieleman and Hinton, lecture 6.5, 2012).

    Centred, the size is measured from the mean: √(s − m²) in place of √s (Graves, 2013). With
    momentum, v ← μ v + g / (√s + ε) and w ← w − η v. ρ is PyTorch's alpha.
    """

    title: ClassVar[str] = "RMSProp"
    summary: ClassVar[str] = "Divides the gradient by its recent size"

    rho: float = setting(
        0.99, live=True, ge=0, lt=1, label="ρ", help="Memory of the mean of squares"
    )
    momentum: float = setting(
        0.0, live=True, ge=0, lt=1, help="How much of the last step is kept; 0 for none"
    )
    centered: bool = setting(
        False, live=True, label="Centred", help="Measure the size of gradients from their mean"
    )
    epsilon: float = setting(1e-8, live=True, gt=0, le=1, label="ε", help=EPSILON_HELP)

    def slots(self) -> tuple[str, ...]:
        velocity = ("velocity",) if self.momentum else ()
        return ("square", *(("mean",) if self.centered else ()), *velocity)

    def slot_units(self) -> Mapping[str, float]:
        unit = 1 - self.rho
        return {"square": unit, "mean": unit, "velocity": 1 / sqrt(unit)}

    def update(
        self,
        w: Array,
        g: Array,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        decayed: int | None = None,
    ) -> None:
        # With the slots S = s / (1−ρ) and M = m / (1−ρ) and c = √(1−ρ):
        # √s + ε = c (√S + ε/c)   and   s − m² = c² (S − c² M²)
        c = sqrt(1 - self.rho)
        epsilon, scale = self.epsilon / c, rate / c
        for part, scratch in chunks(w):
            weights, gradient, square = w[part], g[part], slots["square"][part]
            np.square(gradient, out=scratch)
            square *= self.rho
            square += scratch
            if self.centered:
                mean = slots["mean"][part]
                mean *= self.rho
                mean += gradient
                np.square(mean, out=scratch)
                scratch *= c * c
                np.subtract(square, scratch, out=scratch)
                np.maximum(scratch, 0, out=scratch)  # never below 0 but by rounding
                np.sqrt(scratch, out=scratch)
                _flush(mean, step)
            else:
                np.sqrt(square, out=scratch)
            scratch += epsilon
            np.divide(gradient, scratch, out=scratch)
            if self.momentum:
                velocity = slots["velocity"][part]
                velocity *= self.momentum
                velocity += scratch
                np.multiply(velocity, scale, out=scratch)
                _flush(velocity, step)
            else:
                scratch *= scale
            weights -= scratch
            _flush(square, step)


@dataclass(frozen=True)
class Adadelta(Optimizer):
    """Steps in the units of the weights: the size of past steps over that of gradients.

    From Zeiler, "ADADELTA: an adaptive learning rate method", 2012. It finds the size of its steps
    by itself, from small beginnings, and the learning rate only scales them: 1 is the paper's.
    """

    title: ClassVar[str] = "Adadelta"
    summary: ClassVar[str] = "Finds the size of its steps by itself; meant for learning rate 1"

    rho: float = setting(
        0.9, live=True, ge=0, lt=1, label="ρ", help="Memory of the means of squares"
    )
    epsilon: float = setting(1e-6, live=True, gt=0, le=1, label="ε", help="Size of the first steps")

    def slots(self) -> tuple[str, ...]:
        return ("square", "step_square")

    def slot_units(self) -> Mapping[str, float]:
        return {"square": 1 - self.rho, "step_square": 1 - self.rho}

    def update(
        self,
        w: Array,
        g: Array,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        decayed: int | None = None,
    ) -> None:
        # With the slots S = s / (1−ρ) and U = u / (1−ρ):
        # √(u+ε) / √(s+ε) = √((U + ε/(1−ρ)) / (S + ε/(1−ρ)))
        epsilon = self.epsilon / (1 - self.rho)
        for part, (delta, scratch) in chunks(w, rows=2):
            weights, gradient = w[part], g[part]
            square, step_square = slots["square"][part], slots["step_square"][part]
            np.square(gradient, out=scratch)
            square *= self.rho
            square += scratch
            np.add(square, epsilon, out=scratch)
            np.add(step_square, epsilon, out=delta)
            delta /= scratch
            np.sqrt(delta, out=delta)
            delta *= gradient
            np.square(delta, out=scratch)
            step_square *= self.rho
            step_square += scratch
            delta *= rate
            weights -= delta
            _flush(square, step)
            _flush(step_square, step)


# ---------------------------------------------------------------- Adam and its kin


@dataclass(frozen=True)
class Adam(Optimizer):
    """Steps of about the same size for every parameter (Kingma and Ba, 2015).

    The slots hold M = m / (1−β₁) and V = v / (1−β₂), which saves two passes; see above.
    """

    title: ClassVar[str] = "Adam"
    summary: ClassVar[str] = "Adapts the step of every weight; a good first choice"

    beta1: float = setting(
        0.9, live=True, ge=0, lt=1, label="β₁", help="Memory of the mean of gradients"
    )
    beta2: float = setting(
        0.999, live=True, ge=0, lt=1, label="β₂", help="Memory of the mean of their squares"
    )
    epsilon: float = setting(1e-8, live=True, gt=0, le=1, label="ε", help=EPSILON_HELP)

    def slots(self) -> tuple[str, ...]:
        return ("mean", "square")

    def slot_units(self) -> Mapping[str, float]:
        return {"mean": 1 - self.beta1, "square": 1 - self.beta2}

    def update(
        self,
        w: Array,
        g: Array,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        decayed: int | None = None,
    ) -> None:
        # √v̂ = c √V, so η m̂ / (√v̂ + ε) = (η (1−β₁) / (1−β₁ᵗ) / c) · M / (√V + ε/c)
        c = sqrt((1 - self.beta2) / (1 - self.beta2**step))
        scale = rate * (1 - self.beta1) / (1 - self.beta1**step) / c
        epsilon = self.epsilon / c
        for part, scratch in chunks(w):
            weights, gradient = w[part], g[part]
            mean, square = slots["mean"][part], slots["square"][part]
            mean *= self.beta1
            mean += gradient
            np.square(gradient, out=scratch)
            square *= self.beta2
            square += scratch
            np.sqrt(square, out=scratch)
            scratch += epsilon
            np.divide(mean, scratch, out=scratch)
            scratch *= scale
            weights -= scratch
            _flush(mean, step)
            _flush(square, step)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weight decay of its own, w ← w − η λ w (Loshchilov and Hutter, 2019).

    Added to the loss as L2, the pull towards 0 would be divided by the size of the gradients like
    everything else; here it is the same for every weight.
    """

    title: ClassVar[str] = "AdamW"
    summary: ClassVar[str] = "Adam that also shrinks the weights a little at every step"

    weight_decay: float = setting(
        0.01,
        live=True,
        ge=0,
        le=1e3,
        label="λ",
        help="How much weights shrink, times the learning rate",
    )

    def update(
        self,
        w: Array,
        g: Array,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        decayed: int | None = None,
    ) -> None:
        if self.weight_decay:
            shrink(w[:decayed], rate * self.weight_decay)
        super().update(w, g, slots, rate, step, decayed)


@dataclass(frozen=True)
class AMSGrad(Adam):
    """Adam whose steps never grow again (Reddi, Kale and Kumar, 2018).

    In place of v stands the largest v so far, number by number; as in PyTorch it is divided by
    1 − β₂ᵗ after the largest has been taken. There are functions on which Adam doesn't converge,
    because it forgets rare large gradients, and this does.
    """

    title: ClassVar[str] = "AMSGrad"
    summary: ClassVar[str] = "Adam that never forgets the largest gradients"

    def slots(self) -> tuple[str, ...]:
        return ("mean", "square", "largest")

    def slot_units(self) -> Mapping[str, float]:
        return {**super().slot_units(), "largest": 1 - self.beta2}

    def update(
        self,
        w: Array,
        g: Array,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        decayed: int | None = None,
    ) -> None:
        c = sqrt((1 - self.beta2) / (1 - self.beta2**step))  # as in Adam
        scale = rate * (1 - self.beta1) / (1 - self.beta1**step) / c
        epsilon = self.epsilon / c
        for part, scratch in chunks(w):
            weights, gradient = w[part], g[part]
            mean, square = slots["mean"][part], slots["square"][part]
            largest = slots["largest"][part]
            mean *= self.beta1
            mean += gradient
            np.square(gradient, out=scratch)
            square *= self.beta2
            square += scratch
            np.maximum(largest, square, out=largest)
            np.sqrt(largest, out=scratch)
            scratch += epsilon
            np.divide(mean, scratch, out=scratch)
            scratch *= scale
            weights -= scratch
            _flush(mean, step)
            _flush(square, step)
            _flush(largest, step)


@dataclass(frozen=True)
class Nadam(Optimizer):
    """Adam with Nesterov's look ahead (Dozat, "Incorporating Nesterov momentum into Adam", 2016).

        m̂ = μₜ₊₁ m / (1 − μ₁ ⋯ μₜ₊₁) + (1−μₜ) g / (1 − μ₁ ⋯ μₜ)

    with a momentum that warms up, μᵢ = β₁ (1 − ½ · 0.96^{iψ}), from about β₁/2 to β₁. If β₁ or ψ
    changes in the middle of a run, the products are those of the new momenta from the beginning,
    where PyTorch keeps the product of those that were used.
    """

    title: ClassVar[str] = "Nadam"
    summary: ClassVar[str] = "Adam that looks one step ahead"

    # Not closer to 1: the product of the momenta is tabulated until it is nothing beside 1.
    beta1: float = setting(
        0.9, live=True, ge=0, le=0.9999, label="β₁", help="Memory of the mean of gradients"
    )
    beta2: float = setting(
        0.999, live=True, ge=0, lt=1, label="β₂", help="Memory of the mean of their squares"
    )
    epsilon: float = setting(1e-8, live=True, gt=0, le=1, label="ε", help=EPSILON_HELP)
    momentum_decay: float = setting(
        0.004, live=True, ge=0, le=1e3, label="ψ", help="How fast the momentum warms up"
    )

    def slots(self) -> tuple[str, ...]:
        return ("mean", "square")

    def slot_units(self) -> Mapping[str, float]:
        return {"mean": 1 - self.beta1, "square": 1 - self.beta2}

    def update(
        self,
        w: Array,
        g: Array,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        decayed: int | None = None,
    ) -> None:
        # As in Adam √v̂ = c √V; the step is η m̂ / (√v̂ + ε) = scale · (g + ahead · M) / (√V + ε/c)
        c = sqrt((1 - self.beta2) / (1 - self.beta2**step))
        epsilon = self.epsilon / c
        now, then = self._momentum(step), self._momentum(step + 1)
        of_gradient = (1 - now) / (1 - self._momenta(step))
        of_mean = then * (1 - self.beta1) / (1 - self._momenta(step + 1))
        ahead, scale = of_mean / of_gradient, rate * of_gradient / c
        for part, (direction, scratch) in chunks(w, rows=2):
            weights, gradient = w[part], g[part]
            mean, square = slots["mean"][part], slots["square"][part]
            mean *= self.beta1
            mean += gradient
            np.square(gradient, out=scratch)
            square *= self.beta2
            square += scratch
            np.sqrt(square, out=scratch)
            scratch += epsilon
            np.multiply(mean, ahead, out=direction)
            direction += gradient
            direction /= scratch
            direction *= scale
            weights -= direction
            _flush(mean, step)
            _flush(square, step)

    def _momentum(self, step: int) -> float:
        """μ at ``step``."""
        momentum: float = self.beta1 * (1 - 0.5 * 0.96 ** (step * self.momentum_decay))
        return momentum

    def _momenta(self, step: int) -> float:
        """μ₁ ⋯ μₜ, from the step alone, so that a run taken up again goes on with the same bits."""
        products = _products(self)
        return float(products[step - 1]) if step <= len(products) else 0.0


@lru_cache(maxsize=8)
def _products(nadam: Nadam) -> Array:
    """The products μ₁, μ₁ μ₂, … until the first that is nothing beside 1, at t > 54 / log₂ 1/β₁."""
    steps = ceil(54 * log(2) / -log(nadam.beta1)) if nadam.beta1 else 1
    return np.cumprod([nadam._momentum(step) for step in range(1, steps + 1)])


# ---------------------------------------------------------------- signs only


@dataclass(frozen=True)
class Lion(Optimizer):
    """Every number moves by the same amount, up or down (Chen et al., "Symbolic discovery", 2023).

    Steps are larger than Adam's: the paper takes a learning rate 3 to 10 times smaller. Where
    g and m are 0 nothing moves.
    """

    title: ClassVar[str] = "Lion"
    summary: ClassVar[str] = "Moves every weight by the same amount; wants a small learning rate"

    beta1: float = setting(
        0.9, live=True, ge=0, lt=1, label="β₁", help="Weight of the mean in the direction"
    )
    beta2: float = setting(
        0.99, live=True, ge=0, lt=1, label="β₂", help="Memory of the mean of gradients"
    )
    weight_decay: float = setting(
        0.0,
        live=True,
        ge=0,
        le=1e3,
        label="λ",
        help="How much weights shrink, times the learning rate",
    )

    def slots(self) -> tuple[str, ...]:
        return ("mean",)

    def slot_units(self) -> Mapping[str, float]:
        return {"mean": 1 - self.beta2}

    def update(
        self,
        w: Array,
        g: Array,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        decayed: int | None = None,
    ) -> None:
        if self.weight_decay:
            shrink(w[:decayed], rate * self.weight_decay)
        # With the slot M = m / (1−β₂): sign(β₁ m + (1−β₁) g) = sign(ahead · M + g)
        ahead = self.beta1 * (1 - self.beta2) / (1 - self.beta1)
        for part, (direction, scratch) in chunks(w, rows=2):
            weights, gradient, mean = w[part], g[part], slots["mean"][part]
            np.multiply(mean, ahead, out=scratch)
            scratch += gradient
            np.sign(scratch, out=direction)  # in place it takes ten times as long
            direction *= rate
            weights -= direction
            mean *= self.beta2
            mean += gradient
            _flush(mean, step)


def _flush(average: Array, step: int) -> None:
    """Every :data:`FLUSH_EVERY` steps set what is nearly subnormal to 0."""
    if step % FLUSH_EVERY == 0:
        average[np.abs(average) < 1e6 * np.finfo(average.dtype).tiny] = 0
