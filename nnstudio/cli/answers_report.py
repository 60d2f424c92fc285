"""The report on a network's answers, as plain text of at most 80 columns and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

import numpy as np

from nnstudio.cli.report import metric_text
from nnstudio.training.judging.calibration import Reliability
from nnstudio.training.report import TOP, ClassReport, NumberReport

WIDTH = 80
#: The longest name of a class in the first column, and the most mistakes that are listed.
_NAME, _MOST_MISTAKES = 16, 10
#: To how many characters names above columns are cut at most.
_SHORTEST = 3


def as_plain(
    found: ClassReport | NumberReport, names: Sequence[str], sure: Reliability | None = None
) -> dict[str, Any]:
    """JSON-ready: every figure, per class as well, and the confusion matrix row by row.

    Args:
        sure: how far the network's confidence can be relied on, where it gives probabilities.
    """
    if isinstance(found, NumberReport):
        return {
            "part": found.part,
            "count": found.count,
            "mae": found.mae,
            "rmse": found.rmse,
            "r_squared": found.r_squared,
        }
    figures = found.figures
    return {
        "part": found.part,
        "count": found.count,
        "accuracy": found.accuracy,
        f"top_{TOP}_accuracy": found.top,
        "macro_precision": figures.macro(figures.precision),
        "macro_recall": figures.macro(figures.recall),
        "macro_f1": found.macro_f1,
        "micro_f1": found.micro_f1,
        "auc": found.auc,
        "classes": list(names),
        "precision": figures.precision.tolist(),
        "recall": figures.recall.tolist(),
        "f1": figures.f1.tolist(),
        "examples": figures.examples.tolist(),
        "confusion": found.confusion.tolist(),
        "calibration": None if sure is None else _calibration(sure),
    }


def _calibration(sure: Reliability) -> dict[str, Any]:
    return {
        "expected_error": sure.error,
        "maximum_error": sure.greatest_gap,
        "edges": sure.edges.tolist(),
        "examples": sure.counts.tolist(),
        "confidence": sure.confidence.tolist(),
        "accuracy": sure.accuracy.tolist(),
    }


def lines(
    found: ClassReport | NumberReport, names: Sequence[str], sure: Reliability | None = None
) -> Iterator[str]:
    """What people read, line by line; ``sure`` as for :func:`as_plain`."""
    told_of = f"The {found.count:,} {found.part} example" + ("s" if found.count != 1 else "")
    if isinstance(found, ClassReport) and found.places > 1:
        told_of += f", at {found.places:,} places each"
    yield told_of
    if isinstance(found, NumberReport):
        share = "unknown" if isnan(found.r_squared) else f"{found.r_squared:.4g}"
        yield f"  MAE {found.mae:.3g}, RMSE {found.rmse:.3g}, R² {share}"
        return
    told = [f"accuracy {_percent(found.accuracy)}"]
    if not isnan(found.top):
        told.append(f"top {TOP} {_percent(found.top)}")
    told += [
        f"F1 macro {_percent(found.macro_f1)}",
        f"micro {_percent(found.micro_f1)}",
        "AUC " + ("unknown" if isnan(found.auc) else f"{found.auc:.4f}"),
    ]
    yield "  " + ", ".join(told)
    if sure is not None and not isnan(sure.error):
        yield (
            f"  calibration error (ECE) {_percent(sure.error)}: it is sure to"
            f" {_percent(found.accuracy + sure.overconfidence)} on average"
        )
    yield ""
    yield from _table(found, names)
    yield ""
    yield from _confusion(found.confusion, names)


def _table(found: ClassReport, names: Sequence[str]) -> Iterator[str]:
    """Precision, recall and F1 of every class."""
    figures = found.figures
    width = _name_width(names)
    yield f"{'class':{width}}{'precision':>11}{'recall':>10}{'F1':>10}{'examples':>11}"
    rows = zip(names, figures.precision, figures.recall, figures.f1, figures.examples, strict=True)
    for name, precision, recall, f1, count in rows:
        yield (
            f"{_cut(name, width):{width}}{_percent(precision):>11}{_percent(recall):>10}"
            f"{_percent(f1):>10}{count:>11,}"
        )


def _confusion(confusion: np.ndarray, names: Sequence[str]) -> Iterator[str]:
    """The matrix where it has room, the most frequent mistakes where it hasn't."""
    width = _name_width(names)
    digits = max(len(f"{confusion.max(initial=0):,}"), _SHORTEST)
    if width + len(names) * (digits + 1) > WIDTH:
        yield from _mistakes(confusion, names)
        return
    cell = min(max(digits, *map(len, names)) + 2, (WIDTH - width) // len(names))
    yield "Confusion matrix: a row for each true class, a column for each answer"
    yield " " * width + "".join(f"{_cut(name, cell - 1):>{cell}}" for name in names)
    for name, row in zip(names, confusion, strict=True):
        yield f"{_cut(name, width):{width}}" + "".join(f"{count:>{cell},}" for count in row)


def _mistakes(confusion: np.ndarray, names: Sequence[str]) -> Iterator[str]:
    wrong = confusion.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:_MOST_MISTAKES]
    found = [(int(p) // len(names), int(p) % len(names)) for p in order if wrong.flat[p]]
    if found:
        yield "The most frequent mistakes"
    for true, answer in found:
        yield f"  {wrong[true, answer]:,} × {names[true]} taken for {names[answer]}"


def _name_width(names: Sequence[str]) -> int:
    return max(len("class"), min(_NAME, max(map(len, names), default=0)))


def _cut(name: str, width: int) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


def _percent(share: float) -> str:
    return metric_text("accuracy", share)
