"""A set of examples in the units of its source, as it was read and never changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs and the targets that belong to them, batch first and read-only.

    Attributes:
        name: what people call it, such as ``"MNIST"``.
        inputs: ``(N, *input_shape)``; pictures are uint8 and channel first, numbers float64.
        targets: ``(N,)`` integer labels for classes, ``(N, outputs)`` float64 for regression.
        classes: the name of each label; empty for regression.
        input_names: a name for each feature, or empty.
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
    target_names: tuple[str, ...] = ()
    test_count: int = 0
    weights: np.ndarray | None = None

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.targets):
            raise ValueError(f"{len(self.inputs)} inputs but {len(self.targets)} targets")
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
        return len(self.classes) if self.is_classification else self.targets.shape[1]

    @property
    def is_classification(self) -> bool:
        """Whether the targets are labels of classes."""
        return bool(self.classes)

    @property
    def is_picture(self) -> bool:
        """Whether one input is a picture, ``(channels, height, width)``."""
        return self.inputs.ndim == 4

    @cached_property
    def sha256(self) -> str:
        """A fingerprint of the contents: equal for equal arrays, whatever they are called."""
        digest = hashlib.sha256(f"{len(self.classes)} {self.test_count}".encode())
        weights = () if self.weights is None else (self.weights,)
        for array in (self.inputs, self.targets, *weights):
            # The same bytes on every machine: row by row, lowest byte first.
            portable = array.astype(array.dtype.newbyteorder("<"), copy=False)
            digest.update(f" {portable.dtype.str} {portable.shape} ".encode())
            digest.update(portable.data)
        return digest.hexdigest()

    def first(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The first ``count`` (inputs, targets), to show; fewer if there are fewer."""
        return self.inputs[:count], self.targets[:count]


def _read_only(array: np.ndarray) -> np.ndarray:
    """A view that can't be written through, contiguous because batches are gathered from it."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
