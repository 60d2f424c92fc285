"""How a window and a training thread speak with each other."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
from small_runs import LINE_NETWORK, drive, line_session

from nnstudio.training.control import Control
from nnstudio.training.events import BatchDone, Ended, Event
from nnstudio.training.loop import train
from nnstudio.training.mailbox import Mailbox, Snapshot
from nnstudio.training.settings import TrainingSettings


def test_nothing_is_copied_unless_asked_for() -> None:
    mailbox = Mailbox()
    mailbox.serve(line_session())
    assert mailbox.take() is None


def test_an_asked_copy_is_served_once_and_taken_once() -> None:
    mailbox, session = Mailbox(), line_session()
    drive(session, batches=2)
    mailbox.ask()
    mailbox.serve(session)
    snapshot = mailbox.take()
    assert snapshot is not None
    assert (snapshot.step, snapshot.epoch) == (2, 0)
    np.testing.assert_array_equal(snapshot.flat, session.flat)
    assert mailbox.take() is None
    mailbox.serve(session)
    assert mailbox.take() is None


def test_a_copy_stays_as_it_is_while_training_goes_on() -> None:
    mailbox, session = Mailbox(), line_session()
    mailbox.ask()
    mailbox.serve(session)
    snapshot = mailbox.take()
    assert snapshot is not None
    before = snapshot.flat.copy()
    drive(session, batches=3)
    np.testing.assert_array_equal(snapshot.flat, before)
    snapshot.flat[...] = np.nan
    assert np.isfinite(session.flat).all()


def test_of_several_copies_the_latest_is_taken() -> None:
    mailbox, session = Mailbox(), line_session()
    for _ in range(2):
        drive(session, batches=1)
        mailbox.ask()
        mailbox.serve(session)
    snapshot = mailbox.take()
    assert snapshot is not None
    assert snapshot.step == 2


def test_every_request_is_answered_while_training_runs() -> None:
    mailbox, session, control = Mailbox(), line_session(epochs=1_000_000), Control()

    def work() -> None:
        for _ in train(session, control):
            mailbox.serve(session)

    worker = threading.Thread(target=work)
    worker.start()
    taken: list[Snapshot] = []
    try:
        for _ in range(50):
            mailbox.ask()
            while (snapshot := mailbox.take()) is None:
                assert worker.is_alive()
            taken.append(snapshot)
    finally:
        control.stop()
        worker.join(timeout=10)
    steps = [snapshot.step for snapshot in taken]
    assert steps == sorted(steps)
    assert not worker.is_alive()


def settings_with(rate: float) -> TrainingSettings:
    return TrainingSettings(learning_rate=rate)


def test_the_latest_change_is_taken_once() -> None:
    control = Control()
    assert control.take_change() is None
    control.change(settings_with(0.1))
    control.change(settings_with(0.2))
    assert control.take_change() == (settings_with(0.2), None)
    assert control.take_change() is None


def test_a_change_of_layers_is_not_lost_to_a_later_one_of_settings() -> None:
    control = Control()
    control.change(settings_with(0.1), LINE_NETWORK)
    control.change(settings_with(0.2))
    assert control.take_change() == (settings_with(0.2), LINE_NETWORK)


def test_no_change_is_lost_between_two_threads() -> None:
    control, last = Control(), 5_000
    taken: list[float] = []

    def set_rates() -> None:
        for rate in range(1, last + 1):
            control.change(settings_with(rate))

    def take() -> None:
        if (wish := control.take_change()) is not None:
            taken.append(wish[0].learning_rate)

    window = threading.Thread(target=set_rates)
    window.start()
    while window.is_alive():
        take()
    window.join()
    take()
    assert taken == sorted(set(taken)), "in order, none twice"
    assert taken[-1] == last


def test_stopping_is_remembered() -> None:
    control = Control()
    assert not control.stopping
    control.stop()
    assert control.stopping


# ---------------------------------------------------------------- slow motion


def test_in_slow_motion_the_first_batch_comes_at_once_and_a_stop_needs_no_further_one() -> None:
    control, session = Control(), line_session()
    control.set_pace(1e-6)  # a batch in eleven days
    events = train(session, control)
    assert isinstance(next(events), BatchDone)
    rest: list[Event] = []
    worker = threading.Thread(target=lambda: rest.extend(events), daemon=True)
    worker.start()
    control.stop()
    worker.join(timeout=30)
    assert not worker.is_alive()
    assert rest == [Ended("stopped")]


def test_another_pace_reaches_a_run_that_is_waiting_at_the_one_before() -> None:
    control, session = Control(), line_session()
    control.set_pace(1e-6)
    worker = threading.Thread(target=lambda: list(train(session, control)), daemon=True)
    worker.start()
    control.set_pace(None)
    worker.join(timeout=30)
    assert not worker.is_alive()
    assert session.epoch == session.settings.epochs


def test_a_change_made_while_a_batch_is_waited_for_is_used_by_that_batch() -> None:
    control, session = Control(), line_session()
    control.set_pace(1e-6)
    events = train(session, control)
    next(events)
    found: list[Event] = []
    worker = threading.Thread(target=lambda: found.append(next(events)), daemon=True)
    worker.start()
    control.change(replace(session.settings, learning_rate=0.5))
    control.set_pace(None)
    worker.join(timeout=30)
    (event,) = found
    assert isinstance(event, BatchDone)
    assert event.learning_rate == 0.5


def test_a_single_step_is_done_when_it_is_done_however_slow_the_motion() -> None:
    control = Control()
    control.set_pace(1e-6)
    events = list(train(line_session(), control, batches=1))
    assert [type(event) for event in events] == [BatchDone, Ended]


def test_slow_motion_changes_no_bit() -> None:
    slow, plain, control = line_session(), line_session(), Control()
    control.set_pace(1e4)
    list(train(slow, control))
    drive(plain)
    np.testing.assert_array_equal(slow.flat, plain.flat)
