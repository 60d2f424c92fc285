"""Watching a run from the window: the inside of a step now and then, while somebody can see it.

A step that is watched takes up to twice as long, and counting takes the window's time; so the next
one is asked for after a while in which both are a small share. What the network would do with
weights that rest, or of a moment that is looked at, is computed on a thread where it takes long.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from PySide6.QtCore import QObject, QTimer

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.gui import garbage
from nnstudio.gui.evaluating.answering import operations
from nnstudio.gui.live import Live
from nnstudio.messages import StudioError
from nnstudio.project.answering import evenly
from nnstudio.project.model import Model
from nnstudio.training.inside import Inside, inside_at_rest
from nnstudio.training.observations import Observations

log = logging.getLogger(__name__)

#: A step is watched so often at most, in seconds; and so that this takes that share of the run's
#: time, and counting that part of the time which its panel may take.
EVERY, SHARE, PART = 0.06, 0.025, 0.4
#: Training examples that weights at rest are tried on.
EXAMPLES = 128
#: Operations that take about 10 ms: more of them are done on a thread.
AT_ONCE = 20_000_000
#: Forward and backward take so many times the operations of an answer.
_BOTH_WAYS = 3


@dataclass(eq=False)
class _Job:
    """One look at weights that rest."""

    network: Network
    flat: Array
    data: PreparedData
    step: int
    found: Inside | None = None
    is_done: bool = False

    def work(self) -> None:
        """Look; the run itself is never touched."""
        rows = evenly(self.data.parts.train, EXAMPLES)
        try:
            if len(rows):
                self.found = inside_at_rest(self.network, self.flat, self.data, rows, self.step)
        except (StudioError, KeyError, ValueError):
            pass  # the data doesn't fit: the problems list says so, or whoever runs it is told
        except Exception:  # the window goes on, whatever happens here
            log.exception("looking inside failed")
        self.is_done = True

    def is_of(self, network: Network, data: PreparedData, flat: Array) -> bool:
        """Whether the same is asked."""
        is_same = self.network is network and self.data is data
        return is_same and np.array_equal(self.flat, flat, equal_nan=True)


class Observing(QObject):
    """What is seen of the running or the last run, for one panel.

    Attributes:
        observations: everything that was sampled; ``None`` before any run was seen.
        latest: the inside of the step sampled last.
    """

    def __init__(self, live: Live, tell: Callable[[], object], parent: QObject) -> None:
        """``tell`` is called when something that took long is known."""
        super().__init__(parent)
        self._live = live
        self._tell = tell
        self.observations: Observations | None = None
        self.latest: Inside | None = None
        self._next = 0.0
        self._job: _Job | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(15)
        self._poll.timeout.connect(self._look)
        live.workbench.runner.started.connect(self._started)

    # ------------------------------------------------------------------ a run

    def _started(self) -> None:
        """A run begins, or goes on from where its step says."""
        session = self._live.workbench.runner.session
        if session is None:
            return
        known = self.observations
        self.latest = None
        if known is None or known.run != session.run or not session.step:
            self.observations = Observations(session.run)

    def sample(self) -> bool:
        """Take what was seen and, if it is time, ask for more; whether there is anything new."""
        runner = self._live.workbench.runner
        inside, now = runner.take_inside(), perf_counter()
        if inside is not None:
            session = runner.session
            if self.observations is None and session is not None:  # the panel was opened meanwhile
                self.observations = Observations(session.run)
            if self.observations is not None:
                self.observations.see(inside)
                self.latest = inside
            counting = (perf_counter() - now) / (PART * self._live.share())
            watching = sum(map(sum, inside.seconds.values())) / SHARE
            self._next = now + max(EVERY, counting, watching)
        if runner.is_running and now >= self._next:
            self._next = now + EVERY
            runner.ask_inside()
        return inside is not None

    # ------------------------------------------------------------------ weights that rest

    def at_rest(self, model: Model, data: PreparedData, step: int) -> Inside | None:
        """What the model's weights do with some training examples; ``None`` until it is known."""
        job, network, flat = self._job, model.network, model.workspace.flat
        if job is None or not job.is_of(network, data, flat):
            job = self._job = _Job(network, flat.copy(), data, step)
            if _BOTH_WAYS * EXAMPLES * operations(model) <= AT_ONCE:
                job.work()
            else:
                thread = threading.Thread(target=job.work, name="nnstudio-inside", daemon=True)
                garbage.start(thread)
                self._poll.start()
        return job.found if job.is_done else None

    def is_busy(self) -> bool:
        """Whether something is being computed."""
        return self._job is not None and not self._job.is_done

    def _look(self) -> None:
        if not self.is_busy():
            self._poll.stop()
            self._tell()
