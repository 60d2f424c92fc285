"""Distortions: pictures bent, turned, resized and moved a little, which stay what they show.

    y(p) = x(A (p − c) + c + t + α · (G_σ ∗ u)(p))

Every pixel p of the new picture is fetched from a place of the old one, between whose pixels the
brightness goes evenly (bilinear). A turns and resizes around the middle c, t moves, and the last
part bends: u is a field of random displacements from −1 to 1, blurred with a Gaussian of σ pixels
so that neighbours move together, times α. What comes from beyond the edge is 0.

Source: Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
visual document analysis", 2003, who bend with σ = 4 and α = 34.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

#: Pictures worked on at a time, so that what lies between stays in the cache.
_AT_ONCE = 256


@dataclass(frozen=True)
class Distortion:
    """How strongly pictures are changed; with everything at 0 they stay as they are.

    Attributes:
        alpha: strength of the bending, in pixels before the blur takes most of it away.
        sigma: how far displacements go together, in pixels, above 0.
        rotation: most degrees to either side.
        scale: most relative change of height and of width, each for itself, such as 0.1.
        shift: most pixels in either direction.
    """

    alpha: float = 34.0
    sigma: float = 4.0
    rotation: float = 0.0
    scale: float = 0.0
    shift: float = 0.0

    def __post_init__(self) -> None:
        if not self.sigma > 0:
            raise ValueError(f"sigma must be above 0 pixels, got {self.sigma}")
        if not 0 <= self.scale < 1:
            raise ValueError(f"scale must be from 0 to below 1, got {self.scale}")

    def apply(self, pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Each picture (…, H, W) distorted by chance in its own way, of the same kind of number."""
        height, width = pictures.shape[-2:]
        flat = pictures.reshape(-1, height, width)
        result = np.empty_like(flat)
        for start in range(0, len(flat), _AT_ONCE):
            part = flat[start : start + _AT_ONCE]
            rows, columns = self.places(len(part), height, width, rng)
            found = sampled(part, rows, columns)
            if result.dtype.kind in "iu":
                np.rint(found, out=found)
            result[start : start + _AT_ONCE] = found
        return result.reshape(pictures.shape)

    def places(
        self, count: int, height: int, width: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """From where each pixel is fetched: rows and columns, each (count, height, width)."""
        angle, tall, wide, move_down, move_across = self._chances(count, rng)
        rows, columns = around_middle((height, width), angle, tall, wide)
        rows -= move_down
        columns -= move_across
        if self.alpha:
            for place in (rows, columns):
                field = rng.random((count, height, width), np.float32)
                field *= 2
                field -= 1
                place += self.alpha * blurred(field, self.sigma)
        return rows, columns

    def _chances(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Angle, factors of height and width, and ways down and across, each (count, 1, 1)."""
        most = (np.deg2rad(self.rotation), self.scale, self.scale, self.shift, self.shift)
        chances = rng.uniform(-1, 1, (5, count, 1, 1)) * np.reshape(most, (5, 1, 1, 1))
        chances[1:3] += 1
        result: np.ndarray = chances.astype(np.float32)
        return result


def around_middle(
    size: tuple[int, ...],
    angle: np.ndarray | float = 0.0,
    tall: np.ndarray | float = 1.0,
    wide: np.ndarray | float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """From where the pixels of pictures come that are turned and resized around their middle.

    Args:
        size: height and width.
        angle: in radians, (n, 1, 1) or one for all.
        tall, wide: factors of height and width, likewise.

    Returns:
        Rows and columns, each (n, height, width) or what becomes that.
    """
    height, width = size
    down = np.arange(height, dtype=np.float32)[:, np.newaxis] - (height - 1) / 2
    across = np.arange(width, dtype=np.float32) - (width - 1) / 2
    # A picture that is to become larger is read in smaller steps.
    sine, cosine = np.sin(angle, dtype=np.float32), np.cos(angle, dtype=np.float32)
    rows = (cosine * down - sine * across) / tall + (height - 1) / 2
    columns = (sine * down + cosine * across) / wide + (width - 1) / 2
    return np.asarray(rows), np.asarray(columns)


def blurred(fields: np.ndarray, sigma: float) -> np.ndarray:
    """``fields`` (…, H, W) after a Gaussian blur of ``sigma`` pixels; beyond the edge is 0."""
    height, width = fields.shape[-2:]
    result: np.ndarray = _blur(height, sigma) @ fields @ _blur(width, sigma).T
    return result


def sampled(pictures: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The brightness of ``pictures`` (n, H, W) at places between pixels, (n, H′, W′), as float32.

    Pixels are at whole numbers, beginning at 0; beyond them everything is 0.
    """
    count, height, width = pictures.shape
    # With two rows and columns of zeros around, every place has four neighbours.
    around = np.zeros((count, height + 4, width + 4), np.float32)
    around[:, 2:-2, 2:-2] = pictures
    rows = np.clip(rows, -2, height) + 2
    columns = np.clip(columns, -2, width) + 2
    top, left = np.floor(rows), np.floor(columns)
    lower, right = rows - top, columns - left
    first = np.arange(count).reshape(-1, 1, 1) * around[0].size
    corner = first + top.astype(np.intp) * (width + 4) + left.astype(np.intp)
    flat = around.ravel()
    above = flat.take(corner) * (1 - right) + flat.take(corner + 1) * right
    corner += width + 4
    below = flat.take(corner) * (1 - right) + flat.take(corner + 1) * right
    result: np.ndarray = above * (1 - lower) + below * lower
    return result


@lru_cache(maxsize=32)
def _blur(length: int, sigma: float) -> np.ndarray:
    """The matrix (length, length) that blurs a line; what lies beyond its ends counts as 0."""
    places = np.arange(length)
    weights = np.exp(-0.5 * np.square((places[:, np.newaxis] - places) / sigma))
    reach = np.arange(-np.ceil(8 * sigma), np.ceil(8 * sigma) + 1)
    blur: np.ndarray = weights / np.exp(-0.5 * np.square(reach / sigma)).sum()
    return blur.astype(np.float32)
