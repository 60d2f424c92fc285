"""What a layer makes of the data, as points: what the network tells apart there, and what not yet.

Each point is an example. A layer of two features is drawn as it is; of more features, the plane is
seen on which the points lie farthest apart (:mod:`nnstudio.training.principal_plane`).
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.data.prepared_rows import PreparedRows
from nnstudio.engine.layer import Array
from nnstudio.graph.analysis import Analysis, analyse
from nnstudio.graph.model import Graph
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.class_marks import paint_mark
from nnstudio.gui.plots.feature_plot import FeaturePlot, ShownExamples
from nnstudio.gui.plots.plotting import LABEL_SIZE, sized
from nnstudio.project.model import Model
from nnstudio.training.features import (
    MOST_FEATURES,
    Features,
    bottleneck,
    chosen_examples,
    feature_layers,
    first_input,
    most_examples,
)

#: A panel narrower than this has the legend in a line of its own, and no caption.
_NARROW = 560
#: One lower than this has no room for that line.
_LOW = 170


class FeaturesPanel(LiveView):
    """One layer's outputs for some examples, as points coloured by class or target."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("features_panel")
        self.setAccessibleName("Features")
        self.setMinimumSize(180, 120)
        self._offered: tuple[tuple[str, str], ...] = ()
        self._wanted = ""
        self._reader: tuple[tuple[object, ...], Features, ShownExamples] | None = None
        self.plot = FeaturePlot(theme)
        self.plot.setObjectName("features_plot")
        self.plot.setMinimumHeight(60)
        self._choice = QComboBox()
        self._choice.setObjectName("features_layer")
        self._choice.setAccessibleName("Layer whose features are shown")
        self._choice.setToolTip("Layer whose features are shown")
        self._choice.setMinimumWidth(96)
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._choice.activated.connect(self._chosen)
        self._caption = QLabel()
        self._caption.setObjectName("features_caption")
        self._caption.setProperty("role", "dim")
        self._legend = _Legend(theme)
        self._empty = EmptyState("features_empty")
        self._header, self._below = QHBoxLayout(), QHBoxLayout()
        self._header.setSpacing(12)
        self._header.addWidget(self._choice)
        self._header.addWidget(self._caption)
        self._header.addStretch()
        self._header.addWidget(self._legend, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(self._header)
        layout.addLayout(self._below)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self._empty, 1)
        theme.changed.connect(lambda: live.mark(self))

    # ------------------------------------------------------------------ what is shown

    def refresh(self) -> None:
        """Ask the layer as it is now for its outputs."""
        reason = self._show()
        for part in (self.plot, self._choice):
            part.setVisible(not reason)
        self._suit_to_size()
        self._empty.setVisible(bool(reason))
        self._empty.say(reason)

    def layer_shown(self) -> str:
        """The id of the node whose features are shown; empty for none."""
        return "" if self.plot.isHidden() else str(self._choice.currentData() or "")

    def _show(self) -> str:
        """Draw the points; returns why there are none, in a sentence, or an empty string."""
        data, model = self.live.workbench.data, self.live.model()
        if data is None or model is None:
            return self._reason_for_nothing(data)
        graph = self.live.project.graph
        analysis = analyse(graph)
        entry = first_input(graph, analysis, data)
        layers = feature_layers(graph, analysis, entry)
        self._offer(graph, layers, bottleneck(graph, analysis, layers))
        if not layers.keys() - {entry}:  # the data alone is nobody's work
            return _reason_for_no_layer(graph, analysis, entry)
        features, examples = self._read(model, data, str(self._choice.currentData()))
        finite = np.isfinite(features).all(axis=1)
        if not finite.all():
            return "This layer gives no finite numbers any more: restart with a lower learning rate"
        self.plot.show_features(str(self._choice.currentData()), examples, features)
        self._legend.show_examples(examples, self.plot.marks)
        caption = f"{len(features):,} {examples.part} examples"
        if len(graph.inputs) > 1:
            caption += f", {graph.by_id[entry].title} only"
        self._caption.setText(caption)
        return ""

    def _reason_for_nothing(self, data: PreparedData | None) -> str:
        workbench = self.live.workbench
        if workbench.is_loading:
            return "The data is being read"
        if data is None:
            return workbench.data_error or "Choose data: what a layer makes of it appears here"
        errors = [str(problem) for problem in workbench.problems if problem.severity == "error"]
        if self.live.project.graph.nodes and errors:
            return errors[0]
        return (
            "Connect an Input and a Dense layer: what it makes of the data appears here as points"
        )

    def _read(self, model: Model, data: PreparedData, node: str) -> tuple[Array, ShownExamples]:
        """The features with the model's weights, and the examples that have them.

        Preparing the examples takes longer than asking the layer: they are kept.
        """
        now = (model.network, model.preparation, data, node)
        if self._reader is None or any(
            a is not b for a, b in zip(now, self._reader[0], strict=True)
        ):
            seed = self.live.project.data.split.seed
            index, validated = chosen_examples(data, most_examples(model.network), seed)
            examples = ShownExamples(data.dataset, index, validated)
            if self._reader is not None and self._reader[2].same_as(examples):
                examples = self._reader[2]
            rows = PreparedRows(data.dataset.inputs, model.preparation.inputs)
            self._reader = (now, Features(model.network, node, rows, index), examples)
        _, reader, examples = self._reader
        return reader.of(model.workspace.flat), examples

    # ------------------------------------------------------------------ which layer

    def _offer(self, graph: Graph, layers: dict[str, int], narrowest: str) -> None:
        """Bring the choice of layers up to date: what the user chose, else the bottleneck."""
        titles = [graph.by_id[node].title for node in layers]
        texts = []
        for place, (node, count) in enumerate(layers.items()):
            title = titles[place]
            if titles.count(title) > 1:
                title = f"{title} {titles[: place + 1].count(title)}"
            mark = ", narrowest" if node == narrowest and len(layers) > 1 else ""
            texts.append((node, f"{title}, {count:,} feature{'s' if count != 1 else ''}{mark}"))
        if tuple(texts) != self._offered:
            self._offered = tuple(texts)
            self._choice.clear()
            for node, text in texts:
                self._choice.addItem(text, node)
        wanted = self._wanted if self._wanted in layers else narrowest
        if self._choice.currentData() != wanted:
            self._choice.setCurrentIndex(max(0, self._choice.findData(wanted)))

    def _chosen(self) -> None:
        self._wanted = str(self._choice.currentData() or "")
        self.live.mark(self)

    # ------------------------------------------------------------------ room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._suit_to_size()

    def _suit_to_size(self) -> None:
        """Put the legend where there is room for it."""
        shown, narrow = not self.plot.isHidden(), self.width() < _NARROW
        row = self._below if narrow else self._header
        if row.indexOf(self._legend) < 0:
            row.addWidget(self._legend, 2)
        self._caption.setVisible(shown and not narrow)
        self._legend.setVisible(shown and (not narrow or self.height() >= _LOW))


