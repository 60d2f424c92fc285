"""Losses: how wrong an output ŷ is for a target y.

Every loss says two things about one example, ℓ and its derivative ∂ℓ/∂ŷ. With F outputs each and
the error e = ŷ − y:

| loss                     | ℓ for one example                  | ∂ℓ/∂ŷᵢ                       |
|--------------------------|------------------------------------|------------------------------|
| HalfSquaredError         | ½ Σᵢ eᵢ² = ½ ‖y − ŷ‖²               | eᵢ                           |
| MeanSquaredError         | 1/F Σᵢ eᵢ²                          | 2 eᵢ / F                     |
| MeanAbsoluteError        | 1/F Σᵢ |eᵢ|                         | sign eᵢ / F                  |
| Huber                    | 1/F Σᵢ ½ eᵢ², beyond δ: δ(|eᵢ| − ½δ) | eᵢ / F, held within ± δ / F  |
| BinaryCrossEntropy       | −1/F Σᵢ yᵢ ln ŷᵢ + (1−yᵢ) ln(1−ŷᵢ)   | ((1−yᵢ)/(1−ŷᵢ) − yᵢ/ŷᵢ) / F   |
| CategoricalCrossEntropy  | −Σᵢ yᵢ ln ŷᵢ                         | −yᵢ / ŷᵢ                      |
| Sparse…CrossEntropy      | −ln ŷ_c for the right class c      | −1 / ŷ_c at c, else 0        |
| KLDivergence             | Σᵢ yᵢ ln (yᵢ / ŷᵢ)                   | −yᵢ / ŷᵢ                      |
| Hinge                    | max(0, 1 − t ŷ),  t = ±1           | −t where t ŷ < 1, else 0     |

Outputs are ``(features, N)``, an example per column. Targets have the same shape: numbers, or
classes one-hot; or there is one row of them with the number of each class (:meth:`target_size`).

The loss of a batch is the mean over its N examples; where they have weights wₙ,

    L = Σₙ wₙ ℓₙ / Σₙ wₙ        ∂L/∂ŷₙ = (wₙ / Σ w) ∂ℓₙ/∂ŷₙ

**Half or mean?** HalfSquaredError *adds up* the squares of an example's outputs and takes half, as
most texts do: its gradient is simply ŷ − y. MeanSquaredError takes the *mean* over the outputs
without the half, as PyTorch's ``MSELoss`` and Keras's ``MeanSquaredError`` do. The latter is 2/F of
the former, so that for one output the same learning rate makes steps twice as large, and for ten
outputs steps a fifth as large.

**Logarithms.** A probability that was rounded to 0 has no logarithm; the smallest normal number of
its kind stands for it, so a loss is at most about 87 in float32 and 708 in float64 per logarithm.
Computed from the scores before Softmax or Sigmoid (:mod:`nnstudio.engine.fast.losses`), there is
no such end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Call, Shape
from nnstudio.schema import setting

SMOOTHING_HELP = "How much of the right class's share goes to all classes: curbs overconfidence"


@dataclass(frozen=True)
class Loss:
    """The base of all losses: a loss defines :meth:`each` and :meth:`slope`."""

    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    #: The computation for one example as it is written on paper.
    formula: ClassVar[str] = ""
    #: Whether it compares classes rather than numbers.
    for_classes: ClassVar[bool] = False
    #: The layer that must come last, as its outputs are the probabilities that the loss is for.
    #: :mod:`nnstudio.engine.fast.losses` computes layer and loss in one piece.
    fuses: ClassVar[str] = ""
    #: Whether a network may tell two classes apart with a single output, for targets 0 and 1.
    takes_one_output: ClassVar[bool] = False
    #: Beyond which number a single output means class 1.
    threshold: ClassVar[float] = 0.5

    def target_size(self, outputs: int) -> int:
        """How many rows the targets of a network with so many ``outputs`` have.

        One row holds the number of each example's class (with a single output that is its 0 or 1);
        several hold numbers or classes one-hot.
        """
        return outputs

    def target_shape(self, shape: Shape) -> Shape:
        """The shape of one example's targets for an output of ``shape``, a row of numbers.

        :mod:`nnstudio.engine.places` has the losses of outputs with more axes.
        """
        return (self.target_size(shape[0]),)

    def each(self, output: Array, target: Array, call: Call) -> Array:
        """ℓ of every example, ``(N,)``."""
        raise NotImplementedError

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        """∂ℓₙ/∂ŷₙ, shaped like ``output``: a buffer of ``call`` that the caller may change."""
        raise NotImplementedError

    def value(self, output: Array, target: Array, call: Call) -> float:
        """L: the mean over the batch, weighted by ``call.weights`` if there are any."""
        each = self.each(output, target, call)
        if call.weights is None:
            return float(np.add.reduce(each)) / len(each)
        return float(np.dot(each, shares(call, len(each))))

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        """∂L/∂output after :meth:`value` was called with the same arguments."""
        dy = self.slope(output, target, call)
        dy *= shares(call, dy.shape[-1])
        return dy


def shares(call: Call, count: int) -> float | Array:
    """The part each example has in the mean: 1/N, or wₙ / Σ w, ``(N,)``.

    Where all weights of a batch are 0 there is nothing to learn from: all shares are 0.
    """
    w = call.weights
    if w is None:
        return 1 / count
    total = w.sum()
    return w / total if total else w


# ---------------------------------------------------------------- numbers


@dataclass(frozen=True)
class HalfSquaredError(Loss):
    """½ Σᵢ (ŷᵢ − yᵢ)², summed over the outputs: as in most texts; the ½ cancels in the gradient.

    PyTorch has none; it is F/2 times :class:`MeanSquaredError`.
    """

    title: ClassVar[str] = "½‖y − ŷ‖²"
    summary: ClassVar[str] = "Half the squared distance, summed over the outputs, as in the texts"
    formula: ClassVar[str] = "ℓ = ½ Σ (ŷᵢ − yᵢ)²"

    def each(self, output: Array, target: Array, call: Call) -> Array:
        each: Array = 0.5 * np.square(output - target).sum(axis=0)
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        return np.subtract(output, target, out=call.buffer("dy", output.shape))

    # The classroom's networks have one neuron: there each call of numpy counts. So without weights
    # the error is computed once, and squared and summed at one go.

    def value(self, output: Array, target: Array, call: Call) -> float:
        if call.weights is not None:
            return super().value(output, target, call)
        error = np.subtract(output, target, out=call.buffer("error", output.shape))
        call.saved["error"] = error
        return 0.5 * float(np.vdot(error, error)) / output.shape[-1]

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        if call.weights is not None:
            return super().gradient(output, target, call)
        error: Array = call.saved["error"]
        return np.multiply(error, 1 / output.shape[-1], out=call.buffer("dy", error.shape))


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """1/F Σᵢ (ŷᵢ − yᵢ)², the mean over the outputs, without a half.

    As PyTorch's ``MSELoss``: 2/F times :class:`HalfSquaredError`.
    """

    title: ClassVar[str] = "Mean squared error"
    summary: ClassVar[str] = "The squared error, mean over outputs and without ½, as in PyTorch"
    formula: ClassVar[str] = "ℓ = 1/F Σ (ŷᵢ − yᵢ)²"

    def each(self, output: Array, target: Array, call: Call) -> Array:
        each: Array = np.square(output - target).mean(axis=0)
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        dy = np.subtract(output, target, out=call.buffer("dy", output.shape))
        dy *= 2 / len(output)
        return dy

    def value(self, output: Array, target: Array, call: Call) -> float:
        if call.weights is not None:
            return super().value(output, target, call)
        error = np.subtract(output, target, out=call.buffer("error", output.shape))
        call.saved["error"] = error
        return float(np.vdot(error, error)) / error.size

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        if call.weights is not None:
            return super().gradient(output, target, call)
        error: Array = call.saved["error"]
        return np.multiply(error, 2 / error.size, out=call.buffer("dy", error.shape))


@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    """1/F Σᵢ |ŷᵢ − yᵢ|: outliers pull no harder than others. As PyTorch's ``L1Loss``."""

    title: ClassVar[str] = "Mean absolute error"
    summary: ClassVar[str] = "The absolute error, mean over outputs: outliers weigh little"
    formula: ClassVar[str] = "ℓ = 1/F Σ |ŷᵢ − yᵢ|"

    def each(self, output: Array, target: Array, call: Call) -> Array:
        each: Array = np.abs(output - target).mean(axis=0)
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        dy = np.subtract(output, target, out=call.buffer("dy", output.shape))
        np.sign(dy, out=dy)  # 0 where the error is 0, of all slopes that are possible there
        dy *= 1 / len(output)
        return dy


