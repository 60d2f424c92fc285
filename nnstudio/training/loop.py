"""The training loop: a generator that makes one step, tells about it, and looks for requests.

    for every epoch:
        shuffle the training examples          (a function of seed and epoch)
        for every batch:
            gather it, prepared
            loss and gradient                  forward, backward
            update the weights                 the optimizer, at the scheduled learning rate
        validate

It keeps nothing between steps that isn't in the session. Whoever drives it may simply stop asking
for the next event, or ask it to end through a :class:`~nnstudio.training.control.Control`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, nan
from time import perf_counter
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from nnstudio.engine.layer import Array
from nnstudio.engine.randomness import permutation
from nnstudio.engine.schedules import Clock
from nnstudio.training.control import Control
from nnstudio.training.evaluation import evaluate
from nnstudio.training.events import BatchDone, Diverged, Ended, EpochDone, Event, Failed
from nnstudio.training.history import EpochFigures
from nnstudio.training.metrics import metric, metric_sum
from nnstudio.training.session import Session


def train(
    session: Session,
    control: Control | None = None,
    *,
    epochs: int | None = None,
    batches: int | None = None,
) -> Iterator[Event]:
    """Train ``session``, yielding an event at every batch boundary; the last one says why it ended.

    Args:
        session: changed in place.
        control: requests from other threads.
        epochs: end after so many more epochs, the present one included if it has begun; default:
            when the session's settings say.
        batches: end after so many steps.
    """
    control = control or Control()
    last_epoch = session.settings.epochs if epochs is None else session.epoch + epochs
    last_step = None if batches is None else session.step + batches
    try:
        with threadpool_limits(limits=session.settings.threads, user_api="blas"):
            yield from _train(session, control, last_epoch, last_step)
    except Exception as error:  # whatever breaks is told to the one who drives, on any thread
        yield Failed(error)


def _train(
    session: Session, control: Control, last_epoch: int, last_step: int | None
) -> Iterator[Event]:
    order = None
    while session.epoch < last_epoch and not session.converged:
        if order is None:
            order = _order(session)
        while session.position < len(order):
            if control.stopping:
                yield _ended(session, "stopped")
                return
            if last_step is not None and session.step >= last_step:
                yield _ended(session, "limit")
                return
            if (rate := control.take_learning_rate()) is not None:
                session.set_learning_rate(rate)
            began = perf_counter()
            event = _step(session, order)
            session.seconds += perf_counter() - began
            yield event
            if isinstance(event, Diverged):
                return
        if not _is_finite(session):
            yield Diverged(session.step, nan, session.learning_rate)
            return
        began = perf_counter()
        figures = _finish_epoch(session, control)
        if figures is None:
            yield Ended("stopped")
            return
        session.seconds += perf_counter() - began
        order = None
        yield EpochDone(session.epoch, figures)
    if session.converged:
        yield Ended("converged")
    else:
        yield Ended("finished" if session.epoch >= session.settings.epochs else "limit")


def _ended(session: Session, reason: Literal["stopped", "limit"]) -> Ended | Diverged:
    """An end in the middle of an epoch; weights that are kept must be good to go on from."""
    if _is_finite(session):
        return Ended(reason)
    return Diverged(session.step, nan, session.learning_rate)


def _is_finite(session: Session) -> bool:
    """Whether the last update left numbers: no loss has been computed from them yet."""
    return bool(np.isfinite(session.flat).all())


def _order(session: Session) -> Array:
    """The training examples in this epoch's order."""
    examples: Array = session.data.parts.train
    order: Array = examples[permutation(session.settings.seed, session.epoch, len(examples))]
    return order


@np.errstate(all="ignore")  # a run that diverges is told by its loss, not by warnings
def _step(session: Session, order: Array) -> BatchDone | Diverged:
    """One batch: gather, forward, loss, backward, update."""
    settings, workspace, data = session.settings, session.workspace, session.data
    index = order[session.position : session.position + session.batch_size]
    x, y = workspace.buffers(len(index), data.output_size)
    data.gather(index, x, y)
    loss = workspace.loss_and_gradient([x], [y], session.rng)
    clock = Clock(session.step, session.horizon, session.steps_per_epoch, session.losses)
    rate = session.learning_rate * settings.schedule.factor(clock)
    if not isfinite(loss):
        return Diverged(session.step + 1, loss, session.learning_rate)
    (head,) = workspace.network.heads
    session.step += 1
    session.position += len(index)
    session.loss_sum += loss * len(index)
    session.metric_sum += metric_sum(workspace.output(head.loss_step), y, data)
    weights = session.flat[: session.network.trainable_size]
    settings.optimizer.update(weights, workspace.gradient, session.slots, rate, session.step)
    session.history.add_step(loss)
    return BatchDone(session.step, session.epoch + 1, session.position, loss, rate)


@np.errstate(all="ignore")
def _finish_epoch(session: Session, control: Control) -> EpochFigures | None:
    """Validate and count the epoch; ``None`` if asked to stop meanwhile, to be done again later."""
    scores = evaluate(
        session.workspace, session.data, session.data.parts.validation, lambda: control.stopping
    )
    if scores is None:
        return None
    count = session.position
    train_loss = session.loss_sum / count if count else nan
    figures = EpochFigures(
        step=session.step,
        train_loss=train_loss,
        train_metric=metric(session.metric_sum, count, session.data),
        val_loss=scores.loss,
        val_metric=scores.metric,
        seconds=session.seconds,
    )
    session.epoch += 1
    session.position = 0
    session.loss_sum = session.metric_sum = 0.0
    session.history.add_epoch(figures)
    _watch_convergence(session, train_loss)
    return figures


def _watch_convergence(session: Session, loss: float) -> None:
    """Count epochs in which the training loss did not fall by more than the tolerance."""
    settings = session.settings
    if loss < session.best_loss - settings.tolerance:
        session.best_loss, session.stale_epochs = loss, 0
    else:
        session.stale_epochs += 1
    session.converged = settings.stop_when_converged and session.stale_epochs >= settings.patience
