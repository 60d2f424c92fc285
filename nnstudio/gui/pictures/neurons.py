"""Paints a picture of neurons: circles, and weights as lines coloured by sign, wide by size."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication

from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.pictures.parts import RADIUS, Block, Bundle, Circle, Scheme, Stroke, Words
from nnstudio.gui.pictures.places import LINE, MARGIN
from nnstudio.gui.pictures.sheet import Sheet
from nnstudio.gui.plots.activation_picture import paint_curve
from nnstudio.gui.plots.weight_picture import robust_limit

#: Lines of the least and of the greatest weight: how wide, and how opaque.
_THIN, _THICK, _FAINT, _FULL = 0.5, 3.2, 0.22, 0.95
#: By how much letters grow where all is drawn small: there is no room for more.
_MOST_GROWN = 1.25
#: Words beside each other are at least so far apart.
_APART = 8.0
#: Lines are drawn in so many sizes, so that few pens are needed.
_SIZES = 10
LEGEND = 34.0
_LEAST_WIDTH = 328.0


@dataclass(frozen=True, eq=False)
class Look:
    """What a picture shows of the weights, and in which colours.

    Attributes:
        weights: every variable by node and name; empty for lines without weights.
        limit: the weight of the widest lines; 0: found from what is drawn.
        biases: whether a unit's ring shows its bias.
        outlines: whether letters are painted as outlines.
        selected: the nodes whose columns are marked.
        lit: a line that is pointed at: whose bundle it is in, and its number there.
        unit: a unit that is pointed at: its node, and its number there.
        least: letters that would be smaller than this are larger than at 100 %, a little.
    """

    theme: Theme
    weights: Mapping[Key, Array] = field(default_factory=dict)
    limit: float = 0.0
    biases: bool = False
    outlines: bool = False
    selected: Collection[str] = ()
    lit: tuple[Bundle, int] | None = None
    unit: tuple[str, int] | None = None
    least: float = 0.0


def neuron_size(scheme: Scheme, *, weights: bool) -> QSizeF:
    """How large the picture is, its legend included."""
    legend = LEGEND if weights and scheme.bundles else 0.0
    width = max(scheme.width, _LEAST_WIDTH) if legend else scheme.width
    return QSizeF(width, scheme.height + legend)


def neuron_sheet(scheme: Scheme, look: Look) -> Sheet:
    """The picture, to be written to a file."""
    size = neuron_size(scheme, weights=bool(look.weights))

    def paint(painter: QPainter, box: QRectF, outlines: bool) -> None:
        painter.scale(box.width() / size.width(), box.height() / size.height())
        paint_neurons(painter, scheme, replace(look, outlines=outlines))

    return Sheet(size, paint)


def limit_of(scheme: Scheme, weights: Mapping[Key, Array], before: float = 0.0) -> float:
    """The weight that the widest lines stand for: nearly the greatest that is drawn."""
    drawn = [values for _, values in _drawn(scheme, weights)]
    return robust_limit(np.concatenate(drawn), before) if drawn else before


def _drawn(scheme: Scheme, weights: Mapping[Key, Array]) -> list[tuple[Array, Array]]:
    """The ends and the weights of all lines that are drawn."""
    found = []
    for bundle in scheme.bundles:
        matrix = weights.get((bundle.node, "weight"))
        if matrix is not None and bundle.units.max() < len(matrix):
            found.append((bundle.ends, matrix[bundle.units, bundle.features]))
    return found


def paint_neurons(painter: QPainter, scheme: Scheme, look: Look) -> None:
    """Paint ``scheme`` at 100 %, its corner at (0, 0)."""
    _Painting(painter, scheme, look).paint()


class _Painting:
    def __init__(self, painter: QPainter, scheme: Scheme, look: Look) -> None:
        self._painter, self._scheme, self._look = painter, scheme, look
        self._colour = look.theme.colour
        self._selected = {
            number
            for number, column in enumerate(scheme.columns)
            if any(node in look.selected for node in column.nodes)
        }
        self._grown = self._room_to_grow() if look.least else 1.0

    def paint(self) -> None:
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        weights = self._look.weights
        limit = 0.0
        if weights and self._scheme.bundles:
            limit = self._look.limit or limit_of(self._scheme, weights)
            self._paint_weights(limit)
        else:
            self._paint_lines()
        if self._look.lit is not None:
            bundle, line = self._look.lit
            self._painter.setPen(QPen(self._colour("accent"), _THICK + 0.8))
            self._painter.drawLine(QLineF(*bundle.ends[line].tolist()))
        for stroke in self._scheme.strokes:
            self._paint_stroke(stroke)
        for block in self._scheme.blocks:
            self._paint_block(block)
        for circle in self._scheme.circles:
            self._paint_circle(circle, limit)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._colour("dim"))
        for x, y in self._scheme.dots:
            self._painter.drawEllipse(QPointF(x, y), 1.6, 1.6)
        for words in self._scheme.words:
            self._paint_words(words)
        if limit:
            self._paint_legend(limit)

    # ------------------------------------------------------------------ lines

    def _paint_weights(self, limit: float) -> None:
        """From the least to the greatest, so that what matters lies on top."""
        drawn = _drawn(self._scheme, self._look.weights)
        if not drawn:
            return
        ends = np.concatenate([e for e, _ in drawn])
        values = np.nan_to_num(np.concatenate([v for _, v in drawn]).astype(float))
        sizes = np.minimum(np.abs(values) / limit, 1.0)
        steps = np.minimum((sizes * _SIZES).astype(int), _SIZES - 1)
        for step in range(_SIZES):
            share = (step + 0.5) / _SIZES
            for role, sign in (("negative", values < 0), ("positive", values >= 0)):
                chosen = ends[(steps == step) & sign]
                if not len(chosen):
                    continue
                colour = self._colour(role)
                colour.setAlphaF(_FAINT + (_FULL - _FAINT) * share)
                pen = QPen(colour, _THIN + (_THICK - _THIN) * share)
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                self._painter.setPen(pen)
                self._painter.drawLines([QLineF(*line) for line in chosen.tolist()])

    def _paint_lines(self) -> None:
        colour = self._colour("dim")
        colour.setAlphaF(0.55)
        self._painter.setPen(QPen(colour, 0.7))
        for bundle in self._scheme.bundles:
            self._painter.drawLines([QLineF(*line) for line in bundle.ends.tolist()])

    def _paint_stroke(self, stroke: Stroke) -> None:
        points = [QPointF(*point) for point in stroke.points]
        path = QPainterPath(points[0])
        if len(points) == 4:
            path.cubicTo(*points[1:])
        else:
            path.lineTo(points[-1])
        self._painter.setPen(QPen(self._colour("dim"), 1.2))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawPath(path)
        if stroke.is_arrow:
            self._paint_head(points[-2], points[-1])

    def _paint_head(self, before: QPointF, tip: QPointF) -> None:
        line = QLineF(tip, before)
        line.setLength(7)
        head = QPainterPath(tip)
        for turn in (22.0, -22.0):
            side = QLineF(line)
            side.setAngle(line.angle() + turn)
            head.lineTo(side.p2())
        head.closeSubpath()
        self._painter.fillPath(head, self._colour("dim"))

    # ------------------------------------------------------------------ columns

    def _edge(self, column: int) -> QPen:
        if column in self._selected:
            return QPen(self._colour("accent"), 2.0)
        return QPen(self._colour("dim"), 1.2)

    def _paint_circle(self, circle: Circle, limit: float) -> None:
        painter, column = self._painter, self._scheme.columns[circle.column]
        at = QPointF(circle.x, circle.y)
        painter.setPen(self._edge(circle.column))
        has_ring = not column.is_input and not circle.sign and circle.column not in self._selected
        if self._look.biases and limit and has_ring:
            painter.setPen(self._ring(circle, limit))
        pointed = self._look.unit
        if pointed is not None and pointed[0] in column.nodes and pointed[1] == circle.unit:
            painter.setPen(QPen(self._colour("accent"), 3.2))
        painter.setBrush(self._colour("panel"))
        painter.drawEllipse(at, RADIUS, RADIUS)
        if circle.sign:
            self._write(circle.sign, 14, True, "text", circle.x, circle.y, 0)
        elif column.curve is not None:
            half = RADIUS * 0.5
            box = QRectF(circle.x - half, circle.y - half * 0.85, 2 * half, 1.7 * half)
            paint_curve(painter, box, column.curve, self._colour("dim"))

    def _ring(self, circle: Circle, limit: float) -> QPen:
        """The bias as the ring around a unit, drawn as a weight is."""
        node = self._scheme.columns[circle.column].nodes[0]
        biases = self._look.weights.get((node, "bias"))
        if biases is None or biases.ndim != 1 or circle.unit >= len(biases):
            return self._edge(circle.column)
        value = float(biases[circle.unit])
        if not value:
            return self._edge(circle.column)
        colour = self._colour("negative" if value < 0 else "positive")
        return QPen(colour, 1.0 + (_THICK - 0.6) * min(1.0, abs(value) / limit))

    def _paint_block(self, block: Block) -> None:
        painter = self._painter
        painter.setPen(self._edge(block.column))
        fill = self._colour("panel" if block.cells == (0, 0) else "canvas")
        painter.setBrush(fill)
        left, top, right, _ = block.outer
        for number in reversed(range(block.count)):
            share = number / (block.count - 1) if block.count > 1 else 0.0
            x = block.x + share * (right - block.width - left)
            y = block.y + share * (top - block.y)
            painter.drawRect(QRectF(x, y, block.width, block.height))
        across, down = block.cells
        painter.setPen(QPen(self._colour("dim"), 0.5))
        for i in range(1, across):
            x = block.x + i * block.width / across
            painter.drawLine(QPointF(x, block.y), QPointF(x, block.y + block.height))
        for i in range(1, down):
            y = block.y + i * block.height / down
            painter.drawLine(QPointF(block.x, y), QPointF(block.x + block.width, y))

    # ------------------------------------------------------------------ words

    def _paint_words(self, words: Words) -> None:
        title = words.role == "title"
        role = "dim" if words.role == "note" else "text"
        self._write(words.text, 13 if title else 12, title, role, words.x, words.y, words.side)

    def _write(
        self, text: str, pixels: int, bold: bool, role: str, x: float, y: float, side: int
    ) -> None:
        """One line; ``side`` −1 ends at x, 0 is around it, 1 begins there."""
        font = self._font(pixels, bold)
        metrics = QFontMetricsF(font)
        left = x + (side - 1) / 2 * metrics.horizontalAdvance(text)
        baseline = QPointF(left, y + (metrics.ascent() - metrics.descent()) / 2)
        if self._look.outlines:
            path = QPainterPath()
            path.addText(baseline, font, text)
            self._painter.fillPath(path, self._colour(role))
        else:
            self._painter.setFont(font)
            self._painter.setPen(self._colour(role))
            self._painter.drawText(baseline, text)

    def _room_to_grow(self) -> float:
        """By how much letters may grow until words beside each other would touch."""
        lines: dict[float, list[tuple[float, float]]] = {}
        self._grown = 1.0
        for words in self._scheme.words:
            if not words.side:
                title = words.role == "title"
                font = self._font(13 if title else 12, title)
                width = QFontMetricsF(font).horizontalAdvance(words.text)
                lines.setdefault(words.y, []).append((words.x, width))
        pairs = [pair for line in lines.values() for pair in pairwise(sorted(line))]
        room = [2 * (b[0] - a[0] - _APART) / (a[1] + b[1]) for a, b in pairs]
        return max(1.0, min([_MOST_GROWN, *room]))

    def _font(self, pixels: int, bold: bool) -> QFont:
        font = QFont(QApplication.font().family())
        grown = int(max(pixels, min(self._look.least, pixels * self._grown)))
        font.setPixelSize(grown)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def _paint_legend(self, limit: float) -> None:
        """Lines as wide and coloured as the weights they stand for, below everything at the left.

        The text beside the outermost says that they stand for all beyond as well.
        """
        y = self._scheme.height - MARGIN + LINE
        x = MARGIN
        for share in (-1.0, -0.5, 0.5, 1.0):
            colour = self._colour("negative" if share < 0 else "positive")
            size = abs(share)
            colour.setAlphaF(_FAINT + (_FULL - _FAINT) * size)
            pen = QPen(colour, _THIN + (_THICK - _THIN) * size)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            self._painter.setPen(pen)
            self._painter.drawLine(QPointF(x, y), QPointF(x + 18, y))
            beyond = {-1.0: "≤ ", 1.0: "≥ "}.get(share, "")
            sign = "−" if share < 0 else "+"
            text = f"{beyond}{sign}{number_text(size * limit)}"
            self._write(text, 11, False, "dim", x + 23, y, 1)
            x += 23 + QFontMetricsF(self._font(11, False)).horizontalAdvance(text) + 14
