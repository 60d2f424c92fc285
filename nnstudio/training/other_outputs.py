"""Loss and metric of the outputs beside the first one, added up batch by batch like the first's.

A run is judged by the loss of all outputs together and by the metric of the first. How the others
get on is told by two further figures of each, so that it can be drawn as curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.engine.workspace import Workspace
from nnstudio.training.epoch_figures import Figure
from nnstudio.training.metrics import metrics_for

#: What the figure of a loss is called.
LOSS = "loss"


def figure_name(what: str, node: str) -> str:
    """The name of an output's figure: ``loss:n5``, ``accuracy:n5`` or ``rmse:n5``."""
    return f"{what}:{node}"


class OtherOutputs:
    """What is told of the outputs from the second on.

    Attributes:
        size: how many sums that takes: of each output those of its loss and of its metric.
    """

    def __init__(self, network: Network, data: PreparedData) -> None:
        heads = network.heads[1:]
        self._metrics = metrics_for(network, data)[1:]
        self._steps = [head.loss_step for head in heads]
        self._nodes = [network.output_node(head) for head in heads]
        self.size = 2 * len(heads)

    def add(
        self, sums: Array, workspace: Workspace, targets: Sequence[Array], weights: Array | None
    ) -> None:
        """Add the batch that ``workspace`` has just had.

        Args:
            targets: of all outputs (…, N), as their losses see them.
            weights: how much each example counted; ``None`` if all did alike.
        """
        for i, (metric, step) in enumerate(zip(self._metrics, self._steps, strict=True)):
            output, loss = workspace.output(step), workspace.head_losses[1 + i]
            count = output.shape[-1] if weights is None else float(weights.sum())
            sums[2 * i] += loss * count
            own = loss if weights is None else nan
            sums[2 * i + 1] += metric.add(output, targets[1 + i], own)

    def figures(
        self, sums: Array, weight: float, count: int, validated: Sequence[tuple[float, float]]
    ) -> tuple[Figure, ...]:
        """The figures of an epoch.

        Args:
            weight: what its examples weigh together.
            count: how many these are.
            validated: loss and metric of each of these outputs on the validation part.
        """
        found: list[Figure] = []
        outputs = zip(self._nodes, self._metrics, validated, strict=True)
        for i, (node, metric, (loss, value)) in enumerate(outputs):
            trained = sums[2 * i] / weight if weight and count else nan
            found.append(Figure(figure_name(LOSS, node), float(trained), loss))
            mean = metric.mean(float(sums[2 * i + 1]), count)
            found.append(Figure(figure_name(metric.name, node), mean, value))
        return tuple(found)
