"""The curves of a run from the first weights on, where it began from another run's."""

from __future__ import annotations

from collections.abc import Sequence

from nnstudio.project.run_book import record_of
from nnstudio.project.run_record import RunRecord
from nnstudio.training.history import History, StepSeries

#: So many first losses tell a run from another.
_TELLING = 4


def with_past(runs: Sequence[RunRecord], record: RunRecord) -> History:
    """The curves of ``record``, with those of the runs that led to it before them.

    A run that went on where another one stood has the shared past in its own curves already. For
    one that began anew from the weights of another, the epochs of that one come first.
    """
    parent = _parent(runs, record)
    if parent is None or _goes_on(parent, record):
        return record.curves
    return with_past(runs, parent).followed_by(record.curves, _steps_before(runs, record))


def _parent(runs: Sequence[RunRecord], record: RunRecord) -> RunRecord | None:
    """The run that ``record`` began from, after at least one step of it."""
    if record.parent is None or record.parent[1] == 0:
        return None
    parent = record_of(runs, record.parent[0])
    return parent if parent is not None and parent.number < record.number else None


def _steps_before(runs: Sequence[RunRecord], record: RunRecord) -> int:
    """How many steps led to the first one in the curves of ``record``."""
    parent = _parent(runs, record)
    if parent is None or record.parent is None:
        return 0
    before = _steps_before(runs, parent)
    return before if _goes_on(parent, record) else before + record.parent[1]


def _goes_on(parent: RunRecord, record: RunRecord) -> bool:
    """Whether the curves of ``record``, which began from ``parent``, begin as those of it do.

    The first losses of a long run are folded. Their least and greatest stay as they were.
    """
    own, its = record.curves.steps, parent.curves.steps
    past = record.parent[1] if record.parent is not None else 0
    shared = min(len(own), len(its))
    if not shared or len(own) < past:
        return False
    count = max(min(_TELLING, shared), _first_width(own), _first_width(its))
    (least, greatest), (lowest, highest) = _extremes(own, count), _extremes(its, count)
    if len(own) < count:  # part of what the other has folded
        return lowest <= least and greatest <= highest
    return (least, greatest) == (lowest, highest)


def _first_width(losses: StepSeries) -> int:
    """How many steps the first point of the curve stands for, which lies in their middle."""
    return int(2 * losses.curve()[0][0]) + 1


def _extremes(losses: StepSeries, count: int) -> tuple[float, float]:
    """The least and the greatest of the first ``count`` steps, whole points of the curve."""
    steps, least, _, greatest = losses.curve()
    first = steps < count
    return float(least[first].min()), float(greatest[first].max())
