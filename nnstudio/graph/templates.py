"""Networks to begin with: pure functions from what the data needs to a graph.

Each is a network people know by name, with sizes that learn in reasonable time. Inputs and outputs
follow the data: pictures are flattened where a row of numbers is needed, rows of pictures are read
as a sequence where one is needed, and classes get a Softmax.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from nnstudio.engine.activations import ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.attention import MultiHeadAttention
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer, Shape
from nnstudio.engine.merging import Add
from nnstudio.engine.normalisation import BatchNorm, LayerNorm
from nnstudio.engine.pooling import GlobalAveragePool1D, GlobalAveragePool2D, MaxPool2D
from nnstudio.engine.positions import PositionalEncoding
from nnstudio.engine.recurrent import LSTM
from nnstudio.engine.shaping import Flatten, Input, Reshape
from nnstudio.graph.edits import EditError, add_node, connect, fresh_id
from nnstudio.graph.model import Graph, Node


@dataclass(frozen=True)
class Needs:
    """What a network must fit.

    Attributes:
        shape: of one input.
        outputs: how many classes or numbers are to be answered.
        has_classes: whether they are classes.
    """

    shape: Shape
    outputs: int
    has_classes: bool


@dataclass(frozen=True)
class Template:
    """A network by name.

    Attributes:
        name: stable, for scripts; ``title`` and ``summary`` are for people.
        build: the graph for the data.
    """

    name: str
    title: str
    summary: str
    build: Callable[[Needs], Graph]


class _Drawing:
    """A graph under construction; every layer follows the last one unless told otherwise."""

    def __init__(self, needs: Needs) -> None:
        self.needs = needs
        self.graph = Graph()
        self.last = ""
        self.then(Input(needs.shape))

    def then(self, *layers: Layer) -> str:
        """Add ``layers`` behind each other; returns the last one's id."""
        for layer in layers:
            self.after((self.last,) if self.last else (), layer)
        return self.last

    def after(self, sources: Sequence[str], layer: Layer) -> str:
        """Add ``layer`` behind ``sources``; returns its id."""
        node = Node(fresh_id(self.graph, layer), layer)
        self.graph = add_node(self.graph, node)
        for source in sources:
            self.graph = connect(self.graph, source, node.id)
        self.last = node.id
        return node.id

    def flat(self) -> None:
        """From here on a row of numbers."""
        if len(self.needs.shape) > 1:
            self.then(Flatten())

    def sequence(self) -> None:
        """From here on a sequence (T, F): numbers one by one, or the rows of a picture."""
        shape = self.needs.shape
        if len(shape) == 1:
            self.then(Reshape((shape[0], 1)))
        elif len(shape) == 3:
            self.then(Reshape((shape[1], shape[0] * shape[2])))

    def answer(self) -> Graph:
        """The last Dense, and Softmax for classes."""
        self.then(Dense(self.needs.outputs, initialiser="xavier_normal"))
        if self.needs.has_classes:
            self.then(Softmax())
        return self.graph


def _dense(
    *units: int, activation: Layer | None = None, dropout: float = 0.0
) -> Callable[[Needs], Graph]:
    def build(needs: Needs) -> Graph:
        drawing = _Drawing(needs)
        drawing.flat()
        for count in units:
            drawing.then(Dense(count), activation or ReLU())
            if dropout:
                drawing.then(Dropout(dropout))
        return drawing.answer()

    return build


def _picture(needs: Needs, least: int) -> _Drawing:
    """A drawing for pictures of at least so many pixels each way.

    Raises:
        EditError: the data is something else.
    """
    if len(needs.shape) != 3 or min(needs.shape[1:]) < least:
        raise EditError("template_pictures", least=least)
    return _Drawing(needs)


def _lenet(needs: Needs) -> Graph:
    drawing = _picture(needs, 12)
    drawing.then(Conv2D(6, (5, 5), padding="same"), ReLU(), MaxPool2D())
    drawing.then(Conv2D(16, (5, 5)), ReLU(), MaxPool2D(), Flatten())
    drawing.then(Dense(120), ReLU(), Dense(84), ReLU())
    return drawing.answer()