@dataclass(frozen=True)
class Huber(Loss):
    """Squared for small errors, absolute for large ones (Huber, 1964). As PyTorch's ``HuberLoss``.

    ½ e² for |e| ≤ δ and δ (|e| − ½ δ) beyond: value and slope go on smoothly at δ.
    """

    title: ClassVar[str] = "Huber"
    summary: ClassVar[str] = (
        "Squared for small errors, absolute for large ones: outliers weigh less"
    )
    formula: ClassVar[str] = "ℓ = 1/F Σ ½ eᵢ², beyond δ: δ (|eᵢ| − ½ δ)"

    delta: float = setting(
        1.0, gt=0, le=1e6, label="Delta δ", help="From which error on it grows no longer squared"
    )

    def each(self, output: Array, target: Array, call: Call) -> Array:
        size = np.abs(output - target)
        near = np.minimum(size, self.delta)
        # ½ δ² + δ (|e| − δ) = δ (|e| − ½ δ): the square up to δ, and straight on from there.
        each: Array = (0.5 * np.square(near) + self.delta * (size - near)).mean(axis=0)
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        dy = np.subtract(output, target, out=call.buffer("dy", output.shape))
        np.clip(dy, -self.delta, self.delta, out=dy)
        dy *= 1 / len(output)
        return dy


