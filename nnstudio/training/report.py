"""What there is to say about a network's answers to a part of its data, beside loss and metric."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Column
from nnstudio.engine import metrics
from nnstudio.engine.axes import feature_axis
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
        count: of examples.
        places: how many answers each example has; they all count alike.
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
    places: int = 1


@dataclass(frozen=True)
class NumberReport:
    """How close numbers came, in the data's own units but for R²."""

    part: Part
    count: int
    mae: float
    rmse: float
    r_squared: float


def report(part: Part, index: Array, answers: Array, target: Column) -> ClassReport | NumberReport:
    """The figures of one output's answers to the examples at ``index``.

    Args:
        answers: ``(N, …)`` in the units of ``target``: probabilities or scores with an axis of
            classes, one for each place where there are several, or numbers.
    """
    targets = target.values[index]
    if target.classes:
        places = prod(target.shape)
        scores = np.moveaxis(answers, 1 + feature_axis(answers.ndim - 1), 0)
        return of_classes(part, scores.reshape(len(scores), -1), targets.reshape(-1), places)
    return of_numbers(part, in_a_row(answers).T, in_a_row(targets).T)


def in_a_row(values: Array) -> Array:
    """``(N, …)`` as ``(N, all numbers of an example)``."""
    return values.reshape(len(values), prod(values.shape[1:]))


def of_classes(part: Part, scores: Array, classes: Array, places: int = 1) -> ClassReport:
    """The report for scores ``(K, N)`` and the right classes ``(N,)``.

    Args:
        places: so many of these N belong to one example.
    """
    count = len(scores)
    confusion = metrics.confusion_matrix(scores.argmax(axis=0), classes, count)
    figures = metrics.class_figures(confusion)
    return ClassReport(
        part=part,
        count=len(classes) // places,
        accuracy=metrics.accuracy(scores.argmax(axis=0), classes),
        top=metrics.top_k_accuracy(scores, classes, TOP) if count > _FEW_CLASSES else np.nan,
        macro_f1=figures.macro(figures.f1),
        micro_f1=metrics.micro_f1(confusion),
        auc=metrics.macro_auc(scores, classes),
        figures=figures,
        confusion=confusion,
        places=places,
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


def part_to_tell(data: PreparedData) -> tuple[Part, Array]:
    """The test part and its examples; the validation or training part where there is none."""
    if len(data.parts.test):
        return "test", data.parts.test
    if len(data.parts.validation):
        return "validation", data.parts.validation
    return "training", data.parts.train
