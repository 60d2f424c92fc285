"""Bringing numbers into the range in which networks learn well, and back.

A preparation is fitted on training examples only: what validation and test look like must not
leak into it. It is stored with the weights, which are worthless without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.data.steps import Step

#: The kinds of preparation: as is; to [0, 1]; to mean 0 and deviation 1.
PREPARATIONS = ("none", "scale", "standardise")
#: The same for inputs, which may be pictures: each pixel by itself, too.
INPUT_PREPARATIONS = (*PREPARATIONS, "scale each", "standardise each")

#: Examples looked at together: a float copy of all of MNIST would take 376 MB.
_ROWS = 2048
#: Differences that are nothing: their inverse would not be a float32 any more.
_NOTHING = 1e-30


@dataclass(frozen=True, eq=False)
class Affine:
    """(x − offset) · factor, and back.

    Attributes:
        offset: float32, in the units of the data: one number, shape ``()``, or one per value,
            shape ``(*input_shape,)``.
        factor: float32, finite and not zero; one number or one per value.
    """

    offset: np.ndarray
    factor: np.ndarray

    def __post_init__(self) -> None:
        for name in ("offset", "factor"):
            value = np.array(getattr(self, name), np.float32)
            value.flags.writeable = False
            object.__setattr__(self, name, value)

    @classmethod
    def identity(cls) -> Affine:
        """Leaves every number as it is."""
        return cls(np.zeros(()), np.ones(()))

    def apply(self, x: np.ndarray) -> np.ndarray:
        """From the data's units to the network's, batch first: ``(N, *input_shape)``."""
        result: np.ndarray = (x - self.offset) * self.factor
        return result

    def invert(self, x: np.ndarray) -> np.ndarray:
        """From the network's units back to the data's, batch first."""
        result: np.ndarray = x / self.factor + self.offset
        return result

    @property
    def keeps_whole_numbers(self) -> bool:
        """Whether what was a whole number is one afterwards, for whoever looks numbers up."""
        return bool((self.factor == 1).all() and (self.offset == np.rint(self.offset)).all())

    def reshaped(self, shape: tuple[int, ...]) -> Affine:
        """The same for values whose examples are in ``shape`` now."""
        if not self.offset.ndim:
            return self
        return Affine(self.offset.reshape(shape), self.factor.reshape(shape))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Affine):
            return NotImplemented
        return np.array_equal(self.offset, other.offset) and np.array_equal(
            self.factor, other.factor
        )


@dataclass(frozen=True)
class Preparation:
    """What is done to inputs, to targets and to further columns by name.

    A column is prepared in one way, whether a network reads it or is compared with it. Labels of
    classes are left as they are.

    Attributes:
        steps: what is done to inputs first, in order.
        given: the shape of one input before these steps; empty if there are none.
    """

    inputs: Affine
    targets: Affine
    columns: Mapping[str, Affine] = field(default_factory=lambda: MappingProxyType({}))
    steps: tuple[Step, ...] = ()
    given: tuple[int, ...] = ()

    def of(self, column: str) -> Affine:
        """What is done to the column of this name.

        Raises:
            KeyError: it isn't known.
        """
        if column == INPUTS:
            return self.inputs
        return self.targets if column == TARGETS else self.columns[column]


def fit(kind: str, values: np.ndarray, rows: np.ndarray | None = None) -> Affine:
    """Find the offset and factor that bring ``values`` into range.

    Numbers get an offset and a factor per feature; pictures get one pair for the whole picture, so
    that what is even paper stays even, or one for each pixel. What doesn't vary gets factor 1.

    Args:
        kind: one of :data:`INPUT_PREPARATIONS`. ``"scale"`` maps the smallest value to 0 and the
            largest to 1; ``"standardise"`` gives mean 0 and standard deviation 1. With ``each``
            this is so for each number of an example.
        values: ``(N, F)`` numbers or ``(N, C, H, W)`` pictures.
        rows: the positions of the training examples in ``values``; None: all.

    Raises:
        ValueError: an unknown kind.
    """
    if kind not in INPUT_PREPARATIONS:
        raise ValueError(f"unknown preparation {kind!r}")
    if rows is None:
        rows = np.arange(len(values))
    if kind == "none" or not len(rows):
        return Affine.identity()
    as_a_whole = values.ndim > 2 and not kind.endswith("each")
    axes = tuple(range(values.ndim)) if as_a_whole else 0
    low, high = _extent(values, rows, axes)
    if kind.startswith("scale"):
        return _affine(low, high - low, low, high)
    return _affine(*_mean_and_deviation(values, rows, axes), low, high)


def _affine(offset: np.ndarray, width: np.ndarray, low: np.ndarray, high: np.ndarray) -> Affine:
    """The map that moves ``offset`` to 0 and then ``width`` to 1, where there is a width."""
    # Float32 can't tell such values apart, so a factor would only blow up its rounding errors.
    resolution = np.finfo(np.float32).eps * np.maximum(abs(low), abs(high))
    constant = high - low <= np.maximum(resolution, _NOTHING)
    return Affine(offset, 1 / np.where(constant, 1.0, width))


def _extent(
    values: np.ndarray, rows: np.ndarray, axes: int | tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """The smallest and the largest value along ``axes``, float64."""
    lows = [piece.min(axis=axes) for piece in _pieces(values, rows)]
    highs = [piece.max(axis=axes) for piece in _pieces(values, rows)]
    return np.min(lows, axis=0).astype(np.float64), np.max(highs, axis=0).astype(np.float64)


def _mean_and_deviation(
    values: np.ndarray, rows: np.ndarray, axes: int | tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation along ``axes``, float64; in two passes, which is exact enough."""
    count = len(rows) * (values[0].size if axes != 0 else 1)
    total = sum(piece.sum(axis=axes, dtype=np.float64) for piece in _pieces(values, rows))
    mean = np.asarray(total / count)
    squares = sum(np.square(piece - mean).sum(axis=axes) for piece in _pieces(values, rows))
    return mean, np.sqrt(squares / count)


def _pieces(values: np.ndarray, rows: np.ndarray) -> Iterator[np.ndarray]:
    """The chosen rows, a manageable number at a time."""
    for start in range(0, len(rows), _ROWS):
        yield values[rows[start : start + _ROWS]]
