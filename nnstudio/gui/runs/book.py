"""The book of runs as the window reads and changes it.

What is written in the book is no edit of the project, so undo has no part in it: what was deleted
comes back by :meth:`RunBook.bring_back`. Opening a run again is an edit like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from nnstudio.gui.runs.rows import judged
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import sentence
from nnstudio.project.project import Project
from nnstudio.project.run_book import (
    RunRecord,
    bounded,
    forked,
    record_of,
    reopened,
    without,
)
from nnstudio.training.history import History


class RunBook(QObject):
    """Every run of the document, the one that goes on included.

    Signals:
        changed: a run has come, gone or been changed.
    """

    changed = Signal()

    def __init__(self, workbench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._deleted: tuple[RunRecord, ...] = ()
        workbench.project_changed.connect(self._project_changed)
        workbench.opened.connect(self._opened)
        workbench.runner.started.connect(self.changed)
        workbench.runner.ended.connect(self.changed)

    # ------------------------------------------------------------------ reading

    @property
    def runs(self) -> tuple[RunRecord, ...]:
        """Oldest first; the run that goes on stands where it will be."""
        kept, live = self._workbench.project.runs, self.live
        if live is None:
            return kept
        if record_of(kept, live.number) is None:
            return (*kept, live)
        return tuple(live if record.number == live.number else record for record in kept)

    @property
    def live(self) -> RunRecord | None:
        """The run that goes on."""
        return self._workbench.runner.record

    @property
    def present(self) -> int:
        """The run at which the project stands, or that goes on; 0 for none."""
        if (live := self._workbench.runner.record) is not None:
            return live.number
        trained = self._workbench.project.trained
        if trained is None or trained.progress is None:
            return 0
        known = record_of(self._workbench.project.runs, trained.run_number)
        return known.number if known and known.step == trained.progress.step else 0

    def live_figures(self) -> dict[int, Mapping[str, float]]:
        """The numbers of the run that goes on, as they are now."""
        runner = self._workbench.runner
        session, record = runner.session, runner.record
        if session is None or record is None:
            return {}
        history = session.history
        latest = history.latest(1)
        final = latest[-1] if latest else None
        return {
            record.number: {
                "number": record.number,
                "metric": judged(final, "metric"),
                "best_metric": history.best_metric(record.is_accuracy),
                "loss": judged(final, "loss"),
                "best_loss": judged(history.best, "loss"),
                "epochs": session.epoch,
                "steps": session.step,
                "seconds": session.seconds,
                "seed": record.settings.seed,
            }
        }

    def record(self, number: int) -> RunRecord | None:
        """The run with this number."""
        return record_of(self.runs, number)

    def history(self, number: int) -> History | None:
        """The curves of a run, which may still grow."""
        session, live = self._workbench.runner.session, self._workbench.runner.record
        if session is not None and live is not None and live.number == number:
            return session.history
        record = self.record(number)
        return None if record is None else record.curves

    # ------------------------------------------------------------------ writing

    def rename(self, number: int, name: str) -> None:
        """Call a run ``name``."""
        self._change(number, lambda record: replace(record, name=name.strip()))

    def annotate(self, number: int, note: str) -> None:
        """Write ``note`` to a run."""
        self._change(number, lambda record: replace(record, note=note.strip()))

    def keep(self, numbers: Collection[int], is_kept: bool) -> None:
        """Whether the weights of these runs are kept however many runs follow."""
        for number in numbers:
            self._change(number, lambda record: replace(record, is_kept=is_kept))

    def _change(self, number: int, change: Callable[[RunRecord], RunRecord]) -> None:
        if (live := self.live) is not None and live.number == number:
            self._workbench.runner.change_record(change)
            self.changed.emit()
        runs = self._workbench.project.runs
        changed = tuple(change(run) if run.number == number else run for run in runs)
        self._workbench.document.keep_runs(bounded(changed))

    def delete(self, numbers: Collection[int]) -> None:
        """Take these runs out; the one that goes on stays."""
        runs = self._workbench.project.runs
        going_on = self._workbench.runner.record
        gone = [n for n in numbers if going_on is None or n != going_on.number]
        deleted = tuple(record for record in runs if record.number in gone)
        if deleted:
            self._deleted = deleted
            self._workbench.document.keep_runs(without(runs, gone))

    @property
    def deleted(self) -> tuple[RunRecord, ...]:
        """What was deleted last and can come back."""
        return self._deleted

    def bring_back(self) -> None:
        """Put in again what was deleted last."""
        runs, deleted = self._workbench.project.runs, self._deleted
        self._deleted = ()
        known = {record.number for record in runs}
        back = [record for record in deleted if record.number not in known]
        together = sorted((*runs, *back), key=lambda record: record.number)
        self._workbench.document.keep_runs(tuple(together))

    # ------------------------------------------------------------------ opening

    def reopen(self, number: int) -> bool:
        """The design, data, settings and weights of a run, as one step of undo."""
        self._workbench.runner.finish()
        record = record_of(self._workbench.project.runs, number)
        if record is None:
            return False
        project = reopened(self._workbench.project, record)
        self._apply(f"Reopen {_named(record)}", project)
        said = "run_reopened" if record.trained is not None else "run_without_weights"
        severity = "ok" if record.trained is not None else "warning"
        self._workbench.said.emit(sentence(said, run=record.title), severity)
        return True

    def fork(
        self, number: int, change: Callable[[Project], Project], *, more: int = 0, words: str
    ) -> bool:
        """Begin another run where a run began, with something changed; it runs at once.

        Args:
            more: go on where it ended instead, for so many epochs.
            words: what is changed, for the message.
        """
        self._workbench.runner.finish()
        record = record_of(self._workbench.project.runs, number)
        if record is None:
            return False
        project = forked(self._workbench.project, record, change, more=more)
        self._apply(f"Fork {_named(record)}", project)
        self._workbench.said.emit(sentence("run_forked", run=record.title, change=words), "ok")
        self._workbench.when_loaded(self._workbench.runner.run)
        return True

    def say(self, words: str, severity: str) -> None:
        """Tell the user something."""
        self._workbench.said.emit(words, severity)

    def _apply(self, label: str, project: Project) -> None:
        self._workbench.document.end_merge()
        self._workbench.apply(label, project)

    def _project_changed(self, old: Project, new: Project) -> None:
        if old.runs is not new.runs:
            self.changed.emit()
        elif old.trained is not new.trained:
            self.changed.emit()  # it stands at another run

    def _opened(self) -> None:
        """What was deleted from the book of another project has no place in this one."""
        if self._deleted:
            self._deleted = ()
            self.changed.emit()


def _named(record: RunRecord) -> str:
    return record.title if not record.name else f"run {record.number}"
