"""A wire as it is painted on the canvas, and the one that is being drawn."""

from __future__ import annotations

from math import hypot

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.graph.model import Edge
from nnstudio.gui.canvas.measures import Point
from nnstudio.gui.canvas.routes import corners, handles, is_smooth
from nnstudio.gui.canvas.wire_weights import WireWeight
from nnstudio.gui.look.theme import Theme, mono_font

#: Below this zoom wires don't say what they carry.
LABELS_FROM = 0.5
#: Below this zoom several lines of it aren't: they couldn't be read, and would touch the cards.
LINES_FROM = 0.75
_CORNER = 8.0
_MARGIN = 4.0
_LETTERS, _LABEL, _LINE = 10, 15.0, 13.0


def wire_path(start: Point, end: Point) -> QPainterPath:
    """The way of a wire from an output to an input."""
    path = QPainterPath(QPointF(*start))
    if is_smooth(start, end):
        first, second = handles(start, end)
        path.cubicTo(QPointF(*first), QPointF(*second), QPointF(*end))
        return path
    points = corners(start, end)
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        path.lineTo(_towards(here, before))
        path.quadTo(QPointF(*here), _towards(here, after))
    path.lineTo(QPointF(*end))
    return path


def _towards(corner: Point, other: Point) -> QPointF:
    """Where a rounded corner begins on the way to ``other``."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = hypot(dx, dy)
    share = min(_CORNER, length / 2) / length if length else 0.0
    return QPointF(corner[0] + dx * share, corner[1] + dy * share)


class WireItem(QGraphicsItem):
    """Paints one wire."""

    def __init__(self, edge: Edge, theme: Theme) -> None:
        super().__init__()
        self.edge = edge
        self.is_selected = False
        self.is_hovered = False
        self.label = ""
        self.shows_label = False
        self.numbers: tuple[str, ...] = ()
        self.is_alarming = False
        self.weight: WireWeight | None = None
        self._theme = theme
        self._ends: tuple[Point, Point] | None = None
        self._path = QPainterPath()
        self._shape: QPainterPath | None = None
        self._bounds: QRectF | None = None

    def show_ends(self, start: Point, end: Point) -> None:
        """Run from ``start`` to ``end``."""
        if (start, end) != self._ends:
            self.prepareGeometryChange()
            self._ends = (start, end)
            self._path = wire_path(start, end)
            self._shape = self._bounds = None

    def show_state(self, *, selected: bool | None = None, hovered: bool | None = None) -> None:
        """Show whether it is selected, or under the pointer or a layer that would go into it."""
        if selected is not None and selected != self.is_selected:
            self.is_selected = selected
            self.update()
        if hovered is not None and hovered != self.is_hovered:
            self.is_hovered = hovered
            self.update()

    def show_label(self, label: str, *, always: bool) -> None:
        """Say what it carries, always or only while it is lit."""
        if (label, always) != (self.label, self.shows_label):
            self.prepareGeometryChange()
            self.label, self.shows_label = label, always
            self._bounds = None
            self.update()

    def show_numbers(self, lines: tuple[str, ...], *, alarming: bool) -> None:
        """Show these lines under the label, or none; ``alarming``: as an error."""
        if (lines, alarming) != (self.numbers, self.is_alarming):
            self.prepareGeometryChange()
            self.numbers, self.is_alarming = lines, alarming
            self._bounds = None
            self.update()

    def show_weight(self, weight: WireWeight | None) -> None:
        """Be as wide and coloured as these weights, or as usual."""
        if weight != self.weight:
            self.weight = weight
            self.update()

    def _lines(self, *, says_shape: bool) -> tuple[str, ...]:
        """What is on the wire: lines between two cards, one line where it runs between two rows."""
        lines = (self.label, *self.numbers) if says_shape and self.label else self.numbers
        if self._ends is None or is_smooth(*self._ends) or not lines:
            return lines
        return ("  ".join(lines),)

    def middle(self) -> QPointF:
        """A point on the wire, half-way."""
        return self._path.pointAtPercent(0.5)

    def boundingRect(self) -> QRectF:
        if self._bounds is None:  # now and then the scene asks every wire
            box = self._path.controlPointRect()
            if self.label or self.numbers:
                box = box.united(_box_of(self._lines(says_shape=True), self.middle()))
            self._bounds = box.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        return self._bounds

    def shape(self) -> QPainterPath:
        if self._shape is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(2)
            self._shape = stroker.createStroke(self._path)
        return self._shape

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        lit = self.is_selected or self.is_hovered
        pen = self._pen(lit=lit)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawPath(self._path)
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        lines = self._lines(says_shape=lit or self.shows_label)
        if lines and zoom >= (LABELS_FROM if len(lines) == 1 else LINES_FROM):
            self._paint_label(painter, lines)

    def _pen(self, *, lit: bool) -> QPen:
        if self.weight is None:
            return QPen(self._theme.colour("accent" if lit else "dim"), 2.5 if lit else 1.5)
        colour = self._theme.colour("accent") if lit else self.weight.colour(self._theme)
        return QPen(colour, max(self.weight.width, 2.5 if lit else 0.0))

    def _paint_label(self, painter: QPainter, lines: tuple[str, ...]) -> None:
        box = _box_of(lines, self.middle())
        painter.setPen(QPen(self._theme.colour("error" if self.is_alarming else "line"), 1))
        painter.setBrush(self._theme.colour("canvas"))
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(mono_font(_LETTERS))
        painter.setPen(self._theme.colour("error" if self.is_alarming else "text"))
        align = Qt.AlignmentFlag.AlignCenter if len(lines) == 1 else Qt.AlignmentFlag.AlignVCenter
        for number, line in enumerate(lines):
            top = box.top() + (_LABEL - _LINE) / 2 + number * _LINE
            row = QRectF(box.left() + 3, top, box.width() - 6, _LINE)
            painter.drawText(row, align, line)


def _box_of(lines: tuple[str, ...], middle: QPointF) -> QRectF:
    """Where lines of text are: on the middle of the wire."""
    metrics = QFontMetricsF(mono_font(_LETTERS))
    width = max(metrics.horizontalAdvance(line) for line in lines) + 6
    height = _LABEL + (len(lines) - 1) * _LINE
    return QRectF(-width / 2, -height / 2, width, height).translated(middle)


class DrawnWire(WireItem):
    """The wire in the user's hand: dashed until it can be dropped, red where it is refused."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Edge("", ""), theme)
        self.state = "open"
        self.setZValue(3)

    def show_attempt(self, start: Point, end: Point, state: str) -> None:
        """``state``: open, fits or refused."""
        self.state = state
        self.show_ends(start, end)
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        pen = QPen(self._theme.colour("error" if self.state == "refused" else "accent"), 2)
        if self.state != "fits":
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawPath(self._path)
