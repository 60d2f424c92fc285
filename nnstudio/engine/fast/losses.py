"""Losses computed in one piece with the layer before them, from that layer's scores z.

| loss of what          | ℓ for one example            | ∂ℓ/∂zᵢ                     |
|-----------------------|------------------------------|----------------------------|
| cross-entropy, softmax | ln Σⱼ e^{zⱼ} − Σᵢ yᵢ zᵢ       | softmax(z)ᵢ − yᵢ            |
| KL divergence, softmax | the same + Σᵢ yᵢ ln yᵢ        | softmax(z)ᵢ − yᵢ            |
| binary, sigmoid       | 1/F Σᵢ ln(1 + e^{zᵢ}) − yᵢ zᵢ | (sigmoid(zᵢ) − yᵢ) / F      |

That is cheaper than layer and loss one after the other, and exact for any score: no probability is
rounded to 0 before its logarithm is taken. It follows from ln softmax(z)ᵢ = zᵢ − ln Σⱼ e^{zⱼ} and
targets that sum to 1, and from ln sigmoid(z) = −ln(1 + e^{−z}). Exponentials never overflow:

    ln Σⱼ e^{zⱼ} = m + ln Σⱼ e^{zⱼ − m},  m = max z
    ln(1 + e^z) = max(z, 0) + ln(1 + e^{−|z|})

The textbook forms in :mod:`losses` and :mod:`activations` are what these are tested against. For
unweighted batches ``value`` and ``gradient`` share work and buffers and make few passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.activations import softmax
from nnstudio.engine.activations.squeezing import sigmoid
from nnstudio.engine.layer import Array, Call, Layer
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    KLDivergence,
    Loss,
    SparseCategoricalCrossEntropy,
    above_zero,
    classes_of,
    shares,
)


def fused(loss: Loss, layer: Layer) -> Loss | None:
    """``loss`` after ``layer`` as one loss of the scores before it; ``None`` if they don't fuse."""
    if loss.fuses != type(layer).__name__:
        return None
    match loss:
        case CategoricalCrossEntropy():
            return SoftmaxCrossEntropy(loss.label_smoothing)
        case SparseCategoricalCrossEntropy():
            return SparseSoftmaxCrossEntropy(loss.label_smoothing)
        case KLDivergence():
            return SoftmaxKLDivergence()
        case BinaryCrossEntropy():
            return SigmoidCrossEntropy(loss.label_smoothing)
    return None


@dataclass(frozen=True)
class _AfterSoftmax(Loss):
    """What losses of softmax share: scores less the greatest, their exponentials, and the sum."""

    for_classes: ClassVar[bool] = True

    def shifted(self, scores: Array, call: Call) -> Array:
        """z − max z, in the buffer that :meth:`log_total` goes on with."""
        greatest = call.buffer("total", scores.shape[1:])  # free until the total is known
        np.maximum.reduce(scores, axis=0, out=greatest)
        return np.subtract(scores, greatest, out=call.buffer("exponential", scores.shape))

    def log_total(self, shifted: Array, call: Call) -> Array:
        """ln Σ e^z per example. ``shifted`` becomes e^z; its sum stays in the buffer “total”."""
        total = call.buffer("total", shifted.shape[1:])
        np.add.reduce(np.exp(shifted, out=shifted), axis=0, out=total)
        return np.log(total)

    def probabilities(self, scores: Array, call: Call) -> Array:
        """softmax(z) after ``value``, which has left exponentials and sums; free to be changed."""
        exponential = call.buffer("exponential", scores.shape)
        total = call.buffer("total", scores.shape[1:])
        return np.divide(exponential, total, out=call.buffer("dz", scores.shape))


@dataclass(frozen=True)
class SoftmaxCrossEntropy(_AfterSoftmax):
    """Cross-entropy of softmax(z), for targets that sum to 1: one-hot or distributions."""

    title: ClassVar[str] = "Cross-entropy of softmax"

    label_smoothing: float = 0.0

    def each(self, output: Array, target: Array, call: Call) -> Array:
        target = self.smoothed(target, call)
        shifted = self.shifted(output, call)
        right = np.multiply(target, shifted, out=call.buffer("dz", output.shape)).sum(axis=0)
        each: Array = self.log_total(shifted, call) - right
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        dz = softmax(output, out=call.buffer("dz", output.shape))
        return np.subtract(dz, self.smoothed(target, call), out=dz)

    def value(self, output: Array, target: Array, call: Call) -> float:
        if call.weights is not None:
            return super().value(output, target, call)
        shifted = self.shifted(output, call)
        right = float(np.vdot(self.smoothed(target, call), shifted))
        total = float(np.add.reduce(self.log_total(shifted, call)))
        return (total - right) / output.shape[-1]

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        dz = self.probabilities(output, call)
        np.subtract(dz, self.smoothed(target, call), out=dz)
        return np.multiply(dz, shares(call, dz.shape[-1]), out=dz)

    def smoothed(self, target: Array, call: Call) -> Array:
        """The targets, with ε of their share spread over all K classes."""
        if not self.label_smoothing:
            return target
        y = call.buffer("smoothed", target.shape)
        np.multiply(target, 1 - self.label_smoothing, out=y)
        return np.add(y, self.label_smoothing / len(target), out=y)


