"""What a network of one or two inputs computes, drawn over its data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.engine.activations import softmax
from nnstudio.engine.layer import Array
from nnstudio.gui.look.theme import Colours, Theme
from nnstudio.gui.plots.plotting import Axis, Plot, draw_line
from nnstudio.project.model import Model

#: Answers that make a curve, and answers along each side of a plane.
CURVE_POINTS, PLANE_POINTS = 201, 60
#: At most so many examples are drawn.
MOST_POINTS = 400
#: Told apart with any kind of colour vision (Okabe and Ito, 2008).
CLASS_COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#B8A800", "#7F7F7F",
)  # fmt: skip
#: How much of its colour the surest region has.
_STRENGTH = 0.45


def class_colours(count: int, colours: Colours) -> list[str]:
    """A colour for each class: the two of the theme's signs, else a fixed set."""
    if count <= 2:
        return [colours.negative, colours.positive]
    return [CLASS_COLOURS[k % len(CLASS_COLOURS)] for k in range(count)]


@dataclass(frozen=True, eq=False)
class Examples:
    """The examples to draw, in the data's units."""

    inputs: Array
    targets: Array
    validation: Array

    @staticmethod
    def of(data: PreparedData) -> Examples:
        """Some of the training and validation examples, evenly from all."""
        train, validation = data.parts.train, data.parts.validation
        share = min(1.0, MOST_POINTS / max(1, len(train) + len(validation)))
        rows = [
            part[np.linspace(0, len(part) - 1, round(len(part) * share)).astype(int)]
            for part in (train, validation)
        ]
        index = np.concatenate(rows)
        flags = np.repeat([False, True], [len(part) for part in rows])
        return Examples(data.dataset.inputs[index], data.dataset.targets[index], flags)


