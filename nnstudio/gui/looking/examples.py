"""The examples that are shown: those of a dataset that pass a filter, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite, isnan

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.facts.features import Feature, features
from nnstudio.data.split import Parts
from nnstudio.messages import shape_text

#: The parts by their number in :func:`part_numbers`.
PART_NAMES = ("train", "validation", "test", "none")
#: So many numbers of a sequence stand in a cell.
_IN_A_CELL = 12


def part_numbers(parts: Parts, size: int) -> np.ndarray:
    """Which part each of ``size`` examples is in, as a position in :data:`PART_NAMES`."""
    result = np.full(size, 3, np.uint8)
    for number, rows in enumerate((parts.train, parts.validation, parts.test)):
        result[rows] = number
    return result


@dataclass(frozen=True, eq=False)
class Examples:
    """Some examples of ``dataset``.

    Attributes:
        part_of: ``(N,)`` from :func:`part_numbers`; ``None``: they are in no parts.
        rows: ``(n,)`` the positions that are shown; ``None``: all.
        names: the position that people know an example by; ``None``: the one it has.
    """

    dataset: Dataset
    part_of: np.ndarray | None = None
    rows: np.ndarray | None = None
    names: np.ndarray | None = None

    @classmethod
    def passing(
        cls, dataset: Dataset, part_of: np.ndarray, part: int | None, label: int | None
    ) -> Examples:
        """Those in a part and of a class; ``None``: in any."""
        chosen = np.ones(dataset.size, bool) if part is None else part_of == part
        if label is not None:
            has = dataset.targets == label
            chosen &= has if has.ndim == 1 else has.reshape(len(has), -1).any(axis=1)
        is_all = part is None and label is None
        return cls(dataset, part_of, None if is_all else np.flatnonzero(chosen))

    @property
    def count(self) -> int:
        """How many are shown."""
        return self.dataset.size if self.rows is None else len(self.rows)

    def position(self, k: int) -> int:
        """Where in the dataset the ``k``-th that is shown stands."""
        return k if self.rows is None else int(self.rows[k])

    def number(self, k: int) -> int:
        """What people call the ``k``-th that is shown: 1 for the first of the data."""
        position = self.position(k)
        return (position if self.names is None else int(self.names[position])) + 1

    @property
    def last(self) -> int:
        """The highest of these numbers."""
        if self.names is not None and self.count:
            return int(self.names.max()) + 1
        return self.number(self.count - 1) if self.count else 0

    def find(self, number: int) -> int | None:
        """The place of the example that people call ``number``, or of the next that is shown."""
        if not self.count:
            return None
        if self.rows is None:
            return min(max(number - 1, 0), self.count - 1)
        return min(int(np.searchsorted(self.rows, number - 1)), self.count - 1)

    def part(self, k: int) -> str:
        """The part of the ``k``-th."""
        return "" if self.part_of is None else PART_NAMES[self.part_of[self.position(k)]]

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The columns of the table."""
        return features(self.dataset)

    def label(self, k: int) -> str:
        """What the ``k``-th is: its class, or its targets."""
        dataset = self.dataset
        target = dataset.targets[self.position(k)]
        if dataset.classes:
            return " ".join(dataset.classes[int(label)] for label in target.reshape(-1))
        return ", ".join(exact_text(value) for value in target.reshape(-1)[:4])


def exact_text(value: float) -> str:
    """A number as it stands in a table: six digits, whole ones in full."""
    value = float(value)
    if not isfinite(value):
        return "missing" if isnan(value) else "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e15:
        text = f"{abs(value):.0f}"
    else:
        text = f"{abs(value):.6g}"
    return f"−{text}" if value < 0 else text


def cell_text(feature: Feature, dataset: Dataset, position: int) -> str:
    """What stands in the table for one feature of one example."""
    values = feature.values(dataset, slice(position, position + 1))[0]
    if values.ndim == 2:
        return shape_text(values.shape)
    few = values.reshape(-1)[:_IN_A_CELL]
    if feature.classes:
        words = [feature.classes[int(label)] for label in few]
    else:
        words = [exact_text(value) for value in few]
    return " ".join(words) + (" …" if values.size > len(few) else "")
