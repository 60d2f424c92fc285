"""How much each example counts in the training loss: its own weight times that of its class.

Balanced class weights are w_k = n / (K n_k) for K classes with n_k of the n training examples: all
classes then weigh n / K together, and the mean weight is 1 (King and Zeng, "Logistic regression in
rare events data", 2001; scikit-learn's ``class_weight="balanced"``). Losses and metrics of the
validation and test parts count every example alike.
"""

from __future__ import annotations

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import TARGETS
from nnstudio.engine.layer import Array
from nnstudio.training.settings import TrainingSettings


def balanced(labels: Array, count: int) -> Array:
    """The weight of each of ``count`` classes among ``labels``; 0 for a class that has none."""
    found = np.bincount(labels, minlength=count)
    present = found > 0
    weights = np.zeros(count)
    weights[present] = len(labels) / (present.sum() * found[present])
    return weights


def example_weights(
    settings: TrainingSettings, data: PreparedData, target: str = TARGETS
) -> Array | None:
    """``(N,)`` float32 over the whole dataset; ``None`` if all count alike.

    Args:
        target: the column whose classes are balanced, where each example has one.
    """
    weights = data.dataset.weights
    column = data.dataset.column(target)
    if settings.class_weights == "balanced" and column.classes and not column.shape:
        labels = column.values
        of_class = balanced(labels[data.parts.train], len(column.classes))[labels]
        weights = of_class if weights is None else weights * of_class
    return None if weights is None else weights.astype(np.float32)
