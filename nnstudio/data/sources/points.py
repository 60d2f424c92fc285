"""Points of the plane that the user paints."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.sources.by_hand import MOST, ByHand
from nnstudio.data.sources.source import check_range
from nnstudio.schema import check, setting

#: What a painted point stands for.
TASKS = ("classes", "numbers")
#: Points are painted between these, and kept to so many digits behind the first of their range.
_FARTHEST, _DIGITS = 1e6, 4

Point = tuple[float, float]


@dataclass(frozen=True)
class Points(ByHand):
    """Painted points, each with the number of its colour.

    A colour is a class, or one of evenly spaced numbers from −1 to 1: the same picture is a task of
    classes or one of numbers.
    """

    title: ClassVar[str] = "Your own points"
    description: ClassVar[str] = "Points of the plane that you paint in two or more colours."

    points: tuple[Point, ...] = setting((), ge=-_FARTHEST, le=_FARTHEST, in_form=False)
    labels: tuple[int, ...] = setting((), ge=0, le=7, in_form=False)
    colours: int = setting(
        2, label="Colours", ge=2, le=8, help="How many classes, or steps between −1 and 1"
    )
    task: str = setting(
        "classes", choices=TASKS, label="Colours are", help="Classes, or numbers from −1 to 1"
    )
    low: float = setting(-1.0, label="Axes from", ge=-_FARTHEST, le=_FARTHEST)
    high: float = setting(1.0, label="Axes to", ge=-_FARTHEST, le=_FARTHEST)

    @property
    def size(self) -> int:
        return len(self.points)

    @property
    def input_shape(self) -> tuple[int, ...]:
        return (2,)

    @property
    def classes(self) -> tuple[str, ...]:
        if self.task == "numbers":
            return ()
        return tuple(f"class {k + 1}" for k in range(self.colours))

    # ------------------------------------------------------------------ edits

    def with_points(self, points: Iterable[Point], label: int) -> Points:
        """With more points of one colour, as many as there is room for."""
        new = tuple(map(self._rounded, points))[: max(0, MOST - self.size)]
        return replace(self, points=self.points + new, labels=self.labels + (label,) * len(new))

    def without(self, places: Collection[int]) -> Points:
        """Without the points at these places in the list."""
        gone = set(places)
        kept = [place for place in range(self.size) if place not in gone]
        return replace(
            self,
            points=tuple(self.points[place] for place in kept),
            labels=tuple(self.labels[place] for place in kept),
        )

    def _rounded(self, point: Point) -> Point:
        """To what a screen can tell apart: files stay short, and the same picture is one file."""
        span = max(abs(self.low), abs(self.high), 1e-6)
        digits = _DIGITS - int(np.floor(np.log10(span)))
        return round(float(point[0]), digits), round(float(point[1]), digits)

    # ------------------------------------------------------------------ examples

    def load(self) -> Dataset:
        check(self)
        check_range(self.title, self.low, self.high)
        self.check_size("points_none")
        if len(self.labels) != self.size:
            raise DataError("by_hand_labels", name=self.title, got=len(self.labels), size=self.size)
        if max(self.labels) >= self.colours:
            got = max(self.labels) + 1
            raise DataError("points_colours", got=got, expected=self.colours)
        inputs = np.array(self.points, np.float64)
        labels = np.array(self.labels, np.int64)
        names = ("x₁", "x₂")
        if self.task == "classes":
            return Dataset(self.title, inputs, labels, self.classes, input_names=names)
        steps = 2 * labels / (self.colours - 1) - 1
        return Dataset(
            self.title, inputs, steps[:, np.newaxis], input_names=names, target_names=("y",)
        )
