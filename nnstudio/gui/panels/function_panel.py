"""What the network computes, over the data it learns from: a fitted curve or coloured regions."""

from __future__ import annotations

from math import prod

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.function_plot import FunctionPlot, class_colours
from nnstudio.gui.plots.plotting import LABEL_SIZE, sized
from nnstudio.messages import StudioError, sentence
from nnstudio.project.model import Model

#: More classes than this are not named in the legend.
_MOST_NAMED = 4


class FunctionPanel(LiveView):
    """The answers of a network with one or two inputs; a sentence for any other."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("function_panel")
        self.setAccessibleName("What the network computes")
        self.setMinimumSize(180, 120)
        self._theme = theme
        self.plot = FunctionPlot(theme)
        self.plot.setObjectName("function_plot")
        self._title = QLabel()
        self._legend = _Legend(theme)
        self._empty = EmptyState("function_empty")
        header = QHBoxLayout()
        header.setSpacing(8)
        header.addWidget(self._title)
        header.addWidget(self._legend, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(header)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self._empty, 1)
        theme.changed.connect(self._dress)
        self._dress()

    def refresh(self) -> None:
        """Ask the network as it is now, all over the plot."""
        data = self.live.workbench.data
        reason = self._reason_for_nothing(data)
        shown = not reason
        for widget in (self.plot, self._title, self._legend):
            widget.setVisible(shown)
        self._empty.setVisible(not shown)
        if data is None or reason:
            self._empty.say(reason)
            return
        self.plot.show_data(data)
        try:
            self.plot.show_answers(self.live.model())
        except StudioError:
            self.plot.show_answers(None)  # the problems list says why
        self._title.setText("Decision regions" if self.plot.is_plane else "Fit")
        self._legend.show_data(data, self.plot.is_plane, self.plot.answers is not None)

    def _reason_for_nothing(self, data: PreparedData | None) -> str:
        workbench = self.live.workbench
        if data is None:
            if workbench.is_loading:
                return "The data is being read"
            return workbench.data_error or "Choose data: what the network makes of it appears here"
        if data.input_shape in ((1,), (2,)):
            return _reason_of(self.live.model())
        count = prod(data.input_shape)
        return (
            f"This view needs one or two inputs; this data has {count:,}. See the weights instead"
        )

    def _dress(self) -> None:
        self._title.setStyleSheet(f"color: {self._theme.colours.text}; font-weight: 600;")


def _reason_of(model: Model | None) -> str:
    """Why this picture can't be one of ``model``; empty if it can."""
    if model is None:
        return ""
    if model.columns != (INPUTS,):
        return sentence("try_columns", columns=", ".join(model.columns))
    target = model.network.heads[0].target
    return "" if target == TARGETS else sentence("fit_of_other", target=target)


class _Legend(QWidget):
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
        if dataset.is_classification and len(dataset.classes) <= _MOST_NAMED:
            entries += [("dot", f"class {k}", name) for k, name in enumerate(dataset.classes)]
        elif not plane and answered:
            entries.append(("line", "accent", "network"))
        entries += [("dot", "dim", "training"), ("ring", "dim", "validation")]
        if not len(data.parts.validation):
            entries.pop()
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self._classes = len(dataset.classes)
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
        painter.setPen(QPen(colour, 2 if mark == "line" else 1.4))
        painter.setBrush(colour if mark == "dot" else Qt.BrushStyle.NoBrush)
        if mark == "line":
            painter.drawLine(at - QPointF(6, 0), at + QPointF(6, 0))
        else:
            painter.drawEllipse(at, 3.4, 3.4)
