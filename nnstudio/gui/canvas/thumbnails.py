"""What is on the cards: the one place that decides which little picture each card shows."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.shaping import Input, Permute
from nnstudio.graph.model import Graph
from nnstudio.gui.canvas.card_legend import CardLegend
from nnstudio.gui.canvas.output_maps import OutputMaps
from nnstudio.gui.canvas.pixmaps import grey_pixmap, sequence_chart, signed_pixmap, tiled
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.theme import Theme
from nnstudio.training.flow import first_examples

#: What cards may show, and what menus call it. Automatic: outputs where a map of them says it all,
#: for data of one or two numbers and of pictures; weights elsewhere.
ON_CARDS = {
    "automatic": "Automatic",
    "weights": "Weights",
    "outputs": "Outputs",
    "curves": "Curves",
    "nothing": "Nothing",
}
#: Pictures of so many neurons at most.
_TILES = 4
#: At most so many rows and columns of a weight matrix.
_PART = 24
#: No matrix is drawn so many times longer than it is wide, or more.
_LONGEST = 2
#: Categories of layers that mix no pixels with each other.
_PIXEL_BY_PIXEL = ("activation", "regularise", "shape")
#: More cards than this aren't drawn while training runs.
_MOST = 16


class Cards(Protocol):
    """What shows the pictures: the canvas."""

    def seen_nodes(self) -> tuple[str, ...]:
        """The nodes whose pictures can be seen now; others aren't drawn."""

    def set_thumbnail(self, node_id: str, pixmap: QPixmap | None) -> None:
        """Show a node's picture, its curve if it is ``None``, nothing if it is empty."""

    def hand_over_updates(self) -> None:
        """Have what changed painted with the next update, rather than some time later."""


class Thumbnails(LiveView):
    """A widget without a face: visible with its canvas, it keeps the cards' pictures up to date."""

    needs_weights = True
    latest = 0.4  # what is so small need not hurry

    def __init__(self, live: Live, theme: Theme, cards: Cards, parent: QWidget) -> None:
        super().__init__(live, parent)
        self.resize(0, 0)
        self._theme = theme
        self._cards = cards
        self.legend = CardLegend(theme)
        self._maps = OutputMaps()
        self._kind = "automatic"
        self._drawn: frozenset[str] = frozenset()
        self._examples: dict[str, tuple[tuple[object, ...], QPixmap | None]] = {}
        theme.changed.connect(lambda: live.mark(self))

    @property
    def on_cards(self) -> str:
        """What the cards show, a key of :data:`ON_CARDS`."""
        return self._kind

    def show_on_cards(self, kind: str) -> None:
        """Let cards show this, a key of :data:`ON_CARDS`; any other word changes nothing."""
        if kind in ON_CARDS and kind != self._kind:
            self._kind = kind
            self.needs_weights = self.follows_training = kind not in ("curves", "nothing")
            self.legend.want(self.needs_weights)
            self.live.mark(self)

    def look_again(self) -> None:
        """Other cards may be seen by now."""
        if not self._drawn.issuperset(self._cards.seen_nodes()[:_MOST]):
            self.live.mark(self)

    def refresh(self) -> None:
        """Draw the pictures of the cards that can be seen, with the weights as they are now."""
        graph = self.live.workbench.graph
        nodes = self._cards.seen_nodes()[:_MOST]
        self._drawn = frozenset(nodes)
        model, arrays = None, {}
        if self.needs_weights and (model := self.live.model()) is not None:
            arrays = model.network.arrays(model.workspace.flat)
        if self._kind in ("automatic", "outputs"):
            self._maps.look(model if nodes else None, self.live.workbench.data)
        are_lines = self._kind in ("automatic", "outputs") and self._maps.kind == "line"
        self.legend.want(self.needs_weights and not are_lines)
        for node in nodes:
            weight = arrays.get((graph.by_id[node].owner or node, "weight"))
            self._cards.set_thumbnail(node, self._picture(graph, node, weight))
        self._cards.hand_over_updates()

    def _picture(self, graph: Graph, node: str, weight: Array | None) -> QPixmap | None:
        layer = graph.by_id[node].layer
        if self._kind == "nothing":
            return QPixmap()
        if isinstance(layer, Input) and len(layer.shape) > 1:
            return self._example(node, layer)
        if self._kind == "outputs" or (self._kind == "automatic" and self._says_most(node)):
            return self._maps.picture(node, self._theme)
        if self._kind == "curves" or weight is None or not isinstance(layer, Dense | Conv2D):
            return None
        return self._weights(weight, graph, node)

    def _says_most(self, node: str) -> bool:
        """Whether a node's output tells more than its weights, or its curve."""
        values = self._maps.values(node)
        if values is None:
            return False
        shape = values.shape[:-1]
        return len(shape) == (3 if self._maps.kind == "example" else 1)

    def _example(self, node: str, layer: Input) -> QPixmap | None:
        """Examples don't change while training runs: drawn once for each data and shape."""
        data = self.live.workbench.data
        now = (data, layer, self._theme.colours)
        known = self._examples.get(node)
        if known is None or known[0] != now:
            known = self._examples[node] = (now, self._draw_example(data, layer))
        return known[1]

    def _draw_example(self, data: PreparedData | None, layer: Input) -> QPixmap | None:
        """The picture or sequence that cards show the outputs for; ``None`` if it is neither."""
        if data is None or data.input_shape != layer.shape:
            return None
        examples = data.dataset.inputs[first_examples(data, 1)].astype(float)
        if not len(examples):
            return None
        if len(layer.shape) == 2:
            return sequence_chart(examples[0], self._theme)
        return grey_pixmap(examples[0][0]) if len(layer.shape) == 3 else None

    def _weights(self, weight: Array, graph: Graph, node: str) -> QPixmap | None:
        """The weights of the first neurons as pictures if they look at one, else the matrix."""
        shape = _picture_before(graph, node)
        if weight.ndim == 4:
            values = tiled(weight[:_TILES, 0])
        elif shape is not None and weight.shape[1] == int(np.prod(shape)):
            values = tiled(weight[:_TILES].reshape(-1, *shape)[:, 0])
        else:
            values = _broadened(weight[:_PART, :_PART])
        return None if min(values.shape) < 2 else signed_pixmap(values, self._theme)


def _broadened(matrix: Array) -> Array:
    """A long matrix with its short side drawn out, so that more is seen of it than a line."""
    times = [max(1, max(matrix.shape) // (_LONGEST * size)) for size in matrix.shape]
    return matrix.repeat(times[0], 0).repeat(times[1], 1)


def _picture_before(graph: Graph, node: str) -> tuple[int, ...] | None:
    """The shape of the pictures that a layer looks at, if each input still is one pixel."""
    for edge in graph.incoming[node]:
        source = graph.by_id[edge.source]
        if isinstance(source.layer, Input) and len(source.layer.shape) == 3:
            return source.layer.shape
        keeps = type(source.layer).category in _PIXEL_BY_PIXEL
        if keeps and source.layer.arity == (1, 1) and not isinstance(source.layer, Permute):
            return _picture_before(graph, source.id)
    return None
