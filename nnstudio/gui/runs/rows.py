"""The rows of the table of runs: which there are, how they are sorted and which are shown.

Runs that repeat one with several seeds are one row, which unfolds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import inf, isfinite, isnan, nan
from typing import Any
from weakref import finalize

import numpy as np

from nnstudio.gui.runs.cells import NAMES, NUMBERS, Row, cell
from nnstudio.project.run_record import RunRecord
from nnstudio.project.run_words import differences
from nnstudio.training.history import EpochFigures

#: Of numbers in these columns the least is best, or comes first.
_LEAST_FIRST = frozenset({"loss", "best_loss", "seconds", "seed"})
_WORDS = frozenset({"name", "differs", "note", "end"})
#: What a group of runs has otherwise than the run it repeats.
_SEEDS = "seeds"


def judged(figures: EpochFigures | None, name: str) -> float:
    """``loss`` or ``metric`` of the validation part; of the training part if there is none."""
    if figures is None:
        return nan
    value = float(getattr(figures, f"val_{name}"))
    return float(getattr(figures, f"train_{name}")) if isnan(value) else value


def figures_of(record: RunRecord) -> dict[str, float]:
    """The numbers of a run that is over."""
    return {
        "number": record.number,
        "metric": judged(record.final, "metric"),
        "best_metric": record.best_metric,
        "loss": judged(record.final, "loss"),
        "best_loss": judged(record.best, "loss"),
        "epochs": record.epoch,
        "steps": record.step,
        "seconds": record.seconds,
        "seed": record.settings.seed,
    }


def figures_of_group(group: Sequence[RunRecord]) -> dict[str, float]:
    """The means of a group's numbers; time is the sum."""
    each = [figures_of(record) for record in group if record.end != "diverged"]
    each = each or [figures_of(record) for record in group]
    found = {}
    for name in each[0]:
        values = np.array([figures[name] for figures in each])
        values = values[np.isfinite(values)]
        found[name] = float(values.mean()) if len(values) else nan
    return found | {
        "number": float(group[0].number),
        "seconds": sum(record.seconds for record in group),
        "seed": nan,
    }


# ---------------------------------------------------------------- which rows, in which order


def rows_of(
    runs: Sequence[RunRecord],
    *,
    live: Mapping[int, Mapping[str, float]],
    reference: RunRecord | None,
    unfolded: Collection[int],
) -> list[Row]:
    """A row for every run, oldest first; groups fold theirs into one.

    Args:
        live: the numbers of runs that go on, by their number.
        reference: the run that all others are measured by; ``None`` for the one each began from,
            or the one before it.
        unfolded: the groups whose members are shown too.
    """
    rows: list[Row] = []
    groups: dict[int, tuple[RunRecord, ...]] = {}
    for record in runs:
        if record.group:
            groups[record.group] = (*groups.get(record.group, ()), record)
    told: set[int] = set()
    for place, record in enumerate(runs):
        words = told_apart(runs, place, reference)
        if record.group and record.group not in told:
            told.add(record.group)
            members = groups[record.group]
            rows.append(Row(members[0], figures_of_group(members), words, members))
        if record.group and record.group not in unfolded:
            continue
        figures = live.get(record.number) or figures_of(record)
        own = "" if record.group and words == _SEEDS else words
        rows.append(Row(record, figures, own, is_member=bool(record.group)))
    return rows


#: Differences that were found before, by the places of both runs in memory, while both are there.
_KNOWN: dict[tuple[int, int], tuple[str, ...]] = {}


def _differences(before: RunRecord, now: RunRecord) -> tuple[str, ...]:
    """A table of hundreds of runs is shown again with each click."""
    key = id(before), id(now)
    if key not in _KNOWN:
        _KNOWN[key] = differences(before, now)
        for record in (before, now):
            finalize(record, _KNOWN.pop, key, None).atexit = False
    return _KNOWN[key]


def told_apart(runs: Sequence[RunRecord], place: int, reference: RunRecord | None) -> str:
    """What a run has otherwise than the one it is measured by, in words."""
    record = runs[place]
    if reference is None:
        before = [run for run in runs[:place] if not record.group or run.group != record.group]
        if not before:
            return ""
        parents = [run for run in before if record.parent and run.number == record.parent[0]]
        before = parents or before
        words = list(_differences(before[-1], record))
    elif reference.number == record.number:
        return ""
    else:
        before = [reference]
        words = list(_differences(reference, record))
    was, seed = before[-1].settings.seed, record.settings.seed
    if not words and was != seed and not record.group:
        words.append(f"seed {was} → {seed}")
    if record.parent:
        words.append(f"from run {record.parent[0]}, step {record.parent[1]:,}")
    return ", ".join(words) or (_SEEDS if record.group else "nothing")


def arranged(
    rows: Sequence[Row], column: str, *, is_descending: bool, wanted: str = ""
) -> list[Row]:
    """Rows sorted by ``column``, those only that hold every word of ``wanted``.

    Members stay below their group. Rows without a number come last, either way.
    """
    found: list[Row] = []
    members: dict[int, list[Row]] = {}
    words = wanted.casefold().split()
    for row in rows:
        if row.is_member:
            members.setdefault(row.record.group, []).append(row)
    shown = [
        row
        for row in rows
        if not row.is_member
        and (_holds(row, words) or any(_holds(m, words) for m in members.get(row.record.group, ())))
    ]
    for row in _sorted(shown, column, is_descending):
        found.append(row)
        if row.group:
            below = [row for row in members.get(row.record.group, ()) if _holds(row, words)]
            found += _sorted(below, column, is_descending)
    return found


def starts_descending(column: str) -> bool:
    """Whether the first click at a head puts the greatest first: the best and the newest."""
    return column in NUMBERS and column not in _LEAST_FIRST


def _sorted(rows: Sequence[Row], column: str, is_descending: bool) -> list[Row]:
    def place(row: Row) -> Any:
        if column in _WORDS:
            return cell(row, column).casefold()
        value = row.figures.get(column, nan)
        if isfinite(value):
            return -value if is_descending else value
        return inf

    if column in _WORDS:
        return sorted(rows, key=place, reverse=is_descending)
    return sorted(rows, key=place)


def _holds(row: Row, words: Sequence[str]) -> bool:
    if not words:
        return True
    record = row.record
    settings = record.settings
    text = " ".join(
        (
            *(cell(row, column) for column in NAMES),
            record.title,
            record.data.source.title,
            settings.optimizer.title,
            settings.loss.title,
            *(node.title for node in record.graph.nodes),
            *(type(node.layer).__name__ for node in record.graph.nodes),
        )
    ).casefold()
    return all(word in text for word in words)
