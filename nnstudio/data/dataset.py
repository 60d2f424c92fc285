"""A set of examples in the units of its source, as it was read and never changed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

#: The columns that every dataset has.
INPUTS, TARGETS = "inputs", "targets"


@dataclass(frozen=True, eq=False)
class Column:
    """An array with something about each example: what a network reads, or is compared with.

    Attributes:
        name: what networks ask for it by.
        values: ``(N, *shape)``: numbers, or integer labels; read-only.
        classes: the name of each label; empty for numbers.
    """

    name: str
    values: np.ndarray
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _read_only(self.values))

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one example: ``()`` for a label, ``(T,)`` for labels at T places."""
        return self.values.shape[1:]

    @cached_property
    def sha256(self) -> str:
        """A fingerprint of the values and of how many classes there are."""
        digest = hashlib.sha256(f"{len(self.classes)}".encode())
        _take_in(digest, self.values)
        return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs and the targets that belong to them, batch first and read-only.

    Attributes:
        name: what people call it, such as ``"MNIST"``.
        inputs: ``(N, *input_shape)``; pictures are uint8 and channel first, numbers float64.
        targets: integer labels for classes: ``(N,)``, or ``(N, *places)`` if each place of an
            example has one; for regression float64 numbers ``(N, outputs)`` or of any other shape.
        classes: the name of each label; empty for regression.
        columns: what else is known of each example, for networks with several inputs or outputs.
        known_sha256: the fingerprint, where it was computed before; of gigabytes that takes long.
        notes: sentences on what was left out or mended while it was read.
        block: how many neighbours are best read together; 0 for data in memory.
        input_names: a name for each feature, or empty.
        input_words: for each feature the number of the category of which it tells words, −1 for a
            number; empty if all are numbers.
        target_names: a name for each output, or empty.
        test_count: the last so many examples are a published test set (10,000 for MNIST), 0: none.
        weights: ``(N,)``, how much each example counts in training, at least 0; ``None`` if all
            count alike.
    """

    name: str
    inputs: np.ndarray
    targets: np.ndarray
    classes: tuple[str, ...] = ()
    input_names: tuple[str, ...] = ()
    input_words: tuple[int, ...] = ()
    target_names: tuple[str, ...] = ()
    test_count: int = 0
    weights: np.ndarray | None = None
    columns: tuple[Column, ...] = ()
    known_sha256: str = ""
    block: int = 0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.targets):
            raise ValueError(f"{len(self.inputs)} inputs but {len(self.targets)} targets")
        names = [column.name for column in self.columns]
        if len({"", INPUTS, TARGETS, *names}) != 3 + len(names):
            raise ValueError(f"columns need names of their own, got {names}")
        for column in self.columns:
            if len(column.values) != self.size:
                raise ValueError(f"{self.size} inputs but {len(column.values)} of {column.name!r}")
        object.__setattr__(self, "inputs", _read_only(self.inputs))
        object.__setattr__(self, "targets", _read_only(self.targets))
        if self.weights is not None:
            weights = np.asarray(self.weights, np.float64)
            if weights.shape != (self.size,):
                raise ValueError(f"{self.size} examples but weights of shape {weights.shape}")
            if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
                raise ValueError("weights of examples are finite, at least 0 and not all 0")
            object.__setattr__(self, "weights", _read_only(weights))

    @property
    def size(self) -> int:
        """The number of examples."""
        return len(self.inputs)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input: ``(1, 28, 28)`` for MNIST, ``(2,)`` for points of a plane."""
        return self.inputs.shape[1:]

    @property
    def output_size(self) -> int:
        """How many numbers a network must answer: one per class, or one per target."""
        return len(self.classes) if self.is_classification else math.prod(self.targets.shape[1:])

    @property
    def is_classification(self) -> bool:
        """Whether the targets are labels of classes."""
        return bool(self.classes)

    @property
    def is_picture(self) -> bool:
        """Whether one input is a picture, ``(channels, height, width)``."""
        return self.inputs.ndim == 4

    @property
    def column_names(self) -> tuple[str, ...]:
        """What :meth:`column` knows."""
        return (INPUTS, TARGETS, *(column.name for column in self.columns))

    def column(self, name: str) -> Column:
        """The column ``name``; inputs and targets are columns as well.

        Raises:
            KeyError: there is none.
        """
        if name == INPUTS:
            return Column(INPUTS, self.inputs)
        if name == TARGETS:
            return Column(TARGETS, self.targets, self.classes)
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def fingerprint(self, columns: Iterable[str]) -> str:
        """A fingerprint of inputs, targets and those further ``columns`` that are used.

        What nobody uses may be added to the data without making it other data.

        Raises:
            KeyError: there is no such column.
        """
        used = sorted(set(columns) - {INPUTS, TARGETS})
        if not used:
            return self.sha256
        parts = [self.sha256, *(f"{name} {self.column(name).sha256}" for name in used)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @cached_property
    def sha256(self) -> str:
        """A fingerprint of inputs and targets: equal for equal arrays, whatever they are called."""
        if self.known_sha256:
            return self.known_sha256
        digest = hashlib.sha256(f"{len(self.classes)} {self.test_count}".encode())
        weights = () if self.weights is None else (self.weights,)
        for array in (self.inputs, self.targets, *weights):
            _take_in(digest, array)
        return digest.hexdigest()

    def first(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The first ``count`` (inputs, targets), to show; fewer if there are fewer."""
        return self.inputs[:count], self.targets[:count]


def _take_in(digest: Any, array: np.ndarray) -> None:
    """Hash kind, shape and contents."""
    # The same bytes on every machine: row by row, lowest byte first.
    portable = array.astype(array.dtype.newbyteorder("<"), copy=False)
    digest.update(f" {portable.dtype.str} {portable.shape} ".encode())
    digest.update(portable.data)


def _read_only(array: np.ndarray) -> np.ndarray:
    """A view that can't be written through, contiguous because batches are gathered from it."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
