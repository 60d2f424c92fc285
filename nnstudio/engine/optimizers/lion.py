"""Lion: of the mean of the gradients only the signs count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.chunks import chunks
from nnstudio.engine.layer import Array
from nnstudio.engine.optimizers.optimizer import Optimizer, flush
from nnstudio.engine.regularisation import shrink
from nnstudio.schema import setting


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
            flush(mean, step)
