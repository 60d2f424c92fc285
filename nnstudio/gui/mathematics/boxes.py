"""Sets a formula: each part becomes a box with a width, a height above and below the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatchmethod

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QPainter, QPainterPath, QPen

from nnstudio.gui.mathematics.tree import (
    Cases,
    Fenced,
    Fraction,
    Part,
    Root,
    Row,
    Script,
    Sum,
    Symbol,
)

#: Book faces in which formulas look as in print, the best first; else the program's own font.
_FACES = ("STIX Two Text", "STIXGeneral", "Cambria", "Times New Roman", "DejaVu Serif")
#: A script is this much smaller than what it belongs to, and never smaller than that.
_SMALLER, _SMALLEST = 0.72, 9.0
#: How wide the room between factors and between words is, as a share of the size.
_SPACES = {"\u2009": 0.17, " ": 0.28}


@dataclass(frozen=True)
class Text:
    """Characters to be drawn at a place."""

    place: QPointF
    text: str
    font: QFont


@dataclass(frozen=True)
class Stroke:
    """A line or a bracket to be drawn."""

    path: QPainterPath
    width: float


@dataclass(frozen=True)
class Box:
    """Something that is set; what it draws is told from the left end of its line of writing."""

    width: float
    ascent: float
    descent: float
    inks: tuple[Text | Stroke, ...] = ()

    @property
    def height(self) -> float:
        return self.ascent + self.descent

    def at(self, x: float, y: float) -> tuple[Text | Stroke, ...]:
        """Its inks, moved."""
        return tuple(
            Text(ink.place + QPointF(x, y), ink.text, ink.font)
            if isinstance(ink, Text)
            else Stroke(ink.path.translated(x, y), ink.width)
            for ink in self.inks
        )

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        """Draw it with its left end at ``x``, on the line ``y``, in the painter's pen colour."""
        colour = painter.pen().color()
        for ink in self.at(x, y):
            if isinstance(ink, Text):
                painter.setFont(ink.font)
                painter.drawText(ink.place, ink.text)
            else:
                pen = QPen(colour, ink.width)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
                painter.strokePath(ink.path, pen)


def mathematics_font(base: QFont, pixels: float) -> QFont:
    """The face that formulas are set in."""
    font = QFont(base)
    present = set(QFontDatabase.families())
    face = next((name for name in _FACES if name in present), None)
    if face is not None:
        font.setFamily(face)
    font.setPixelSize(round(pixels))
    return font


def lines_of_text(text: str, font: QFont, width: float) -> Box:
    """A text that is no formula, broken where it is too wide."""
    metrics = QFontMetricsF(font)
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return stacked([_plain(line, metrics, font) for line in lines], 0)


def stacked(boxes: Sequence[Box], gap: float) -> Box:
    """Lines below each other; the first one's line of writing is that of all."""
    inks: list[Text | Stroke] = []
    y = 0.0
    for number, box in enumerate(boxes):
        if number:
            y += boxes[number - 1].descent + gap + box.ascent
        inks += box.at(0, y)
    if not boxes:
        return Box(0, 0, 0)
    return Box(max(box.width for box in boxes), boxes[0].ascent, y + boxes[-1].descent, tuple(inks))


def _plain(text: str, metrics: QFontMetricsF, font: QFont) -> Box:
    # An oblique letter may lean out of its place to the right.
    seen = metrics.tightBoundingRect(text)
    width = max(metrics.horizontalAdvance(text), seen.right())
    left = max(0.0, -seen.left())
    ink = (Text(QPointF(left, 0), text, font),)
    return Box(width + left, metrics.ascent(), metrics.descent(), ink)


