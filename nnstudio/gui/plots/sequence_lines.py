"""A sequence as a small line chart: one line per feature, and what comes next as a dot."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.function_plot import class_colours

#: So many features have a line; of more, only the first.
MOST_LINES = 4
_DOT = 2.6


def line_colours(features: int, theme: Theme) -> list[QColor]:
    """A colour for each line."""
    if features == 1:
        return [theme.colour("accent")]
    count = min(features, MOST_LINES)
    return [QColor(name) for name in class_colours(count, theme.colours)]


def paint_sequence(
    painter: QPainter,
    box: QRectF,
    sequence: np.ndarray,
    limits: tuple[float, float],
    theme: Theme,
    *,
    following: np.ndarray | None = None,
    width: float = 1.4,
) -> None:
    """Draw ``sequence`` into ``box``.

    Args:
        sequence: (T, F).
        limits: the values at the lower and the upper edge of the box.
        following: (F,), what comes after the last place, as dots; ``None``: nothing is drawn.
    """
    low, high = limits
    values = np.asarray(sequence[:, :MOST_LINES], float)
    places = len(values) if following is not None else max(len(values) - 1, 1)

    def at(place: int, value: float) -> QPointF:
        share = (value - low) / ((high - low) or 1.0)
        return QPointF(
            box.left() + box.width() * place / places, box.bottom() - box.height() * share
        )

    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for feature, colour in enumerate(line_colours(sequence.shape[1], theme)):
        painter.setPen(QPen(colour, width, j=Qt.PenJoinStyle.RoundJoin))
        line = [at(place, float(value)) for place, value in enumerate(values[:, feature])]
        if len(line) == 1:
            painter.drawPoint(line[0])
        painter.drawPolyline(QPolygonF(line))
    if following is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("negative"))
        for value in following[:MOST_LINES]:
            painter.drawEllipse(at(len(values), float(value)), _DOT, _DOT)
    painter.restore()
