"""An example that is a picture, as an image to paint."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

#: Examples that tell how bright pictures are.
_LOOKED_AT = 256


def brightness(inputs: np.ndarray) -> tuple[float, float]:
    """The numbers that are painted black and white, the same for all pictures."""
    if not len(inputs):
        return 0.0, 1.0
    few = inputs[np.unique(np.linspace(0, len(inputs) - 1, _LOOKED_AT).astype(int))]
    few = few[np.isfinite(few)] if few.dtype.kind == "f" else few
    low, high = (float(few.min()), float(few.max())) if few.size else (0.0, 1.0)
    low = min(0.0, low)
    return low, high if high > low else low + 1.0


def picture_image(picture: np.ndarray, limits: tuple[float, float]) -> QImage:
    """``picture`` (C, H, W) in grey, or in colours if it has three channels."""
    low, high = limits
    shown = picture if len(picture) == 3 else picture.mean(axis=0, keepdims=True)
    share = (np.nan_to_num(shown.astype(np.float32)) - low) * (255.0 / (high - low))
    pixels = np.rint(share).clip(0, 255).astype(np.uint8)
    height, width = pixels.shape[1:]
    if len(pixels) == 3:
        rows = np.ascontiguousarray(pixels.transpose(1, 2, 0))
        image = QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    else:
        rows = np.ascontiguousarray(pixels[0])
        image = QImage(rows.data, width, height, width, QImage.Format.Format_Grayscale8)
    return image.copy()  # it must not rely on the array's memory
