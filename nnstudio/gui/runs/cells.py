"""A row of the table of runs, and what stands in its cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from nnstudio.gui.look.number_text import number_text
from nnstudio.project.run_record import RunRecord
from nnstudio.project.run_words import END_WORDS

#: The columns: a short name, which sorting and settings use, and the head.
COLUMNS = {
    "compare": "",
    "number": "Run",
    "name": "Name",
    "differs": "What differs",
    "metric": "Accuracy",
    "best_metric": "Best",
    "loss": "Loss",
    "best_loss": "Best loss",
    "note": "Note",
    "epochs": "Epochs",
    "steps": "Steps",
    "seconds": "Time",
    "end": "Ended",
    "seed": "Seed",
}
NAMES = tuple(COLUMNS)
#: The columns of numbers, which stand on the right.
NUMBERS = frozenset(
    {"number", "metric", "best_metric", "loss", "best_loss", "epochs", "steps", "seconds", "seed"}
)
_MINUTE = 60.0
#: Of more stretches of numbers than this only the first and the last number are told.
_MOST_STRETCHES = 3


@dataclass(frozen=True)
class Row:
    """A run, or a group of runs with several seeds.

    Attributes:
        record: the run, or the first one of the group.
        group: all runs of the group, where this row stands for them.
        figures: the numbers by the name of their column; NaN where there is none.
        differs: what the run has otherwise than the one it is measured by.
        is_member: it belongs to the group above it.
    """

    record: RunRecord
    figures: Mapping[str, float]
    differs: str = ""
    group: tuple[RunRecord, ...] = ()
    is_member: bool = False

    @property
    def key(self) -> tuple[int, bool]:
        """What tells it from other rows: its number, and whether it stands for a group."""
        return self.record.number, bool(self.group)


def cell(row: Row, column: str) -> str:
    """The text of a cell."""
    if column in _CELLS:
        return _CELLS[column](row)
    return _number(row, column)


def metric_text(value: float, is_accuracy: bool) -> str:
    """``94.1 %`` for an accuracy, ``0.123`` for an RMSE."""
    if not isfinite(value):
        return "–"
    return f"{100 * value:.1f} %" if is_accuracy else number_text(value)


def time_text(seconds: float) -> str:
    """``0.42 s``, ``12.3 s``, ``3 min 05 s``, ``2 h 05 min``."""
    if seconds < _MINUTE:
        return f"{number_text(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < _MINUTE:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def _number(row: Row, column: str) -> str:
    value = row.figures.get(column, nan)
    if column in ("metric", "best_metric"):
        return metric_text(value, row.record.is_accuracy)
    if column in ("loss", "best_loss"):
        return number_text(value)
    if column == "seconds":
        return time_text(value)
    if not isfinite(value):
        return ""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def _name(row: Row) -> str:
    if not row.group:
        return row.record.name
    count = len(row.group)
    return row.record.name or f"{count} seed{'s' if count != 1 else ''}"


def _end(row: Row) -> str:
    if not row.group:
        return END_WORDS[row.record.end]
    ends = {record.end for record in row.group}
    diverged = sum(record.end == "diverged" for record in row.group)
    if len(ends) == 1:
        return END_WORDS[row.group[0].end]
    return f"{diverged} diverged" if diverged else "in several ways"


def numbers_text(numbers: Sequence[int]) -> str:
    """``2–5``, ``2–3, 5`` where 4 isn't one of them, ``2 … 17`` where many are missing."""
    stretches: list[list[int]] = []
    for number in sorted(numbers):
        if stretches and number == stretches[-1][-1] + 1:
            stretches[-1].append(number)
        else:
            stretches.append([number])
    if len(stretches) > _MOST_STRETCHES:
        return f"{stretches[0][0]} … {stretches[-1][-1]}"
    return ", ".join(f"{s[0]}–{s[-1]}" if len(s) > 1 else f"{s[0]}" for s in stretches)


def _run(row: Row) -> str:
    return numbers_text([record.number for record in row.group or (row.record,)])


_CELLS: dict[str, Callable[[Row], str]] = {
    "compare": lambda row: "",
    "number": _run,
    "name": _name,
    "differs": lambda row: row.differs,
    "note": lambda row: row.record.note,
    "end": _end,
    "seed": lambda row: "" if row.group else f"{row.record.settings.seed}",
}


def as_table(rows: Sequence[Row]) -> list[list[str]]:
    """Heads and rows for a spreadsheet: numbers in full, no group rows whose members are shown."""
    heads = [COLUMNS[name] for name in NAMES[1:]]
    names = {"metric": "Metric", "best_metric": "Best metric"}
    heads = [names.get(name, head) for name, head in zip(NAMES[1:], heads, strict=True)]
    lines = [[*heads, "Metric is", "Began", "Data SHA-256"]]
    for row in rows:
        record = row.record
        line = []
        for name in NAMES[1:]:
            value = row.figures.get(name, nan)
            exact = name in NUMBERS and name != "number"
            line.append(f"{value:.9g}" if exact and isfinite(value) else cell(row, name))
        lines.append([*line, record.metric, record.began, record.data_sha256])
    return lines
