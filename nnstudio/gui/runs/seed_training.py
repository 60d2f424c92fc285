"""Repeating a run with several seeds on a thread, beside whatever else the window does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.data.batches import PreparedData
from nnstudio.gui import garbage
from nnstudio.gui.loading import Loading
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError, sentence
from nnstudio.project.project import Project
from nnstudio.project.run_book import RunRecord, record_of, with_group
from nnstudio.training.control import Control
from nnstudio.training.events import BatchDone, Failed
from nnstudio.tuning.seeds import SeedBegun, SeedRuns

log = logging.getLogger(__name__)

#: How often the window looks at the thread, in milliseconds.
LOOK_EVERY = 100


class _Job:
    """One repetition of a run; ``done`` is set last of all.

    For the window's thread: ``kept`` of its runs are in the book already, as ``group``.
    """

    def __init__(self, record: RunRecord, count: int, data: PreparedData | None) -> None:
        self.runs = SeedRuns(record, count)
        self.control = Control()
        self.cancelled = False
        self.error = ""
        self.done = False
        self.index = 0
        self.share = 0.0
        self.kept = self.group = 0
        self._data = data

    def work(self) -> None:
        """The thread's whole life."""
        try:
            data = self._data or self._load()
            if data is not None and not self.cancelled:
                self._train(data)
        except StudioError as error:
            self.error = sentence("seeds_failed", run=self.runs.record.title, reason=error)
        except Exception as error:  # the window goes on, whatever happens here
            log.exception("repeating a run failed")
            self.error = sentence("seeds_failed", run=self.runs.record.title, reason=error)
        self.done = True

    def cancel(self) -> None:
        """End within one batch; the repetitions that are done stay."""
        self.cancelled = True
        self.control.stop()

    def _load(self) -> PreparedData | None:
        """The data that the run had, where the project has another one by now."""
        loading = Loading(self.runs.record.data)
        loading.work()
        if loading.data is None:
            title = self.runs.record.title
            self.error = sentence("seeds_no_data", run=title, reason=loading.error)
        return loading.data

    def _train(self, data: PreparedData) -> None:
        steps = 1
        for event in self.runs.run(data, self.control):
            if isinstance(event, SeedBegun):
                self.index, steps = event.index, max(1, event.steps)
                self.share = 0.0
            elif isinstance(event, BatchDone):
                self.share = min(1.0, event.step / steps)
            elif isinstance(event, Failed):
                raise event.error


class SeedTraining(QObject):
    """Repeats one run at a time, and writes what came of it into the book.

    Signals:
        changed: it has begun, come further or ended.
        kept: (group) a group of runs is in the book, with all its runs.
    """

    changed = Signal()
    kept = Signal(int)

    def __init__(self, workbench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._job: _Job | None = None
        self._thread: threading.Thread | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(LOOK_EVERY)
        self._poll.timeout.connect(self._look)
        parent.destroyed.connect(self.cancel)
        workbench.project_changed.connect(self._project_changed)

    @property
    def is_busy(self) -> bool:
        """Whether a run is being repeated."""
        return self._job is not None

    @property
    def done(self) -> tuple[RunRecord, ...]:
        """The repetitions that are done so far."""
        return () if self._job is None else tuple(self._job.runs.done)

    @property
    def record(self) -> RunRecord | None:
        """The run that is being repeated."""
        return None if self._job is None else self._job.runs.record

    @property
    def progress(self) -> float:
        """How far it is, 0 to 1."""
        job = self._job
        return 0.0 if job is None else (job.index + job.share) / len(job.runs.seeds)

    def words(self) -> str:
        """How far it is, such as ``Seed 2 of 5``."""
        job = self._job
        if job is None:
            return ""
        if job.cancelled:
            return "Ending…"
        return f"{job.runs.record.title}: seed {job.index + 1} of {len(job.runs.seeds)}"

    def start(self, record: RunRecord, count: int) -> bool:
        """Repeat ``record`` with ``count`` seeds; False while another one is being repeated."""
        if self._job is not None:
            return False
        workbench = self._workbench
        data = workbench.data if workbench.project.data == record.data else None
        self._job = job = _Job(record, count, data)
        self._thread = threading.Thread(target=job.work, name="nnstudio-seeds", daemon=True)
        garbage.start(self._thread)
        self._poll.start()
        self.changed.emit()
        return True

    def cancel(self) -> None:
        """End within one batch; the repetitions that are done are kept."""
        if self._job is not None:
            self._job.cancel()

    def finish(self) -> None:
        """End, and wait for the thread, before the window closes."""
        if self._job is not None and self._thread is not None:
            self._job.cancel()
            self._thread.join()
            self._look()

    def _look(self) -> None:
        job = self._job
        if job is None:
            return
        is_over = job.done  # known before its runs are looked at: none comes after it
        self._keep(job)
        if is_over:
            self._poll.stop()
            self._job = self._thread = None
            self._tell(job)
        self.changed.emit()

    def _project_changed(self, old: Project, new: Project) -> None:
        """A run that is deleted, or of another project, isn't repeated any more."""
        if old.runs is not new.runs and self._job and not _has(new.runs, self._job.runs.record):
            self.cancel()

    def _keep(self, job: _Job) -> None:
        """What is done, into the book at once: then it is saved, and kept in case of a crash.

        Not into the book of another project, which may be open by now.
        """
        runs, new = self._workbench.project.runs, job.runs.done[job.kept :]
        if not new or not _has(runs, job.runs.record):
            return
        going_on = self._workbench.runner.record
        after = max(self._workbench.document.last_run, going_on.number if going_on else 0)
        together = with_group(runs, new, after=after, group=job.group)
        job.kept += len(new)
        job.group = together[-1].group
        self._workbench.document.keep_runs(together)

    def _tell(self, job: _Job) -> None:
        """What came of it."""
        if job.error:
            self._workbench.said.emit(job.error, "error")
        if job.kept and _has(self._workbench.project.runs, job.runs.record):
            said = sentence("seeds_kept", run=job.runs.record.title, count=job.kept)
            self._workbench.said.emit(said, "ok")
            self.kept.emit(job.group)


def _has(runs: Sequence[RunRecord], record: RunRecord) -> bool:
    """Whether it is in this book; numbers are given in every project."""
    known = record_of(runs, record.number)
    return known is not None and known.began == record.began
