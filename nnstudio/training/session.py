"""A session is a run that can be stopped, kept and gone on with: all of its state, explicit.

The loop in :mod:`loop` holds nothing of its own, so a session frozen by :meth:`Session.trained` and
taken up again by :meth:`Session.resume` goes on with the same bits as one that never stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key, Network
from nnstudio.engine.randomness import dropout_stream, restore_stream, stream_state
from nnstudio.engine.workspace import Workspace
from nnstudio.training.history import History
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Change, Progress, Trained, Weights, freeze, transfer


class Session:
    """Variables, optimizer slots, random stream and counters of one run.

    Attributes:
        flat: all variables of the network, changed by training.
        slots: the optimizer's vectors, each as long as the trainable part of ``flat``.
        epoch, position, step: finished epochs, examples used in this one, steps so far.
        start: the weights the run began from; ``None`` if they follow from the seed.
    """

    def __init__(
        self,
        network: Network,
        settings: TrainingSettings,
        data: PreparedData,
        run: str,
        flat: Array,
        start: Weights | None = None,
    ) -> None:
        self.network = network
        self.settings = settings
        self.data = data
        self.run = run
        self.flat = flat
        self.start = start
        self.workspace = Workspace(network, flat)
        self.slots = {
            name: np.zeros(network.trainable_size, flat.dtype)
            for name in settings.optimizer.slots()
        }
        self.rng = dropout_stream(settings.seed)
        self.history = History()
        self.epoch = self.position = self.step = 0
        self.loss_sum = self.metric_sum = 0.0
        self.best_loss = float("inf")
        self.stale_epochs = 0
        self.converged = False
        self.seconds = 0.0
        self.learning_rate = settings.learning_rate
        self.batch_size = settings.batch_size
        self.steps_per_epoch = max(1, ceil(len(data.parts.train) / settings.batch_size))
        self.horizon = settings.epochs * self.steps_per_epoch
        self.losses: list[float] = []
        self.changes: list[Change] = []

    @classmethod
    def begin(
        cls,
        network: Network,
        settings: TrainingSettings,
        data: PreparedData,
        run: str,
        weights: Weights | None = None,
    ) -> Session:
        """A new run, from the seed's first weights or from ``weights`` as far as they fit."""
        moved = transfer(weights, network, settings.seed)
        start = freeze(network.arrays(moved.flat)) if moved.kept else None
        return cls(network, settings, data, run, moved.flat, start)

    @classmethod
    def resume(
        cls,
        network: Network,
        settings: TrainingSettings,
        data: PreparedData,
        trained: Trained,
    ) -> Session:
        """Go on where ``trained`` stands. What may change within a run is taken from ``settings``.

        Raises:
            KeyError, ValueError: weights or optimizer slots don't belong to this network.
        """
        progress = trained.progress
        if progress is None:
            raise ValueError("these weights have no run to go on with")
        flat = network.gather({key: blob.array for key, blob in trained.weights.items()})
        session = cls(network, settings, data, progress.run, flat, trained.start)
        for name, vector in session.slots.items():
            kept = trained.slots[name]
            for key, view in slot_views(network, vector).items():
                if kept[key].array.shape != view.shape:
                    raise ValueError(f"{name} of {key}: {kept[key].array.shape}, not {view.shape}")
                view[...] = kept[key].array
        session.rng = restore_stream(dict(progress.dropout))
        if trained.history is not None:
            session.history = History.from_arrays(trained.history)
        for name in (
            "epoch", "position", "step", "horizon", "learning_rate", "batch_size", "loss_sum",
            "metric_sum", "best_loss", "stale_epochs", "converged", "seconds",
        ):  # fmt: skip
            setattr(session, name, getattr(progress, name))
        session.changes = list(progress.changes)
        session.set_learning_rate(settings.learning_rate)
        if settings.batch_size != session.batch_size:
            session.changes.append(Change(session.step, "batch_size", settings.batch_size))
            session.batch_size = settings.batch_size
        if session.converged:  # whoever goes on after all gives it another chance
            session.converged, session.stale_epochs = False, 0
        return session

    def set_learning_rate(self, rate: float) -> None:
        """Use ``rate`` from the next step on, and note it."""
        if rate != self.learning_rate:
            self.learning_rate = rate
            self.changes.append(Change(self.step, "learning_rate", rate))

    def trained(self) -> Trained:
        """A frozen copy of everything."""
        return Trained(
            weights=freeze(self.network.arrays(self.flat)),
            preparation=self.data.preparation,
            data_sha256=self.data.dataset.sha256,
            progress=Progress(
                run=self.run,
                seed=self.settings.seed,
                epoch=self.epoch,
                position=self.position,
                step=self.step,
                horizon=self.horizon,
                learning_rate=self.learning_rate,
                batch_size=self.batch_size,
                dropout=tuple(stream_state(self.rng).items()),
                loss_sum=self.loss_sum,
                metric_sum=self.metric_sum,
                best_loss=self.best_loss,
                stale_epochs=self.stale_epochs,
                converged=self.converged,
                seconds=self.seconds,
                changes=tuple(self.changes),
            ),
            slots={
                name: freeze(slot_views(self.network, vector))
                for name, vector in self.slots.items()
            },
            start=self.start,
            history=self.history.arrays(),
        )


def slot_views(network: Network, vector: Array) -> Mapping[Key, Array]:
    """An optimizer slot's vector as one array per trainable variable."""
    return {
        place.key: vector[place.part].reshape(place.variable.shape)
        for place in network.places
        if place.start < network.trainable_size
    }
