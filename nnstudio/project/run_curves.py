"""The curves of a run from the first weights on, where it began from another run's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nnstudio.project.run_book import record_of
from nnstudio.project.run_record import RunRecord
from nnstudio.training.history import History


def with_past(runs: Sequence[RunRecord], record: RunRecord) -> History:
    """The curves of ``record``, with those of the runs that led to it before them.

    A run that went on where another one stood has the shared past in its own curves already. For
    one that began anew from the weights of another, the epochs of that one come first.
    """
    parent = _parent(runs, record)
    if parent is None or _goes_on(parent, record):
        return record.curves
    before = _steps_before(runs, record)
    together = History()
    for figures in with_past(runs, parent).epochs:
        if figures.step <= before:
            together.add_epoch(figures)
    for figures in record.curves.epochs:
        together.add_epoch(replace(figures, step=before + figures.step))
    return together


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
    """Whether the curves of ``record`` begin as those of ``parent`` do."""
    _, first, _, _ = parent.curves.steps.curve()
    _, own, _, _ = record.curves.steps.curve()
    count = min(4, len(first), len(own))
    return count > 0 and np.array_equal(first[:count], own[:count])
