"""A wire as it is painted on the canvas, and the one that is being drawn."""

from __future__ import annotations

from math import hypot

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnstudio.graph.model import Edge
from nnstudio.gui.canvas.measures import Point
from nnstudio.gui.canvas.routes import corners, handles, is_smooth
from nnstudio.gui.look.theme import Theme, mono_font

#: Below this zoom wires don't say what they carry.
LABELS_FROM = 0.5
_CORNER = 8.0
_MARGIN = 4.0
_LETTERS, _LABEL = 10, 15.0


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

    def middle(self) -> QPointF:
        """A point on the wire, half-way."""
        return self._path.pointAtPercent(0.5)

    def boundingRect(self) -> QRectF:
        if self._bounds is None:  # now and then the scene asks every wire
            box = self._path.controlPointRect()
            if self.label:
                box = box.united(self._label_box())
            self._bounds = box.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        return self._bounds

    def _label_box(self) -> QRectF:
        """Where the label is: on the middle of the wire."""
        width = QFontMetricsF(mono_font(_LETTERS)).horizontalAdvance(self.label) + 6
        return QRectF(-width / 2, -_LABEL / 2, width, _LABEL).translated(self.middle())

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
        pen = QPen(self._theme.colour("accent" if lit else "dim"), 2.5 if lit else 1.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawPath(self._path)
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        if self.label and (lit or self.shows_label) and zoom >= LABELS_FROM:
            self._paint_label(painter)

    def _paint_label(self, painter: QPainter) -> None:
        box = self._label_box()
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(self._theme.colour("canvas"))
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(mono_font(_LETTERS))
        painter.setPen(self._theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.label)


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
