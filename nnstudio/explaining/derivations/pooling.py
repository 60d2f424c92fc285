"""Pooling: which number of the window won, or what their mean is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.pooling import (
    GlobalAveragePool1D,
    GlobalAveragePool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
)
from nnstudio.engine.windows import Windows
from nnstudio.explaining.derivations.derivation import (
    Derivation,
    Origin,
    Place,
    Window,
    origins_of,
)

#: These look at everything at once.
_WHOLE = (GlobalMaxPool1D, GlobalMaxPool2D, GlobalAveragePool1D, GlobalAveragePool2D)


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
    # The feature or channel that the number is of; of global pooling nothing else is left.
    feature = place[-1] if x.ndim == 2 else place[0]
    matrix = x[:, feature][np.newaxis] if x.ndim == 2 else x[feature]
    axes = (0,) if x.ndim == 2 else (1, 2)
    spans = {axis: (0, x.shape[axis]) for axis in axes}
    if not isinstance(layer, _WHOLE):
        spans = {axis: _span(windows, place[axis]) for axis, windows in layer.along(x.shape)}
    (top, height), (left, width) = spans.get(1, (0, 1)), spans[axes[-1]]
    values, inside = _cut(matrix, (top, left), (height, width))
    own = np.full(len(inside), feature)
    if x.ndim == 2:
        return Window(values, (top, left)), np.column_stack([inside[:, 1], own])
    return Window(values, (top, left)), np.column_stack([own, inside])


def _span(windows: Windows, number: int) -> tuple[int, int]:
    """Where a window begins, perhaps before the axis, and how long it is."""
    return number * windows.stride - windows.before, windows.size


def _cut(x: Array, first: tuple[int, int], size: tuple[int, int]) -> tuple[Array, Array]:
    """A part of a matrix that may reach over its edges, and the places that are within."""
    values = np.full(size, np.nan)
    at = [begin + np.arange(length) for begin, length in zip(first, size, strict=True)]
    within = [(k >= 0) & (k < length) for k, length in zip(at, x.shape, strict=True)]
    met = [k[inside] for k, inside in zip(at, within, strict=True)]
    values[np.ix_(*within)] = x[np.ix_(*met)]
    places = np.stack(np.meshgrid(*met, indexing="ij"), -1).reshape(-1, 2)
    return values, places
