"""The fitted curve, and how it comes about: the hidden units' curves that add up to it.

Each unit's curve is what it adds to the answer, in the colour of its weight's sign; the level of
the bias is dashed. Built up, the sum of the first few units is drawn beside the whole curve.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.function_plot import CURVE_POINTS, FunctionPlot
from nnstudio.gui.plots.plotting import Axis, draw_line, stepped
from nnstudio.project.contributions import Contributions

#: So many units are drawn at most: those that bend the curve most.
MOST_UNITS = 64
#: Points of a unit's curve: every second one of the fitted curve's.
UNIT_POINTS = CURVE_POINTS // 2 + 1
#: Of more units every second point is enough: what matters then is what they have in common.
_FEW = 24
#: A curve is under the pointer within so many pixels.
_REACH = 6.0


class FitPlot(FunctionPlot):
    """Point at a unit's curve, or press up and down, to see which unit it is; click to keep it.

    Signals:
        pointed_changed: another unit is pointed at, or none.
        chosen: (unit) its curve was clicked, or Enter pressed.

    Attributes:
        contributions: what is added up; ``None`` to draw the curve alone.
        count: how many units are added up, the first of their order; all of them at last.
        pointed: the unit that stands out.
    """

    pointed_changed = Signal()
    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.contributions: Contributions | None = None
        self.count = 0
        self.pointed: int | None = None
        self._own_axis: Axis | None = None
        self._axis_of: PreparedData | None = None

    # ------------------------------------------------------------------ what is shown

    def show_data(self, data: PreparedData) -> None:
        """Draw this data's examples; its ranges become the axes, unless units need more."""
        super().show_data(data)
        if data is not self._axis_of:
            self._axis_of, self._own_axis = data, self.y_axis

    def unit_places(self) -> Array:
        """Where units are asked: (UNIT_POINTS, 1) in the data's units."""
        return np.linspace(self.x_axis.low, self.x_axis.high, UNIT_POINTS)[:, np.newaxis]

    def show_contributions(self, found: Contributions | None, count: int = 0) -> None:
        """Draw the units' curves, and the sum of the first ``count`` of them."""
        self.contributions, self.count = found, count
        self.setMouseTracking(found is not None)
        wanted = Qt.FocusPolicy.NoFocus if found is None else Qt.FocusPolicy.StrongFocus
        self.setFocusPolicy(wanted)
        own = self._own_axis
        if found is None or own is None:
            if own is not None:
                self.y_axis = own
            self.point_at(None)
        else:
            if self.pointed is not None and self.pointed >= len(found.units):
                self.point_at(None)
            units = found.units[self.drawn()].reshape(-1)
            shown = (units, found.total, found.partial(count), np.array([found.bias]))
            values = np.concatenate(shown)
            values = values[np.isfinite(values)]
            low = min(own.low, float(values.min(initial=own.low)))
            high = max(own.high, float(values.max(initial=own.high)))
            before = None if self.y_axis is own else self.y_axis
            self.y_axis = stepped(low, high, before)
        self._describe()
        self.update()

    @property
    def is_built(self) -> bool:
        """Whether all units are added up."""
        return self.contributions is None or self.count >= len(self.contributions.units)

    def drawn(self) -> Array:
        """The units whose curves are drawn, those that bend most first."""
        if self.contributions is None:
            return np.zeros(0, int)
        return self.contributions.order[: min(MOST_UNITS, max(self.count, 0))]

    def point_at(self, unit: int | None) -> None:
        """Let this unit stand out, or none."""
        if unit != self.pointed:
            self.pointed = unit
            self._describe()
            self.pointed_changed.emit()
            self.update()

    def words(self, unit: int) -> str:
        """A unit's number and weight, and what it adds."""
        found = self.contributions
        if found is None:
            return ""
        low, high = float(found.units[unit].min()), float(found.units[unit].max())
        weight = number_text(float(found.weights[unit]))
        return f"Unit {unit + 1}: weight {weight}, adds {number_text(low)} to {number_text(high)}"

    def _describe(self) -> None:
        words = "" if self.pointed is None else self.words(self.pointed)
        self.setAccessibleDescription(words)

    # ------------------------------------------------------------------ mouse and keyboard

    def unit_at(self, place: QPointF) -> int | None:
        """The unit whose curve is under a point."""
        found, units = self.contributions, self.drawn()
        if found is None or not len(units) or not self.box().contains(place):
            return None
        x = self.x_pixels(self.unit_places()[:, 0])
        near = np.flatnonzero(np.abs(x - place.x()) <= 2 * _REACH)
        if not len(near):
            near = np.array([int(np.abs(x - place.x()).argmin())])
        across = np.linspace(place.x() - _REACH, place.x() + _REACH, 13)
        apart = []
        for unit in units:
            y = np.interp(across, x, self.y_pixels(found.units[unit]))
            apart.append(float(np.hypot(across - place.x(), y - place.y()).min()))
        nearest = int(np.argmin(apart))
        return int(units[nearest]) if apart[nearest] <= _REACH else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.contributions is not None:
            self.point_at(self.unit_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.point_at(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        unit = self.unit_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and unit is not None:
            self.point_at(unit)
            self.chosen.emit(unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        units = self.drawn().tolist()
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and units:
            at = units.index(self.pointed) + step if self.pointed in units else min(step, 0)
            self.point_at(units[at % len(units)])
        elif event.key() == Qt.Key.Key_Escape and self.pointed is not None:
            self.point_at(None)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pointed is not None:
            self.chosen.emit(self.pointed)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            unit = self.unit_at(QPointF(event.pos()))
            words = "" if unit is None else self.words(unit)
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    # ------------------------------------------------------------------ painting

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        found = self.contributions
        if found is None:
            super().paint_inside(painter, box)
            return
        painter.save()
        painter.setClipRect(box)
        x = self.x_pixels(self.unit_places()[:, 0])
        self._paint_units(painter, found, x)
        (level,) = self.y_pixels(np.array([found.bias])).tolist()
        painter.setPen(QPen(self.theme.colour("dim"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(box.left(), level, box.right(), level))
        painter.restore()
        super().paint_inside(painter, box)
        painter.save()
        painter.setClipRect(box)
        if not self.is_built:
            y = self.y_pixels(found.partial(self.count))
            draw_line(painter, x, y, self.theme.colour("text"))
        elif found.activation:
            y = self.y_pixels(found.total)
            draw_line(painter, x, y, self.theme.colour("text"), dashes=(4.0, 3.0), strong=False)
        painter.restore()
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(box.adjusted(1, 0, -1, -1))

    def _paint_units(self, painter: QPainter, found: Contributions, x: Array) -> None:
        """From the flattest to the one that bends most; the one that is pointed at last."""
        units = self.drawn().tolist()[::-1]
        if self.pointed in units:
            units.remove(self.pointed)
            units.append(self.pointed)
        for unit in units:
            values = found.units[unit]
            if not np.isfinite(values).all():
                continue
            colour = self.theme.colour("negative" if found.weights[unit] < 0 else "positive")
            is_lit = unit == self.pointed
            if not is_lit:
                colour.setAlpha(90 if self.pointed is not None else 150)
            every = 1 if is_lit or len(units) <= _FEW else 2
            y = self.y_pixels(values[::every])
            draw_line(painter, x[::every], y, colour, strong=is_lit)
