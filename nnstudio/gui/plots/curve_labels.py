"""Words at the ends of curves, which never lie over each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.crosshair import colour_of
from nnstudio.gui.plots.curve_lines import Colour, Frame

#: Between the end of a curve and its words.
LABEL_GAP = 8.0


@dataclass(frozen=True)
class Label:
    """Words beside the end of a curve, which is at ``y``."""

    text: str
    role: Colour
    y: float


@dataclass(frozen=True)
class LabelRoom:
    """Where labels may stand.

    Attributes:
        beyond: how many pixels there are beside the box.
        end: the pixel at which curves end.
        corner: where words stand instead, if there is no room beside: its height.
    """

    frame: Frame
    beyond: float
    end: float
    corner: float | None


def paint_labels(
    painter: QPainter,
    theme: Theme,
    labels: Sequence[Label],
    room: LabelRoom,
    font: QFont,
    metrics: QFontMetricsF,
) -> None:
    """Beside the ends of their curves, in the order of their values."""
    said = sorted((label for label in labels if isfinite(label.y)), key=lambda label: -label.y)
    box, tall = room.frame.box, metrics.height()
    middles = room.frame.up(np.array([label.y for label in said]))
    middles = np.clip(np.nan_to_num(middles, nan=box.bottom()), box.top(), box.bottom())
    tops = [float(middle) - tall / 2 for middle in middles]
    if room.corner is not None:
        tops = [room.corner for _ in tops]
    painter.setFont(font)
    texts = [fitting(label.text, box.width() + room.beyond, metrics) for label in said]
    edge = box.right() + room.beyond
    lefts = [edge - metrics.horizontalAdvance(text) for text in texts]
    if room.corner is None:
        lefts = flush(lefts, room.end + LABEL_GAP)
    places = spread(tops, tall, box.top(), box.bottom())
    cover = theme.colour("panel")  # other runs may go on below the words
    cover.setAlphaF(0.8)
    for label, text, left, top in zip(said, texts, lefts, places, strict=True):
        painter.fillRect(QRectF(left, top, metrics.horizontalAdvance(text), tall), cover)
        painter.setPen(colour_of(theme, label.role))
        painter.drawText(QPointF(left, top + metrics.ascent()), text)


def flush(latest: Sequence[float], wanted: float) -> list[float]:
    """Where labels below each other begin: all ``wanted``, or where the longest has to.

    Args:
        latest: where each has to begin so as to end inside.
    """
    return [min([wanted, *latest])] * len(latest)


def fitting(text: str, room: float, metrics: QFontMetricsF) -> str:
    """``text``, or only the first of its values where there is no room for all."""
    return text if metrics.horizontalAdvance(text) <= room else text.split(" · ")[0]


def spread(tops: Sequence[float], height: float, least: float, most: float) -> list[float]:
    """Places for labels of one ``height``, rising, near ``tops`` but never touching.

    Args:
        least, most: all labels stay between these.
    """
    placed: list[float] = []
    for top in tops:
        placed.append(max(top, placed[-1] + height if placed else least))
    edge = most
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], edge - height)
        edge = placed[i]
    return placed
