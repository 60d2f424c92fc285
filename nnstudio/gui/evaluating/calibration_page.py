"""The reliability diagram: how often the network is right, by how sure it says it is."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnstudio.gui.evaluating.figures_page import share_text
from nnstudio.gui.evaluating.named_plot import NamedPlot
from nnstudio.gui.evaluating.shown import Shown
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import LABEL_SIZE, Axis, sized
from nnstudio.training.judging.calibration import Reliability


class ReliabilityPlot(NamedPlot):
    """A bar for each bin up to its accuracy, hatched where that misses the mean confidence."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("evaluate_reliability")
        self.setAccessibleName("Reliability diagram")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.x_axis = Axis(0.0, 1.0, percent=True)
        self.y_axis = Axis(0.0, 1.0, percent=True)
        self.x_name, self.up_name = "confidence", "share of right answers"
        self.found: Reliability | None = None
        self.at = -1

    def show_reliability(self, found: Reliability | None) -> None:
        """Show this diagram."""
        self.found = found
        self.update()

    def words(self, m: int) -> str:
        """What is said of a bin."""
        found = self.found
        assert found is not None
        low, high = found.edges[m : m + 2]
        between = f"{100 * low:.0f}–{100 * high:.0f} % sure"
        count = int(found.counts[m])
        if not count:
            return f"{between}: no answers"
        return (
            f"{between}: {count:,} answers, {share_text(float(found.accuracy[m]))} right,"
            f" {share_text(float(found.confidence[m]))} sure on average"
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        box = self.box()
        if self.found is None or not box.contains(event.position()):
            self._go_to(-1)
            return
        share = (event.position().x() - box.left()) / box.width()
        self._go_to(min(int(share * len(self.found.counts)), len(self.found.counts) - 1))

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or self.found is None:
            super().keyPressEvent(event)
        else:
            self._go_to(min(max(self.at + step, 0), len(self.found.counts) - 1))

    def _go_to(self, m: int) -> None:
        if m != self.at:
            self.at = m
            self.setAccessibleDescription(self.words(m) if m >= 0 else "")
            self.update()

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        found = self.found
        if found is None:
            return
        self.paint_name(painter, box)
        edges = self.x_pixels(found.edges)
        heights = self.y_pixels(np.nan_to_num(found.accuracy))
        middles = self.y_pixels(np.nan_to_num(found.confidence))
        bar, gap = self.theme.colour("accent"), self.theme.colour("negative")
        bar.setAlphaF(0.55)
        for m, count in enumerate(found.counts.tolist()):
            if not count:
                continue
            left, right = float(edges[m]) + 1.5, float(edges[m + 1]) - 1.5
            top, middle = float(heights[m]), float(middles[m])
            painter.fillRect(QRectF(left, top, right - left, box.bottom() - top), bar)
            missing = QRectF(left, min(top, middle), right - left, abs(top - middle))
            painter.fillRect(missing, QBrush(gap, Qt.BrushStyle.BDiagPattern))
            painter.setPen(QPen(gap, 1.5))
            painter.drawLine(QLineF(left, middle, right, middle))
            if m == self.at:
                painter.setPen(QPen(self.theme.colour("text"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(left, top, right - left, box.bottom() - top))
        painter.setPen(QPen(self.theme.colour("dim"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(box.bottomLeft(), box.topRight())
        painter.setFont(sized(self.font(), LABEL_SIZE))
        painter.setPen(self.theme.colour("text" if self.at >= 0 else "dim"))
        text = "hatched: from accuracy to confidence" if self.at < 0 else self.words(self.at)
        room = box.adjusted(8, 6, -box.width() * 0.18, 0)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(room, flags, text)


class CalibrationPage(QWidget):
    """The diagram below what it says in a sentence."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._words = QLabel()
        self._words.setObjectName("evaluate_calibration")
        self._words.setProperty("role", "dim")
        self._words.setWordWrap(True)
        self._words.setContentsMargins(8, 0, 8, 0)
        self.plot = ReliabilityPlot(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 0)
        column.setSpacing(0)
        column.addWidget(self._words)
        column.addWidget(self.plot, 1)

    def show_answers(self, shown: Shown) -> None:
        """Show how far these answers' confidence can be relied on."""
        found = shown.judged.reliability
        self.plot.setVisible(found is not None)
        self.plot.show_reliability(found)
        if found is None:
            self._words.setText(
                "This output gives scores, no probabilities: there is no confidence to check"
            )
            return
        off = found.overconfidence
        side = "more" if off > 0 else "less"
        self._words.setText(
            f"Calibration error (ECE) {share_text(found.error)}: on average it is"
            f" {share_text(abs(off))} {side} sure than right"
        )

    def table(self) -> list[list[str]]:
        """The bins, to be copied."""
        found = self.plot.found
        if found is None:
            return []
        rows = zip(
            found.edges[:-1], found.edges[1:], found.counts, found.confidence, found.accuracy,
            strict=True,
        )  # fmt: skip
        head = ["from", "to", "answers", "confidence", "accuracy"]
        return [head, *([f"{value:g}" for value in row] for row in rows)]