class FunctionPlot(Plot):
    """Examples and answers: a curve over one input, a coloured plane over two."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("The network's answers over its data")
        self._data: PreparedData | None = None
        self._examples: Examples | None = None
        self._answers: Array | None = None
        self._are_scores = False
        self._points = QPixmap()
        self._points_of: tuple[object, ...] = ()

    # ------------------------------------------------------------------ what is shown

    @property
    def is_plane(self) -> bool:
        """Whether the data has two inputs."""
        return self._data is not None and self._data.input_shape == (2,)

    @property
    def answers(self) -> Array | None:
        """The answers drawn: (points, outputs) of a curve or, row by row, of a plane."""
        return self._answers

    def show_data(self, data: PreparedData) -> None:
        """Draw this data's examples; its ranges become the axes."""
        if data is self._data:
            return
        self._data, self._answers = data, None
        self._examples = examples = Examples.of(data)
        names = data.dataset.input_names or ("x₁", "x₂")
        self.x_axis, self.x_name = _around(examples.inputs[:, 0]), names[0]
        if self.is_plane:
            self.y_axis, self.y_name = _around(examples.inputs[:, 1]), names[1]
        elif data.dataset.is_classification:
            self.y_axis, self.y_name = Axis(0.0, 1.0, percent=True), "probability"
        else:
            self.y_axis = _around(examples.targets[:, 0])
            self.y_name = (data.dataset.target_names or ("y",))[0]
        self.update()

    def show_answers(self, model: Model | None) -> None:
        """Ask the network all over the plot; ``None`` draws the examples alone.

        Raises:
            PredictError: the network takes other inputs.
        """
        self._answers = None if model is None else model.predict_first(self._places())
        self._are_scores = (
            model is not None and model.is_classification and not model.gives_probabilities
        )
        self.update()

    def _places(self) -> Array:
        if not self.is_plane:
            return np.linspace(self.x_axis.low, self.x_axis.high, CURVE_POINTS)[:, np.newaxis]
        middles = (np.arange(PLANE_POINTS) + 0.5) / PLANE_POINTS
        x = self.x_axis.low + middles * (self.x_axis.high - self.x_axis.low)
        y = self.y_axis.high - middles * (self.y_axis.high - self.y_axis.low)
        return np.stack([np.tile(x, PLANE_POINTS), np.repeat(y, PLANE_POINTS)], axis=1)

    # ------------------------------------------------------------------ painting

    def box(self) -> QRectF:
        """A plane keeps its proportions where they are moderate."""
        box = super().box()
        wide = self.x_axis.high - self.x_axis.low
        high = self.y_axis.high - self.y_axis.low
        if self.is_plane and 1 / 3 <= wide / high <= 3 and box.height() > 0:
            width = min(box.width(), box.height() * wide / high)
            height = min(box.height(), width * high / wide)
            return QRectF(box.left(), box.top(), width, height)
        return box

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        answers = self._answers
        if self.is_plane and answers is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(box, self._plane_image(answers))
        self._draw_points(painter)
        if not self.is_plane and answers is not None:
            painter.save()
            painter.setClipRect(box)
            x = self.x_pixels(np.linspace(self.x_axis.low, self.x_axis.high, len(answers)))
            for values, colour in zip(answers.T, self._curve_colours(answers), strict=False):
                known = np.isfinite(values)
                draw_line(painter, x[known], self.y_pixels(values[known]), QColor(colour))
            painter.restore()

    def _curve_colours(self, answers: Array) -> list[str]:
        colours = self.theme.colours
        if self._data is not None and self._data.dataset.is_classification:
            return class_colours(answers.shape[1], colours)
        return [colours.accent]

    def _plane_image(self, answers: Array) -> QImage:
        colours = self.theme.colours
        panel = _rgb(colours.panel)
        if self._data is not None and self._data.dataset.is_classification:
            ends = np.array([_rgb(c) for c in class_colours(answers.shape[1], colours)])
            shares = _as_shares(answers) if self._are_scores else answers
            mixed = shares @ ends[: shares.shape[1]]
            count = max(2, shares.shape[1])
            sure = (shares.max(axis=1) * count - 1) / (count - 1)
        else:
            shares = self._signed(answers[:, 0])
            ends = np.array([_rgb(colours.negative), _rgb(colours.positive)])
            mixed, sure = ends[(shares > 0).astype(int)], np.abs(shares)
        strength = _STRENGTH * np.clip(np.nan_to_num(sure), 0, 1)[:, np.newaxis]
        pixels = np.nan_to_num(panel + (mixed - panel) * strength)
        rgb = np.rint(pixels).astype(np.uint8)
        side = PLANE_POINTS
        return QImage(rgb.tobytes(), side, side, 3 * side, QImage.Format.Format_RGB888).copy()

    def _signed(self, values: Array) -> Array:
        """Numbers as shares of the targets' range: −1 at their least, 1 at their greatest."""
        targets = np.zeros(1) if self._examples is None else self._examples.targets[:, 0]
        middle, half = (targets.max() + targets.min()) / 2, (targets.max() - targets.min()) / 2
        result: Array = np.clip((values - middle) / (half or 1.0), -1, 1)
        return result

    def _draw_points(self, painter: QPainter) -> None:
        """Examples don't change while training runs: drawn once for each size, data and theme."""
        ratio = self.devicePixelRatioF()
        now = (self._data, self.size(), self.theme.colours, ratio, self.y_axis)
        if now != self._points_of:
            self._points_of = now
            self._points = QPixmap(self.size() * ratio)
            self._points.setDevicePixelRatio(ratio)
            self._points.fill(Qt.GlobalColor.transparent)
            brush = QPainter(self._points)
            self._paint_points(brush)
            brush.end()
        painter.drawPixmap(0, 0, self._points)

    def _paint_points(self, painter: QPainter) -> None:
        examples = self._examples
        if examples is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = self.x_pixels(examples.inputs[:, 0])
        y = self.y_pixels(self._heights(examples))
        radius = 3.0 if len(x) <= 150 else 2.5
        rim = self.theme.colour("panel")
        places = zip(x.tolist(), y.tolist(), examples.validation.tolist(), strict=True)
        for (a, b, is_validation), colour in zip(places, self._point_colours(), strict=True):
            if is_validation:
                painter.setPen(QPen(colour, 1.4))
                painter.setBrush(rim)
                painter.drawEllipse(QPointF(a, b), radius, radius)
            else:
                painter.setPen(QPen(rim, 0.8))
                painter.setBrush(colour)
                painter.drawEllipse(QPointF(a, b), radius + 0.4, radius + 0.4)

    def _heights(self, examples: Examples) -> Array:
        if self.is_plane:
            return examples.inputs[:, 1]
        if self._data is not None and self._data.dataset.is_classification:
            return 0.05 * (examples.targets + 1)  # a row of points for each class
        return examples.targets[:, 0]

    def _point_colours(self) -> list[QColor]:
        examples, data = self._examples, self._data
        if examples is None or data is None:
            return []
        colours = self.theme.colours
        if data.dataset.is_classification:
            known = [QColor(c) for c in class_colours(len(data.dataset.classes), colours)]
            return [known[label] for label in examples.targets.tolist()]
        if self.is_plane:
            signs = (QColor(colours.negative), QColor(colours.positive))
            return [signs[int(v > 0)] for v in self._signed(examples.targets[:, 0]).tolist()]
        return [QColor(colours.dim)] * len(examples.targets)


def _around(values: Array) -> Axis:
    """An axis over ``values`` with a little room beside them."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    room = 0.06 * (high - low) or 0.5 * abs(low) or 1.0
    return Axis(low - room, high + room)


def _as_shares(scores: Array) -> Array:
    """Scores of classes, (points, classes), as shares of colour: who leads clearly has it all."""
    return softmax(scores.T, out=np.empty_like(scores.T)).T


def _rgb(colour: str) -> Array:
    c = QColor(colour)
    return np.array([c.red(), c.green(), c.blue()], np.float64)
