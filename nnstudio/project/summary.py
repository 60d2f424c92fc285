"""The network in numbers: shapes, parameters, operations and memory of each layer, and in all.

**FLOPs** are floating-point operations for one example forward, as each layer counts them
(:meth:`~nnstudio.engine.layer.Layer.flops`): a multiply-add is two.

**Memory** is what training takes at this batch size, all numbers being float32:

    weights      every variable, also running statistics
    gradients    ∂L/∂w for what learns, once for each thread
    optimizer    its slots for what learns, such as Adam's two means; the average and best weights
    activations  for each example of a batch the outputs kept for backward, the errors that come
                 back, and what layers and losses work in

The last is told by each layer for the way in which it is really computed
(:meth:`~nnstudio.engine.layer.Layer.buffer_size`), and is right within a fourth; the data itself
and the program aren't counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from math import prod
from operator import add

from nnstudio.engine.layer import Layer, Shape
from nnstudio.engine.network import Network
from nnstudio.graph.analysis import Analysis, analyse
from nnstudio.graph.compile import CompileError
from nnstudio.graph.model import Graph, Node
from nnstudio.project.project import Project

#: The bytes of a float32.
_EACH = 4
#: Arrays as large as its output that a loss needs: targets, something on the way, and ∂L/∂y.
_LOSS_ARRAYS = 3


@dataclass(frozen=True)
class Memory:
    """Bytes, by what they are for."""

    weights: int = 0
    gradients: int = 0
    optimizer: int = 0
    activations: int = 0

    @property
    def total(self) -> int:
        return self.weights + self.gradients + self.optimizer + self.activations

    def __add__(self, other: Memory) -> Memory:
        return Memory(
            self.weights + other.weights,
            self.gradients + other.gradients,
            self.optimizer + other.optimizer,
            self.activations + other.activations,
        )


@dataclass(frozen=True)
class LayerSummary:
    """One layer in numbers.

    Attributes:
        title: the node's name.
        setting: its layer's name, if the title is another, and key setting.
        shape: of one example's output; ``None`` where it can't be known.
        parameters: trainable numbers of its own, frozen or not.
        trainable: how many of these learn.
        flops: for one example forward; ``None`` where it can't be known.
        memory: while training; ``None`` as long as the network can't run.
        owner: the title of the node whose weights it shares; empty for its own.
    """

    node: str
    title: str
    setting: str
    shape: Shape | None
    parameters: int
    trainable: int
    flops: int | None
    memory: Memory | None
    owner: str = ""

    @property
    def learns(self) -> str:
        """Whether its weights learn, in a word or two; empty if it has none."""
        if self.owner:
            return f"with {self.owner}"
        if not self.parameters:
            return ""
        if not self.trainable:
            return "frozen"
        return "yes" if self.trainable == self.parameters else "in part"


@dataclass(frozen=True)
class Summary:
    """All layers in running order, and the sums.

    Attributes:
        batch_size: for which the memory is told.
    """

    layers: tuple[LayerSummary, ...]
    batch_size: int

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    @property
    def trainable(self) -> int:
        return sum(layer.trainable for layer in self.layers)

    @property
    def flops(self) -> int | None:
        """For one example forward; ``None`` while a layer's can't be known."""
        known = [layer.flops for layer in self.layers if layer.flops is not None]
        return sum(known) if len(known) == len(self.layers) else None

    @property
    def memory(self) -> Memory | None:
        """While training; ``None`` as long as the network can't run."""
        known = [layer.memory for layer in self.layers if layer.memory is not None]
        return reduce(add, known, Memory()) if len(known) == len(self.layers) else None


def summarise(project: Project) -> Summary:
    """The network of ``project`` in numbers."""
    graph = project.graph
    analysis = analyse(graph)
    memory = _memory(project)
    layers = tuple(
        _layer(graph, graph.by_id[id], analysis, memory.get(id) if memory else None)
        for id in analysis.order
    )
    return Summary(layers, project.settings.batch_size)


def _layer(graph: Graph, node: Node, analysis: Analysis, memory: Memory | None) -> LayerSummary:
    owner = graph.by_id.get(node.owner)
    parameters = analysis.parameters(node.id)
    return LayerSummary(
        node.id,
        node.title,
        _setting(node),
        analysis.shapes[node.id],
        parameters,
        parameters - _resting(node, analysis),
        _flops(graph, node, analysis),
        memory,
        owner.title if owner else "",
    )


def _setting(node: Node) -> str:
    kind = type(node.layer).__name__ if node.name else ""
    return ", ".join(filter(None, (kind, node.layer.caption(), "bypassed" * node.bypassed)))


def _resting(node: Node, analysis: Analysis) -> int:
    """How many of its own trainable numbers are frozen."""
    if node.frozen:
        return analysis.parameters(node.id)
    if not node.frozen_units:
        return 0
    learned = [v for v in analysis.variables[node.id] if v.trainable]
    return sum(prod(v.shape) * len(node.frozen_units) // v.shape[v.unit_axis] for v in learned)


def _flops(graph: Graph, node: Node, analysis: Analysis) -> int | None:
    if analysis.shapes[node.id] is None:
        return None
    shapes = [analysis.shapes[edge.source] for edge in graph.incoming[node.id]]
    known = tuple(shape for shape in shapes if shape is not None)
    return 0 if node.bypassed else _counted(node.layer, known)


@lru_cache(maxsize=8_192)
def _counted(layer: Layer, shapes: tuple[Shape, ...]) -> int:
    """With each edit nearly all layers are as they were."""
    return layer.flops(*shapes)


# ---------------------------------------------------------------- memory


def _memory(project: Project) -> Mapping[str, Memory] | None:
    """What each node takes; ``None`` while the network can't run."""
    try:
        network = project.network()
    except CompileError:
        return None
    found = {node.id: Memory() for node in project.graph.nodes}
    for node, memory in (*_of_variables(network, project), *_of_batches(network, project)):
        found[node] = found[node] + memory
    return found


def _of_variables(network: Network, project: Project) -> list[tuple[str, Memory]]:
    settings = project.settings
    best = settings.early_stopping and settings.restore_best_weights
    slots = len(settings.slots())
    found = []
    for place in network.places:
        size = _EACH * prod(place.variable.shape)
        learned = size if place.start < network.trainable_size else 0
        copies = size if best else 0
        memory = Memory(size, learned * settings.threads, learned * slots + copies)
        found.append((place.key[0], memory))
    return found


def _of_batches(network: Network, project: Project) -> list[tuple[str, Memory]]:
    """What runs while training: the losses' steps and all that lead to them."""
    steps = network.steps
    batch = _EACH * project.settings.batch_size
    running = network.ancestors([head.loss_step for head in network.heads])
    takers = Counter(source for i in running for source in steps[i].runs.inputs)
    found = []
    for i in running:
        step, runs = steps[i], steps[i].runs
        shapes = tuple(steps[source].shape for source in runs.inputs)
        needs_dx = network.learns_before[i]
        numbers = _held(runs.layer, shapes, needs_dx)
        if takers[i] > 1 and needs_dx:  # what comes back from several is added up
            numbers += prod(step.shape)
        found.append((step.node, Memory(activations=batch * numbers)))
    for head in network.heads:
        numbers = _LOSS_ARRAYS * prod(steps[head.loss_step].shape)
        found.append((steps[head.step].node, Memory(activations=batch * numbers)))
    return found


@lru_cache(maxsize=8_192)
def _held(layer: Layer, shapes: tuple[Shape, ...], needs_dx: bool) -> int:
    return layer.buffer_size(*shapes, needs_dx=needs_dx)
