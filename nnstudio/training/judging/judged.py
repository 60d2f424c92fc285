"""One output's answers to examples, beside the truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from nnstudio.data.dataset import Column
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array
from nnstudio.engine.metrics import auc, roc_curve
from nnstudio.training.judging.calibration import Reliability, reliability
from nnstudio.training.judging.precision_recall import average_precision, precision_recall_curve
from nnstudio.training.report import ClassReport, NumberReport, Part, in_a_row, report


@dataclass(frozen=True, eq=False)
class ClassCurves:
    """One class against the rest at every threshold, and what lies below its curves.

    Attributes:
        roc: false positive rate, true positive rate, thresholds.
        precision_recall: recall, precision, thresholds.
    """

    roc: tuple[Array, Array, Array]
    precision_recall: tuple[Array, Array, Array]
    auc: float
    average_precision: float


@dataclass(frozen=True, eq=False)
class Judged:
    """Answers to be judged; what follows from them is worked out when it is asked for.

    Attributes:
        rows: ``(n,)`` which examples of the data were asked.
        answers: ``(n, …)`` in the units of ``target``: probabilities or scores with an axis of
            classes, or numbers.
        gives_probabilities: whether these are probabilities.
    """

    part: Part
    rows: Array
    answers: Array
    target: Column
    gives_probabilities: bool

    @property
    def is_classification(self) -> bool:
        """Whether classes were to be told apart."""
        return bool(self.target.classes)

    @cached_property
    def places(self) -> int:
        """How many answers an example has: 1, or one for each place of a sequence or picture."""
        return prod(self.target.shape) if self.is_classification else 1

    def row(self, k: int) -> int:
        """Which example of the data the ``k``-th answer belongs to."""
        return int(self.rows[k // self.places])

    @cached_property
    def scores(self) -> Array:
        """``(K, n · places)`` probabilities or scores of each class."""
        classes_first = np.moveaxis(self.answers, 1 + feature_axis(self.answers.ndim - 1), 0)
        return classes_first.reshape(len(classes_first), -1)

    @cached_property
    def truth(self) -> Array:
        """``(n · places,)`` the right classes."""
        return self.target.values[self.rows].reshape(-1).astype(np.int64)

    @cached_property
    def said(self) -> Array:
        """``(n · places,)`` the classes that were answered."""
        said: Array = self.scores.argmax(axis=0)
        return said

    @cached_property
    def sure(self) -> Array:
        """``(n · places,)`` the probability or score of what was answered."""
        sure: Array = self.scores.max(axis=0)
        return sure

    @cached_property
    def numbers(self) -> tuple[Array, Array]:
        """Answers and targets, both ``(outputs, n)``, where numbers were to be found."""
        return in_a_row(self.answers).T, in_a_row(self.target.values[self.rows]).T

    @cached_property
    def report(self) -> ClassReport | NumberReport:
        """The figures."""
        return report(self.part, self.rows, self.answers, self.target)

    @cached_property
    def reliability(self) -> Reliability | None:
        """How far its confidence can be relied on; ``None`` where it gives no probabilities."""
        if not (self.is_classification and self.gives_probabilities):
            return None
        return reliability(self.sure, self.said == self.truth)

    @cached_property
    def curves(self) -> tuple[ClassCurves, ...]:
        """The curves of every class."""
        return tuple(
            ClassCurves(
                roc_curve(scores, self.truth == k),
                precision_recall_curve(scores, self.truth == k),
                auc(scores, self.truth == k),
                average_precision(scores, self.truth == k),
            )
            for k, scores in enumerate(self.scores)
        )

    def of_cell(self, true: int, said: int) -> Array:
        """Which answers are in a cell of the confusion matrix."""
        return np.flatnonzero((self.truth == true) & (self.said == said))
