"""How good a network is on a part of its data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan, prod

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.network import Network
from nnstudio.engine.workspace import Workspace
from nnstudio.training.metrics import measure_for, metric, target_size

#: Examples per batch when nothing has to be learned, and
EVALUATION_BATCH = 512
#: how many numbers the layers may give for them together, 8 MB: pictures come in smaller batches.
_NUMBERS = 2_000_000


@dataclass(frozen=True)
class Scores:
    """Mean loss and metric (accuracy, or RMSE in the data's units); NaN if there is no example."""

    loss: float
    metric: float
    count: int


def batch_for(network: Network) -> int:
    """How many examples are answered at a time, so that buffers stay small."""
    numbers = sum(prod(step.shape) for step in network.steps)
    return max(8, min(EVALUATION_BATCH, _NUMBERS // numbers))


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
    size = batch_for(workspace.network)
    for start in range(0, len(index), size):
        if interrupted():
            return None
        part = index[start : start + size]
        x, y = workspace.buffers(len(part), target_size(workspace.network))
        data.gather(part, x, y)
        loss = workspace.loss([x], [y])
        loss_total += loss * len(part)
        metric_total += measure(workspace.output(head.loss_step), y, loss)
    count = len(index)
    mean = loss_total / count if count else nan
    return Scores(mean, metric(metric_total, count, data), count)
