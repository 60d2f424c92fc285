"""Adam with Nesterov's look ahead, whose momentum warms up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log, sqrt
from typing import ClassVar

import numpy as np

from nnstudio.engine.chunks import chunks
from nnstudio.engine.layer import Array
from nnstudio.engine.optimizers.optimizer import EPSILON_HELP, Optimizer, flush
from nnstudio.schema import setting


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
            flush(mean, step)
            flush(square, step)

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
