"""What points, rings, lines and colours of a plot mean, in as many words as there is room for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.function_plot import class_colours
from nnstudio.gui.plots.plotting import LABEL_SIZE, sized

#: More classes than this are not named.
MOST_NAMED = 4


class MarkLegend(QWidget):
    """What points, rings, lines and colours mean, in as many words as there is room for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: tuple[tuple[str, str, str], ...] = ()
        self._classes = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, 20)

    def show_data(self, data: PreparedData, plane: bool, answered: bool) -> None:
        """Explain this data's picture."""
        dataset = data.dataset
        entries: list[tuple[str, str, str]] = []
        if dataset.is_classification and len(dataset.classes) <= MOST_NAMED:
            entries += [("dot", f"class {k}", name) for k, name in enumerate(dataset.classes)]
        elif not plane and answered:
            entries.append(("line", "accent", "network"))
        entries += [("dot", "dim", "training"), ("ring", "dim", "validation")]
        if not len(data.parts.validation):
            entries.pop()
        self.show_entries(tuple(entries), len(dataset.classes))

    def show_entries(self, entries: tuple[tuple[str, str, str], ...], classes: int = 0) -> None:
        """Explain these marks: each its form, the role of its colour, and words."""
        if entries != self._entries:
            self._entries = entries
            self._classes = classes
            self.setAccessibleName(", ".join(text for *_, text in entries))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = sized(self.font(), LABEL_SIZE)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        room = [metrics.horizontalAdvance(text) + 30 for *_, text in self._entries]
        entries = list(zip(self._entries, room, strict=True))
        while entries and sum(width for _, width in entries) > self.width() + 14:
            entries.pop()
        right = float(self.width()) + 14 - sum(width for _, width in entries)
        middle = self.height() / 2
        for (mark, role, text), width in entries:
            self._paint_mark(painter, mark, role, QPointF(right + 5, middle))
            painter.setPen(self._theme.colour("dim"))
            baseline = middle + (metrics.ascent() - metrics.descent()) / 2
            painter.drawText(QPointF(right + 15, baseline), text)
            right += width

    def _paint_mark(self, painter: QPainter, mark: str, role: str, at: QPointF) -> None:
        if role.startswith("class "):
            known = class_colours(self._classes, self._theme.colours)
            colour = QColor(known[int(role.removeprefix("class "))])
        else:
            colour = self._theme.colour(role)
        painter.setPen(QPen(colour, 2 if mark in ("line", "dash") else 1.4))
        if mark == "dash":
            painter.setPen(QPen(colour, 1.4, Qt.PenStyle.DashLine))
        painter.setBrush(colour if mark == "dot" else Qt.BrushStyle.NoBrush)
        if mark in ("line", "dash"):
            painter.drawLine(at - QPointF(6, 0), at + QPointF(6, 0))
        else:
            painter.drawEllipse(at, 3.4, 3.4)
