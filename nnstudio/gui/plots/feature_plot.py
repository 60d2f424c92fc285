"""Examples as points of a plane: by two features of a layer, or by the plane that shows most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QToolTip, QWidget

from nnstudio.data.dataset import Dataset
from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.class_marks import STEPS, Stamps, class_marks, value_marks
from nnstudio.gui.plots.plotting import LABEL_SIZE, TICK_SIZE, Axis, Plot, nice_step, sized, stepped
from nnstudio.training.principal_plane import PrincipalPlane, principal_plane

#: A range is at most so many steps wide, and narrowed when less than this share of it is used.
_RANGE_STEPS, _LEAST_USED = 10, 0.6
#: A point is under the pointer up to this distance, in pixels.
_NEAR = 12
#: A single feature's points are spread over this share of their class's row.
_SPREAD = 0.7
#: An example's picture is shown about so large, and at most so many numbers of one.
_PICTURE_SIDE, _MOST_NUMBERS = 72, 6
#: Class names on the plot are cut to so many letters. With fewer classes than this the legend is
#: enough, with more there is no room.
_LETTERS, _LEAST_NAMES, _MOST_NAMES = 14, 4, 24
#: Room above the plot for a name that is too long to stand beside the axis.
_ROOM_ABOVE = 12


@dataclass(frozen=True)
class ClassAxis(Axis):
    """A row for each class, numbered from 0, instead of numbers.

    Attributes:
        names: of the classes.
    """

    names: tuple[str, ...] = ()

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """The names of the classes, or of every second, third … if there are too many."""
        every = -(-len(self.names) // max(1, 2 * most))
        return [(float(k), _cut(self.names[k], 6)) for k in range(0, len(self.names), every)]


@dataclass(frozen=True, eq=False)
class ShownExamples:
    """The examples that are drawn.

    Attributes:
        dataset: where they are from.
        index: ``(n,)``, their positions in it.
        validated: whether they are of the validation part; otherwise they were trained on.
    """

    dataset: Dataset
    index: Array
    validated: bool

    @property
    def labels(self) -> Array | None:
        """``(n,)``, the class of each; ``None`` if not each example has one class."""
        targets = self.dataset.targets
        classified = self.dataset.is_classification and targets.ndim == 1
        return targets[self.index] if classified else None

    @property
    def values(self) -> Array | None:
        """``(n,)``, the first target of each; ``None`` for classes."""
        if self.dataset.is_classification:
            return None
        result: Array = self.dataset.targets[self.index].reshape(len(self.index), -1)[:, 0]
        return result

    @property
    def value_name(self) -> str:
        """What the first target is called."""
        return (self.dataset.target_names or ("y",))[0]

    def same_as(self, other: ShownExamples) -> bool:
        """Whether both are the same examples of the same data."""
        same = self.dataset is other.dataset and self.validated == other.validated
        return same and np.array_equal(self.index, other.index)

    @property
    def part(self) -> str:
        """The name of the part they are from."""
        return "validation" if self.validated else "training"


class FeaturePlot(Plot):
    """Examples by what a layer makes of them, each with the mark of its class.

    Attributes:
        name_above: the y axis's name if it is too long to stand beside it.
    """

    tick_width, tick_height = 46, 30

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("What the layer makes of the examples")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.name_above = ""
        self._examples: ShownExamples | None = None
        self._kinds: Array = np.zeros(0, int)
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
    def places(self) -> Array:
        """``(n, 2)``: where each example is drawn, in the units of the axes."""
        return self._places

    @property
    def marks(self) -> list[tuple[str, str]]:
        """(colour, form) of each class, or of each step of the targets' range."""
        examples, colours = self._examples, self.theme.colours
        if examples is not None and examples.labels is not None:
            return class_marks(len(examples.dataset.classes), colours)
        return value_marks(colours)

    def show_features(self, layer: str, examples: ShownExamples, features: Array) -> None:
        """Draw what ``layer`` makes of the examples, finite ``(n, F)``."""
        if examples is not self._examples:
            self._examples, self._kinds = examples, _kinds(examples)
            self._point_at(-1)
        fresh = layer != self._layer
        if fresh:
            self._layer, self._plane = layer, None
        before = (None, None) if fresh else (self.x_axis, self.y_axis)
        if features.shape[1] == 1:
            self._show_single(examples, features[:, 0], before)
        else:
            self._show_two(features, before)
        self.update()

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
            self.x_name = f"1st component, {first:.0%}".replace("%", " %")
            self.y_name, self.name_above = "", f"2nd component, {second:.0%}".replace("%", " %")
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
        examples = self._examples
        if examples is None or not 0 <= number < len(examples.index):
            return ""
        place = f"Example {examples.index[number]:,}, {examples.part}"
        if examples.labels is not None:
            return f"{examples.dataset.classes[int(examples.labels[number])]} · {place}"
        if examples.values is not None:
            value = number_text(float(examples.values[number]))
            return f"{examples.value_name} = {value} · {place}"
        return place

    def tooltip(self, number: int) -> str:
        """The same as rich text, with its picture or its first numbers."""
        words = self.words(number)
        if not words or self._examples is None:
            return ""
        title, _, rest = words.partition(" · ")
        dataset = self._examples.dataset
        row = dataset.inputs[self._examples.index[number]]
        if dataset.is_picture:
            shown = f'<img src="data:image/png;base64,{_png(row)}">'
        else:
            shown = escape(_numbers(row.ravel(), dataset.input_names)).replace("\n", "<br>")
        parts = [f"<b>{escape(title)}</b>", escape(rest), shown]
        return "<br>".join(part for part in parts if part)

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
        return super().box().adjusted(0, _ROOM_ABOVE if self.name_above else 0, 0, 0)

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        if self.name_above:
            painter.setFont(sized(self.font(), TICK_SIZE))
            painter.setPen(self.theme.colour("dim"))
            painter.drawText(QPointF(box.left() - 6, box.top() - 7), self.name_above)
        if not len(self._places):
            return
        x, y = self._pixels()
        self._kept_stamps().paint(painter, x, y, self._kinds)
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

    def _kept_stamps(self) -> Stamps:
        ratio = self.devicePixelRatioF()
        now = (self.theme.colours, ratio, self._examples)
        if self._stamps is None or now != self._stamps_of:
            self._stamps, self._stamps_of = Stamps(self.marks, self.theme, ratio), now
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


