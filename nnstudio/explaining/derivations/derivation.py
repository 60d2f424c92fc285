"""One number of a layer's output: the equation with its numbers, and where they come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from nnstudio.engine.layer import Array

#: Where in an array (features…) a number is.
Place = tuple[int, ...]
#: Of what a number is made from, at most so many are named.
FEW = 8
_FIELD = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True)
class Origin:
    """A number that a layer was given.

    Attributes:
        input: which of the layer's inputs it is of, counted from 0.
        weight: what it is multiplied by; ``None`` where nothing is weighed.
    """

    input: int
    place: Place
    value: float
    weight: float | None = None


@dataclass(frozen=True, eq=False)
class Window:
    """The part of one map, or of one feature of a sequence, that is looked at.

    Attributes:
        values: ``(height, width)``; of a sequence the places are side by side. NaN beyond the edge.
        first: the place of its first number in the input's rows and columns; it may be outside.
        won: the row and column of the greatest, where one number stands for all.
    """

    values: Array
    first: tuple[int, int]
    won: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class Derivation:
    """How one number came about.

    Attributes:
        equation: what is computed, each number being a field with its name: ``{x} + {p}``.
        numbers: these numbers by name.
        value: what that makes.
        origins: what it is made from, the weightiest first, at most :data:`FEW`.
        count: of how many numbers these are.
        words: what the equation doesn't tell.
        window: where several neighbours are looked at.
    """

    equation: str
    numbers: Mapping[str, float]
    value: float
    origins: tuple[Origin, ...] = ()
    count: int = 0
    words: str = ""
    window: Window | None = field(default=None, repr=False)

    def text(self, write: Callable[[float], str]) -> str:
        """The equation with its numbers; a negative one that follows a sign is put in brackets."""

        def written(found: re.Match[str]) -> str:
            text = write(self.numbers[found[1]])
            before = self.equation[: found.start()].rstrip()
            is_alone = not before or before[-1] in "(,|"
            return text if is_alone or text[:1] not in "−-" else f"({text})"

        return _FIELD.sub(written, self.equation)


#: (layer, variables, inputs ``(features…)``, where in the output) → how that number came about.
Derive = Callable[[Any, Mapping[str, Array], Sequence[Array], Place], Derivation]

NO_NUMBERS: Mapping[str, float] = MappingProxyType({})


def handed_on(x: Array, place: Place, *, input: int = 0, words: str = "") -> Derivation:
    """A number that is one of an input, unchanged."""
    value = float(x[place])
    return Derivation("{x}", {"x": value}, value, (Origin(input, place, value),), 1, words)


def origins_of(values: Array, places: Array, weights: Array | None = None) -> tuple[Origin, ...]:
    """The weightiest of these numbers of the first input.

    Args:
        values: ``(n,)``.
        places: ``(n, axes)``.
        weights: ``(n,)`` what each is multiplied by.
    """
    told = values if weights is None else values * weights
    order = np.argsort(-np.abs(told), kind="stable")[:FEW]
    return tuple(
        Origin(
            0,
            tuple(int(at) for at in places[k]),
            float(values[k]),
            None if weights is None else float(weights[k]),
        )
        for k in order
    )
