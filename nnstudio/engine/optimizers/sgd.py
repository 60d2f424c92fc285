"""Gradient descent: one learning rate for all parameters, with momentum if wished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.chunks import chunks
from nnstudio.engine.layer import Array
from nnstudio.engine.optimizers.optimizer import Optimizer, flush
from nnstudio.schema import setting


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
                flush(velocity, step)
                if self.nesterov:
                    np.multiply(velocity, self.momentum, out=scratch)
                    scratch += direction
                    direction = scratch
                else:
                    direction = velocity
            np.multiply(direction, rate, out=scratch)
            weights -= scratch
