"""Curves with a band around each: a mean, and from the least to the greatest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.curve_chart import Curve, CurveChart, Drawing, Label
from nnstudio.gui.plots.curve_lines import Frame
from nnstudio.gui.plots.plotting import Axis

#: How strong a band is, of 255.
_STRENGTH = 56


@dataclass(frozen=True, eq=False)
class BandCurve:
    """A mean with its range; ``x`` rises."""

    x: Array
    mean: Array
    least: Array
    greatest: Array
    role: str
    dashed: bool = False


class BandChart(CurveChart):
    """A chart whose curves have bands."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.bands: tuple[BandCurve, ...] = ()

    def show_bands(
        self, x: Axis, y: Axis, bands: Sequence[BandCurve], labels: Sequence[Label]
    ) -> None:
        """Draw these means and their bands, with words at their ends."""
        self.bands = tuple(band for band in bands if len(band.x))
        curves = tuple(
            Curve(band.x, band.mean, band.mean, band.role, dashed=band.dashed)
            for band in self.bands
        )
        end = max((float(band.x[-1]) for band in self.bands), default=x.high)
        self.show_drawing(Drawing(x, y, x, y, curves, tuple(labels), end))

    def paint_all(self, painter: QPainter) -> None:
        """The bands lie behind everything else."""
        frame = self.frame()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(frame.box)
        painter.setPen(Qt.PenStyle.NoPen)
        for band in self.bands:
            colour = self.theme.colour(band.role)
            colour.setAlpha(_STRENGTH)
            painter.setBrush(colour)
            painter.drawPolygon(outline(band, frame))
        painter.restore()
        super().paint_all(painter)


def outline(band: BandCurve, frame: Frame) -> QPolygonF:
    """Along the least values to the right, and back along the greatest."""
    across = frame.across(band.x)
    low, high = frame.up(band.least), frame.up(band.greatest)
    if len(across) == 1:  # one epoch is no width: a short piece shows where it will begin
        across = np.array([across[0] - 3, across[0] + 3])
        low, high = np.repeat(low, 2), np.repeat(high, 2)
    x, y = np.concatenate([across, across[::-1]]), np.concatenate([low, high[::-1]])
    return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
