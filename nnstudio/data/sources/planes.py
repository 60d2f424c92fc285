"""Points of the plane in two or more classes, each set with a difficulty of its own."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.sources.source import Source
from nnstudio.schema import check, setting

#: Points, and the class of each.
Drawn = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Plane(Source):
    """What all of these have in common: how many points, how noisy, and which."""

    count: int = setting(400, label="Examples", ge=1, le=1_000_000, help="All classes together")
    noise: float = setting(
        0.1, ge=0.0, le=5.0, help="Standard deviation of what is added to both coordinates"
    )
    seed: int = setting(0, ge=0, help="Another seed gives other points")

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The classes."""

    @abstractmethod
    def points(self, rng: np.random.Generator) -> Drawn:
        """Points ``(count, 2)`` without noise, and the number of each one's class ``(count,)``."""

    def load(self) -> Dataset:
        check(self)
        names = self.names
        if self.count < len(names):
            raise DataError("data_too_few", name=self.title, got=self.count, expected=len(names))
        rng = np.random.default_rng(self.seed)
        points, classes = self.points(rng)
        points = points + self.noise * rng.standard_normal(points.shape)
        # Sine and cosine differ in the last bit between processors; the fingerprint should not.
        return Dataset(
            self.title, points.round(6), classes, classes=names, input_names=("x₁", "x₂")
        )


@dataclass(frozen=True)
class Circles(Plane):
    """A disc within a ring: no straight line parts them, a circle does."""

    title: ClassVar[str] = "Circles"
    description: ClassVar[str] = "A disc within a ring: is a point near the middle or far from it?"

    gap: float = setting(0.3, ge=0.0, le=0.9, help="What is left free between disc and ring")

    @property
    def names(self) -> tuple[str, ...]:
        return "inner", "outer"

    def points(self, rng: np.random.Generator) -> Drawn:
        ring = np.arange(self.count) % 2
        half = (1 - self.gap) / 2  # as wide as the disc's radius
        low, high = ring * (half + self.gap), np.where(ring, 1.0, half)
        # The square root spreads points evenly over an area.
        radius = np.sqrt(rng.uniform(low**2, high**2))
        angle = rng.uniform(0, 2 * np.pi, self.count)
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), ring


@dataclass(frozen=True)
class Xor(Plane):
    """Four squares like a chessboard: Minsky and Papert (1969) showed one neuron can't tell."""

    title: ClassVar[str] = "Xor"
    description: ClassVar[str] = "Four squares like a chessboard: do both numbers have one sign?"

    gap: float = setting(0.1, ge=0.0, le=0.9, help="What is left free around the axes")

    @property
    def names(self) -> tuple[str, ...]:
        return "same sign", "other sign"

    def points(self, rng: np.random.Generator) -> Drawn:
        quarter = np.arange(self.count) % 4
        signs = np.stack([1 - 2 * (quarter % 2), 1 - 2 * (quarter // 2)], axis=1)
        points = signs * rng.uniform(self.gap, 1.0, (self.count, 2))
        return points, (signs[:, 0] != signs[:, 1]).astype(np.int64)


@dataclass(frozen=True)
class Gauss(Plane):
    """Clouds around points of a circle; a straight line parts any two that don't overlap."""

    title: ClassVar[str] = "Clouds"
    description: ClassVar[str] = "Round clouds of points: which one does each belong to?"

    noise: float = setting(0.25, ge=0.0, le=5.0, help="Standard deviation of each cloud")
    classes: int = setting(2, label="Clouds", ge=2, le=8)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"cloud {k + 1}" for k in range(self.classes))

    def points(self, rng: np.random.Generator) -> Drawn:
        cloud = np.arange(self.count) % self.classes
        angle = 2 * np.pi * cloud / self.classes + np.pi / 4
        return np.stack([np.cos(angle), np.sin(angle)], axis=1), cloud


@dataclass(frozen=True)
class Moons(Plane):
    """Two half circles, each reaching into the other."""

    title: ClassVar[str] = "Moons"
    description: ClassVar[str] = "Two half moons that reach into each other."

    @property
    def names(self) -> tuple[str, ...]:
        return "upper", "lower"

    def points(self, rng: np.random.Generator) -> Drawn:
        lower = np.arange(self.count) % 2
        angle = rng.uniform(0, np.pi, self.count)
        x = np.where(lower, 1 - np.cos(angle), np.cos(angle)) - 0.5
        y = np.where(lower, 0.5 - np.sin(angle), np.sin(angle)) - 0.25
        return np.stack([x, y], axis=1), lower
