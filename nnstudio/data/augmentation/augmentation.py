"""One entry of the list of augmentations, and what it must know of the data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.augmentation.chance import Chance

Shape = tuple[int, ...]
#: So many training examples tell well enough how bright pictures are and how far numbers reach.
_ENOUGH = 4096


@dataclass(frozen=True, eq=False)
class Spread:
    """How the values of the training examples are spread.

    Attributes:
        low, high: the smallest and the largest: for rows of numbers one of each feature
            ``(features,)``, otherwise one for all.
        mean, deviation: likewise.
    """

    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, rows: np.ndarray) -> Spread:
        """Measured in at most a few thousand of ``values[rows]``, evenly chosen."""
        chosen = rows[:: max(1, -(-len(rows) // _ENOUGH))]
        if not len(chosen):
            zero = np.zeros(())
            return cls(zero, zero, zero, zero)
        sample = values[chosen].astype(np.float64)
        axes = tuple(range(sample.ndim)) if sample.ndim > 2 else 0
        return cls(
            np.asarray(sample.min(axis=axes)),
            np.asarray(sample.max(axis=axes)),
            np.asarray(sample.mean(axis=axes)),
            np.asarray(sample.std(axis=axes)),
        )


@dataclass(frozen=True)
class Augmentation(ABC):
    """A frozen dataclass whose fields are declared with ``setting``."""

    #: What the list calls it.
    title: ClassVar[str]
    #: A sentence for a person who is choosing.
    description: ClassVar[str]
    #: Whether things move: what is known of single places isn't true any more then.
    moves: ClassVar[bool] = False

    def applies_to(self, shape: Shape) -> bool:
        """Whether examples of this shape can be changed so; most are for pictures."""
        return len(shape) == 3

    @abstractmethod
    def apply(self, values: np.ndarray, chance: Chance, spread: Spread) -> np.ndarray:
        """Examples changed by chance, each in its own way.

        Args:
            values: ``(n, *shape)`` float32 or float64, in the units of the data; not changed.
            chance: of these n examples.

        Returns:
            The same shape and kind of numbers.
        """