# ---------------------------------------------------------------- classes, by probability


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """−[y ln ŷ + (1 − y) ln(1 − ŷ)] for yes-or-no probabilities ŷ, mean over the outputs.

    One output tells two classes apart: ŷ is the probability of the second. K outputs are as many
    questions of their own, such as “is it this class or not?”. As PyTorch's ``BCELoss`` but for the
    clipping; label smoothing as Keras has it: y (1 − ε) + ½ ε.
    """

    title: ClassVar[str] = "Binary cross-entropy"
    summary: ClassVar[str] = "The surprise at each yes or no, for classes after Sigmoid"
    formula: ClassVar[str] = "ℓ = −1/F Σ [yᵢ ln ŷᵢ + (1 − yᵢ) ln(1 − ŷᵢ)]"
    for_classes: ClassVar[bool] = True
    fuses: ClassVar[str] = "Sigmoid"
    takes_one_output: ClassVar[bool] = True

    label_smoothing: float = setting(
        0.0, ge=0, lt=1, label="Label smoothing ε", help="Targets ½ε and 1 − ½ε in place of 0 and 1"
    )

    def each(self, output: Array, target: Array, call: Call) -> Array:
        y = self.smoothed(target)
        yes, no = np.log(above_zero(output)), np.log(above_zero(1 - output))
        each: Array = -(y * yes + (1 - y) * no).mean(axis=0)
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        y = self.smoothed(target)
        dy = call.buffer("dy", output.shape)
        np.divide(1 - y, above_zero(1 - output), out=dy)
        np.subtract(dy, y / above_zero(output), out=dy)
        return np.multiply(dy, 1 / len(output), out=dy)

    def smoothed(self, target: Array) -> Array:
        """The targets, ε of the way to ½."""
        if not self.label_smoothing:
            return target
        return target * (1 - self.label_smoothing) + 0.5 * self.label_smoothing


@dataclass(frozen=True)
class CategoricalCrossEntropy(Loss):
    """−Σ y ln ŷ for probabilities ŷ that sum to 1: the surprise at the right class.

    With PyTorch's label smoothing (Szegedy et al., 2016) the target is y (1 − ε) + ε / K.
    """

    title: ClassVar[str] = "Cross-entropy"
    summary: ClassVar[str] = "The surprise at the right class, for classes after Softmax"
    formula: ClassVar[str] = "ℓ = −Σ yᵢ ln ŷᵢ"
    for_classes: ClassVar[bool] = True
    fuses: ClassVar[str] = "Softmax"

    label_smoothing: float = setting(
        0.0, ge=0, lt=1, label="Label smoothing ε", help=SMOOTHING_HELP
    )

    def each(self, output: Array, target: Array, call: Call) -> Array:
        each: Array = -(self.smoothed(target) * np.log(above_zero(output))).sum(axis=0)
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        dy = np.divide(
            self.smoothed(target), above_zero(output), out=call.buffer("dy", output.shape)
        )
        return np.negative(dy, out=dy)

    def smoothed(self, target: Array) -> Array:
        """The targets, with ε of their share spread over all K classes."""
        if not self.label_smoothing:
            return target
        return target * (1 - self.label_smoothing) + self.label_smoothing / len(target)


@dataclass(frozen=True)
class SparseCategoricalCrossEntropy(Loss):
    """−ln ŷ_c: cross-entropy for targets that are numbers of classes c, ``(1, N)``.

    The same as :class:`CategoricalCrossEntropy` of one-hot targets, whose zeros it doesn't store.
    """

    title: ClassVar[str] = "Sparse cross-entropy"
    summary: ClassVar[str] = "The same as cross-entropy, with numbers of classes as targets"
    formula: ClassVar[str] = "ℓ = −ln ŷ_c,  c the right class"
    for_classes: ClassVar[bool] = True
    fuses: ClassVar[str] = "Softmax"

    label_smoothing: float = setting(
        0.0, ge=0, lt=1, label="Label smoothing ε", help=SMOOTHING_HELP
    )

    def target_size(self, outputs: int) -> int:
        return 1

    def each(self, output: Array, target: Array, call: Call) -> Array:
        log_likely = np.log(above_zero(output))
        right = log_likely[classes_of(target), np.arange(output.shape[-1])]
        share = self.label_smoothing
        # ε / K of every class's logarithm adds up to ε of their mean.
        each: Array = -(1 - share) * right - share * log_likely.mean(axis=0)
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        right = classes_of(target), np.arange(output.shape[-1])
        dy = call.buffer("dy", output.shape)
        dy.fill(-self.label_smoothing / len(output))
        dy[right] -= 1 - self.label_smoothing
        dy /= above_zero(output)
        return dy


