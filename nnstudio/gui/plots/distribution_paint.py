"""Histograms as colours and as shapes: numbers in, pixels and polygons out."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPolygonF

from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Colours
from nnstudio.training.distributions import BINS


def coloured(strength: Array, colours: Colours) -> Array:
    """(BINS, columns) as 0xffrrggbb: above 0 in the positive sign's colour, below in the other's.

    Args:
        strength: (BINS, columns) from 0, the panel's colour, to 1; the greatest bin first.
    """
    half = BINS // 2
    levels = np.rint(strength * 255).astype(np.uint8)
    above = _shades(colours.panel, colours.positive)[levels[:half]]
    below = _shades(colours.panel, colours.negative)[levels[half:]]
    return np.concatenate([above, below])


@lru_cache(maxsize=4)
def _shades(start: str, end: str) -> Array:
    """256 colours from one to the other."""
    a, b = QColor(start), QColor(end)
    ends = np.array([[a.red(), a.green(), a.blue()], [b.red(), b.green(), b.blue()]])
    mixed = np.rint(np.linspace(ends[0], ends[1], 256)).astype(np.uint32)
    shades: Array = 0xFF000000 | mixed[:, 0] << 16 | mixed[:, 1] << 8 | mixed[:, 2]
    return shades.astype(np.uint32)


def outline(left: float, widths: Array, ys: Array) -> QPolygonF:
    """Bars that lie, as one shape."""
    points = [QPointF(left, float(ys[0]))]
    for width, low, high in zip(widths.tolist(), ys[:-1].tolist(), ys[1:].tolist(), strict=True):
        points += [QPointF(left + width, low), QPointF(left + width, high)]
    return QPolygonF([*points, QPointF(left, float(ys[-1]))])
