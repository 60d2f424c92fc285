"""Which layers tell how a number of theirs came about, and which can't in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnstudio.engine.activations import PReLU, Softmax
from nnstudio.engine.attention import MultiHeadAttention
from nnstudio.engine.conv import Conv1D, Conv2D, ConvTranspose2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout, SpatialDropout
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Array, Layer
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
from nnstudio.explaining.derivations import (
    arranging,
    bending,
    looking_up,
    merging,
    normalising,
    pooling,
    weighing,
)
from nnstudio.explaining.derivations.derivation import Derivation, Derive, Place

DERIVATIONS: Mapping[type[Layer], Derive] = {
    Dense: weighing.dense,
    Conv1D: weighing.along_places,
    Conv2D: weighing.over_picture,
    ConvTranspose2D: weighing.spread,
    **dict.fromkeys((MaxPool1D, MaxPool2D, GlobalMaxPool1D, GlobalMaxPool2D), pooling.greatest),
    **dict.fromkeys(
        (AveragePool1D, AveragePool2D, GlobalAveragePool1D, GlobalAveragePool2D), pooling.mean
    ),
    **dict.fromkeys((Upsample1D, Upsample2D), arranging.repeated),
    Embedding: looking_up.row_of_table,
    PositionalEncoding: arranging.marked_place,
    **dict.fromkeys(bending.WRITTEN, bending.number_by_number),
    PReLU: bending.learned_slope,
    Softmax: bending.shares,
    **dict.fromkeys((Dropout, SpatialDropout, GaussianNoise), arranging.passed),
    BatchNorm: normalising.over_batch,
    LayerNorm: normalising.over_features,
    **dict.fromkeys((Flatten, Reshape), arranging.in_order),
    Permute: arranging.turned,
    **dict.fromkeys((ZeroPadding1D, ZeroPadding2D), arranging.zeros_around),
    Add: merging.added,
    Multiply: merging.multiplied,
    Concatenate: merging.side_by_side,
}

_OVER_TIME = "It is computed over time steps, each from the one before: F1 on its card tells how"
#: Why the others don't.
UNTOLD: Mapping[type[Layer], str] = {
    Input: "It is a number of the example, brought into range",
    **dict.fromkeys((SimpleRNN, LSTM, GRU), _OVER_TIME),
    MultiHeadAttention: "It is computed from all places at once: F1 on its card tells how",
}


def derivation(
    layer: Layer, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation | None:
    """How the number at ``place`` of what ``layer`` gives for ``xs`` came about.

    Args:
        v: the layer's variables.
        xs: what each of its inputs is, ``(features…)``, for one example.
    """
    derive = DERIVATIONS.get(type(layer))
    return None if derive is None else derive(layer, v, xs, place)


def why_untold(layer: Layer) -> str:
    """Why there is no derivation, in a sentence."""
    return UNTOLD.get(type(layer), "")
