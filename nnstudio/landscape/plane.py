"""A plane through the space of all weights, and where vectors of weights lie on it.

The weights w of a network are a point of a space with as many dimensions as there are numbers. Two
directions d₁, d₂ and a centre c span a plane of it,

    w(a, b) = c + a d₁ + b d₂,

which can be drawn. A point w beside the plane is seen at the place of the plane that is nearest to
it: (a, b) makes ‖w − w(a, b)‖ as small as possible, so that with D the rows d₁, d₂

    D Dᵀ (a, b)ᵀ = D (w − c).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnstudio.engine.layer import Array


@dataclass(frozen=True)
class Box:
    """A rectangle of the plane, in the units of its directions."""

    left: float
    right: float
    bottom: float
    top: float

    def stretched(self, factor: float) -> Box:
        """So many times as wide and as high, around the same middle."""
        x, y = (self.left + self.right) / 2, (self.bottom + self.top) / 2
        wide = factor * (self.right - self.left) / 2
        high = factor * (self.top - self.bottom) / 2
        return Box(x - wide, x + wide, y - high, y + high)


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane of weights.

    Attributes:
        centre: ``(size,)``, all variables of the network at (0, 0).
        directions: ``(2, size)``, 0 wherever nothing is learned.
        learned: how many of the variables learn; they come first.
        box: what of it is worth being seen.
        names: what its axes are called.
    """

    centre: Array
    directions: Array
    learned: int
    box: Box
    names: tuple[str, str] = ("1st direction", "2nd direction")

    @property
    def is_line(self) -> bool:
        """Whether it has one direction only."""
        return not self.directions[1].any()

    def at(self, a: float, b: float) -> Array:
        """``(size,)``: the variables at this place, in the centre's precision."""
        first, second = self.directions
        result: Array = self.centre + np.float32(a) * first + np.float32(b) * second
        return result

    def places(self, points: Sequence[Array]) -> Array:
        """``(n, 2)``: the places of the plane nearest to these vectors of variables."""
        d = self._learned
        along = np.array([d @ self._away(point) for point in points]).reshape(-1, 2)
        result: Array = along @ self._inverse
        return result

    def share_of(self, points: Sequence[Array]) -> float:
        """How much of the points' way from the centre lies in the plane: squared lengths, 0 to 1.

        1 if all of them are the centre, which lies in it.
        """
        seen = whole = 0.0
        products = self._products
        for point, place in zip(points, self.places(points), strict=True):
            away = self._away(point)
            seen += float(place @ products @ place)
            whole += float(away @ away)
        return min(1.0, seen / whole) if whole else 1.0

    def _away(self, point: Array) -> Array:
        learned = self.learned
        result: Array = point[:learned].astype(np.float64) - self.centre[:learned]
        return result

    @cached_property
    def _learned(self) -> Array:
        """``(2, learned)``: the directions as far as anything is learned."""
        result: Array = self.directions[:, : self.learned].astype(np.float64)
        return result

    @cached_property
    def _products(self) -> Array:
        """D Dᵀ."""
        result: Array = self._learned @ self._learned.T
        return result

    @cached_property
    def _inverse(self) -> Array:
        """(D Dᵀ)⁻¹, or what comes next to it where the directions are parallel."""
        result: Array = np.linalg.pinv(self._products, hermitian=True)
        return result
