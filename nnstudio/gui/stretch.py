"""One stretch of training: what it works on, its thread, what it has told, what comes of it.

It ends with a pause, a stop or by itself. Nothing here touches a widget or the document.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from nnstudio.data.batches import PreparedData
from nnstudio.project.project import Project
from nnstudio.project.run_book import begun, ended, halted, numbered, written
from nnstudio.project.run_record import RunRecord
from nnstudio.project.runs import continues, session_for
from nnstudio.training.control import Control
from nnstudio.training.events import BatchDone, Diverged, Ended, Event, Failed
from nnstudio.training.loop import train
from nnstudio.training.mailbox import Mailbox
from nnstudio.training.recorder import Recorder
from nnstudio.training.session import Session
from nnstudio.training.trained import Trained


@dataclass(frozen=True)
class Outcome:
    """What has come of a stretch.

    Attributes:
        trained: what the run has made, if that is worth anything.
        record: its place in the book of runs; ``None`` if nothing has happened yet.
        wreck: what is left of a run that diverged, to be looked at and wound back.
    """

    trained: Trained | None
    record: RunRecord | None
    wreck: Trained | None = None


@dataclass
class Run:
    """A stretch, from the start of its thread to its end.

    Attributes:
        project: as it was when it started; ``live`` is as it trains by now, with the settings that
            may change within a run as the user has changed them.
    """

    project: Project
    session: Session
    control: Control
    mailbox: Mailbox
    recorder: Recorder
    record: RunRecord
    thread: threading.Thread | None = None
    last_batch: BatchDone | None = None
    end: Event | None = None
    first_epoch: int = 0
    first_step: int = 0
    epochs: int | None = None
    batches: int | None = None
    requests: list[str] = field(default_factory=list)
    goes_on: bool = False
    is_discarded: bool = False
    attend: tuple[Callable[[Event], object], ...] = ()
    live: Project = field(init=False)

    def __post_init__(self) -> None:
        self.live = self.project

    def work(self) -> None:
        """The thread's whole life."""
        self.recorder.begin()
        for event in train(self.session, self.control, epochs=self.epochs, batches=self.batches):
            if isinstance(event, BatchDone):
                self.last_batch = event
            elif isinstance(event, Ended | Diverged | Failed):
                self.end = event
            self.recorder.attend(event)
            for attend in self.attend:
                attend(event)
            self.mailbox.serve(self.session)

    @classmethod
    def begun(
        cls,
        project: Project,
        data: PreparedData,
        *,
        epochs: int | None,
        batches: int | None,
        after: int = 0,
    ) -> Run:
        """A stretch of ``project``'s run, not started yet.

        If it is a new run, its number is greater than ``after``.

        Raises:
            StudioError: it can't train, and why.
        """
        session = session_for(project, data)
        before = project.trained.recording if project.trained and continues(project) else None
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        return cls(
            project,
            session,
            Control(),
            Mailbox(),
            Recorder(session, before),
            begun(project, session, now, after=after),
            first_epoch=session.epoch,
            first_step=session.step,
            epochs=epochs,
            batches=batches,
        )

    @property
    def label(self) -> str:
        """The undo step's name, such as ``Train 3 epochs``."""
        epochs = self.session.epoch - self.first_epoch
        if epochs:
            return f"Train {epochs} epoch" + ("s" if epochs != 1 else "")
        steps = self.session.step - self.first_step
        return f"Train {steps} step" + ("s" if steps != 1 else "")

    def as_paused(self, project: Project, trained: Trained) -> Project:
        """``project``, the document's, as if the run paused where ``trained`` stands.

        It may be asked on any thread; the run goes on.
        """
        assert trained.progress is not None, "it is a run's"
        recording = self.recorder.recording.until(trained.progress.step)
        trained = replace(numbered(trained, self.record), recording=recording)
        now = replace(project, trained=trained)
        record = halted(self.record, trained)
        if continues(now):
            record = replace(record, graph=now.graph, layout=now.layout, settings=now.settings)
        return replace(now, runs=written(project.runs, record))

    def outcome(self, project: Project, event: Event) -> Outcome:
        """What has come of it for ``project``, the document's, now that the thread has ended."""
        session, trained = self.session, None
        if isinstance(event, Ended):
            trained = replace(
                session.trained(), recording=self.recorder.recording, parent=self.record.parent
            )
            if not session.step:
                return Outcome(trained, None)
        record = ended(self.record, session, event, trained, is_stopped=bool(self.requests))
        now = replace(project, trained=trained)
        if continues(now):  # with its names and places as they are now
            record = replace(record, graph=now.graph, layout=now.layout, settings=now.settings)
        else:
            record = replace(record, graph=self.live.graph, settings=self.live.settings)
        wreck = None
        if isinstance(event, Diverged):
            left = replace(session.trained(), recording=self.recorder.recording)
            wreck = numbered(left, record)
        return Outcome(None if trained is None else numbered(trained, record), record, wreck)
