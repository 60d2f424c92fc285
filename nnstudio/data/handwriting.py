"""How the two collections of digits made their pictures out of scanned handwriting.

Both began with the forms of the US National Institute of Standards and Technology (NIST): one bit
per pixel, ink or paper. A digit from the drawing pad or from a picture file takes the same way, or
a network that has learned from these collections would see something it has never met.

*Ink* is such a digit: a boolean array (height, width), row 0 on top, cropped to what is inked, its
longer side :data:`INK_SIDE`. Without any ink its size is 0; a mere dot is smaller, and stays so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

#: The longer side of ink, in pixels: six for each pixel of MNIST's box.
INK_SIDE = 120

_MNIST_SIDE, _MNIST_BOX = 28, 20
_BITMAP_SIDE, _BITMAP_WIDTH, _BITMAP_HEIGHT, _BLOCK = 32, 20, 32, 4


def mnist_picture(ink: np.ndarray) -> np.ndarray:
    """The 28×28 picture that MNIST would hold: uint8, 0 is paper and 255 ink.

    The digit is reduced to fit a box of 20×20 with its aspect kept, edges become grey, and the
    centre of mass of the greys is put on pixel (14, 14) (LeCun, Bottou, Bengio and Haffner,
    *Gradient-based learning applied to document recognition*, 1998). Bicubic reduction gives
    MNIST's proportions of light and dark grey better than the other usual filters.
    """
    picture = np.zeros((_MNIST_SIDE, _MNIST_SIDE), np.uint8)
    if not ink.size:
        return picture
    height, width = ink.shape
    scale = _MNIST_BOX / max(height, width, INK_SIDE)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    digit = np.asarray(_image(ink).resize(size, Image.Resampling.BICUBIC))
    top, left = _start(digit.sum(axis=1)), _start(digit.sum(axis=0))
    picture[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return picture


def digits_counts(ink: np.ndarray) -> np.ndarray:
    """The 8×8 counts that the UCI digits would hold: uint8, 0 to 16 inked cells per 4×4 block.

    They come from the NIST form-based handprint recognition system (Garris et al., NISTIR 5469,
    1994): a digit is stretched to 20×32, thinned or thickened to a usual amount of ink, sheared
    upright, and only then counted.
    """
    bitmap = np.zeros((_BITMAP_SIDE, _BITMAP_SIDE), bool)
    if ink.size:
        share = min(1.0, max(ink.shape) / INK_SIDE)
        width, height = round(_BITMAP_WIDTH * share) or 1, round(_BITMAP_HEIGHT * share) or 1
        left, top = (_BITMAP_SIDE - width) // 2, (_BITMAP_SIDE - height) // 2
        stretched = np.asarray(_image(ink).resize((width, height), Image.Resampling.BOX)) >= 128
        bitmap[top : top + height, left : left + width] = stretched
        bitmap = _upright(_usual_weight(bitmap))
    blocks = bitmap.reshape(_BITMAP_SIDE // _BLOCK, _BLOCK, _BITMAP_SIDE // _BLOCK, _BLOCK)
    counts: np.ndarray = blocks.sum(axis=(1, 3), dtype=np.uint8)
    return counts


#: What makes the picture of a source's :attr:`drawing` style out of ink.
STYLES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mnist": mnist_picture,
    "digits": digits_counts,
}


def _image(ink: np.ndarray) -> Image.Image:
    return Image.fromarray(ink.astype(np.uint8) * 255)


def _start(mass: np.ndarray) -> int:
    """Where rows (or columns) of these masses begin when their centre of mass is on pixel 14.

    Never so far out that one of them would be lost.
    """
    centre = float(mass @ np.arange(len(mass))) / max(float(mass.sum()), 1.0)
    return min(max(round(_MNIST_SIDE / 2 - centre), 0), _MNIST_SIDE - len(mass))


def _usual_weight(bitmap: np.ndarray) -> np.ndarray:
    """Thin a digit with much ink and thicken one with little; the limits are NIST's, in cells."""
    cells = int(bitmap.sum())
    if cells > 412:
        return _thinner(_thinner(bitmap) if cells > 560 else bitmap)
    if cells < 256:
        return _thicker(_thicker(bitmap) if cells < 108 else bitmap)
    return bitmap


def _thicker(bitmap: np.ndarray) -> np.ndarray:
    """Ink wherever a cell or one of its four neighbours is inked."""
    padded = np.pad(bitmap, 1)
    thicker: np.ndarray = (
        padded[1:-1, 1:-1]
        | padded[:-2, 1:-1]
        | padded[2:, 1:-1]
        | padded[1:-1, :-2]
        | padded[1:-1, 2:]
    )
    return thicker


def _thinner(bitmap: np.ndarray) -> np.ndarray:
    """Ink only where a cell and all its four neighbours are inked; outside is paper."""
    paper = _thicker(np.logical_not(np.pad(bitmap, 1)))[1:-1, 1:-1]
    thinner: np.ndarray = np.logical_not(paper)
    return thinner


def _upright(bitmap: np.ndarray) -> np.ndarray:
    """Shift each row so that the left edges near the top and near the bottom come into line.

    The two rows are the third from the top and from the bottom, as the outermost are ragged. Cells
    that leave the bitmap are lost.
    """
    rows = np.flatnonzero(bitmap.any(axis=1))
    if rows.size <= 5:
        return bitmap
    top, bottom = rows[0] + 2, rows[-1] - 2
    if not (bitmap[top].any() and bitmap[bottom].any()):
        return bitmap
    slope = (int(bitmap[top].argmax()) - int(bitmap[bottom].argmax())) / (bottom - top)
    side = len(bitmap)
    shift = np.round((np.arange(side) - side // 2) * slope).astype(int)
    # What comes in from outside is the outermost cell, and that is always paper.
    column = (np.arange(side) - shift[:, np.newaxis]).clip(0, side - 1)
    return np.take_along_axis(bitmap, column, axis=1)
