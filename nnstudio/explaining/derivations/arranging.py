"""Layers that put numbers elsewhere, or pass them as they are: where this one came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.positions import PositionalEncoding, waves
from nnstudio.engine.shaping import Permute, ZeroPadding1D, ZeroPadding2D
from nnstudio.engine.upsampling import Upsample1D, Upsample2D, interpolation_matrix
from nnstudio.explaining.derivations.derivation import (
    NO_NUMBERS,
    Derivation,
    Origin,
    Place,
    handed_on,
)
from nnstudio.explaining.derivations.weighing import weighed

_BEYOND = "A zero that was put around: nothing of the input is here"


def in_order(layer: Any, v: Mapping[str, Array], xs: Sequence[Array], place: Place) -> Derivation:
    """The numbers keep their order in another shape."""
    (x,) = xs
    shape = layer.output_shape(x.shape)
    number = int(np.ravel_multi_index(place, shape))
    return handed_on(x, tuple(int(k) for k in np.unravel_index(number, x.shape)))


def turned(layer: Permute, v: Mapping[str, Array], xs: Sequence[Array], place: Place) -> Derivation:
    """Axis ``order[k]`` has become axis k."""
    at = [0] * len(place)
    for k, axis in enumerate(layer.order):
        at[axis - 1] = place[k]
    return handed_on(xs[0], tuple(at))


def zeros_around(
    layer: ZeroPadding1D | ZeroPadding2D,
    v: Mapping[str, Array],
    xs: Sequence[Array],
    place: Place,
) -> Derivation:
    """A number of the input, or one of the zeros."""
    (x,) = xs
    put_before: tuple[int, ...]
    if isinstance(layer, ZeroPadding1D):
        put_before = layer.before, 0
    else:
        put_before = 0, layer.top, layer.left
    at = tuple(k - zeros for k, zeros in zip(place, put_before, strict=True))
    if all(0 <= k < size for k, size in zip(at, x.shape, strict=True)):
        return handed_on(x, at)
    return Derivation("0", NO_NUMBERS, 0.0, words=_BEYOND)


def repeated(
    layer: Upsample1D | Upsample2D, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """The number that stood here before there was more room, or a blend of its neighbours."""
    (x,) = xs
    if isinstance(layer, Upsample1D):
        return handed_on(x, (place[0] // layer.factor, place[1]))
    (down, across), (channel, row, column) = layer.factor, place
    if layer.interpolation == "nearest":
        return handed_on(x, (channel, row // down, column // across))
    kind = np.dtype(np.float64)
    rows = interpolation_matrix(x.shape[1], down, kind)[row]
    columns = interpolation_matrix(x.shape[2], across, kind)[column]
    at = np.argwhere(np.outer(rows, columns))
    places = np.column_stack([np.full(len(at), channel), at])
    weights = rows[at[:, 0]] * columns[at[:, 1]]
    values = x[channel, at[:, 0], at[:, 1]]
    return weighed(values, weights, places, None, "A blend of its neighbours")


def passed(layer: Any, v: Mapping[str, Array], xs: Sequence[Array], place: Place) -> Derivation:
    """What is random only happens while training."""
    return handed_on(xs[0], place, words="Only training draws at random: for answers all passes")


def marked_place(
    layer: PositionalEncoding, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """What tells this place from the others is added."""
    (x,) = xs
    position = v["position"] if layer.kind == "learned" else waves(*x.shape)
    numbers = {"x": float(x[place]), "p": float(position[place])}
    kind = "learned" if layer.kind == "learned" else "from waves of many lengths"
    words = f"p is {kind}: what tells place {place[0] + 1:,} from the others"
    origins = (Origin(0, place, numbers["x"]),)
    return Derivation("{x} + {p}", numbers, sum(numbers.values()), origins, 1, words)
