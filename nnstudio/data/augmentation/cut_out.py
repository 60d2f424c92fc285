"""A square of each picture hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.augmentation.augmentation import Augmentation, Spread
from nnstudio.data.augmentation.chance import Chance
from nnstudio.schema import setting


@dataclass(frozen=True)
class CutOut(Augmentation):
    """y(p) = m where p is in a square around a pixel that is as likely any, x(p) elsewhere.

    m is the mean of the training pictures; the square may reach beyond the edge. Source: DeVries
    and Taylor, "Improved regularization of convolutional neural networks with cutout", 2017.
    """

    title: ClassVar[str] = "Cut out"
    description: ClassVar[str] = "Hides a square, so that no single spot decides everything."

    side: int = setting(8, ge=1, le=512, unit="px", help="Of the square")

    def apply(self, values: np.ndarray, chance: Chance, spread: Spread) -> np.ndarray:
        height, width = values.shape[-2:]
        middle = chance.uniform(0, 1, 2)
        hidden = self._line(middle[:, :1], height)[:, :, np.newaxis]
        hidden = hidden & self._line(middle[:, 1:], width)[:, np.newaxis]
        result = values.copy()
        np.copyto(result, spread.mean.astype(values.dtype), where=hidden[:, np.newaxis])
        return result

    def _line(self, middle: np.ndarray, length: int) -> np.ndarray:
        """Which of ``length`` places are hidden, (n, length); ``middle`` (n, 1) is from 0 to 1."""
        start = np.floor(middle * length).astype(np.int64) - self.side // 2
        place = np.arange(length)
        line: np.ndarray = (place >= start) & (place < start + self.side)
        return line
