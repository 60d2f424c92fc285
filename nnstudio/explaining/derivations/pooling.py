"""Pooling: which number of the window won, or what their mean is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.windows import Windows
from nnstudio.explaining.derivations.derivation import (
    Derivation,
    Origin,
    Place,
    Window,
    origins_of,
)


def greatest(layer: Any, v: Mapping[str, Array], xs: Sequence[Array], place: Place) -> Derivation:
    """The first of the greatest in reading order: there alone the gradient goes back to."""
    window, places = _looked_at(layer, xs[0], place)
    seen = np.flatnonzero(~np.isnan(window.values))
    best = int(window.values.reshape(-1)[seen].argmax())
    row, column = divmod(int(seen[best]), window.values.shape[1])
    value = float(window.values[row, column])
    at = tuple(int(k) for k in places[best])
    count = len(seen)
    words = "The only number there" if count == 1 else f"The greatest of {count:,} numbers"
    return Derivation(
        "{x}",
        {"x": value},
        value,
        (Origin(0, at, value),),
        1,
        words,
        Window(window.values, window.first, (row, column)),
    )


def mean(layer: Any, v: Mapping[str, Array], xs: Sequence[Array], place: Place) -> Derivation:
    """Of what the window really meets: nothing lies beyond the edge."""
    window, places = _looked_at(layer, xs[0], place)
    seen = window.values[~np.isnan(window.values)]
    total = float(seen.sum())
    words = f"The mean of {len(seen):,} numbers" if len(seen) > 1 else "The only number there"
    return Derivation(
        "{Σ} / {n}",
        {"Σ": total, "n": len(seen)},
        total / len(seen),
        origins_of(seen, places),
        len(seen),
        words,
        window,
    )


def _looked_at(layer: Any, x: Array, place: Place) -> tuple[Window, Array]:
    """The window, and the place in ``x`` of each number that it meets, in reading order."""
    x = x.astype(np.float64)
    if hasattr(layer, "along"):
        along = dict(layer.along(x.shape))
        spans = {axis: _span(windows, place[axis]) for axis, windows in along.items()}
    else:  # everything, all at once
        spans = {axis: (0, x.shape[axis]) for axis in ((0,) if x.ndim == 2 else (1, 2))}
    # The feature or channel that the number is of; of global pooling nothing else is left.
    feature = place[-1] if x.ndim == 2 else place[0]
    if x.ndim == 2:
        first, size = spans[0]
        values, inside = _cut(x[:, feature][np.newaxis], (0, first), (1, size))
        places = np.array([(t, feature) for _, t in inside])
        return Window(values, (0, first)), places
    (top, height), (left, width) = spans[1], spans[2]
    values, inside = _cut(x[feature], (top, left), (height, width))
    return Window(values, (top, left)), np.array([(feature, *at) for at in inside])


def _span(windows: Windows, number: int) -> tuple[int, int]:
    """Where a window begins, perhaps before the axis, and how long it is."""
    return number * windows.stride - windows.before, windows.size


def _cut(
    x: Array, first: tuple[int, int], size: tuple[int, int]
) -> tuple[Array, list[tuple[int, int]]]:
    """A part of a matrix that may reach over its edges, and the places that are within."""
    values = np.full(size, np.nan)
    inside = []
    for row, column in np.ndindex(size):
        at = first[0] + row, first[1] + column
        if 0 <= at[0] < x.shape[0] and 0 <= at[1] < x.shape[1]:
            values[row, column] = x[at]
            inside.append(at)
    return values, inside
