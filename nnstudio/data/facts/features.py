"""Features: what a person calls a column of a table, wherever it lies in a dataset's arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nnstudio.data.dataset import INPUTS, TARGETS, Column, Dataset

Role = Literal["input", "target", "further"]


@dataclass(frozen=True)
class Feature:
    """One number or label of each example, or one at each of its places.

    Attributes:
        name: ``petal length``, or ``x1`` where nobody named it.
        role: what it is there for.
        column: the array it is in: a name that :meth:`Dataset.column` knows.
        place: where along the array's features; -1 if it is the whole array.
        classes: the name of each label; empty for numbers.
        single: whether an example has just one.
    """

    name: str
    role: Role
    column: str
    place: int
    classes: tuple[str, ...] = ()
    single: bool = True

    def values(self, dataset: Dataset, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Of the examples at ``rows``: ``(n,)``, or ``(n, places…)``; numbers or labels."""
        values = _array(dataset, self.column)[rows]
        if self.place < 0:
            return values
        # The channels of pictures come before their pixels, features after the places.
        result: np.ndarray = values[:, self.place] if values.ndim == 4 else values[..., self.place]
        return result


def features(dataset: Dataset) -> tuple[Feature, ...]:
    """Every feature: of the inputs, of the targets, of the further columns."""
    found = _of(dataset.column(INPUTS), "input", dataset.input_names, "x")
    found += _of(dataset.column(TARGETS), "target", dataset.target_names, "y")
    for column in dataset.columns:
        found += _of(column, "further", (), column.name)
    return tuple(found)


def _of(column: Column, role: Role, names: tuple[str, ...], letter: str) -> list[Feature]:
    """The features of one array; those without a name of their own are numbered."""
    shape = column.shape
    if column.classes or not shape:
        name = names[0] if names else "class" if role == "target" and column.classes else letter
        return [Feature(name, role, column.name, -1, column.classes, single=not shape)]
    count = shape[0] if len(shape) == 3 else shape[-1]
    single = len(shape) == 1
    if len(names) != count:
        names = _numbered(letter, count, is_picture=len(shape) == 3, alone=role != "input")
    return [Feature(names[k], role, column.name, k, single=single) for k in range(count)]


def _numbered(letter: str, count: int, *, is_picture: bool, alone: bool) -> tuple[str, ...]:
    if is_picture and count in (1, 3):
        return ("grey",) if count == 1 else ("red", "green", "blue")
    if count == 1 and alone:
        return (letter,)
    return tuple(f"{letter}{k + 1}" for k in range(count))


def _array(dataset: Dataset, column: str) -> np.ndarray:
    """Like :meth:`Dataset.column`, without a new view for each of a million cells."""
    if column == INPUTS:
        return dataset.inputs
    return dataset.targets if column == TARGETS else dataset.column(column).values
