"""The figure that people read beside the loss: accuracy for classes, RMSE for numbers.

Both are added up batch by batch: right answers, or squared errors in the data's own units. Each
output has a figure of its own; the first output's is what curves and early stopping go by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array, Shape
from nnstudio.engine.losses import HalfSquaredError, Loss
from nnstudio.engine.network import Head, Network
from nnstudio.engine.places import AtEachPlace, InOneRow, in_columns, in_rows
from nnstudio.training.feed import class_axis, target_of

#: From this many examples on, comparing all scores with the greatest is quicker than ``argmax``,
#: which goes from column to column (measured: 13 against 50 µs for 10 classes and 1,024 examples).
LARGE_BATCH = 256


#: What a batch adds to the sum: of outputs and targets (…, N), as the loss sees them, and of the
#: loss they had; NaN for the loss where the examples didn't count alike.
Measure = Callable[[Array, Array, float], float]


@dataclass(frozen=True)
class Metric:
    """The figure of one output.

    Attributes:
        name: ``accuracy`` or ``rmse``.
        add: the measure whose results are added up.
    """

    name: str
    add: Measure

    @property
    def is_accuracy(self) -> bool:
        """Whether it is better the greater it is."""
        return self.name == "accuracy"

    def mean(self, total: float, count: int) -> float:
        """The figure for ``count`` examples that add up to ``total``; NaN for none."""
        if not count:
            return nan
        return total / count if self.is_accuracy else sqrt(total / count)


def metrics_for(network: Network, data: PreparedData) -> tuple[Metric, ...]:
    """The figures by which the outputs of ``network`` are told, the first being the run's own."""
    return tuple(metric_for(network, head, data) for head in network.heads)


def metric_for(network: Network, head: Head, data: PreparedData) -> Metric:
    """The figure of one output.

    What doesn't change from batch to batch is looked up once: small ones come by the ten thousand
    a second.
    """
    shape = network.steps[head.step].shape
    if target_of(head, data).classes:
        return Metric("accuracy", _right_answers(head, shape))
    factor = data.preparation.of(head.target).factor.reshape(-1, 1)
    if isinstance(head.loss, HalfSquaredError) and factor.size == 1:
        one = factor.item()
        return Metric("rmse", lambda output, y, value: _from_loss(output, y, value, one))
    return Metric("rmse", lambda output, target, _: _squared_error(output, target, factor))


def _right_answers(head: Head, shape: Shape) -> Measure:
    """How many answers are right; of an example with several places, which share of them."""
    if len(shape) == 1:
        loss = head.loss
        return lambda output, target, _: float(np.count_nonzero(are_right(output, target, loss)))
    assert isinstance(head.loss, AtEachPlace | InOneRow), "compile fits losses to shapes"
    of_one, axis, of_target = head.loss.loss, feature_axis(len(shape)), class_axis(head, shape)

    def at_places(output: Array, target: Array, _: float) -> float:
        scores, classes = in_columns(output, axis), in_columns(target, of_target)
        right = np.count_nonzero(are_right(scores, classes, of_one))
        return right * output.shape[-1] / scores.shape[-1]

    return at_places


def _squared_error(output: Array, target: Array, factor: Array) -> float:
    """The sum over the batch of the squared error, mean over the outputs, in the data's units."""
    error = in_rows(output) - in_rows(target)
    error /= factor
    return float(np.vdot(error, error)) / len(error)


def _from_loss(output: Array, target: Array, value: float, factor: float) -> float:
    """The same where ``value`` is the mean of ½‖y − ŷ‖²: nothing has to be added up again."""
    if value != value:
        return _squared_error(output, target, np.array([[factor]]))
    return 2 * value * output.shape[-1] / (output.shape[0] * factor * factor)


def answered_classes(output: Array, loss: Loss) -> Array:
    """The class that each column of an output stands for, ``(N,)``.

    Of several outputs the greatest; a single one means class 1 beyond the loss's threshold.
    """
    classes: Array = output[0] > loss.threshold if len(output) == 1 else output.argmax(axis=0)
    return classes


def are_right(output: Array, target: Array, loss: Loss) -> Array:
    """Truth values, of which as many are true as answers are right; both arguments (rows, N)."""
    right: Array
    if len(target) == 1:
        right = answered_classes(output, loss) == target[0]
        return right
    if output.shape[-1] >= LARGE_BATCH:
        greatest = output == output.max(axis=0)
        if np.count_nonzero(greatest) == output.shape[-1]:  # nowhere do two classes share the top
            right = np.logical_and(greatest, target)
            return right
    right = output.argmax(axis=0) == target.argmax(axis=0)
    return right
