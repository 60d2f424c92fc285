"""Every layer as PyTorch computes it: what to call, with what, and where its axes are.

A function here takes our layer, its variables and its inputs as tensors ``(N, features…)``, and
whether this is training; it returns the output, and changes running statistics in place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from peer import Tensor, functional, torch

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
from nnstudio.engine.merging import Add, Concatenate, Multiply
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
from nnstudio.engine.shaping import Flatten, Input, Permute, Reshape, ZeroPadding1D, ZeroPadding2D
from nnstudio.engine.upsampling import Upsample1D, Upsample2D

Tensors = Mapping[str, Tensor]
Computation = Callable[[Layer, Tensors, Sequence[Tensor], bool], Tensor]

#: The layers that PyTorch doesn't have, with the source that their docstring names instead.
WITHOUT_COUNTERPART = {"GaussianNoise": "Keras"}


def apply(layer: Layer, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    """What PyTorch gives for our layer."""
    return COUNTERPARTS[type(layer)](layer, v, xs, training)


def of_numbers(function: Callable[[Tensor], Tensor]) -> Computation:
    """A function without settings, applied to the one input."""

    def computation(layer: Layer, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
        (x,) = xs
        return function(x)

    return computation


# ---------------------------------------------------------------- products


def dense(layer: Dense, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    return functional.linear(xs[0], v["weight"], v.get("bias"))


def conv1d(layer: Conv1D, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    """PyTorch wants (N, F, T)."""
    x = xs[0].transpose(1, 2)
    taps = (layer.kernel_size - 1) * layer.dilation + 1
    x = put_around(x, layer.padding, (taps,), (layer.strides,))
    y = functional.conv1d(
        x, v["weight"], v.get("bias"), layer.strides, 0, layer.dilation, layer.groups
    )
    return y.transpose(1, 2)


def conv2d(layer: Conv2D, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    """PyTorch's own "same" has stride 1 only, and warns where it puts more on one side."""
    arguments = (layer.dilation, layer.groups)
    even = any(size % 2 == 0 for size in layer.kernel_size)
    if layer.padding == "same" and layer.strides == (1, 1) and not even:
        return functional.conv2d(xs[0], v["weight"], v.get("bias"), 1, "same", *arguments)
    spans = [(k - 1) * d + 1 for k, d in zip(layer.kernel_size, layer.dilation, strict=True)]
    x = put_around(xs[0], layer.padding, spans, layer.strides)
    return functional.conv2d(x, v["weight"], v.get("bias"), layer.strides, 0, *arguments)


