"""Pictures bent as if drawn on rubber."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.augmentation.augmentation import Augmentation, Spread
from nnstudio.data.augmentation.chance import Chance
from nnstudio.data.augmentation.moving import BEYOND, fetched
from nnstudio.data.distortion import around_middle, blurred
from nnstudio.schema import setting


@dataclass(frozen=True)
class Elastic(Augmentation):
    """y(p) = x(p + α · (G_σ ∗ u)(p)), u even from −1 to 1 at each pixel, G_σ a Gaussian blur.

    Source: Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied
    to visual document analysis", 2003.
    """

    title: ClassVar[str] = "Elastic"
    description: ClassVar[str] = "Bends each picture here and there, as handwriting varies."
    moves: ClassVar[bool] = True

    alpha: float = setting(
        34.0, label="Strength α", ge=0, le=10_000, unit="px", help="How far it bends"
    )
    sigma: float = setting(
        4.0, label="Spread σ", ge=0.5, le=100, unit="px", help="How far bends reach"
    )
    beyond: str = setting("constant", label="Beyond the edge", choices=BEYOND)

    def apply(self, values: np.ndarray, chance: Chance, spread: Spread) -> np.ndarray:
        size = values.shape[-2:]
        fields = self.alpha * blurred(chance.uniform(-1, 1, 2, *size), self.sigma)
        rows, columns = around_middle(size)
        return fetched(values, rows + fields[:, 0], columns + fields[:, 1], self.beyond, spread)
