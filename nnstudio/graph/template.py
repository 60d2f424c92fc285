"""What a template is: a network by name, whose sizes are settings, drawn for the data at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer, Shape
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

    @property
    def is_pictures(self) -> bool:
        """Whether inputs are (channels, height, width)."""
        return len(self.shape) == 3


@dataclass(frozen=True)
class Template:
    """The base of all templates. Subclasses declare their sizes with :func:`schema.setting`.

    Attributes:
        name: stable, for scripts; ``title`` and ``summary`` are for people.
        suits: a data source by its name in files, for who has no data for it yet.
        answers_inputs: whether the output is to be compared with the inputs.
        learning_rate: that it learns well with; 0 for the usual one.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    suits: ClassVar[str] = "Digits"
    answers_inputs: ClassVar[bool] = False
    learning_rate: ClassVar[float] = 0.0

    def misfit(self, needs: Needs) -> EditError | None:
        """Why it is no network for such data; ``None`` if it is one."""
        return None

    def build(self, needs: Needs) -> Graph:
        """The network for the data.

        Raises:
            EditError: it is no network for such data.
        """
        if (error := self.misfit(needs)) is not None:
            raise error
        return self.draw(Drawing(needs))

    def draw(self, drawing: Drawing) -> Graph:
        """Add all layers behind the Input, which is there."""
        raise NotImplementedError


class Drawing:
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
