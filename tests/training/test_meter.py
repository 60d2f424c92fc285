"""A step can be measured layer by layer, and the run stays the same to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from test_inside import pictures, points

from nnstudio.engine.network import Network
from nnstudio.training.events import Diverged
from nnstudio.training.loop import train
from nnstudio.training.mailbox import Mailbox
from nnstudio.training.meter import Reading
from nnstudio.training.session import Session


def measured(run: Session, steps: int) -> Reading:
    """Train ``steps`` steps and measure the last one."""
    mailbox, events = Mailbox(), train(run)
    for _ in range(steps - 1):
        next(events)
    mailbox.ask_reading()
    mailbox.serve(run)
    next(events)
    mailbox.serve(run)
    reading = mailbox.take_reading()
    assert reading is not None
    assert mailbox.take_reading() is None
    return reading


def values(network: Network, flat: np.ndarray, owner: str) -> np.ndarray:
    """All that ``owner`` learns, as one list."""
    return np.concatenate([a.ravel() for (o, _), a in network.arrays(flat).items() if o == owner])


def test_gradients_are_as_long_as_the_step_that_plain_descent_took() -> None:
    before, run = points(), points()
    for _ in zip(range(3), train(before), strict=False):
        pass
    reading = measured(run, 4)
    assert reading.step == 4
    assert set(reading.gradient_ratios) == {"1", "3"}
    for node, ratio in reading.gradient_ratios.items():
        old = values(before.network, before.flat, node)
        step = (values(run.network, run.flat, node) - old) / run.settings.learning_rate
        assert ratio == pytest.approx(np.linalg.norm(step) / np.linalg.norm(old), rel=1e-2)


def test_every_node_that_ran_has_a_time() -> None:
    reading = measured(pictures(), 2)
    assert {"1", "3", "6"} <= set(reading.seconds)
    assert "2" not in reading.seconds
    assert all(seconds > 0 for seconds in reading.seconds.values())


@pytest.mark.parametrize("make", [points, pictures])
def test_a_run_that_is_measured_has_the_bits_of_one_that_is_not(make: type[Session]) -> None:
    plain, measured_run, mailbox = make(), make(), Mailbox()
    for _ in train(plain, batches=12):
        pass
    for number, _ in enumerate(train(measured_run, batches=12)):
        mailbox.serve(measured_run)
        if number % 2 == 0:
            mailbox.ask_reading()
        if number % 5 == 0:
            mailbox.ask_inside()
    np.testing.assert_array_equal(measured_run.flat, plain.flat)


def test_asked_for_both_the_inside_comes_first_and_the_reading_after_it() -> None:
    run, mailbox = points(), Mailbox()
    events = train(run)
    mailbox.ask_reading()
    mailbox.ask_inside()
    for _ in range(3):
        mailbox.serve(run)
        next(events)
    mailbox.serve(run)
    assert mailbox.take_inside() is not None
    assert mailbox.take_reading() is not None
    assert run.workspace.recorder is None


def test_of_a_step_that_was_not_made_nothing_is_told() -> None:
    run, mailbox = points(), Mailbox()
    run.flat[...] = np.nan
    for ask, take in (
        (mailbox.ask_reading, mailbox.take_reading),
        (mailbox.ask_inside, mailbox.take_inside),
    ):
        ask()
        mailbox.serve(run)
        (event,) = train(run)
        assert isinstance(event, Diverged)
        mailbox.serve(run)
        assert take() is None
        assert run.workspace.recorder is None