def _small_cnn(needs: Needs) -> Graph:
    drawing = _picture(needs, 4)
    for filters in (16, 32):
        drawing.then(Conv2D(filters, padding="same"), ReLU(), MaxPool2D())
    drawing.then(Flatten(), Dropout(0.25), Dense(64), ReLU())
    return drawing.answer()


def _small_resnet(needs: Needs) -> Graph:
    """Blocks that add what they change to what they were given (He et al., 2016)."""
    drawing = _picture(needs, 4)
    drawing.then(Conv2D(16, padding="same", use_bias=False), BatchNorm())
    before = drawing.then(ReLU())
    for _ in range(2):
        drawing.then(Conv2D(16, padding="same", use_bias=False), BatchNorm(), ReLU())
        change = drawing.then(Conv2D(16, padding="same", use_bias=False), BatchNorm())
        drawing.after((before, change), Add())
        before = drawing.then(ReLU())
    drawing.then(GlobalAveragePool2D())
    return drawing.answer()


def _lstm(needs: Needs) -> Graph:
    drawing = _Drawing(needs)
    drawing.sequence()
    drawing.then(LSTM(32))
    return drawing.answer()


def _transformer(needs: Needs) -> Graph:
    """One block: attention, then a dense network, each added to what it was given."""
    drawing = _Drawing(needs)
    drawing.sequence()
    before = drawing.then(Dense(32, initialiser="xavier_normal"), PositionalEncoding())
    change = drawing.then(MultiHeadAttention(4))
    drawing.after((before, change), Add())
    before = drawing.then(LayerNorm())
    change = drawing.then(Dense(64), ReLU(), Dense(32, initialiser="xavier_normal"))
    drawing.after((before, change), Add())
    drawing.then(LayerNorm(), GlobalAveragePool1D())
    return drawing.answer()


def _autoencoder(needs: Needs) -> Graph:
    """The output is to be compared with the inputs."""
    drawing, count = _Drawing(needs), prod(needs.shape)
    drawing.flat()
    for units in (64, 32):
        drawing.then(Dense(units, initialiser="xavier_normal"), Tanh())
    drawing.then(Dense(2, initialiser="xavier_normal"))
    for units in (32, 64):
        drawing.then(Dense(units, initialiser="xavier_normal"), Tanh())
    drawing.then(Dense(count, initialiser="xavier_normal"), Sigmoid())
    return drawing.graph


TEMPLATES: dict[str, Template] = {
    template.name: template
    for template in (
        Template("perceptron", "Perceptron", "One layer: a weighted sum for each output", _dense()),
        Template(
            "equal-layers",
            "Three equal layers",
            "Three hidden layers of 16 units",
            _dense(16, 16, 16, activation=Tanh()),
        ),
        Template("mlp", "Multilayer perceptron", "One hidden layer of 64 units", _dense(64)),
        Template(
            "deep-mlp",
            "Deep multilayer perceptron",
            "128, 64 and 32 units, with dropout",
            _dense(128, 64, 32, dropout=0.2),
        ),
        Template(
            "lenet-5", "LeNet-5", "Two convolutions and three dense layers, for pictures", _lenet
        ),
        Template(
            "small-cnn",
            "Small CNN",
            "Two convolutions and a hidden layer, for pictures",
            _small_cnn,
        ),
        Template(
            "small-resnet",
            "Small ResNet",
            "Two blocks with short cuts, for pictures",
            _small_resnet,
        ),
        Template(
            "autoencoder",
            "Autoencoder",
            "Squeezes its input into two numbers and back",
            _autoencoder,
        ),
        Template("lstm", "LSTM", "Reads a sequence place by place", _lstm),
        Template(
            "transformer", "Tiny transformer", "One block of attention, for sequences", _transformer
        ),
    )
}
