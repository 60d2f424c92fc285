"""Merging: which branches a number comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import prod

from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array
from nnstudio.engine.merging import Add, Concatenate, Multiply
from nnstudio.explaining.derivations.derivation import (
    FEW,
    Derivation,
    Origin,
    Place,
    handed_on,
)

_SMALL = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def added(layer: Add, v: Mapping[str, Array], xs: Sequence[Array], place: Place) -> Derivation:
    """x₁ + x₂ + … at the same place."""
    numbers, origins = _same_place(xs, place)
    equation = " + ".join(f"{{{name}}}" for name in numbers)
    return Derivation(equation, numbers, sum(numbers.values()), origins, len(xs))


def multiplied(
    layer: Multiply, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """x₁ · x₂ · … at the same place."""
    numbers, origins = _same_place(xs, place)
    equation = " · ".join(f"{{{name}}}" for name in numbers)
    return Derivation(equation, numbers, prod(numbers.values()), origins, len(xs))


def side_by_side(
    layer: Concatenate, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """A number of the branch whose features these are."""
    axis = feature_axis(len(place))
    ends = list(accumulate(x.shape[axis] for x in xs))
    number = next(k for k, end in enumerate(ends) if place[axis] < end)
    own = place[axis] - (ends[number - 1] if number else 0)
    at = (*place[:axis], own, *place[axis + 1 :])
    return handed_on(
        xs[number], at, input=number, words=f"From input {number + 1} of {len(xs)}, unchanged"
    )


def _same_place(xs: Sequence[Array], place: Place) -> tuple[dict[str, float], tuple[Origin, ...]]:
    values = [float(x[place]) for x in xs]
    names = [f"x{str(k + 1).translate(_SMALL)}" for k in range(len(xs))]
    origins = tuple(Origin(k, place, value) for k, value in enumerate(values[:FEW]))
    return dict(zip(names, values, strict=True)), origins
