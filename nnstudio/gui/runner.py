"""Running training on a thread of its own, and bringing its result back into the document.

The thread steps the loop's generator and never waits for the window; the window never waits for
the thread but looks at it on a timer. A run works on its own copy of the project, so the user may
go on editing. When it pauses or ends its result is applied once, as one undoable step.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.data.batches import PreparedData
from nnstudio.gui import garbage
from nnstudio.gui.stretch import Run
from nnstudio.messages import StudioError, sentence
from nnstudio.project.document import Document
from nnstudio.project.project import Project
from nnstudio.project.run_book import RunRecord, with_end, written
from nnstudio.project.runs import (
    continues,
    is_finished,
    progress_of,
    with_ended_run,
    with_live_settings,
    with_new_weights,
    with_start_weights,
)
from nnstudio.training.events import BatchDone, Diverged, Ended, Event, Failed
from nnstudio.training.history import History
from nnstudio.training.inside import Inside
from nnstudio.training.mailbox import Snapshot
from nnstudio.training.meter import Reading
from nnstudio.training.recording import Recording
from nnstudio.training.session import Session
from nnstudio.training.stopping import end_text
from nnstudio.training.trained import Trained

log = logging.getLogger(__name__)

#: How often the window looks at the thread, in milliseconds.
LOOK_EVERY = 33

#: What may be asked of the project while it trains: done once its result is in the document.
REQUESTS: dict[str, Callable[[Project], Project]] = {
    "Stop": with_ended_run,
    "Restart": with_start_weights,
    "New weights": with_new_weights,
}
#: The requests after which training goes on if it was running.
GOES_ON = ("Restart", "New weights")


class Runner(QObject):
    """Starts, pauses and ends runs of the document's project.

    Signals:
        started: a thread has begun to train.
        looked: emitted at every look while it trains; cheap views update themselves.
        ended: (event) it has ended and its result, if any, is in the document.
        said: (sentence, severity) something the user should read.
        paced: slow motion begins, ends or has another pace.

    Attributes:
        attendants: asked at every start for whoever is to be told of all events, on the thread.
    """

    started = Signal()
    looked = Signal()
    ended = Signal(object)
    said = Signal(str, str)
    paced = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._pace: float | None = None
        self.attendants: list[Callable[[Project, Session], Callable[[Event], object]]] = []
        self._data: PreparedData | None = None
        self._run: Run | None = None
        self._wreck: Trained | None = None
        document.subscribe(self._changed)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self._look)

    # ------------------------------------------------------------------ what is known

    def set_data(self, data: PreparedData | None) -> None:
        """The project's data, as soon as it is there."""
        self._data = data

    @property
    def wreck(self) -> Trained | None:
        """What the last run left if it diverged: to be wound back, and gone on with from there."""
        return self._wreck

    def _changed(self, old: Project, new: Project) -> None:
        if old.trained is not new.trained:
            self._wreck = None

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
    def recording(self) -> Recording | None:
        """The moments of the running session so far."""
        return self._run.recorder.recording if self._run else None

    @property
    def record(self) -> RunRecord | None:
        """The running session's record in the book of runs, as it was when it started."""
        return self._run.record if self._run else None

    def change_record(self, change: Callable[[RunRecord], RunRecord]) -> None:
        """Change what will be written of the running session, such as its name."""
        if self._run:
            self._run.record = change(self._run.record)

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

    def ask_reading(self) -> None:
        """Ask the thread to measure a step layer by layer."""
        if self._run:
            self._run.mailbox.ask_reading()

    def take_reading(self) -> Reading | None:
        """What was measured since the last call."""
        return self._run.mailbox.take_reading() if self._run else None

    def ask_inside(self) -> None:
        """Ask the thread for the inside of a step: activations, gradients, update ratios."""
        if self._run:
            self._run.mailbox.ask_inside()

    def take_inside(self) -> Inside | None:
        """The inside of the step that was watched since the last call."""
        return self._run.mailbox.take_inside() if self._run else None

    def as_paused(self, trained: Trained) -> Project:
        """The document as it would be if the run paused where ``trained`` stands.

        It may be asked on any thread; the run goes on.
        """
        run, project = self._run, self._document.project
        if run is None or trained.progress is None:
            return replace(project, trained=trained)
        return run.as_paused(project, trained)

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
        self._end()

    def stop(self) -> None:
        """End the run. Its weights stay; the next run begins from them."""
        self._request("Stop")

    def restart(self) -> None:
        """Back to the weights this run began with; goes on training if it was."""
        self._request("Restart")

    def new_weights(self) -> None:
        """Other first weights, from the next seed; goes on training if it was."""
        self._request("New weights")

    def follow(self, project: Project) -> None:
        """Let what may change within a run be as in ``project``, from the next batch on."""
        run = self._run
        if run is None:
            return
        live = with_live_settings(run.live, project)
        network = live.network() if live.graph is not run.live.graph else None
        if network is not None or live.settings != run.live.settings:
            run.live = live
            run.control.change(live.settings, network)

    @property
    def pace(self) -> float | None:
        """How many batches a second there are in slow motion; ``None`` at full speed."""
        return self._pace

    def set_pace(self, batches_per_second: float | None) -> None:
        """Slow motion from now on, or none; takes effect at once."""
        if batches_per_second != self._pace:
            self._pace = batches_per_second
            if self._run:
                self._run.control.set_pace(batches_per_second)
            self.paced.emit()

    def discard(self) -> None:
        """End the run and forget its result, for opening another project; waits for the thread."""
        self._wreck = None
        if self._run:
            self._run.is_discarded = True
            self.finish()

    def finish(self) -> Callable[[], object]:
        """End the run within one batch and wait for that, for saving or closing.

        Returns what makes it go on as it was meant to, if it was not about to end anyway.
        """
        run = self._run
        if run is None or run.thread is None:
            return _nothing
        was_ending = run.control.stopping
        run.control.stop()
        run.thread.join()
        halted = not was_ending and run.end == Ended("stopped")
        if self._close(run):
            return self._start
        if halted and continues(self._document.project):
            return lambda: self._start(epochs=run.epochs, batches=run.batches)
        return _nothing

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
            last = self._document.last_run
            run = Run.begun(project, self._data, epochs=epochs, batches=batches, after=last)
        except StudioError as error:
            self.said.emit(str(error), "error")
            return False
        run.control.set_pace(self._pace)
        run.attend = tuple(attendant(project, run.session) for attendant in self.attendants)
        self._wreck = None
        run.thread = threading.Thread(target=run.work, name="nnstudio-training", daemon=True)
        self._run = run
        garbage.start(run.thread)
        self._timer.start()
        self.started.emit()
        return True

    def _end(self) -> None:
        """Ask the thread to end; nothing asked before goes on after that."""
        if self._run:
            self._run.goes_on = False
            self._run.control.stop()

    def _request(self, name: str) -> None:
        """Do ``name`` now, or after the run, which goes on from there if it would have."""
        run = self._run
        if run is None:
            project = self._document.project
            self._document.keep_runs(with_end(project.runs, project.trained))
            self._apply(name, REQUESTS[name](self._document.project))
            return
        goes_on = name in GOES_ON and (run.goes_on or not run.control.stopping)
        self._end()
        run.requests.append(name)
        run.goes_on = goes_on

    def _look(self) -> None:
        run = self._run
        if run is None or run.thread is None:
            return
        if run.thread.is_alive():
            self.looked.emit()
            return
        run.thread.join()
        if self._close(run):
            self._start()

    def _close(self, run: Run) -> bool:
        """Put away a run whose thread has ended; returns whether training is to go on."""
        self._timer.stop()
        self._run = None
        event = run.end or Failed(RuntimeError("training ended without a word"))
        if not run.is_discarded:
            self._take(run, event)
        self.ended.emit(event)
        return run.goes_on and isinstance(event, Ended) and not run.is_discarded

    def _take(self, run: Run, event: Event) -> None:
        """Bring the result of an ended run into the document."""
        outcome = run.outcome(self._document.project, event)
        if outcome.record is not None:
            self._document.keep_runs(written(self._document.project.runs, outcome.record))
        self._wreck = outcome.wreck
        if isinstance(event, Diverged):
            values = {"step": event.step, "loss": event.loss, "rate": event.learning_rate}
            self.said.emit(sentence("diverged", **values), "error")
            return
        if isinstance(event, Failed):
            if not isinstance(event.error, StudioError):  # else its sentence says all there is
                log.error("training failed", exc_info=event.error)
            self.said.emit(sentence("run_failed", reason=str(event.error)), "error")
            return
        project = replace(self._document.project, trained=outcome.trained)
        is_edited = not continues(project)
        label = run.label
        for request in run.requests:
            project = REQUESTS[request](project)
            label = request if request in GOES_ON else label
        self._apply(label, project)
        if is_edited and label not in GOES_ON:
            self.said.emit(sentence("edited_meanwhile"), "warning")
        elif told := _end_text(project):
            self.said.emit(told, "ok")

    def _apply(self, label: str, project: Project) -> None:
        self._document.apply(label, project)


def _end_text(project: Project) -> str:
    """How the run of ``project`` ended, if it did and that is worth a sentence."""
    progress = progress_of(project)
    return end_text(progress) if progress is not None and is_finished(project) else ""


def _nothing() -> None:
    """There is nothing to go on with."""
