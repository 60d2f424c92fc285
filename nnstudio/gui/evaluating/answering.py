"""Answers to whole parts of the data, without keeping the window waiting for them.

A few examples are answered at once. More, or any while training runs, are answered on a thread, by
a network of its own with a copy of the weights; whoever asked is told when it is done, and takes
the answers then.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import replace
from math import prod
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.workspace import Workspace
from nnstudio.gui import garbage
from nnstudio.messages import StudioError
from nnstudio.project.answering import evenly, judged
from nnstudio.project.model import Model
from nnstudio.training.judging.judged import Judged
from nnstudio.training.report import Part

log = logging.getLogger(__name__)

#: At most so many examples of a part are answered while training runs, and at least so many.
MOST_LIVE, LEAST_LIVE = 2_000, 200
#: Floating-point operations that take about 30 ms: more of them are done on a thread.
AT_ONCE = 60_000_000
#: And about as many while training runs as take a moment even on a thread.
LIVE = 400_000_000
#: What weighing an answer takes beside the network, in operations.
_EACH = 4_000
#: The share of time that answering may take while training runs; but no longer than so many
#: seconds pass between two answers.
SHARE, LATEST = 0.07, 4.0

Answers = dict[Part, tuple[Judged, ...]]


def operations(model: Model) -> int:
    """About how many operations one example takes."""
    steps = model.network.steps
    forward = sum(
        step.layer.flops(*(steps[i].shape for i in step.inputs)) if step.inputs else 0
        for step in steps
    )
    return forward + _EACH + sum(prod(step.shape) for step in steps)


def live_rows(model: Model, rows: Array) -> Array:
    """Those examples of a part that are answered while training runs."""
    return evenly(rows, min(MOST_LIVE, max(LEAST_LIVE, LIVE // operations(model))))


class _Job:
    """One question; ``found`` is set when it is answered, ``done`` last of all."""

    def __init__(
        self, model: Model, data: PreparedData, wanted: Mapping[Part, Array], live: bool
    ) -> None:
        self.live = live
        self._model, self._data, self._wanted = model, data, dict(wanted)
        self.found: Answers | None = None
        self.error = ""
        self.cancelled = False
        self.done = False
        self.took = 0.0

    def work(self) -> None:
        """Answer, and work out what the pages show of it."""
        began = perf_counter()
        try:
            found = judged(self._model, self._data, self._wanted, lambda: self.cancelled)
            for outputs in () if found is None else found.values():
                for each in outputs:
                    self._weigh(each)
            self.found = found
        except StudioError as error:
            self.error = str(error)
        except Exception as error:  # the window goes on, whatever happens here
            log.exception("evaluating failed")
            self.error = str(error)
        self.took = perf_counter() - began
        self.done = True

    def _weigh(self, each: Judged) -> None:
        """So that nothing of it is left for the window's thread."""
        _ = each.report, each.reliability
        if each.is_classification and not self.cancelled:
            _ = each.curves


class Answering(QObject):
    """Answers one question at a time.

    Signals:
        ended: a question that was taken to a thread is answered: ask :meth:`take`.
    """

    ended = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job: _Job | None = None
        self._next = 0.0
        self._poll = QTimer(self)
        self._poll.setInterval(15)
        self._poll.timeout.connect(self._look)
        parent.destroyed.connect(self.cancel)

    @property
    def is_busy(self) -> bool:
        """Whether answers are on their way, or wait to be taken."""
        return self._job is not None

    def may_ask(self) -> bool:
        """Whether, while training runs, it is time for another question."""
        return self._job is None and perf_counter() >= self._next

    def ask(
        self, model: Model, data: PreparedData, wanted: Mapping[Part, Array], *, live: bool = False
    ) -> None:
        """Answer this, and nothing else that was asked before; ``live`` while training runs."""
        self.cancel()
        count = sum(map(len, wanted.values()))
        # Beside a training thread each of many small calls may wait for the interpreter: not here.
        if not live and count * operations(model) <= AT_ONCE:
            self._job = _Job(model, data, wanted, live)
            self._job.work()
            return
        own = replace(model, workspace=Workspace(model.network, model.workspace.flat.copy()))
        self._job = job = _Job(own, data, wanted, live)
        garbage.start(threading.Thread(target=job.work, name="nnstudio-evaluate", daemon=True))
        self._poll.start()

    def take(self) -> _Job | None:
        """The question that was answered since the last call, if any."""
        job = self._job
        if job is None or not job.done:
            return None
        self._job = None
        if job.live:
            self._next = perf_counter() + min(LATEST, job.took / SHARE)
        return job

    def cancel(self) -> None:
        """Give up what is being answered."""
        if self._job is not None:
            self._job.cancelled = True
            self._job = None
        self._poll.stop()

    def _look(self) -> None:
        if self._job is None or self._job.done:
            self._poll.stop()
            self.ended.emit()