def conv_transpose2d(
    layer: ConvTranspose2D, v: Tensors, xs: Sequence[Tensor], training: bool
) -> Tensor:
    """Of the whole windows, "same" keeps stride times the input's size, cut off on both sides."""
    x = xs[0]
    if layer.padding == "valid":
        return functional.conv_transpose2d(x, v["weight"], v.get("bias"), layer.strides)
    sides = list(zip(layer.kernel_size, layer.strides, strict=True))
    y = functional.conv_transpose2d(
        x,
        v["weight"],
        v.get("bias"),
        layer.strides,
        padding=[max(k - s, 0) // 2 for k, s in sides],
        output_padding=[max(s - k, 0) for k, s in sides],
    )
    return y[:, :, : x.shape[2] * layer.strides[0], : x.shape[3] * layer.strides[1]]


def put_around(
    x: Tensor, padding: str, spans: Sequence[int], strides: Sequence[int], value: float = 0.0
) -> Tensor:
    """``x`` (N, C, places…) with what the padding "same" puts around, for ⌈n / stride⌉ windows."""
    if padding == "valid":
        return x
    sides: list[int] = []
    for length, span, stride in zip(x.shape[2:], spans, strides, strict=True):
        missing = max((-(-length // stride) - 1) * stride + span - length, 0)
        sides = [missing // 2, missing - missing // 2, *sides]  # the last axis comes first
    return functional.pad(x, sides, value=value)


# ---------------------------------------------------------------- pooling and its reverse


def max_pool(layer: Layer, x: Tensor, size: Sequence[int], strides: Sequence[int]) -> Tensor:
    """Of (N, C, places…): what lies outside is −∞."""
    x = put_around(x, layer.padding, size, strides, float("-inf"))
    pool = functional.max_pool1d if len(size) == 1 else functional.max_pool2d
    return pool(x, tuple(size), tuple(strides))


def average_pool(layer: Layer, x: Tensor, size: Sequence[int], strides: Sequence[int]) -> Tensor:
    """Of (N, C, places…): the mean of a window with zeros around, over how full it is."""
    pool = functional.avg_pool1d if len(size) == 1 else functional.avg_pool2d
    full = put_around(torch.ones_like(x[:1, :1]), layer.padding, size, strides)
    x = put_around(x, layer.padding, size, strides)
    return pool(x, tuple(size), tuple(strides)) / pool(full, tuple(size), tuple(strides))


Pool = Callable[[Layer, Tensor, Sequence[int], Sequence[int]], Tensor]


def along_sequence(pool: Pool) -> Computation:
    """PyTorch wants (N, F, T)."""

    def computation(layer: Layer, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
        x = xs[0].transpose(1, 2)
        return pool(layer, x, (layer.pool_size,), (layer.strides,)).transpose(1, 2)

    return computation


def over_picture(pool: Pool) -> Computation:
    def computation(layer: Layer, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
        return pool(layer, xs[0], layer.pool_size, layer.strides)

    return computation


def upsample1d(layer: Upsample1D, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    x = xs[0].transpose(1, 2)
    return functional.interpolate(x, scale_factor=layer.factor).transpose(1, 2)


def upsample2d(layer: Upsample2D, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    factor = tuple(map(float, layer.factor))
    return functional.interpolate(xs[0], scale_factor=factor, mode=layer.interpolation)


# ---------------------------------------------------------------- sequences


def embedding(layer: Embedding, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    """Indices have no derivative in PyTorch; a sum with 0 x has the right one, 0."""
    (x,) = xs
    return functional.embedding(x.detach().long(), v["weight"]) + 0 * x.unsqueeze(-1)


def recurrent(function: Callable[..., Sequence[Tensor]]) -> Computation:
    """One of PyTorch's functions behind ``nn.LSTM`` and its like, of one layer."""

    def computation(layer: Layer, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
        (x,) = xs
        suffixes = ("", "_reverse") if layer.bidirectional else ("",)
        names = ["weight_ih", "weight_hh", *(["bias_ih", "bias_hh"] if layer.use_bias else [])]
        weights = [v[name + suffix] for suffix in suffixes for name in names]
        zeros = x.new_zeros(len(suffixes), len(x), layer.units)
        begin = [zeros, zeros] if function is torch.lstm else zeros
        options = (layer.use_bias, 1, 0.0, training, layer.bidirectional, True)
        states, last, *_ = function(x, begin, weights, *options)
        return states if layer.return_sequences else torch.cat(tuple(last), dim=1)

    return computation


def simple_rnn(layer: SimpleRNN, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    function = torch.rnn_tanh if layer.activation == "tanh" else torch.rnn_relu
    return recurrent(function)(layer, v, xs, training)


def attention(
    layer: MultiHeadAttention, v: Tensors, xs: Sequence[Tensor], training: bool
) -> Tensor:
    """PyTorch wants the places first."""
    x = xs[0].transpose(0, 1)
    places = len(x)
    barred = torch.ones(places, places, dtype=torch.bool).triu(1) if layer.causal else None
    y, _ = functional.multi_head_attention_forward(
        x, x, x, x.shape[2], layer.heads, v["in_weight"], v.get("in_bias"), None, None, False,
        0.0, v["out_weight"], v.get("out_bias"), training, attn_mask=barred, need_weights=False,
    )  # fmt: skip
    return y.transpose(0, 1)


def positions(
    layer: PositionalEncoding, v: Tensors, xs: Sequence[Tensor], training: bool
) -> Tensor:
    """The paper's waves written out, as PyTorch has no layer for them."""
    (x,) = xs
    if layer.kind == "learned":
        return x + v["position"]
    places, features = x.shape[1:]
    table = x.new_zeros(places, features)
    for t in range(places):
        for f in range(features):
            angle = t / 10_000 ** ((f - f % 2) / features)
            table[t, f] = math.cos(angle) if f % 2 else math.sin(angle)
    return x + table


# ---------------------------------------------------------------- activations


def leaky_relu(layer: LeakyReLU, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    return functional.leaky_relu(xs[0], layer.slope)


def prelu(layer: PReLU, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    """PyTorch wants features or channels second."""
    (x,) = xs
    if x.ndim == 3:
        return functional.prelu(x.transpose(1, 2), v["slope"]).transpose(1, 2)
    return functional.prelu(x, v["slope"])


def elu(layer: ELU, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    return functional.elu(xs[0], layer.alpha)


def gelu(layer: GELU, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    form = "tanh" if layer.approximate == "tanh" else "none"
    return functional.gelu(xs[0], approximate=form)


def step(layer: Step, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    """``heaviside`` has no derivative in PyTorch; a sum with 0 x has the right one, 0."""
    (x,) = xs
    return torch.heaviside(x.detach(), torch.ones((), dtype=x.dtype)) + 0 * x


# ---------------------------------------------------------------- normalisation and dropping


def batch_norm(layer: BatchNorm, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    """Channels come second in PyTorch; its momentum is the share that is new."""
    (x,) = xs
    x = x.transpose(1, 2) if x.ndim == 3 else x
    training = training and x.numel() > x.shape[1]  # one number has no variance
    y = functional.batch_norm(
        x,
        v["running_mean"],
        v["running_var"],
        v["gamma"],
        v["beta"],
        training,
        1 - layer.momentum,
        layer.epsilon,
    )
    return y.transpose(1, 2) if x.ndim == 3 else y


def layer_norm(layer: LayerNorm, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    gamma = v["gamma"]
    return functional.layer_norm(xs[0], gamma.shape, gamma, v["beta"], layer.epsilon)


def dropout(layer: Dropout, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    return functional.dropout(xs[0], layer.rate, training)


def spatial_dropout(
    layer: SpatialDropout, v: Tensors, xs: Sequence[Tensor], training: bool
) -> Tensor:
    if xs[0].ndim == 4:
        return functional.dropout2d(xs[0], layer.rate, training)
    return functional.dropout1d(xs[0].transpose(1, 2), layer.rate, training).transpose(1, 2)


# ---------------------------------------------------------------- shapes and merging


def reshape(layer: Reshape, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    return xs[0].reshape(len(xs[0]), *layer.shape)


def permute(layer: Permute, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    return xs[0].permute(0, *layer.order)


def zero_padding1d(
    layer: ZeroPadding1D, v: Tensors, xs: Sequence[Tensor], training: bool
) -> Tensor:
    return functional.pad(xs[0], (0, 0, layer.before, layer.after))


def zero_padding2d(
    layer: ZeroPadding2D, v: Tensors, xs: Sequence[Tensor], training: bool
) -> Tensor:
    return functional.pad(xs[0], (layer.left, layer.right, layer.top, layer.bottom))


def add(layer: Add, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    return torch.stack(tuple(xs)).sum(0)


def multiply(layer: Multiply, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    return torch.stack(tuple(xs)).prod(0)


def concatenate(layer: Concatenate, v: Tensors, xs: Sequence[Tensor], training: bool) -> Tensor:
    """The features of (N, F) and (N, T, F), the channels of (N, C, H, W)."""
    return torch.cat(tuple(xs), dim=2 if xs[0].ndim == 3 else 1)


#: Every layer that PyTorch has.
COUNTERPARTS: dict[type[Layer], Computation] = {
    Input: of_numbers(torch.nn.Identity()),
    Dense: dense,
    Conv1D: conv1d,
    Conv2D: conv2d,
    ConvTranspose2D: conv_transpose2d,
    MaxPool1D: along_sequence(max_pool),
    MaxPool2D: over_picture(max_pool),
    AveragePool1D: along_sequence(average_pool),
    AveragePool2D: over_picture(average_pool),
    GlobalMaxPool1D: of_numbers(lambda x: x.max(1).values),
    GlobalMaxPool2D: of_numbers(lambda x: functional.adaptive_max_pool2d(x, 1).flatten(1)),
    GlobalAveragePool1D: of_numbers(lambda x: x.mean(1)),
    GlobalAveragePool2D: of_numbers(lambda x: functional.adaptive_avg_pool2d(x, 1).flatten(1)),
    Upsample1D: upsample1d,
    Upsample2D: upsample2d,
    Embedding: embedding,
    SimpleRNN: simple_rnn,
    LSTM: recurrent(torch.lstm),
    GRU: recurrent(torch.gru),
    MultiHeadAttention: attention,
    PositionalEncoding: positions,
    ReLU: of_numbers(functional.relu),
    Sigmoid: of_numbers(torch.sigmoid),
    Tanh: of_numbers(torch.tanh),
    Linear: of_numbers(torch.nn.Identity()),
    Step: step,
    LeakyReLU: leaky_relu,
    PReLU: prelu,
    ELU: elu,
    SELU: of_numbers(functional.selu),
    GELU: gelu,
    SiLU: of_numbers(functional.silu),
    Softplus: of_numbers(functional.softplus),
    Softsign: of_numbers(functional.softsign),
    # Its own hardsigmoid takes 1/6 for a float32 in the derivative, whatever the type.
    HardSigmoid: of_numbers(lambda x: functional.relu6(x + 3) / 6),
    Softmax: of_numbers(lambda x: functional.softmax(x, -1)),
    Dropout: dropout,
    SpatialDropout: spatial_dropout,
    BatchNorm: batch_norm,
    LayerNorm: layer_norm,
    Flatten: of_numbers(lambda x: x.flatten(1)),
    Reshape: reshape,
    Permute: permute,
    ZeroPadding1D: zero_padding1d,
    ZeroPadding2D: zero_padding2d,
    Add: add,
    Multiply: multiply,
    Concatenate: concatenate,
}
