"""What a layer makes of the data, as points: what the network tells apart there, and what not yet.

Each point is an example. A layer of two features is drawn as it is; of more features, the plane is
seen on which the points lie farthest apart (:mod:`nnstudio.training.principal_plane`).
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.graph.analysis import Analysis, analyse
from nnstudio.graph.model import Graph
from nnstudio.gui.features.arranged import Arranged
from nnstudio.gui.features.reading import FeatureReader, answer_text, answers_of, judging_node
from nnstudio.gui.features.tuning_row import TuningRow
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.chooser import chooser
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.feature_legend import FeatureLegend
from nnstudio.gui.plots.feature_plot import FeaturePlot
from nnstudio.gui.plots.shown_examples import Colouring, ShownExamples, by_rightness, by_truth
from nnstudio.project.model import Model
from nnstudio.training.features import (
    MOST_FEATURES,
    bottleneck,
    feature_layers,
    first_input,
    most_examples,
)
from nnstudio.training.neighbours import TITLES, Method, lacking

#: A panel narrower than this has the legend in a line of its own, and no caption.
_NARROW = 560
#: One wider than this has all settings in one line.
_WIDE = 1160
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
        self._drawn: tuple[object, ...] = ()
        self._reader = FeatureReader()
        self.plot = FeaturePlot(theme)
        self.plot.setObjectName("features_plot")
        self.plot.setMinimumHeight(60)
        self.plot.answer_of = self._answer_of
        self.plot.chosen.connect(live.workbench.show_example)
        self._choice = chooser("features_layer", "Layer whose features are shown")
        self._choice.activated.connect(self._chosen)
        self._method = self._make_methods()
        self._colour = chooser("features_colour", "What colours tell")
        self._colour.activated.connect(lambda: live.mark(self))
        self._tuning = TuningRow(theme)
        self.arranged = Arranged(live, self._reader, self._tuning, self)
        self.arranged.grown.connect(self._grown)
        self._caption = QLabel()
        self._caption.setObjectName("features_caption")
        self._caption.setProperty("role", "dim")
        self._legend = FeatureLegend(theme)
        self._empty = EmptyState("features_empty")
        self._header, self._below = QHBoxLayout(), QHBoxLayout()
        self._header.setSpacing(8)
        self._below.setSpacing(8)
        self._header.addWidget(self._choice)
        self._header.addWidget(self._method)
        self._header.addWidget(self._colour)
        self._header.addWidget(self._caption)
        self._header.addStretch()
        self._header.addWidget(self._legend, 2)
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(self._header)
        layout.addLayout(self._below)
        layout.addWidget(self._tuning)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self._empty, 1)
        live.workbench.selection_changed.connect(self._follow_canvas)
        theme.changed.connect(self._dress)

    def _dress(self) -> None:
        self._drawn = ()  # the legend has the theme's colours
        self.live.mark(self)

    def _make_methods(self) -> QComboBox:
        """Methods whose library isn't installed are dim, and say so."""
        box = chooser("features_method", "How many features become two")
        box.addItem("PCA", "pca")
        entries = box.model()
        assert isinstance(entries, QStandardItemModel), "what a combo box begins with"
        for number, (method, title) in enumerate(TITLES.items(), 1):
            box.addItem(title, method)
            if package := lacking(method):
                entries.item(number).setEnabled(False)
                told = f"{title} needs {package}: pip install nnstudio[embed]"
                box.setItemData(number, told, Qt.ItemDataRole.ToolTipRole)
        box.activated.connect(lambda: self.live.mark(self))
        return box

    # ------------------------------------------------------------------ what is shown

    def refresh(self) -> None:
        """Ask the layer as it is now for its outputs."""
        reason = self._show()
        for part in (self.plot, self._choice, self._method):
            part.setVisible(not reason)
        self._tuning.setVisible(not reason and self.method != "pca")
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
        node, output = str(self._choice.currentData()), judging_node(model, layers)
        self._offer_colours(data, bool(output))
        if self.method == "pca":
            self.arranged.rest()
            self._drawn = ()
            reason = self._show_plane(model, data, node, layers[node], output)
        else:
            reason = self._show_arranged(model, data, node, output)
        if len(graph.inputs) > 1 and not reason:
            self._caption.setText(f"{self._caption.text()}, {graph.by_id[entry].title} only")
        return reason

    def _show_plane(
        self, model: Model, data: PreparedData, node: str, size: int, output: str
    ) -> str:
        """The features as they are now, on their principal plane."""
        most, seed = most_examples(model.network, size), self.live.project.data.split.seed
        examples = self._reader.examples(data, most, seed)
        features = self._reader.read(model, data, examples, node)
        if not np.isfinite(features).all():
            return "This layer gives no finite numbers any more: restart with a lower learning rate"
        outputs = None
        if self._judges:
            is_same = output == node
            outputs = features if is_same else self._reader.read(model, data, examples, output)
        colouring = self._colouring(model, examples, outputs)
        self.plot.show_features(node, examples, features, colouring)
        self._legend.show_colouring(colouring)
        self._caption.setText(_counted(examples))
        return ""

    # ------------------------------------------------------------------ by neighbours

    @property
    def method(self) -> str:
        """``pca``, ``tsne`` or ``umap``."""
        return str(self._method.currentData())

    def _grown(self) -> None:
        """There is a better picture; but what nobody sees isn't arranged any further."""
        if not self.is_seen():
            self.arranged.rest()
        self.live.mark(self)

    def _show_arranged(self, model: Model, data: PreparedData, node: str, output: str) -> str:
        """The last arrangement there is; another one is begun if it is no longer true."""
        method: Method = "umap" if self.method == "umap" else "tsne"
        self.arranged.tuning.show_method(method)
        self.arranged.follow(model, data, node, output, method)
        job, examples, busy = self.arranged.job, self.arranged.examples, self.arranged.is_busy
        assert job is not None, "it was just begun"
        assert examples is not None, "an arrangement is of some examples"
        self.arranged.tuning.show_progress(job.stage, job.stages, busy)
        if job.error:
            return job.error
        stale = ", as they were" if self.live.is_running and not busy else ""
        self._caption.setText(_counted(examples) + stale)
        now = (job, job.stage, self._judges)
        if (places := self.arranged.places) is not None and now != self._drawn:
            self._drawn = now  # points that stand still aren't painted again
            colouring = self._colouring(model, examples, job.outputs)
            self.plot.show_places(f"{node} {method}", examples, places, colouring)
            self._legend.show_colouring(colouring)
        return ""

    # ------------------------------------------------------------------ colours, answers

    @property
    def _judges(self) -> bool:
        return self._colour.currentData() == "rightness"

    def _offer_colours(self, data: PreparedData, judged: bool) -> None:
        """Classes or targets, and how right the answers are where that can be told."""
        is_class = data.dataset.is_classification
        both = ["Class", "Right or wrong"] if is_class else ["Target", "Error"]
        texts = both if judged else both[:1]
        if texts != [self._colour.itemText(k) for k in range(self._colour.count())]:
            judges = self._judges and judged
            self._colour.clear()
            for text, key in zip(texts, ("truth", "rightness"), strict=False):
                self._colour.addItem(text, key)
            self._colour.setCurrentIndex(int(judges))

    def _colouring(self, model: Model, examples: ShownExamples, outputs: Array | None) -> Colouring:
        if self._judges and outputs is not None and len(outputs) == len(examples.index):
            return by_rightness(examples, answers_of(model, outputs))
        return by_truth(examples)

    def _answer_of(self, number: int) -> str:
        """What the network, as it is shown, answers to one of the points."""
        model, data, examples = self.live.model(), self.live.workbench.data, self.plot.examples
        if (
            model is None
            or data is None
            or examples is None
            or examples.dataset is not data.dataset
        ):
            return ""
        return answer_text(model, data, int(examples.index[number]))

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

    def _follow_canvas(self) -> None:
        """Who selects a layer on the canvas sees its features."""
        selection = self.live.workbench.selection
        if len(selection) == 1 and self._choice.findData(selection[0]) >= 0:
            self._wanted = selection[0]
            self.live.mark(self)

    # ------------------------------------------------------------------ room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._suit_to_size()

    def _is_narrow(self) -> bool:
        """Whether choices, caption and legend don't fit into one line."""
        parts = [self._choice, self._method, self._colour, self._caption]
        if self.width() >= _WIDE:
            parts.append(self._tuning)
        needed = sum(part.sizeHint().width() + self._header.spacing() for part in parts)
        margins = self._column.contentsMargins()
        needed += self._legend.least_width() + margins.left() + margins.right()
        return self.width() < max(_NARROW, needed)

    def _suit_to_size(self) -> None:
        """Put the legend where there is room for it."""
        shown, narrow = not self.plot.isHidden(), self._is_narrow()
        row = self._below if narrow else self._header
        if row.indexOf(self._legend) < 0:
            for place, part in ((0 if narrow else 2, self._colour), (-1, self._legend)):
                row.insertWidget(place, part, 2 if part is self._legend else 0)
        wide = self.width() >= _WIDE
        if wide != (self._header.indexOf(self._tuning) >= 0):
            if wide:
                self._header.insertWidget(3, self._tuning)
            else:
                self._column.insertWidget(2, self._tuning)
        is_room = not narrow or self.height() >= _LOW
        self._caption.setVisible(shown and not narrow)
        self._legend.setVisible(shown and is_room)
        self._colour.setVisible(shown and is_room and self._colour.count() > 1)


def _counted(examples: ShownExamples) -> str:
    """How many examples are shown, of which part."""
    count = len(examples.index)
    counted = f"{count:,} {examples.part} example" + ("s" if count != 1 else "")
    return counted + (", coloured by the first place" if examples.is_of_first_place else "")


def _reason_for_no_layer(graph: Graph, analysis: Analysis, entry: str) -> str:
    if not entry:
        return "The data doesn't fit the network's Input, so there is nothing to show it"
    if len(graph.inputs) > 1:
        return "Every layer mixes several inputs: points are drawn of what is made of one alone"
    if len(graph.nodes) > 1:
        return f"No layer gives {MOST_FEATURES:,} numbers or fewer for each example"
    return "Connect an Input and a Dense layer: what it makes of the data appears here as points"
