"""Interleaved spirals: two numbers in, a class out, and no straight line between the classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.sources.source import Source
from nnstudio.schema import check, setting


@dataclass(frozen=True)
class Spiral(Source):
    """Points along arms that wind out of the origin to radius 1; each arm is a class."""

    title: ClassVar[str] = "Spiral"
    description: ClassVar[str] = (
        "Points of the plane on winding arms: which arm does each belong to?"
    )

    count: int = setting(600, label="Examples", ge=1, le=1_000_000, help="All arms together")
    turns: float = setting(1.0, ge=0.0, le=5.0, help="How often each arm goes round")
    noise: float = setting(
        0.02, ge=0.0, le=1.0, help="Standard deviation of what is added to both coordinates"
    )
    classes: int = setting(2, label="Arms", ge=2, le=8)
    seed: int = setting(0, ge=0, help="Another seed gives other points of the same arms")

    def load(self) -> Dataset:
        check(self)
        if self.count < self.classes:
            raise DataError("data_too_few", name=self.title, got=self.count, expected=self.classes)
        rng = np.random.default_rng(self.seed)
        arm = np.arange(self.count) % self.classes
        # The square root spreads the points evenly along an arm instead of crowding the centre.
        radius = np.sqrt(rng.uniform(0.0, 1.0, self.count))
        angle = 2 * np.pi * (self.turns * radius + arm / self.classes)
        points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        points += self.noise * rng.standard_normal(points.shape)
        # Sine and cosine differ in the last bit between processors; the fingerprint should not.
        points = points.round(6)
        names = tuple(f"arm {k + 1}" for k in range(self.classes))
        return Dataset(self.title, points, arm, classes=names, input_names=("x₁", "x₂"))
