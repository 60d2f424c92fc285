"""Running training on a thread of its own, and bringing its result back into the document.

The thread steps the loop's generator and never waits for the window; the window never waits for
the thread but looks at it on a timer. A run works on its own copy of the project, so the user may
go on editing. When it pauses or ends its result is applied once, as one undoable step.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.data.batches import PreparedData
from nnstudio.messages import StudioError, sentence
from nnstudio.project.document import Document
from nnstudio.project.project import Project
from nnstudio.project.runs import (
    continues,
    is_finished,
    session_for,
    with_ended_run,
    with_new_weights,
    with_start_weights,
)
from nnstudio.training.control import Control
from nnstudio.training.events import BatchDone, Diverged, Ended, Event, Failed
from nnstudio.training.history import History
from nnstudio.training.loop import train
from nnstudio.training.mailbox import Mailbox, Snapshot
from nnstudio.training.session import Session

log = logging.getLogger(__name__)

#: How often the window looks at the thread, in milliseconds.
LOOK_EVERY = 33

Then = Literal["pause", "stop", "restart", "new weights", "discard"]


@dataclass
class Run:
    """One stretch of training: what it works on, its thread, and what it has told so far."""

    project: Project
    session: Session
    control: Control
    mailbox: Mailbox
    thread: threading.Thread | None = None
    last_batch: BatchDone | None = None
    end: Event | None = None
    first_epoch: int = 0
    first_step: int = 0
    then: Then = "pause"

    def work(self, epochs: int | None, batches: int | None) -> None:
        """The thread's whole life."""
        for event in train(self.session, self.control, epochs=epochs, batches=batches):
            if isinstance(event, BatchDone):
                self.last_batch = event
            elif isinstance(event, Ended | Diverged | Failed):
                self.end = event
            self.mailbox.serve(self.session)


