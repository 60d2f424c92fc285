"""Normalisation: mean 0 and variance 1, then a learned scale and shift.

    x̂ = (x − μ) / √(σ² + ε)        y = γ x̂ + β

|           | μ and σ² are taken over                                           | γ and β are for |
|-----------|-------------------------------------------------------------------|-----------------|
| BatchNorm | the batch, for each feature (of pictures: each channel, all places) | each feature  |
| LayerNorm | all features, for each example (of sequences: each place)         | each feature    |

With dx̂ = γ dy and means over what μ was taken over,

    ∂L/∂γ = Σ dy x̂     ∂L/∂β = Σ dy     ∂L/∂x = (dx̂ − mean(dx̂) − x̂ · mean(dx̂ x̂)) / √(σ² + ε)

BatchNorm keeps running means of μ and σ² and uses them when predicting. A single number per feature
has no variance; such a batch, which may be the last of an epoch, is treated as when predicting. Its
code keeps x − μ instead of x̂: with 1/√(σ² + ε) drawn into the factors, a pass over the batch less.

Sources: Ioffe and Szegedy, 2015; Ba, Kiros and Hinton, 2016. The running variance takes the
unbiased estimate, as PyTorch does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.axes import by_feature, feature_axis
from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError, Variable
from nnstudio.schema import setting

_EPSILON_HELP = "Keeps the division away from zero"


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Normalises each feature of (F) or (T, F), or each channel of (C, H, W), over the batch."""

    category: ClassVar[str] = "regularise"
    summary: ClassVar[str] = "Normalises each feature over the batch, so that training runs evenly"
    formula: ClassVar[str] = "y = γ (x − μ) / √(σ² + ε) + β"
    operations: ClassVar[int] = 4  # − μ, ÷ √, · γ, + β; the running μ and σ² are known
    buffers: ClassVar[tuple[int, int]] = (2, 1)  # y and x − μ

    momentum: float = setting(
        0.9, ge=0, lt=1, help="The share of the running statistics kept at each step"
    )
    epsilon: float = setting(1e-5, gt=0, le=1, help=_EPSILON_HELP)

    def caption(self) -> str:
        return f"momentum {self.momentum:g}"

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if not shape:
            raise ShapeError("feature_needed", layer="BatchNorm")
        return shape

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        (shape,) = shapes
        features = (shape[feature_axis(len(shape))],)
        return (
            Variable("gamma", features, "ones"),
            Variable("beta", features, "zeros"),
            Variable("running_mean", features, "zeros", trainable=False),
            Variable("running_var", features, "ones", trainable=False),
        )

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        x = by_feature(xs[0])
        centred = by_feature(call.buffer("centred", xs[0].shape))
        count = x.size // x.shape[1]
        measure = call.training and count > 1
        if measure:
            mean = x.mean(axis=(0, 2))
            np.subtract(x, _column(mean), out=centred)
            variance = _sum_of_products(centred, centred) / count
            call.statistics = {"mean": mean, "var": variance * (count / (count - 1))}
        else:
            mean, variance = v["running_mean"], v["running_var"]
            np.subtract(x, _column(mean), out=centred)
            call.statistics = {}
        inverse = (1 / np.sqrt(variance + self.epsilon)).astype(x.dtype)
        call.saved.update(centred=centred, inverse=inverse, measured=measure)
        y = call.buffer("y", xs[0].shape)
        scaled = np.multiply(centred, _column(v["gamma"] * inverse), out=by_feature(y))
        scaled += _column(v["beta"])
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        centred, inverse, d = call.saved["centred"], call.saved["inverse"], by_feature(dy)
        sum_dy = d.sum(axis=(0, 2))
        sum_dy_normal = _sum_of_products(d, centred) * inverse
        if grad:
            grad["gamma"][...] = sum_dy_normal
            grad["beta"][...] = sum_dy
        if not call.needs_dx:
            return (None,)
        dx = call.buffer("dx", dy.shape)
        result = by_feature(dx)
        if call.saved["measured"]:
            count = d.size // sum_dy.size
            np.multiply(centred, _column(inverse * sum_dy_normal / count), out=result)
            np.subtract(d, result, out=result)
            result -= _column(sum_dy / count)
            result *= _column(v["gamma"] * inverse)
        else:
            np.multiply(d, _column(v["gamma"] * inverse), out=result)
        return (dx,)

    def update_state(self, v: Arrays, statistics: tuple[Arrays, ...]) -> None:
        """Each running value becomes ``momentum`` · itself + (1 − ``momentum``) · the batch's."""
        for name in ("mean", "var"):
            running = v[f"running_{name}"]
            batch = sum(part[name] for part in statistics) / len(statistics)
            running *= self.momentum
            running += (1 - self.momentum) * batch


