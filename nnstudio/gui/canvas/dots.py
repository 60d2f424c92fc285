"""The canvas's dotted ground, as one sheet that is laid down at once.

A thousand dots drawn one by one take longer than everything that stands on them.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil

import numpy as np
from PySide6.QtGui import QColor, QImage, QPixmap


@lru_cache(maxsize=2)
def dotted_sheet(
    width: int, height: int, spacing: float, ratio: float, ground: str, dot: str
) -> QPixmap:
    """A picture one spacing larger than ``width`` × ``height``, its first dot at its corner.

    Args:
        spacing: between two dots, in pixels of the screen; needn't be whole.
        ratio: device pixels to a pixel.
    """
    step = spacing * ratio
    columns, rows = (ceil((side + 2 * spacing) * ratio) for side in (width, height))
    sheet = np.full((rows, columns), QColor(ground).rgb(), np.uint32)
    side = max(1, round(1.5 * ratio))
    colour = QColor(dot).rgb()
    down = np.rint(np.arange(0, rows - side, step)).astype(int)
    across = np.rint(np.arange(0, columns - side, step)).astype(int)
    for dy in range(side):
        for dx in range(side):
            sheet[np.ix_(down + dy, across + dx)] = colour
    image = QImage(sheet.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(image)
