"""The input a network receives from pen strokes: ink first, then what its training data made of it.

A stroke is a sequence of points (x, y), in any unit, x to the right and y **down**. Pure numpy and
Pillow, fast enough to run at each move of the mouse.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw

from nnstudio.data.handwriting import INK_SIDE, STYLES, digits_counts, mnist_picture
from nnstudio.data.picture import from_picture

__all__ = ["STYLES", "as_digits", "as_mnist", "from_picture", "ink_of", "prepare_drawing"]

#: The width of the pen, in pixels of ink. With it drawn digits have the average ink and the share
#: of inked pixels of MNIST's training pictures (13.1 % and 19.1 %), whatever size they were drawn
#: at. The UCI digits were written on the same forms, so it is theirs as well.
PEN = 13.6
#: Points further out are drawn here: the distance of two points must still be a number.
_FARTHEST = 1e150


def as_mnist(strokes: Sequence[ArrayLike]) -> np.ndarray:
    """The uint8 (28, 28) picture, 0 to 255, of a digit drawn with a pen; zeros without strokes."""
    return mnist_picture(ink_of(strokes))


def as_digits(strokes: Sequence[ArrayLike]) -> np.ndarray:
    """The uint8 (8, 8) counts, 0 to 16, of a digit drawn with a pen; zeros without strokes."""
    return digits_counts(ink_of(strokes))


def prepare_drawing(style: str, strokes: Sequence[ArrayLike]) -> np.ndarray:
    """What a network receives from ``strokes``: ``(1, height, width)`` in its source's own units.

    Args:
        style: the :attr:`drawing` of the source, a key of :data:`STYLES`.
        strokes: each ``(k, 2)``.

    Raises:
        KeyError: nothing is drawn for this style.
    """
    return STYLES[style](ink_of(strokes))[np.newaxis]


def ink_of(strokes: Sequence[ArrayLike]) -> np.ndarray:
    """Draw ``strokes`` with a round pen: ink (height, width), the longer side 120 pixels.

    The strokes are brought to size before they are drawn, so that the pen is equally thick for
    small and large writing. A single point, which has no size, becomes a dot.
    """
    lines = [line for line in map(_points, strokes) if len(line)]
    if not lines:
        return np.zeros((0, 0), bool)
    points = np.concatenate(lines)
    corner = points.min(axis=0)
    extent = float(np.ptp(points, axis=0).max()) or 1.0
    image = Image.new("L", (INK_SIDE, INK_SIDE))
    draw = ImageDraw.Draw(image)
    for line in lines:
        # The outermost points lie half a pen inside; pixels are counted from their centres.
        _draw(draw, (line - corner) / extent * (INK_SIDE - PEN) + (PEN - 1) / 2)
    return np.asarray(image.crop(image.getbbox())) > 0


def _points(stroke: ArrayLike) -> np.ndarray:
    """A stroke as ``(k, 2)`` float64 without points that are nowhere."""
    points = np.asarray(stroke, np.float64).reshape(-1, 2)
    return points[np.isfinite(points).all(axis=1)].clip(-_FARTHEST, _FARTHEST)


def _draw(draw: ImageDraw.ImageDraw, line: np.ndarray) -> None:
    # A mouse reports more points than can be told apart in a 20×20 box: one per 2×2 pixels will do.
    kept = np.append(np.any(np.diff((line / 2).round(), axis=0), axis=1), True)
    line = line[kept]
    draw.line(line.ravel().tolist(), fill=255, width=round(PEN))
    # Discs make the ends round and close the notches between segments.
    for x, y in line.tolist():
        draw.ellipse((x - PEN / 2, y - PEN / 2, x + PEN / 2, y + PEN / 2), fill=255)
