"""The doctor's practice: an examiner for each run, and remedies on trial, each on its own thread.

The examiner works on the training thread and leaves what it finds where the window picks it up at
its next look. Nothing is computed here.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.doctor.examiner import Examiner
from nnstudio.doctor.finding import Finding
from nnstudio.doctor.remedies import remedies_for
from nnstudio.doctor.trial import Known, Trial, beginning
from nnstudio.gui import garbage
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import sentence
from nnstudio.project.fixes.fix import Fix
from nnstudio.project.project import Project
from nnstudio.project.run_book import next_number, numbered, renumbered, written
from nnstudio.project.run_record import RunRecord
from nnstudio.training.events import Diverged, Event
from nnstudio.training.session import Session

log = logging.getLogger(__name__)

#: How often the window looks at a trial, in milliseconds.
LOOK_EVERY = 100
Key = tuple[str, str]


class Practice(QObject):
    """What is wrong with the running or the last run, and what is being done about it.

    Signals:
        changed: something else is found, or a trial has come further.
    """

    changed = Signal()

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._workbench = workbench
        self._examiner: Examiner | None = None
        self._seen: tuple[Finding, ...] = ()
        self._diverged = 0
        self._ignored: set[Key] = set()
        self._trials: dict[Key, tuple[Finding, Trial]] = {}
        self._threads: list[threading.Thread] = []
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self._look_at_trials)
        runner = workbench.runner
        runner.attendants.append(self._attendant)
        runner.looked.connect(self._look)
        runner.ended.connect(self._ended)
        workbench.project_changed.connect(self._project_changed)

    # ------------------------------------------------------------------ what is known

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong and not ignored; with what is on trial, whether it still shows or not."""
        shown = [finding for finding in self._seen if finding.key not in self._ignored]
        keys = {finding.key for finding in shown}
        shown += [finding for key, (finding, _) in self._trials.items() if key not in keys]
        return tuple(shown)

    @property
    def looks(self) -> int:
        """How often the run was looked at."""
        return 0 if self._examiner is None else self._examiner.looks

    @property
    def ignored(self) -> int:
        """How many findings are ignored."""
        return len(self._ignored)

    def trial(self, finding: Finding) -> Trial | None:
        """The trial of a remedy for ``finding``."""
        kept = self._trials.get(finding.key)
        return None if kept is None else kept[1]

    @property
    def is_trying(self) -> bool:
        """Whether a trial goes on."""
        return any(not trial.done for _, trial in self._trials.values())

    def remedies(self, finding: Finding) -> tuple[Fix, ...]:
        """What may help against ``finding``, for the project as its run began."""
        return () if self._examiner is None else remedies_for(self._begun, finding)

    @property
    def _begun(self) -> Project:
        assert self._examiner is not None
        return beginning(self._examiner.project)

    # ------------------------------------------------------------------ watching

    def _attendant(self, project: Project, session: Session) -> Callable[[Event], None]:
        """Whoever attends a run that is about to start, on the run's thread."""
        before = self._examiner
        self._examiner = examiner = Examiner(project, session)
        self._diverged = 0
        goes_on = before is not None and before.project.run_hash() == project.run_hash()
        if not (session.step and goes_on):
            self._seen = ()
            self._ignored.clear()
            self._end_trials()
        self.changed.emit()
        return _Attendance(examiner).attend

    def _look(self) -> None:
        examiner = self._examiner
        if examiner is not None and examiner.findings is not self._seen and examiner.looks:
            self._seen = examiner.findings
            self.changed.emit()

    def _ended(self, event: Event) -> None:
        if self._examiner is None:
            return
        self._seen = self._examiner.findings or (self._seen if not self.looks else ())
        if isinstance(event, Diverged):
            self._diverged = event.step
            if self._seen and self._seen[0].code.startswith("doctor_nan"):
                said = sentence("diverged_where", found=self._seen[0])
                self._workbench.said.emit(said, "error")
        self.changed.emit()

    def _project_changed(self, old: Project, new: Project) -> None:
        document = self._workbench.document
        if document.undo_label or document.redo_label or replace(old, runs=new.runs) == new:
            return  # an edit, or a run was written into the book
        self._examiner, self._seen = None, ()  # another project was opened
        self._ignored.clear()
        self._end_trials()
        self.changed.emit()

    # ------------------------------------------------------------------ what the user asks

    def ignore(self, finding: Finding) -> None:
        """Don't show this any more, until a new run begins."""
        self._ignored.add(finding.key)
        self.dismiss(finding)

    def dismiss(self, finding: Finding) -> None:
        """Give up the trial for ``finding``, or put its outcome away."""
        kept = self._trials.pop(finding.key, None)
        if kept is not None:
            kept[1].cancel()
        self.changed.emit()

    def try_fix(self, finding: Finding, fix: Fix) -> None:
        """Train with ``fix`` beside the run, and compare; one trial at a time."""
        examiner = self._examiner
        if examiner is None or self.is_trying:
            return
        session = examiner.session
        known = Known(session.history.epochs, self._diverged)
        trial = Trial(self._begun, session.data, fix, finding.code, known)
        self._trials[finding.key] = finding, trial
        thread = threading.Thread(target=trial.work, name="nnstudio-trial", daemon=True)
        self._threads.append(thread)
        garbage.start(thread)
        self._timer.start()
        self.changed.emit()

    def use(self, finding: Finding) -> None:
        """Make the remedy and the weights it has led to part of the project: one undo step.

        The run that has led to them is in the book of runs from then on.
        """
        kept = self._trials.get(finding.key)
        outcome = None if kept is None else kept[1].outcome
        if kept is None or outcome is None or outcome.project is None or self._examiner is None:
            return
        begun, fix = kept[1].before, kept[1].fix
        self._workbench.runner.finish()
        now = self._workbench.project
        project: Project | None = None
        if _same_but_for_weights(now, begun):
            project = replace(outcome.project, layout=now.layout)
            project = project.with_graph(outcome.project.graph)
            if outcome.record is not None:
                project = self._written_down(project, outcome.record)
        else:  # edited meanwhile: the remedy for what is there now, without the trial's weights
            again = (other for other in remedies_for(now, finding) if other.label == fix.label)
            project = next((other.project for other in again), None)
        if project is None:
            self._workbench.said.emit(sentence("remedy_gone", label=fix.label), "warning")
            return
        self._end_trials()
        self._seen = ()
        self._workbench.document.end_merge()
        self._workbench.apply(fix.label, project)
        self._workbench.said.emit(sentence("remedy_used", label=fix.label), "ok")
        self.changed.emit()

    def _written_down(self, project: Project, record: RunRecord) -> Project:
        """``project``, which stands at the run of ``record``, once that is in the book."""
        document = self._workbench.document
        runs = document.project.runs
        record = renumbered(record, next_number(runs, document.last_run))
        record = replace(record, graph=project.graph, layout=project.layout)
        document.keep_runs(written(runs, record))
        trained = project.trained
        return replace(project, trained=None if trained is None else numbered(trained, record))

    def finish(self) -> None:
        """Give up every trial and wait for its thread, before the window closes."""
        self._end_trials()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _end_trials(self) -> None:
        for _, trial in self._trials.values():
            trial.cancel()
        self._trials.clear()

    def _look_at_trials(self) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if not self._threads:
            self._timer.stop()
        self.changed.emit()


class _Attendance:
    """An examiner whose failures are its own: the run goes on without it."""

    def __init__(self, examiner: Examiner) -> None:
        self._examiner: Examiner | None = examiner

    def attend(self, event: Event) -> None:
        """For the training thread."""
        if self._examiner is not None:
            try:
                self._examiner.attend(event)
            except Exception:
                log.exception("the doctor gave up")
                self._examiner = None


def _same_but_for_weights(a: Project, b: Project) -> bool:
    return replace(a, trained=None, layout=b.layout, runs=b.runs) == replace(b, trained=None)