@dataclass(frozen=True)
class SparseSoftmaxCrossEntropy(_AfterSoftmax):
    """Cross-entropy of softmax(z) for targets ``(1, N)`` that are numbers of classes."""

    title: ClassVar[str] = "Sparse cross-entropy of softmax"

    label_smoothing: float = 0.0

    def target_size(self, outputs: int) -> int:
        return 1

    def each(self, output: Array, target: Array, call: Call) -> Array:
        shifted = self.shifted(output, call)
        right = shifted.ravel()[self.places(output, target, call)]
        if self.label_smoothing:
            right *= 1 - self.label_smoothing
            right += self.label_smoothing * shifted.mean(axis=0)
        return self.log_total(shifted, call) - right

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        dz = softmax(output, out=call.buffer("dz", output.shape))
        return self.less_target(dz, target, call)

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        dz = self.less_target(self.probabilities(output, call), target, call)
        return np.multiply(dz, shares(call, dz.shape[-1]), out=dz)

    def less_target(self, probability: Array, target: Array, call: Call) -> Array:
        """ŷ − y in place of ŷ, for the smoothed one-hot y that is never made."""
        if self.label_smoothing:
            probability -= self.label_smoothing / len(probability)
        flat = probability.reshape(-1)  # a view
        flat[self.places(probability, target, call)] -= 1 - self.label_smoothing
        return probability

    def places(self, scores: Array, target: Array, call: Call) -> Array:
        """Where the right classes' scores lie in the flat array of all."""
        count = scores.shape[-1]
        columns = call.saved.get("columns")
        if columns is None or len(columns) != count:
            columns = call.saved["columns"] = np.arange(count)
        places = classes_of(target)
        places *= count
        places += columns
        return places


@dataclass(frozen=True)
class SoftmaxKLDivergence(SoftmaxCrossEntropy):
    """KL divergence of softmax(z): the cross-entropy less the targets' entropy, −Σ y ln y."""

    title: ClassVar[str] = "KL divergence of softmax"

    def each(self, output: Array, target: Array, call: Call) -> Array:
        negative_entropy = (target * np.log(above_zero(target))).sum(axis=0)
        each: Array = super().each(output, target, call) + negative_entropy
        return each

    def value(self, output: Array, target: Array, call: Call) -> float:
        return Loss.value(self, output, target, call)


@dataclass(frozen=True)
class SigmoidCrossEntropy(Loss):
    """Binary cross-entropy of sigmoid(z), mean over the outputs."""

    title: ClassVar[str] = "Binary cross-entropy of sigmoid"
    for_classes: ClassVar[bool] = True
    takes_one_output: ClassVar[bool] = True
    threshold: ClassVar[float] = 0.0  # sigmoid(0) = ½

    label_smoothing: float = 0.0

    def each(self, output: Array, target: Array, call: Call) -> Array:
        each: Array = np.add.reduce(self.of_outputs(output, target, call), axis=0) / len(output)
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        return self.error(output, target, call, 1 / len(output))

    def value(self, output: Array, target: Array, call: Call) -> float:
        if call.weights is not None:
            return super().value(output, target, call)
        return float(np.add.reduce(self.of_outputs(output, target, call), axis=None)) / output.size

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        if call.weights is not None:
            return super().gradient(output, target, call)
        return self.error(output, target, call, 1 / output.size)

    def of_outputs(self, z: Array, target: Array, call: Call) -> Array:
        """ln(1 + e^z) − y z for every single output, as the module's text writes it."""
        each = np.abs(z, out=call.buffer("each", z.shape))
        np.negative(each, out=each)
        np.log1p(np.exp(each, out=each), out=each)
        # Where the answer is right this is exactly 0 and leaves the small logarithm its digits.
        straight = np.maximum(z, 0, out=call.buffer("straight", z.shape))
        straight -= self.smoothed(target) * z
        each += straight
        return each

    def error(self, z: Array, target: Array, call: Call, factor: float) -> Array:
        """(sigmoid(z) − y) · factor."""
        dz = sigmoid(z, out=call.buffer("dz", z.shape))
        dz -= self.smoothed(target)
        dz *= factor
        return dz

    def smoothed(self, target: Array) -> Array:
        """The targets, ε of the way to ½."""
        if not self.label_smoothing:
            return target
        return target * (1 - self.label_smoothing) + 0.5 * self.label_smoothing
