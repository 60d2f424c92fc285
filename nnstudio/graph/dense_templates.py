"""Templates of dense layers: from one weighted sum to an autoencoder. Pictures are flattened."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from nnstudio.engine.activations import Sigmoid
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer
from nnstudio.graph.edits import EditError
from nnstudio.graph.model import Graph
from nnstudio.graph.template import Drawing, Needs, Template
from nnstudio.schema import setting

#: Activations that hidden layers of a template may have, by the name of the layer.
_ACTIVATIONS = ("ReLU", "Tanh", "Sigmoid", "LeakyReLU", "ELU", "GELU", "SiLU")
#: A template is a beginning: whoever wants more draws it or changes a layer.
MOST_LAYERS, MOST_UNITS = 20, 2048


def units_setting(default: Any, **words: Any) -> Any:
    """How many units a layer, or each of several layers, has."""
    return setting(default, ge=1, le=MOST_UNITS, **words)


def activation_setting(default: str) -> Any:
    """The activation after each hidden layer."""
    return setting(default, choices=_ACTIVATIONS, help="What follows each hidden layer")


def dropout_setting(default: float) -> Any:
    """The share of values that training drops."""
    return setting(default, ge=0.0, lt=1.0, unit="%", help="Values dropped while it trains")


def hidden(units: int, activation: str) -> tuple[Layer, Layer]:
    """A Dense whose first weights suit the activation behind it, and that activation."""
    squashes = activation in ("Tanh", "Sigmoid")
    start = "xavier_normal" if squashes else "he_normal"
    return Dense(units, initialiser=start), LAYERS[activation]()


@dataclass(frozen=True)
class Perceptron(Template):
    """No hidden layer at all."""

    name: ClassVar[str] = "perceptron"
    title: ClassVar[str] = "Perceptron"
    summary: ClassVar[str] = "One layer: a weighted sum for each output"

    def draw(self, drawing: Drawing) -> Graph:
        drawing.flat()
        return drawing.answer()


@dataclass(frozen=True)
class EqualLayers(Template):
    """n hidden layers of m units each."""

    name: ClassVar[str] = "equal-layers"
    title: ClassVar[str] = "Equal layers"
    summary: ClassVar[str] = "Hidden layers that all have as many units"
    suits: ClassVar[str] = "Spiral"

    layers: int = setting(3, label="Hidden layers", ge=1, le=MOST_LAYERS)
    units: int = units_setting(16, label="Units in each")
    activation: str = activation_setting("Tanh")

    def draw(self, drawing: Drawing) -> Graph:
        drawing.flat()
        for _ in range(self.layers):
            drawing.then(*hidden(self.units, self.activation))
        return drawing.answer()


@dataclass(frozen=True)
class Regression(Template):
    """A smooth function of numbers: the answer is a weighted sum, of any size."""

    name: ClassVar[str] = "regression"
    title: ClassVar[str] = "Regression"
    summary: ClassVar[str] = "Fits numbers: a smooth curve through the examples"
    suits: ClassVar[str] = "Line"

    layers: int = setting(2, label="Hidden layers", ge=1, le=MOST_LAYERS)
    units: int = units_setting(16, label="Units in each")
    activation: str = activation_setting("Tanh")

    def misfit(self, needs: Needs) -> EditError | None:
        return EditError("template_numbers") if needs.has_classes else None

    def draw(self, drawing: Drawing) -> Graph:
        drawing.flat()
        for _ in range(self.layers):
            drawing.then(*hidden(self.units, self.activation))
        return drawing.answer()


@dataclass(frozen=True)
class Mlp(Template):
    """One hidden layer, which is enough for any continuous function if it is wide enough."""

    name: ClassVar[str] = "mlp"
    title: ClassVar[str] = "Multilayer perceptron"
    summary: ClassVar[str] = "One hidden layer between input and output"

    units: int = units_setting(64, label="Hidden units")
    activation: str = activation_setting("ReLU")

    def draw(self, drawing: Drawing) -> Graph:
        drawing.flat()
        drawing.then(*hidden(self.units, self.activation))
        return drawing.answer()


@dataclass(frozen=True)
class DeepMlp(Template):
    """Layers that become narrower, with dropout between them."""

    name: ClassVar[str] = "deep-mlp"
    title: ClassVar[str] = "Deep multilayer perceptron"
    summary: ClassVar[str] = "Several hidden layers, narrower and narrower, with dropout"

    units: tuple[int, ...] = units_setting((128, 64, 32), label="Hidden units")
    activation: str = activation_setting("ReLU")
    dropout: float = dropout_setting(0.2)

    def draw(self, drawing: Drawing) -> Graph:
        drawing.flat()
        for count in self.units:
            drawing.then(*hidden(count, self.activation))
            if self.dropout:
                drawing.then(Dropout(self.dropout))
        return drawing.answer()


@dataclass(frozen=True)
class Autoencoder(Template):
    """What comes out is to be what went in, though little gets through the middle."""

    name: ClassVar[str] = "autoencoder"
    title: ClassVar[str] = "Autoencoder"
    summary: ClassVar[str] = "Squeezes its input through a bottleneck and back"
    answers_inputs: ClassVar[bool] = True

    units: tuple[int, ...] = units_setting((64, 32), label="Units on each side")
    bottleneck: int = units_setting(2, help="How many numbers stand for an input in the middle")

    def draw(self, drawing: Drawing) -> Graph:
        needs = drawing.needs
        drawing.flat()
        for units in self.units:
            drawing.then(*hidden(units, "Tanh"))
        drawing.then(Dense(self.bottleneck, initialiser="xavier_normal"))
        for units in reversed(self.units):
            drawing.then(*hidden(units, "Tanh"))
        drawing.then(Dense(prod(needs.shape), initialiser="xavier_normal"))
        if needs.is_pictures:  # whose pixels are between 0 and 1
            drawing.then(Sigmoid())
        return drawing.graph