class Setter:
    """Sets the parts of a formula at one size."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._size = float(font.pixelSize())
        self._metrics = QFontMetricsF(font)
        #: Where bars and operators lie above the line of writing.
        self._axis = self._metrics.xHeight() / 2 + self._size * 0.03
        self._line = max(1.0, self._size / 15)

    def _smaller(self) -> Setter:
        font = QFont(self._font)
        font.setPixelSize(round(max(_SMALLEST, self._size * _SMALLER)))
        return Setter(font)

    @singledispatchmethod
    def set(self, part: Part) -> Box:
        """The box of ``part``."""
        raise TypeError(part)

    @set.register
    def _(self, part: Symbol) -> Box:
        font = QFont(self._font)
        font.setItalic(part.kind == "variable")
        font.setBold(part.kind == "vector")
        metrics = QFontMetricsF(font)
        if part.text in _SPACES:
            return Box(self._size * _SPACES[part.text], 0, 0)
        box = _plain(part.text, metrics, font)
        if part.text == "if ":
            box = Box(metrics.horizontalAdvance("if n") - metrics.horizontalAdvance("n"),
                      box.ascent, box.descent, box.inks)  # fmt: skip
        room = {"operator": (0.27, 0.27), "mark": (0.0, 0.25)}.get(part.kind)
        if room is None:
            return box
        left, right = room[0] * self._size, room[1] * self._size
        return Box(box.width + left + right, box.ascent, box.descent, box.at(left, 0))

    @set.register
    def _(self, part: Row) -> Box:
        return _beside([self.set(each) for each in part.parts])

    @set.register
    def _(self, part: Fraction) -> Box:
        above, below = _tight(self.set(part.above)), _tight(self.set(part.below))
        room, edge = self._size * 0.16, self._size * 0.14
        width = max(above.width, below.width) + 2 * edge
        rise, fall = self._axis + room + above.descent, room + below.ascent - self._axis
        bar = _lines(QLineF(0, -self._axis, width, -self._axis))
        inks = (
            *above.at((width - above.width) / 2, -rise),
            *below.at((width - below.width) / 2, fall),
            Stroke(bar, self._line),
        )
        side = self._size * 0.06  # two fractions side by side must not grow together
        box = Box(width, rise + above.ascent, fall + below.descent, inks)
        return Box(width + 2 * side, box.ascent, box.descent, box.at(side, 0))

    @set.register
    def _(self, part: Script) -> Box:
        base, small = self.set(part.base), self._smaller()
        ascent, descent, width = base.ascent, base.descent, base.width
        inks = list(base.inks)
        tight = _tight(base)
        for script, is_above in ((part.above, True), (part.below, False)):
            if script is None:
                continue
            box = small.set(script)
            if is_above:
                y = -max(self._metrics.capHeight() * 0.55, tight.ascent - box.ascent * 0.45)
                y = min(y, -self._size * 0.36)
            else:
                y = max(self._size * 0.18, tight.descent - box.ascent * 0.2)
            inks += box.at(base.width + self._size * 0.03, y)
            width = max(width, base.width + self._size * 0.05 + box.width)
            shown = _tight(box)
            ascent, descent = max(ascent, shown.ascent - y), max(descent, shown.descent + y)
        return Box(width, ascent, descent, tuple(inks))

    @set.register
    def _(self, part: Root) -> Box:
        inside = _tight(self.set(part.inside))
        room, hook = self._size * 0.16, self._size * 0.55
        top, bottom = -inside.ascent - room, inside.descent
        width = hook + inside.width + self._size * 0.12
        path = QPainterPath(QPointF(self._size * 0.04, -self._axis))
        path.lineTo(hook * 0.32, -self._axis - self._size * 0.06)
        path.lineTo(hook * 0.58, bottom)
        path.lineTo(hook * 0.92, top)
        path.lineTo(width, top)
        inks = (*inside.at(hook, 0), Stroke(path, self._line))
        return Box(width + self._size * 0.06, -top + self._line, bottom, inks)

    @set.register
    def _(self, part: Sum) -> Box:
        font = QFont(self._font)
        font.setPixelSize(round(self._size * 1.35))
        sign = _tight(_plain("∑", QFontMetricsF(font), font))
        drop = (sign.ascent - sign.descent) / 2 - self._axis
        small = self._smaller()
        bounds = [(part.below, 1), (part.above, -1)]
        boxes = [(_tight(small.set(each)), side) for each, side in bounds if each is not None]
        width = max([sign.width, *(box.width for box, _ in boxes)])
        ascent, descent = sign.ascent - drop, sign.descent + drop
        inks = list(sign.at((width - sign.width) / 2, drop))
        gap = self._size * 0.1
        for box, side in boxes:
            y = descent + gap + box.ascent if side > 0 else -ascent - gap - box.descent
            inks += box.at((width - box.width) / 2, y)
            if side > 0:
                descent = y + box.descent
            else:
                ascent = box.ascent - y
        head = Box(width + self._size * 0.14, ascent, descent, tuple(inks))
        return _beside([head, self.set(part.inside)])

    @set.register
    def _(self, part: Fenced) -> Box:
        inside = self.set(part.inside)
        is_tall = inside.height > 1.25 * self._metrics.height()
        if not is_tall and part.left != "|":
            plain = [_plain(sign, self._metrics, self._font) for sign in (part.left, part.right)]
            return _beside([plain[0], inside, plain[1]])
        half = max(inside.ascent - self._axis, inside.descent + self._axis)
        if not is_tall:
            half = self._metrics.capHeight() * 0.72
        left = self._bracket(part.left, half, is_left=True)
        return _beside([left, inside, self._bracket(part.right, half, is_left=False)])

    @set.register
    def _(self, part: Cases) -> Box:
        values = [self.set(value) for value, _ in part.rows]
        conditions = [self.set(condition) for _, condition in part.rows]
        column = max(box.width for box in values) + self._size * 0.8
        rows = [
            Box(
                column + condition.width,
                max(value.ascent, condition.ascent),
                max(value.descent, condition.descent),
                (*value.inks, *condition.at(column, 0)),
            )
            for value, condition in zip(values, conditions, strict=True)
        ]
        block = stacked(rows, self._size * 0.2)
        half = block.height / 2
        shift = block.ascent - half - self._axis  # its middle onto the axis
        brace = self._bracket("{", half, is_left=True)
        centred = Box(block.width, half + self._axis, half - self._axis, block.at(0, shift))
        return _beside([brace, Box(self._size * 0.15, 0, 0), centred])

    def _bracket(self, sign: str, half: float, *, is_left: bool) -> Box:
        """A bracket drawn around the axis, as high as twice ``half``."""
        depth, pad = self._size * 0.22, self._size * 0.1
        top, bottom, middle = -self._axis - half, -self._axis + half, -self._axis
        far, near = (pad, pad + depth) if is_left else (pad + depth, pad)
        path = QPainterPath()
        if sign == "|":
            far = near = pad
            path.moveTo(pad, top)
            path.lineTo(pad, bottom)
        elif sign in "[]":
            path.moveTo(near, top)
            for x, y in ((far, top), (far, bottom), (near, bottom)):
                path.lineTo(x, y)
        elif sign in "()":
            path.moveTo(near, top)
            bend = far - (near - far) * 0.35
            path.cubicTo(bend, middle - half * 0.5, bend, middle + half * 0.5, near, bottom)
        else:
            spine = (far + near) / 2
            arm = min(half * 0.5, self._size * 0.4)
            path.moveTo(near, top)
            path.quadTo(spine, top, spine, top + arm)
            path.lineTo(spine, middle - arm)
            path.quadTo(spine, middle, far, middle)
            path.quadTo(spine, middle, spine, middle + arm)
            path.lineTo(spine, bottom - arm)
            path.quadTo(spine, bottom, near, bottom)
        width = 2 * pad + abs(near - far)
        return Box(width, -top, bottom, (Stroke(path, self._line),))


def _beside(boxes: Sequence[Box]) -> Box:
    inks: list[Text | Stroke] = []
    x = 0.0
    for box in boxes:
        inks += box.at(x, 0)
        x += box.width
    ascent = max((box.ascent for box in boxes), default=0.0)
    return Box(x, ascent, max((box.descent for box in boxes), default=0.0), tuple(inks))


def _tight(box: Box) -> Box:
    """As high and deep as its ink alone, where it would otherwise keep a whole line's height."""
    tops, bottoms = [], []
    for ink in box.inks:
        if isinstance(ink, Text):
            seen = QFontMetricsF(ink.font).tightBoundingRect(ink.text)
            tops.append(ink.place.y() + seen.top())
            bottoms.append(ink.place.y() + seen.bottom())
        else:
            seen = QRectF(ink.path.boundingRect())
            tops.append(seen.top() - ink.width / 2)
            bottoms.append(seen.bottom() + ink.width / 2)
    if not tops:
        return box
    return Box(box.width, max(0.0, -min(tops)), max(0.0, *bottoms, 0.0), box.inks)


def _lines(*lines: QLineF) -> QPainterPath:
    path = QPainterPath()
    for line in lines:
        path.moveTo(line.p1())
        path.lineTo(line.p2())
    return path
