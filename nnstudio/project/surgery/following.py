"""Where the features of a layer go: through which layers they pass, and which ones weigh them.

When a layer gets other units, each new one is told by the *origin*, the old unit that it is a copy
of. The origins are followed along the wires: an activation hands each feature on, Flatten makes
several of each channel, Concatenate puts those of its inputs side by side, and they end where a
layer weighs what it gets. A layer that mixes features, or needs a fixed number of them, is where
following, and so the surgery, has to give up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np

from nnstudio.engine.activations import PReLU, Softmax
from nnstudio.engine.activations.elementwise import Elementwise
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.conv import Conv1D, Conv2D, ConvTranspose2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout, SpatialDropout
from nnstudio.engine.layer import Array, Layer, Shape
from nnstudio.engine.merging import Add, Concatenate, Multiply
from nnstudio.engine.noise import GaussianNoise
from nnstudio.engine.normalisation import BatchNorm, LayerNorm
from nnstudio.engine.pooling import (
    AveragePool1D,
    AveragePool2D,
    GlobalAveragePool1D,
    GlobalAveragePool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    MaxPool1D,
    MaxPool2D,
)
from nnstudio.engine.recurrent.reading import Recurrent
from nnstudio.engine.shaping import Flatten, ZeroPadding1D, ZeroPadding2D
from nnstudio.engine.upsampling import Upsample1D, Upsample2D
from nnstudio.graph.analysis import Analysis, analyse
from nnstudio.graph.edits import EditError
from nnstudio.graph.model import Graph, Node

#: Layers that treat each feature by itself: equal features in, equal features out.
_BY_FEATURE = (
    Elementwise, PReLU, Dropout, SpatialDropout, GaussianNoise, BatchNorm,
    MaxPool1D, MaxPool2D, AveragePool1D, AveragePool2D,
    GlobalMaxPool1D, GlobalMaxPool2D, GlobalAveragePool1D, GlobalAveragePool2D,
    Upsample1D, Upsample2D, ZeroPadding1D, ZeroPadding2D,
)  # fmt: skip
#: Layers that hand each feature on as well, but look at all of them together on the way.
_TOGETHER = (LayerNorm, Softmax)


@dataclass(frozen=True)
class Followed:
    """Where features went.

    Attributes:
        passed: the origin of each feature at the output of every node they pass through, in
            running order; they have as many places, if any, in variables there.
        read: the origin of each feature at the input of every node that weighs them.
    """

    passed: Mapping[str, Array]
    read: Mapping[str, Array]


def reading_axes(layer: Layer) -> Mapping[str, int]:
    """For each variable that weighs the inputs of ``layer``: its axis that counts these."""
    if isinstance(layer, Dense):
        return {"weight": 1}
    if isinstance(layer, Conv1D | Conv2D):
        return {"weight": 1} if layer.groups == 1 else {}
    if isinstance(layer, ConvTranspose2D):
        return {"weight": 0}
    if isinstance(layer, Recurrent):
        return {"weight_ih": 1, "weight_ih_reverse": 1}
    return {}


def follow(graph: Graph, node: str, origin: Array, *, keeps_function: bool) -> Followed:
    """Follow the units of ``node`` to whatever weighs them.

    Args:
        origin: for each new unit the old one that it is a copy of.
        keeps_function: whether what comes out must stay the same, so that layers that look at all
            features together are in the way.

    Raises:
        EditError: they reach an output, or a layer that can't take another number of features.
    """
    analysis = analyse(graph)
    for problem in analysis.errors:
        raise EditError("surgery_unfinished", problem=problem)
    at: dict[str, Array] = {node: origin}
    read: dict[str, Array] = {}
    for id in analysis.order[analysis.order.index(node) + 1 :]:
        given = [at.get(edge.source) for edge in graph.incoming[id]]
        if all(one is None for one in given):
            continue
        passing = _Passing(graph, analysis, graph.by_id[id], node)
        if passing.node.passes:  # a bypassed merge hands on its first input alone
            if given[0] is not None:
                at[id] = given[0]
        elif reading_axes(passing.node.layer):
            passing.refuse_shared()
            (its,) = given
            assert its is not None, "it has one input"
            read[id] = its
        else:
            at[id] = passing.through(given, keeps_function=keeps_function)
    for id in at:
        if not graph.outgoing[id]:
            raise _reaches_output(graph, node, id)
    del at[node]
    return Followed(at, read)


@dataclass(frozen=True)
class _Passing:
    """One node that features come to, on their way from ``start``."""

    graph: Graph
    analysis: Analysis
    node: Node
    start: str

    def through(self, given: list[Array | None], *, keeps_function: bool) -> Array:
        """The origins at the node's output for those at its inputs."""
        layer, first = self.node.layer, given[0]
        self.refuse_shared()
        if isinstance(layer, Add | Multiply):
            if first is None or any(o is None or not np.array_equal(o, first) for o in given):
                raise self._error("surgery_merge")
            return first
        if isinstance(layer, Concatenate):
            return self._side_by_side(given)
        assert first is not None, "the others have one input"
        if isinstance(layer, Flatten):
            return self._flattened(first)
        if isinstance(layer, _BY_FEATURE) or (isinstance(layer, _TOGETHER) and not keeps_function):
            return first
        if not self.graph.outgoing[self.node.id]:
            raise _reaches_output(self.graph, self.start, self.node.id)
        if isinstance(layer, Conv1D | Conv2D):
            raise self._error("surgery_groups")
        raise self._error("surgery_mixes" if keeps_function else "surgery_fixed")

    def refuse_shared(self) -> None:
        """Weights that are used in several places would have to suit all of them."""
        if self.analysis.variables[self.node.id] or self.node.owner:
            refuse_shared(self.graph, self.node.id)

    def _side_by_side(self, given: list[Array | None]) -> Array:
        shapes = self._shapes_in()
        axis = feature_axis(len(shapes[0]))
        parts, before = [], 0
        for origin, shape in zip(given, shapes, strict=True):
            parts.append((np.arange(shape[axis]) if origin is None else origin) + before)
            before += shape[axis]
        return np.concatenate(parts)

    def _flattened(self, origin: Array) -> Array:
        (shape,) = self._shapes_in()
        numbers = np.arange(prod(shape)).reshape(shape)
        return numbers.take(origin, feature_axis(len(shape))).reshape(-1)

    def _shapes_in(self) -> list[Shape]:
        shapes = [self.analysis.shapes[edge.source] for edge in self.graph.incoming[self.node.id]]
        return [shape for shape in shapes if shape is not None]

    def _error(self, code: str) -> EditError:
        return EditError(code, node=_title(self.graph, self.start), layer=self.node.title)


def _reaches_output(graph: Graph, node: str, output: str) -> EditError:
    """Why ``node`` must keep its units: they are, or become, an answer of the network."""
    return EditError("surgery_output", node=_title(graph, node), output=_title(graph, output))


def refuse_shared(graph: Graph, node: str) -> None:
    """Raise if ``node`` uses the weights of another one, or another one uses its.

    Raises:
        EditError: which node that is, and what to do.
    """
    one = graph.by_id[node]
    other = next((n.id for n in graph.nodes if n.owner == node), one.owner)
    if other:
        raise EditError("surgery_shared", node=one.title, other=_title(graph, other))


def _title(graph: Graph, node: str) -> str:
    return graph.by_id[node].title