def _reason_for_no_layer(graph: Graph, analysis: Analysis, entry: str) -> str:
    if not entry:
        return "The data doesn't fit the network's Input, so there is nothing to show it"
    if any(len(shape or ()) == 2 for shape in analysis.shapes.values()):
        return "This network gives sequences: a single point can't stand for one of them"
    if len(graph.nodes) > 1:
        return f"No layer gives {MOST_FEATURES:,} numbers or fewer for each example"
    return "Connect an Input and a Dense layer: what it makes of the data appears here as points"


class _Legend(QWidget):
    """Each class's mark with its name, as many as there is room for; or the scale of targets."""

    _STEP, _BAR = 19, 64

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("features_legend")
        self._theme = theme
        self._marks: list[tuple[str, str]] = []
        self._names: tuple[str, ...] = ()
        self._ends: tuple[str, str] | None = None
        self._shown: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, 20)

    def show_examples(self, examples: ShownExamples, marks: list[tuple[str, str]]) -> None:
        """Explain the marks of these examples."""
        if (examples, self._theme.name) == self._shown:
            return
        self._shown = (examples, self._theme.name)
        self._marks, self._names, self._ends = marks, (), None
        if examples.labels is not None:
            self._names = examples.dataset.classes
            words = "Classes: " + ", ".join(self._names)
        elif examples.values is not None and len(examples.values):
            low, high = float(examples.values.min()), float(examples.values.max())
            self._ends = f"{examples.value_name} = {number_text(low)}", number_text(high)
            words = f"Colours from {self._ends[0]} to {self._ends[1]}"
        else:
            words = ""
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = sized(self.font(), LABEL_SIZE)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        if self._ends is not None:
            self._paint_scale(painter, metrics, *self._ends)
        else:
            self._paint_names(painter, metrics)

    def _paint_names(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        room = [metrics.horizontalAdvance(name) + self._STEP for name in self._names]
        count = len(room)
        while count and sum(room[:count]) + 36 * (count < len(room)) > self.width() + 10:
            count -= 1
        texts = list(self._names[:count])
        baseline = self.height() / 2 + (metrics.ascent() - metrics.descent()) / 2
        left = 4.0
        for text, mark, width in zip(texts, self._marks, room, strict=False):
            paint_mark(painter, mark, QPointF(left, self.height() / 2), self._theme.name)
            painter.setPen(self._theme.colour("dim"))
            painter.drawText(QPointF(left + 8, baseline), text)
            left += width
        if count < len(room):
            painter.setPen(self._theme.colour("dim"))
            painter.drawText(QPointF(left, baseline), f"+ {len(room) - count}")

    def _paint_scale(self, painter: QPainter, metrics: QFontMetricsF, low: str, high: str) -> None:
        baseline = self.height() / 2 + (metrics.ascent() - metrics.descent()) / 2
        left = metrics.horizontalAdvance(low) + 8
        bar = QRectF(left, self.height() / 2 - 4, self._BAR, 8)
        gradient = QLinearGradient(bar.left(), 0, bar.right(), 0)
        for place, (colour, _) in enumerate(self._marks):
            gradient.setColorAt(place / max(1, len(self._marks) - 1), QColor(colour))
        painter.fillRect(bar, gradient)
        painter.setPen(self._theme.colour("dim"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawText(QPointF(0, baseline), low)
        painter.drawText(QPointF(bar.right() + 8, baseline), high)
