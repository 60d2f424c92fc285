"""The paper on which a curve is drawn, and its points are moved or erased."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from nnstudio.data.sources import Pairs
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.painting.paper import Paper, axis_around
from nnstudio.gui.plots.class_marks import Stamps
from nnstudio.gui.plots.plotting import draw_line


class CurvePaper(Paper):
    """Shows pairs as points over x."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("paint_curve")
        self.setAccessibleName("Paper to draw a curve on")
        self.setAccessibleDescription(
            "Drag to draw y over x, the right button erases. The table below does all of it by"
            " keyboard."
        )
        self.tool = "draw"
        self.x_name, self.y_name = "x", "y"
        self._source = Pairs()
        self.places = np.zeros((0, 2))
        self._line: list[tuple[float, float]] = []
        self._stamps: tuple[object, Stamps] | None = None

    def show_pairs(self, source: Pairs, line: list[tuple[float, float]]) -> None:
        """Show these pairs, and the line in hand."""
        if source is not self._source or line:
            self._source, self._line = source, line
            self.places = np.array(source.pairs, float).reshape(-1, 2)
            if not line:  # axes that move would move what the hand is drawing
                self.x_axis = axis_around(source.low, source.high, self.places[:, 0])
                self.y_axis = axis_around(source.bottom, source.top, self.places[:, 1])
            self.hint = "" if source.size else "Drag from left to right to draw a curve"
        else:
            self._line = line
        self.update()

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        if self._line:
            at = self.pixels(np.array(self._line))
            draw_line(painter, at[:, 0], at[:, 1], QColor(self.theme.colours.accent))
        if len(self.places):
            at = self.pixels(self.places)
            kinds = np.zeros(len(at), int)
            self._stamps_now().paint(painter, at[:, 0], at[:, 1], kinds)

    def _stamps_now(self) -> Stamps:
        key = (self.theme.name, self.devicePixelRatioF())
        if self._stamps is None or self._stamps[0] != key:
            marks = [(self.theme.colours.dim, "disc")]
            self._stamps = (key, Stamps(marks, self.theme, key[1]))
        return self._stamps[1]
