"""One figure of every layer over time, on a scale of powers of ten, with a band that is healthy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from nnstudio.gui.look.number_text import brief_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.curve_chart import spread
from nnstudio.gui.plots.function_plot import CLASS_COLOURS
from nnstudio.gui.plots.plotting import (
    LABEL_SIZE,
    TICK_SIZE,
    Axis,
    Plot,
    draw_line,
    power_texts,
    sized,
)
from nnstudio.training.observations import Point

#: Curves of so many layers are told apart by their colours; every second round is dashed.
_DASHES = ((), (4.0, 3.0), (1.0, 2.0))
#: Room for the names at the right of a wide plot.
_NAMES, _WIDE = 116.0, 360.0
_HEAD = 22.0
#: A curve is under the pointer if it comes as near as this, at these distances across.
_NEAR, _AROUND = 8.0, np.arange(-6.0, 7.0)


@dataclass(frozen=True)
class Line:
    """One layer's curve."""

    node: str
    title: str
    points: Sequence[Point]


class PowerCurves(Plot):
    """Powers of ten: ``y_axis`` counts them. Up and down go from layer to layer.

    Signals:
        chosen: (node) a click on a curve, or Enter.
    """

    chosen = Signal(str)
    tick_height = 24

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.x_name = "step"
        self.up_name = ""
        self.lines: tuple[Line, ...] = ()
        self.band: tuple[float, float] | None = None
        self.moment: int | None = None
        self.strong = ""
        self.pointed = ""

    def show_lines(
        self, lines: Sequence[Line], strong: str, moment: int | None, end: int | None = None
    ) -> None:
        """Draw these curves; that of the node ``strong`` stands out, ``moment`` is marked."""
        self.lines = tuple(line for line in lines if line.points)
        self.strong, self.moment = strong, moment
        powers = [point.power for line in self.lines for point in line.points]
        powers += [] if self.band is None else list(self.band)
        low, high = (min(powers), max(powers)) if powers else (-6.0, 0.0)
        low = max(low, high - 10.0)  # a layer that stands still must not flatten all the others
        self.y_axis = Axis(floor(low), max(ceil(high), floor(low) + 1))
        steps = [(line.points[0].first, line.points[-1].last) for line in self.lines]
        if steps:
            first, last = min(f for f, _ in steps), max(e for _, e in steps)
            self.x_axis = Axis(float(first), float(max(last, first + 1)))
        self.setAccessibleDescription(
            ", ".join(f"{line.title} {value_text(line.points[-1].power)}" for line in self.lines)
        )
        self.update()

    # ------------------------------------------------------------------ places

    def box(self) -> QRectF:
        names = _NAMES if self.width() >= _WIDE else 0.0
        return super().box().adjusted(0, _HEAD - 4, -names, 0)

    def line_at(self, place: QPointF) -> str:
        """The node whose curve is within a few pixels of a point; empty for none."""
        found: list[tuple[float, str]] = []
        for line in self.lines:
            x, y = self._pixels(line)
            near = np.interp(place.x() + _AROUND, x, y)
            found.append((float(np.hypot(near - place.y(), _AROUND).min()), line.node))
        if not found or not self.box().adjusted(0, -6, _NAMES, 6).contains(place):
            return ""
        distance, node = min(found)
        return node if distance <= _NEAR else ""

    def tooltip(self, place: QPointF) -> str:
        """The figure of the curve under a point."""
        node = self.line_at(place)
        for line in self.lines:
            if line.node == node:
                share = (place.x() - self.box().left()) / max(1.0, self.box().width())
                step = self.x_axis.low + share * (self.x_axis.high - self.x_axis.low)
                point = min(line.points, key=lambda p: abs((p.first + p.last) / 2 - step))
                return f"{line.title}, step {point.last:,}: {value_text(point.power)}"
        return ""

    def _pixels(self, line: Line) -> tuple[np.ndarray, np.ndarray]:
        steps = np.array([(p.first + p.last) / 2 for p in line.points])
        return self.x_pixels(steps), self.y_pixels(np.array([p.power for p in line.points]))

    # ------------------------------------------------------------------ mouse and keyboard

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.line_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point("")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        node = self.line_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and node:
            self.chosen.emit(node)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        nodes = [line.node for line in self.lines]
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and nodes:
            at = nodes.index(self.pointed) + step if self.pointed in nodes else min(step, 0)
            self._point(nodes[at % len(nodes)])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pointed:
            self.chosen.emit(self.pointed)
        else:
            super().keyPressEvent(event)

    def _point(self, node: str) -> None:
        if node != self.pointed:
            self.pointed = node
            self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self.tooltip(QPointF(event.pos())) or self.toolTip()
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    # ------------------------------------------------------------------ painting

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        self._paint_head(painter, box)
        if self.band is not None:
            low, high = self.y_pixels(np.array(self.band)).tolist()
            shade = self.theme.colour("ok")
            shade.setAlpha(38)
            painter.fillRect(QRectF(box.left(), high, box.width(), low - high), shade)
        painter.save()
        painter.setClipRect(box.adjusted(0, -2, 0, 2))
        lit = self.pointed or self.strong
        for number, line in enumerate(self.lines):
            colour, dashes = self._look_of(number)
            is_lit = line.node == lit
            if lit and not is_lit and any(other.node == lit for other in self.lines):
                colour.setAlpha(120)
            x, y = self._pixels(line)
            if len(x) == 1:
                x, y = np.array([x[0] - 3, x[0] + 3]), np.repeat(y, 2)
            draw_line(painter, x, y, colour, dashes=dashes, strong=is_lit)
        painter.restore()
        if self.moment is not None:
            (x,) = self.x_pixels(np.array([self.moment], float)).tolist()
            if box.left() - 1 <= x <= box.right() + 1:
                painter.setPen(QPen(self.theme.colour("accent"), 2))
                painter.drawLine(QLineF(x, box.top(), x, box.bottom()))
        if self.width() >= _WIDE:
            self._paint_names(painter, box, lit)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(box.adjusted(1, 0, -1, -1))

    def _look_of(self, number: int) -> tuple[QColor, tuple[float, ...]]:
        dashes = _DASHES[(number // len(CLASS_COLOURS)) % len(_DASHES)]
        return QColor(CLASS_COLOURS[number % len(CLASS_COLOURS)]), dashes

    def _paint_head(self, painter: QPainter, box: QRectF) -> None:
        painter.setFont(sized(self.font(), LABEL_SIZE))
        painter.setPen(self.theme.colour("text"))
        room = self.width() - 12.0
        metrics = QFontMetricsF(painter.font())
        words = metrics.elidedText(self.up_name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(8, box.top() - 11), words)

    def _paint_names(self, painter: QPainter, box: QRectF, lit: str) -> None:
        """Beside the ends of the curves, as far as there is room for all of them."""
        font = sized(self.font(), TICK_SIZE)
        metrics = QFontMetricsF(font)
        high = metrics.height()
        ended = sorted(
            ((float(self._pixels(line)[1][-1]), n, line) for n, line in enumerate(self.lines)),
            key=lambda found: found[:2],
        )
        most = max(1, int(box.height() / high))
        if len(ended) > most:
            ended = [e for e in ended if e[2].node == lit] or ended[:1]
        tops = spread([y - high / 2 for y, _, _ in ended], high, box.top(), box.bottom())
        for (y, number, line), top in zip(ended, tops, strict=True):
            colour, _ = self._look_of(number)
            painter.setPen(QPen(colour, 1))
            painter.drawLine(QPointF(box.right() + 1, y), QPointF(box.right() + 8, top + high / 2))
            painter.setFont(sized(self.font(), TICK_SIZE, bold=line.node == lit))
            painter.setPen(self.theme.colour("text" if line.node == lit else "dim"))
            value = value_text(line.points[-1].power)
            room = _NAMES - 14 - metrics.horizontalAdvance(f" {value}")
            title = metrics.elidedText(line.title, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(box.right() + 11, top + metrics.ascent()), f"{title} {value}")

    def _paint_y_ticks(self, painter: QPainter, box: QRectF, metrics: QFontMetricsF) -> None:
        """Whole powers of ten."""
        low, high = round(self.y_axis.low), round(self.y_axis.high)
        most = max(2, int(box.height() / self.tick_height))
        every = max(1, ceil((high - low + 1) / most))
        beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        powers = range(low, high + 1, every)
        for power, text in zip(powers, power_texts(powers), strict=True):
            (y,) = self.y_pixels(np.array([float(power)])).tolist()
            tall = metrics.height()
            room = QRectF(0, y - tall / 2, box.left() - 6, tall)
            painter.drawText(room, beside, text)


def value_text(power: float) -> str:
    """A figure given as its power of ten, with two digits."""
    value = 10.0**power
    if 0.001 <= value < 1000:
        return brief_text(value)
    return (
        f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e").replace("-", "−")
    )


def lines_of(titles: Mapping[str, str], points: Mapping[str, Sequence[Point]]) -> list[Line]:
    """A curve for each node of ``titles``, in their order, that has points."""
    return [Line(node, title, points[node]) for node, title in titles.items() if node in points]
