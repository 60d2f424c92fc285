"""How high the loss is along a line of weights: a cut through the landscape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from nnstudio.landscape.plane import Box, Plane
from nnstudio.landscape.surface import STRIDES, Losses, Surface

#: Points along the line in the end.
POINTS = 97


@dataclass(frozen=True, eq=False)
class Profile(Surface):
    """The loss at points of a line: a surface of one row, ``losses`` being ``(1, n)``."""

    def holds(self, a: float, b: float) -> bool:
        """Whether ``a`` lies on the part of the line that it covers."""
        return self.box.left <= a <= self.box.right

    def near(self, a: float, b: float = 0.0) -> float:
        """About the loss at ``a``, between the two points beside it; NaN outside."""
        count = self.losses.shape[1]
        x = (a - self.box.left) / (self.box.right - self.box.left) * (count - 1)
        if not -1e-9 <= x <= count - 1 + 1e-9:
            return float("nan")
        i = min(max(int(x), 0), count - 2)
        weights = np.array([1 - (x - i), x - i])
        return float(self.losses[0, i : i + 2][weights > 0] @ weights[weights > 0])


class Sounding:
    """Measures the loss along a part of a line.

    Attributes:
        done, total: how many points are measured, of how many.
    """

    def __init__(self, line: Plane, box: Box, losses: Losses) -> None:
        self.done, self.total = 0, POINTS
        self._line, self._box, self._losses = line, box, losses

    def surfaces(self, interrupted: Callable[[], bool] = lambda: False) -> Iterator[Surface]:
        """The profile, twice as fine each time; ``interrupted`` is asked before each point."""
        box = self._box
        found, known = np.full(POINTS, np.nan), np.zeros(POINTS, bool)
        x = np.linspace(box.left, box.right, POINTS)
        for stride in STRIDES:
            for i in range(0, POINTS, stride):
                if known[i]:
                    continue
                if interrupted():
                    return
                found[i] = self._losses.of(self._line.at(x[i], 0.0))
                known[i] = True
                self.done += 1
            yield Profile(box, found[np.newaxis, ::stride].copy())
