"""Losses: how wrong an output ŷ is for a target y, averaged over the batch.

| loss                    | for one example | ∂/∂ŷ      |
|-------------------------|-----------------|-----------|
| HalfSquaredError        | ½ ‖y − ŷ‖²      | ŷ − y     |
| CategoricalCrossEntropy | −Σᵢ yᵢ ln ŷᵢ     | −yᵢ / ŷᵢ  |

Outputs and targets are ``(features, N)``; classes come one-hot. The value is the mean over the N
columns, and so the gradient with respect to a batch carries a factor 1/N.

Cross-entropy after softmax is computed in one piece from the scores z before it: with
ŷ = softmax z the value is ln Σⱼ e^{zⱼ} − Σᵢ yᵢ zᵢ and the gradient with respect to z is simply
ŷ − y. That is both stable (no logarithm of a rounded 0) and cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Call


@dataclass(frozen=True)
class Loss:
    """The base of all losses."""

    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    #: Whether it compares classes (one-hot targets) rather than numbers.
    for_classes: ClassVar[bool] = False
    #: The name of the final layer it swallows when computed from the scores before that layer.
    fuses: ClassVar[str] = ""

    def value(self, output: Array, target: Array, call: Call) -> float:
        """The mean loss of a batch; both arrays (features, N)."""
        raise NotImplementedError

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        """∂ value / ∂ output after :meth:`value` was called with the same arguments."""
        raise NotImplementedError

    def fused(self) -> Loss:
        """The loss as a function of the scores before the layer that it :attr:`fuses`."""
        raise NotImplementedError


@dataclass(frozen=True)
class HalfSquaredError(Loss):
    """½ ‖y − ŷ‖²: half the squared distance, as in most texts; the ½ cancels in the gradient."""

    title: ClassVar[str] = "½‖y − ŷ‖²"
    summary: ClassVar[str] = "Half the squared distance, for numbers"

    def value(self, output: Array, target: Array, call: Call) -> float:
        error = np.subtract(output, target, out=call.buffer("error", output.shape))
        return 0.5 * float(np.vdot(error, error)) / output.shape[-1]

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        error, dy = call.buffer("error", output.shape), call.buffer("dy", output.shape)
        return np.multiply(error, 1 / output.shape[-1], out=dy)


@dataclass(frozen=True)
class CategoricalCrossEntropy(Loss):
    """−Σ y ln ŷ for probabilities ŷ: the surprise at the right class."""

    title: ClassVar[str] = "Cross-entropy"
    summary: ClassVar[str] = "The surprise at the right class, for classes after Softmax"
    for_classes: ClassVar[bool] = True
    fuses: ClassVar[str] = "Softmax"

    def value(self, output: Array, target: Array, call: Call) -> float:
        likely = _away_from_zero(output, call)
        return -float(np.vdot(target, np.log(likely))) / output.shape[-1]

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        dy = np.divide(target, _away_from_zero(output, call), out=call.buffer("dy", output.shape))
        dy *= -1 / output.shape[-1]
        return dy

    def fused(self) -> Loss:
        return SoftmaxCrossEntropy()


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    """Cross-entropy of softmax(z) as a function of the scores z; see the module's text."""

    title: ClassVar[str] = "Cross-entropy of softmax"
    for_classes: ClassVar[bool] = True

    def value(self, output: Array, target: Array, call: Call) -> float:
        shifted = call.buffer("shifted", output.shape)
        np.subtract(output, output.max(axis=-2, keepdims=True), out=shifted)
        probability = np.exp(shifted, out=call.buffer("probability", output.shape))
        total = probability.sum(axis=-2, keepdims=True)
        probability /= total
        mean_of_right = float(np.vdot(target, shifted)) / output.shape[-1]
        return float(np.log(total).mean(dtype=np.float64)) - mean_of_right

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        probability = call.buffer("probability", output.shape)
        dz = np.subtract(probability, target, out=call.buffer("dz", output.shape))
        dz *= 1 / output.shape[-1]
        return dz


def _away_from_zero(probability: Array, call: Call) -> Array:
    """A rounded 0 would make the logarithm infinite: use the smallest normal number instead."""
    tiny = np.finfo(probability.dtype).tiny
    likely = call.buffer("likely", probability.shape)
    np.maximum(probability, tiny, out=likely)
    return likely
