"""BatchNorm: mean 0 and variance 1 for each feature over the batch, then a learned scale and shift.

    x̂ = (x − μ) / √(σ² + ε)        y = γ x̂ + β

While training μ and σ² are those of the batch (for pictures: of the channel over batch, height and
width); running means of both are kept and used when predicting. A single number per feature has no
variance; such a batch, which may be the last of an epoch, is treated as when predicting. With
dx̂ = γ dy and means over the batch,

    ∂L/∂γ = Σ dy x̂     ∂L/∂β = Σ dy     ∂L/∂x = (dx̂ − mean(dx̂) − x̂ · mean(dx̂ x̂)) / √(σ² + ε)

Source: Ioffe and Szegedy, 2015. The running variance takes the unbiased estimate, as PyTorch does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError, Variable
from nnstudio.schema import setting


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Normalises each feature of (F) or (T, F), or each channel of (C, H, W), over the batch."""

    category: ClassVar[str] = "regularise"
    summary: ClassVar[str] = "Normalises each feature over the batch, so that training runs evenly"
    formula: ClassVar[str] = "y = γ (x − μ) / √(σ² + ε) + β"

    momentum: float = setting(
        0.9, ge=0, lt=1, help="The share of the running statistics kept at each step"
    )
    epsilon: float = setting(1e-5, gt=0, le=1, help="Keeps the division away from zero")

    def caption(self) -> str:
        return f"momentum {self.momentum:g}"

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if not shape:
            raise ShapeError("feature_needed", layer="BatchNorm")
        return shape

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        (shape,) = shapes
        features = (shape[_feature_axis(len(shape))],)
        return (
            Variable("gamma", features, "ones"),
            Variable("beta", features, "zeros"),
            Variable("running_mean", features, "zeros", trainable=False),
            Variable("running_var", features, "ones", trainable=False),
        )

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        axes, column = _axes(x.ndim)
        count = x.size // x.shape[_feature_axis(x.ndim - 1)]
        measure = call.training and count > 1
        normal = call.buffer("normal", x.shape)
        if measure:
            mean = x.mean(axis=axes)
            np.subtract(x, mean.reshape(column), out=normal)
            variance = np.square(normal, out=call.buffer("y", x.shape)).mean(axis=axes)
            call.statistics = {"mean": mean, "var": variance * (count / (count - 1))}
        else:
            mean, variance = v["running_mean"], v["running_var"]
            np.subtract(x, mean.reshape(column), out=normal)
            call.statistics = {}
        inverse = (1 / np.sqrt(variance + self.epsilon)).astype(x.dtype)
        normal *= inverse.reshape(column)
        call.saved.update(normal=normal, inverse=inverse, measured=measure)
        y = np.multiply(normal, v["gamma"].reshape(column), out=call.buffer("y", x.shape))
        y += v["beta"].reshape(column)
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        axes, column = _axes(dy.ndim)
        normal, inverse = call.saved["normal"], call.saved["inverse"]
        dx = np.multiply(dy, normal, out=call.buffer("dx", dy.shape))
        sum_dy, sum_dy_normal = dy.sum(axis=axes), dx.sum(axis=axes)
        if grad:
            grad["gamma"][...] = sum_dy_normal
            grad["beta"][...] = sum_dy
        if not call.needs_dx:
            return (None,)
        if call.saved["measured"]:
            count = dy.size // sum_dy.size
            np.multiply(normal, (sum_dy_normal / count).reshape(column), out=dx)
            np.subtract(dy, dx, out=dx)
            dx -= (sum_dy / count).reshape(column)
        else:
            dx[...] = dy
        dx *= (v["gamma"] * inverse).reshape(column)
        return (dx,)

    def update_state(self, v: Arrays, statistics: tuple[Arrays, ...]) -> None:
        """Each running value becomes ``momentum`` · itself + (1 − ``momentum``) · the batch's."""
        for name in ("mean", "var"):
            running = v[f"running_{name}"]
            batch = sum(part[name] for part in statistics) / len(statistics)
            running *= self.momentum
            running += (1 - self.momentum) * batch


def _feature_axis(dimensions: int) -> int:
    """Which axis of an example's shape holds the features: F of (F) and (T, F), C of (C, H, W)."""
    return 1 if dimensions == 2 else 0


def _axes(ndim: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """For a batch with ``ndim`` axes: those to average over, and the shape of a feature vector."""
    feature = _feature_axis(ndim - 1)
    axes = tuple(axis for axis in range(ndim) if axis != feature)
    return axes, tuple(-1 if axis == feature else 1 for axis in range(ndim))
