"""The training loop: events, limits, stopping, and the same bits each time."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise
from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_runs import (
    LINE,
    LINE_NETWORK,
    LINE_SETTINGS,
    SPIRAL,
    SPIRAL_SETTINGS,
    data_of,
    drive,
    line_session,
    network_of,
    resumed,
    same_state,
    spiral_session,
)
from threadpoolctl import threadpool_info, threadpool_limits

from nnstudio.data.batches import PreparedData
from nnstudio.data.split import Parts
from nnstudio.engine.dense import Dense
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import SGD, Adam
from nnstudio.engine.schedules import Clock, Cosine
from nnstudio.engine.shaping import Input
from nnstudio.training.control import Control
from nnstudio.training.events import BatchDone, Diverged, Ended, EpochDone, Failed
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Change, Trained, freeze

#: Batches in an epoch of the spiral and of the line.
SPIRAL_BATCHES = -(-len(SPIRAL.parts.train) // SPIRAL_SETTINGS.batch_size)
LINE_BATCHES = -(-len(LINE.parts.train) // LINE_SETTINGS.batch_size)

ADAM = SPIRAL_SETTINGS
MOMENTUM = replace(SPIRAL_SETTINGS, optimizer=SGD(momentum=0.9), schedule=Cosine(end=0.1))
either_optimizer = pytest.mark.parametrize(
    "chosen", [ADAM, MOMENTUM], ids=["Adam", "momentum and cosine"]
)


# ---------------------------------------------------------------- the same bits


@either_optimizer
def test_the_same_seed_gives_the_same_bits(chosen: TrainingSettings) -> None:
    first, second = spiral_session(chosen), spiral_session(chosen)
    assert drive(first)[-1] == drive(second)[-1] == Ended("finished")
    assert same_state(first.trained(), second.trained())


def test_another_seed_gives_other_bits() -> None:
    first, second = spiral_session(ADAM), spiral_session(replace(ADAM, seed=1))
    drive(first)
    drive(second)
    assert first.trained().sha256 != second.trained().sha256


@pytest.fixture(scope="module")
def uninterrupted() -> dict[str, Trained]:
    """What a run without a pause has made, by the name of its optimizer."""
    made = {}
    for chosen in (ADAM, MOMENTUM):
        session = spiral_session(chosen)
        drive(session)
        made[type(chosen.optimizer).__name__] = session.trained()
    return made


@either_optimizer
@settings(max_examples=30)
@given(
    pauses=st.lists(
        st.tuples(
            st.integers(0, SPIRAL_BATCHES + 1),
            st.sampled_from(["limit", "stop", "not asked again"]),
        ),
        max_size=6,
    )
)
def test_a_paused_run_goes_on_with_the_same_bits(
    uninterrupted: dict[str, Trained], chosen: TrainingSettings, pauses: list[tuple[int, str]]
) -> None:
    session = spiral_session(chosen)
    for batches, how in pauses:
        if how == "limit":
            drive(session, batches=batches)
        else:
            interrupt(session, batches, stop=how == "stop")
        session = resumed(session)
    assert drive(session)[-1] == Ended("finished")
    assert same_state(session.trained(), uninterrupted[type(chosen.optimizer).__name__])


def interrupt(session: Session, batches: int, *, stop: bool) -> None:
    """Train so many batches, then ask the loop to stop, or just for no further event."""
    control = Control()
    for event in train(session, control):
        batches -= isinstance(event, BatchDone)
        if batches <= 0:
            if not stop:
                return
            control.stop()


@either_optimizer
def test_steps_one_by_one_are_the_same_bits(
    uninterrupted: dict[str, Trained], chosen: TrainingSettings
) -> None:
    session = spiral_session(chosen)
    while session.epoch < chosen.epochs:
        drive(session, batches=1)
    assert same_state(session.trained(), uninterrupted[type(chosen.optimizer).__name__])


def test_the_history_survives_the_pauses() -> None:
    straight, paused = spiral_session(), spiral_session()
    drive(straight)
    drive(paused, batches=SPIRAL_BATCHES + 2)
    paused = resumed(paused)
    drive(paused)
    assert len(paused.history.steps) == len(straight.history.steps) == 3 * SPIRAL_BATCHES
    figures = [replace(figures, seconds=0) for figures in straight.history.epochs]
    assert [replace(figures, seconds=0) for figures in paused.history.epochs] == figures


def test_every_epoch_goes_through_the_examples_in_another_order() -> None:
    session = line_session(batch_size=1, learning_rate=1e-30)  # nothing moves: a loss is a name
    losses = [event.loss for event in drive(session) if isinstance(event, BatchDone)]
    epochs = [tuple(part) for part in np.split(np.array(losses), 5)]
    assert len(set(epochs)) == 5
    assert len({tuple(sorted(epoch)) for epoch in epochs}) == 1


# ---------------------------------------------------------------- events


def test_every_batch_is_told_with_its_place_and_every_epoch_with_its_figures() -> None:
    session = spiral_session()
    events = drive(session)
    count = len(SPIRAL.parts.train)
    expected: list[tuple[int, int, int]] = []
    for epoch in (1, 2, 3):
        for batch in range(1, SPIRAL_BATCHES + 1):
            step = (epoch - 1) * SPIRAL_BATCHES + batch
            expected.append((step, epoch, min(8 * batch, count)))
    batches = [event for event in events if isinstance(event, BatchDone)]
    assert [(b.step, b.epoch, b.position) for b in batches] == expected
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert [(e.epoch, e.figures.step) for e in epochs] == [
        (epoch, epoch * SPIRAL_BATCHES) for epoch in (1, 2, 3)
    ]
    assert events[-1] == Ended("finished")
    assert session.history.epochs == tuple(event.figures for event in epochs)


def test_the_training_loss_of_an_epoch_is_the_mean_over_its_examples() -> None:
    events = drive(spiral_session(), epochs=1)
    batches = [event for event in events if isinstance(event, BatchDone)]
    sizes = np.diff([0, *(batch.position for batch in batches)])
    (epoch,) = (event for event in events if isinstance(event, EpochDone))
    expected = np.average([batch.loss for batch in batches], weights=sizes)
    assert epoch.figures.train_loss == pytest.approx(float(expected), rel=1e-12)


def test_every_step_is_made_at_the_scheduled_rate() -> None:
    session = spiral_session(MOMENTUM)
    horizon = 3 * SPIRAL_BATCHES
    assert session.horizon == horizon
    batches = [event for event in drive(session) if isinstance(event, BatchDone)]
    cosine = Cosine(end=0.1)
    rates = [MOMENTUM.learning_rate * cosine.factor(Clock(t, horizon)) for t in range(horizon)]
    assert [batch.learning_rate for batch in batches] == rates


def test_one_step_of_gradient_descent_is_the_one_done_by_hand() -> None:
    session = line_session(batch_size=len(LINE.parts.train), epochs=1)
    w, b = (float(array.item()) for array in session.network.arrays(session.flat).values())
    x, y = np.empty((1, len(LINE.parts.train))), np.empty((1, len(LINE.parts.train)))
    LINE.gather(LINE.parts.train, x, y)
    error = w * x + b - y
    event = drive(session)[0]
    assert isinstance(event, BatchDone)
    assert event.loss == pytest.approx(float(0.5 * np.square(error).mean()), rel=1e-5)
    arrays = session.network.arrays(session.flat)
    assert arrays["n1", "weight"].item() == pytest.approx(w - 0.1 * (error * x).mean(), rel=1e-5)
    assert arrays["n1", "bias"].item() == pytest.approx(b - 0.1 * error.mean(), rel=1e-5)


# ---------------------------------------------------------------- limits and stopping


@pytest.mark.parametrize("batches", [0, 1, SPIRAL_BATCHES - 1, SPIRAL_BATCHES + 1])
def test_a_limit_of_batches_is_kept(batches: int) -> None:
    events = drive(spiral_session(), batches=batches)
    assert sum(isinstance(event, BatchDone) for event in events) == batches
    assert events[-1] == Ended("limit")


def test_a_limit_at_the_end_of_an_epoch_still_validates_it() -> None:
    session = spiral_session()
    events = drive(session, batches=SPIRAL_BATCHES)
    assert isinstance(events[-2], EpochDone)
    assert events[-1] == Ended("limit")
    assert (session.epoch, session.position) == (1, 0)


def test_a_limit_of_epochs_counts_the_one_that_has_begun() -> None:
    session = spiral_session()
    drive(session, batches=2)
    assert drive(session, epochs=1)[-1] == Ended("limit")
    assert (session.epoch, session.position) == (1, 0)
    assert drive(session, epochs=2)[-1] == Ended("finished")
    assert session.epoch == 3


def test_more_epochs_than_planned_can_be_asked_for() -> None:
    session = line_session()
    drive(session)
    assert drive(session) == [Ended("finished")]
    assert drive(session, epochs=2)[-1] == Ended("finished")
    assert session.epoch == 7


@pytest.mark.parametrize("batches", range(SPIRAL_BATCHES + 1))
def test_stopping_takes_effect_within_one_batch(batches: int) -> None:
    control = Control()
    events: list[object] = []
    for event in train(spiral_session(), control):
        events.append(event)
        if sum(isinstance(e, BatchDone) for e in events) >= batches:
            control.stop()
    assert events[-1] == Ended("stopped")
    assert sum(isinstance(event, BatchDone) for event in events) == max(1, batches)


def test_stopping_before_validation_leaves_it_to_be_done_when_the_run_goes_on() -> None:
    session, control = spiral_session(), Control()
    run = train(session, control)
    while session.position < len(SPIRAL.parts.train):
        assert isinstance(next(run), BatchDone)
    control.stop()
    assert list(run) == [Ended("stopped")]
    assert session.epoch == 0
    assert not session.history.epochs
    first = next(train(resumed(session)))
    assert isinstance(first, EpochDone)
    assert first.epoch == 1
    assert first.figures.step == SPIRAL_BATCHES


def test_a_stop_from_another_thread_ends_the_loop() -> None:
    control = Control()
    events: list[object] = []
    loop = threading.Thread(
        target=lambda: events.extend(train(line_session(epochs=1_000_000), control))
    )
    loop.start()
    control.stop()
    loop.join(timeout=10)
    assert not loop.is_alive()
    assert events[-1] == Ended("stopped")


# ---------------------------------------------------------------- changes on the way


def test_a_rate_changed_while_training_runs_is_used_from_the_next_step_on_and_logged() -> None:
    session, control = line_session(), Control()
    rates = []
    for event in train(session, control):
        if isinstance(event, BatchDone):
            rates.append(event.learning_rate)
            if event.step == 3:
                control.change(replace(session.settings, learning_rate=0.07))
                control.change(
                    replace(session.settings, learning_rate=0.02)
                )  # a slider moves on: the last word counts
            if event.step == 5:
                control.change(
                    replace(session.settings, learning_rate=0.02)
                )  # no change, nothing to log
    assert rates == [0.1] * 3 + [0.02] * (5 * LINE_BATCHES - 3)
    assert session.changes == [Change(3, "learning_rate", 0.02)]
    assert session.trained().progress is not None


def test_a_run_can_be_replayed_from_its_log_of_changes() -> None:
    session, control = spiral_session(), Control()
    for event in train(session, control):
        if isinstance(event, BatchDone) and event.step in (2, 9):
            control.change(replace(session.settings, learning_rate=0.05 / event.step))
    recorded = session.trained()
    assert recorded.progress is not None

    again, control = spiral_session(), Control()
    changes = {change.step: change.value for change in recorded.progress.changes}
    assert set(changes) == {2, 9}
    for event in train(again, control):
        if isinstance(event, BatchDone) and event.step in changes:
            control.change(replace(session.settings, learning_rate=changes[event.step]))
    assert again.trained().sha256 == recorded.sha256


def test_a_rate_that_was_changed_on_the_way_is_kept_through_a_pause() -> None:
    session, control = line_session(), Control()
    control.change(replace(session.settings, learning_rate=0.02))
    next(train(session, control))
    trained = session.trained()
    settings_now = replace(session.settings, learning_rate=0.02)
    resumed_session = Session.resume(LINE_NETWORK, settings_now, LINE, trained)
    event = next(train(resumed_session))
    assert isinstance(event, BatchDone)
    assert event.learning_rate == 0.02
    assert resumed_session.changes == [Change(0, "learning_rate", 0.02)]


def test_a_batch_size_changed_in_the_middle_of_an_epoch_uses_every_example_once() -> None:
    session = line_session()
    first = drive(session, batches=2)
    settings_now = replace(session.settings, batch_size=5)
    session = Session.resume(LINE_NETWORK, settings_now, LINE, session.trained())
    assert session.changes == [Change(2, "batch_size", 5)]
    events = first + drive(session, epochs=1)
    positions = [0, *(event.position for event in events if isinstance(event, BatchDone))]
    assert positions[:4] == [0, 8, 16, 21]
    assert positions[-1] == len(LINE.parts.train)
    assert all(0 < after - before <= 8 for before, after in pairwise(positions))
    assert session.horizon == LINE_SETTINGS.epochs * LINE_BATCHES  # as it was planned


def test_more_epochs_can_be_asked_for_in_the_middle_of_a_run() -> None:
    session = line_session()
    drive(session)
    settings_now = replace(session.settings, epochs=8)
    session = Session.resume(LINE_NETWORK, settings_now, LINE, session.trained())
    assert drive(session)[-1] == Ended("finished")
    assert session.epoch == 8


# ---------------------------------------------------------------- what goes wrong


def test_a_run_that_diverges_says_so_and_leaves_what_was_frozen_as_it_was() -> None:
    session = line_session(learning_rate=0.1)
    drive(session, epochs=1)
    before = session.trained()
    copies = {key: blob.array.copy() for key, blob in before.weights.items()}
    session.change(replace(session.settings, learning_rate=100.0))
    event = drive(session, epochs=1000)[-1]
    assert isinstance(event, Diverged)
    assert not np.isfinite(event.loss)
    assert event.learning_rate == 100.0
    assert event.step == session.step + 1
    for key, blob in before.weights.items():
        np.testing.assert_array_equal(blob.array, copies[key])
    assert drive(resumed(session, before), batches=3)[-1] == Ended("limit")


@pytest.mark.parametrize("limit", [{"batches": 1}, {"epochs": 1}])
def test_weights_that_the_last_step_made_infinite_are_not_called_a_good_end(
    limit: dict[str, int],
) -> None:
    session = line_session(batch_size=len(LINE.parts.train), learning_rate=1e39)
    events = drive(session, **limit)
    assert isinstance(events[0], BatchDone)
    assert isinstance(events[-1], Diverged)
    assert isnan(events[-1].loss)


def test_a_run_stopped_with_infinite_weights_is_not_called_a_good_end() -> None:
    session, control = line_session(learning_rate=1e39), Control()
    run = train(session, control)
    assert isinstance(next(run), BatchDone)
    control.stop()
    assert isinstance(next(run), Diverged)


def test_whatever_breaks_is_told_as_the_last_event() -> None:
    nobody = np.array([10**6])
    data = PreparedData(LINE.dataset, Parts(nobody, nobody, nobody), LINE.preparation)
    (event,) = drive(Session.begin(LINE_NETWORK, LINE_SETTINGS, data, "run"))
    assert isinstance(event, Failed)
    assert isinstance(event.error, IndexError)


def test_a_validation_loss_too_large_for_a_number_does_not_break_the_run() -> None:
    data = data_of([[0.1], [0.2], [3e38]], [[1.0], [2.0], [0.0]], train=[0, 1], validation=[2])
    steep = freeze({("n1", "weight"): np.array([[5.0]], np.float32)})
    session = Session.begin(LINE_NETWORK, replace(LINE_SETTINGS, epochs=2), data, "run", steep)
    events = drive(session)
    assert events[-1] == Ended("finished")
    assert session.history.epochs[-1].val_loss == inf


# ---------------------------------------------------------------- very little data


@pytest.mark.parametrize("batch_size", [1, 2, 3, 1000])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_run_with_hardly_any_data_works(count: int, batch_size: int) -> None:
    network = network_of(Input(shape=(1,)), Dense(units=3), BatchNorm(), Dense(units=1))
    numbers = np.arange(1.0, count + 1)[:, np.newaxis]
    data = data_of(numbers, numbers, train=range(count))
    chosen = TrainingSettings(optimizer=Adam(), batch_size=batch_size, epochs=300)
    session = Session.begin(network, chosen, data, "run")
    assert drive(session)[-1] == Ended("finished")
    first, last = session.history.epochs[0], session.history.epochs[-1]
    assert last.train_loss < first.train_loss
    assert isnan(last.val_loss)
    assert isnan(last.val_metric)
    state = session.flat[network.trainable_size :]
    assert np.isfinite(state).all()


# ---------------------------------------------------------------- threads of the processor


def test_matrix_products_use_as_many_threads_as_the_settings_say() -> None:
    with threadpool_limits(2, user_api="blas"):
        outside = blas_threads()
        during = [blas_threads() for _ in train(line_session(threads=1, epochs=1))]
        assert outside
        assert all(threads == [1] * len(outside) for threads in during[:-1])
        assert blas_threads() == outside


def blas_threads() -> list[int]:
    """How many threads each BLAS library uses."""
    return [info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"]
