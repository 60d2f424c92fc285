"""Layers that weigh numbers and add them up: Dense at each place, and convolutions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nnstudio.engine.conv import Conv1D, Conv2D, ConvTranspose2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.explaining.convolution import making_of
from nnstudio.explaining.derivations.derivation import Derivation, Place, origins_of

#: A sum of more products than this isn't written out.
_WRITTEN_OUT = 4


def weighed(
    values: Array, weights: Array, places: Array, bias: float | None, words: str
) -> Derivation:
    """Σ w x + b; all arrays ``(n, …)``, of numbers of the first input."""
    values, weights = values.astype(np.float64), weights.astype(np.float64)
    count = len(values)
    products = values * weights
    numbers: dict[str, float] = {}
    if 0 < count <= _WRITTEN_OUT:
        terms = []
        for k in range(count):
            numbers[f"w{k}"], numbers[f"x{k}"] = float(weights[k]), float(values[k])
            terms.append(f"{{w{k}}} · {{x{k}}}")
        equation = " + ".join(terms)
    else:
        numbers["Σ"] = float(products.sum())
        equation = "{Σ}"
        words = f"Σ adds up {count:,} products, weight × input" + (f". {words}" if words else "")
    if bias is not None:
        numbers["b"] = bias
        equation += " + {b}"
    value = float(products.sum()) + (bias or 0.0)
    origins = origins_of(values, places, weights)
    return Derivation(equation, numbers, value, origins, count, words)


def dense(layer: Dense, v: Mapping[str, Array], xs: Sequence[Array], place: Place) -> Derivation:
    """All numbers of the example, of sequences those of this place."""
    (x,) = xs
    before, unit = place[:-1], place[-1]
    values = x[before]
    places = np.array([(*before, k) for k in range(len(values))])
    return weighed(values, v["weight"][unit], places, _bias(layer, v, unit), "")


def along_places(
    layer: Conv1D, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """What the filter meets where it stands; beyond the ends it meets nothing."""
    (x,), (start, unit) = xs, place
    windows, weight = layer.windows(len(x)), v["weight"][unit]
    group = unit // (layer.filters // layer.groups)
    features = group * len(weight) + np.arange(len(weight))
    at = start * windows.stride - windows.before + windows.dilation * np.arange(windows.size)
    taps = np.flatnonzero((at >= 0) & (at < len(x)))
    places = np.array([(at[tap], feature) for tap in taps for feature in features], int)
    places = places.reshape(-1, 2)
    weights = weight[:, taps].T.reshape(-1)
    values = x[places[:, 0], places[:, 1]]
    return weighed(values, weights, places, _bias(layer, v, unit), "")


def over_picture(
    layer: Conv2D, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """Patch × filter, see :mod:`nnstudio.explaining.convolution`."""
    (x,), (unit, row, column) = xs, place
    made = making_of(layer, v, x, unit, (row, column))
    high, wide = layer.dilation
    down = made.rows[0] + high * np.arange(layer.kernel_size[0])
    across = made.columns[0] + wide * np.arange(layer.kernel_size[1])
    channels = np.arange(made.channels.start, made.channels.stop)
    everywhere = np.stack(np.meshgrid(channels, down, across, indexing="ij"), -1).reshape(-1, 3)
    inside = ((everywhere[:, 1:] >= 0) & (everywhere[:, 1:] < x.shape[1:])).all(axis=1)
    values, weights = made.patch.reshape(-1)[inside], made.weights.reshape(-1)[inside]
    return weighed(values, weights, everywhere[inside], _bias(layer, v, unit), "")


def spread(
    layer: ConvTranspose2D, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """What all numbers whose windows reach this place leave here."""
    (x,), (unit, row, column) = xs, place
    down, across = layer.windows(x.shape)
    met = []
    for windows, at in ((down, row), (across, column)):
        taps = at + windows.before - windows.stride * np.arange(windows.count)
        numbers = np.flatnonzero((taps >= 0) & (taps < windows.size))
        met.append((numbers, taps[numbers]))
    (rows, row_taps), (columns, column_taps) = met
    weights = v["weight"][:, unit][:, row_taps][:, :, column_taps]
    values = x[:, rows][:, :, columns]
    channels = np.arange(len(x))
    places = np.stack(np.meshgrid(channels, rows, columns, indexing="ij"), -1).reshape(-1, 3)
    return weighed(values.reshape(-1), weights.reshape(-1), places, _bias(layer, v, unit), "")


def _bias(
    layer: Dense | Conv1D | Conv2D | ConvTranspose2D, v: Mapping[str, Array], unit: int
) -> float | None:
    return float(v["bias"][unit]) if layer.use_bias else None
