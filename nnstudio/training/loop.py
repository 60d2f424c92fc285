"""The training loop: a generator that makes one step, tells about it, and looks for requests.

    for every epoch:
        shuffle the training examples          (a function of seed and epoch)
        for every batch:
            gather it, prepared
            loss and gradient                  forward, backward
            update the weights                 the optimizer, at the scheduled learning rate
        validate, and stop early if it no longer gets better
                                           (an optimizer that searches makes one step an epoch,
                                           on all examples: full_batch.py)
    exchange the last weights for the best or the average, if the settings say so

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

from nnstudio.data.order import epoch_order
from nnstudio.engine.layer import Array
from nnstudio.training.control import Control
from nnstudio.training.evaluation import Scores, evaluate
from nnstudio.training.events import BatchDone, Diverged, Ended, EpochDone, Event, Failed
from nnstudio.training.full_batch import FullBatch, Interrupted
from nnstudio.training.history import EpochFigures, Figure
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
    last_epoch = None if epochs is None else session.epoch + epochs
    last_step = None if batches is None else session.step + batches
    try:
        with threadpool_limits(limits=1, user_api="blas"):  # threads divide the batch instead
            yield from _train(session, control, last_epoch, last_step)
    except Exception as error:  # whatever breaks is told to the one who drives, on any thread
        yield Failed(error)


def _train(
    session: Session, control: Control, last_epoch: int | None, last_step: int | None
) -> Iterator[Event]:
    def goes_on() -> bool:
        last = session.settings.epochs if last_epoch is None else last_epoch
        return session.epoch < last and not session.ended_early

    if goes_on():
        session.reopen()
    order = None
    while goes_on():
        if order is None:
            order = _order(session)
        while session.position < len(order):
            if last_step is not None and session.step >= last_step:
                yield _ended(session, "limit")
                return
            control.wait_for_turn()
            if control.stopping:
                yield _ended(session, "stopped")
                return
            _take_change(session, control)
            began = perf_counter()
            if session.full_batch is None:
                event: BatchDone | Diverged | None = _step(session, order)
            else:
                event = _full_step(session, session.full_batch, control)
            session.seconds += perf_counter() - began
            if event is None:
                continue  # asked to stop in the middle of it
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
        _take_change(session, control)  # there may be more epochs now, or fewer
    if session.ended_early:
        yield Ended("early", session.conclude())
    elif session.epoch >= session.settings.epochs:
        yield Ended("finished", session.conclude())
    else:
        yield Ended("limit")


def _take_change(session: Session, control: Control) -> None:
    wish = control.take_change()
    if wish is not None:
        session.change(*wish)


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
    data = session.data
    return epoch_order(data.parts.train, session.settings.seed, session.epoch, data.dataset.block)


def _step(session: Session, order: Array) -> BatchDone | Diverged:
    """The next batch of the epoch, at the scheduled rate."""
    index = order[session.position : session.position + session.batch_size]
    rate = session.scheduled_rate()
    loss = make_step(session, index, rate)
    if not isfinite(loss):
        return Diverged(session.step + 1, loss, session.learning_rate)
    return BatchDone(session.step, session.epoch + 1, session.position, loss, rate)


@np.errstate(all="ignore")  # a run that diverges is told by its loss, not by warnings
def make_step(session: Session, index: Array, rate: float) -> float:
    """One step with the examples at ``index``: gather, forward, loss, backward, update, count.

    Returns:
        The loss before the update. If it isn't finite, nothing is updated or counted.
    """
    weights = session.example_weights
    if weights is not None:
        weights = weights[index]
    loss, metric_sum = session.learner.learn(index, session.rng, weights, session.epoch)
    if not isfinite(loss):
        return loss
    size = len(index)
    session.step = step = session.step + 1
    session.position += size
    session.loss_sum += loss * (size if weights is None else float(weights.sum()))
    session.metric_sum += metric_sum
    gradient = session.workspace.gradient
    session.update.apply(session.flat, gradient, session.slots, rate, step)
    session.history.add_step(loss, rate)
    return loss


@np.errstate(all="ignore")  # a length that is too great is told by its loss
def _full_step(
    session: Session, full_batch: FullBatch, control: Control
) -> BatchDone | Diverged | None:
    """The epoch's one step, if the optimizer searches; ``None`` if asked to stop meanwhile."""
    rate = session.scheduled_rate()
    try:
        loss, metric_sum, sums = full_batch.step(
            session.slots, rate, session.step + 1, session.rng, lambda: control.stopping
        )
    except Interrupted:
        return None
    if not isfinite(loss):
        return Diverged(session.step + 1, loss, session.learning_rate)
    session.step += 1
    session.position = len(session.data.parts.train)
    session.loss_sum = loss * _total_weight(session)
    session.metric_sum = metric_sum
    session.learner.sums[...] = sums
    session.history.add_step(loss, rate)
    return BatchDone(session.step, session.epoch + 1, session.position, loss, rate)


@np.errstate(all="ignore")
def _finish_epoch(session: Session, control: Control) -> EpochFigures | None:
    """Validate and count the epoch; ``None`` if asked to stop meanwhile, to be done again later."""
    data, weight = session.data, _total_weight(session)
    with session.judged_weights():
        scores = evaluate(session.workspace, data, data.parts.validation, lambda: control.stopping)
        if scores is None:
            return None
        figures = EpochFigures(
            step=session.step,
            train_loss=session.loss_sum / weight if weight else nan,
            train_metric=session.metric.mean(session.metric_sum, session.position),
            val_loss=scores.loss,
            val_metric=scores.metric,
            seconds=session.seconds,
            epoch=session.epoch + 1,
            further=_further(session, scores),
        )
        session.epoch += 1
        session.position = 0
        session.loss_sum = session.metric_sum = 0.0
        session.learner.sums.fill(0)
        session.history.add_epoch(figures)
        session.losses.append(session.followed(figures))
        session.look_for_progress(figures)
    return figures


def _further(session: Session, scores: Scores) -> tuple[Figure, ...]:
    """The figures beside loss and metric, of the epoch that ends."""
    learner, count, own = session.learner, session.position, list[Figure]()
    if (metric := learner.further) is not None:
        trained = nan
        if count:
            examples = session.data.parts.train
            trained = metric.value(learner.own_sums, session.metric_sum, examples)
        own.append(Figure(metric.name, trained, scores.further))
    validated = [(output.loss, output.metric) for output in scores.outputs[1:]]
    weight = _total_weight(session)
    return (*own, *learner.others.figures(learner.other_sums, weight, count, validated))


def _total_weight(session: Session) -> float:
    """What the examples of a whole epoch weigh together."""
    weights, examples = session.example_weights, session.data.parts.train
    return len(examples) if weights is None else float(weights[examples].sum())
