"""Templates for sequences. Rows of pictures, and numbers one by one, are read as one too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nnstudio.engine.activations import ReLU
from nnstudio.engine.attention import MultiHeadAttention
from nnstudio.engine.dense import Dense
from nnstudio.engine.merging import Add
from nnstudio.engine.normalisation import LayerNorm
from nnstudio.engine.pooling import GlobalAveragePool1D
from nnstudio.engine.positions import PositionalEncoding
from nnstudio.engine.recurrent import LSTM
from nnstudio.graph.dense_templates import units_setting
from nnstudio.graph.edits import EditError
from nnstudio.graph.model import Graph
from nnstudio.graph.template import Drawing, Needs, Template
from nnstudio.schema import setting

MOST_BLOCKS = 6


@dataclass(frozen=True)
class Lstm(Template):
    """One place after the other; what was seen last, and before, decides."""

    name: ClassVar[str] = "lstm"
    title: ClassVar[str] = "LSTM"
    summary: ClassVar[str] = "Reads a sequence place by place"
    suits: ClassVar[str] = "Sine"

    units: int = units_setting(32)

    def draw(self, drawing: Drawing) -> Graph:
        drawing.sequence()
        drawing.then(LSTM(self.units))
        return drawing.answer()


@dataclass(frozen=True)
class TinyTransformer(Template):
    """Blocks: attention, then a dense network, each added to what it was given."""

    name: ClassVar[str] = "transformer"
    title: ClassVar[str] = "Tiny transformer"
    summary: ClassVar[str] = "Blocks of attention, for sequences"
    suits: ClassVar[str] = "Sine"
    learning_rate: ClassVar[float] = 0.003

    blocks: int = setting(1, ge=1, le=MOST_BLOCKS)
    width: int = units_setting(32, help="Numbers that stand for a place")
    heads: int = setting(4, ge=1, le=64, help="How many kinds of attention; divides the width")
    units: int = units_setting(64, label="Dense units")

    def misfit(self, needs: Needs) -> EditError | None:
        if self.width % self.heads:
            return EditError("heads_divide", features=self.width, heads=self.heads)
        return None

    def draw(self, drawing: Drawing) -> Graph:
        drawing.sequence()
        before = drawing.then(Dense(self.width, initialiser="xavier_normal"), PositionalEncoding())
        for _ in range(self.blocks):
            change = drawing.then(MultiHeadAttention(self.heads))
            drawing.after((before, change), Add())
            before = drawing.then(LayerNorm())
            narrow = Dense(self.width, initialiser="xavier_normal")
            change = drawing.then(Dense(self.units), ReLU(), narrow)
            drawing.after((before, change), Add())
            before = drawing.then(LayerNorm())
        drawing.then(GlobalAveragePool1D())
        return drawing.answer()
