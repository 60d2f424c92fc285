"""Runs of an optimizer that searches: one step an epoch, on all examples, to be paused anywhere."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from small_runs import (
    LINE,
    LINE_NETWORK,
    SPIRAL,
    SPIRAL_NETWORK,
    SPIRAL_SETTINGS,
    drive,
    line_session,
    network_of,
    resumed,
    same_state,
    spiral_session,
)

from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits
from nnstudio.engine.activations import Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import Adam
from nnstudio.engine.schedules import Exponential
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import Workspace
from nnstudio.training import full_batch
from nnstudio.training.control import Control
from nnstudio.training.events import BatchDone, Diverged, Ended, EpochDone
from nnstudio.training.full_batch import FullBatch
from nnstudio.training.learner import Learner
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings

SEARCHED = replace(SPIRAL_SETTINGS, optimizer=LBFGS(history=3), learning_rate=1.0, epochs=8)
#: Without chance, so that the loss is the same function in every step.
STEADY_NETWORK = network_of(
    Input(shape=(2,)),
    Dense(units=6),
    BatchNorm(),
    Tanh(),
    Dense(units=2),
    Softmax(),
    loss=CategoricalCrossEntropy(),
)


def steady_session(**changes: Any) -> Session:
    return Session.begin(STEADY_NETWORK, replace(SEARCHED, **changes), SPIRAL, "steady")


def loss_and_gradient(session: Session) -> tuple[float, np.ndarray]:
    """Of all training examples in one batch, with a workspace of its own."""
    workspace = Workspace(session.network, session.flat.copy())
    index = session.data.parts.train
    x = np.empty((*session.data.input_shape, len(index)), np.float32)
    y = np.empty((session.data.output_size, len(index)), np.float32)
    session.data.gather(index, x, y)
    loss = workspace.loss_and_gradient([x], [y], rng=np.random.default_rng(0))
    return loss, workspace.gradient.copy()


# ---------------------------------------------------------------- a run


def test_an_epoch_is_one_step_on_all_examples_whatever_the_batch_size() -> None:
    session = steady_session(batch_size=5)
    events = drive(session)
    size = len(SPIRAL.parts.train)
    steps = [event for event in events if isinstance(event, BatchDone)]
    assert [(e.step, e.epoch, e.position) for e in steps] == [(i, i, size) for i in range(1, 9)]
    assert sum(isinstance(event, EpochDone) for event in events) == 8
    assert events[-1] == Ended("finished")
    assert session.steps_per_epoch == 1
    assert session.horizon == 8
    other = steady_session(batch_size=7)
    drive(other)
    assert other.trained().sha256 == session.trained().sha256


def test_the_loss_falls_at_every_step_and_is_that_of_all_examples_before_it() -> None:
    session = line_session(optimizer=LBFGS(), learning_rate=1.0, epochs=10)
    losses = []
    for event in train(session):
        if isinstance(event, EpochDone):
            losses.append(event.figures.train_loss)
            expected, _ = loss_and_gradient(session)
            after = expected
        elif isinstance(event, BatchDone) and event.step > 1:
            assert event.loss == pytest.approx(after, rel=1e-6)
    assert all(b < a for a, b in pairwise(losses) if a > losses[-1])
    assert losses[-1] < losses[0] / 100


def test_a_line_ends_at_the_least_squares_solution() -> None:
    session = line_session(optimizer=LBFGS(), learning_rate=1.0, epochs=30)
    drive(session)
    index = LINE.parts.train
    x, y = np.empty((1, len(index))), np.empty((1, len(index)))
    LINE.gather(index, x, y)
    columns = np.stack([x[0], np.ones(len(index))], axis=1)
    solution, *_ = np.linalg.lstsq(columns, y[0], rcond=None)
    np.testing.assert_allclose(session.flat, solution, atol=2e-4)


def test_l2_counts_in_the_search_but_not_in_the_loss_that_is_told() -> None:
    session = line_session(optimizer=LBFGS(), learning_rate=1.0, epochs=30, l2=0.5)
    *_, done, _ = drive(session)
    index = LINE.parts.train
    x, y = np.empty((1, len(index))), np.empty((1, len(index)))
    LINE.gather(index, x, y)
    # ½ mean (w x + b − y)² + ½ λ w² is lowest where w = cov(x, y) / (var x + λ)
    w = np.cov(x[0], y[0], bias=True)[0, 1] / (np.var(x) + 0.5)
    b = y.mean() - w * x.mean()
    np.testing.assert_allclose(session.flat, [w, b], atol=2e-4)
    assert isinstance(done, EpochDone)
    assert done.figures.train_loss == pytest.approx(0.5 * np.mean((w * x + b - y) ** 2), rel=1e-3)


def test_once_nothing_is_lower_the_rest_of_the_run_computes_nothing() -> None:
    session = line_session(optimizer=LBFGS(), learning_rate=1.0, epochs=60)
    drive(session, epochs=40)
    before, examples = session.flat.copy(), []
    learn = session.learner.learn
    session.learner.learn = lambda index, rng, weights: (  # type: ignore[method-assign]
        examples.append(len(index)),
        learn(index, rng, weights),
    )[1]
    drive(session)
    np.testing.assert_array_equal(session.flat, before)
    assert session.epoch == 60
    assert not examples


def test_it_gets_lower_than_adam_with_as_many_passes_over_the_digits() -> None:
    data = PreparedData.of(DataSettings(Digits()))
    network = network_of(
        Input(shape=(1, 8, 8)),
        Flatten(),
        Dense(units=16),
        Tanh(),
        Dense(units=10),
        Softmax(),
        loss=CategoricalCrossEntropy(),
    )
    plain = TrainingSettings(loss=CategoricalCrossEntropy(), batch_size=100_000)
    ours = Session.begin(
        network, replace(plain, optimizer=LBFGS(), learning_rate=1.0, epochs=60), data, "ours"
    )
    passes = count_passes(ours)
    losses = [e.loss for e in drive(ours) if isinstance(e, BatchDone)]
    assert all(b < a for a, b in pairwise(losses))
    lowest = {}
    for rate in (0.003, 0.01, 0.03, 0.1):
        theirs = Session.begin(
            network,
            replace(plain, optimizer=Adam(), learning_rate=rate, epochs=len(passes)),
            data,
            "theirs",
        )
        lowest[rate] = drive(theirs)[-2].figures.train_loss  # type: ignore[union-attr]
    print(f"{len(passes)} passes: L-BFGS {losses[-1]:.3g}, Adam {lowest}")
    assert losses[-1] < min(lowest.values()) / 2


def count_passes(session: Session) -> list[int]:
    """Grows by one for every evaluation of the full batch."""
    found: list[int] = []
    assert session.full_batch is not None
    evaluate = session.full_batch._evaluate
    session.full_batch._evaluate = lambda *of: (found.append(1), evaluate(*of))[1]  # type: ignore[method-assign]
    return found


# ---------------------------------------------------------------- the same bits


RUNS = {
    "dropout and running statistics": (SPIRAL_NETWORK, SEARCHED),
    "running statistics": (STEADY_NETWORK, SEARCHED),
    "with an average and a schedule": (
        STEADY_NETWORK,
        replace(SEARCHED, average=0.8, schedule=Exponential(gamma=0.9)),
    ),
    "with early stopping": (
        STEADY_NETWORK,
        replace(SEARCHED, early_stopping=True, patience=2, epochs=20),
    ),
    "two threads": (SPIRAL_NETWORK, replace(SEARCHED, threads=2)),
    "until it rests": (STEADY_NETWORK, replace(SEARCHED, average=0.9, epochs=120)),
    "until the gradient is within a tolerance": (
        STEADY_NETWORK,
        replace(SEARCHED, optimizer=LBFGS(history=3, tolerance=0.05), epochs=40),
    ),
    "weighted classes": (STEADY_NETWORK, replace(SEARCHED, class_weights="balanced")),
}
each_run = pytest.mark.parametrize(("network", "settings"), RUNS.values(), ids=RUNS)


@each_run
def test_a_run_paused_after_every_epoch_has_the_bits_of_one_that_never_was(
    network: Any, settings: TrainingSettings
) -> None:
    straight = Session.begin(network, settings, SPIRAL, "run")
    end = drive(straight)[-1]
    paused = Session.begin(network, settings, SPIRAL, "run")
    while not isinstance(last := drive(paused, epochs=1)[-1], Ended) or last.reason == "limit":
        paused = resumed(paused)
    assert last == end
    assert same_state(paused.trained(), straight.trained())


@each_run
@pytest.mark.parametrize("after", [1, 2, 7, 12])
def test_a_step_that_is_interrupted_is_taken_back_and_made_later(
    network: Any, settings: TrainingSettings, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_batch, "batch_for", lambda network: 16)  # three pieces
    settings = replace(settings, epochs=6)
    straight = Session.begin(network, settings, SPIRAL, "run")
    drive(straight)
    session = Session.begin(network, settings, SPIRAL, "run")
    *_, end = train(session, StopAfter(after))
    assert end == Ended("stopped")
    assert session.epoch < 6
    session = resumed(session)
    drive(session)
    assert same_state(session.trained(), straight.trained())


class StopAfter(Control):
    """Wants to stop once it was asked so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._left = times

    @property
    def stopping(self) -> bool:
        self._left -= 1
        return self._left < 0


