"""Examples as points of a plane: by two features of a layer, or by the plane that shows most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QToolTip, QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.class_marks import Stamps
from nnstudio.gui.plots.plotting import LABEL_SIZE, TICK_SIZE, Axis, Plot, nice_step, sized, stepped
from nnstudio.gui.plots.shown_examples import Colouring, ShownExamples, by_truth
from nnstudio.training.principal_plane import PrincipalPlane, principal_plane

#: A range is at most so many steps wide, and narrowed when less than this share of it is used.
_RANGE_STEPS, _LEAST_USED = 10, 0.6
#: A point is under the pointer up to this distance, in pixels.
_NEAR = 12
#: A single feature's points are spread over this share of their class's row.
_SPREAD = 0.7
#: Class names on the plot are cut to so many letters. With fewer classes than this the legend is
#: enough, with more there is no room.
_LETTERS, _LEAST_NAMES, _MOST_NAMES = 14, 4, 24
#: Room above the plot for a name that is too long to stand beside the axis.
_ROOM_ABOVE = 12
#: What becomes of the room for numbers where the axes have none.
_BARE = (-38.0, 0.0, 0.0, 16.0)


@dataclass(frozen=True)
class BareAxis(Axis):
    """An axis without numbers: only who lies near whom means something."""

    def ticks(self, most: int, decimals: int = 3) -> list[tuple[float, str]]:
        """None."""
        return []


@dataclass(frozen=True)
class ClassAxis(Axis):
    """A row for each class, numbered from 0, instead of numbers.

    Attributes:
        names: of the classes.
    """

    names: tuple[str, ...] = ()

    def ticks(self, most: int, decimals: int = 3) -> list[tuple[float, str]]:
        """The names of the classes, or of every second, third … if there are too many."""
        every = -(-len(self.names) // max(1, 2 * most))
        return [(float(k), _cut(self.names[k], 6)) for k in range(0, len(self.names), every)]


class FeaturePlot(Plot):
    """Examples by what a layer makes of them, each with the mark of its class.

    Attributes:
        name_above: the y axis's name if it is too long to stand beside it.
        answer_of: tells what the network answers to an example, by its number here.

    Signals:
        chosen: (position) in the dataset, of the example that was clicked.
    """

    chosen = Signal(int)

    tick_width, tick_height = 46, 30

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("What the layer makes of the examples")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.name_above = ""
        self._examples: ShownExamples | None = None
        self.answer_of: Callable[[int], str] = lambda number: ""
        self._colouring: Colouring | None = None
        self._places: Array = np.zeros((0, 2))
        self._plane: PrincipalPlane | None = None
        self._layer = ""
        self._pointed = -1
        self._stamps: Stamps | None = None
        self._stamps_of: tuple[object, ...] = ()
        self._names: list[QPixmap] = []
        self._names_of: tuple[object, ...] = ()

    # ------------------------------------------------------------------ what is shown

    @property
    def examples(self) -> ShownExamples | None:
        """Those that are drawn."""
        return self._examples

    @property
    def places(self) -> Array:
        """``(n, 2)``: where each example is drawn, in the units of the axes."""
        return self._places

    @property
    def marks(self) -> list[tuple[str, str]]:
        """(colour, form) of each class, or of each step of the targets' range."""
        return [] if self._colouring is None else self._colouring.marks(self.theme.colours)

    def show_features(
        self,
        layer: str,
        examples: ShownExamples,
        features: Array,
        colouring: Colouring | None = None,
    ) -> None:
        """Draw what ``layer`` makes of the examples, finite ``(n, F)``."""
        self._take(examples, colouring)
        fresh = layer != self._layer
        if fresh:
            self._layer, self._plane = layer, None
        before = (None, None) if fresh else (self.x_axis, self.y_axis)
        if features.shape[1] == 1:
            self._show_single(examples, features[:, 0], before)
        else:
            self._show_two(features, before)
        self.update()

    def show_places(
        self,
        arrangement: str,
        examples: ShownExamples,
        places: Array,
        colouring: Colouring | None = None,
    ) -> None:
        """Draw the examples where an arrangement without axes has put them, ``(n, 2)``."""
        self._take(examples, colouring)
        fresh = arrangement != self._layer
        self._layer, self._plane, self._places = arrangement, None, places.astype(np.float64)
        self.x_name = self.y_name = self.name_above = ""
        before = (None, None) if fresh else (self.x_axis, self.y_axis)
        axes = [_around(values, axis) for values, axis in zip(places.T, before, strict=True)]
        self.x_axis, self.y_axis = (BareAxis(axis.low, axis.high) for axis in axes)
        self.update()

    def _take(self, examples: ShownExamples, colouring: Colouring | None) -> None:
        if examples is not self._examples:
            self._examples, self._colouring = examples, by_truth(examples)
            self._point_at(-1)
        if colouring is not None:
            self._colouring = colouring

    def _show_single(
        self, examples: ShownExamples, values: Array, before: tuple[Axis | None, Axis | None]
    ) -> None:
        """One feature: a row for each class, or the target as the other axis."""
        self._plane = None
        self.x_name, self.y_name, self.name_above = "unit 1", "", ""
        self.x_axis = _around(values, before[0])
        if examples.labels is not None:
            names = examples.dataset.classes
            self.y_axis = ClassAxis(-0.5, len(names) - 0.5, names=names)
            across = (np.arange(len(values)) * 0.618034) % 1 - 0.5  # the golden section: no clumps
            rows = examples.labels + _SPREAD * across
        elif examples.values is not None:
            rows = examples.values
            self.y_axis, self.y_name = _around(rows, before[1]), examples.value_name
        else:
            rows = np.zeros(len(values))
            self.y_axis = Axis(-1.0, 1.0)
        self._places = np.column_stack([values, rows])

    def _show_two(self, features: Array, before: tuple[Axis | None, Axis | None]) -> None:
        """Two features are the axes; of more, the two directions in which they vary most."""
        self.name_above = ""
        if features.shape[1] == 2:
            self._plane = None
            self._places = features.astype(np.float64)
            self.x_name, self.y_name = "unit 1", "unit 2"
        else:
            self._plane = principal_plane(features, self._plane)
            self._places = self._plane.places(features)
            first, second = self._plane.shares
            ranks = ("1st", "2nd") if first >= second else ("2nd", "1st")
            self.x_name = f"{ranks[0]} component, {first:.0%}".replace("%", " %")
            self.y_name = ""
            self.name_above = f"{ranks[1]} component, {second:.0%}".replace("%", " %")
        self.x_axis = _around(self._places[:, 0], before[0])
        self.y_axis = _around(self._places[:, 1], before[1])

    # ------------------------------------------------------------------ pointing at an example

    @property
    def pointed(self) -> int:
        """Which of the examples is pointed at; −1 for none."""
        return self._pointed

    def nearest(self, place: QPointF) -> int:
        """The example drawn next to ``place``, −1 if there is none near it."""
        if not len(self._places):
            return -1
        x, y = self._pixels()
        distance = np.hypot(x - place.x(), y - place.y())
        best = int(distance.argmin())
        return best if distance[best] <= _NEAR else -1

    def words(self, number: int) -> str:
        """An example in a line of plain text; empty for −1."""
        if self._examples is None or not 0 <= number < len(self._examples.index):
            return ""
        return self._examples.words(number)

    def tooltip(self, number: int) -> str:
        """The same as rich text, with the network's answer, and its picture or first numbers."""
        if self._examples is None or not 0 <= number < len(self._examples.index):
            return ""
        return self._examples.rich_words(number, self.answer_of(number))

    def _point_at(self, number: int) -> None:
        if number == self._pointed:
            return
        self._pointed = number
        self.setAccessibleDescription(self.words(number))
        self.update()
        if number < 0:
            QToolTip.hideText()
            return
        x, y = self._pixels()
        place = QPoint(round(x[number]) + 8, round(y[number]) + 4)
        QToolTip.showText(self.mapToGlobal(place), self.tooltip(number), self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.nearest(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.nearest(event.position()))
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose()

    def _choose(self) -> None:
        if self._examples is not None and self._pointed >= 0:
            self.chosen.emit(int(self._examples.index[self._pointed]))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from example to example along the axis they point along."""
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Down: (1, -1),
            Qt.Key.Key_Up: (1, 1),
        }
        key = Qt.Key(event.key())
        if key in steps and len(self._places):
            self._point_at(self._next(*steps[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointed >= 0:
            self._choose()
        elif key == Qt.Key.Key_Escape and self._pointed >= 0:
            self._point_at(-1)
        else:
            super().keyPressEvent(event)

    def _next(self, axis: int, step: int) -> int:
        order = np.argsort(self._places[:, axis], kind="stable")
        if self._pointed < 0:
            return int(order[0 if step > 0 else -1])
        place = int(np.flatnonzero(order == self._pointed)[0]) + step
        return int(order[min(max(place, 0), len(order) - 1)])

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_at(-1)
        self.update()

    # ------------------------------------------------------------------ painting

    def _pixels(self) -> tuple[Array, Array]:
        return self.x_pixels(self._places[:, 0]), self.y_pixels(self._places[:, 1])

    def box(self) -> QRectF:
        box = super().box().adjusted(0, _ROOM_ABOVE if self.name_above else 0, 0, 0)
        bare = isinstance(self.x_axis, BareAxis)
        return box.adjusted(*_BARE) if bare else box

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        if self.name_above:
            painter.setFont(sized(self.font(), TICK_SIZE))
            painter.setPen(self.theme.colour("dim"))
            painter.drawText(QPointF(box.left() - 6, box.top() - 7), self.name_above)
        if not len(self._places):
            return
        x, y = self._pixels()
        self._paint_points(painter, x, y)
        self._paint_names(painter, box, x, y)
        if self._pointed >= 0:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.colour("text"), 1.6))
            painter.drawEllipse(QPointF(x[self._pointed], y[self._pointed]), 6.5, 6.5)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.colour("accent"), 1))
            painter.drawRect(box.toRect())

    def _paint_points(self, painter: QPainter, x: Array, y: Array) -> None:
        colouring = self._colouring
        if colouring is None:
            return
        kinds = colouring.kinds
        if colouring.judges and colouring.names:  # what is wrong lies on top
            order = np.argsort(kinds, kind="stable")
            x, y, kinds = x[order], y[order], kinds[order]
        self._kept_stamps().paint(painter, x, y, kinds)

    def _kept_stamps(self) -> Stamps:
        ratio = self.devicePixelRatioF()
        marks = self.marks
        now = (self.theme.name, ratio, tuple(marks))
        if self._stamps is None or now != self._stamps_of:
            self._stamps, self._stamps_of = Stamps(marks, self.theme, ratio), now
        return self._stamps

    def _paint_names(self, painter: QPainter, box: QRectF, x: Array, y: Array) -> None:
        """Each class's name in the middle of its points, where there is room for it."""
        examples = self._examples
        labels = None if examples is None else examples.labels
        if examples is None or labels is None or isinstance(self.y_axis, ClassAxis):
            return
        names = examples.dataset.classes
        if not _LEAST_NAMES <= len(names) <= _MOST_NAMES:
            return
        taken: list[QRectF] = []
        for k, stamp in enumerate(self._kept_names(names)):
            members = labels == k
            if not members.any():
                continue
            size = stamp.deviceIndependentSize()
            middle = QPointF(float(np.median(x[members])), float(np.median(y[members])))
            place = QRectF(middle - QPointF(size.width() / 2, size.height() / 2), size)
            if box.contains(place) and not any(place.intersects(other) for other in taken):
                taken.append(place)
                painter.drawPixmap(place.topLeft().toPoint(), stamp)

    def _kept_names(self, names: Sequence[str]) -> list[QPixmap]:
        """The names as pictures: words with a rim are slow to draw."""
        now = (self.theme.name, self.devicePixelRatioF(), names)
        if now != self._names_of:
            font = sized(self.font(), LABEL_SIZE, bold=True)
            self._names_of = now
            self._names = [self._name_stamp(_cut(name, _LETTERS), font) for name in names]
        return self._names

    def _name_stamp(self, text: str, font: QFont) -> QPixmap:
        metrics, ratio = QFontMetricsF(font), self.devicePixelRatioF()
        wide, high = metrics.horizontalAdvance(text) + 6, metrics.ascent() + 2
        stamp = QPixmap(ceil(wide * ratio), ceil(high * ratio))
        stamp.setDevicePixelRatio(ratio)
        stamp.fill(Qt.GlobalColor.transparent)
        path = QPainterPath()
        path.addText(QPointF(3, metrics.ascent() - 1), font, text)
        painter = QPainter(stamp)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.strokePath(path, QPen(self.theme.colour("panel"), 4))
        painter.fillPath(path, self.theme.colour("text"))
        painter.end()
        return stamp


def _around(values: Array, before: Axis | None) -> Axis:
    """A round range around the values, the one of ``before`` while that still fits.

    It is narrower than what :func:`stepped` gives: points need the room that a curve does not.
    """
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-12):
        return stepped(low, high)  # all points in one place
    if before is not None:
        used = (high - low) / (before.high - before.low)
        if before.low <= low and high <= before.high and used >= _LEAST_USED:
            return before
    step = nice_step(high - low, _RANGE_STEPS)
    return Axis(floor(low / step) * step, ceil(high / step) * step)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
