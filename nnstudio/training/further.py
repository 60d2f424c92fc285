"""The figure beside the metric: macro F1 for classes, R² for numbers; of the first output alone.

Both follow from sums over batches: how often class c was answered k, or Σ (ŷ − y)² of each output.
So training tells them for nothing but an addition, as it tells accuracy and RMSE: of the answers
that each batch got while it was learned from. Definitions: :mod:`nnstudio.engine.metrics`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan, prod

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array, Shape
from nnstudio.engine.losses import Loss
from nnstudio.engine.metrics import class_figures
from nnstudio.engine.network import Head, Network
from nnstudio.engine.places import AtEachPlace, InOneRow, in_columns, in_rows
from nnstudio.training.feed import class_axis, target_of
from nnstudio.training.metrics import LARGE_BATCH, answered_classes

#: With more classes, or more outputs, adding up would take longer than a small batch.
MOST_ROWS = 64


@dataclass(frozen=True)
class FurtherMetric:
    """A figure that is added up batch by batch.

    Attributes:
        name: ``macro_f1`` or ``r_squared``.
        size: how many sums it takes; 0 if the metric's own is enough.
        add: adds a batch to the sums, given outputs and targets (…, N) as the loss sees them;
            returns what the metric adds up, if that is known by the way.
        value: the figure from the sums, the metric's sum, and which examples these are of.
    """

    name: str
    size: int
    add: Callable[[Array, Array, Array], float | None]
    value: Callable[[Array, float, Array], float]

    def sums(self) -> Array:
        """Room for the sums, at 0."""
        return np.zeros(self.size)


def further_for(network: Network, data: PreparedData) -> FurtherMetric | None:
    """The figure beside the metric of the first output; ``None`` if it would cost too much."""
    head = network.heads[0]
    shape, target = network.steps[head.step].shape, target_of(head, data)
    if target.classes:
        count = len(target.classes)
        return _macro_f1(head, shape, count) if count <= MOST_ROWS else None
    rows = prod(shape)
    return _r_squared(head, data, rows) if rows <= MOST_ROWS else None


def _macro_f1(head: Head, shape: Shape, classes: int) -> FurtherMetric:
    """From the confusion matrix, row by row in one vector."""
    if len(shape) == 1:
        loss = head.loss

        def add(sums: Array, output: Array, target: Array) -> float:
            return _count(output, target, loss, sums.reshape(classes, classes))

    else:
        assert isinstance(head.loss, AtEachPlace | InOneRow), "compile fits losses to shapes"
        of_one, axis, of_target = head.loss.loss, feature_axis(len(shape)), class_axis(head, shape)

        def add(sums: Array, output: Array, target: Array) -> float:
            scores, wanted = in_columns(output, axis), in_columns(target, of_target)
            right = _count(scores, wanted, of_one, sums.reshape(classes, classes))
            return right * output.shape[-1] / scores.shape[-1]

    def value(sums: Array, _: float, __: Array) -> float:
        figures = class_figures(sums.reshape(classes, classes))
        return figures.macro(figures.f1)

    return FurtherMetric("macro_f1", classes * classes, add, value)


def _count(scores: Array, wanted: Array, loss: Loss, confusion: Array) -> float:
    """Add examples, in columns, to the ``confusion`` matrix; returns how many are right."""
    classes, examples = len(confusion), scores.shape[-1]
    if len(wanted) > 1 and examples >= LARGE_BATCH:
        greatest = scores == scores.max(axis=0)
        if np.count_nonzero(greatest) == examples:  # nowhere do two classes share the top
            found = wanted @ greatest.T.astype(wanted.dtype)
            confusion += found
            return float(np.trace(found))
    truth = wanted[0] if len(wanted) == 1 else wanted.argmax(axis=0)
    pairs = truth * classes + answered_classes(scores, loss)
    pairs = pairs.astype(np.intp, copy=False)
    counts = np.bincount(pairs, minlength=classes * classes)
    confusion += counts.reshape(classes, classes)
    return float(counts[:: classes + 1].sum())


def _r_squared(head: Head, data: PreparedData, rows: int) -> FurtherMetric:
    """From Σ (ŷ − y)² of each output; of a single one the RMSE's own sum will do."""
    factor = data.preparation.of(head.target).factor.reshape(-1)
    targets = target_of(head, data).values
    known: tuple[Array, Array] | None = None

    def spread(index: Array) -> Array:
        """Σ (y − ȳ)² of each output, in the data's units; kept, as each epoch asks again."""
        nonlocal known
        if known is None or known[0] is not index:
            y = np.asarray(targets[index], np.float64).reshape(len(index), -1)
            known = index, np.square(y - y.mean(axis=0)).sum(axis=0)
        return known[1]

    def add(sums: Array, output: Array, target: Array) -> None:
        error = in_rows(output) - in_rows(target)
        sums += np.einsum("on,on->o", error, error)

    def value(sums: Array, of_metric: float, index: Array) -> float:
        if not len(index):
            return nan
        missed = np.array([of_metric]) if rows == 1 else sums / factor**2
        whole = spread(index)
        varies = whole > 0
        return float((1 - missed[varies] / whole[varies]).mean()) if varies.any() else nan

    return FurtherMetric("r_squared", 0 if rows == 1 else rows, add, value)
