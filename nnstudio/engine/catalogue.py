"""What there is: every layer, loss, optimizer and schedule by the name that files use.

A class listed here appears in the palette, the forms, the files and the contract tests.
"""

from __future__ import annotations

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
from nnstudio.engine.layer import Layer
from nnstudio.engine.lbfgs import LBFGS
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
from nnstudio.engine.noise import GaussianNoise
from nnstudio.engine.normalisation import BatchNorm, LayerNorm
from nnstudio.engine.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    AMSGrad,
    Lion,
    Nadam,
    Optimizer,
    RMSProp,
)
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
from nnstudio.engine.schedules import (
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    InverseTime,
    OneCycle,
    Polynomial,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
)
from nnstudio.engine.shaping import (
    Flatten,
    Input,
    Permute,
    Reshape,
    ZeroPadding1D,
    ZeroPadding2D,
)
from nnstudio.engine.upsampling import Upsample1D, Upsample2D

LAYERS: dict[str, type[Layer]] = {
    cls.__name__: cls
    for cls in (
        Input,
        Dense,
        Conv1D,
        Conv2D,
        ConvTranspose2D,
        MaxPool1D,
        MaxPool2D,
        AveragePool1D,
        AveragePool2D,
        GlobalMaxPool1D,
        GlobalMaxPool2D,
        GlobalAveragePool1D,
        GlobalAveragePool2D,
        Upsample1D,
        Upsample2D,
        Embedding,
        SimpleRNN,
        LSTM,
        GRU,
        MultiHeadAttention,
        PositionalEncoding,
        ReLU,
        Sigmoid,
        Tanh,
        Linear,
        Step,
        LeakyReLU,
        PReLU,
        ELU,
        SELU,
        GELU,
        SiLU,
        Softplus,
        Softsign,
        HardSigmoid,
        Softmax,
        Dropout,
        SpatialDropout,
        GaussianNoise,
        BatchNorm,
        LayerNorm,
        Flatten,
        Reshape,
        Permute,
        ZeroPadding1D,
        ZeroPadding2D,
        Add,
        Multiply,
        Concatenate,
    )
}
LOSSES: dict[str, type[Loss]] = {
    cls.__name__: cls
    for cls in (
        HalfSquaredError,
        MeanSquaredError,
        MeanAbsoluteError,
        Huber,
        CategoricalCrossEntropy,
        SparseCategoricalCrossEntropy,
        BinaryCrossEntropy,
        Hinge,
        KLDivergence,
    )
}
OPTIMIZERS: dict[str, type[Optimizer]] = {
    cls.__name__: cls
    for cls in (SGD, Adagrad, RMSProp, Adadelta, Adam, AdamW, AMSGrad, Nadam, Lion, LBFGS)
}
SCHEDULES: dict[str, type[Schedule]] = {
    cls.__name__: cls
    for cls in (
        Constant,
        StepDecay,
        Exponential,
        InverseTime,
        Polynomial,
        Cosine,
        CosineRestarts,
        OneCycle,
        ReduceOnPlateau,
    )
}

#: The categories of layers in the palette's order, with their titles.
CATEGORIES: dict[str, str] = {
    "core": "Core",
    "convolution": "Convolution and pooling",
    "sequence": "Sequences",
    "activation": "Activation",
    "regularise": "Regularise",
    "shape": "Shape and merge",
    "output": "Output",
}
