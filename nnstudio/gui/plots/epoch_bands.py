"""Every second epoch stands on a faint band, as long as bands can be told apart."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from nnstudio.gui.plots.curve_lines import Frame

#: A narrower band would only be a grey haze.
NARROWEST = 8.0


def bands(frame: Frame) -> list[QRectF]:
    """The bands of a frame whose x axis counts epochs; none where they would be too narrow."""
    first, last = floor(frame.x.low), ceil(frame.x.high)
    if last - first > frame.box.width():
        return []
    edges = frame.across(np.arange(first, last + 1, dtype=np.float64))
    edges = np.clip(edges, frame.box.left(), frame.box.right())
    widths = np.diff(edges)
    if not len(widths) or np.median(widths) < NARROWEST:
        return []
    return [
        QRectF(edges[i], frame.box.top(), widths[i], frame.box.height())
        for i in range(len(widths))
        if (first + i) % 2 and widths[i] >= 1
    ]


def paint_bands(painter: QPainter, frame: Frame, colour: QColor) -> None:
    """Paint them."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRects(bands(frame))
    painter.setBrush(Qt.BrushStyle.NoBrush)
