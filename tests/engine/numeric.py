"""Gradients without calculus: central differences, to hold the engine's backward against."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nnstudio.engine.layer import Array

#: Half the distance of the two points. In float64 the error of the quotient is of the order of
#: h² from curvature and 10⁻¹⁶ / h from rounding: both about 10⁻¹⁰ here.
STEP = 1e-5

#: ‖analytic − numeric‖ / ‖numeric‖ must not be greater.
TOLERANCE = 1e-6


def central_differences(value: Callable[[], float], x: Array) -> Array:
    """∂ value() / ∂x for every number of ``x``, which is changed in place and restored."""
    gradient = np.empty_like(x)
    for position in np.ndindex(x.shape):
        middle = x[position]
        x[position] = middle + STEP
        above = value()
        x[position] = middle - STEP
        below = value()
        x[position] = middle
        gradient[position] = (above - below) / (2 * STEP)
    return gradient


def relative_error(analytic: Array, numeric: Array) -> float:
    """‖analytic − numeric‖ / ‖numeric‖; just ‖analytic‖ where the numeric one vanishes."""
    distance = float(np.linalg.norm(analytic - numeric))
    size = float(np.linalg.norm(numeric))
    return distance / size if size > 1e-9 else distance
