"""What is done to examples before their numbers are brought into range: a list, in order.

A step makes one example into another, whatever the rest of the data is. So it can't tell anything
of validation or test, and what a trained network is asked goes through the same steps. One that has
something to learn (what is usual in a column) is given the training examples alone, and what it has
learned becomes a setting of it, which is kept with the weights. Bringing numbers into range comes
last, in :mod:`nnstudio.data.preparation`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.filling import MEAN, MEDIAN, filled, usual_values
from nnstudio.messages import shape_text
from nnstudio.schema import check, setting

Shape = tuple[int, ...]
#: How much of each channel the eye takes for brightness (ITU-R BT.601, 2011).
_BRIGHTNESS = (0.299, 0.587, 0.114)
#: Examples changed together: a float copy of all of MNIST would take 376 MB.
_EXAMPLES = 2048
#: Numbers resized together, so that large pictures are not all copied as float.
_NUMBERS = 1 << 20
#: Grey above this share of the brightest counts as ink where a picture is centred.
_INK = 0.1


@dataclass(frozen=True)
class Step(ABC):
    """One entry of the list: a frozen dataclass whose fields are declared with ``setting``."""

    #: What the list calls it.
    title: ClassVar[str]
    #: A sentence for a person who is choosing.
    description: ClassVar[str]
    #: Whether it has something to learn first; such a step leaves the shape of examples alone.
    learns: ClassVar[bool] = False

    def fitted(self, dataset: Dataset, rows: np.ndarray) -> Step:
        """The step with what it learns from the training examples, which are at ``rows``."""
        return self

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one example after this step.

        Raises:
            DataError: it can't be done to such examples.
        """

    @abstractmethod
    def apply(self, values: np.ndarray) -> np.ndarray:
        """Examples ``(N, *shape)`` after this step, of the same kind of numbers."""

    def _pictures(self, shape: Shape, channels: tuple[int, ...] = ()) -> None:
        """Raise :class:`DataError` unless examples are pictures, of so many channels."""
        if len(shape) != 3 or (channels and shape[0] not in channels):
            wanted = " or ".join(map(str, channels)) or "any number of"
            raise DataError(
                "step_pictures", step=self.title, channels=wanted, got=shape_text(shape)
            )


