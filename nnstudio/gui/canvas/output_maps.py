"""What each layer answers, as the picture on its card.

For data of two numbers each unit is a map over the plane of inputs, for data of one number a curve;
for pictures and sequences the outputs for one example are shown: the first feature maps of a
convolution, the lines of a sequence.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPixmap

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS
from nnstudio.engine.layer import Array
from nnstudio.gui.canvas.pixmaps import curves_chart, sequence_chart, signed_pixmap, tiled
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import Axis
from nnstudio.messages import StudioError
from nnstudio.project.model import Model
from nnstudio.training.flow import Flow, flow_of_examples

#: Points along each side of a map, and along a curve.
SIDE, CURVE = 24, 64
#: Units on one card, and feature maps.
MOST_UNITS, MOST_MAPS = 9, 4


class OutputMaps:
    """The outputs of all layers for the places or the example that cards show.

    Attributes:
        kind: what they are outputs for: ``plane``, ``line``, ``example``, or empty for nothing.
    """

    def __init__(self) -> None:
        self.kind = ""
        self._of: tuple[object, object] = (None, None)
        self._flow: Flow | None = None
        self._outputs: dict[str, Array] = {}

    def look(self, model: Model | None, data: PreparedData | None) -> None:
        """Compute all outputs with the weights that ``model`` has now."""
        if model is None or data is None:
            self.kind, self._of, self._outputs = "", (None, None), {}
            return
        if self._of != (model.network, data):
            self._of = (model.network, data)
            self.kind, self._flow = _flow(model, data)
        try:
            self._outputs = {} if self._flow is None else self._flow.of(model.workspace.flat)
        except StudioError:  # numbers that an Embedding doesn't know: who runs it is told
            self._outputs = {}

    def values(self, node: str) -> Array | None:
        """The output of ``node``, ``(features…, points)``; a map's rows run from its top."""
        return self._outputs.get(node)

    def picture(self, node: str, theme: Theme, most: int = MOST_UNITS) -> QPixmap | None:
        """The output of ``node`` for a card; ``None`` if it can't be drawn.

        Args:
            most: so many units at most.
        """
        values = self.values(node)
        if values is None or not values.size:
            return None
        shape = values.shape[:-1]
        if self.kind == "plane" and len(shape) == 1:
            maps = values[:most].reshape(-1, SIDE, SIDE)
            return signed_pixmap(tiled(maps, _columns(len(maps)), gap=3), theme, smooth=True)
        if self.kind == "line" and len(shape) == 1:
            return curves_chart(values[:most], theme)
        values = values[..., 0]
        if not np.isfinite(values).all():
            return None
        if len(shape) == 3:
            maps = values[: min(most, MOST_MAPS)]
            return signed_pixmap(tiled(maps, _columns(len(maps))), theme)
        if len(shape) == 2:
            return sequence_chart(values, theme)
        return signed_pixmap(_block(values), theme) if len(shape) == 1 else None


def plane_axes(data: PreparedData) -> list[Axis]:
    """The ranges of the data's inputs, with a little room beside them."""
    inputs = data.dataset.inputs
    lows, highs = inputs.min(axis=0), inputs.max(axis=0)
    axes = []
    for low, high in zip(lows.tolist(), highs.tolist(), strict=True):
        room = 0.06 * (high - low) or 0.5 * abs(low) or 1.0
        axes.append(Axis(low - room, high + room))
    return axes


def places(data: PreparedData) -> Array:
    """Where units are asked, in the data's units: on a line, or row by row from a plane's top."""
    axes = plane_axes(data)
    if len(axes) == 1:
        return np.linspace(axes[0].low, axes[0].high, CURVE)[:, np.newaxis]
    middles = (np.arange(SIDE) + 0.5) / SIDE
    x = axes[0].low + middles * (axes[0].high - axes[0].low)
    y = axes[1].high - middles * (axes[1].high - axes[1].low)
    return np.stack([np.tile(x, SIDE), np.repeat(y, SIDE)], axis=1)


def _flow(model: Model, data: PreparedData) -> tuple[str, Flow | None]:
    """What the cards show, and what computes it."""
    flat = data.input_shape in ((1,), (2,)) and data.dataset.size > 0
    fits = all(entry.shape == data.input_shape for entry in model.inputs)
    try:
        if flat and fits and model.columns == (INPUTS,):
            xs = model.prepared(places(data), stepped=True)
            return ("plane" if data.input_shape == (2,) else "line"), Flow(model.network, xs)
        return "example", flow_of_examples(model.network, data, 1)
    except (StudioError, KeyError, ValueError):
        return "", None  # the problems list says why


def _columns(count: int) -> int:
    """How many pictures stand side by side."""
    return 1 if count == 1 else 2 if count <= 4 else 3


def _block(values: Array) -> Array:
    """A list of numbers in rows, about as many as columns; the last row is filled with zeros."""
    across = int(np.ceil(np.sqrt(len(values))))
    down = -(-len(values) // across)
    block = np.zeros(across * down)
    block[: len(values)] = values
    return block.reshape(down, across)
