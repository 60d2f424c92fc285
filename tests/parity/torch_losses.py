"""Every loss as PyTorch computes it, example by example.

A function here takes our loss, the outputs ``(N, F)`` and the targets ``(N, K)`` as tensors, and
returns the losses of the N examples. Where our loss is for probabilities, PyTorch's takes the
scores before Softmax or Sigmoid: see :func:`takes_scores`.
"""

from __future__ import annotations

from collections.abc import Callable

from peer import Tensor, functional

from nnstudio.engine.layer import Layer
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

EachExample = Callable[[Loss, Tensor, Tensor], Tensor]

#: The losses that PyTorch doesn't have, with the source that their docstring names instead.
WITHOUT_COUNTERPART: dict[str, str] = {}


def each(loss: Loss, output: Tensor, target: Tensor) -> Tensor:
    """What PyTorch gives for our loss, ``(N,)``.

    Classes are compared at each place of a sequence (N, T, K) or a picture (N, K, H, W), and the
    targets have them first: (N, K, places). Numbers are compared all at once.
    """
    of_rows = COUNTERPARTS[type(loss)]
    if output.ndim == 2:
        return of_rows(loss, output, target)
    if not loss.for_classes:
        return of_rows(loss, output.flatten(1), target.flatten(1))
    scores = output.transpose(1, 2) if output.ndim == 3 else output
    if isinstance(loss, CategoricalCrossEntropy | SparseCategoricalCrossEntropy):
        return of_rows(loss, scores, target).flatten(1).mean(1)  # PyTorch's own form for places
    rows = (x.movedim(1, -1).flatten(0, -2) for x in (scores, target))
    return of_rows(loss, *rows).reshape(len(output), -1).mean(1)


def mean(loss: Loss, output: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """The loss of the batch."""
    losses = each(loss, output, target)
    return losses.mean() if weights is None else (weights * losses).sum() / weights.sum()


def takes_scores(loss: Loss, layer: Layer) -> bool:
    """Whether PyTorch computes ``loss`` of what comes into ``layer`` rather than of its output."""
    return loss.fuses == type(layer).__name__


# ---------------------------------------------------------------- numbers


def half_squared_error(loss: HalfSquaredError, output: Tensor, target: Tensor) -> Tensor:
    """It has the mean over the outputs, without the half."""
    return functional.mse_loss(output, target, reduction="none").sum(1) / 2


def mean_squared_error(loss: MeanSquaredError, output: Tensor, target: Tensor) -> Tensor:
    return functional.mse_loss(output, target, reduction="none").mean(1)


def mean_absolute_error(loss: MeanAbsoluteError, output: Tensor, target: Tensor) -> Tensor:
    return functional.l1_loss(output, target, reduction="none").mean(1)


def huber(loss: Huber, output: Tensor, target: Tensor) -> Tensor:
    return functional.huber_loss(output, target, reduction="none", delta=loss.delta).mean(1)


# ---------------------------------------------------------------- classes


def categorical_cross_entropy(
    loss: CategoricalCrossEntropy, scores: Tensor, target: Tensor
) -> Tensor:
    return functional.cross_entropy(
        scores, target, reduction="none", label_smoothing=loss.label_smoothing
    )


def sparse_categorical_cross_entropy(
    loss: SparseCategoricalCrossEntropy, scores: Tensor, target: Tensor
) -> Tensor:
    return functional.cross_entropy(
        scores, target[:, 0].long(), reduction="none", label_smoothing=loss.label_smoothing
    )


def binary_cross_entropy(loss: BinaryCrossEntropy, scores: Tensor, target: Tensor) -> Tensor:
    """It has no smoothing; Keras smooths the targets."""
    smoothed = target * (1 - loss.label_smoothing) + loss.label_smoothing / 2
    return functional.binary_cross_entropy_with_logits(scores, smoothed, reduction="none").mean(1)


def kl_divergence(loss: KLDivergence, scores: Tensor, target: Tensor) -> Tensor:
    return functional.kl_div(functional.log_softmax(scores, 1), target, reduction="none").sum(1)


def hinge(loss: Hinge, output: Tensor, target: Tensor) -> Tensor:
    """With one output the margin by which it must lead 0, in the direction of the target.

    Of several rivals PyTorch counts all; it has no loss that counts the strongest only, for which
    :class:`Hinge` names Crammer and Singer.
    """
    if output.shape[1] == 1:
        side = 2 * target[:, 0] - 1
        return functional.margin_ranking_loss(
            output[:, 0], output[:, 0] * 0, side, margin=1.0, reduction="none"
        )
    assert loss.rivals == "all"
    return functional.multi_margin_loss(output, target.argmax(1), reduction="none")


#: Every loss that PyTorch has.
COUNTERPARTS: dict[type[Loss], EachExample] = {
    HalfSquaredError: half_squared_error,
    MeanSquaredError: mean_squared_error,
    MeanAbsoluteError: mean_absolute_error,
    Huber: huber,
    CategoricalCrossEntropy: categorical_cross_entropy,
    SparseCategoricalCrossEntropy: sparse_categorical_cross_entropy,
    BinaryCrossEntropy: binary_cross_entropy,
    KLDivergence: kl_divergence,
    Hinge: hinge,
}
