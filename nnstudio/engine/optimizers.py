"""Optimizers: how a gradient g changes the parameters w, with learning rate η at step t = 1, 2, …

| optimizer | rule                                                                    |
|-----------|-------------------------------------------------------------------------|
| SGD       | w ← w − η g                                                             |
| momentum  | v ← μ v + g;   w ← w − η v                                              |
| Adam      | m ← β₁ m + (1−β₁) g;   v ← β₂ v + (1−β₂) g²;                            |
|           | w ← w − η m̂ / (√v̂ + ε),   m̂ = m / (1−β₁ᵗ),   v̂ = v / (1−β₂ᵗ)            |

All parameters lie in one flat vector, so an update is a few passes over it. It is done in chunks
that stay in the processor's cache from the first pass to the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from nnstudio.engine.chunks import CHUNK, chunks
from nnstudio.engine.layer import Array
from nnstudio.schema import setting

__all__ = ["CHUNK", "SGD", "Adam", "Optimizer"]

#: How often decayed averages that became tiny are set to 0. Left alone they end as subnormal
#: numbers (on dead pixels, for example), with which processors compute many times more slowly.
FLUSH_EVERY = 64


@dataclass(frozen=True)
class Optimizer:
    """The base of all optimizers."""

    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""

    def slots(self) -> tuple[str, ...]:
        """The names of the vectors it remembers between steps, each as long as w and 0 at first."""
        return ()

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


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent on batches, with momentum where μ > 0 (Polyak, 1964; PyTorch's form)."""

    title: ClassVar[str] = "SGD"
    summary: ClassVar[str] = "Straight down the gradient, with momentum if wished"

    momentum: float = setting(0.0, ge=0, lt=1, help="How much of the last step is kept; 0 for none")

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
            direction = g[part]
            if self.momentum:
                velocity = slots["velocity"][part]
                velocity *= self.momentum
                velocity += direction
                direction = velocity
                _flush(velocity, step)
            np.multiply(direction, rate, out=scratch)
            w[part] -= scratch


@dataclass(frozen=True)
class Adam(Optimizer):
    """Steps of about the same size for every parameter (Kingma and Ba, 2015).

    The slots hold M = m / (1−β₁) and V = v / (1−β₂): the factors move into two numbers per step,
    and two passes over the vectors are saved. The result is the same.
    """

    title: ClassVar[str] = "Adam"
    summary: ClassVar[str] = "Adapts the step of every weight; a good first choice"

    beta1: float = setting(0.9, ge=0, lt=1, label="β₁", help="Memory of the mean of gradients")
    beta2: float = setting(
        0.999, ge=0, lt=1, label="β₂", help="Memory of the mean of their squares"
    )
    epsilon: float = setting(1e-8, gt=0, le=1, label="ε", help="Keeps the division away from zero")

    def slots(self) -> tuple[str, ...]:
        return ("mean", "square")

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
            gradient, mean, square = g[part], slots["mean"][part], slots["square"][part]
            mean *= self.beta1
            mean += gradient
            np.square(gradient, out=scratch)
            square *= self.beta2
            square += scratch
            np.sqrt(square, out=scratch)
            scratch += epsilon
            np.divide(mean, scratch, out=scratch)
            scratch *= scale
            w[part] -= scratch
            _flush(mean, step)
            _flush(square, step)


def _flush(average: Array, step: int) -> None:
    """Every :data:`FLUSH_EVERY` steps set what is nearly subnormal to 0."""
    if step % FLUSH_EVERY == 0:
        average[np.abs(average) < 1e6 * np.finfo(average.dtype).tiny] = 0
