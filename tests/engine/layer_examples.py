"""Examples of every layer, on which the layer contract is tested.

A layer that is in the catalogue and not here fails the contract test.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from nnstudio.engine.activations import (
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    LeakyReLU,
    Linear,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Step,
    Tanh,
)
from nnstudio.engine.attention import MultiHeadAttention
from nnstudio.engine.conv import Conv1D, Conv2D, ConvTranspose2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout, SpatialDropout
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Array, Call, Layer, Shape
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
from nnstudio.engine.positions import PositionalEncoding
from nnstudio.engine.recurrent import GRU, LSTM, SimpleRNN
from nnstudio.engine.shaping import (
    Flatten,
    Input,
    Permute,
    Reshape,
    ZeroPadding1D,
    ZeroPadding2D,
)
from nnstudio.engine.upsampling import Upsample1D, Upsample2D

SEED = 20


class Example(NamedTuple):
    """A layer with settings and the shapes of its inputs.

    Attributes:
        draws: whether training draws at random.
        below: its inputs are whole numbers from 0 on, below this; 0: any numbers.
    """

    layer: Layer
    shapes: tuple[Shape, ...]
    draws: bool = False
    below: int = 0

    def __str__(self) -> str:
        shapes = " and ".join("×".join(map(str, shape)) for shape in self.shapes)
        return f"{self.layer} on {shapes or 'the data'}"

    @property
    def given(self) -> tuple[Shape, ...]:
        """The shapes of what ``forward`` gets: for an Input, which has no inputs, the data's."""
        return self.shapes or (self.layer.output_shape(),)

    def inputs(self, rng: np.random.Generator, count: int) -> tuple[Array, ...]:
        """A batch for each input; no number is nearer to 0 than 0.1, but for whole numbers."""
        shapes = [(*shape, count) for shape in self.given]
        if self.below:
            return tuple(rng.integers(0, self.below, shape).astype(float) for shape in shapes)
        return tuple(rng.uniform(0.1, 2.0, s) * rng.choice([-1, 1], s) for s in shapes)


