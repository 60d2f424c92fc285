"""The input a network receives from a picture file: a photo, a scan, or one of its own pictures."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from nnstudio.data.errors import DataError
from nnstudio.data.handwriting import INK_SIDE, STYLES
from nnstudio.messages import shape_text

#: What the brightest value of a picture file means in the units of a style.
_MOST = {"mnist": 255, "digits": 16}
#: From this share of the contrast between paper and darkest ink on, a pixel is ink.
_INK = 0.4
#: Strokes thinner than this, in pixels of ink, would fade when they are reduced.
_THIN = 12


def from_picture(picture: np.ndarray, style: str, shape: tuple[int, ...]) -> np.ndarray:
    """Make a network's input out of a picture.

    A picture of exactly the input's size is taken as it is. Any other is taken for handwriting if
    the network reads handwriting: made light on dark if its border is light, cropped to its ink,
    and brought into the form of the training data. Without a style it is merely resized.

    Args:
        picture: uint8, grey ``(H, W)``, ``(H, W, 3)`` RGB or ``(H, W, 4)`` RGBA.
        style: the :attr:`drawing` of the source, a key of :data:`STYLES`, or empty.
        shape: the shape of one input.

    Returns:
        An array of ``shape`` in the source's own units: 0–16 for ``"digits"``, otherwise 0–255.

    Raises:
        DataError: the network doesn't read pictures.
        ValueError: ``picture`` is not such an array.
    """
    if len(shape) != 3 or shape[0] not in (1, 3):
        raise DataError("data_no_picture", expected=shape_text(shape))
    image = _flattened(picture).convert("L" if shape[0] == 1 else "RGB")
    height, width = shape[1:]
    if style and image.size != (width, height):
        return STYLES[style](_ink_in(np.asarray(image)))[np.newaxis]
    # Box when it shrinks: each pixel is the mean of those it replaces.
    values = np.asarray(image.resize((width, height), Image.Resampling.BOX))
    if style:
        values = np.round(values * (_MOST[style] / 255)).astype(np.uint8)
    return np.ascontiguousarray(np.moveaxis(np.atleast_3d(values), -1, 0))


def _flattened(picture: np.ndarray) -> Image.Image:
    """The picture without transparency: laid on white, or on black if what is drawn is light."""
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or not picture.size:
        raise ValueError(f"no uint8 picture: {picture.dtype} {picture.shape}")
    image = Image.fromarray(picture)
    if image.mode != "RGBA":
        return image
    opaque = np.asarray(image.convert("L"))[picture[..., 3] > 127]
    light = opaque.size > 0 and float(opaque.mean()) > 127
    ground = Image.new("RGBA", image.size, "black" if light else "white")
    return Image.alpha_composite(ground, image)


def _ink_in(grey: np.ndarray) -> np.ndarray:
    """Find the ink in a grey picture ``(H, W)``; see :mod:`nnstudio.data.handwriting`."""
    values = grey.astype(np.float32)
    border = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    contrast = np.abs(values - np.median(border))
    ink = contrast >= max(_INK * contrast.max(), 1.0)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return np.zeros((0, 0), bool)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _thick_enough(_resized(ink))


def _resized(ink: np.ndarray) -> np.ndarray:
    """Bring the longer side to INK_SIDE without losing thin strokes."""
    # A block is inked if any of its pixels is: a mean would let hairlines of a large scan vanish.
    block = max(1, max(ink.shape) // INK_SIDE)
    starts = [np.arange(0, side, block) for side in ink.shape]
    ink = np.logical_or.reduceat(np.logical_or.reduceat(ink, starts[0], axis=0), starts[1], axis=1)
    scale = INK_SIDE / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    image = Image.fromarray(ink.astype(np.uint8) * 255)
    resized: np.ndarray = np.asarray(image.resize((width, height))) >= 128
    return resized


def _thick_enough(ink: np.ndarray) -> np.ndarray:
    """Thicken hairlines to a pen's width; strokes of usual width stay as they are."""
    padded = np.pad(ink, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:] & ink
    # A stroke has two edges, so its area is about half its edge times its width.
    width = 2 * ink.sum() / max(1, (ink & ~inner).sum())
    grow = round((_THIN - width) / 2)
    if grow <= 0:
        return ink
    image = Image.fromarray(np.pad(ink, grow).astype(np.uint8) * 255)
    grown: np.ndarray = np.asarray(image.filter(ImageFilter.MaxFilter(2 * grow + 1))) > 0
    return _resized(grown)
