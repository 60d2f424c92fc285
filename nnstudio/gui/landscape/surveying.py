"""Measuring a landscape on a thread, without keeping the window or the training waiting.

The thread has a workspace and copies of its own. What it has found so far is there to be looked at
at any time, coarse at first. While training runs it rests most of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.gui.background import Job
from nnstudio.landscape.directions import path_plane, random_plane
from nnstudio.landscape.lines import path_line, random_line
from nnstudio.landscape.plane import Plane
from nnstudio.landscape.profile import Sounding
from nnstudio.landscape.surface import Losses, Surface, Survey

#: The share of time that the thread works while training runs.
SHARE = 0.1


@dataclass(frozen=True, eq=False)
class Question:
    """What is to be measured.

    Attributes:
        centre: the variables in the middle of a random plane.
        path: the variables that the run passed through.
        follows: whether the plane is to hold as much of the path as it can.
        cuts: whether only a line is wanted: from the path's start to its end, or one direction.
        seed: of random directions.
        reach: how many times as much of the plane as usual.
        part, index: of the data, the examples whose loss it is.
    """

    network: Network
    data: PreparedData
    centre: Array
    path: Sequence[Array]
    follows: bool
    cuts: bool
    seed: int
    reach: float
    part: str
    index: Array

    @property
    def shows_way(self) -> bool:
        """Whether the run's way is worth being drawn: a random line has next to nothing of it."""
        return len(self.path) > 1 and (self.follows or not self.cuts)

    def plane(self) -> Plane:
        """The plane to be looked at: a path that never moved has none of its own."""
        if self.cuts:
            line = path_line(self.network, self.path) if self.follows else None
            return line or random_line(self.network, self.centre, self.seed)
        plane = path_plane(self.network, self.path, self.seed) if self.follows else None
        return plane or random_plane(self.network, self.centre, self.seed)


class Measuring(Job):
    """One question on a thread.

    Attributes:
        plane, share: the plane, and how much of the path it holds, as soon as they are known.
        surface: the finest there is so far.
    """

    name = "nnstudio-landscape"

    def __init__(self, question: Question, is_training: Callable[[], bool]) -> None:
        super().__init__()
        self.question = question
        self.plane: Plane | None = None
        self.share = 1.0
        self.surface: Surface | None = None
        self._survey: Survey | Sounding | None = None
        self._is_training = is_training
        self._since = perf_counter()

    @property
    def progress(self) -> float:
        """How much is measured, 0 to 1."""
        return 0.0 if self._survey is None else self._survey.done / self._survey.total

    def seen(self) -> object:
        """What there is to be drawn."""
        return self.plane, self.surface, round(self.progress, 2)

    def work(self) -> None:
        """Measure, coarsely at first."""
        question = self.question
        if not np.isfinite(question.centre).all():
            self.error = "The weights are no finite numbers: restart with a lower learning rate"
            return
        losses = Losses(question.network, question.data, question.index)
        plane = question.plane()
        self.share = plane.share_of(question.path)
        self.plane = plane
        self._since = perf_counter()
        measures = Sounding if question.cuts else Survey
        self._survey = measures(plane, plane.box.stretched(question.reach), losses)
        for surface in self._survey.surfaces(self._make_room):
            self.surface = surface

    def _make_room(self) -> bool:
        """Between two points: leave time to the training; returns whether to give up."""
        if self._is_training():
            self.rest((perf_counter() - self._since) * (1 / SHARE - 1))
        self._since = perf_counter()
        return self.is_unwanted


def some_of(index: Array, most: int, seed: int) -> Array:
    """At most so many examples of a part, the same for the same seed."""
    if len(index) <= most:
        return index
    return np.sort(np.random.default_rng(seed).choice(index, most, replace=False))
