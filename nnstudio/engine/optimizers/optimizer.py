"""What an optimizer is: it changes parameters, and remembers what it needs in its slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array

#: How often decayed averages that became tiny are set to 0. Left alone they end as subnormal
#: numbers (on dead pixels, for example), with which processors compute many times more slowly.
FLUSH_EVERY = 64

#: What an ε is for, in a form.
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


def flush(average: Array, step: int) -> None:
    """Every :data:`FLUSH_EVERY` steps set what is nearly subnormal to 0."""
    if step % FLUSH_EVERY == 0:
        average[np.abs(average) < 1e6 * np.finfo(average.dtype).tiny] = 0