class Runner(QObject):
    """Starts, pauses and ends runs of the document's project.

    Signals:
        started: a thread has begun to train.
        looked: emitted at every look while it trains; cheap views update themselves.
        ended: (event) it has ended and its result, if any, is in the document.
        said: (sentence, severity) something the user should read.
    """

    started = Signal()
    looked = Signal()
    ended = Signal(object)
    said = Signal(str, str)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._data: PreparedData | None = None
        self._run: Run | None = None
        self._after: deque[Then] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self._look)

    # ------------------------------------------------------------------ what is known

    def set_data(self, data: PreparedData | None) -> None:
        """The project's data, as soon as it is there."""
        self._data = data

    @property
    def is_running(self) -> bool:
        """Whether a thread trains right now."""
        return self._run is not None

    @property
    def session(self) -> Session | None:
        """The running session; only its history and counters may be read from here."""
        return self._run.session if self._run else None

    @property
    def run_project(self) -> Project | None:
        """The project that trains right now; the document's may differ from it already."""
        return self._run.project if self._run else None

    @property
    def history(self) -> History | None:
        """The curves of the running session."""
        return self._run.session.history if self._run else None

    @property
    def last_batch(self) -> BatchDone | None:
        """The latest step of the running session."""
        return self._run.last_batch if self._run else None

    def ask_weights(self) -> None:
        """Ask the thread for a copy of the weights at its next batch boundary."""
        if self._run:
            self._run.mailbox.ask()

    def take_weights(self) -> Snapshot | None:
        """The copy that was made since the last call."""
        return self._run.mailbox.take() if self._run else None

    # ------------------------------------------------------------------ what the user asks

    def run(self) -> bool:
        """Train until the settings' last epoch; a finished run begins again from its start."""
        return self._start()

    def step_batch(self) -> bool:
        """Make one step and pause."""
        return self._start(batches=1)

    def step_epoch(self) -> bool:
        """Train to the end of this epoch and pause."""
        return self._start(epochs=1)

    def pause(self) -> None:
        """Stop within one batch; Run goes on with the same bits."""
        self._end("pause")

    def stop(self) -> None:
        """End the run. Its weights stay; the next run begins from them."""
        if self.is_running:
            self._end("stop")
        else:
            self._apply("Stop", with_ended_run(self._document.project))

    def restart(self) -> None:
        """Back to the weights this run began with; goes on training if it was."""
        if self.is_running:
            self._end("restart")
        else:
            self._apply("Restart", with_start_weights(self._document.project))

    def new_weights(self) -> None:
        """Other first weights, from the next seed; goes on training if it was."""
        if self.is_running:
            self._end("new weights")
        else:
            self._apply("New weights", with_new_weights(self._document.project))

    def set_learning_rate(self, rate: float) -> None:
        """Takes effect at the next batch."""
        if self._run:
            self._run.control.set_learning_rate(rate)

    def discard(self) -> None:
        """End the run and forget its result, for opening another project; waits for the thread."""
        if self._run:
            self._run.then = "discard"
            self.finish()

    def finish(self) -> None:
        """End the run within one batch and wait for that, for saving or closing."""
        if self._run and self._run.thread:
            self._run.control.stop()
            self._run.thread.join()
            self._look()

    # ------------------------------------------------------------------ how it goes

    def _start(self, *, epochs: int | None = None, batches: int | None = None) -> bool:
        if self._run is not None:
            return False
        if self._data is None:
            self.said.emit(sentence("data_not_ready"), "warning")
            return False
        project = self._document.project
        if is_finished(project):
            project = with_start_weights(project)
        try:
            session = session_for(project, self._data)
        except StudioError as error:
            self.said.emit(str(error), "error")
            return False
        run = Run(project, session, Control(), Mailbox())
        run.first_epoch, run.first_step = session.epoch, session.step
        run.thread = threading.Thread(
            target=run.work, args=(epochs, batches), name="nnstudio-training", daemon=True
        )
        self._run = run
        run.thread.start()
        self._timer.start()
        self.started.emit()
        return True

    def _end(self, then: Then) -> None:
        if self._run:
            self._run.then = then
            self._run.control.stop()

    def _look(self) -> None:
        run = self._run
        if run is None or run.thread is None:
            return
        if run.thread.is_alive():
            self.looked.emit()
            return
        run.thread.join()
        self._timer.stop()
        self._run = None
        event = run.end or Failed(RuntimeError("training ended without a word"))
        if run.then != "discard":
            self._take(run, event)
        self.ended.emit(event)
        if run.then in ("restart", "new weights") and isinstance(event, Ended):
            self._start()

    def _take(self, run: Run, event: Event) -> None:
        """Bring the result of an ended run into the document."""
        if isinstance(event, Diverged):
            values = {"step": event.step, "loss": event.loss, "rate": event.learning_rate}
            self.said.emit(sentence("diverged", **values), "error")
            return
        if isinstance(event, Failed):
            log.error("training failed", exc_info=event.error)
            self.said.emit(sentence("run_failed", reason=str(event.error)), "error")
            return
        project = replace(self._document.project, trained=run.session.trained())
        if run.then == "restart":
            self._apply("Restart", with_start_weights(project))
        elif run.then == "new weights":
            self._apply("New weights", with_new_weights(project))
        else:
            label = _label(run)
            self._apply(label, with_ended_run(project) if run.then == "stop" else project)
            if not continues(project):
                self.said.emit(sentence("edited_meanwhile"), "warning")

    def _apply(self, label: str, project: Project) -> None:
        self._document.apply(label, project)


def _label(run: Run) -> str:
    """The undo step's name, such as ``Train 3 epochs``."""
    epochs = run.session.epoch - run.first_epoch
    if epochs:
        return f"Train {epochs} epoch" + ("s" if epochs != 1 else "")
    steps = run.session.step - run.first_step
    return f"Train {steps} step" + ("s" if steps != 1 else "")
