"""A rate for every parameter: the gradient is divided by how large it has been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from nnstudio.engine.chunks import chunks
from nnstudio.engine.layer import Array
from nnstudio.engine.optimizers.optimizer import EPSILON_HELP, Optimizer, flush
from nnstudio.schema import setting


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
            flush(square, step)


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
                flush(mean, step)
            else:
                np.sqrt(square, out=scratch)
            scratch += epsilon
            np.divide(gradient, scratch, out=scratch)
            if self.momentum:
                velocity = slots["velocity"][part]
                velocity *= self.momentum
                velocity += scratch
                np.multiply(velocity, scale, out=scratch)
                flush(velocity, step)
            else:
                scratch *= scale
            weights -= scratch
            flush(square, step)


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
            flush(square, step)
            flush(step_square, step)