EXAMPLES = (
    Example(Input(shape=(3,)), ()),
    Example(Input(shape=(2, 4, 5)), ()),
    Example(Dense(units=4), ((3,),)),
    Example(Dense(units=1, use_bias=False), ((5,),)),
    Example(Dense(units=3, initialiser="xavier_uniform"), ((1,),)),
    Example(Dense(units=3), ((4, 2),)),
    Example(Dense(units=2, use_bias=False), ((3, 5),)),
    Example(Conv2D(filters=3), ((2, 5, 4),)),
    Example(Conv2D(filters=2, kernel_size=(1, 1), use_bias=False), ((3, 2, 2),)),
    Example(Conv2D(filters=4, kernel_size=(3, 2), padding="same"), ((2, 4, 5),)),
    Example(Conv2D(filters=2, kernel_size=(2, 5), padding="same"), ((1, 3, 3),)),
    Example(Conv2D(filters=2, strides=(2, 3)), ((1, 6, 7),)),
    Example(Conv2D(filters=2, strides=(3, 2), padding="same"), ((2, 5, 6),)),
    Example(Conv2D(filters=2, kernel_size=(2, 2), dilation=(2, 3)), ((2, 5, 6),)),
    Example(Conv2D(filters=2, dilation=(1, 2), padding="same"), ((2, 4, 5),)),
    Example(Conv2D(filters=4, kernel_size=(2, 2), groups=2), ((4, 3, 3),)),
    Example(Conv2D(filters=6, groups=3, padding="same"), ((3, 4, 3),)),
    Example(Conv1D(filters=3), ((5, 2),)),
    Example(Conv1D(filters=2, kernel_size=4, strides=2, padding="same"), ((7, 3),)),
    Example(Conv1D(filters=2, kernel_size=2, strides=3, use_bias=False), ((7, 1),)),
    Example(Conv1D(filters=4, kernel_size=3, dilation=2, groups=2), ((6, 4),)),
    Example(Conv1D(filters=2, kernel_size=3, dilation=2, padding="same"), ((4, 2),)),
    Example(ConvTranspose2D(filters=3), ((2, 3, 2),)),
    Example(ConvTranspose2D(filters=2, kernel_size=(2, 3), padding="valid"), ((3, 2, 3),)),
    Example(
        ConvTranspose2D(filters=1, kernel_size=(1, 2), strides=(2, 1), use_bias=False),
        ((2, 2, 3),),
    ),
    Example(ConvTranspose2D(filters=2, kernel_size=(2, 4), strides=(3, 3)), ((1, 2, 2),)),
    Example(MaxPool1D(), ((6, 2),)),
    Example(MaxPool1D(pool_size=3, strides=2), ((8, 2),)),
    Example(MaxPool1D(pool_size=3, strides=1, padding="same"), ((4, 2),)),
    Example(MaxPool2D(), ((2, 4, 6),)),
    Example(MaxPool2D(), ((1, 5, 7),)),
    Example(MaxPool2D(pool_size=(3, 2), strides=(3, 2)), ((2, 6, 4),)),
    Example(MaxPool2D(pool_size=(3, 3)), ((2, 5, 6),)),
    Example(MaxPool2D(pool_size=(1, 2), strides=(2, 3)), ((1, 5, 5),)),
    Example(MaxPool2D(pool_size=(3, 3), padding="same"), ((1, 5, 4),)),
    Example(MaxPool2D(padding="same"), ((2, 3, 3),)),
    Example(MaxPool2D(pool_size=(1, 1), strides=(1, 1)), ((2, 2, 3),)),
    Example(AveragePool1D(), ((5, 3),)),
    Example(AveragePool1D(pool_size=3, strides=2, padding="same"), ((6, 2),)),
    Example(AveragePool2D(), ((2, 4, 6),)),
    Example(AveragePool2D(pool_size=(3, 2), strides=(1, 2)), ((2, 5, 5),)),
    Example(AveragePool2D(pool_size=(3, 3), padding="same"), ((1, 4, 5),)),
    Example(AveragePool2D(pool_size=(1, 2), strides=(3, 3)), ((2, 4, 7),)),
    Example(GlobalMaxPool1D(), ((4, 3),)),
    Example(GlobalMaxPool2D(), ((3, 2, 4),)),
    Example(GlobalAveragePool1D(), ((4, 3),)),
    Example(GlobalAveragePool2D(), ((3, 2, 4),)),
    Example(Upsample1D(), ((3, 2),)),
    Example(Upsample1D(factor=3), ((1, 2),)),
    Example(Upsample2D(), ((2, 2, 3),)),
    Example(Upsample2D(factor=(1, 3)), ((1, 3, 2),)),
    Example(Upsample2D(interpolation="bilinear"), ((2, 2, 3),)),
    Example(Upsample2D(factor=(3, 4), interpolation="bilinear"), ((1, 3, 1),)),
    Example(Embedding(input_dim=4, output_dim=3), ((5,),), below=4),
    Example(Embedding(input_dim=9, output_dim=2), ((3,),), below=3),
    Example(Embedding(input_dim=1, output_dim=1), ((1,),), below=1),
    Example(SimpleRNN(units=3), ((4, 2),)),
    Example(SimpleRNN(units=2, activation="relu", return_sequences=True), ((3, 2),)),
    Example(SimpleRNN(units=2, bidirectional=True, use_bias=False), ((3, 1),)),
    Example(SimpleRNN(units=1, bidirectional=True, return_sequences=True), ((1, 2),)),
    Example(LSTM(units=3), ((4, 2),)),
    Example(LSTM(units=2, return_sequences=True, unit_forget_bias=False), ((3, 2),)),
    Example(LSTM(units=2, bidirectional=True), ((3, 2),)),
    Example(LSTM(units=2, bidirectional=True, return_sequences=True), ((3, 1),)),
    Example(LSTM(units=1, use_bias=False), ((1, 3),)),
    Example(GRU(units=3), ((4, 2),)),
    Example(GRU(units=2, return_sequences=True), ((3, 2),)),
    Example(GRU(units=2, bidirectional=True), ((1, 2),)),
    Example(GRU(units=2, bidirectional=True, return_sequences=True), ((3, 1),)),
    Example(GRU(units=2, use_bias=False), ((3, 2),)),
    Example(MultiHeadAttention(heads=2), ((3, 4),)),
    Example(MultiHeadAttention(heads=1, causal=True), ((4, 3),)),
    Example(MultiHeadAttention(heads=3, use_bias=False), ((1, 3),)),
    Example(PositionalEncoding(), ((3, 5),)),
    Example(PositionalEncoding(kind="learned"), ((4, 2),)),
    Example(ReLU(), ((6,),)),
    Example(ReLU(), ((2, 3, 4),)),
    Example(Sigmoid(), ((6,),)),
    Example(Sigmoid(), ((3, 2),)),
    Example(Tanh(), ((6,),)),
    Example(Tanh(), ((2, 3, 4),)),
    Example(Linear(), ((3, 2),)),
    Example(Step(), ((6,),)),
    Example(LeakyReLU(), ((6,),)),
    Example(LeakyReLU(slope=0.3), ((2, 3, 4),)),
    Example(PReLU(), ((5,),)),
    Example(PReLU(), ((2, 3, 4),)),
    Example(PReLU(per_feature=True), ((5,),)),
    Example(PReLU(per_feature=True), ((3, 4),)),
    Example(PReLU(per_feature=True), ((2, 3, 4),)),
    Example(ELU(), ((6,),)),
    Example(ELU(alpha=1.7), ((3, 2),)),
    Example(SELU(), ((6,),)),
    Example(GELU(), ((6,),)),
    Example(GELU(approximate="tanh"), ((3, 2),)),
    Example(SiLU(), ((6,),)),
    Example(Softplus(), ((2, 3, 4),)),
    Example(Softsign(), ((6,),)),
    Example(HardSigmoid(), ((6,),)),
    Example(Softmax(), ((5,),)),
    Example(Softmax(), ((3, 4),)),
    Example(Softmax(), ((1,),)),
    Example(Dropout(rate=0.4), ((8,),), draws=True),
    Example(Dropout(rate=0.2), ((2, 3, 3),), draws=True),
    Example(Dropout(rate=0.3), ((3, 4),), draws=True),
    Example(Dropout(rate=0.0), ((4,),)),
    Example(SpatialDropout(rate=0.4), ((4, 2, 3),), draws=True),
    Example(SpatialDropout(rate=0.3), ((3, 5),), draws=True),
    Example(SpatialDropout(rate=0.0), ((3, 2),)),
    Example(GaussianNoise(stddev=0.5), ((5,),), draws=True),
    Example(GaussianNoise(), ((2, 3, 2),), draws=True),
    Example(GaussianNoise(stddev=0.0), ((3, 2),)),
    Example(LayerNorm(), ((5,),)),
    Example(LayerNorm(epsilon=0.1), ((3, 4),)),
    Example(LayerNorm(), ((2, 3, 2),)),
    Example(BatchNorm(), ((4,),)),
    Example(BatchNorm(momentum=0.0, epsilon=0.1), ((3, 2),)),
    Example(BatchNorm(momentum=0.5), ((2, 3, 4),)),
    Example(Flatten(), ((2, 3, 4),)),
    Example(Flatten(), ((4, 3),)),
    Example(Flatten(), ((5,),)),
    Example(Reshape(shape=(2, 3, 2)), ((12,),)),
    Example(Reshape(shape=(3, -1)), ((2, 3, 4),)),
    Example(Reshape(), ((3, 2),)),
    Example(Permute(), ((4, 3),)),
    Example(Permute(order=(3, 1, 2)), ((2, 3, 4),)),
    Example(Permute(order=(1,)), ((4,),)),
    Example(ZeroPadding1D(), ((3, 2),)),
    Example(ZeroPadding1D(before=0, after=2), ((2, 3),)),
    Example(ZeroPadding2D(), ((2, 2, 3),)),
    Example(ZeroPadding2D(top=0, bottom=1, left=2, right=3), ((1, 2, 2),)),
    Example(ZeroPadding2D(top=0, bottom=0, left=0, right=0), ((1, 2, 3),)),
    Example(Multiply(), ((4,), (4,))),
    Example(Multiply(), ((2, 3), (2, 3), (2, 3), (2, 3))),
    Example(Concatenate(), ((4,), (2,))),
    Example(Concatenate(), ((3, 1), (3, 4), (3, 2))),
    Example(Concatenate(), ((1, 2, 3), (3, 2, 3))),
    Example(Add(), ((4,), (4,))),
    Example(Add(), ((2, 3), (2, 3), (2, 3), (2, 3))),
)


