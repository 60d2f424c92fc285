"""What there is to say about a network's answers to a part of its data, beside loss and metric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine import metrics
from nnstudio.engine.layer import Array
from nnstudio.engine.metrics import ClassFigures

Part = Literal["test", "validation", "training"]
#: From more classes than this on it is worth telling whether the right one is among the best.
_FEW_CLASSES = 5
#: Among how many.
TOP = 3


@dataclass(frozen=True, eq=False)
class ClassReport:
    """How classes were told apart.

    Attributes:
        top: the share of examples whose class is among the best three; NaN for few classes.
        auc: the area under the ROC curve, one class against the rest, mean over the classes.
        confusion: ``(K, K)``, true classes in rows, answers in columns.
    """

    part: Part
    count: int
    accuracy: float
    top: float
    macro_f1: float
    micro_f1: float
    auc: float
    figures: ClassFigures
    confusion: Array


@dataclass(frozen=True)
class NumberReport:
    """How close numbers came, in the data's own units but for R²."""

    part: Part
    count: int
    mae: float
    rmse: float
    r_squared: float


def report(predict: Callable[[Array], Array], data: PreparedData) -> ClassReport | NumberReport:
    """The figures of the test part; of the validation or training part where there is none.

    Args:
        predict: from inputs ``(N, …)`` to probabilities or scores ``(N, classes)``, or to numbers
            ``(N, outputs)``, all in the data's own units.
    """
    part, index = _part(data)
    dataset = data.dataset
    answers, targets = predict(dataset.inputs[index]).T, dataset.targets[index]
    if dataset.is_classification:
        return of_classes(part, answers, targets)
    return of_numbers(part, answers, targets.T)


def of_classes(part: Part, scores: Array, classes: Array) -> ClassReport:
    """The report for scores ``(K, N)`` and the right classes ``(N,)``."""
    count = len(scores)
    confusion = metrics.confusion_matrix(scores.argmax(axis=0), classes, count)
    figures = metrics.class_figures(confusion)
    return ClassReport(
        part=part,
        count=len(classes),
        accuracy=metrics.accuracy(scores.argmax(axis=0), classes),
        top=metrics.top_k_accuracy(scores, classes, TOP) if count > _FEW_CLASSES else np.nan,
        macro_f1=figures.macro(figures.f1),
        micro_f1=metrics.micro_f1(confusion),
        auc=metrics.macro_auc(scores, classes),
        figures=figures,
        confusion=confusion,
    )


def of_numbers(part: Part, answers: Array, targets: Array) -> NumberReport:
    """The report for answers and targets, both ``(outputs, N)``."""
    return NumberReport(
        part=part,
        count=targets.shape[1],
        mae=metrics.mean_absolute_error(answers, targets),
        rmse=metrics.root_mean_square_error(answers, targets),
        r_squared=metrics.r_squared(answers, targets),
    )


def _part(data: PreparedData) -> tuple[Part, np.ndarray]:
    if len(data.parts.test):
        return "test", data.parts.test
    if len(data.parts.validation):
        return "validation", data.parts.validation
    return "training", data.parts.train
