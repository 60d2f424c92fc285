"""Macro F1 and R² of each epoch: the same as of all answers at once."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from small_runs import data_of, drive, network_of, resumed

from nnstudio.data.batches import PreparedData
from nnstudio.data.preparation import Affine
from nnstudio.engine.activations import Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Loss,
    MeanSquaredError,
)
from nnstudio.engine.metrics import class_figures, confusion_matrix, r_squared
from nnstudio.engine.network import Network
from nnstudio.engine.shaping import Input
from nnstudio.training.feed import Feed
from nnstudio.training.further import MOST_ROWS, further_for
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings

RNG = np.random.default_rng(3)
INPUTS = RNG.normal(size=(60, 2))
CLASSES = RNG.integers(0, 3, 60)
TRAIN, VALIDATION = list(range(40)), list(range(40, 60))
PARTS = {"train": TRAIN, "validation": VALIDATION}


def session_of(
    data: PreparedData, *layers: Layer, loss: Loss, **values: object
) -> tuple[Session, Network]:
    """A run that hardly moves, so that all its answers are those of its first weights."""
    network = network_of(Input(shape=(2,)), *layers, loss=loss)
    settings = TrainingSettings(**{"learning_rate": 1e-12, "batch_size": 7, **values})
    return Session(network, settings, data, "", network.initial(5)), network


def answers(session: Session, data: PreparedData, part: list[int]) -> np.ndarray:
    """What the network says to these examples, (outputs, N)."""
    xs, ys = session.workspace.buffers(len(part))
    Feed(session.network, data).gather(np.array(part), (*xs, *ys))
    session.workspace.loss(xs, ys)
    return session.workspace.output(session.network.heads[0].loss_step).copy()


def macro_f1(said: np.ndarray, classes: np.ndarray, count: int) -> float:
    found = class_figures(confusion_matrix(said, classes, count))
    return found.macro(found.f1)


@pytest.mark.parametrize("values", [{}, {"threads": 3, "batch_size": 24}, {"optimizer": LBFGS()}])
def test_the_macro_f1_of_an_epoch_is_that_of_all_its_answers(values: dict[str, object]) -> None:
    data = data_of(INPUTS, CLASSES, train=TRAIN, validation=VALIDATION, classes=("a", "b", "c"))
    session, _ = session_of(
        data, Dense(units=3), Softmax(), loss=CategoricalCrossEntropy(), **values
    )
    before = {part: answers(session, data, rows) for part, rows in PARTS.items()}
    drive(session, epochs=1)
    (figure,) = session.history.epochs[0].further
    assert figure.name == "macro_f1"
    said = before["train"].argmax(axis=0)
    assert figure.train == pytest.approx(macro_f1(said, CLASSES[:40], 3))
    after = answers(session, data, VALIDATION).argmax(axis=0)
    assert figure.val == pytest.approx(macro_f1(after, CLASSES[40:], 3))


def test_one_output_for_two_classes_has_a_macro_f1_too() -> None:
    data = data_of(INPUTS, CLASSES % 2, train=TRAIN, validation=VALIDATION, classes=("a", "b"))
    session, _ = session_of(data, Dense(units=1), Sigmoid(), loss=BinaryCrossEntropy())
    threshold = session.network.heads[0].loss.threshold
    said = (answers(session, data, TRAIN)[0] > threshold).astype(int)
    drive(session, epochs=1)
    assert session.history.epochs[0].further[0].train == pytest.approx(
        macro_f1(said, CLASSES[:40] % 2, 2)
    )


@pytest.mark.parametrize("outputs", [1, 3])
def test_the_r_squared_of_an_epoch_is_that_of_all_its_answers(outputs: int) -> None:
    targets = RNG.normal(size=(60, outputs)) * [1.0, 10.0, 100.0][:outputs] + 7
    data = data_of(INPUTS, targets, train=TRAIN, validation=VALIDATION)
    undo = Affine(targets.mean(axis=0), 1 / targets.std(axis=0))
    data = replace(data, preparation=replace(data.preparation, targets=undo))
    session, _ = session_of(data, Dense(units=outputs), loss=MeanSquaredError())
    before = answers(session, data, TRAIN)
    drive(session, epochs=1)
    (figure,) = session.history.epochs[0].further
    for rows, said, told in (
        (TRAIN, before, figure.train),
        (VALIDATION, answers(session, data, VALIDATION), figure.val),
    ):
        numbers = said / np.reshape(undo.factor, (-1, 1)) + np.reshape(undo.offset, (-1, 1))
        assert told == pytest.approx(r_squared(numbers, targets[rows].T), rel=1e-4)
    drive(session, epochs=1)
    (later,) = session.history.epochs[1].further
    assert later.train == pytest.approx(figure.train), "each epoch is told by itself"


def test_r_squared_is_that_of_the_examples_that_are_asked_about_each_time() -> None:
    targets = np.concatenate([np.linspace(0, 1, 40), np.linspace(0, 9, 20)])[:, np.newaxis]
    data = data_of(INPUTS, targets, train=TRAIN, validation=VALIDATION)
    metric = further_for(network_of(Input(shape=(2,)), Dense(units=1)), data)
    assert metric is not None
    for part in (TRAIN, VALIDATION, TRAIN):
        spread = float(np.square(targets[part] - targets[part].mean()).sum())
        assert metric.value(metric.sums(), spread / 4, np.array(part)) == pytest.approx(0.75)


def test_a_pause_within_an_epoch_changes_nothing() -> None:
    data = data_of(INPUTS, CLASSES, train=TRAIN, classes=("a", "b", "c"))
    kind = {"loss": CategoricalCrossEntropy(), "learning_rate": 0.1, "epochs": 2}
    straight, _ = session_of(data, Dense(units=3), Softmax(), **kind)
    paused, _ = session_of(data, Dense(units=3), Softmax(), **kind)
    drive(straight, epochs=1)
    drive(paused, batches=3)
    paused = resumed(paused)
    drive(paused, epochs=1)
    assert paused.history.epochs[0].further[0].train == straight.history.epochs[0].further[0].train


def test_there_is_no_figure_without_examples_or_with_too_many_classes() -> None:
    data = data_of(INPUTS, CLASSES, train=TRAIN, classes=("a", "b", "c"))
    session, network = session_of(data, Dense(units=3), Softmax(), loss=CategoricalCrossEntropy())
    drive(session, epochs=1)
    (figure,) = session.history.epochs[0].further
    assert isnan(figure.val)
    names = tuple(str(number) for number in range(MOST_ROWS + 1))
    many = data_of(INPUTS, CLASSES, train=TRAIN, classes=names)
    assert further_for(network, many) is None


def test_the_rate_of_every_step_is_kept() -> None:
    data = data_of(INPUTS, CLASSES, train=TRAIN, classes=("a", "b", "c"))
    session, _ = session_of(
        data, Dense(units=3), Softmax(), loss=CategoricalCrossEntropy(), epochs=4, warm_up=2.0
    )
    rates = [session.scheduled_rate()]
    drive(session, batches=5)
    rates.append(session.scheduled_rate())
    drive(session)
    kept = session.history.rates.curve()[2]
    assert len(kept) == len(session.history.steps)
    np.testing.assert_allclose([kept[0], kept[5]], rates, rtol=1e-6)
    assert kept[-1] == pytest.approx(1e-12, rel=1e-6)