class Bench:
    """One layer on a bench: variables, inputs and what flows back, all drawn from one seed.

    No input is nearer to 0 than 0.1, so that central differences don't meet a kink.
    """

    def __init__(
        self,
        example: Example,
        count: int,
        *,
        training: bool = True,
        dtype: DTypeLike = np.float64,
        seed: int = SEED,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.layer = example.layer
        self.variables = self.layer.variables(*example.shapes)
        self.v: dict[str, Array] = {
            # Positive, because one of them may be a variance.
            variable.name: rng.uniform(0.5, 2.0, variable.shape).astype(dtype)
            for variable in self.variables
        }
        self.grad: dict[str, Array] = {
            variable.name: np.full(variable.shape, np.nan, dtype)
            for variable in self.variables
            if variable.trainable
        }
        self.xs: tuple[Array, ...] = tuple(x.astype(dtype) for x in example.inputs(rng, count))
        shape = self.layer.output_shape(*example.shapes)
        self.dy: Array = rng.standard_normal((*shape, count)).astype(dtype)
        self.call = Call(dtype)
        self.training = training

    def forward(self, call: Call | None = None) -> Array:
        """The layer's output; random masks are the same each time."""
        call = call or self.call
        call.training = self.training
        call.rng = np.random.default_rng(SEED)
        return self.layer.forward(self.v, self.xs, call)

    def backward(self, call: Call | None = None) -> tuple[Array | None, ...]:
        """∂(dy · y)/∂x for each input; those for the variables are in ``grad``."""
        return self.layer.backward(self.v, self.grad, self.dy, call or self.call)

    def run(self, call: Call | None = None) -> list[Array]:
        """Copies of everything the layer gives: output, input gradients, variable gradients."""
        y = self.forward(call).copy()
        dxs = [dx.copy() for dx in self.backward(call) if dx is not None]
        return [y, *dxs, *(array.copy() for array in self.grad.values())]
