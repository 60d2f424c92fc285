"""Early stopping: whether an epoch has brought progress, and when there has been none for too long.

After each epoch the watched figure is compared with the best so far. It is progress if it is better
by more than ``min_delta``; after ``patience`` epochs in a row without, the run ends (Prechelt,
"Early stopping — but when?", 1998). The epoch that counted as progress last is the best one, whose
weights can be put back.

Convergence is another question: whether anything still happens at all. A run has converged when the
training loss has kept within a band no wider than ``min_delta`` over ``patience`` epochs, ups and
downs included:

    max L − min L ≤ min_delta      of the last patience + 1 epochs

As many epochs as that are sure to be kept up to LONGEST_BAND; a longer patience counts as that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.messages import sentence
from nnstudio.training.history import EpochFigures
from nnstudio.training.metrics import Metric
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Progress

#: How many epochs convergence looks back at most.
LONGEST_BAND = 1_000


def watched(settings: TrainingSettings, data: PreparedData) -> str:
    """What is watched in fact: without a validation part it can only be the training loss."""
    return settings.monitor if len(data.parts.validation) else "training loss"


def score(figures: EpochFigures, monitor: str, metric: Metric) -> float:
    """The watched figure so that less is better: an accuracy counts negative."""
    if monitor == "training loss":
        return figures.train_loss
    if monitor == "validation loss":
        return figures.val_loss
    return -figures.val_metric if metric.is_accuracy else figures.val_metric


def has_converged(losses: Sequence[float] | Array, patience: int, min_delta: float) -> bool:
    """Whether the last ``patience`` epochs have moved the training loss by no more than so much.

    Args:
        losses: of the latest epochs, at least as many as there are up to ``patience + 1``.
    """
    band = np.asarray(losses[-patience - 1 :])
    is_known = len(band) > patience and bool(np.isfinite(band).all())
    return is_known and float(np.ptp(band)) <= min_delta


def end_text(progress: Progress) -> str:
    """What is worth telling about how a run ended, in sentences; empty if nothing."""
    told = []
    if progress.converged:
        told.append(sentence("ended_converged", epoch=progress.epoch))
    elif progress.ended_early:
        count = progress.stale_epochs
        stale = f"{count:,} epoch{'s' if count != 1 else ''}"
        values = {"epoch": progress.epoch, "monitor": progress.monitor, "stale": stale}
        told.append(sentence("ended_early", **values))
    if progress.result == "best":
        told.append(sentence("ended_with_best", best=progress.best_epoch))
    elif progress.result == "average":
        told.append(sentence("ended_with_average"))
    return " ".join(told)


@dataclass
class Watch:
    """What early stopping knows of a run.

    Attributes:
        monitor: what it watches.
        best_score: the best so far, see :func:`score`; infinity before the first epoch.
        best_epoch: the epoch it is from, counted from 1; 0 for none.
        stale_epochs: how many there were since then.
    """

    monitor: str
    best_score: float = inf
    best_epoch: int = 0
    stale_epochs: int = 0

    def see(self, score: float, epoch: int, min_delta: float) -> bool:
        """Take in the ``score`` of ``epoch``; returns whether it is progress."""
        is_progress = score < self.best_score - min_delta
        if is_progress:
            self.best_score, self.best_epoch, self.stale_epochs = score, epoch, 0
        else:
            self.stale_epochs += 1
        return is_progress
