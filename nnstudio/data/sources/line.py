"""Points of a straight line: what one neuron can learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.sources.source import Source, check_range
from nnstudio.schema import check, setting


@dataclass(frozen=True)
class Line(Source):
    """y = m·x + b + noise, for x drawn evenly from [low, high]."""

    title: ClassVar[str] = "Line"
    description: ClassVar[str] = "Points of y = m·x + b with some noise: one neuron finds m and b."

    slope: float = setting(2.0, label="Slope m", ge=-1000.0, le=1000.0)
    intercept: float = setting(-1.0, label="Intercept b", ge=-1000.0, le=1000.0)
    noise: float = setting(0.1, ge=0.0, le=1000.0, help="Standard deviation of what is added to y")
    count: int = setting(200, label="Examples", ge=1, le=1_000_000)
    seed: int = setting(0, ge=0, help="Another seed gives other points of the same line")
    low: float = setting(-1.0, label="x from", ge=-1000.0, le=1000.0)
    high: float = setting(1.0, label="x to", ge=-1000.0, le=1000.0)

    def true(self, x: np.ndarray) -> np.ndarray:
        """The line without noise, for ``x`` of any shape."""
        return self.slope * x + self.intercept

    def load(self) -> Dataset:
        check(self)
        check_range(self.title, self.low, self.high)
        rng = np.random.default_rng(self.seed)
        x = rng.uniform(self.low, self.high, (self.count, 1))
        y = self.true(x) + self.noise * rng.standard_normal(x.shape)
        return Dataset(self.title, x, y, input_names=("x",), target_names=("y",))
