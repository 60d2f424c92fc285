"""The little pictures on cards: an example on Input, the weights as they are now on Dense."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, qRgb
from PySide6.QtWidgets import QWidget

from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.shaping import Input, Permute
from nnstudio.graph.model import Graph
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.sequence_lines import paint_sequence

#: Pictures of so many neurons side by side and below each other.
_TILES = 2
#: At most so many rows and columns of a weight matrix.
_PART = 24
#: Categories of layers that mix no pixels with each other.
_PIXEL_BY_PIXEL = ("activation", "regularise", "shape")
#: The side of a line chart in pixels; cards show it smaller.
_CHART = 96
#: More cards than this aren't drawn while training runs.
_MOST = 16


class Cards(Protocol):
    """What shows the pictures: the canvas."""

    def seen_nodes(self) -> tuple[str, ...]:
        """The nodes whose pictures can be seen now; others aren't drawn."""

    def set_thumbnail(self, node_id: str, pixmap: QPixmap | None) -> None:
        """Show a node's picture, or none."""

    def hand_over_updates(self) -> None:
        """Have what changed painted with the next update, rather than some time later."""


class Thumbnails(LiveView):
    """A widget without a face: visible with its canvas, it keeps the cards' pictures up to date."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, cards: Cards, parent: QWidget) -> None:
        super().__init__(live, parent)
        self.resize(0, 0)
        self._theme = theme
        self._cards = cards
        self._show = cards.set_thumbnail
        self._examples: dict[str, object] = {}
        theme.changed.connect(lambda: live.mark(self))

    def refresh(self) -> None:
        """Draw the weights of the Dense cards that can be seen, and an example on Input."""
        graph = self.live.workbench.graph
        model = self.live.model()
        arrays = {} if model is None else model.network.arrays(model.workspace.flat)
        for node in self._cards.seen_nodes()[:_MOST]:
            layer = graph.by_id[node].layer
            if isinstance(layer, Input):
                self._show_example(node, layer)
            elif isinstance(layer, Dense):
                owner = graph.by_id[node].owner or node
                weight = arrays.get((owner, "weight"))
                picture = None if weight is None else self._weights(weight, graph, node)
                self._show(node, picture)
            else:
                self._show(node, None)
        self._cards.hand_over_updates()

    def _show_example(self, node: str, layer: Input) -> None:
        """Examples don't change while training runs: drawn once for each data and shape."""
        now = (self.live.workbench.data, layer, self._theme.name)
        if self._examples.get(node) != now:
            self._examples[node] = now
            self._show(node, self._example(layer))

    def _example(self, layer: Input) -> QPixmap | None:
        """The first training picture or sequence; ``None`` if the data has neither."""
        data = self.live.workbench.data
        if data is None or data.input_shape != layer.shape:
            return None
        if len(data.input_shape) == 2:
            return _line_chart(data.first(1)[0][0].astype(float), self._theme)
        if len(data.input_shape) != 3:
            return None
        picture = data.first(1)[0][0][0].astype(float)
        low, high = picture.min(), picture.max()
        grey = (255 * (picture - low) / (high - low or 1)).astype(np.uint8)
        return _pixmap(grey, [qRgb(g, g, g) for g in range(256)])

    def _weights(self, weight: Array, graph: Graph, node: str) -> QPixmap | None:
        """The weights of the first neurons as pictures if they look at one, else the matrix."""
        shape = _picture_before(graph, node)
        if shape is not None and weight.shape[1] == int(np.prod(shape)):
            values = _tiled(weight[: _TILES**2].reshape(-1, *shape)[:, 0])
        else:
            values = weight[:_PART, :_PART]
        if min(values.shape) < 2:
            return None
        most = float(np.abs(values).max()) or 1.0
        if not np.isfinite(most):
            return None
        colours = self._theme.colours
        scale = signed_scale(colours.negative, colours.panel, colours.positive)
        levels = np.rint(127 + 127 * (values / most)).astype(np.uint8)
        return _pixmap(levels, scale)


def _line_chart(sequence: Array, theme: Theme) -> QPixmap:
    """A sequence (T, F) as lines, on the colour of cards."""
    chart = QPixmap(_CHART, _CHART)
    chart.fill(theme.colour("window"))
    painter = QPainter(chart)
    box = QRectF(chart.rect()).adjusted(8, 8, -8, -8)
    limits = float(sequence.min()), float(sequence.max())
    paint_sequence(painter, box, sequence, limits, theme, width=4)
    painter.end()
    return chart


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


def _tiled(pictures: Array) -> Array:
    """Up to four pictures (n, H, W) as one, with a line of zeros between them."""
    count, high, wide = pictures.shape
    across = min(_TILES, count)
    down = -(-count // across)
    sheet = np.zeros((down * (high + 1) - 1, across * (wide + 1) - 1))
    for number, picture in enumerate(pictures):
        y, x = (number // across) * (high + 1), (number % across) * (wide + 1)
        sheet[y : y + high, x : x + wide] = picture
    return sheet


@lru_cache(maxsize=4)
def signed_scale(negative: str, zero: str, positive: str) -> list[int]:
    """256 colours from one sign through zero to the other."""
    ends = [QColor(name) for name in (negative, zero, positive)]
    places = np.linspace(-1, 1, 256)
    channels = (
        [end.red() for end in ends], [end.green() for end in ends], [end.blue() for end in ends]
    )  # fmt: skip
    red, green, blue = (np.interp(places, (-1, 0, 1), channel) for channel in channels)
    return [qRgb(*map(round, rgb)) for rgb in zip(red, green, blue, strict=True)]


def _pixmap(levels: Array, colours: list[int]) -> QPixmap:
    high, wide = levels.shape
    levels = np.ascontiguousarray(levels)
    image = QImage(levels.data, wide, high, wide, QImage.Format.Format_Indexed8)
    image.setColorTable(colours)
    return QPixmap.fromImage(image)