@dataclass(frozen=True)
class KLDivergence(Loss):
    """Σ y ln(y / ŷ): how far the distribution ŷ is from y (Kullback and Leibler, 1951).

    It is the cross-entropy less the entropy of y, so 0 at best; for one-hot targets the two are the
    same. A yᵢ = 0 contributes 0, its limit. As PyTorch's ``KLDivLoss`` with ``batchmean`` of ln ŷ.
    """

    title: ClassVar[str] = "KL divergence"
    summary: ClassVar[str] = "How far the probabilities are from the target's, after Softmax"
    formula: ClassVar[str] = "ℓ = Σ yᵢ ln(yᵢ / ŷᵢ)"
    for_classes: ClassVar[bool] = True
    fuses: ClassVar[str] = "Softmax"

    def each(self, output: Array, target: Array, call: Call) -> Array:
        log_ratio = np.log(above_zero(target)) - np.log(above_zero(output))
        each: Array = (target * log_ratio).sum(axis=0)
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        dy = np.divide(target, above_zero(output), out=call.buffer("dy", output.shape))
        return np.negative(dy, out=dy)


# ---------------------------------------------------------------- classes, by score


@dataclass(frozen=True)
class Hinge(Loss):
    """The support vector machine's loss: the right score must lead by 1, more wins nothing.

    * One output s tells two classes apart: max(0, 1 − t s), with t = −1 or +1 for targets 0 or 1
      (Cortes and Vapnik, 1995).
    * With K outputs each wrong class j makes the violation vⱼ = max(0, 1 − s_c + sⱼ) against the
      right class c. Counting all of them, ℓ = 1/K Σ vⱼ (Weston and Watkins, 1999; PyTorch's
      ``MultiMarginLoss``, which divides by K); counting the worst, ℓ = max vⱼ (Crammer and Singer,
      2001).

    The slope is 0 where a violation just vanishes. It is for plain scores, without Softmax.
    """

    title: ClassVar[str] = "Hinge"
    summary: ClassVar[str] = "The right score must lead by a margin of 1, for classes after Dense"
    formula: ClassVar[str] = "ℓ = max(0, 1 − t ŷ),  t = ±1"
    for_classes: ClassVar[bool] = True
    takes_one_output: ClassVar[bool] = True
    threshold: ClassVar[float] = 0.0

    rivals: str = setting(
        "all",
        choices=("all", "strongest"),
        help="With several outputs: which wrong classes count, all of them or the nearest",
    )

    def each(self, output: Array, target: Array, call: Call) -> Array:
        missing = self.missing(output, target)
        all_of_them = len(output) > 1 and self.rivals == "all"
        each: Array = missing.sum(axis=0) / len(output) if all_of_them else missing.max(axis=0)
        return each

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        missing = self.missing(output, target)
        counts = missing > 0
        dy = call.buffer("dy", output.shape)
        if len(output) == 1:
            np.multiply(counts, 1 - 2 * target, out=dy)
            return dy
        if self.rivals == "strongest":
            counts &= np.arange(len(output))[:, np.newaxis] == missing.argmax(axis=0)
        # Every wrong class that counts pulls its own score down and the right one up.
        np.subtract(counts, counts.sum(axis=0) * target, out=dy)
        if self.rivals == "all":
            dy *= 1 / len(output)
        return dy

    def missing(self, output: Array, target: Array) -> Array:
        """What every score lacks of its margin, ``(features, N)``; 0 for the right class."""
        if len(output) == 1:
            missing: Array = np.maximum(0, 1 - (2 * target - 1) * output)
        else:
            right = (output * target).sum(axis=0)
            missing = np.maximum(0, 1 - right + output) * (1 - target)
        return missing


def classes_of(target: Array) -> Array:
    """The numbers of the classes, to index with, of targets ``(1, N)``."""
    classes: Array = target[0].astype(np.intp)
    return classes


def above_zero(probability: Array) -> Array:
    """A rounded 0 would make the logarithm infinite: use the smallest normal number instead."""
    likely: Array = np.maximum(probability, np.finfo(probability.dtype).tiny)
    return likely
