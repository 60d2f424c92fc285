"""The figure that people read beside the loss: accuracy for classes, RMSE for numbers.

Both are added up batch by batch: right answers, or squared errors in the data's own units.
"""

from __future__ import annotations

from collections.abc import Callable
from math import nan, sqrt

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.losses import HalfSquaredError, Loss
from nnstudio.engine.network import Network

#: From this many examples on, comparing all scores with the greatest is quicker than ``argmax``,
#: which goes from column to column (measured: 13 against 50 µs for 10 classes and 1,024 examples).
_LARGE_BATCH = 256


def metric_name(data: PreparedData) -> str:
    """``accuracy`` or ``rmse``."""
    return "accuracy" if data.dataset.is_classification else "rmse"


def target_size(network: Network) -> int:
    """How many rows the targets have that the loss at the network's one output wants."""
    (head,) = network.heads
    return head.loss.target_size(network.steps[head.step].shape[0])


#: What a batch adds to the sum: of outputs and targets (features, N), as the loss sees them, and of
#: the loss they had; NaN for the loss where the examples didn't count alike.
Measure = Callable[[Array, Array, float], float]


def measure_for(data: PreparedData, loss: Loss) -> Measure:
    """How batches of ``data`` are judged where ``loss`` is made small.

    What doesn't change from batch to batch is looked up once: small ones come by the ten thousand
    a second.
    """
    if data.dataset.is_classification:
        return lambda output, target, _: float(np.count_nonzero(_are_right(output, target, loss)))
    factor = data.preparation.targets.factor
    if isinstance(loss, HalfSquaredError) and factor.size == 1:
        one = factor.item()
        return lambda output, target, value: _from_loss(output, target, value, one)
    return lambda output, target, _: _squared_error(output, target, factor)


def _squared_error(output: Array, target: Array, factor: Array) -> float:
    """The sum over the batch of the squared error, mean over the outputs, in the data's units."""
    error = output - target
    error /= factor[:, np.newaxis] if factor.ndim else factor
    return float(np.vdot(error, error)) / len(error)


def _from_loss(output: Array, target: Array, value: float, factor: float) -> float:
    """The same where ``value`` is the mean of ½‖y − ŷ‖²: nothing has to be added up again."""
    if value != value:
        return _squared_error(output, target, np.asarray(factor))
    return 2 * value * output.shape[-1] / (output.shape[0] * factor * factor)


def metric(total: float, count: int, data: PreparedData) -> float:
    """The figure for ``count`` examples that add up to ``total``; NaN for none."""
    if not count:
        return nan
    share = total / count
    return share if data.dataset.is_classification else sqrt(share)


def answered_classes(output: Array, loss: Loss) -> Array:
    """The class that each column of an output stands for, ``(N,)``.

    Of several outputs the greatest; a single one means class 1 beyond the loss's threshold.
    """
    classes: Array = output[0] > loss.threshold if len(output) == 1 else output.argmax(axis=0)
    return classes


def _are_right(output: Array, target: Array, loss: Loss) -> Array:
    """Truth values, of which as many are true as answers are right."""
    right: Array
    if len(target) == 1:
        right = answered_classes(output, loss) == target[0]
        return right
    if output.shape[-1] >= _LARGE_BATCH:
        greatest = output == output.max(axis=0)
        if np.count_nonzero(greatest) == output.shape[-1]:  # nowhere do two classes share the top
            right = np.logical_and(greatest, target)
            return right
    right = output.argmax(axis=0) == target.argmax(axis=0)
    return right
