"""Answers to whole parts of the data, without keeping the window waiting for them.

A few examples are answered at once. More, or any while training runs, are answered on a thread, by
a network of its own with a copy of the weights; whoever asked is told when it is done, and takes
the answers then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from time import perf_counter

from PySide6.QtCore import QObject

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.workspace import Workspace
from nnstudio.gui.background import Background, Job
from nnstudio.project.answering import evenly, judged
from nnstudio.project.model import Model
from nnstudio.training.judging.judged import Judged
from nnstudio.training.report import Part

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


class Judging(Job):
    """One question; ``found`` is set when it is answered."""

    name = "nnstudio-evaluate"

    def __init__(
        self, model: Model, data: PreparedData, wanted: Mapping[Part, Array], live: bool
    ) -> None:
        super().__init__()
        self.live = live
        self._model, self._data, self._wanted = model, data, dict(wanted)
        self.found: Answers | None = None

    def work(self) -> None:
        """Answer, and work out what the pages show of it."""
        found = judged(self._model, self._data, self._wanted, lambda: self.is_unwanted)
        for outputs in () if found is None else found.values():
            for each in outputs:
                self._weigh(each)
        self.found = found

    def _weigh(self, each: Judged) -> None:
        """So that nothing of it is left for the window's thread."""
        _ = each.report, each.reliability
        if each.is_classification and not self.is_unwanted:
            _ = each.curves


class Answering(Background[Judging]):
    """Answers one question at a time."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._next = 0.0

    def may_ask(self) -> bool:
        """Whether, while training runs, it is time for another question."""
        return self.awaited is None and perf_counter() >= self._next

    def judge(
        self, model: Model, data: PreparedData, wanted: Mapping[Part, Array], *, live: bool = False
    ) -> None:
        """Answer this, and nothing else that was asked before; ``live`` while training runs."""
        count = sum(map(len, wanted.values()))
        # Beside a training thread each of many small calls may wait for the interpreter: not here.
        if not live and count * operations(model) <= AT_ONCE:
            self.do_at_once(Judging(model, data, wanted, live))
            return
        own = replace(model, workspace=Workspace(model.network, model.workspace.flat.copy()))
        self.ask(Judging(own, data, wanted, live))

    def take(self) -> Judging | None:
        """The question that was answered since the last call, if any."""
        job = super().take()
        if job is not None and job.live:
            self._next = perf_counter() + min(LATEST, job.took / SHARE)
        return job
