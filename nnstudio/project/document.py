"""The one thing that changes: the document holds the present project, what it was, and who looks.

Undo keeps past values; there are no inverse commands anywhere. What is kept is bounded by bytes,
counting trained weights, which are nearly all of it.

The book of runs tells what has happened, which can't be undone: it belongs to the document rather
than to any value of the project, and every present value has it as it is now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nnstudio.project.project import Project
from nnstudio.project.run_book import last_number
from nnstudio.project.run_record import RunRecord
from nnstudio.training.trained import Trained

#: How many bytes of past weights undo may hold on to.
UNDO_BYTES = 256 * 2**20
#: And of past recordings, those in the book of runs included, beside the present one and what it
#: shares with them.
RECORDING_BYTES = 256 * 2**20

Listener = Callable[[Project, Project], None]


@dataclass(frozen=True)
class _Past:
    """A project as it was before (or, for redo, after) the edit called ``label``."""

    label: str
    project: Project


class Document:
    """The present project with undo, redo and the mark of what is saved.

    ``subscribe`` a function ``changed(old, new)``; it is called after every change, and compares
    what it shows with what is now.
    """

    def __init__(self, project: Project | None = None) -> None:
        self._project = project or Project()
        self._saved: Project | None = self._project
        self._undo: list[_Past] = []
        self._redo: list[_Past] = []
        self._merge_key: object = None
        self._listeners: list[Listener] = []
        self._last_run = last_number(self._project.runs)

    @property
    def project(self) -> Project:
        """The present value."""
        return self._project

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(old, new)`` after every change; returns how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def apply(self, label: str, project: Project, merge_key: object = None) -> bool:
        """Make ``project`` the present value, undoable as ``label``; False if nothing changes.

        Args:
            merge_key: successive edits with the same key become one undo step, such as all
                positions of one drag; saving in between begins another step.

        The book of runs stays as it is, whatever ``project`` says.
        """
        project = _with_runs(project, self._project.runs)
        if project == self._project:
            return False
        merges = merge_key is not None and merge_key == self._merge_key and bool(self._undo)
        if not merges:
            self._undo.append(self._past(label))
        self._redo.clear()
        self._merge_key = merge_key
        self._bound(project)
        self._become(project)
        return True

    @property
    def last_run(self) -> int:
        """The greatest number that a run in the book has, or had before it was deleted.

        It isn't given again: what was deleted may come back, and undo may lead to its weights.
        """
        return self._last_run

    def keep_runs(self, runs: tuple[RunRecord, ...]) -> None:
        """``runs`` is the book of runs from now on; this is no step of undo."""
        if runs != self._project.runs:
            self._become(_with_runs(self._project, runs))

    def end_merge(self) -> None:
        """The gesture is over: the next edit is an undo step of its own."""
        self._merge_key = None

    def replace(self, project: Project) -> None:
        """Open another project: it counts as saved, and nothing can be undone."""
        self._undo.clear()
        self._redo.clear()
        self._merge_key = None
        self._saved = project
        self._last_run = 0
        self._become(project)

    @property
    def undo_label(self) -> str:
        """What :meth:`undo` would take back; empty if nothing."""
        return self._undo[-1].label if self._undo else ""

    @property
    def redo_label(self) -> str:
        """What :meth:`redo` would do again; empty if nothing."""
        return self._redo[-1].label if self._redo else ""

    def undo(self) -> bool:
        """Go one step back; False if there is none."""
        return self._step(self._undo, self._redo)

    def withdraw(self) -> bool:
        """Go one step back, and forget the step: it turned out to be impossible."""
        withdrawn = self.undo()
        if withdrawn:
            self._redo.pop()
        return withdrawn

    def redo(self) -> bool:
        """Go one step forward again; False if there is none."""
        return self._step(self._redo, self._undo)

    def _step(self, source: list[_Past], other: list[_Past]) -> bool:
        if not source:
            return False
        past = source.pop()
        other.append(self._past(past.label))
        self._merge_key = None
        self._become(_with_runs(past.project, self._project.runs))
        return True

    def _past(self, label: str) -> _Past:
        """The present value as undo keeps it: without the book, whose weights have a bound."""
        return _Past(label, _with_runs(self._project, ()))

    @property
    def is_modified(self) -> bool:
        """Whether there is anything that isn't saved."""
        return self._saved is not self._project and self._saved != self._project

    def mark_saved(self, project: Project | None = None) -> None:
        """``project`` (default: the present one) is what is on disk now."""
        self._saved = project or self._project
        self._merge_key = None

    def mark_unsaved(self) -> None:
        """Nothing that is on disk is what the document was: it has been recovered."""
        self._saved = None
        self._merge_key = None

    def _become(self, project: Project) -> None:
        old, self._project = self._project, project
        if old.runs is not project.runs:
            self._last_run = max(self._last_run, last_number(project.runs))
        for listener in tuple(self._listeners):
            listener(old, project)

    def _bound(self, present: Project) -> None:
        """Forget the oldest steps when the weights they hold on to take too many bytes."""
        self._let_go_of_recordings(present)
        total = 0
        seen = {id(present.trained)}
        for number, past in enumerate(reversed(self._undo)):
            trained = past.project.trained
            if trained is not None and id(trained) not in seen:
                seen.add(id(trained))
                total += trained.size
            if total > UNDO_BYTES:
                del self._undo[: len(self._undo) - number]
                return

    def _let_go_of_recordings(self, present: Project) -> None:
        """Past runs keep their weights; their recordings only as far as there is room.

        Those that the book of runs keeps, within a bound of its own, are there anyway.
        """
        now = None if present.trained is None else present.trained.recording
        seen = {id(now)} | ({id(moment) for moment in now.moments} if now is not None else set())
        in_book = [
            record.trained.recording
            for record in present.runs
            if record.trained is not None and record.trained.recording is not None
        ]
        seen |= {id(recording) for recording in in_book}
        total = sum(recording.size for recording in in_book if recording is not now)
        without: dict[int, Trained] = {}
        for number in reversed(range(len(self._undo))):
            label, project = self._undo[number].label, self._undo[number].project
            trained = project.trained
            if trained is None or trained.recording is None:
                continue
            recording = trained.recording
            if id(recording) not in seen:
                for later in in_book:  # a run that was paused here shares what it had by then
                    if later.run == recording.run:
                        seen |= {id(moment) for moment in later.moments}
                others = [moment for moment in recording.moments if id(moment) not in seen]
                total += sum(array.nbytes for moment in others for array in moment.arrays)
                if not others or total <= RECORDING_BYTES:
                    seen |= {id(recording), *map(id, others)}
            if id(recording) not in seen:
                lighter = without.setdefault(id(trained), replace(trained, recording=None))
                self._undo[number] = _Past(label, replace(project, trained=lighter))


def _with_runs(project: Project, runs: tuple[RunRecord, ...]) -> Project:
    return project if project.runs is runs else replace(project, runs=runs)
