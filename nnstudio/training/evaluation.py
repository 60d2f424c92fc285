"""How good a network is on a part of its data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.workspace import Workspace
from nnstudio.training.metrics import measure_for, metric, target_size

#: Examples per batch when nothing has to be learned.
EVALUATION_BATCH = 512


@dataclass(frozen=True)
class Scores:
    """Mean loss and metric (accuracy, or RMSE in the data's units); NaN if there is no example."""

    loss: float
    metric: float
    count: int


def evaluate(
    workspace: Workspace,
    data: PreparedData,
    index: np.ndarray,
    interrupted: Callable[[], bool] = lambda: False,
) -> Scores | None:
    """Loss and metric on the examples at ``index``, as when predicting (no dropout).

    Args:
        interrupted: asked between batches; ``None`` is returned once it says yes.
    """
    loss_total = metric_total = 0.0
    (head,) = workspace.network.heads
    measure = measure_for(data, head.loss)
    for start in range(0, len(index), EVALUATION_BATCH):
        if interrupted():
            return None
        part = index[start : start + EVALUATION_BATCH]
        x, y = workspace.buffers(len(part), target_size(workspace.network))
        data.gather(part, x, y)
        loss = workspace.loss([x], [y])
        loss_total += loss * len(part)
        metric_total += measure(workspace.output(head.loss_step), y, loss)
    count = len(index)
    mean = loss_total / count if count else nan
    return Scores(mean, metric(metric_total, count, data), count)
