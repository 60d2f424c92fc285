"""Metrics: figures that tell people how good answers are. Nothing is learned from them.

Arrays are batch-last, as everywhere in the engine: classes ``(N,)`` as whole numbers, scores
``(K, N)`` (probabilities or any numbers of which a greater one means “rather this class”), numbers
``(outputs, N)``. A figure that isn't defined, such as any of no examples, is NaN.

| figure        | definition                                                               |
|---------------|--------------------------------------------------------------------------|
| accuracy      | share of examples whose class is the answer                              |
| top-k         | share of examples whose class is among the k highest scores              |
| precision     | TP / (TP + FP): of the answers “class c”, how many are right             |
| recall        | TP / (TP + FN): of the examples of class c, how many are found           |
| F1            | 2 P R / (P + R) = 2 TP / (2 TP + FP + FN), their harmonic mean           |
| ROC, AUC      | true against false positives at every threshold; the area below          |
| MAE, RMSE     | mean of |ŷ − y|; root of the mean of (ŷ − y)²                             |
| R²            | 1 − Σ (ŷ − y)² / Σ (y − ȳ)²: the share of the targets' variance explained |

TP, FP and FN are the true positives, false positives and false negatives of one class against all
others. Definitions: van Rijsbergen, *Information Retrieval* (1979); Fawcett, *An introduction to
ROC analysis* (2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np

from nnstudio.engine.layer import Array


def accuracy(answers: Array, classes: Array) -> float:
    """The share of examples whose class is the answer; both ``(N,)``."""
    return float(np.mean(answers == classes)) if len(classes) else nan


def top_k_accuracy(scores: Array, classes: Array, k: int) -> float:
    """The share of examples whose class is among the ``k`` highest of its ``(K, N)`` scores.

    Of equal scores the lower class number ranks first, as ``argmax`` has it: k = 1 is the accuracy.
    """
    if not len(classes):
        return nan
    own = scores[classes, np.arange(len(classes))]
    earlier = np.arange(len(scores))[:, np.newaxis] < classes
    ahead = (scores > own) | ((scores == own) & earlier)
    return float(np.mean(ahead.sum(axis=0) < k))


def confusion_matrix(answers: Array, classes: Array, count: int) -> Array:
    """``(count, count)``: row c and column a hold how many examples of class c were answered a."""
    pairs = classes * count + answers
    return np.bincount(pairs, minlength=count * count).reshape(count, count)


@dataclass(frozen=True, eq=False)
class ClassFigures:
    """Precision, recall, F1 and number of examples of every class, each ``(K,)``.

    Attributes:
        seen: which classes occur at all, as an example's class or as an answer.
    """

    precision: Array
    recall: Array
    f1: Array
    examples: Array
    seen: Array

    def macro(self, figure: Array) -> float:
        """The plain mean of one of the figures over the classes that occur: rare ones count alike.

        The macro F1 is the mean of the classes' F1 (not the F1 of mean precision and recall).
        """
        return float(figure[self.seen].mean()) if self.seen.any() else nan


def class_figures(confusion: Array) -> ClassFigures:
    """The figures of every class, from :func:`confusion_matrix`.

    Where nothing is divided by nothing, the figure is 0: the precision of a class that was never
    answered, the recall of a class without examples.
    """
    right = np.diag(confusion).astype(np.float64)
    answered, examples = confusion.sum(axis=0), confusion.sum(axis=1)
    return ClassFigures(
        precision=_share(right, answered),
        recall=_share(right, examples),
        f1=_share(2 * right, answered + examples),
        examples=examples,
        seen=(answered + examples) > 0,
    )


def micro_f1(confusion: Array) -> float:
    """F1 of the TP, FP and FN of all classes together.

    Where every example has one class and one answer, each mistake is one FP and one FN, and so
    micro precision, recall and F1 all equal the accuracy.
    """
    total = confusion.sum()
    right = np.trace(confusion)
    wrong = total - right
    return float(2 * right / (2 * right + wrong + wrong)) if total else nan


def roc_curve(scores: Array, positive: Array) -> tuple[Array, Array, Array]:
    """False and true positive rates, and the threshold from which on an example is called positive.

    From (0, 0) at the threshold ∞ to (1, 1) at the least score; one point per *different* score, as
    no threshold tells equal ones apart.

    Args:
        scores: ``(N,)``; greater means rather positive.
        positive: ``(N,)`` truth values.
    """
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], positive[order].astype(np.float64)
    last = np.flatnonzero(np.append(np.diff(ranked) != 0, True))[: len(ranked)]
    true, false = np.cumsum(hits)[last], np.cumsum(1 - hits)[last]
    with np.errstate(invalid="ignore"):  # 0 / 0 where there are no positives or no negatives
        rates = [np.append(0.0, count / count[-1:]) for count in (false, true)]
    return rates[0], rates[1], np.append(np.inf, ranked[last])


def auc(scores: Array, positive: Array) -> float:
    """The area under the ROC curve, by trapezoids; NaN without positives or without negatives.

    It is the probability that a positive example scores higher than a negative one, equal scores
    counting half (Hanley and McNeil, 1982): 1 is perfect, ½ is a guess.
    """
    if not positive.any() or positive.all():
        return nan
    false, true, _ = roc_curve(scores, positive)
    return float(np.trapezoid(true, false))


def macro_auc(scores: Array, classes: Array) -> float:
    """The mean over the classes of :func:`auc` of one class against the rest; scores ``(K, N)``.

    Classes that have no examples, or all of them, are left out. With two probabilities that sum to
    1 this is the AUC of either.
    """
    areas = [auc(row, classes == c) for c, row in enumerate(scores)]
    known = [area for area in areas if area == area]
    return sum(known) / len(known) if known else nan


def mean_absolute_error(answers: Array, targets: Array) -> float:
    """The mean of |ŷ − y| over all outputs and examples, both ``(outputs, N)``."""
    return float(np.abs(answers - targets).mean()) if targets.size else nan


def root_mean_square_error(answers: Array, targets: Array) -> float:
    """The root of the mean of (ŷ − y)² over all outputs and examples, both ``(outputs, N)``."""
    return sqrt(np.square(answers - targets).mean()) if targets.size else nan


def r_squared(answers: Array, targets: Array) -> float:
    """R², the coefficient of determination, as the mean over the outputs of ``(outputs, N)``.

    1 is perfect, 0 is what the targets' mean would reach as an answer to everything; worse ones are
    negative. Outputs whose targets never vary have nothing to explain and are left out.
    """
    if not targets.size:
        return nan
    missed = np.square(answers - targets).sum(axis=1)
    spread = np.square(targets - targets.mean(axis=1, keepdims=True)).sum(axis=1)
    varies = spread > 0
    return float((1 - missed[varies] / spread[varies]).mean()) if varies.any() else nan


def _share(part: Array, whole: Array) -> Array:
    """part / whole, and 0 where the whole is 0."""
    share: Array = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return share
