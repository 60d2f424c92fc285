"""Pictures moved as a whole: shifted, turned, resized, mirrored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.augmentation.augmentation import Augmentation, Spread
from nnstudio.data.augmentation.chance import Chance
from nnstudio.data.distortion import around_middle, sampled
from nnstudio.schema import setting

#: What is seen beyond the edge: the darkest value there is, or the nearest pixel.
BEYOND = ("constant", "nearest")


@dataclass(frozen=True)
class Shift(Augmentation):
    """y(p) = x(p − t), t whole pixels, each of its two parts even from −most to most."""

    title: ClassVar[str] = "Shift"
    description: ClassVar[str] = "Moves each picture a few pixels up or down and left or right."
    moves: ClassVar[bool] = True

    vertical: int = setting(2, ge=0, le=512, unit="px", help="At most so far up or down")
    horizontal: int = setting(2, ge=0, le=512, unit="px", help="At most so far left or right")
    beyond: str = setting("constant", label="Beyond the edge", choices=BEYOND)

    def apply(self, values: np.ndarray, chance: Chance, spread: Spread) -> np.ndarray:
        count, channels, height, width = values.shape
        rows = np.arange(height) - _whole(chance, self.vertical)
        columns = np.arange(width) - _whole(chance, self.horizontal)
        inside_rows = (rows >= 0) & (rows < height)
        inside_columns = (columns >= 0) & (columns < width)
        rows, columns = rows.clip(0, height - 1), columns.clip(0, width - 1)
        first = np.arange(count * channels).reshape(count, channels, 1, 1) * (height * width)
        grid = rows[:, np.newaxis, :, np.newaxis] * width + columns[:, np.newaxis, np.newaxis]
        shifted: np.ndarray = values.ravel().take(first + grid)
        if self.beyond == "constant":
            inside = inside_rows[:, :, np.newaxis] & inside_columns[:, np.newaxis]
            np.copyto(shifted, _like(spread.low, values), where=~inside[:, np.newaxis])
        return shifted


@dataclass(frozen=True)
class Rotate(Augmentation):
    """y(p) = x(R(p − c) + c), R turning by an angle that is even from −most to most degrees."""

    title: ClassVar[str] = "Rotate"
    description: ClassVar[str] = "Turns each picture a little around its middle."
    moves: ClassVar[bool] = True

    angle: float = setting(10.0, ge=0, le=180, unit="°", help="At most so far to either side")
    beyond: str = setting("constant", label="Beyond the edge", choices=BEYOND)

    def apply(self, values: np.ndarray, chance: Chance, spread: Spread) -> np.ndarray:
        most = np.deg2rad(self.angle)
        angle = chance.uniform(-most, most, 1, 1)
        rows, columns = around_middle(values.shape[-2:], angle=angle)
        return fetched(values, rows, columns, self.beyond, spread)


@dataclass(frozen=True)
class Scale(Augmentation):
    """y(p) = x((p − c)/s + c), s even from 1 − most to 1 + most."""

    title: ClassVar[str] = "Scale"
    description: ClassVar[str] = "Makes what each picture shows a little smaller or larger."
    moves: ClassVar[bool] = True

    amount: float = setting(0.1, ge=0, le=0.9, unit="%", help="At most so much smaller or larger")
    stretch: bool = setting(False, help="Height and width each by a factor of its own")
    beyond: str = setting("constant", label="Beyond the edge", choices=BEYOND)

    def apply(self, values: np.ndarray, chance: Chance, spread: Spread) -> np.ndarray:
        factors = chance.uniform(1 - self.amount, 1 + self.amount, 2, 1, 1)
        tall = factors[:, 0]
        wide = factors[:, 1] if self.stretch else tall
        rows, columns = around_middle(values.shape[-2:], tall=tall, wide=wide)
        return fetched(values, rows, columns, self.beyond, spread)


@dataclass(frozen=True)
class Flip(Augmentation):
    """y = x or its mirror image, each as likely."""

    title: ClassVar[str] = "Flip"
    description: ClassVar[str] = "Mirrors every other picture, for things that may face either way."
    moves: ClassVar[bool] = True

    horizontal: bool = setting(True, help="Left becomes right")
    vertical: bool = setting(False, help="Top becomes bottom")

    def apply(self, values: np.ndarray, chance: Chance, spread: Spread) -> np.ndarray:
        thrown = chance.uniform(0, 1, 2) < 0.5
        flipped = values.copy()
        if self.horizontal:
            chosen = thrown[:, 0]
            flipped[chosen] = flipped[chosen][..., ::-1]
        if self.vertical:
            chosen = thrown[:, 1]
            flipped[chosen] = flipped[chosen][..., ::-1, :]
        return flipped


def fetched(
    values: np.ndarray, rows: np.ndarray, columns: np.ndarray, beyond: str, spread: Spread
) -> np.ndarray:
    """Pictures (n, C, H, W) whose pixels come from ``rows`` and ``columns`` of old ones."""
    height, width = values.shape[-2:]
    if beyond == "nearest":
        rows, columns = rows.clip(0, height - 1), columns.clip(0, width - 1)
    outside = float(spread.low)
    result = np.empty_like(values)
    for channel in range(values.shape[1]):
        found = sampled(values[:, channel] - outside, rows, columns)
        np.add(found, outside, out=result[:, channel], casting="same_kind")
    return result


def _whole(chance: Chance, most: int) -> np.ndarray:
    """A whole number from −most to most for each example, (n, 1)."""
    numbers: np.ndarray = np.floor(chance.uniform(-most, most + 1, 1)).astype(np.int64)
    return numbers


def _like(number: np.ndarray, values: np.ndarray) -> np.ndarray:
    return number.astype(values.dtype)
