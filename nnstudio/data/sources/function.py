"""Points of a function that the user types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.formula import Formula
from nnstudio.data.sources.source import Source, check_range
from nnstudio.schema import check, setting


@dataclass(frozen=True)
class Function(Source):
    """y = f(x) + noise, for x drawn evenly from [low, high]; see :mod:`nnstudio.data.formula`."""

    title: ClassVar[str] = "Your formula"
    description: ClassVar[str] = "A function of x that you type, such as sin(3x) + x²/2."

    formula: str = setting(
        "sin(3x) + x²/2",
        label="y =",
        help="x, numbers, + − · / ^, sin cos tan tanh exp log sqrt abs sign floor step min max",
    )
    low: float = setting(-2.0, label="x from", ge=-1e6, le=1e6)
    high: float = setting(2.0, label="x to", ge=-1e6, le=1e6)
    count: int = setting(400, label="Examples", ge=1, le=1_000_000)
    noise: float = setting(0.0, ge=0.0, le=1000.0, help="Standard deviation of what is added to y")
    seed: int = setting(0, ge=0, help="Another seed gives other points of the same curve")

    def true(self, x: np.ndarray) -> np.ndarray:
        """The function without noise, for ``x`` of any shape."""
        return Formula(self.formula)(x)

    def load(self) -> Dataset:
        check(self)
        check_range(self.title, self.low, self.high)
        rng = np.random.default_rng(self.seed)
        x = rng.uniform(self.low, self.high, (self.count, 1))
        y = self.true(x)
        wrong = ~np.isfinite(y[:, 0]) | (abs(y[:, 0]) > np.finfo(np.float32).max)
        if wrong.any():
            raise DataError("formula_value", formula=self.formula, x=float(x[wrong][0, 0]))
        # Library functions differ in the last bit between processors; the fingerprint should not.
        y = np.round(y, 9) + self.noise * rng.standard_normal(x.shape)
        return Dataset(self.title, x, y, input_names=("x",), target_names=("y",))
