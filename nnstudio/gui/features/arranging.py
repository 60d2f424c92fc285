"""Arranging what a layer makes of the data by its neighbours, on a thread.

The thread has a copy of the weights. t-SNE goes in stages: what it has found so far can be drawn,
and whoever gives it up waits for no more than the present stage, which nobody sees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.prepared_rows import PreparedRows
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.gui.background import Job
from nnstudio.training.features import Features
from nnstudio.training.neighbours import Method, arranged, stage_count


@dataclass(frozen=True, eq=False)
class Order:
    """What is to be arranged.

    Attributes:
        node, output: whose features, and which node gives the network's answers.
        rows, index: the prepared inputs, and which of them.
        flat: all variables.
        before: where the same examples were a moment ago.
    """

    network: Network
    node: str
    output: str
    rows: PreparedRows
    index: Array
    flat: Array
    method: Method
    neighbours: int
    seed: int
    before: Array | None


class Arrangement(Job):
    """One order on a thread.

    Attributes:
        places: ``(n, 2)``, the best so far.
        outputs: ``(n, size)``, what the network gives for the examples.
        stage, stages: how many pictures there have been, of how many.
    """

    name = "nnstudio-arrange"

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.order = order
        self.places: Array | None = None
        self.outputs: Array | None = None
        self.stage, self.stages = 0, stage_count(order.method)

    def seen(self) -> object:
        """How many pictures there have been."""
        return self.stage

    def work(self) -> None:
        """Arrange, and show each picture on the way."""
        order = self.order
        features = self._features(order.node)
        if not np.isfinite(features).all():
            self.error = "This layer gives no finite numbers: restart with a lower learning rate"
            return
        if order.output:
            is_same = order.output == order.node
            self.outputs = features if is_same else self._features(order.output)
        given = (features, order.method, order.neighbours, order.seed, order.before)
        for places in arranged(*given):
            if self.is_unwanted:
                return
            self.places = places
            self.stage += 1

    def _features(self, node: str) -> Array:
        order = self.order
        return Features(order.network, node, order.rows, order.index).of(order.flat)
