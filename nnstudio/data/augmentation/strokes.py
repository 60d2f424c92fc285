"""Strokes made thicker or thinner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.augmentation.augmentation import Augmentation, Spread
from nnstudio.data.augmentation.chance import Chance
from nnstudio.schema import setting


@dataclass(frozen=True)
class Thickness(Augmentation):
    """Dilation δ, the brightest of a pixel and its four neighbours, or erosion ε, the darkest.

        y = (1 − f)·δᵏ(x) + f·δᵏ⁺¹(x)      for k + f pixels more; likewise ε for less

    k whole and f between 0 and 1, k + f even from −most to most. Source: Serra, *Image analysis
    and mathematical morphology*, 1982.
    """

    title: ClassVar[str] = "Thickness"
    description: ClassVar[str] = "Makes light strokes thicker or thinner."

    most: float = setting(1.0, ge=0, le=8, unit="px", help="At most so much to each side")

    def apply(self, values: np.ndarray, chance: Chance, spread: Spread) -> np.ndarray:
        wanted = chance.uniform(-self.most, self.most)
        result = values.copy()
        for pick, chosen in ((np.maximum, wanted > 0), (np.minimum, wanted < 0)):
            rows = np.flatnonzero(chosen)
            rest, now = np.abs(wanted[rows]), values[rows]
            while rows.size:
                further = _spread_out(now, pick)
                share = np.minimum(rest, 1).astype(values.dtype)[:, *[np.newaxis] * 3]
                result[rows] = now + share * (further - now)
                goes_on = rest > 1
                rows, rest, now = rows[goes_on], rest[goes_on] - 1, further[goes_on]
        return result


def _spread_out(pictures: np.ndarray, pick: np.ufunc) -> np.ndarray:
    """What ``pick`` chooses of each pixel and its neighbours above, below, left and right."""
    result = pictures.copy()
    for near, far in (
        (np.s_[..., 1:, :], np.s_[..., :-1, :]),
        (np.s_[..., :-1, :], np.s_[..., 1:, :]),
        (np.s_[..., 1:], np.s_[..., :-1]),
        (np.s_[..., :-1], np.s_[..., 1:]),
    ):
        pick(result[near], pictures[far], out=result[near])
    return result
