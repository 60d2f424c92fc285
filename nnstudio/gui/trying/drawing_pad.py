"""A sheet of black paper to draw on with white strokes, by mouse or tablet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTabletEvent,
)
from PySide6.QtWidgets import QWidget

from nnstudio.gui.look.theme import Theme

#: The pen's width as a share of the pad's side: what a felt pen looks like on a note of paper.
PEN = 0.08
#: White on black in both themes: the network sees ink as bright, and so should the user.
PAPER, INK, HINT = QColor("#000000"), QColor("#FFFFFF"), QColor(255, 255, 255, 140)

Point = tuple[float, float]
Stroke = tuple[Point, ...]


class DrawingPad(QWidget):
    """The paper. Strokes are kept as shares of its side, so they grow and shrink with it.

    Signals:
        changed: the strokes are others; emitted at each move of the pen.
        named: (sign) its key was pressed with a drawing on the paper; empty for Enter. Only where
            ``takes_names``.
    """

    changed = Signal()
    named = Signal(str)

    takes_names = False

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawing_pad")
        self.setAccessibleName("Drawing pad")
        self.setAccessibleDescription("Draw with the mouse or a pen. Escape clears, Ctrl+Z undoes.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._theme = theme
        self._strokes: list[list[Point]] = []
        self._cleared: list[list[Point]] = []
        self._drawing = False
        self._hint = ""
        theme.changed.connect(self.update)

    # ------------------------------------------------------------------ what is on the paper

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return not self._strokes

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back, or a cleared drawing to bring back."""
        return bool(self._strokes or self._cleared)

    def strokes(self) -> tuple[Stroke, ...]:
        """The strokes, x to the right and y down, as shares of the pad's side."""
        return tuple(tuple(stroke) for stroke in self._strokes)

    def set_strokes(self, strokes: Iterable[Sequence[Sequence[float]]]) -> None:
        """Draw these strokes, given in the pad's pixels, instead of what is there.

        A drawing that is larger than the sheet, because the pad has not got its size yet, is made
        as small as the sheet.
        """
        given = [[(float(x), float(y)) for x, y in stroke] for stroke in strokes]
        side = max([self._side, *(n * 1.05 for stroke in given for point in stroke for n in point)])
        self._drawing = False
        self._strokes = [[(x / side, y / side) for x, y in stroke] for stroke in given if stroke]
        self._tell()

    def set_hint(self, hint: str) -> None:
        """What an empty sheet says."""
        self._hint = hint
        self.update()

    def clear(self) -> None:
        """Take a new sheet; undo brings the old one back."""
        if self._strokes:
            self._cleared, self._strokes = self._strokes, []
            self._drawing = False
            self._tell()

    def take_new_sheet(self) -> None:
        """The drawing was kept elsewhere: nothing is left of it here, not even to undo."""
        self._strokes, self._cleared, self._drawing = [], [], False
        self._tell()

    def undo(self) -> None:
        """Take the last stroke back, or what was cleared last out of the basket."""
        if self._strokes:
            self._strokes.pop()
        elif self._cleared:
            self._strokes, self._cleared = self._cleared, []
        else:
            return
        self._drawing = False
        self._tell()

    def _tell(self) -> None:
        if self._strokes:
            self._cleared = []
        self.update()
        self.changed.emit()

    # ------------------------------------------------------------------ the pen

    @property
    def _side(self) -> int:
        return max(1, min(self.width(), self.height()))

    def _begin(self, place: QPointF) -> None:
        self._drawing = True
        self._strokes.append([self._point(place)])
        self._tell()

    def _go_on(self, place: QPointF) -> None:
        point = self._point(place)
        if self._drawing and point != self._strokes[-1][-1]:
            self._strokes[-1].append(point)
            self._tell()

    def _point(self, place: QPointF) -> Point:
        """The place as shares of the side; a pen that leaves the paper draws along its edge."""
        side = self._side
        return min(max(place.x() / side, 0.0), 1.0), min(max(place.y() / side, 0.0), 1.0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._begin(event.position())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_on(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go_on(event.position())
            self._drawing = False

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen draws where it touches; accepting the event keeps Qt from making a mouse of it."""
        match event.type():
            case QEvent.Type.TabletPress if event.button() == Qt.MouseButton.LeftButton:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self._begin(event.position())
            case QEvent.Type.TabletMove:
                self._go_on(event.position())
            case QEvent.Type.TabletRelease:
                self._drawing = False
        event.accept()

    # ------------------------------------------------------------------ the keyboard

    def event(self, event: QEvent) -> bool:
        # With the pad in focus its keys come before the window's shortcuts, above all undo.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and ((_is_undo(event) and self.can_undo) or _is_clear(event) or self._names(event))
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_undo(event) and self.can_undo:
            self.undo()
        elif self._names(event):
            is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            self.named.emit("" if is_enter else event.text().strip())
        elif _is_clear(event):
            self.clear()
        else:
            super().keyPressEvent(event)

    def _names(self, event: QKeyEvent) -> bool:
        """Whether the key is the name of the sign on the paper, or Enter."""
        shift, pad = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier
        plain = not event.modifiers() & ~(shift | pad)
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        text = event.text().strip()
        return (
            self.takes_names
            and bool(self._strokes)
            and plain
            and (is_enter or (text.isprintable() and bool(text)))
        )

    # ------------------------------------------------------------------ painting

    def sizeHint(self) -> QSize:
        return QSize(200, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sheet = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(PAPER)
        painter.drawRoundedRect(sheet, 6, 6)
        if self._strokes:
            self._paint_strokes(painter)
        elif self._hint:
            painter.setPen(HINT)
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(sheet.adjusted(12, 12, -12, -12), words, self._hint)
        edge, width = ("accent", 2.0) if self.hasFocus() else ("line", 1.0)
        painter.setPen(QPen(self._theme.colour(edge), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(sheet.adjusted(width / 2, width / 2, -width / 2, -width / 2), 6, 6)

    def _paint_strokes(self, painter: QPainter) -> None:
        side = self._side
        pen = QPen(INK, PEN * side)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self._strokes:
            points = [QPointF(x * side, y * side) for x, y in stroke]
            if len(points) == 1:
                painter.drawPoint(points[0])
            else:
                painter.drawPath(_smooth(points))


def _smooth(points: list[QPointF]) -> QPainterPath:
    """A curve through the middles of the pieces: the corners of a fast hand become round."""
    path = QPainterPath(points[0])
    for here, there in pairwise(points[1:]):
        path.quadTo(here, (here + there) / 2)
    path.lineTo(points[-1])
    return path


def _is_undo(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo)


def _is_clear(event: QKeyEvent) -> bool:
    keys = (Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
    return event.key() in keys and event.modifiers() == Qt.KeyboardModifier.NoModifier