# ---------------------------------------------------------------- one evaluation


@pytest.mark.parametrize("size", [5, 16, 1000])
@pytest.mark.parametrize("weighted", [False, True])
def test_pieces_add_up_to_loss_and_gradient_of_all_examples(
    size: int, weighted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without batch statistics, which are those of each piece."""
    monkeypatch.setattr(full_batch, "batch_for", lambda network: size)
    index = LINE.parts.train
    weights = None
    if weighted:
        weights = np.random.default_rng(0).random(LINE.dataset.size).astype(np.float32)
        weights[index[:5]] = 0  # a piece that doesn't count at all
    flat = LINE_NETWORK.initial(3)
    session = line_session(optimizer=LBFGS())
    learner = Learner(LINE_NETWORK, flat, LINE)
    whole = FullBatch(LINE_NETWORK, flat, learner, LINE, session.update, weights)
    found = whole._evaluate(np.random.default_rng(0), lambda: False)
    x, y = np.empty((1, len(index))), np.empty((1, len(index)))
    LINE.gather(index, x, y)
    error = flat[0] * x[0] + flat[1] - y[0]
    w = np.ones(len(index)) if weights is None else weights[index]
    w = w / w.sum()
    assert found.loss == pytest.approx(w @ (0.5 * error**2), rel=1e-5)
    np.testing.assert_allclose(
        whole._gradient, [w @ (error * x[0]), w @ error], rtol=1e-4, atol=1e-6
    )


def test_running_statistics_take_in_each_step_once() -> None:
    session = steady_session(epochs=1, learning_rate=30.0)
    begin = steady_session()
    passes = count_passes(session)
    drive(session)
    assert len(passes) > 2, "the first length is too far, so several are tried"
    mean = session.network.arrays(session.flat)["n2", "running_mean"]
    first = begin.network.arrays(begin.flat)["n2", "running_mean"]
    begin.flat[: begin.network.trainable_size] = session.flat[: begin.network.trainable_size]
    begin.learner.learn(SPIRAL.parts.train, begin.rng, None)  # once, at the step's end
    np.testing.assert_allclose(mean, first, rtol=1e-6)


def test_a_loss_that_is_no_number_ends_the_run() -> None:
    session = line_session(optimizer=LBFGS())
    session.flat[0] = np.nan
    (event,) = drive(session)
    assert isinstance(event, Diverged)
    assert session.step == 0


def test_random_masks_are_the_same_within_a_step_and_others_in_the_next() -> None:
    session = spiral_session(replace(SEARCHED, epochs=3))
    drawn: list[list[str]] = []
    learn = session.learner.learn

    def watched(index: Any, rng: np.random.Generator, weights: Any, epoch: int) -> Any:
        drawn[-1].append(str(rng.bit_generator.state))
        return learn(index, rng, weights, epoch)

    session.learner.learn = watched  # type: ignore[method-assign]
    events = train(session)
    for _ in range(3):
        drawn.append([])
        assert isinstance(next(events), BatchDone)
        next(events)
    assert [len(set(states)) for states in drawn] == [1, 1, 1]
    assert all(len(states) > 1 for states in drawn)
    assert len({states[0] for states in drawn}) == 3
