"""What training has made, frozen: weights and everything needed to go on with the same bits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from nnstudio.data.preparation import Preparation
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key, Network

if TYPE_CHECKING:
    from nnstudio.training.recording import Recording


@dataclass(frozen=True)
class Blob:
    """A read-only array that compares by its hash."""

    sha256: str
    array: Array = field(compare=False, repr=False)

    @staticmethod
    def of(array: Array) -> Blob:
        """A copy of ``array``, frozen."""
        kept = np.array(array, order="C")
        kept.flags.writeable = False
        digest = hashlib.sha256(f"{kept.dtype.str}{kept.shape}".encode())
        digest.update(kept.data if kept.size else b"")
        return Blob(digest.hexdigest(), kept)


Weights = Mapping[Key, Blob]

#: Of a setting that may change within a run; a switch is 0 or 1.
Value = float | str


@dataclass(frozen=True)
class Change:
    """Something the user changed while training ran, so that a replay can do it again."""

    step: int
    setting: str
    value: Value


@dataclass(frozen=True)
class Progress:
    """Where a run stands; with weights and slots all that decides how it goes on.

    Attributes:
        run: a hash of the design, data and settings that may not change within a run.
        seed: of the run's shuffles and dropout.
        epoch: finished epochs.
        position: examples of the present epoch already used.
        step: batches since the run began.
        horizon, steps_per_epoch: the planned numbers of steps, for the schedule; 0 steps per epoch
            if they aren't known.
        learning_rate, batch_size: as last used.
        dropout: the state of the stream of random masks.
        loss_sum, metric_sum: over the present epoch's examples so far.
        monitor, best_score, best_epoch, stale_epochs: of :class:`nnstudio.training.stopping.Watch`.
        ended_early: the run ended because it no longer got better, or
        converged: because its loss no longer moved.
        result: what the last weights were exchanged for when the run ended: the ``best`` ones, the
            ``average``, or nothing. The last ones are where those were, so that the run can go on.
        seconds: spent training.
        begun: the live settings that weren't at their default when the run began, see
            :mod:`nnstudio.training.live_settings`; ``None`` if that isn't known.
        changes: what was changed on the way.
    """

    run: str
    seed: int
    epoch: int
    position: int
    step: int
    horizon: int
    learning_rate: float
    batch_size: int
    dropout: tuple[tuple[str, str | int], ...]
    loss_sum: float = 0.0
    metric_sum: float = 0.0
    steps_per_epoch: int = 0
    monitor: str = "validation loss"
    best_score: float = float("inf")
    best_epoch: int = 0
    stale_epochs: int = 0
    ended_early: bool = False
    converged: bool = False
    result: Literal["", "best", "average"] = ""
    seconds: float = 0.0
    begun: tuple[tuple[str, Value], ...] | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Trained:
    """Weights, and how they came to be.

    Attributes:
        weights: every variable, running statistics included, by (node id, name).
        preparation: fitted on the training part; the weights are worth nothing without it.
        data_sha256: of the data they were trained on, as far as the network used it.
        progress: where the run stands; ``None`` for weights from elsewhere or moved to another
            design.
        slots: the memory of optimizer and averaging, by slot name and variable.
        best: every variable after the best epoch, for early stopping.
        start: the weights the run began from; ``None`` if they follow from its seed.
        history: the run's curves as arrays, see :class:`nnstudio.training.history.History`.
        recording: moments of the run. Many a value may hold the same ones, so they aren't counted
            in :attr:`size`: whoever keeps many counts them itself, or lets go of them.
        run_number: the run in the project's book that stands here; 0 for none.
        parent: the run in the book and the step of it that this run, or the next one, began from.
    """

    weights: Weights
    preparation: Preparation
    data_sha256: str
    progress: Progress | None = None
    slots: Mapping[str, Weights] = field(default_factory=lambda: MappingProxyType({}))
    start: Weights | None = None
    best: Weights | None = None
    history: Mapping[str, Array] | None = field(default=None, compare=False)
    recording: Recording | None = field(default=None, compare=False, repr=False)
    run_number: int = field(default=0, compare=False)
    parent: tuple[int, int] | None = field(default=None, compare=False)

    @property
    def place(self) -> tuple[int, int] | None:
        """The run in the book and the step of it at which these weights stand."""
        if self.run_number and self.progress is not None:
            return self.run_number, self.progress.step
        return self.parent

    def without_run(self, weights: Weights) -> Trained:
        """``weights`` made from these, with no run to go on with: the next one begins there."""
        return Trained(weights, self.preparation, self.data_sha256, parent=self.place)

    @property
    def sha256(self) -> str:
        """A hash of all weights: names, shapes and every bit."""
        return weights_sha256(self.weights)

    @property
    def size(self) -> int:
        """Bytes held, for bounding the undo history."""
        arrays = [blob.array for blob in self.weights.values()]
        arrays += [blob.array for slot in self.slots.values() for blob in slot.values()]
        for kept in (self.start, self.best):
            arrays += [blob.array for blob in (kept or {}).values()]
        arrays += list((self.history or {}).values())
        return sum(array.nbytes for array in arrays)


def weights_sha256(weights: Weights) -> str:
    """A hash over all weights, independent of the order they are kept in."""
    digest = hashlib.sha256()
    for (node, name), blob in sorted(weights.items()):
        digest.update(f"{node}/{name}:{blob.sha256}\n".encode())
    return digest.hexdigest()


def freeze(arrays: Mapping[Key, Array]) -> Weights:
    """Copies of ``arrays`` that never change."""
    return MappingProxyType({key: Blob.of(array) for key, array in arrays.items()})


@dataclass(frozen=True)
class Transfer:
    """What :func:`transfer` did.

    Attributes:
        flat: the network's variables: kept ones, and first values for the others.
        kept, fresh: which variables are which.
        dropped: weights that have no place in the network any more.
    """

    flat: Array
    kept: tuple[Key, ...]
    fresh: tuple[Key, ...]
    dropped: tuple[Key, ...]

    @property
    def complete(self) -> bool:
        """Every variable was kept and none was dropped."""
        return not self.fresh and not self.dropped


def transfer(weights: Weights | None, network: Network, seed: int) -> Transfer:
    """Variables for ``network``: weights that fit by key and shape, first values elsewhere."""
    weights = weights or {}
    flat = network.initial(seed)
    kept, fresh = [], []
    for key, view in network.arrays(flat).items():
        blob = weights.get(key)
        if blob is not None and blob.array.shape == view.shape:
            view[...] = blob.array
            kept.append(key)
        else:
            fresh.append(key)
    dropped = tuple(key for key in weights if key not in kept)
    return Transfer(flat, tuple(kept), tuple(fresh), dropped)
