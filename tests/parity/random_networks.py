"""Random networks to compare on: small, of every layer, with every loss.

A network is an input, one to four stages, what makes a row of numbers of a picture or a sequence,
and a dense head. With branches, a stage may be two or three ways from one node that merge again,
weights may be shared and nodes frozen; there may be a second input, whose first layer may be that
of the first, a second head, and one that answers at each place; and heads count differently.

What is left out, because there is nothing to compare: numbers that vanish on paper and are made of
rounding on both sides. A constant that is added before a normalisation has no effect and so no
gradient. Normalisation therefore follows the data or a function that is curved everywhere, with at
most products without a constant in between, and has enough numbers to measure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import torch_layers
from hypothesis import strategies as st
from side_by_side import SideBySide

from nnstudio.engine.activations import ReLU, Sigmoid, Softmax, Softsign, Step, Tanh
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.conv import Conv1D, Conv2D, ConvTranspose2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Array, Layer, Shape
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    HalfSquaredError,
    Hinge,
    Huber,
    KLDivergence,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossEntropy,
)
from nnstudio.engine.merging import Add, Concatenate, Multiply
from nnstudio.engine.normalisation import BatchNorm, LayerNorm
from nnstudio.engine.places import fitted
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
from nnstudio.engine.shaping import Flatten, Input, Permute, Reshape, ZeroPadding1D, ZeroPadding2D
from nnstudio.engine.upsampling import Upsample1D, Upsample2D
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.edits import add_node, connect, fresh_id
from nnstudio.graph.model import Graph, Node

Draw = Callable[[st.SearchStrategy[Any]], Any]

#: No output in the middle of a network has more numbers per example.
LARGEST = 150
#: Examples in a batch.
COUNTS = st.integers(5, 9)
#: The data is drawn anew so often at most; see :meth:`SideBySide.suits_float32`.
DATA_DRAWS = 20

#: Functions of single numbers, each with its defaults; nothing flows back through a step.
FUNCTIONS = tuple(
    layer()
    for layer in LAYERS.values()
    if layer.category == "activation" and layer in torch_layers.COUNTERPARTS and layer is not Step
)
#: Those that are straight nowhere.
CURVED = (Tanh(), Sigmoid(), Softsign())


@dataclass(frozen=True)
class RandomNetwork:
    """A drawn graph with the losses of its outputs, and what to train it with."""

    graph: Graph
    losses: dict[str, Loss]
    weights: dict[str, float]
    count: int
    weighted: bool
    seed: int

    def side_by_side(self) -> SideBySide | None:
        """The network on data on which float32 can be compared too; ``None`` if none is found."""
        network = compile_graph(self.graph, self.losses, self.weights)
        for number in range(DATA_DRAWS):
            rng = np.random.default_rng([self.seed, number])
            flat = network.initial(self.seed, np.float64) + 0.1 * rng.standard_normal(network.size)
            steps = [network.steps[i] for i in network.input_steps]
            xs = [rng.standard_normal((*step.shape, self.count)) for step in steps]
            outputs = [network.steps[head.step] for head in network.heads]
            targets = [
                targets_for(self.losses[step.node], step.shape, self.count, rng) for step in outputs
            ]
            weights = rng.uniform(0.2, 2, self.count) if self.weighted else None
            pair = SideBySide(network, self.losses, flat, xs, targets, weights)
            if pair.suits_float32():
                return pair
        return None


def targets_for(loss: Loss, shape: Shape, count: int, rng: np.random.Generator) -> Array:
    """Targets of the kind that ``loss`` compares outputs of ``shape`` with."""
    rows, *places = wanted = (*fitted(loss, shape).target_shape(shape), count)
    outputs = shape[feature_axis(len(shape))]
    if not loss.for_classes:
        return rng.standard_normal(wanted)
    if outputs == 1 or isinstance(loss, BinaryCrossEntropy):
        return rng.integers(2, size=wanted).astype(float)
    if isinstance(loss, KLDivergence):
        return np.moveaxis(rng.dirichlet(np.ones(outputs), places), -1, 0)
    classes = rng.integers(outputs, size=places)
    if rows == 1:
        return classes[np.newaxis].astype(float)
    return np.eye(outputs)[:, classes]


# ---------------------------------------------------------------- graphs


class Sketch:
    """A graph in the making.

    Attributes:
        shapes: every node's output.
        clean: nodes whose output nothing shifts by a constant that is learned.
    """

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.graph = Graph()
        self.shapes: dict[str, Shape] = {}
        self.clean: set[str] = set()

    def add(self, layer: Layer, *sources: str, owner: str = "") -> str:
        """A new node that takes from ``sources``."""
        id = fresh_id(self.graph, layer)
        self.graph = add_node(self.graph, Node(id, layer, owner=owner))
        for source in sources:
            self.graph = connect(self.graph, source, id)
        shapes = [self.shapes[source] for source in sources]
        self.shapes[id] = layer.output_shape(*shapes)
        shifts = isinstance(layer, BatchNorm | LayerNorm) or getattr(layer, "use_bias", False)
        if layer in CURVED or (not shifts and all(source in self.clean for source in sources)):
            self.clean.add(id)
        return id

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    # -------------------------------------------------------- stages

    def stage(self, node: str) -> str:
        """Something after ``node`` that keeps the number of its axes."""
        kinds = [self.product, self.rearranged]
        if self.may_normalise(node):
            kinds.append(self.normalised)
        if len(self.shapes[node]) == 3 and min(self.shapes[node][1:]) >= 2:
            kinds.append(self.classic)
        node = self.one_of(*kinds)(node)
        return self.add(self.one_of(*FUNCTIONS, Dropout(rate=0.0)), node)

    def product(self, node: str) -> str:
        """A layer with weights."""
        shape = self.shapes[node]
        layers = {1: self.dense, 2: self.on_sequence, 3: self.on_picture}
        return self.add(layers[len(shape)](shape), node)

    def dense(self, shape: Shape) -> Dense:
        return Dense(units=self.number(2, 6), use_bias=self.bias())

    def on_sequence(self, shape: Shape) -> Layer:
        length, features = shape
        if self.draw(st.booleans()):
            return self.dense(shape)
        groups = self.one_of(*(g for g in (1, 2, 3) if features % g == 0))
        layer = Conv1D(
            filters=groups * self.number(1, 2),
            kernel_size=self.number(1, 3),
            strides=self.number(1, 2),
            padding=self.one_of("valid", "same"),
            dilation=self.number(1, 2),
            groups=groups,
            use_bias=self.bias(),
        )
        too_long = (layer.kernel_size - 1) * layer.dilation >= length
        return replace(layer, padding="same") if too_long else layer

    def on_picture(self, shape: Shape) -> Layer:
        channels, height, width = shape
        if prod(shape) <= LARGEST // 6 and self.draw(st.booleans()):
            return ConvTranspose2D(
                filters=self.number(1, 2),
                kernel_size=self.pair(1, 3),
                strides=self.pair(1, 2),
                padding=self.one_of("valid", "same"),
                use_bias=self.bias(),
            )
        groups = self.one_of(*(g for g in (1, 2, 3) if channels % g == 0))
        layer = Conv2D(
            filters=groups * self.number(1, 2),
            kernel_size=self.pair(1, 3),
            strides=self.pair(1, 2),
            padding=self.one_of("valid", "same"),
            dilation=self.pair(1, 2),
            groups=groups,
            use_bias=self.bias(),
        )
        spans = [(k - 1) * d for k, d in zip(layer.kernel_size, layer.dilation, strict=True)]
        too_large = spans[0] >= height or spans[1] >= width
        return replace(layer, padding="same") if too_large else layer

    def rearranged(self, node: str) -> str:
        """A layer without weights."""
        shape = self.shapes[node]
        layers = {1: self.row, 2: self.along_sequence, 3: self.over_picture}
        layer = self.one_of(*layers[len(shape)](shape))
        return self.add(layer, node)

    def row(self, shape: Shape) -> Sequence[Layer]:
        softmax = [Softmax()] if shape[0] > 1 else []
        return [Permute(order=(1,)), Reshape(shape=(-1,)), *softmax]

    def along_sequence(self, shape: Shape) -> Sequence[Layer]:
        length, features = shape
        size, strides = self.number(1, min(3, length)), self.number(1, 2)
        padding = self.one_of("valid", "same")
        layers = [
            MaxPool1D(pool_size=size, strides=strides, padding=padding),
            AveragePool1D(pool_size=size, strides=strides, padding=padding),
            ZeroPadding1D(before=self.number(0, 2), after=self.number(0, 2)),
            Permute(order=(2, 1)),
            Reshape(shape=(features, -1)),
        ]
        larger = [Upsample1D(factor=2)] if prod(shape) <= LARGEST // 2 else []
        softmax = [Softmax()] if features > 1 else []
        return [*layers, *larger, *softmax]

    def over_picture(self, shape: Shape) -> Sequence[Layer]:
        channels, height, width = shape
        size = self.number(1, min(3, height)), self.number(1, min(3, width))
        strides, padding = self.pair(1, 2), self.one_of("valid", "same")
        around = {side: self.number(0, 1) for side in ("top", "bottom", "left", "right")}
        layers = [
            MaxPool2D(pool_size=size, strides=strides, padding=padding),
            AveragePool2D(pool_size=size, strides=strides, padding=padding),
            ZeroPadding2D(**around),
            Permute(order=self.one_of((1, 3, 2), (2, 1, 3), (3, 1, 2))),
            Reshape(shape=(height, channels, -1)),
        ]
        how = self.one_of("nearest", "bilinear")
        larger = Upsample2D(factor=self.pair(1, 2), interpolation=how)
        return [*layers, larger] if prod(shape) <= LARGEST // 4 else layers

    def classic(self, node: str) -> str:
        """Convolution, ReLU, pooling, for which there are quicker ways of their own."""
        layer = Conv2D(filters=self.number(1, 3), kernel_size=self.pair(1, 3), padding="same")
        node = self.add(ReLU(), self.add(layer, node))
        return self.add(MaxPool2D(padding=self.one_of("valid", "same")), node)

    def may_normalise(self, node: str) -> bool:
        """Whether nothing before vanishes, and there is something to measure."""
        shape = self.shapes[node]
        return node in self.clean and (shape[1] if len(shape) == 2 else prod(shape)) >= 4

    def normalised(self, node: str) -> str:
        """One of the normalisations, of what has just gone through a curved function."""
        if self.graph.by_id[node].layer not in CURVED:
            node = self.add(self.one_of(*CURVED), node)
        return self.add(self.one_of(BatchNorm(), BatchNorm(momentum=0.5), LayerNorm()), node)

    def bias(self) -> bool:
        return self.number(0, 3) > 0

    def pair(self, least: int, most: int) -> tuple[int, int]:
        return self.number(least, most), self.number(least, most)

    # -------------------------------------------------------- branches

    def merged(self, node: str, depth: int) -> str:
        """Two or three ways from ``node``, at most one of them straight, and what merges them."""
        layer = self.one_of(Add(), Multiply(), Concatenate())
        channels = 0 if len(self.shapes[node]) == 3 else len(self.shapes[node]) - 1
        width = self.shapes[node][channels]
        ways = [node] if self.draw(st.booleans()) else []
        for _ in range(self.number(2 - len(ways), 3 - len(ways))):
            ways.append(self.way(node, width, depth))
        if isinstance(layer, Concatenate):
            ways = [self.widened(way) for way in ways]
        node = self.add(layer, *self.draw(st.permutations(ways)))
        # Products of products soon have twenty digits.
        return self.add(self.one_of(*CURVED), node) if isinstance(layer, Multiply) else node

    def way(self, node: str, width: int, depth: int) -> str:
        """A branch whose end has the shape of ``node``."""
        end = self.add(self.keeping(self.shapes[node], width), node)
        end = self.add(self.one_of(*FUNCTIONS), end)
        if depth < 1 and self.number(0, 3) == 0:
            end = self.merged(end, depth + 1)
            end = self.add(self.keeping(self.shapes[end], width), end)
        if self.number(0, 2) == 0:  # once more through the same weights, if they fit
            twins = [
                other.id
                for other in self.graph.nodes
                if isinstance(other.layer, Dense | Conv1D | Conv2D)
                and not other.owner
                and self.shapes[self.graph.incoming[other.id][0].source] == self.shapes[end]
                and self.shapes[other.id] == self.shapes[node]
            ]
            if twins:
                owner = self.one_of(*twins)
                end = self.add(self.graph.by_id[owner].layer, end, owner=owner)
        return end

    def keeping(self, shape: Shape, width: int) -> Layer:
        """A product that gives ``width`` features at every place of ``shape``."""
        if len(shape) == 1 or (len(shape) == 2 and self.draw(st.booleans())):
            return Dense(units=width, use_bias=self.bias())
        if len(shape) == 2:
            size = self.number(1, 3)
            return Conv1D(filters=width, kernel_size=size, padding="same", use_bias=self.bias())
        size = self.pair(1, 3)
        return Conv2D(filters=width, kernel_size=size, padding="same", use_bias=self.bias())

    def widened(self, node: str) -> str:
        """The same with another number of features, or as it is."""
        if len(self.shapes[node]) == 3 or self.draw(st.booleans()):
            return node
        return self.add(Dense(units=self.number(1, 3)), node)

    # -------------------------------------------------------- heads

    def flattened(self, node: str) -> str:
        """A row of numbers."""
        shape = self.shapes[node]
        if len(shape) == 2:
            layers = [Flatten(), Reshape(shape=(-1,)), GlobalMaxPool1D(), GlobalAveragePool1D()]
        elif len(shape) == 3:
            layers = [Flatten(), Reshape(shape=(-1,)), GlobalMaxPool2D(), GlobalAveragePool2D()]
        else:
            return node
        return self.add(self.one_of(*layers), node)

    def head(self, node: str) -> tuple[str, Loss]:
        """A dense layer, perhaps what makes probabilities of it, and a loss."""
        smoothing = self.one_of(0.0, 0.1)
        loss = self.one_of(
            HalfSquaredError(),
            MeanSquaredError(),
            MeanAbsoluteError(),
            Huber(delta=self.one_of(1.0, 0.5)),
            CategoricalCrossEntropy(label_smoothing=smoothing),
            SparseCategoricalCrossEntropy(label_smoothing=smoothing),
            BinaryCrossEntropy(label_smoothing=smoothing),
            KLDivergence(),
            Hinge(),
        )
        may_be_one = loss.takes_one_output or not loss.for_classes
        outputs = self.number(1 if may_be_one else 2, 4)
        end = self.add(Dense(units=outputs), node)
        if loss.fuses:
            end = self.add({"Softmax": Softmax(), "Sigmoid": Sigmoid()}[loss.fuses], end)
        elif not loss.for_classes and self.draw(st.booleans()):
            end = self.add(self.one_of(*CURVED), end)
        return end, loss

    def head_at_places(self, node: str) -> tuple[str, Loss]:
        """An answer at each place of a sequence, or a picture.

        With losses that are smooth: slopes of ± the same may add up to 0 over the places.
        """
        smoothing = self.one_of(0.0, 0.1)
        numbers = (HalfSquaredError(), MeanSquaredError())
        binary = BinaryCrossEntropy(label_smoothing=smoothing)
        if len(self.shapes[node]) == 3:
            loss = self.one_of(*numbers, binary)
            end = self.add(Conv2D(filters=self.number(1, 3), kernel_size=(1, 1)), node)
        else:
            loss = self.one_of(
                *numbers,
                binary,
                CategoricalCrossEntropy(label_smoothing=smoothing),
                SparseCategoricalCrossEntropy(label_smoothing=smoothing),
                KLDivergence(),
            )
            end = self.add(Dense(units=self.number(2, 4)), node)
        if loss.fuses:
            end = self.add({"Softmax": Softmax(), "Sigmoid": Sigmoid()}[loss.fuses], end)
        return end, loss

    # -------------------------------------------------------- inputs

    def twin_inputs(self, shape: Shape) -> str:
        """Two inputs of ``shape``, both read by the same weights, merged."""
        ends, owner = [], ""
        for _ in range(2):
            entry = self.add(Input(shape=shape))
            first = self.add(self.graph.by_id[owner].layer, entry, owner=owner) if owner else ""
            end = first or self.product(entry)
            owner = owner or end
            ends.append(self.add(self.one_of(*CURVED), end))
        layer = self.one_of(Add(), Multiply(), Concatenate())
        return self.add(self.one_of(*CURVED), self.add(layer, *ends))

    def joined(self, node: str) -> str:
        """The row ``node`` merged with what is made of another input."""
        entry = self.add(Input(shape=(self.number(1, 4),)))
        layer = self.one_of(Add(), Multiply(), Concatenate())
        width = self.shapes[node][0]
        units = self.number(1, 3) if isinstance(layer, Concatenate) else width
        end = self.add(Dense(units=units, use_bias=self.bias()), entry)
        merged = self.add(layer, *self.draw(st.permutations([node, end])))
        return self.add(self.one_of(*CURVED), merged)


@st.composite
def networks(draw: Draw, *, branching: bool) -> RandomNetwork:
    """A random network, in one line or with branches."""
    sketch = Sketch(draw)
    shape = draw(
        st.one_of(
            st.tuples(st.integers(2, 6)),
            st.tuples(st.integers(3, 6), st.integers(1, 4)),
            st.tuples(st.integers(1, 3), st.integers(3, 6), st.integers(3, 6)),
        )
    )
    if branching and sketch.number(0, 3) == 0:
        node = sketch.twin_inputs(shape)
    else:
        node = sketch.add(Input(shape=shape))
    for number in range(sketch.number(1, 4)):
        if branching and (number == 0 or draw(st.booleans())):
            node = sketch.merged(node, 0)
        else:
            node = sketch.stage(node)
    places = node
    node = sketch.flattened(node)
    if branching and sketch.number(0, 2) == 0:
        node = sketch.joined(node)
    inner = [node.id for node in sketch.graph.nodes]
    losses = dict([sketch.head(node)])
    if branching and draw(st.booleans()):
        losses.update([sketch.head(node)])
    if branching and len(sketch.shapes[places]) > 1 and draw(st.booleans()):
        losses.update([sketch.head_at_places(places)])
    weights = {end: sketch.one_of(1.0, 0.3, 2.0) for end in losses} if branching else {}
    graph = sketch.graph
    if branching:
        # Not the heads' layers, so that something learns.
        resting = draw(st.sets(st.sampled_from(inner), max_size=2))
        graph = replace(
            graph,
            nodes=tuple(replace(node, frozen=node.id in resting) for node in graph.nodes),
        )
    # Of some losses every example's slope is ± the same, and these may add up to 0 on paper.
    signs = any(isinstance(loss, MeanAbsoluteError | Huber | Hinge) for loss in losses.values())
    weighted = signs or draw(st.booleans())
    seed = draw(st.integers(0, 2**16))
    return RandomNetwork(graph, losses, weights, draw(COUNTS), weighted, seed)
