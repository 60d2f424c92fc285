"""How far numbers are from the truth: residuals, their spread and their histogram.

A residual is what is left of the truth once the answer is taken off, e = y − ŷ. Of a good fit they
are small, lie around 0 everywhere, and show no pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.metrics import mean_absolute_error, r_squared, root_mean_square_error

#: About how many bars the histogram has.
BARS = 24


@dataclass(frozen=True)
class ResidualFigures:
    """One output's residuals in figures, in the data's own units but for R².

    Attributes:
        mean: of the residuals; beside 0, the answers are off to one side.
        largest: the greatest distance.
    """

    count: int
    mean: float
    mae: float
    rmse: float
    largest: float
    r_squared: float


def residuals(answers: Array, targets: Array) -> Array:
    """y − ŷ, in float64."""
    difference: Array = targets.astype(np.float64) - answers
    return difference


def residual_figures(answers: Array, targets: Array) -> ResidualFigures:
    """The figures of one output's ``(N,)`` answers."""
    left = residuals(answers, targets)
    if not left.size:
        return ResidualFigures(0, nan, nan, nan, nan, nan)
    return ResidualFigures(
        count=left.size,
        mean=float(left.mean()),
        mae=mean_absolute_error(answers, targets),
        rmse=root_mean_square_error(answers, targets),
        largest=float(np.abs(left).max()),
        r_squared=r_squared(answers[np.newaxis], targets[np.newaxis]),
    )


def residual_histogram(left: Array, bars: int = BARS) -> tuple[Array, Array]:
    """Counts, and the edges between them: bars of equal width with 0 in the middle of them all."""
    left = left[np.isfinite(left)]
    reach = float(np.abs(left).max()) if left.size else 1.0
    reach = reach or 1.0
    counts, edges = np.histogram(left, bins=bars, range=(-reach, reach))
    return counts, edges
