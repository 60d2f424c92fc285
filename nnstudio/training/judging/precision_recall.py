"""Precision against recall of one class against the rest, at every threshold.

Where positives are rare, this says more than the ROC curve: false positives are held against the
true ones, not against the many negatives (Davis and Goadrich, 2006).
"""

from __future__ import annotations

from math import nan

import numpy as np

from nnstudio.engine.layer import Array


def precision_recall_curve(scores: Array, positive: Array) -> tuple[Array, Array, Array]:
    """Recall, precision, and the threshold from which on an example is called positive.

    It begins at recall 0 and precision 1, with nothing called positive, and has one point per
    *different* score, from the greatest to the least: no threshold tells equal ones apart.

    Args:
        scores: ``(N,)``; greater means rather positive.
        positive: ``(N,)`` truth values.
    """
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], positive[order].astype(np.float64)
    last = np.flatnonzero(np.append(np.diff(ranked) != 0, True))[: len(ranked)]
    true = np.cumsum(hits)[last]
    with np.errstate(invalid="ignore"):  # 0 / 0 where there are no positives
        recall = true / hits.sum()
    return (
        np.append(0.0, recall),
        np.append(1.0, true / (last + 1)),
        np.append(np.inf, ranked[last]),
    )


def average_precision(scores: Array, positive: Array) -> float:
    """Σ (Rₙ − Rₙ₋₁) Pₙ: the mean precision, each weighted with what recall gains there.

    1 is perfect; a guess reaches the share of positives. NaN without positives. No lines are drawn
    between the points: between two of them precision doesn't change evenly.
    """
    if not positive.any():
        return nan
    recall, precision, _ = precision_recall_curve(scores, positive)
    return float(np.sum(np.diff(recall) * precision[1:]))
