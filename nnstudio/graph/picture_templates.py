"""Templates for pictures: convolutions before a few dense layers, or before a mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nnstudio.engine.activations import ReLU
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.merging import Add
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.pooling import GlobalAveragePool2D, MaxPool2D
from nnstudio.engine.shaping import Flatten
from nnstudio.graph.dense_templates import dropout_setting, units_setting
from nnstudio.graph.edits import EditError
from nnstudio.graph.model import Graph
from nnstudio.graph.template import Drawing, Needs, Template
from nnstudio.schema import setting

MOST_FILTERS, MOST_BLOCKS = 512, 12
#: From so many pixels on LeNet's windows fit: of the 6 after pooling 5 × 5 leaves 2 to pool again.
_LENET_FITS = 12


@dataclass(frozen=True)
class PictureTemplate(Template):
    """A template for pictures of at least :meth:`least` pixels each way."""

    def least(self) -> int:
        """How many pixels its convolutions and poolings need."""
        return 4

    def misfit(self, needs: Needs) -> EditError | None:
        least = self.least()
        if needs.is_pictures and min(needs.shape[1:]) >= least:
            return None
        return EditError("template_pictures", least=least)


@dataclass(frozen=True)
class LeNet5(PictureTemplate):
    """LeCun et al., 1998, with ReLU and max pooling as it is built today.

    In pictures too small for its second window, what is left after the first pooling is padded.
    """

    name: ClassVar[str] = "lenet-5"
    title: ClassVar[str] = "LeNet-5"
    summary: ClassVar[str] = "Two convolutions and three dense layers, for pictures"

    filters: tuple[int, int] = setting((6, 16), ge=1, le=MOST_FILTERS)
    units: tuple[int, int] = units_setting((120, 84), label="Dense units")

    def draw(self, drawing: Drawing) -> Graph:
        first, second = self.filters
        padding = "valid" if min(drawing.needs.shape[1:]) >= _LENET_FITS else "same"
        drawing.then(Conv2D(first, (5, 5), padding="same"), ReLU(), MaxPool2D())
        drawing.then(Conv2D(second, (5, 5), padding=padding), ReLU(), MaxPool2D(), Flatten())
        for units in self.units:
            drawing.then(Dense(units), ReLU())
        return drawing.answer()


@dataclass(frozen=True)
class SmallCnn(PictureTemplate):
    """Convolutions that keep the size, and poolings that halve it."""

    name: ClassVar[str] = "small-cnn"
    title: ClassVar[str] = "Small CNN"
    summary: ClassVar[str] = "Convolutions with pooling and a hidden layer, for pictures"

    filters: tuple[int, ...] = setting((16, 32), ge=1, le=MOST_FILTERS)
    units: int = units_setting(64, label="Dense units")
    dropout: float = dropout_setting(0.25)

    def least(self) -> int:
        return int(2 ** len(self.filters))

    def draw(self, drawing: Drawing) -> Graph:
        for filters in self.filters:
            drawing.then(Conv2D(filters, padding="same"), ReLU(), MaxPool2D())
        drawing.then(Flatten())
        if self.dropout:
            drawing.then(Dropout(self.dropout))
        drawing.then(Dense(self.units), ReLU())
        return drawing.answer()


@dataclass(frozen=True)
class SmallResNet(PictureTemplate):
    """Blocks that add what they change to what they were given (He et al., 2016)."""

    name: ClassVar[str] = "small-resnet"
    title: ClassVar[str] = "Small ResNet"
    summary: ClassVar[str] = "Blocks with short cuts around them, for pictures"

    blocks: int = setting(2, ge=1, le=MOST_BLOCKS)
    filters: int = setting(16, ge=1, le=MOST_FILTERS)

    def draw(self, drawing: Drawing) -> Graph:
        drawing.then(*self._convolution())
        before = drawing.then(ReLU())
        for _ in range(self.blocks):
            drawing.then(*self._convolution(), ReLU())
            change = drawing.then(*self._convolution())
            drawing.after((before, change), Add())
            before = drawing.then(ReLU())
        drawing.then(GlobalAveragePool2D())
        return drawing.answer()

    def _convolution(self) -> tuple[Conv2D, BatchNorm]:
        return Conv2D(self.filters, padding="same", use_bias=False), BatchNorm()