def _kinds(examples: ShownExamples) -> Array:
    """The number of each example's mark: its class, or how high its value is."""
    if examples.labels is not None:
        return examples.labels.astype(int)
    if examples.values is None:
        return np.full(len(examples.index), STEPS // 2)
    low, high = float(examples.values.min()), float(examples.values.max())
    share = (examples.values - low) / (high - low or 1.0)
    result: Array = np.rint(share * (STEPS - 1)).astype(int)
    return result


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


def _numbers(values: Array, names: Sequence[str]) -> str:
    """The first numbers of an input, one in each line."""
    named = list(names) or [f"x{i + 1}" for i in range(len(values))]
    lines = [
        f"{name} = {number_text(float(value))}"
        for name, value in zip(named[:_MOST_NUMBERS], values, strict=False)
    ]
    if len(values) > _MOST_NUMBERS:
        lines.append(f"and {len(values) - _MOST_NUMBERS:,} more")
    return "\n".join(lines)


def _png(picture: Array) -> str:
    """A picture (channels, height, width), made larger in whole steps, as base64."""
    values = picture.astype(np.float64)
    low, high = min(0.0, float(values.min())), float(values.max())
    shades = np.rint(255 * (values - low) / (high - low or 1.0)).astype(np.uint8)
    colour = len(shades) == 3
    pixels = np.ascontiguousarray(shades.transpose(1, 2, 0) if colour else shades[0])
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_RGB888 if colour else QImage.Format.Format_Grayscale8
    image = QImage(pixels.data, width, height, pixels.strides[0], kind)
    times = max(1, _PICTURE_SIDE // max(width, height))
    kept = QByteArray()
    buffer = QBuffer(kept)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.scaled(width * times, height * times).save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(kept.toBase64().data()).decode("ascii")
