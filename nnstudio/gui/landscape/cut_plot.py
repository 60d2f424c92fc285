"""A cut through the landscape: the loss along a line of weights, with the run's moments on it."""

from __future__ import annotations

from math import isfinite

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from nnstudio.gui.landscape.landscape_plot import LandscapePlot
from nnstudio.gui.landscape.way import Mark
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import TICK_SIZE, Axis, Plot, draw_line, sized, stepped
from nnstudio.landscape.surface import Surface

_DOT, _RING = 4.0, 7.0
#: Names of marks that aren't so far apart stand together.
_APART = 8.0


class CutPlot(LandscapePlot):
    """Chosen and pointed at like the map; its places are along the line alone."""

    tick_width, tick_height = 60, 44

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("landscape_cut")
        self.setAccessibleName("The loss along a line through the weights")
        self.y_name = "loss"

    def show_surface(self, surface: Surface | None, names: tuple[str, str] = ("", "")) -> None:
        if surface is self._surface:
            return
        self._surface = surface
        if surface is not None:
            losses = surface.losses[np.isfinite(surface.losses)]
            least, most = (losses.min(), losses.max()) if losses.size else (0.0, 1.0)
            self.x_axis = Axis(surface.box.left, surface.box.right)
            self.y_axis = stepped(float(min(0.0, least)), float(most), self.y_axis)
            self.x_name = names[0]
            if self._at is not None and not surface.holds(*self._at):
                self._point_at(None)
        self.update()

    # ------------------------------------------------------------------ pointing

    def place_at(self, pixel: QPointF) -> tuple[float, float] | None:
        place = super().place_at(pixel)
        return None if place is None else (place[0], 0.0)

    def pixel_of(self, a: float, b: float) -> QPointF:
        """On the curve above ``a``; where there is no loss, at the bottom."""
        loss = float("nan") if self._surface is None else self._surface.near(a, 0.0)
        x = float(self.x_pixels(np.array([a]))[0])
        y = float(self.y_pixels(np.array([loss]))[0]) if isfinite(loss) else self.box().bottom()
        return QPointF(x, y)

    def words(self) -> str:
        if self._at is None or self._surface is None:
            return ""
        loss = self._surface.near(self._at[0], 0.0)
        told = number_text(loss) if isfinite(loss) else "no number"
        return f"loss {told} at {number_text(self._at[0])}"

    def _point_at(self, place: tuple[float, float] | None) -> None:
        """The arrows up and down lead nowhere, and the line that follows the pointer is drawn."""
        before = self._at
        super()._point_at(None if place is None else (place[0], 0.0))
        if self._at != before:
            self.update()

    # ------------------------------------------------------------------ painting

    def box(self) -> QRectF:
        return Plot.box(self)

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        surface = self._surface
        if surface is None:
            return
        painter.save()
        painter.setClipRect(box)
        y = surface.losses[0]
        known = np.isfinite(y)
        xs, ys = self.x_pixels(surface.x), self.y_pixels(np.where(known, y, 0.0))
        ends = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
        for first, last in ends.reshape(-1, 2).tolist():
            draw_line(painter, xs[first:last], ys[first:last], self.theme.colour("accent"))
        if self._at is not None:
            painter.setPen(QPen(self.theme.colour("dim"), 1, Qt.PenStyle.DashLine))
            at = self.pixel_of(*self._at).x()
            painter.drawLine(QLineF(at, box.top(), at, box.bottom()))
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_marks(painter, box)
        if self._point is not None and box.left() <= self.pixel_of(*self._point).x() <= box.right():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.colour("text"), 1.6))
            painter.drawEllipse(self.pixel_of(*self._point), _RING, _RING)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.colour("accent"), 1))
            painter.drawRect(box.toRect())

    def _paint_marks(self, painter: QPainter, box: QRectF) -> None:
        """Start, best and end, each with its name above."""
        font = sized(self.font(), TICK_SIZE, bold=True)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        for name, place in self._named(box, metrics):
            painter.setPen(QPen(self.theme.colour("panel"), 1.4))
            painter.setBrush(self.theme.colour("accent"))
            painter.drawEllipse(place, _DOT, _DOT)
            wide = metrics.horizontalAdvance(name)
            left = min(max(place.x() - wide / 2, box.left() + 2), box.right() - wide - 2)
            top = place.y() - _RING - 4
            below = place.y() + _RING + metrics.ascent() + 2
            painter.setPen(self.theme.colour("text"))
            painter.drawText(QPointF(left, top if top > box.top() + 10 else below), name)

    def _named(self, box: QRectF, metrics: QFontMetricsF) -> list[tuple[str, QPointF]]:
        """The marks that are in sight; those beside each other share a name."""
        found: list[tuple[str, QPointF]] = []
        in_sight = [mark for mark in self._marks if self._is_in_sight(mark, box)]
        for mark in sorted(in_sight, key=lambda mark: mark.x):
            place = self.pixel_of(mark.x, 0.0)
            wide = metrics.horizontalAdvance(f"{found[-1][0]}{mark.name}") / 2 if found else 0.0
            if found and place.x() - found[-1][1].x() < wide + _APART:
                found[-1] = f"{found[-1][0]} · {mark.name}", found[-1][1]
            else:
                found.append((mark.name, place))
        return found

    def _is_in_sight(self, mark: Mark, box: QRectF) -> bool:
        return box.left() <= self.pixel_of(mark.x, 0.0).x() <= box.right()
