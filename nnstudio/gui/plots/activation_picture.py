"""The little curve of an activation, computed by the layer itself."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from nnstudio.engine.initialisers import INITIALISERS
from nnstudio.engine.layer import Array, Call, Layer

#: The curve is drawn for inputs from −REACH to REACH.
REACH = 4.0
_POINTS = 41
_WIDTH_OF_LINE = 1.5


@lru_cache(maxsize=64)
def curve(layer: Layer) -> Array | None:
    """(POINTS, 2) points of the layer's function, both axes scaled to 0 … 1; y upwards.

    ``None`` for layers that are no activation. Softmax is shown as what it makes of evenly spaced
    scores; slopes that are learned have their first values.
    """
    if type(layer).category not in ("activation", "output") or layer.arity != (1, 1):
        return None
    rng = np.random.default_rng(0)
    first = {v.name: INITIALISERS[v.init](v.shape, rng) for v in layer.variables((_POINTS,))}
    # One example whose features are the points: right for each number's function and for softmax.
    x = np.linspace(-REACH, REACH, _POINTS)
    y = layer.forward(first, (x[:, np.newaxis].copy(),), Call(np.float64))[:, 0]
    low, high = float(y.min()), float(y.max())
    points = np.empty((_POINTS, 2))
    points[:, 0] = (x + REACH) / (2 * REACH)
    points[:, 1] = (y - low) / (high - low or 1.0)
    return points


def paint_curve(painter: QPainter, box: QRectF, layer: Layer, colour: QColor) -> bool:
    """Draw the curve of ``layer`` into ``box``; False if it has none."""
    points = curve(layer)
    if points is None:
        return False
    line = QPolygonF(
        [
            QPointF(box.left() + x * box.width(), box.bottom() - y * box.height())
            for x, y in points.tolist()
        ]
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, _WIDTH_OF_LINE)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(line)
    painter.restore()
    return True
