"""What the weights into a unit are called: by where in the data or the network they come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from nnstudio.data.dataset import INPUTS
from nnstudio.engine.layer import Shape
from nnstudio.engine.shaping import Input
from nnstudio.graph.analysis import Analysis
from nnstudio.graph.model import Graph, Node
from nnstudio.gui.plots.weight_picture import KEEP_PLACES, picture_shape

#: The names of the axes of what a unit weighs, apart from those of length 1.
_AXES = {2: ("feature", "place"), 3: ("channel", "row", "column")}


def weight_names(
    graph: Graph, analysis: Analysis, node: Node, kernel: Shape, input_names: Sequence[str]
) -> Callable[[int], str]:
    """Tells the name of each weight into a unit of ``node``, counted in reading order.

    Args:
        kernel: the shape of one unit's weights.
        input_names: of the features of the data's inputs, if they have any.
    """
    if len(kernel) > 1:
        return lambda i: _place(i, kernel)
    picture = picture_shape(graph, analysis, node.id)
    if picture is not None and prod(picture) == kernel[0]:
        return lambda i: _place(i, picture)
    source = _origin(graph, node.id)
    if source is None:
        return lambda i: f"input {i + 1}"
    layer = source.layer
    if isinstance(layer, Input) and layer.source == INPUTS and len(input_names) == kernel[0]:
        return lambda i: input_names[i]
    title = source.title
    return lambda i: f"{title} {i + 1}"


def _place(number: int, shape: Shape) -> str:
    """Where in an array of ``shape`` its ``number``-th entry stands: ``row 2, column 5``.

    Beside a channel there is no room for these words: ``channel 1, at 2, 5``.
    """
    places = [int(place) + 1 for place in np.unravel_index(number, shape)]
    named = list(zip(_AXES[len(shape)], places, shape, strict=True))
    if sum(size > 1 for *_, size in named) == 3:
        return "channel {}, at {}, {}".format(*places)
    return ", ".join(f"{axis} {place}" for axis, place, size in named if size > 1) or "input"


def _origin(graph: Graph, node: str) -> Node | None:
    """Where the features come from that ``node`` weighs, if all come from one place, in order."""
    while len(graph.incoming[node]) == 1:
        node = graph.incoming[node][0].source
        one = graph.by_id[node]
        if type(one.layer).__name__ not in KEEP_PLACES - {"Reshape"}:
            return one
    return None
