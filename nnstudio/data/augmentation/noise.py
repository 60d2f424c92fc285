"""A little chance added to every number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.augmentation.augmentation import Augmentation, Shape, Spread
from nnstudio.data.augmentation.chance import Chance
from nnstudio.schema import setting


@dataclass(frozen=True)
class Noise(Augmentation):
    """y = x + a·s·n, n normal with deviation 1, s the deviation in the training examples.

    s is each feature's own in rows of numbers, and one for all in pictures, whose pixels stay
    between the darkest and the brightest there is.
    """

    title: ClassVar[str] = "Noise"
    description: ClassVar[str] = "Adds a little normally distributed chance to every number."

    amount: float = setting(
        0.1, ge=0, le=10, unit="%", help="Its deviation, as a share of the data's own"
    )

    def applies_to(self, shape: Shape) -> bool:
        return len(shape) > 0

    def apply(self, values: np.ndarray, chance: Chance, spread: Spread) -> np.ndarray:
        strength = (self.amount * spread.deviation).astype(values.dtype)
        noisy: np.ndarray = values + strength * chance.normal(*values.shape[1:])
        if values.ndim == 4:
            noisy.clip(spread.low, spread.high, out=noisy)
        return noisy
