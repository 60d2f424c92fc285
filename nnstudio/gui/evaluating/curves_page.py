"""ROC and precision–recall curves of every class, with the point of any threshold."""

from __future__ import annotations

from math import isnan

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.evaluating.figures_page import FigureTable, share_text
from nnstudio.gui.evaluating.named_plot import NamedPlot
from nnstudio.gui.evaluating.shown import Shown
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.function_plot import class_colours
from nnstudio.gui.plots.plotting import LABEL_SIZE, Axis, draw_line, sized

#: More points than this only make a curve slower.
_POINTS = 400
_DASHES: tuple[tuple[float, ...], ...] = ((), (6.0, 3.0), (2.0, 2.0))
#: One class's curve: across, up, thresholds.
Curve = tuple[Array, Array, Array]

#: A column of areas is at least so wide.
_AREA = 48


class CurvePlot(NamedPlot):
    """Curves between 0 and 1; the mouse or the arrows tell a point of the one that is marked."""

    def __init__(self, theme: Theme, name: str, title: str, across: str, up: str) -> None:
        super().__init__(theme)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.x_axis = Axis(0.0, 1.0, percent=True)
        self.y_axis = Axis(0.0, 1.0, percent=True)
        self.x_name, self.up_name = across, up
        self._names = (across, up)
        self.curves: list[Curve] = []
        self.marked = 0
        self.point = -1
        self._is_roc = across == "false positives"

    def show_curves(self, curves: list[Curve], marked: int) -> None:
        """Show these, one of them marked."""
        if len(curves) != len(self.curves) or marked != self.marked:
            self.point = -1
        self.curves, self.marked = curves, marked
        if self.curves and self.point >= len(self.curves[marked][0]):
            self.point = -1
        self.update()

    def words(self) -> str:
        """What is said of the point."""
        if self.point < 0 or not self.curves:
            return ""
        across, up, thresholds = self.curves[self.marked]
        found = float(thresholds[self.point])
        threshold = "none" if np.isinf(found) else number_text(found)
        names = self._names
        return (
            f"threshold {threshold}: {names[1]} {share_text(float(up[self.point]))},"
            f" {names[0]} {share_text(float(across[self.point]))}"
        )

    def _go_to(self, point: int) -> None:
        if point != self.point:
            self.point = point
            self.setAccessibleDescription(self.words())
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.curves or not self.box().contains(event.position()):
            self._go_to(-1)
            return
        across, up, _ = self.curves[self.marked]
        x, y = self.x_pixels(across), self.y_pixels(up)
        place = event.position()
        distance = np.nan_to_num(np.hypot(x - place.x(), y - place.y()), nan=np.inf)
        self._go_to(int(distance.argmin()))

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self.curves:
            super().keyPressEvent(event)
            return
        count = len(self.curves[self.marked][0])
        step *= max(1, count // 100)
        self._go_to(min(max(self.point + step, 0), count - 1))

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
        self.paint_name(painter, box)
        if self._is_roc:
            painter.setPen(QPen(self.theme.colour("line"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(box.bottomLeft(), box.topRight())
        colours = class_colours(len(self.curves), self.theme.colours)
        order = [k for k in range(len(self.curves)) if k != self.marked] + [self.marked]
        for k in order if self.curves else ():
            across, up, _ = self.curves[k]
            if not np.isfinite(across[-1] + up[-1]):
                continue
            few = np.unique(np.linspace(0, len(across) - 1, _POINTS).astype(int))
            colour, marked = QColor(colours[k]), k == self.marked
            if not marked:
                colour.setAlphaF(0.55)
            x, y = self.x_pixels(across[few]), self.y_pixels(up[few])
            draw_line(painter, x, y, colour, dashes=_DASHES[k % 3], strong=marked)
        if self.hasFocus():
            painter.setPen(QPen(self.theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
        if self.curves and self.point >= 0:
            self._paint_point(painter, box)

    def _paint_point(self, painter: QPainter, box: QRectF) -> None:
        across, up, _ = self.curves[self.marked]
        at = QPointF(
            float(self.x_pixels(across[self.point : self.point + 1])[0]),
            float(self.y_pixels(up[self.point : self.point + 1])[0]),
        )
        painter.setPen(QPen(self.theme.colour("panel"), 1.5))
        painter.setBrush(self.theme.colour("text"))
        painter.drawEllipse(at, 4, 4)
        font = sized(self.font(), LABEL_SIZE)
        painter.setFont(font)
        lines = self.words().replace(": ", "\n").replace(", ", "\n")
        room = box.adjusted(8, 8, -8, -8)
        side = Qt.AlignmentFlag.AlignRight if self._is_roc else Qt.AlignmentFlag.AlignLeft
        flags = side | Qt.AlignmentFlag.AlignBottom
        place = painter.boundingRect(room, flags, lines)
        cover = self.theme.colour("panel")
        cover.setAlphaF(0.85)
        painter.fillRect(place.adjusted(-4, -2, 4, 2), cover)
        painter.setPen(self.theme.colour("text"))
        painter.drawText(room, flags, lines)


class CurvesPage(QWidget):
    """Both plots, and the classes with the areas below their curves; the marked one is strong."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.roc = CurvePlot(
            theme, "evaluate_roc", "ROC curve", "false positives", "true positives"
        )
        self.precision_recall = CurvePlot(
            theme, "evaluate_precision_recall", "Precision–recall curve", "recall", "precision"
        )
        self.legend = FigureTable(
            theme, "evaluate_areas", "Classes and the areas below their curves", _AREA
        )
        self.legend.currentCellChanged.connect(lambda *_: self._draw())
        self._theme = theme
        self._shown: Shown | None = None
        self.legend.setMinimumWidth(176)
        self.legend.setMaximumWidth(240)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(self.roc, 2)
        row.addWidget(self.precision_recall, 2)
        row.addWidget(self.legend, 1)
        theme.changed.connect(self._draw)

    def show_answers(self, shown: Shown) -> None:
        """Show the curves of these answers."""
        self._shown = shown
        curves, names = shown.judged.curves, shown.judged.target.classes
        rows = [
            [
                name,
                "–" if isnan(curve.auc) else f"{curve.auc:.3f}",
                "–" if isnan(curve.average_precision) else f"{curve.average_precision:.3f}",
            ]
            for name, curve in zip(names, curves, strict=True)
        ]
        self.legend.show_rows(("class", "AUC", "AP"), rows)
        if self.legend.currentRow() < 0:
            worst = min(range(len(curves)), key=lambda k: np.nan_to_num(curves[k].auc, nan=2.0))
            self.legend.setCurrentCell(worst, 0)
        self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        curves = self._shown.judged.curves
        marked = min(max(self.legend.currentRow(), 0), len(curves) - 1)
        colours = class_colours(len(curves), self._theme.colours)
        items = [self.legend.item(k, 0) for k in range(len(colours))]
        kinds = zip(items, colours, strict=True)
        with self.legend.still():
            for k, (item, colour) in enumerate(kinds):
                if item is not None and item.data(Qt.ItemDataRole.UserRole) != colour:
                    item.setData(Qt.ItemDataRole.UserRole, colour)
                    item.setIcon(_line_icon(colour, _DASHES[k % 3]))
        self.roc.show_curves([curve.roc for curve in curves], marked)
        self.precision_recall.show_curves([curve.precision_recall for curve in curves], marked)

    def table(self) -> list[list[str]]:
        """The areas, to be copied."""
        return self.legend.rows()


def _line_icon(colour: str, dashes: tuple[float, ...]) -> QIcon:
    """A stretch of a class's curve, for the legend."""
    image = QPixmap(32, 32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    pen = QPen(QColor(colour), 4)
    if dashes:
        pen.setDashPattern([d / 2 for d in dashes])
    painter.setPen(pen)
    painter.drawLine(0, 16, 32, 16)
    painter.end()
    return QIcon(image)
