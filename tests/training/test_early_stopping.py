"""Early stopping: when a run ends, which weights it ends with, and going on after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf, nan

import numpy as np
import pytest
from small_runs import (
    LINE,
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

from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.training.control import Control
from nnstudio.training.events import BatchDone, Ended, EpochDone
from nnstudio.training.history import EpochFigures
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.stopping import Watch, score, watched
from nnstudio.training.trained import freeze

#: Ends after about a dozen epochs, the last three without progress.
STOPPING = replace(
    SPIRAL_SETTINGS, early_stopping=True, patience=3, min_delta=0.0, epochs=80, learning_rate=0.05
)


def figures(value: float) -> EpochFigures:
    return EpochFigures(1, value, nan, value + 1, value + 2, 0.0)


def see_all(scores: Sequence[float], min_delta: float = 0.0) -> Watch:
    watch = Watch("training loss")
    for epoch, seen in enumerate(scores, 1):
        watch.see(seen, epoch, min_delta)
    return watch


# ---------------------------------------------------------------- progress


def test_the_best_epoch_is_the_last_one_that_was_progress() -> None:
    watch = see_all([3.0, 2.0, 2.5, 2.0, nan, inf])
    assert (watch.best_score, watch.best_epoch, watch.stale_epochs) == (2.0, 2, 4)


def test_progress_counts_only_beyond_the_least_but_adds_up() -> None:
    assert see_all([1.0, 0.95], min_delta=0.1).best_epoch == 1
    assert see_all([1.0, 0.95, 0.89], min_delta=0.1).best_epoch == 3


def test_less_is_better_in_every_score() -> None:
    error, accuracy = line_session().metric, spiral_session().metric
    assert score(figures(2.0), "training loss", error) == 2.0
    assert score(figures(2.0), "validation loss", error) == 3.0
    assert score(figures(2.0), "validation metric", error) == 4.0
    assert score(figures(2.0), "validation metric", accuracy) == -4.0


def test_without_a_validation_part_the_training_loss_is_watched() -> None:
    data = data_of([[1.0], [2.0]], [[1.0], [2.0]], train=[0, 1])
    assert watched(TrainingSettings(), data) == "training loss"
    assert watched(TrainingSettings(), LINE) == "validation loss"
    session = Session.begin(
        network_of(Input(shape=(1,)), Dense(units=1)),
        TrainingSettings(early_stopping=True, min_delta=100.0, patience=2),
        data,
        "run",
    )
    assert drive(session)[-1] == Ended("early", restored=1)


# ---------------------------------------------------------------- ending


@pytest.mark.parametrize("patience", [1, 3])
def test_a_run_ends_when_there_was_no_progress_for_as_long_as_the_patience(patience: int) -> None:
    # Nothing is large enough for this least progress, but that from infinity at the first epoch.
    session = line_session(early_stopping=True, min_delta=1e6, patience=patience, epochs=50)
    assert drive(session)[-1] == Ended("early", restored=1)
    assert session.epoch == 1 + patience


def test_progress_gives_a_run_its_whole_patience_again() -> None:
    session = line_session(
        early_stopping=True,
        monitor="training loss",
        min_delta=0.0,
        patience=1,
        epochs=6,
        learning_rate=0.01,
    )
    events = drive(session)
    losses = [event.figures.train_loss for event in events if isinstance(event, EpochDone)]
    assert all(later < earlier for earlier, later in pairwise(losses))
    assert events[-1] == Ended("finished", restored=6)


def test_epochs_without_progress_count_only_in_a_row() -> None:
    session, control = (
        line_session(
            early_stopping=True,
            monitor="training loss",
            min_delta=1e-3,
            patience=2,
            epochs=50,
            batch_size=len(LINE.parts.train),
            learning_rate=1e-30,
        ),
        Control(),
    )
    for event in train(session, control):
        if isinstance(event, BatchDone):  # only the second epoch's step moves anything
            rate = 0.1 if event.step == 1 else 1e-30
            control.change(replace(session.settings, learning_rate=rate))
    # The first counts as progress, the second doesn't; the third sees the step; then two don't.
    assert session.epoch == 5
    assert session.ended_early


def test_a_run_is_not_ended_early_unless_asked() -> None:
    session = line_session(early_stopping=False, min_delta=1e6, patience=1)
    assert drive(session)[-1] == Ended("finished")
    assert session.best is None


# ---------------------------------------------------------------- the best weights


def best_epoch_of(session: Session) -> int:
    losses = [row.val_loss for row in session.history.epochs]
    return int(np.argmin(losses)) + 1


def test_the_weights_of_the_best_epoch_are_put_back_state_included() -> None:
    session = spiral_session(STOPPING)
    end = drive(session)[-1]
    best = best_epoch_of(session)
    assert end == Ended("early", restored=best)
    assert session.epoch == best + STOPPING.patience
    straight = spiral_session(replace(STOPPING, early_stopping=False))
    drive(straight, epochs=best)
    assert session.trained().weights == straight.trained().weights


def test_a_run_that_does_all_its_epochs_ends_with_the_best_weights_too() -> None:
    chosen = replace(STOPPING, patience=80, epochs=20)
    session = spiral_session(chosen)
    best = drive(session)[-1]
    assert best == Ended("finished", restored=best_epoch_of(session))
    assert best.restored < 20, "the test needs a run that gets worse"
    straight = spiral_session(replace(chosen, early_stopping=False))
    drive(straight, epochs=best.restored)
    assert session.trained().sha256 == straight.trained().sha256


def test_the_last_weights_stay_where_that_is_wished() -> None:
    session = spiral_session(replace(STOPPING, restore_best_weights=False))
    assert drive(session)[-1] == Ended("early")
    assert session.best is None
    straight = spiral_session(replace(STOPPING, early_stopping=False))
    drive(straight, epochs=session.epoch)
    assert session.trained().weights == straight.trained().weights


def test_an_accuracy_is_watched_upwards() -> None:
    data = data_of(
        [[1.0], [-1.0]], [0, 1], train=[0, 1], validation=[0, 1], classes=("plus", "minus")
    )
    network = network_of(Input(shape=(1,)), Dense(units=2))
    wrong = {("n1", "weight"): np.array([[-0.1], [0.1]]), ("n1", "bias"): np.zeros(2)}
    weights = freeze({key: array.astype(np.float32) for key, array in wrong.items()})
    chosen = TrainingSettings(
        early_stopping=True, monitor="validation metric", patience=4, epochs=60, learning_rate=0.05
    )
    session = Session.begin(network, chosen, data, "run", weights)
    end = drive(session)[-1]
    accuracies = [row.val_metric for row in session.history.epochs]
    assert accuracies[0] == 0
    assert end == Ended("early", restored=accuracies.index(1.0) + 1)


# ---------------------------------------------------------------- the same bits


@pytest.mark.parametrize("pauses", [(3,), (1, 1, 50), (37, 6, 6), (63, 3)])
def test_a_paused_run_stops_at_the_same_epoch_with_the_same_bits(pauses: tuple[int, ...]) -> None:
    straight, paused = spiral_session(STOPPING), spiral_session(STOPPING)
    end = drive(straight)[-1]
    for batches in pauses:
        drive(paused, batches=batches)
        paused = resumed(paused)
    assert drive(paused)[-1] == end
    assert same_state(paused.trained(), straight.trained())


def test_a_run_gone_on_with_after_its_end_has_the_bits_of_one_that_never_ended() -> None:
    session, straight = spiral_session(STOPPING), spiral_session(STOPPING)
    drive(session)
    patient = replace(STOPPING, patience=10)
    longer = Session.resume(session.network, patient, SPIRAL, session.trained())
    ended_at = longer.epoch
    drive(longer, epochs=1)
    straight = spiral_session(replace(STOPPING, patience=10))
    drive(straight, epochs=ended_at + 1)
    assert longer.trained().sha256 == straight.trained().sha256
    assert longer.trained().slots == straight.trained().slots
    assert longer.trained().best == straight.trained().best


def test_more_epochs_asked_of_the_same_session_go_on_from_the_last_weights() -> None:
    chosen = replace(STOPPING, patience=80, epochs=14)
    session, straight = spiral_session(chosen), spiral_session(replace(chosen, epochs=16))
    drive(session)
    assert drive(session, epochs=2)[-1] == drive(straight)[-1]
    assert session.trained().sha256 == straight.trained().sha256


def test_an_ended_run_stays_ended_until_it_is_taken_up_and_then_has_its_patience_again() -> None:
    session = line_session(early_stopping=True, min_delta=1e6, patience=2, epochs=50)
    drive(session)
    before = session.trained()
    assert drive(session) == [Ended("early", restored=1)]
    assert same_state(session.trained(), before), "nothing is exchanged twice"
    session = resumed(session)
    assert drive(session)[-1] == Ended("early", restored=1)
    assert session.epoch == 3 + 2


def test_watching_something_else_forgets_the_best_so_far() -> None:
    session = spiral_session(STOPPING)
    drive(session, epochs=4)
    other = replace(STOPPING, monitor="training loss")
    session = Session.resume(session.network, other, SPIRAL, session.trained())
    assert (session.watch.best_score, session.best) == (inf, None)
    drive(session, epochs=1)
    assert session.watch.best_score == session.history.epochs[-1].train_loss
