"""A plot whose axis upwards has its name above it, where no curve runs."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from nnstudio.gui.plots.plotting import TICK_SIZE, Plot, sized

_LINE = 16.0


class NamedPlot(Plot):
    """With ``up_name`` in a line of its own."""

    up_name = ""
    tick_height = 24

    def box(self) -> QRectF:
        """Below the name."""
        return super().box().adjusted(0, _LINE - 4, 0, 0)

    def paint_name(self, painter: QPainter, box: QRectF) -> None:
        """Write the name above the axis."""
        font = sized(self.font(), TICK_SIZE)
        painter.setFont(font)
        painter.setPen(self.theme.colour("dim"))
        left = max(2.0, box.left() - 6 - QFontMetricsF(font).horizontalAdvance(self.up_name))
        painter.drawText(QPointF(left, _LINE - 4), self.up_name)
