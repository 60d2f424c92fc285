"""What training settings do to a run: regularisation, averaging, weights of examples, warm-up."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pytest
from small_runs import (
    LINE,
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

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.optimizers import SGD, AMSGrad
from nnstudio.engine.schedules import Clock, Exponential, ReduceOnPlateau, StepDecay
from nnstudio.engine.shaping import Input
from nnstudio.engine.update import AVERAGE
from nnstudio.engine.workspace import Workspace
from nnstudio.training.evaluation import evaluate
from nnstudio.training.events import BatchDone, Ended, EpochDone
from nnstudio.training.example_weights import balanced, example_weights
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings

# ---------------------------------------------------------------- one step by hand


def after_one_step(**changes: Any) -> tuple[tuple[float, float], tuple[float, float], float, float]:
    """(w, b) before and after one step of gradient descent with everything, and ∂L/∂w, ∂L/∂b."""
    session = line_session(batch_size=len(LINE.parts.train), epochs=1, **changes)
    w, b = (float(array.item()) for array in session.network.arrays(session.flat).values())
    x, y = np.empty((1, len(LINE.parts.train))), np.empty((1, len(LINE.parts.train)))
    LINE.gather(LINE.parts.train, x, y)
    error = w * x + b - y
    drive(session, batches=1)
    after = tuple(float(array.item()) for array in session.network.arrays(session.flat).values())
    return (w, b), after, float((error * x).mean()), float(error.mean())


RATE = LINE_SETTINGS.learning_rate


@pytest.mark.parametrize(
    ("changes", "pull"),
    [
        ({"l1": 0.3}, lambda w: RATE * 0.3 * np.sign(w)),
        ({"l2": 0.3}, lambda w: RATE * 0.3 * w),
        ({"weight_decay": 0.3}, lambda w: RATE * 0.3 * w),
    ],
    ids=["L1", "L2", "weight decay"],
)
def test_penalties_and_decay_pull_the_weight_towards_0_and_leave_the_bias(
    changes: dict[str, float], pull: Any
) -> None:
    (w, b), after, slope_w, slope_b = after_one_step(**changes)
    assert after[0] == pytest.approx(w - RATE * slope_w - pull(w), rel=1e-4)
    assert after[1] == pytest.approx(b - RATE * slope_b, rel=1e-4)


def test_a_gradient_is_clipped_number_by_number_and_as_a_whole() -> None:
    (w, b), after, slope_w, slope_b = after_one_step(clip_value=0.01)
    assert abs(slope_w) > 0.01, "the test needs something to clip"
    assert after[0] == pytest.approx(w - RATE * 0.01 * np.sign(slope_w), rel=1e-4)
    assert after[1] == pytest.approx(b - RATE * np.clip(slope_b, -0.01, 0.01), abs=1e-6)

    (w, b), after, slope_w, slope_b = after_one_step(clip_norm=0.01)
    length = np.hypot(slope_w, slope_b)
    assert after[0] == pytest.approx(w - RATE * slope_w * 0.01 / length, rel=1e-3)


def test_no_unit_has_weights_longer_than_max_norm() -> None:
    session = spiral_session(replace(SPIRAL_SETTINGS, max_norm=0.5))
    for _ in range(3):
        drive(session, batches=1)
        arrays = session.network.arrays(session.flat)
        for node in ("n1", "n5"):
            lengths = np.linalg.norm(arrays[node, "weight"], axis=1)
            assert (lengths <= 0.5 + 1e-6).all()


# ---------------------------------------------------------------- rates


def test_a_warm_up_raises_the_rate_evenly_and_multiplies_the_schedule() -> None:
    session = line_session(warm_up=1.0, schedule=Exponential(gamma=0.5))
    steps = session.steps_per_epoch
    rates = [e.learning_rate for e in drive(session) if isinstance(e, BatchDone)]
    expected = [0.1 * min(1, (t + 1) / steps) * 0.5 ** (t / steps) for t in range(5 * steps)]
    assert rates == pytest.approx(expected)


def test_epochs_of_a_schedule_stay_as_planned_when_the_batch_size_changes() -> None:
    session = line_session(schedule=StepDecay(every=2, gamma=0.5))
    planned = session.steps_per_epoch
    drive(session, batches=3)
    smaller = replace(session.settings, batch_size=1)
    session = Session.resume(session.network, smaller, LINE, session.trained())
    rates = [
        e.learning_rate
        for e in drive(session, batches=4 * planned)[:-1]
        if isinstance(e, BatchDone)
    ]
    expected = [0.1 * 0.5 ** (t // (2 * planned)) for t in range(3, 3 + 4 * planned)]
    assert rates == pytest.approx(expected)


def test_the_rate_falls_when_the_validation_loss_no_longer_does() -> None:
    still = ReduceOnPlateau(gamma=0.5, patience=1, threshold=0.9)
    session = line_session(schedule=still, epochs=6)
    events = drive(session)
    rates = [e.learning_rate for e in events if isinstance(e, BatchDone)]
    losses = [e.figures.val_loss for e in events if isinstance(e, EpochDone)]
    assert list(session.losses) == losses
    assert min(losses) > 0.1 * losses[0], "the test needs losses that fall too little"
    per_epoch = rates[:: session.steps_per_epoch]
    assert per_epoch == pytest.approx([0.1, 0.1, 0.1, 0.05, 0.05, 0.025])


def test_a_schedule_follows_the_training_loss_where_that_is_watched_or_nothing_is_validated() -> (
    None
):
    session = line_session(monitor="training loss")
    drive(session)
    assert list(session.losses) == [row.train_loss for row in session.history.epochs]
    data = data_of([[1.0], [2.0]], [[1.0], [2.0]], train=[0, 1])
    session = Session.begin(line_session().network, LINE_SETTINGS, data, "run")
    drive(session)
    assert list(session.losses) == [row.train_loss for row in session.history.epochs]
    assert not any(map(isnan, session.losses))


def test_a_pause_after_thousands_of_epochs_leaves_a_schedule_every_loss_that_it_follows() -> None:
    session = line_session(schedule=ReduceOnPlateau(), batch_size=64, epochs=3200)
    drive(session)
    assert len(session.history.epochs) < session.epoch, "the test needs epochs that are folded"
    assert len(session.losses) == session.epoch
    assert resumed(session).losses == session.losses


# ---------------------------------------------------------------- averaged weights

AVERAGING = replace(SPIRAL_SETTINGS, average=0.9)


def averaged(session: Session) -> Array:
    """The variables with the average in place of what learns."""
    flat = session.flat.copy()
    flat[: session.network.trainable_size] = session.slots[AVERAGE]
    return flat


def test_the_average_forgets_old_weights_step_by_step() -> None:
    session = line_session(average=0.75)
    size = session.network.trainable_size
    expected = None
    for _ in range(5):
        drive(session, batches=1)
        weights = session.flat[:size].astype(np.float64)
        expected = weights if expected is None else 0.75 * expected + 0.25 * weights
        np.testing.assert_allclose(session.slots[AVERAGE], expected, rtol=1e-5)


def test_the_average_is_validated_and_the_last_weights_go_on_untouched() -> None:
    session = spiral_session(AVERAGING)
    plain = spiral_session()
    drive(session, epochs=2)
    drive(plain, epochs=2)
    np.testing.assert_array_equal(session.flat, plain.flat)
    judged = Workspace(session.network, averaged(session))
    scores = evaluate(judged, SPIRAL, SPIRAL.parts.validation)
    assert scores is not None
    last = session.history.epochs[-1]
    assert (last.val_loss, last.val_metric) == (scores.loss, scores.metric)
    assert last.val_loss != plain.history.epochs[-1].val_loss


def test_a_finished_run_ends_with_the_average() -> None:
    session, plain = spiral_session(AVERAGING), spiral_session()
    drive(plain)
    drive(session, epochs=2)
    assert session.result == "", "a limit is no end"
    drive(session, batches=5)
    before = spiral_session(replace(AVERAGING, epochs=4))
    drive(before, batches=session.step + 1)
    expected = averaged(before)
    assert drive(session)[-1] == Ended("finished")
    np.testing.assert_array_equal(session.flat, expected)
    np.testing.assert_array_equal(
        session.slots[AVERAGE], plain.flat[: plain.network.trainable_size]
    )


def test_more_epochs_after_the_end_go_on_from_the_last_weights_and_the_average() -> None:
    longer = replace(AVERAGING, epochs=5)
    session, straight = spiral_session(AVERAGING), spiral_session(longer)
    drive(session)
    drive(straight)
    ended = session.trained()
    assert ended.progress is not None
    assert ended.progress.result == "average"
    session = Session.resume(session.network, longer, SPIRAL, ended)
    # How long the run was planned to be is only what a schedule would see.
    session.horizon = straight.horizon
    drive(session)
    assert same_state(session.trained(), straight.trained(), told=False)


def test_the_best_weights_of_an_averaging_run_are_averages() -> None:
    chosen = replace(AVERAGING, early_stopping=True, epochs=12, min_delta=0.0)
    session = spiral_session(chosen)
    end = drive(session)[-1]
    assert isinstance(end, Ended)
    assert end.restored
    straight = spiral_session(AVERAGING)
    drive(straight, epochs=end.restored)
    if straight.result:
        straight.reopen()
    np.testing.assert_array_equal(session.flat, averaged(straight))


# ---------------------------------------------------------------- pauses

EVERYTHING = TrainingSettings(
    loss=CategoricalCrossEntropy(),
    optimizer=AMSGrad(),
    schedule=ReduceOnPlateau(gamma=0.5, patience=0, threshold=0.05),
    learning_rate=0.05,
    batch_size=8,
    epochs=6,
    warm_up=1.5,
    l1=1e-3,
    l2=1e-3,
    weight_decay=0.01,
    max_norm=2.0,
    clip_value=1.0,
    clip_norm=0.5,
    average=0.95,
    class_weights="balanced",
    early_stopping=True,
    patience=50,
    min_delta=0.0,
)


@pytest.mark.parametrize("pauses", [(1, 1, 1), (6, 6), (13,), (35,)])
def test_a_paused_run_with_everything_goes_on_with_the_same_bits(pauses: tuple[int, ...]) -> None:
    straight, paused = spiral_session(EVERYTHING), spiral_session(EVERYTHING)
    end = drive(straight)[-1]
    factors = [EVERYTHING.schedule.factor(Clock(0, 1, 1, straight.losses[:n])) for n in range(7)]
    assert factors[-1] < 1, "the test needs a rate that falls"
    for batches in pauses:
        drive(paused, batches=batches)
        paused = resumed(paused)
        assert paused.losses == straight.losses[: paused.epoch]
    assert drive(paused)[-1] == end
    assert same_state(paused.trained(), straight.trained())


# ---------------------------------------------------------------- weights of examples


def test_balanced_classes_weigh_the_same_together() -> None:
    labels = np.array([0, 0, 0, 0, 0, 2, 2, 2, 3, 3])
    weights = balanced(labels, 5)
    np.testing.assert_allclose(weights, [10 / 15, 0, 10 / 9, 10 / 6, 0])
    assert np.bincount(labels, weights[labels])[[0, 2, 3]] == pytest.approx([10 / 3] * 3)
    assert weights[labels].mean() == pytest.approx(1)


def weighted_data(weights: np.ndarray | None) -> PreparedData:
    data = data_of(
        [[0.0], [1.0], [2.0], [3.0]],
        [0, 0, 0, 1],
        train=[0, 1, 3],
        validation=[2],
        classes=("a", "b"),
    )
    old = data.dataset
    dataset = Dataset("numbers", old.inputs, old.targets, classes=old.classes, weights=weights)
    return PreparedData(dataset, data.parts, data.preparation)


def test_class_weights_come_from_the_training_part_and_multiply_the_examples_own() -> None:
    equal, balance = TrainingSettings(), TrainingSettings(class_weights="balanced")
    own = np.array([1.0, 2.0, 1.0, 4.0])
    assert example_weights(equal, weighted_data(None)) is None
    assert example_weights(balance, LINE) is None, "numbers have no classes"
    np.testing.assert_allclose(example_weights(equal, weighted_data(own)), own)
    of_class = np.array([3 / 4, 3 / 4, 3 / 4, 3 / 2])
    np.testing.assert_allclose(example_weights(balance, weighted_data(None)), of_class)
    np.testing.assert_allclose(example_weights(balance, weighted_data(own)), own * of_class)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_the_training_loss_is_the_weighted_mean_over_the_epoch(batch_size: int) -> None:
    own = np.array([1.0, 2.0, 100.0, 4.0])
    data = weighted_data(own)
    network = network_of(Input(shape=(1,)), Dense(units=2))
    chosen = TrainingSettings(batch_size=batch_size, epochs=1, learning_rate=1e-30)
    session = Session.begin(network, chosen, data, "run")
    losses = [
        float(Workspace(network, session.flat).loss(*([a] for a in gathered(data, i))))
        for i in data.parts.train
    ]
    drive(session)
    expected = np.average(losses, weights=own[data.parts.train])
    assert session.history.epochs[0].train_loss == pytest.approx(float(expected), rel=1e-5)


def gathered(data: PreparedData, example: int) -> tuple[Array, Array]:
    x, y = np.empty((1, 1), np.float32), np.empty((2, 1), np.float32)
    data.gather(np.array([example]), x, y)
    return x, y


def test_an_example_of_weight_0_teaches_nothing() -> None:
    with_it, without = weighted_data(np.array([1.0, 0.0, 1.0, 1.0])), weighted_data(None)
    fewer = data_of([[0.0], [3.0]], [0, 1], train=[0, 1], classes=("a", "b"))
    network = network_of(Input(shape=(1,)), Dense(units=2))
    chosen = TrainingSettings(optimizer=SGD(), batch_size=3, epochs=1, learning_rate=0.1)
    flats = []
    for data in (with_it, fewer, without):
        session = Session.begin(network, chosen, data, "run")
        drive(session)
        flats.append(session.flat.copy())
    np.testing.assert_allclose(flats[0], flats[1], rtol=1e-5)
    assert not np.allclose(flats[0], flats[2], rtol=1e-3)


@pytest.mark.parametrize(
    "weights", [[1.0, 2.0], [1.0, -1.0, 1.0, 1.0], [1.0, np.nan, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]
)
def test_weights_that_make_no_sense_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        weighted_data(np.array(weights))


def test_weights_of_examples_are_part_of_what_the_data_is() -> None:
    plain = weighted_data(None).dataset
    ones, other = (weighted_data(np.array([1.0, 1.0, 1.0, n])).dataset for n in (1.0, 2.0))
    assert len({plain.sha256, ones.sha256, other.sha256}) == 3
    assert ones.weights is not None
    assert not ones.weights.flags.writeable
