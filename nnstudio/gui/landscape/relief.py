"""The loss on a plane as a map: colours by its logarithm, contours at round losses, their scale.

A valley's floor and the walls around it differ by factors, so colours go by the logarithm. They
have the same order of lightness in both themes: low is dark and high is light, as on a map of
depths.
"""

from __future__ import annotations

from math import ceil, floor, log10

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QLinearGradient,
    QPainter,
    QPen,
)

from nnstudio.gui.landscape.way import INK, rgb
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import nice_step
from nnstudio.landscape.contours import contour
from nnstudio.landscape.surface import Surface

#: From the lowest loss to the highest; the lightness rises evenly.
RAMP = ("#14224A", "#1F4E79", "#2E7D8C", "#63A98B", "#B7CE8E", "#F2EBC4")
#: The scale stands so far from the map, and is so wide.
_GAP, _BAR = 12.0, 10.0
#: A loss is drawn down to this share of the greatest one.
_DEEPEST = 1e-8
#: At most so many contours.
_MOST_LEVELS = 9


class Relief:
    """A surface, ready to be painted.

    Attributes:
        low, high: the range of colours.
        levels: the losses at which contours are drawn.
    """

    def __init__(self, surface: Surface) -> None:
        losses = surface.losses
        finite = losses[np.isfinite(losses)]
        high = float(finite.max()) if len(finite) else 1.0
        self.high = high if high > 0 else 1.0
        low = float(finite.min()) if len(finite) else self.high / 10
        self.low = min(max(low, self.high * _DEEPEST), self.high * 0.999)
        self.levels = levels_between(self.low, self.high)
        with np.errstate(invalid="ignore"):
            kept = np.where(np.isfinite(losses), np.maximum(losses, self.low), np.nan)
            self._heights = np.log10(kept)
        self._lines = [contour(self._heights, log10(level)) for level in self.levels]

    def paint_map(self, painter: QPainter, box: QRectF, theme: Theme) -> None:
        """Colours and contours; where there is no loss the ground is hatched."""
        rows, columns = self._heights.shape
        painter.save()
        painter.setClipRect(box)
        painter.fillRect(box, theme.colour("canvas"))
        painter.fillRect(box, QBrush(theme.colour("line"), Qt.BrushStyle.BDiagPattern))
        # The middle of an outermost pixel lies on the edge of the box.
        half_x, half_y = box.width() / (columns - 1) / 2, box.height() / (rows - 1) / 2
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box.adjusted(-half_x, -half_y, half_x, half_y), self._image())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = QColor(INK)
        ink.setAlphaF(0.45)
        painter.setPen(QPen(ink, 1))
        for lines in self._lines:
            x = box.left() + lines[..., 0] * box.width() / (columns - 1)
            y = box.bottom() - lines[..., 1] * box.height() / (rows - 1)
            pieces = np.stack([x, y], axis=-1).reshape(-1, 4).tolist()
            painter.drawLines([QLineF(*piece) for piece in pieces])
        painter.restore()

    def _image(self) -> QImage:
        """A pixel for each point; what has no height is clear."""
        heights = self._heights[::-1]
        low, high = log10(self.low), log10(self.high)
        share = np.clip((heights - low) / (high - low), 0, 1)
        known = np.isfinite(share)
        stops = np.array([rgb(colour) for colour in RAMP])
        places = np.linspace(0, 1, len(RAMP))
        pixels = np.zeros((*heights.shape, 4), np.uint8)
        for channel in range(3):
            values = np.interp(np.where(known, share, 0), places, stops[:, channel])
            pixels[..., channel] = np.rint(values) * known
        pixels[..., 3] = 255 * known
        height, width = heights.shape
        kind = QImage.Format.Format_RGBA8888_Premultiplied
        return QImage(pixels.tobytes(), width, height, 4 * width, kind).copy()

    def paint_scale(
        self, painter: QPainter, box: QRectF, edge: float, theme: Theme, font: QFont
    ) -> None:
        """The colours with the losses of the contours, between ``box`` and the right ``edge``."""
        bar = QRectF(box.right() + _GAP, box.top(), _BAR, box.height())
        gradient = QLinearGradient(0, bar.bottom(), 0, bar.top())
        for k, colour in enumerate(RAMP):
            gradient.setColorAt(k / (len(RAMP) - 1), QColor(colour))
        painter.fillRect(bar, gradient)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.colour("dim"))
        painter.drawText(QPointF(bar.left(), box.top() - 7), "loss")
        low, high = log10(self.low), log10(self.high)
        free = bar.bottom() + metrics.height()
        texts = dict(zip(self.levels, tick_texts(self.levels), strict=True))
        for level in self.levels:
            y = bar.bottom() - (log10(level) - low) / (high - low) * bar.height()
            painter.drawLine(QLineF(bar.right(), y, bar.right() + 3, y))
            left, text = bar.right() + 5, texts[level]
            fits = left + metrics.horizontalAdvance(text) <= edge  # cut off it is another number
            if fits and y + metrics.height() <= free:
                painter.drawText(QPointF(left, y + metrics.ascent() / 2 - 1), text)
                free = y + 2


def levels_between(low: float, high: float) -> list[float]:
    """Round losses between two: 1, 2 and 5 times powers of ten, or more or fewer than these."""
    first, last = floor(log10(low)), ceil(log10(high))
    for digits in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        found = [d * 10.0**k for k in range(first, last + 1) for d in digits]
        found = [level for level in found if low < level < high]
        if len(found) <= _MOST_LEVELS:
            break
    else:
        found = found[:: ceil(len(found) / _MOST_LEVELS)]
    if len(found) < 3:
        step = nice_step(high - low, 5)
        numbers = range(floor(low / step), ceil(high / step) + 1)
        found = [k * step for k in numbers if low < k * step < high]
    return found


def tick_texts(levels: list[float]) -> list[str]:
    """As short as they can be and still be true: the scale has little room."""
    digits = 0
    while digits < 3 and any(abs(float(f"{v:.{digits}e}") - v) > 1e-6 * v for v in levels):
        digits += 1
    return [_tick(level, digits) for level in levels]


def _tick(level: float, digits: int) -> str:
    """``digits``: so many behind the point where a power of ten is written."""
    if 1e-3 <= level < 1e4:
        return f"{level:.10g}" if level < 1000 else f"{level:,.0f}"
    text = f"{level:.{digits}e}"
    return text.replace("e+0", "e").replace("e-0", "e−").replace("e+", "e")
