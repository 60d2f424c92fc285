"""Points of a parabola, or pairs of numbers that the user has typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.sources.source import Source, check_range
from nnstudio.schema import check, setting


@dataclass(frozen=True)
class Square(Source):
    """y = x² + noise, for x drawn evenly from [low, high]; or the typed ``pairs`` instead."""

    title: ClassVar[str] = "Square"
    description: ClassVar[str] = (
        "Pairs (x, x²), or your own pairs: a line won't do, a hidden layer will."
    )

    low: float = setting(-1.0, label="x from", ge=-1000.0, le=1000.0)
    high: float = setting(1.0, label="x to", ge=-1000.0, le=1000.0)
    count: int = setting(400, label="Examples", ge=1, le=1_000_000)
    noise: float = setting(0.0, ge=0.0, le=1000.0, help="Standard deviation of what is added to y")
    seed: int = setting(0, ge=0, help="Another seed gives other points of the same curve")
    pairs: tuple[tuple[float, float], ...] = setting(
        (), label="Your pairs", ge=-1e9, le=1e9, help="Used instead when given: (2, 4), (4, 16)"
    )

    def true(self, x: np.ndarray) -> np.ndarray:
        """The parabola without noise, for ``x`` of any shape."""
        y: np.ndarray = x * x
        return y

    def load(self) -> Dataset:
        check(self)
        if self.pairs:
            points = np.array(self.pairs, np.float64)
            x, y = points[:, :1], points[:, 1:]
        else:
            check_range(self.title, self.low, self.high)
            rng = np.random.default_rng(self.seed)
            x = rng.uniform(self.low, self.high, (self.count, 1))
            y = self.true(x) + self.noise * rng.standard_normal(x.shape)
        return Dataset(self.title, x, y, input_names=("x",), target_names=("y",))
