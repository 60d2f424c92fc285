"""The book of runs: every run of a project is kept, whatever is undone.

A run is begun from a project (:func:`begun`), told of at its end (:func:`ended`) and written down
(:func:`written`). Going on after a pause is the same run; whatever else begins from the weights of
a run is another one with that as its parent.

What is kept is bounded by the bytes of weights (:data:`WEIGHT_BYTES`): beyond that the oldest runs
keep their settings, figures and curves only. Curves take at most 0.8 MB a run
(:mod:`nnstudio.training.history`). The moments to look back at go sooner
(:data:`RECORDING_BYTES`): then the run can be opened again, but not wound back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

from nnstudio.project.project import Project
from nnstudio.project.run_record import End, RunRecord
from nnstudio.project.runs import continues, with_start_weights
from nnstudio.training.events import Diverged, Ended, Event
from nnstudio.training.feed import columns_of
from nnstudio.training.session import Session
from nnstudio.training.trained import Trained

__all__ = [
    "RECORDING_BYTES",
    "WEIGHT_BYTES",
    "End",
    "RunRecord",
    "begun",
    "bounded",
    "ended",
    "forked",
    "group_of",
    "halted",
    "last_number",
    "lineage",
    "next_number",
    "numbered",
    "project_of",
    "record_of",
    "renumbered",
    "reopened",
    "with_end",
    "with_group",
    "without",
    "written",
]

#: So many bytes of weights are kept with runs, beside the newest one's and those marked as kept.
WEIGHT_BYTES = 64 * 2**20
#: So many bytes of recordings, beside the newest run's.
RECORDING_BYTES = 256 * 2**20

Runs = tuple[RunRecord, ...]


# ---------------------------------------------------------------- reading


def record_of(runs: Iterable[RunRecord], number: int) -> RunRecord | None:
    """The run with this number."""
    return next((record for record in runs if record.number == number), None)


def last_number(runs: Iterable[RunRecord]) -> int:
    """The greatest number of a run that is known of; 0 for none."""
    known = [0]
    for record in runs:
        known += [record.number, record.group, record.parent[0] if record.parent else 0]
    return max(known)


def next_number(runs: Iterable[RunRecord], after: int = 0) -> int:
    """A number above ``after`` that no run has, nor had if another one still tells of it."""
    return max(last_number(runs), after) + 1


def project_of(record: RunRecord) -> Project:
    """The project that ``record`` ran with, and its weights if they are kept."""
    trained = record.trained
    if trained is not None:
        trained = replace(
            trained, history=record.history, run_number=record.number, parent=record.parent
        )
    return Project(record.graph, record.layout, record.data, record.settings, trained)


def lineage(runs: Runs, record: RunRecord) -> Runs:
    """The run itself, the one it began from, and so on, as far as they are known."""
    found = [record]
    while found[-1].parent is not None:
        before = record_of(runs, found[-1].parent[0])
        if before is None or before in found:
            break
        found.append(before)
    return tuple(found)


# ---------------------------------------------------------------- the life of a run


def begun(project: Project, session: Session, began: str, *, after: int = 0) -> RunRecord:
    """The record of the run that ``session`` is about to train: the one it goes on, or a new one.

    Args:
        project: what the session was made from.
        began: the time, in ISO 8601.
        after: the number of a new one is greater than this.
    """
    trained = project.trained
    goes_on = trained is not None and continues(project)
    if trained is not None and goes_on:
        known = record_of(project.runs, trained.run_number)
        if known is not None and known.step == session.step and _is_same_run(known, project):
            return replace(  # what may change within a run may have changed
                known,
                graph=project.graph,
                layout=project.layout,
                settings=project.settings,
                end="running",
            )
    moved = trained is not None and (goes_on or session.start is not None)
    place = trained.place if trained is not None and moved else None
    return RunRecord(
        number=next_number(project.runs, max(after, place[0] if place else 0)),
        graph=project.graph,
        layout=project.layout,
        data=project.data,
        settings=project.settings,
        began=began,
        is_accuracy=session.metric.is_accuracy,
        parent=place,
    )


def _is_same_run(known: RunRecord, project: Project) -> bool:
    """Numbers may be given again after a run was deleted."""
    return project_of(known).run_hash() == project.run_hash()


def ended(
    record: RunRecord,
    session: Session,
    event: Event,
    trained: Trained | None,
    *,
    is_stopped: bool = False,
) -> RunRecord:
    """``record`` with what has come of it; the session's thread has ended.

    Args:
        event: the last one.
        trained: what is left of the session, if that is worth anything.
        is_stopped: the user has ended the run, rather than paused it.
    """
    return replace(
        record,
        data_sha256=session.data.dataset.fingerprint(columns_of(session.network)),
        end=_how(event, is_stopped),
        epoch=session.epoch,
        step=session.step,
        seconds=session.seconds,
        history=MappingProxyType(session.history.arrays()),
        trained=None if trained is None else _lean(numbered(trained, record)),
    )


def halted(record: RunRecord, trained: Trained) -> RunRecord:
    """``record`` as if its run had been paused where ``trained`` stands; it may go on meanwhile."""
    progress = trained.progress
    assert progress is not None, "it is a run's"
    return replace(
        record,
        data_sha256=trained.data_sha256,
        end="paused",
        epoch=progress.epoch,
        step=progress.step,
        seconds=progress.seconds,
        history=MappingProxyType(dict(trained.history or {})),
        trained=_lean(numbered(trained, record)),
    )


def _lean(trained: Trained) -> Trained:
    """Without the curves, which the record has."""
    return replace(trained, history=None)


def _how(event: Event, is_stopped: bool) -> End:
    match event:
        case Diverged():
            return "diverged"
        case Ended(reason="finished"):
            return "finished"
        case Ended(reason="early"):
            return "early"
        case Ended():
            return "stopped" if is_stopped else "paused"
    return "failed"


def numbered(trained: Trained, record: RunRecord) -> Trained:
    """What the run of ``record`` has made, which tells so."""
    return replace(trained, run_number=record.number, parent=record.parent)


def renumbered(record: RunRecord, number: int) -> RunRecord:
    """``record`` with another number, which its weights tell too."""
    record = replace(record, number=number)
    if record.trained is None:
        return record
    return replace(record, trained=numbered(record.trained, record))


# ---------------------------------------------------------------- the book


def written(runs: Runs, record: RunRecord) -> Runs:
    """``runs`` with ``record`` in place of what was known of it, within bounds."""
    if record_of(runs, record.number) is None:
        return bounded((*runs, record))
    return bounded(tuple(record if old.number == record.number else old for old in runs))


def with_end(runs: Runs, trained: Trained | None) -> Runs:
    """The run that stands in ``trained``, if it was paused there, was stopped."""
    known = None if trained is None else record_of(runs, trained.run_number)
    if known is None or trained is None or known.end != "paused":
        return runs
    progress = trained.progress
    if progress is None or progress.step != known.step:
        return runs
    return written(runs, replace(known, end="stopped"))


def without(runs: Runs, numbers: Collection[int]) -> Runs:
    """``runs`` without those with these numbers."""
    return tuple(record for record in runs if record.number not in numbers)


def bounded(runs: Runs) -> Runs:
    """``runs`` with no more weights than :data:`WEIGHT_BYTES` say, and no more recordings than
    :data:`RECORDING_BYTES`; the same object if so already.

    The newest run keeps both; those that are marked as kept keep their weights.
    """
    room, room_to_look_back, found = WEIGHT_BYTES, RECORDING_BYTES, []
    newest = max((record.number for record in runs if record.trained is not None), default=0)
    for record in sorted(runs, key=lambda record: -record.number):
        if record.number != newest and not record.is_kept:
            room -= record.size
            if record.size and room < 0:
                record = replace(record, trained=None)
        if record.number != newest:
            room_to_look_back -= record.recording_size
            if room_to_look_back < 0:
                record = _without_recording(record)
        found.append(record)
    kept = {record.number: record for record in found}
    if all(kept[record.number] is record for record in runs):
        return runs
    return tuple(kept[record.number] for record in runs)


def _without_recording(record: RunRecord) -> RunRecord:
    trained = record.trained
    if trained is None or trained.recording is None:
        return record
    return replace(record, trained=replace(trained, recording=None))


# ---------------------------------------------------------------- opening a run again


def reopened(project: Project, record: RunRecord) -> Project:
    """``project`` as ``record`` left it: its design, data, settings and weights."""
    opened = project_of(record)
    return replace(
        project,
        graph=opened.graph,
        layout=opened.layout,
        data=opened.data,
        settings=opened.settings,
        trained=opened.trained,
        description=project.description if record.data == project.data else "",
    )


def forked(
    project: Project, record: RunRecord, change: Callable[[Project], Project], *, more: int = 0
) -> Project:
    """``record`` with something changed, as the beginning of another run.

    Args:
        change: what makes it another run.
        more: go on from the weights that it has come to, for so many epochs; 0 begins with those
            that it began with, for as many as it.
    """
    opened = reopened(project, record)
    if not more:
        return change(with_start_weights(opened))
    trained = opened.trained
    if trained is not None:
        progress = trained.progress
        if progress is not None:  # a run that had ended early gets another chance
            progress = replace(progress, ended_early=False, converged=False, stale_epochs=0)
        parent = (record.number, record.step)
        trained = replace(trained, progress=progress, run_number=0, parent=parent)
    begun = change(replace(opened, trained=trained))
    before = record.epoch if continues(begun) else 0
    return replace(begun, settings=replace(begun.settings, epochs=before + more))


# ---------------------------------------------------------------- runs that repeat one


def with_group(runs: Runs, members: Sequence[RunRecord], *, after: int = 0, group: int = 0) -> Runs:
    """``runs`` with ``members``, which repeat one run, numbered and kept as one group.

    Args:
        after: their numbers are greater than this, which a run that goes on may have.
        group: the group that they join; 0 for one of their own.
    """
    first = next_number(runs, after)
    for number, member in enumerate(members, first):
        member = replace(renumbered(member, number), group=group or first)
        runs = bounded((*runs, member))
    return runs


def group_of(runs: Runs, record: RunRecord) -> Runs:
    """The runs of the group of ``record``, itself included; empty if it is in none."""
    if not record.group:
        return ()
    return tuple(other for other in runs if other.group == record.group)