@dataclass(frozen=True)
class LayerNorm(Layer):
    """Normalises each example over its features: F of (F), or of (T, F) at each of T places.

    A picture is normalised over all of (C, H, W), with a γ and a β for every number of it. This is
    PyTorch's ``LayerNorm(F)``, and ``LayerNorm((C, H, W))`` for pictures.
    """

    category: ClassVar[str] = "regularise"
    summary: ClassVar[str] = "Normalises each example over its features, whatever the batch"
    formula: ClassVar[str] = "y = γ (x − μ) / √(σ² + ε) + β"
    operations: ClassVar[int] = 7  # Σ for μ, − μ, ², Σ for σ², ÷ √, · γ, + β
    buffers: ClassVar[tuple[int, int]] = (2, 2)  # y and x̂; ∂L/∂x and dy x̂

    epsilon: float = setting(1e-5, gt=0, le=1, help=_EPSILON_HELP)

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if not shape:
            raise ShapeError("feature_needed", layer="LayerNorm")
        return shape

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        (shape,) = shapes
        features = shape[-1:] if len(shape) == 2 else shape
        return (Variable("gamma", features, "ones"), Variable("beta", features, "zeros"))

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        x = _by_example(xs[0])
        normal = call.buffer("normal", x.shape)
        y = call.buffer("y", xs[0].shape)
        result = _by_example(y)
        each = np.full((1, x.shape[1]), 1 / x.shape[1], x.dtype)  # each @ x: means over features
        np.subtract(x, np.matmul(each, x), out=normal)
        variance = np.matmul(each, np.square(normal, out=result))
        inverse = 1 / np.sqrt(variance + self.epsilon)
        normal *= inverse
        call.saved.update(normal=normal, inverse=inverse)
        np.multiply(normal, _column(v["gamma"]), out=result)
        result += _column(v["beta"])
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        normal, inverse, d = call.saved["normal"], call.saved["inverse"], _by_example(dy)
        along = np.multiply(d, normal, out=call.buffer("along", d.shape))
        if grad:
            every = np.ones(d.shape[2], d.dtype)  # d @ every: sums over the batch
            grad["gamma"][...] = (along @ every).sum(axis=0).reshape(grad["gamma"].shape)
            grad["beta"][...] = (d @ every).sum(axis=0).reshape(grad["beta"].shape)
        if not call.needs_dx:
            return (None,)
        dx = call.buffer("dx", dy.shape)
        result = _by_example(dx)
        each = v["gamma"].reshape(1, -1) / d.shape[1]  # each @ dy is mean(γ dy) = mean(dx̂)
        mean, mean_along = np.matmul(each, d), np.matmul(each, along)
        np.multiply(d, _column(v["gamma"]), out=result)
        result -= np.multiply(normal, mean_along, out=along)
        result -= mean
        result *= inverse
        return (dx,)


def _column(feature: Array) -> Array:
    """One value per feature, so that it acts on a batch as (T, features, …)."""
    return feature.reshape(-1, 1)


def _sum_of_products(a: Array, b: Array) -> Array:
    """Σ a b for each feature of two batches as (T, features, …), in one pass over them."""
    return np.vecdot(a, b).sum(axis=0)  # type: ignore[no-any-return]


def _by_example(x: Array) -> Array:
    """A batch as (T, all that is normalised together, N); T is 1 unless it is of sequences."""
    return x if x.ndim == 3 else x.reshape(1, -1, x.shape[-1])
