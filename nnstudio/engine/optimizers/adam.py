"""Adam and its kin: the mean of the gradients, divided by how large they have been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from nnstudio.engine.chunks import chunks
from nnstudio.engine.layer import Array
from nnstudio.engine.optimizers.optimizer import EPSILON_HELP, Optimizer, flush
from nnstudio.engine.regularisation import shrink
from nnstudio.schema import setting


@dataclass(frozen=True)
class Adam(Optimizer):
    """Steps of about the same size for every parameter (Kingma and Ba, 2015).

    The slots hold M = m / (1−β₁) and V = v / (1−β₂), which saves two passes: see the package.
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
            flush(mean, step)
            flush(square, step)


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
            flush(mean, step)
            flush(square, step)
            flush(largest, step)