@dataclass(frozen=True)
class Resize(Step):
    """Pictures of another size; each pixel is the mean of those it replaces, or in between."""

    title: ClassVar[str] = "Resize"
    description: ClassVar[str] = "Makes every picture as high and as wide as you say."

    height: int = setting(28, ge=1, le=1024, unit="px")
    width: int = setting(28, ge=1, le=1024, unit="px")

    def output_shape(self, shape: Shape) -> Shape:
        self._pictures(shape)
        return shape[0], self.height, self.width

    def apply(self, values: np.ndarray) -> np.ndarray:
        size = self.width, self.height
        if values.shape[:1:-1] == size:
            return values
        height, width = values.shape[2:]
        means = height >= self.height and width >= self.width
        down = _weights(height, self.height, means=means)
        across = _weights(width, self.width, means=means)
        resized = np.empty((*values.shape[:2], *size[::-1]), values.dtype)
        count = max(1, _NUMBERS // max(1, values[:1].size))
        for start in range(0, len(values), count):
            piece = values[start : start + count].astype(np.float32)
            found = down @ (piece @ across.T)
            resized[start : start + count] = np.rint(found) if values.dtype == np.uint8 else found
        return resized


@dataclass(frozen=True)
class Grey(Step):
    """One channel in place of three: how bright each pixel looks."""

    title: ClassVar[str] = "Grey"
    description: ClassVar[str] = "Turns colours into shades of grey, as bright as they look."

    def output_shape(self, shape: Shape) -> Shape:
        self._pictures(shape, (1, 3))
        return 1, *shape[1:]

    def apply(self, values: np.ndarray) -> np.ndarray:
        if values.shape[1] == 1:
            return values
        weights = np.array(_BRIGHTNESS, np.float32)
        grey: np.ndarray = np.einsum("c,nchw->nhw", weights, values, dtype=np.float32)
        if values.dtype == np.uint8:
            grey = np.rint(grey).clip(0, 255)
        return grey[:, np.newaxis].astype(values.dtype)


@dataclass(frozen=True)
class Invert(Step):
    """Dark becomes light: the brightest value minus each, as for ink on paper."""

    title: ClassVar[str] = "Invert"
    description: ClassVar[str] = "Makes dark pixels light and light ones dark."

    most: int = setting(255, label="Brightest value", ge=1, le=65_535)

    def output_shape(self, shape: Shape) -> Shape:
        self._pictures(shape)
        return shape

    def apply(self, values: np.ndarray) -> np.ndarray:
        inverted = self.most - values.astype(np.float64)
        return inverted.clip(0, None).astype(values.dtype)


@dataclass(frozen=True)
class Centre(Step):
    """As MNIST does it: what is light is fitted into a box, its centre of mass put in the middle.

    The box is 20/28 of the side (LeCun, Bottou, Bengio and Haffner, *Gradient-based learning
    applied to document recognition*, 1998). Pictures are grey, light on dark.
    """

    title: ClassVar[str] = "Centre"
    description: ClassVar[str] = (
        "As MNIST does: what is drawn to one size, its centre of mass in the middle."
    )

    side: int = setting(28, ge=4, le=1024, unit="px", help="Height and width of the result")

    def output_shape(self, shape: Shape) -> Shape:
        self._pictures(shape, (1,))
        return 1, self.side, self.side

    def apply(self, values: np.ndarray) -> np.ndarray:
        centred = np.zeros((len(values), 1, self.side, self.side), values.dtype)
        for picture, out in zip(values[:, 0], centred[:, 0], strict=True):
            self._centre(picture, out)
        return centred

    def _centre(self, picture: np.ndarray, out: np.ndarray) -> None:
        """Put what is drawn on ``picture`` in the middle of ``out``, which is empty."""
        ink = picture > _INK * picture.max(initial=0)
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        if not rows.size:
            return
        drawn = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
        scale = self.side * 20 / 28 / max(drawn.shape)
        width, height = (max(1, round(side * scale)) for side in reversed(drawn.shape))
        fitted = _resized(drawn, (width, height), means=False)
        top, left = _start(fitted.sum(axis=1), self.side), _start(fitted.sum(axis=0), self.side)
        # Resizing has rounding errors beyond the brightest value, which would wrap around.
        out[top : top + height, left : left + width] = fitted.clip(0, float(picture.max()))


@dataclass(frozen=True)
class FillEmpty(Step):
    """Empty cells of a table become what is usual in their column."""

    title: ClassVar[str] = "Fill gaps"
    description: ClassVar[str] = (
        "Puts the mean or median of its column into an empty cell, of words the most frequent one; "
        "learned from the training examples only."
    )
    learns: ClassVar[bool] = True

    by: str = setting(MEAN, label="Numbers by", choices=(MEAN, MEDIAN))
    usual: tuple[float, ...] = setting((), in_form=False)

    def fitted(self, dataset: Dataset, rows: np.ndarray) -> Step:
        if self.usual:
            return self
        usual = usual_values(dataset.inputs, rows, dataset.input_words, self.by)
        return replace(self, usual=tuple(usual.tolist()))

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1 or len(self.usual) not in (0, shape[0]):
            raise DataError("step_table", step=self.title, got=shape_text(shape))
        return shape

    def apply(self, values: np.ndarray) -> np.ndarray:
        return filled(values, np.array(self.usual)) if self.usual else values


def _resized(plane: np.ndarray, size: tuple[int, int], *, means: bool) -> np.ndarray:
    """A plane of (width, height) ``size``: means of what is replaced, or values in between."""
    from PIL import Image  # a tenth of a second that most projects needn't wait for

    how = Image.Resampling.BOX if means else Image.Resampling.BILINEAR
    resized: np.ndarray = np.asarray(Image.fromarray(plane).resize(size, how))
    return resized


def _weights(old: int, new: int, *, means: bool) -> np.ndarray:
    """What each pixel of a line of ``new`` takes of each of ``old``, (new, old).

    Resizing is linear and goes line by line, so it is known from what becomes of single pixels.
    All pictures are then resized by two products with matrices.
    """
    return _resized(np.eye(old, dtype=np.float32), (old, new), means=means)


def _start(mass: np.ndarray, side: int) -> int:
    """Where rows of these masses begin when their centre of mass is in the middle of ``side``."""
    centre = float(mass @ np.arange(len(mass))) / float(mass.sum())
    return min(max(round(side / 2 - centre), 0), side - len(mass))


#: Every step, by the name that project files use.
STEPS: dict[str, type[Step]] = {
    "Grey": Grey,
    "Resize": Resize,
    "Invert": Invert,
    "Centre": Centre,
    "FillEmpty": FillEmpty,
}


def shape_after(steps: Sequence[Step], shape: Shape) -> Shape:
    """The shape of one example after all ``steps``.

    Raises:
        SettingError: a step has an illegal setting.
        DataError: a step can't be done to what the one before it gives.
    """
    for step in steps:
        shape = check(step).output_shape(shape)
    return shape


def taken(steps: Sequence[Step], values: np.ndarray) -> np.ndarray:
    """Examples ``(N, *shape)`` after all ``steps``.

    Raises:
        SettingError, DataError: as :func:`shape_after`.
    """
    shape = shape_after(steps, values.shape[1:])
    if not steps:
        return values
    result = np.empty((len(values), *shape), values.dtype)
    for start in range(0, len(values), _EXAMPLES):
        piece = values[start : start + _EXAMPLES]
        for step in steps:
            piece = step.apply(piece)
        result[start : start + _EXAMPLES] = piece
    return result


def stepped(dataset: Dataset, steps: Sequence[Step]) -> Dataset:
    """``dataset`` with its inputs after all ``steps``.

    Raises:
        SettingError, DataError: as :func:`shape_after`.
    """
    if not steps:
        return dataset
    inputs = taken(steps, dataset.inputs)
    stay = inputs.shape == dataset.inputs.shape
    names, words = (dataset.input_names, dataset.input_words) if stay else ((), ())
    return replace(dataset, inputs=inputs, input_names=names, input_words=words, known_sha256="")
