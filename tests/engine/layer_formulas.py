"""What layers compute, one example and one number at a time: written to be right, not quick.

Each takes the layer, its variables and its inputs ``(features…, N)``. Nothing of the engine but the
layer's settings is used here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from nnstudio.engine.layer import Array

Formula = Callable[..., Array]


def one_by_one(f: Callable[[Array], Any], x: Array) -> Array:
    """``f`` of each example of ``x`` (features…, N) on its own."""
    return np.stack([np.asarray(f(x[..., n])) for n in range(x.shape[-1])], axis=-1)


# ---------------------------------------------------------------- activations


def each_number(f: Callable[[Any, float], float]) -> Formula:
    """``f`` of the layer and one number, for each number."""

    def formula(layer: Any, v: dict[str, Array], x: Array) -> Array:
        return np.array([f(layer, number) for number in x.ravel().tolist()]).reshape(x.shape)

    return formula


def prelu(layer: Any, v: dict[str, Array], x: Array) -> Array:
    axis = 1 if x.ndim == 3 else 0
    features = np.moveaxis(x, axis, 0)
    slopes = np.broadcast_to(v["slope"], (len(features),))
    y = [np.where(f > 0, f, slope * f) for f, slope in zip(features, slopes, strict=True)]
    return np.moveaxis(np.stack(y), 0, axis)


def gelu(layer: Any, x: float) -> float:
    if layer.approximate == "tanh":
        return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return x * 0.5 * math.erfc(-x / math.sqrt(2))


def selu(layer: Any, x: float) -> float:
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * x if x > 0 else scale * alpha * (math.exp(x) - 1)


# ---------------------------------------------------------------- pooling


def seen(length: int, size: int, stride: int, padding: str) -> list[range]:
    """The places that each window sees, as Keras defines "valid" and "same"."""
    if padding == "valid":
        return [range(start, start + size) for start in range(0, length - size + 1, stride)]
    count = int(np.ceil(length / stride))
    before = max((count - 1) * stride + size - length, 0) // 2
    starts = [number * stride - before for number in range(count)]
    return [range(max(start, 0), min(start + size, length)) for start in starts]


def pooled(take: Callable[[list[float]], float]) -> Formula:
    def formula(layer: Any, v: dict[str, Array], x: Array) -> Array:
        flat = x.ndim == 3  # a sequence is a picture without width, its features are channels
        sizes = (layer.pool_size, 1) if flat else layer.pool_size
        strides = (layer.strides, 1) if flat else layer.strides

        def of_one(example: Array) -> Array:
            picture = example.T[:, :, np.newaxis] if flat else example
            rows, columns = (
                seen(n, size, stride, layer.padding)
                for n, size, stride in zip(picture.shape[1:], sizes, strides, strict=True)
            )
            y = np.array(
                [
                    [[take([c[at] for at in product(i, j)]) for j in columns] for i in rows]
                    for c in picture
                ]
            )
            return y[:, :, 0].T if flat else y

        return one_by_one(of_one, x)

    return formula


def global_pooled(take: Callable[[list[float]], float]) -> Formula:
    def formula(layer: Any, v: dict[str, Array], x: Array) -> Array:
        def of_one(example: Array) -> list[float]:
            channels = example if example.ndim == 3 else example.T
            return [take(list(channel.ravel())) for channel in channels]

        return one_by_one(of_one, x)

    return formula


def mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


# ---------------------------------------------------------------- upsampling


def interpolated(line: Array, factor: int) -> Array:
    """Half-pixel centres, constant beyond both ends."""
    at = (np.arange(factor * len(line)) + 0.5) / factor - 0.5
    return np.interp(at, np.arange(len(line)), line)


def upsampled(layer: Any, v: dict[str, Array], x: Array) -> Array:
    if x.ndim == 3:
        return np.repeat(x, layer.factor, axis=0)
    down, across = layer.factor
    if layer.interpolation == "nearest":
        return np.repeat(np.repeat(x, down, axis=1), across, axis=2)
    higher = np.apply_along_axis(interpolated, 1, x, down)
    return np.apply_along_axis(interpolated, 2, higher, across)


# ---------------------------------------------------------------- sequences


def embedded(layer: Any, v: dict[str, Array], x: Array) -> Array:
    """As a dense layer on numbers written one-hot."""
    return one_by_one(lambda e: (e[:, np.newaxis] == range(layer.input_dim)) @ v["weight"], x)


def logistic(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def simple_cell(layer: Any, a: Array, s: Array, h: Array, memory: Array) -> tuple[Array, Array]:
    return (np.tanh(a + s) if layer.activation == "tanh" else np.maximum(a + s, 0)), memory


def lstm_cell(layer: Any, a: Array, s: Array, h: Array, memory: Array) -> tuple[Array, Array]:
    i, f, g, o = np.split(a + s, 4)
    memory = logistic(f) * memory + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(memory), memory


def gru_cell(layer: Any, a: Array, s: Array, h: Array, memory: Array) -> tuple[Array, Array]:
    (a_r, a_z, a_n), (s_r, s_z, s_n) = np.split(a, 3), np.split(s, 3)
    z = logistic(a_z + s_z)
    return (1 - z) * np.tanh(a_n + logistic(a_r + s_r) * s_n) + z * h, memory


def recurrent(cell: Callable[..., tuple[Array, Array]]) -> Formula:
    """``cell`` makes the next state and memory of what input and state contribute."""

    def read(layer: Any, v: dict[str, Array], sequence: Array, suffix: str) -> Array:
        states = [np.zeros(layer.units)]
        memory = np.zeros(layer.units)
        for place in sequence:
            a, s = v[f"weight_ih{suffix}"] @ place, v[f"weight_hh{suffix}"] @ states[-1]
            if layer.use_bias:
                a, s = a + v[f"bias_ih{suffix}"], s + v[f"bias_hh{suffix}"]
            state, memory = cell(layer, a, s, states[-1], memory)
            states.append(state)
        return np.stack(states[1:])

    def formula(layer: Any, v: dict[str, Array], x: Array) -> Array:
        def of_one(sequence: Array) -> Array:
            states = read(layer, v, sequence, "")
            if not layer.bidirectional:
                return states if layer.return_sequences else states[-1]
            back = read(layer, v, sequence[::-1], "_reverse")[::-1]  # back[0] has seen all
            if layer.return_sequences:
                return np.concatenate([states, back], axis=1)
            return np.concatenate([states[-1], back[0]])

        return one_by_one(of_one, x)

    return formula


# ---------------------------------------------------------------- normalisation


def layer_norm(layer: Any, v: dict[str, Array], x: Array) -> Array:
    def of_one(features: Array) -> Array:
        deviation = np.sqrt(features.var() + layer.epsilon)
        return v["gamma"] * (features - features.mean()) / deviation + v["beta"]

    if x.ndim == 3:
        return one_by_one(lambda sequence: np.stack([of_one(place) for place in sequence]), x)
    return one_by_one(of_one, x)


def attended(layer: Any, v: dict[str, Array], x: Array) -> Array:
    """Place by place and head by head."""

    def of_one(sequence: Array) -> Array:
        places, features = sequence.shape
        size = features // layer.heads
        qkv = sequence @ v["in_weight"].T + v.get("in_bias", 0)
        q, k, values = np.split(qkv, 3, axis=1)
        z = np.zeros_like(sequence)
        for t in range(places):
            seen = range(t + 1 if layer.causal else places)
            for head in range(layer.heads):
                own = slice(head * size, (head + 1) * size)
                agree = [math.exp(q[t, own] @ k[s, own] / math.sqrt(size)) for s in seen]
                z[t, own] = sum(a * values[s, own] for a, s in zip(agree, seen, strict=True))
                z[t, own] /= sum(agree)
        return z @ v["out_weight"].T + v.get("out_bias", 0)

    return one_by_one(of_one, x)


def positioned(layer: Any, v: dict[str, Array], x: Array) -> Array:
    if layer.kind == "learned":
        return x + v["position"][..., np.newaxis]
    y, (places, features, _) = x.copy(), x.shape
    for t in range(places):
        for f in range(features):
            angle = t / 10_000 ** ((f - f % 2) / features)
            y[t, f] += math.cos(angle) if f % 2 else math.sin(angle)
    return y


# ---------------------------------------------------------------- shapes and merging


def reshaped(layer: Any, v: dict[str, Array], x: Array) -> Array:
    return one_by_one(lambda example: np.reshape(example, layer.shape), x)


def permuted(layer: Any, v: dict[str, Array], x: Array) -> Array:
    return one_by_one(lambda example: np.transpose(example, np.array(layer.order) - 1), x)


def zero_padded(layer: Any, v: dict[str, Array], x: Array) -> Array:
    if x.ndim == 3:
        return np.pad(x, ((layer.before, layer.after), (0, 0), (0, 0)))
    around = ((0, 0), (layer.top, layer.bottom), (layer.left, layer.right), (0, 0))
    return np.pad(x, around)


def multiplied(layer: Any, v: dict[str, Array], *xs: Array) -> Array:
    return np.prod(np.stack(xs), axis=0)


def concatenated(layer: Any, v: dict[str, Array], *xs: Array) -> Array:
    return np.concatenate(xs, axis=1 if xs[0].ndim == 3 else 0)


FORMULAS: dict[str, Formula] = {
    "Linear": each_number(lambda layer, x: x),
    "Step": each_number(lambda layer, x: 1.0 if x >= 0 else 0.0),
    "LeakyReLU": each_number(lambda layer, x: x if x > 0 else layer.slope * x),
    "PReLU": prelu,
    "ELU": each_number(lambda layer, x: x if x > 0 else layer.alpha * (math.exp(x) - 1)),
    "SELU": each_number(selu),
    "GELU": each_number(gelu),
    "SiLU": each_number(lambda layer, x: x / (1 + math.exp(-x))),
    "Softplus": each_number(lambda layer, x: math.log(1 + math.exp(x))),
    "Softsign": each_number(lambda layer, x: x / (1 + abs(x))),
    "HardSigmoid": each_number(lambda layer, x: min(max(x + 3, 0), 6) / 6),
    "MaxPool1D": pooled(max),
    "MaxPool2D": pooled(max),
    "AveragePool1D": pooled(mean),
    "AveragePool2D": pooled(mean),
    "GlobalMaxPool1D": global_pooled(max),
    "GlobalMaxPool2D": global_pooled(max),
    "GlobalAveragePool1D": global_pooled(mean),
    "GlobalAveragePool2D": global_pooled(mean),
    "Upsample1D": upsampled,
    "Upsample2D": upsampled,
    "SpatialDropout": lambda layer, v, x: x,
    "GaussianNoise": lambda layer, v, x: x,
    "Embedding": embedded,
    "SimpleRNN": recurrent(simple_cell),
    "LSTM": recurrent(lstm_cell),
    "GRU": recurrent(gru_cell),
    "MultiHeadAttention": attended,
    "PositionalEncoding": positioned,
    "LayerNorm": layer_norm,
    "Reshape": reshaped,
    "Permute": permuted,
    "ZeroPadding1D": zero_padded,
    "ZeroPadding2D": zero_padded,
    "Multiply": multiplied,
    "Concatenate": concatenated,
}
