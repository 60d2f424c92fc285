"""One more layer that changes nothing yet (Net2DeeperNet: Chen, Goodfellow and Shlens, 2016).

The new layer's weights are the identity: W = I for Dense, and for a convolution kernels that are 1
in the middle, at their own channel, and 0 elsewhere. Its bias is 0.

Behind a layer whose units go through ReLU (perhaps after BatchNorm or Dropout) the new layer gets a
ReLU of its own, because ReLU(I · ReLU(x)) = ReLU(x): so the network becomes deeper in what it can
learn. No other activation f has f(f(x)) = f(x) and bends, so the new layer is linear there, and the
user may give it an activation later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nnstudio.engine.activations import ReLU
from nnstudio.engine.conv import Conv1D, Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Array, Layer, Shape
from nnstudio.engine.noise import GaussianNoise
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.graph.analysis import analyse
from nnstudio.graph.edits import EditError, add_node, connect, fresh_id, remove
from nnstudio.graph.model import Graph, Node
from nnstudio.messages import shape_text
from nnstudio.project.layout import Layout
from nnstudio.project.project import Project
from nnstudio.training.trained import Blob

#: What may stand between a layer and its ReLU.
_BETWEEN = (BatchNorm, Dropout, GaussianNoise)
#: The size of a new kernel where the old one has no middle.
_KERNEL = 3


@dataclass(frozen=True)
class Deepened:
    """A deeper project.

    Attributes:
        behind: the node behind which the new ones were put.
        new: their ids, in order.
    """

    project: Project
    behind: str
    new: tuple[str, ...]


def deepened(project: Project, node: str) -> Deepened:
    """With a layer that keeps all numbers as they are behind ``node``, a Dense or convolution.

    Where nothing is trained only the design changes. The run that made the weights has ended.

    Raises:
        EditError: it can't be done; the sentence says why and what to do.
    """
    graph = project.graph
    if node not in graph.by_id:
        raise EditError("edit_no_node", node=node)
    one = graph.by_id[node]
    analysis = analyse(graph)
    for problem in analysis.errors:
        raise EditError("surgery_unfinished", problem=problem)
    if not one.layer.unit_count:
        raise EditError("surgery_no_units", node=one.title)
    if one.passes:
        raise EditError("surgery_bypassed", node=one.title)
    if not graph.outgoing[node]:
        raise EditError("deepen_output", node=one.title)
    shape = analysis.shapes[node]
    assert shape is not None, "a graph without errors has all shapes"
    layer = _same_shape(one, shape)
    relu = _relu_of(graph, node)
    behind = relu or node
    layers: list[Layer] = [layer, graph.by_id[relu].layer] if relu else [layer]
    new, ids = _inserted(graph, behind, layers)
    layout = _grouped_with(project.layout, behind, ids)
    trained = project.trained
    if trained is not None:
        weights = dict(trained.weights)
        for name, array in _identity(layer).items():
            weights[ids[0], name] = Blob.of(array)
        trained = trained.without_run(weights)
    project = replace(project, layout=layout, trained=trained).with_graph(new)
    return Deepened(project, behind, ids)


def _same_shape(one: Node, shape: Shape) -> Layer:
    """The new layer: as ``one``, but giving what it gets the same shape."""
    layer = one.layer
    count = layer.unit_count
    if isinstance(layer, Dense):
        return layer
    if isinstance(layer, Conv1D):
        kernel = layer.kernel_size
        kernel = kernel if kernel % 2 else _KERNEL
        return replace(layer, kernel_size=kernel, strides=1, dilation=1, padding="same", groups=1)
    if isinstance(layer, Conv2D):
        high, wide = (size if size % 2 else _KERNEL for size in layer.kernel_size)
        return replace(
            layer,
            kernel_size=(high, wide),
            strides=(1, 1),
            dilation=(1, 1),
            padding="same",
            groups=1,
        )
    if len(shape) == 3:
        return Conv2D(filters=count, kernel_size=(_KERNEL, _KERNEL), padding="same")
    raise EditError("deepen_shape", node=one.title, got=shape_text(shape))


def _identity(layer: Layer) -> dict[str, Array]:
    """The variables with which ``layer`` gives back what it gets."""
    count = layer.unit_count
    taps = getattr(layer, "kernel_size", ())
    taps = (taps,) if isinstance(taps, int) else taps
    weight = np.zeros((count, count, *taps), np.float32)
    weight[(*np.diag_indices(count), *(size // 2 for size in taps))] = 1
    found: dict[str, Array] = {"weight": weight}
    if getattr(layer, "use_bias", False):
        found["bias"] = np.zeros(count, np.float32)
    return found


def _relu_of(graph: Graph, node: str) -> str:
    """The ReLU that all of what ``node`` gives goes through, and that is no output; or empty."""
    while len(graph.outgoing[node]) == 1:
        node = graph.outgoing[node][0].target
        one = graph.by_id[node]
        if isinstance(one.layer, ReLU) and not one.passes:
            return node if graph.outgoing[node] else ""
        if not isinstance(one.layer, _BETWEEN) and not one.passes:
            break
    return ""


def _inserted(graph: Graph, behind: str, layers: list[Layer]) -> tuple[Graph, tuple[str, ...]]:
    """With these layers in a row between ``behind`` and all that it led to."""
    wires = graph.outgoing[behind]
    graph = remove(graph, edges=wires)
    ids: list[str] = []
    for layer in layers:
        node = Node(fresh_id(graph, layer), layer)
        graph = connect(add_node(graph, node), ids[-1] if ids else behind, node.id)
        ids.append(node.id)
    for wire in wires:
        graph = connect(graph, ids[-1], wire.target, wire.slot)
    return graph, tuple(ids)


def _grouped_with(layout: Layout, behind: str, ids: tuple[str, ...]) -> Layout:
    """With the new nodes in the group that ``behind`` is in, if any."""
    groups = tuple(
        replace(group, nodes=(*group.nodes, *ids)) if behind in group.nodes else group
        for group in layout.groups
    )
    return replace(layout, groups=groups)
