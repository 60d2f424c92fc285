"""Numbers as the little pictures on cards: signs as colours, curves as lines."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF, qRgb

from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.sequence_lines import paint_sequence

#: The side of a line chart in pixels; cards show it smaller.
_CHART = 96
#: A picture of fewer pixels is drawn with larger ones, so that it stays smooth where it should.
_LEAST = 64


def grey_pixmap(picture: Array) -> QPixmap:
    """A picture (H, W) from its darkest to its brightest pixel."""
    low, high = float(picture.min()), float(picture.max())
    grey = (255 * (picture - low) / (high - low or 1)).astype(np.uint8)
    return _pixmap(grey, [qRgb(g, g, g) for g in range(256)])


def signed_pixmap(values: Array, theme: Theme, *, smooth: bool = False) -> QPixmap | None:
    """Numbers (H, W) in the colours of their signs, the largest strongest; 0 is the card's colour.

    ``None`` if any isn't a finite number.

    Args:
        smooth: values in between are in between: cards may blend neighbours.
    """
    most = float(np.abs(values).max()) or 1.0
    if not np.isfinite(most):
        return None
    if smooth and (times := -(-_LEAST // max(values.shape))) > 1:
        values = values.repeat(times, 0).repeat(times, 1)
    colours = theme.colours
    scale = signed_scale(colours.negative, colours.panel, colours.positive)
    return _pixmap(np.rint(127 + 127 * (values / most)).astype(np.uint8), scale)


def tiled(pictures: Array, across: int = 2, gap: int = 1) -> Array:
    """Pictures (n, H, W) as one, so many side by side, with lines of zeros between them."""
    count, high, wide = pictures.shape
    across = min(across, count)
    down = -(-count // across)
    sheet = np.zeros((down * (high + gap) - gap, across * (wide + gap) - gap))
    for number, picture in enumerate(pictures):
        y, x = (number // across) * (high + gap), (number % across) * (wide + gap)
        sheet[y : y + high, x : x + wide] = picture
    return sheet


def sequence_chart(sequence: Array, theme: Theme) -> QPixmap:
    """A sequence (T, F) as lines, on the colour of cards."""
    chart, box = _empty_chart(theme)
    painter = QPainter(chart)
    limits = float(sequence.min()), float(sequence.max())
    paint_sequence(painter, box, sequence, limits, theme, width=4)
    painter.end()
    return chart


def curves_chart(curves: Array, theme: Theme) -> QPixmap | None:
    """Functions (units, points) of the same evenly spaced inputs, on one scale.

    ``None`` if any value isn't a finite number.
    """
    low, high = float(curves.min()), float(curves.max())
    if not np.isfinite(high - low):
        return None
    chart, box = _empty_chart(theme)
    painter = QPainter(chart)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if low < 0 < high:
        y = box.bottom() + box.height() * low / (high - low)
        painter.setPen(QPen(theme.colour("line"), 2))
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
    painter.setPen(QPen(theme.colour("accent"), 4 if len(curves) < 4 else 3))
    x = np.linspace(box.left(), box.right(), curves.shape[1])
    heights = box.bottom() - box.height() * (curves - low) / (high - low or 1.0)
    for line in heights:
        painter.drawPolyline(QPolygonF(list(map(QPointF, x.tolist(), line.tolist()))))
    painter.end()
    return chart


@lru_cache(maxsize=4)
def signed_scale(negative: str, zero: str, positive: str) -> list[int]:
    """256 colours from one sign through zero to the other."""
    ends = [QColor(name) for name in (negative, zero, positive)]
    places = np.linspace(-1, 1, 256)
    channels = (
        [end.red() for end in ends], [end.green() for end in ends], [end.blue() for end in ends]
    )  # fmt: skip
    red, green, blue = (np.interp(places, (-1, 0, 1), channel) for channel in channels)
    return [qRgb(*map(round, rgb)) for rgb in zip(red, green, blue, strict=True)]


def _empty_chart(theme: Theme) -> tuple[QPixmap, QRectF]:
    chart = QPixmap(_CHART, _CHART)
    chart.fill(theme.colour("window"))
    return chart, QRectF(chart.rect()).adjusted(8, 8, -8, -8)


def _pixmap(levels: Array, colours: list[int]) -> QPixmap:
    high, wide = levels.shape
    levels = np.ascontiguousarray(levels)
    image = QImage(levels.data, wide, high, wide, QImage.Format.Format_Indexed8)
    image.setColorTable(colours)
    return QPixmap.fromImage(image.convertToFormat(QImage.Format.Format_RGB32))
