"""A case: all that is known of a run at the moment, for diagnoses to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.doctor.checkup import Checkup
from nnstudio.doctor.finding import Curves, Finding, Series
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.graph.titles import told_apart
from nnstudio.project.project import Project

#: From so many steps on a run is divided into so many stretches, before it has that many epochs.
ENOUGH_STEPS, STRETCHES = 200, 10
#: From so many epochs on they are the stretches.
ENOUGH_EPOCHS = 4


@dataclass(frozen=True, eq=False)
class Case:
    """What a diagnosis may look at.

    Attributes:
        rate: the learning rate as it is set now.
        step: how many steps there were.
        first_loss: the loss that the run began with; NaN before the first step.
        epochs: the numbers of the finished epochs, from 1; of a long run not all are kept.
        train_losses, val_losses: of these epochs.
        losses: of the steps, batch by batch; older ones are means over several, and of many steps
            only every second or third … one is there.
        steps: which steps these are, from 0.
        rates: the learning rate at each of them.
        checkups: the latest ones, oldest first.
        recall: for each class the share of its examples that is recognised; ``None`` if the classes
            are in balance.
    """

    project: Project
    network: Network
    data: PreparedData
    rate: float
    step: int
    first_loss: float
    epochs: Array
    train_losses: Array
    val_losses: Array
    steps: Array
    losses: Array
    rates: Array
    checkups: tuple[Checkup, ...] = ()
    recall: Array | None = None

    def title(self, node: str) -> str:
        """What the user calls a node; of several with one name the number in running order."""
        known = self.project.graph.by_id
        found = known.get(node)
        if found is None:
            return node
        order = [step.node for step in self.network.steps]
        titles = told_apart([known[other].title for other in order])
        return dict(zip(order, titles, strict=True)).get(node, found.title)

    @property
    def latest(self) -> Checkup | None:
        """The last check-up."""
        return self.checkups[-1] if self.checkups else None

    @property
    def stretches(self) -> Array:
        """The mean training loss of each stretch of the run; empty while it is too young."""
        if len(self.epochs) >= ENOUGH_EPOCHS:
            return self.train_losses
        if len(self.losses) >= ENOUGH_STEPS:
            return np.array([part.mean() for part in np.array_split(self.losses, STRETCHES)])
        return np.empty(0)

    @property
    def update(self) -> float:
        """The median update-to-weight ratio over all layers, of the last step that was looked at.

        NaN while unknown.
        """
        latest = next((c.updates for c in reversed(self.checkups) if c.updates), {})
        known = np.array(list(latest.values()), np.float64)
        known = known[np.isfinite(known)]
        return float(np.median(known)) if known.size else float("nan")

    def loss_curve(self, caption: str, *, is_log: bool = False) -> Curves:
        """The loss of every step, as evidence."""
        return Curves(
            caption,
            (Series("loss", self.steps + 1, self.losses, "training"),),
            across="step",
            is_log=is_log,
        )


#: One diagnosis: what it finds in a case, if anything.
Diagnosis = Callable[[Case], Iterator[Finding]]
