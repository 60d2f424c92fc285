"""What the training loop tells while it runs: frozen events that carry numbers, never arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from nnstudio.training.history import EpochFigures


class BatchDone(NamedTuple):
    """One step was made: ``step`` (from 1) of the run, in ``epoch`` (from 1)."""

    step: int
    epoch: int
    position: int
    loss: float
    learning_rate: float


@dataclass(frozen=True)
class EpochDone:
    """``epoch`` (from 1) is finished and validated."""

    epoch: int
    figures: EpochFigures


@dataclass(frozen=True)
class Ended:
    """The loop has ended in good order.

    ``finished``: all epochs are done; ``early``: it no longer got better; ``stopped``: asked to;
    ``limit``: the asked number of batches or epochs is done.

    Attributes:
        restored: the epoch (from 1) whose weights were put back as the best ones; 0 for none.
    """

    reason: Literal["finished", "early", "stopped", "limit"]
    restored: int = 0


@dataclass(frozen=True)
class Diverged:
    """The loss became NaN or infinite at ``step``; the session is of no use any more."""

    step: int
    loss: float
    learning_rate: float


@dataclass(frozen=True)
class Failed:
    """Training broke with ``error``; the session is of no use any more."""

    error: Exception


Event = BatchDone | EpochDone | Ended | Diverged | Failed
