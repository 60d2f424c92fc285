"""How good a network is on a part of its data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan, prod

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.network import Network
from nnstudio.engine.workspace import Workspace
from nnstudio.training.feed import Feed
from nnstudio.training.further import further_for
from nnstudio.training.metrics import metrics_for

#: Examples per batch when nothing has to be learned, and
EVALUATION_BATCH = 512
#: how many numbers the layers may give for them together, 8 MB: pictures come in smaller batches.
_NUMBERS = 2_000_000


@dataclass(frozen=True)
class OutputScores:
    """Mean loss and metric of one output.

    Attributes:
        node: the output's id.
        loss: its own, whatever it weighs in the whole.
        metric: accuracy, or RMSE in the data's units; ``name`` tells which.
    """

    node: str
    loss: float
    metric: float
    name: str


@dataclass(frozen=True)
class Scores:
    """Mean loss and metric (accuracy, or RMSE in the data's units); NaN if there is no example.

    Attributes:
        loss: what training makes small: every output's loss times its weight, added up.
        metric: the first output's.
        outputs: each by itself.
        further: the figure beside the first output's metric, see :mod:`further`; NaN if none.
    """

    loss: float
    metric: float
    count: int
    outputs: tuple[OutputScores, ...] = ()
    further: float = nan


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
    network = workspace.network
    heads = network.heads
    metrics, feed = metrics_for(network, data), Feed(network, data)
    further = further_for(network, data)
    further_sums = np.zeros(0) if further is None else further.sums()
    total, losses, sums = 0.0, [0.0] * len(heads), [0.0] * len(heads)
    size = batch_for(network)
    for start in range(0, len(index), size):
        if interrupted():
            return None
        part = index[start : start + size]
        xs, ys = workspace.buffers(len(part))
        feed.gather(part, (*xs, *ys))
        total += workspace.loss(xs, ys) * len(part)
        for i, (head, loss) in enumerate(zip(heads, workspace.head_losses, strict=True)):
            losses[i] += loss * len(part)
            sums[i] += metrics[i].add(workspace.output(head.loss_step), ys[i], loss)
        if further is not None and further.size:
            further.add(further_sums, workspace.output(heads[0].loss_step), ys[0])
    count = len(index)
    outputs = tuple(
        OutputScores(
            network.output_node(head),
            loss / count if count else nan,
            metric.mean(added, count),
            metric.name,
        )
        for head, loss, metric, added in zip(heads, losses, metrics, sums, strict=True)
    )
    more = nan if further is None else further.value(further_sums, sums[0], index)
    return Scores(total / count if count else nan, outputs[0].metric, count, outputs, more)
