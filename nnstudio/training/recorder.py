"""Who records a run: at batch boundaries of the training thread, and only when a moment is due.

What is recorded is published as one value, so that another thread may read it at any time.
Recording takes at most SHARE of the time of training, after a short while that is free. Where it
would take more, moments are passed over; but never the first, the best and the last, which may cost
0.1 ms for each epoch that is better than all before.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf, isfinite, nan
from time import thread_time

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.training.events import BatchDone, Ended, EpochDone, Event
from nnstudio.training.recording import BUDGET, Moment, Recording
from nnstudio.training.session import Session
from nnstudio.training.stopping import score

#: The share of the time of training that recording may take.
SHARE = 0.01
#: So many seconds are free, so that a run's first steps are recorded one by one.
FREE = 0.01


class Recorder:
    """Attends a session.

    Attributes:
        recording: what there is so far; another value each time.
    """

    def __init__(
        self,
        session: Session,
        recording: Recording | None = None,
        *,
        budget: int = BUDGET,
        share: float = SHARE,
    ) -> None:
        """``recording``: what there is of this run from before a pause."""
        self._session, self._share = session, share
        if recording is None or recording.run != session.run:
            weights = session.flat.nbytes
            slots = sum(vector.nbytes for vector in session.slots.values())
            settings = session.settings
            keeps_best = settings.early_stopping and settings.restore_best_weights
            best = weights if keeps_best else 0
            planned = settings.epochs * session.steps_per_epoch
            recording = Recording.planned(
                session.run, weights, slots + best, planned, budget=budget
            )
        self.recording = recording.until(session.step)
        self._due = self.recording.next_due(session.step)
        self._loss = nan
        self._spent = 0.0
        self._began_at = session.seconds

    def begin(self) -> None:
        """Record where the session stands, unless that is known: a weight may be set by hand."""
        last, session = self.recording.last, self._session
        if last is None or last.step != session.step or not np.array_equal(last.flat, session.flat):
            self._record()

    def attend(self, event: Event) -> None:
        """Record what is due; for the thread that trains, at each of its events."""
        if isinstance(event, BatchDone):
            self._loss = event.loss
            if event.step >= self._due:
                if self._may_take_time():
                    self._record()
                self._due = self.recording.next_due(event.step)
        elif isinstance(event, EpochDone):
            self._end_epoch(event)
        elif isinstance(event, Ended) and not self._session.result:
            self.begin()

    def _may_take_time(self) -> bool:
        return self._spent <= FREE + self._share * (self._session.seconds - self._began_at)

    def _end_epoch(self, event: EpochDone) -> None:
        """The best moment is that of an epoch's end; the last one comes before weights change."""
        session, recording = self._session, self.recording
        found = score(event.figures, session.watch.monitor, session.metric)
        found = found if isfinite(found) else inf
        is_last = session.ended_early or session.epoch >= session.settings.epochs
        best, last = recording.best, recording.last
        is_known = best is not None and best.progress.monitor == session.watch.monitor
        is_best = found < (best.score if best is not None and is_known else inf)
        is_kept = last is not None and last.step == session.step
        if is_last or is_best or is_kept:
            # Validating changes no variable.
            self._record(found, last if is_kept else None)

    def _record(self, found: float = inf, known: Moment | None = None) -> None:
        """Add a moment; ``known`` has its variables if they were copied already.

        Args:
            found: the watched figure if an epoch has just ended.
        """
        began = thread_time()  # not the time it waits for the window
        if not self.recording.capacity or not _is_finite(self._session.flat):
            return
        try:
            self.recording = self.recording.with_moment(self._moment(found, known))
        except MemoryError:  # the run is worth more than its recording
            self.recording = replace(self.recording, budget=0, moments=(), best=None)
        self._spent += thread_time() - began

    def _moment(self, found: float, known: Moment | None) -> Moment:
        session, recording = self._session, self.recording
        if known is not None:
            flat, slots = known.flat, known.slots
        else:
            flat, slots = _frozen(session.flat), None
            if recording.is_full:
                slots = {name: _frozen(vector) for name, vector in session.slots.items()}
        best = session.best if recording.is_full else None
        sums = session.learner.sums.copy() if session.position else None
        return Moment(session.progress(), flat, slots, best, sums, self._loss, found)


@np.errstate(all="ignore")
def _is_finite(flat: Array) -> bool:
    """Whether all are numbers of a size one can reckon with; nothing else is worth keeping."""
    return isfinite(float(np.dot(flat, flat)))


def _frozen(vector: Array) -> Array:
    kept = vector.copy()
    kept.flags.writeable = False
    return kept
