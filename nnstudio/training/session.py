"""A session is a run that can be stopped, kept and gone on with: all of its state, explicit.

The loop in :mod:`loop` holds nothing of its own, so a session frozen by :meth:`Session.trained` and
taken up again by :meth:`Session.resume` goes on with the same bits as one that never stopped.

When a run ends, its weights may be exchanged for better ones: those of the best epoch, or the
average over its steps. The last ones are kept where those were and come back if the run goes on.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Literal

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.engine.randomness import dropout_stream, restore_stream, stream_state
from nnstudio.engine.schedules import Clock, Constant, warm_up
from nnstudio.engine.update import AVERAGE, Update
from nnstudio.training.example_weights import example_weights
from nnstudio.training.full_batch import FullBatch
from nnstudio.training.history import EpochFigures, History
from nnstudio.training.learner import Learner, Team
from nnstudio.training.live_settings import (
    live_values,
    own_values,
    used_settings,
    used_values,
    with_live,
)
from nnstudio.training.metrics import metric_for
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.standing import Standing, slot_views
from nnstudio.training.stopping import LONGEST_BAND, Watch, has_converged, score, watched
from nnstudio.training.trained import Change, Progress, Trained, Weights, freeze, transfer

#: The live settings that the update doesn't know.
_BESIDE_THE_UPDATE = frozenset(
    {
        "learning_rate",
        "batch_size",
        "epochs",
        "early_stopping",
        "stop_when_converged",
        "monitor",
        "patience",
        "min_delta",
        "restore_best_weights",
    }
)


class Session:
    """Variables, optimizer slots, random stream and counters of one run.

    Attributes:
        flat: all variables of the network, changed by training.
        update: what is done with a gradient.
        slots: the update's vectors, each as long as the trainable part of ``flat``.
        learner: works on batches; ``workspace`` is its first one, which holds the gradient.
        full_batch: makes the steps if the optimizer searches; batches have no part in them then.
        metric: the figure beside the loss: that of the first output.
        example_weights: how much each example of the data counts; ``None`` if all count alike.
        epoch, position, step: finished epochs, examples used in this one, steps so far.
        losses: the loss of each finished epoch that a schedule may follow, 8 bytes each.
        watch: what early stopping knows.
        best: a copy of all variables after the best epoch, if they are to be restored. Others may
            hold it too: it is never changed in place.
        result: what ``flat`` was exchanged for when the run ended; see :class:`Progress`.
        start: the weights the run began from; ``None`` if they follow from the seed.
        begun, changes: the live settings at the beginning, and what was changed on the way.
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
        self.resting: Weights = MappingProxyType({})  # of nodes that take no part: kept as they are
        threads, seed = settings.threads, settings.seed
        self.learner = (
            Team(network, flat, data, threads, seed)
            if threads > 1
            else Learner(network, flat, data, seed)
        )
        self.workspace = self.learner.workspace
        self.update = self._make_update()
        self.slots = self.update.taken_over({}, settings.optimizer, flat)
        self.metric = metric_for(network, network.heads[0], data)
        self.example_weights = example_weights(settings, data, network.heads[0].target)
        self.full_batch = self._make_full_batch()
        self.rng = dropout_stream(settings.seed)
        self.history = History()
        self.epoch = self.position = self.step = 0
        self.loss_sum = self.metric_sum = 0.0
        self.losses = array("d")
        self.watch = Watch(watched(settings, data))
        self.best: Array | None = None
        self.ended_early = self.converged = False
        self.result: Literal["", "best", "average"] = ""
        self.seconds = 0.0
        self.learning_rate = settings.learning_rate
        self._rate_is_constant = isinstance(settings.schedule, Constant) and not settings.warm_up
        self.batch_size = settings.batch_size
        self.steps_per_epoch = settings.steps_per_epoch(len(data.parts.train))
        self.horizon = settings.epochs * self.steps_per_epoch
        self.begun = own_values(settings, network)
        self.changes: list[Change] = []
        self._in_use = live_values(settings, network)

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
        used = used_settings(progress, settings)
        session = cls(network, used, data, progress.run, flat, trained.start)
        session._in_use = used_values(progress, settings, network)
        if progress.begun is not None:
            session.begun = progress.begun
        for name, vector in session.slots.items():
            kept = trained.slots[name]
            for key, view in slot_views(network, vector).items():
                if kept[key].array.shape != view.shape:
                    raise ValueError(f"{name} of {key}: {kept[key].array.shape}, not {view.shape}")
                view[...] = kept[key].array
        session.rng = restore_stream(dict(progress.dropout))
        if trained.history is not None:
            session.history = History.from_arrays(trained.history)
            session._take_up_sums(trained.history)
        for name in (
            "epoch", "position", "step", "horizon", "learning_rate", "batch_size", "loss_sum",
            "metric_sum", "seconds", "result",
        ):  # fmt: skip
            setattr(session, name, getattr(progress, name))
        session.steps_per_epoch = progress.steps_per_epoch or session.steps_per_epoch
        session._take_up_stopping(trained, progress)
        session.changes = list(progress.changes)
        session.change(settings)
        return session

    def _take_up_stopping(self, trained: Trained, progress: Progress) -> None:
        """Go on from the last weights, and with early stopping if it watches the same figure."""
        if trained.best is not None:
            self.best = self.network.gather({k: blob.array for k, blob in trained.best.items()})
        self.reopen()
        if not self.settings.early_stopping or progress.monitor != self.watch.monitor:
            self.best = None
            return
        self.watch.best_score = progress.best_score
        self.watch.best_epoch = progress.best_epoch
        if not progress.ended_early:  # whoever goes on after all gives it another chance
            self.watch.stale_epochs = progress.stale_epochs

    # ------------------------------------------------------------------ changes on the way

    def change(self, settings: TrainingSettings, network: Network | None = None) -> None:
        """Use the live ones among ``settings`` from the next step on, and note what is another.

        Args:
            network: the same network whose layers have other live settings; ``None`` for the
                present one.
        """
        before, settings = self.settings, with_live(self.settings, settings)
        network = network or self.network
        values = live_values(settings, network)
        changed = [name for name, value in values.items() if value != self._in_use[name]]
        if not changed:
            return
        self.changes += [Change(self.step, name, values[name]) for name in changed]
        self.settings, self._in_use = settings, values
        self.learning_rate, self.batch_size = settings.learning_rate, settings.batch_size
        if network is not self.network:
            self.network = network
            self.learner.adopt(network)
        if set(changed) - _BESIDE_THE_UPDATE:
            self.update = self._make_update()
            self.slots = self.update.taken_over(self.slots, before.optimizer, self.flat)
            self.full_batch = self._make_full_batch()
        monitor = watched(settings, self.data)
        if not settings.early_stopping or monitor != self.watch.monitor:
            self.watch, self.best = Watch(monitor), None

    def _make_update(self) -> Update:
        settings = self.settings
        return Update(
            self.network,
            settings.optimizer,
            l1=settings.l1,
            l2=settings.l2,
            weight_decay=settings.weight_decay,
            max_norm=settings.max_norm,
            clip_value=settings.clip_value,
            clip_norm=settings.clip_norm,
            average=settings.average,
        )

    def _make_full_batch(self) -> FullBatch | None:
        if not self.settings.optimizer.searches:
            return None
        return FullBatch(
            self.network, self.flat, self.learner, self.data, self.update, self.example_weights
        )

    # ------------------------------------------------------------------ steps

    @property
    def examples_per_step(self) -> int:
        """The batch size, or the size of the training part if the optimizer searches."""
        return len(self.data.parts.train) or 1 if self.full_batch else self.batch_size

    def scheduled_rate(self) -> float:
        """The rate of the next step: as set, times what warm-up and schedule say."""
        if self._rate_is_constant:
            return self.learning_rate
        step, settings = self.step, self.settings
        clock = Clock(step, self.horizon, self.steps_per_epoch, self.losses)
        rate = self.learning_rate * settings.schedule.factor(clock)
        if settings.warm_up:
            rate *= warm_up(step, settings.warm_up * self.steps_per_epoch)
        return rate

    # ------------------------------------------------------------------ epochs

    def followed(self, figures: EpochFigures) -> float:
        """The loss a schedule follows: of the validation part, unless training's is watched."""
        is_training = self.watch.monitor == "training loss"
        return figures.train_loss if is_training else figures.val_loss

    @contextmanager
    def judged_weights(self) -> Iterator[None]:
        """While the block runs, ``flat`` holds what is validated: the average, if there is one."""
        if AVERAGE not in self.slots:
            yield
            return
        self._exchange("average")
        try:
            yield
        finally:
            self._exchange("average")

    def look_for_progress(self, figures: EpochFigures) -> None:
        """Early stopping, once the epoch is counted and with the weights that were validated."""
        settings, watch = self.settings, self.watch
        if settings.stop_when_converged:
            patience = min(settings.patience, LONGEST_BAND)
            losses = self.history.latest_train_losses(patience + 1)
            self.converged = has_converged(losses, patience, settings.min_delta)
            self.ended_early = self.converged
        if not settings.early_stopping:
            return
        seen = score(figures, watch.monitor, self.metric)
        if watch.see(seen, self.epoch, settings.min_delta):
            self.best = self.flat.copy() if settings.restore_best_weights else None
        if watch.stale_epochs >= settings.patience:
            self.ended_early, self.converged = True, False

    def conclude(self) -> int:
        """At the end of the run: exchange the last weights for the ones it is to end with.

        Returns:
            The epoch whose weights these are if they are the best ones, otherwise 0.
        """
        settings = self.settings
        if not self.result and self.step:
            if self.best is not None and settings.restore_best_weights:
                self._exchange("best")
                self.result = "best"
            elif AVERAGE in self.slots:
                self._exchange("average")
                self.result = "average"
        return self.watch.best_epoch if self.result == "best" else 0

    def reopen(self) -> None:
        """Undo :meth:`conclude`, to go on."""
        if self.result:
            self._exchange(self.result)
            self.result = ""

    def _exchange(self, what: Literal["best", "average"]) -> None:
        other = self.best if what == "best" else self.slots[AVERAGE]
        assert other is not None, "it was there when they were exchanged"
        part = self.flat[: len(other)]
        kept = part.copy()
        part[...] = other
        if what == "best":
            self.best = kept
        else:
            other[...] = kept

    # ------------------------------------------------------------------ keeping

    def curves(self) -> dict[str, Array]:
        """A copy of the history, and what isn't in it yet or no longer, for going on."""
        more = {}
        if self.position and self.learner.sums.size:
            more["unfinished.sums"] = self.learner.sums.copy()
        if self.settings.schedule.follows_loss and self.losses:
            more["unfinished.losses"] = np.array(self.losses)
        return {**self.history.arrays(), **more}

    def _take_up_sums(self, kept: Mapping[str, Array]) -> None:
        sums, losses = kept.get("unfinished.sums"), kept.get("unfinished.losses")
        if sums is not None and sums.shape == self.learner.sums.shape:
            self.learner.sums[...] = sums
        if losses is not None and losses.shape == (self.history.epoch_count,):
            self.losses = array("d", losses)
        else:
            self.losses = array("d", map(self.followed, self.history.epochs))

    def progress(self) -> Progress:
        """Where it stands now."""
        return Progress(
            run=self.run,
            seed=self.settings.seed,
            epoch=self.epoch,
            position=self.position,
            step=self.step,
            horizon=self.horizon,
            steps_per_epoch=self.steps_per_epoch,
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            dropout=tuple(stream_state(self.rng).items()),
            loss_sum=self.loss_sum,
            metric_sum=self.metric_sum,
            monitor=self.watch.monitor,
            best_score=self.watch.best_score,
            best_epoch=self.watch.best_epoch,
            stale_epochs=self.watch.stale_epochs,
            ended_early=self.ended_early,
            converged=self.converged,
            result=self.result,
            seconds=self.seconds,
            begun=self.begun,
            changes=tuple(self.changes),
        )

    def trained(self) -> Trained:
        """A frozen copy of everything."""
        return Standing.of(self).trained()
