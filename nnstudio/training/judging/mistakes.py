"""Which answers are worst: wrong and sure of it, or farthest from the truth."""

from __future__ import annotations

import numpy as np

from nnstudio.engine.layer import Array


def worst_mistakes(scores: Array, classes: Array) -> Array:
    """Which examples were answered wrongly, the surest answer first.

    Of equally sure ones the one whose true class had the lower score comes first, then the earlier.

    Args:
        scores: ``(K, N)``; greater means rather this class.
        classes: ``(N,)`` the right ones.
    """
    wrong = np.flatnonzero(scores.argmax(axis=0) != classes)
    sure = scores.max(axis=0)[wrong]
    order = np.lexsort((wrong, scores[classes[wrong], wrong], -sure))
    return wrong[order]


def farthest(answers: Array, targets: Array) -> Array:
    """All examples, the one whose answer is farthest from the truth first.

    Args:
        answers, targets: ``(outputs, N)``; the distance is the root of the mean square over the
            outputs. Answers that are no numbers are the worst.
    """
    distance = np.square(targets.astype(np.float64) - answers).mean(axis=0)
    distance = np.where(np.isfinite(distance), distance, np.inf)
    return np.argsort(-distance, kind="stable")
