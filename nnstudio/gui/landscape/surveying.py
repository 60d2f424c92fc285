"""Measuring a landscape on a thread, without keeping the window or the training waiting.

The thread has a workspace and copies of its own. What it has found so far is there to be looked at
at any time, coarse at first. While training runs it rests most of the time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.gui import garbage
from nnstudio.landscape.directions import path_plane, random_plane
from nnstudio.landscape.plane import Plane
from nnstudio.landscape.surface import Losses, Surface, Survey
from nnstudio.messages import StudioError

log = logging.getLogger(__name__)

#: The share of time that the thread works while training runs.
SHARE = 0.1
#: How often the window looks at it, in milliseconds.
LOOK_EVERY = 50


@dataclass(frozen=True, eq=False)
class Question:
    """What is to be measured.

    Attributes:
        centre: the variables in the middle of a random plane.
        path: the variables that the run passed through.
        follows: whether the plane is to hold as much of the path as it can.
        seed: of random directions.
        reach: how many times as much of the plane as usual.
        part, index: of the data, the examples whose loss it is.
    """

    network: Network
    data: PreparedData
    centre: Array
    path: Sequence[Array]
    follows: bool
    seed: int
    reach: float
    part: str
    index: Array

    def plane(self) -> Plane:
        """The plane to be looked at: a path that never moved has none of its own."""
        plane = path_plane(self.network, self.path, self.seed) if self.follows else None
        return plane or random_plane(self.network, self.centre, self.seed)


class Measuring:
    """One question on a thread; ``done`` is set last of all.

    Attributes:
        plane, share: the plane, and how much of the path it holds, as soon as they are known.
        surface: the finest there is so far.
    """

    def __init__(self, question: Question, is_training: Callable[[], bool]) -> None:
        self.question = question
        self.plane: Plane | None = None
        self.share = 1.0
        self.surface: Surface | None = None
        self.error = ""
        self.done = False
        self._survey: Survey | None = None
        self._is_training = is_training
        self._halt = threading.Event()
        self._since = perf_counter()

    @property
    def progress(self) -> float:
        """How much is measured, 0 to 1."""
        return 0.0 if self._survey is None else self._survey.done / self._survey.total

    @property
    def is_cancelled(self) -> bool:
        """Whether it was given up."""
        return self._halt.is_set()

    def cancel(self) -> None:
        """Give up before the next point."""
        self._halt.set()

    def work(self) -> None:
        """The thread's whole life."""
        try:
            self._measure()
        except StudioError as error:
            self.error = str(error)
        except Exception as error:  # the window goes on, whatever happens here
            log.exception("measuring the landscape failed")
            self.error = str(error)
        self.done = True

    def _measure(self) -> None:
        question = self.question
        if not np.isfinite(question.centre).all():
            self.error = "The weights are no finite numbers: restart with a lower learning rate"
            return
        losses = Losses(question.network, question.data, question.index)
        plane = question.plane()
        self.share = plane.share_of(question.path)
        self.plane = plane
        self._since = perf_counter()
        self._survey = Survey(plane, plane.box.stretched(question.reach), losses)
        for surface in self._survey.surfaces(self._rest):
            self.surface = surface

    def _rest(self) -> bool:
        """Between two points: make room for the training; returns whether to give up."""
        if self._is_training():
            self._halt.wait((perf_counter() - self._since) * (1 / SHARE - 1))
        self._since = perf_counter()
        return self._halt.is_set()


class Surveying(QObject):
    """Measures one landscape at a time.

    Signals:
        grown: something more is known of it, or it is done.
    """

    grown = Signal()

    def __init__(self, is_training: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._is_training = is_training
        self._job: Measuring | None = None
        self._seen: tuple[object, ...] = ()
        self._poll = QTimer(self)
        self._poll.setInterval(LOOK_EVERY)
        self._poll.timeout.connect(self._look)
        parent.destroyed.connect(self.cancel)

    @property
    def job(self) -> Measuring | None:
        """What was asked last, done or not."""
        return self._job

    @property
    def is_busy(self) -> bool:
        """Whether something is being measured."""
        return self._job is not None and not (self._job.done or self._job.is_cancelled)

    def ask(self, question: Question) -> None:
        """Measure this, and nothing else that was asked before."""
        self.cancel()
        job = self._job = Measuring(question, self._is_training)
        self._seen = ()
        garbage.start(threading.Thread(target=job.work, name="nnstudio-landscape", daemon=True))
        self._poll.start()

    def cancel(self) -> None:
        """Give up what is being measured; what is known of it stays."""
        if self._job is not None:
            self._job.cancel()
        self._poll.stop()

    def _look(self) -> None:
        job = self._job
        if job is None:
            return
        if job.done:
            self._poll.stop()
        now = (job.plane, job.surface, job.done, round(job.progress, 2))
        if now != self._seen:
            self._seen = now
            self.grown.emit()


def some_of(index: Array, most: int, seed: int) -> Array:
    """At most so many examples of a part, the same for the same seed."""
    if len(index) <= most:
        return index
    return np.sort(np.random.default_rng(seed).choice(index, most, replace=False))
