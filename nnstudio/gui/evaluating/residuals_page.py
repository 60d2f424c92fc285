"""Residuals against answers, and how they are spread."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.evaluating.figures_page import part_figures
from nnstudio.gui.evaluating.named_plot import NamedPlot
from nnstudio.gui.evaluating.shown import Shown
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import LABEL_SIZE, sized, stepped
from nnstudio.project.answering import evenly
from nnstudio.training.judging.residuals import residual_histogram, residuals

#: At most so many points are drawn.
_POINTS = 1_500
#: Ranges are divided into so many steps: with fewer, half of a plot may stay empty.
_STEPS = 8
#: So near the mouse has to come to a point.
_NEAR = 14.0


class ResidualPlot(NamedPlot):
    """A point for each answer: how far the truth lies above it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("evaluate_residuals")
        self.setAccessibleName("Residuals against answers")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.x_name, self.up_name = "answer", "residual: truth − answer"
        self.answers: Array = np.zeros(0)
        self.left_over: Array = np.zeros(0)
        self._examples: Array = np.zeros(0, int)
        self.point = -1

    def show_points(self, x: Array, y: Array, examples: Array) -> None:
        """Show these, belonging to examples of these numbers."""
        if len(x) != len(self.answers):
            self.point = -1
        self.answers, self.left_over, self._examples = x, y, examples
        if len(x):
            reach = float(np.abs(y).max()) or 1.0
            self.x_axis = stepped(float(x.min()), float(x.max()), self.x_axis, steps=_STEPS)
            self.y_axis = stepped(-reach, reach, self.y_axis, steps=_STEPS)
        self.update()

    def words(self, k: int) -> str:
        """What is said of a point."""
        said, left = float(self.answers[k]), float(self.left_over[k])
        return (
            f"Example {self._examples[k] + 1:,}: answer {number_text(said)}, truth"
            f" {number_text(said + left)}, residual {number_text(left)}"
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not len(self.answers):
            return
        place = event.position()
        distance = np.hypot(
            self.x_pixels(self.answers) - place.x(), self.y_pixels(self.left_over) - place.y()
        )
        nearest = int(distance.argmin())
        self._go_to(nearest if distance[nearest] <= _NEAR else -1)

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not len(self.answers):
            super().keyPressEvent(event)
            return
        order = np.argsort(self.answers, kind="stable")
        place = int(np.flatnonzero(order == self.point)[0]) + step if self.point >= 0 else 0
        self._go_to(int(order[min(max(place, 0), len(order) - 1)]))

    def _go_to(self, k: int) -> None:
        if k != self.point:
            self.point = k
            self.setAccessibleDescription(self.words(k) if k >= 0 else "")
            self.update()

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        self.paint_name(painter, box)
        nought = float(self.y_pixels(np.zeros(1))[0])
        painter.setPen(QPen(self.theme.colour("dim"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(box.left(), nought, box.right(), nought))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.theme.colour("accent")
        colour.setAlphaF(0.7 if len(self.answers) <= 300 else 0.35)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        radius = 3.0 if len(self.answers) <= 300 else 2.0
        for a, b in zip(
            self.x_pixels(self.answers).tolist(),
            self.y_pixels(self.left_over).tolist(),
            strict=True,
        ):
            painter.drawEllipse(QPointF(a, b), radius, radius)
        if self.point >= 0:
            k = slice(self.point, self.point + 1)
            at = QPointF(
                float(self.x_pixels(self.answers[k])[0]), float(self.y_pixels(self.left_over[k])[0])
            )
            painter.setPen(QPen(self.theme.colour("text"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, 5, 5)
            painter.setFont(sized(self.font(), LABEL_SIZE))
            room = box.adjusted(8, 6, -8, 0)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
            words = self.words(self.point)
            cover = self.theme.colour("panel")
            cover.setAlphaF(0.85)
            painter.fillRect(painter.boundingRect(room, flags, words).adjusted(-4, 0, 4, 0), cover)
            painter.drawText(room, flags, words)


class ResidualBars(NamedPlot):
    """The histogram of the residuals, with 0 in its middle."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("evaluate_histogram")
        self.setAccessibleName("Histogram of the residuals")
        self.x_name, self.up_name = "residual", "how many"
        self.counts: Array = np.zeros(0, int)
        self.edges: Array = np.zeros(1)

    def show_residuals(self, left: Array) -> None:
        """Count these."""
        self.counts, self.edges = residual_histogram(left)
        reach = float(self.edges[-1])
        self.x_axis = stepped(-reach, reach, self.x_axis, steps=_STEPS)
        most = stepped(0.0, max(1.0, float(self.counts.max(initial=0))), self.y_axis)
        self.y_axis = replace(most, whole=True)
        self.update()

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        self.paint_name(painter, box)
        colour = self.theme.colour("accent")
        colour.setAlphaF(0.55)
        edges, tops = self.x_pixels(self.edges), self.y_pixels(self.counts)
        for k, top in enumerate(tops.tolist()):
            wide = float(edges[k + 1] - edges[k])
            bar = QRectF(float(edges[k]) + 0.5, top, max(1.0, wide - 1), box.bottom() - top)
            painter.fillRect(bar, colour)
        nought = float(self.x_pixels(np.zeros(1))[0])
        painter.setPen(QPen(self.theme.colour("dim"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(nought, box.top(), nought, box.bottom()))


class ResidualsPage(QWidget):
    """Both plots below the figures."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._words = QLabel()
        self._words.setObjectName("evaluate_residual_words")
        self._words.setProperty("role", "dim")
        self._words.setContentsMargins(8, 0, 8, 0)
        self._words.setWordWrap(True)
        self.plot = ResidualPlot(theme)
        self.bars = ResidualBars(theme)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.plot, 3)
        row.addWidget(self.bars, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 0)
        column.setSpacing(0)
        column.addWidget(self._words)
        column.addLayout(row, 1)
        self._shown: Shown | None = None

    def show_answers(self, shown: Shown) -> None:
        """Show the residuals of these answers, of all outputs together."""
        self._shown = shown
        said, truth = shown.judged.numbers
        left = residuals(said, truth).reshape(-1)
        examples = np.broadcast_to(shown.judged.rows, said.shape).reshape(-1)
        known = np.flatnonzero(np.isfinite(left))
        few = evenly(known, _POINTS)
        self.plot.show_points(said.reshape(-1)[few], left[few], examples[few])
        self.bars.show_residuals(left)
        found = part_figures(shown.judged)
        text = f"R² {found['R²']} · RMSE {found['RMSE']} · mean {found['Mean residual']}"
        if len(said) > 1:
            text += f" · all {len(said):,} numbers of each answer"
        self._words.setText(text)

    def table(self) -> list[list[str]]:
        """Truth, answer and residual of each number, to be copied."""
        if self._shown is None:
            return []
        judged = self._shown.judged
        said, truth = judged.numbers
        head = ["example", "output", "truth", "answer", "residual"]
        return [
            head,
            *(
                [str(judged.row(k) + 1), str(j + 1), *(f"{v:.6g}" for v in (y, x, y - x))]
                for k in range(said.shape[1])
                for j, (x, y) in enumerate(
                    zip(said[:, k].tolist(), truth[:, k].tolist(), strict=True)
                )
            ),
        ]
