"""The figure that people read beside the loss: accuracy for classes, RMSE for numbers.

Both are added up batch by batch: right answers, or squared errors in the data's own units.
"""

from __future__ import annotations

from math import nan, sqrt

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array


def metric_name(data: PreparedData) -> str:
    """``accuracy`` or ``rmse``."""
    return "accuracy" if data.dataset.is_classification else "rmse"


def metric_sum(output: Array, target: Array, data: PreparedData) -> float:
    """What a batch adds: outputs and targets are (features, N), as the loss sees them."""
    if data.dataset.is_classification:
        return float(np.count_nonzero(output.argmax(axis=0) == target.argmax(axis=0)))
    error = output - target
    factor = data.preparation.targets.factor
    error /= factor[:, np.newaxis] if factor.ndim else factor
    return float(np.vdot(error, error)) / len(error)


def metric(total: float, count: int, data: PreparedData) -> float:
    """The figure for ``count`` examples whose :func:`metric_sum` is ``total``; NaN for none."""
    if not count:
        return nan
    share = total / count
    return share if data.dataset.is_classification else sqrt(share)
