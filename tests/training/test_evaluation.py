"""Losses and metrics of a part of the data, held against plain numpy."""

from __future__ import annotations

import tracemalloc
from math import isnan, sqrt

import numpy as np
import pytest
from small_runs import LINE, SPIRAL, data_of, drive, line_session, network_of, spiral_session

from nnstudio.data.batches import PreparedData
from nnstudio.data.preparation import Affine, Preparation
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources.spiral import Spiral
from nnstudio.engine.activations import ReLU, Sigmoid, Softmax
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Call, Layer
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Hinge,
    Loss,
    SparseCategoricalCrossEntropy,
)
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import Workspace
from nnstudio.training.evaluation import EVALUATION_BATCH, evaluate
from nnstudio.training.metrics import are_right, metrics_for
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings


def test_loss_and_rmse_of_a_line_are_those_of_the_formula_in_the_datas_units() -> None:
    session = line_session()
    drive(session, epochs=1)
    scores = evaluate(session.workspace, LINE, LINE.parts.validation)
    assert scores is not None

    w, b = (float(array.item()) for array in session.network.arrays(session.flat).values())
    inputs, targets = LINE.preparation.inputs, LINE.preparation.targets
    x = LINE.dataset.inputs[LINE.parts.validation, 0]
    y = LINE.dataset.targets[LINE.parts.validation, 0]
    answer = w * (x - inputs.offset) * inputs.factor + b
    loss = 0.5 * np.square(answer - (y - targets.offset) * targets.factor).mean()
    rmse = sqrt(np.square(answer / targets.factor + targets.offset - y).mean())
    assert float(targets.factor.item()) != 1, "the test needs targets that are prepared"
    assert scores.loss == pytest.approx(float(loss), rel=1e-5)
    assert scores.metric == pytest.approx(rmse, rel=1e-5)
    assert scores.count == len(x)


def test_rmse_of_several_outputs_weighs_each_in_its_own_unit() -> None:
    rng = np.random.default_rng(0)
    data = data_of(rng.normal(size=(6, 2)), rng.normal(size=(6, 3)) * [1, 10, 100], train=range(6))
    offset, factor = np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.1, 0.01])
    preparation = Preparation(Affine.identity(), Affine(offset, factor))
    data = PreparedData(data.dataset, data.parts, preparation)
    network = network_of(Input(shape=(2,)), Dense(units=3))
    flat = network.initial(0)
    scores = evaluate(Workspace(network, flat), data, data.parts.train)
    assert scores is not None
    arrays = network.arrays(flat)
    answer = data.dataset.inputs @ arrays["n1", "weight"].T / factor + offset
    expected = sqrt(np.square(answer - data.dataset.targets).mean())
    assert scores.metric == pytest.approx(expected, rel=1e-5)


def test_loss_and_accuracy_of_classes_are_those_of_the_formula() -> None:
    session = spiral_session()
    drive(session)
    scores = evaluate(session.workspace, SPIRAL, SPIRAL.parts.test)
    assert scores is not None

    x = np.empty((2, len(SPIRAL.parts.test)), np.float32)
    SPIRAL.gather(SPIRAL.parts.test, x, np.empty((2, len(SPIRAL.parts.test)), np.float32))
    labels = SPIRAL.dataset.targets[SPIRAL.parts.test]
    (probabilities,) = Workspace(session.network, session.flat).predict([x])
    right = probabilities.argmax(axis=0) == labels
    surprise = -np.log(probabilities[labels, np.arange(len(labels))])
    assert scores.metric == right.mean()
    assert scores.loss == pytest.approx(float(surprise.mean()), rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "end", "threshold"),
    [(BinaryCrossEntropy(), (Sigmoid(),), 0.5), (Hinge(), (), 0.0)],
    ids=["probability", "score"],
)
def test_a_single_output_is_judged_by_the_threshold_of_its_loss(
    loss: Loss, end: tuple[Layer, ...], threshold: float
) -> None:
    data = PreparedData.of(DataSettings(Spiral(count=200)))
    network = network_of(Input(shape=(2,)), Dense(units=1), *end, loss=loss)
    flat = network.initial(0)
    network.arrays(flat)["n1", "weight"][...] = [[1, -1]]  # says which coordinate is the greater
    scores = evaluate(Workspace(network, flat), data, np.arange(200))
    assert scores is not None
    x, labels = np.empty((2, 200), np.float32), np.empty((1, 200), np.float32)
    data.gather(np.arange(200), x, labels)
    (output,) = Workspace(network, flat).predict([x])
    assert 0 < np.mean(output > threshold) < 1, "the test needs both answers"
    assert scores.metric == np.mean((output > threshold) == labels)
    assert scores.loss == pytest.approx(float(loss.each(output, labels, Call()).mean()), rel=1e-5)


def test_a_loss_of_class_numbers_gives_the_same_scores_as_one_of_one_hot_classes() -> None:
    layers = (Input(shape=(2,)), Dense(units=2), Softmax())
    found = []
    for loss in (CategoricalCrossEntropy(), SparseCategoricalCrossEntropy()):
        network = network_of(*layers, loss=loss)
        found.append(evaluate(Workspace(network, network.initial(0)), SPIRAL, SPIRAL.parts.train))
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].metric == found[1].metric
    assert found[0].loss == pytest.approx(found[1].loss, rel=1e-6)


@pytest.mark.parametrize("count", [3, 700])
def test_of_classes_that_share_the_highest_score_the_first_is_the_answer(count: int) -> None:
    """However many examples there are: large batches are counted another way."""
    rng = np.random.default_rng(0)
    output, labels = rng.integers(0, 3, (4, count)).astype(float), rng.integers(0, 4, count)
    target = np.eye(4)[:, labels]
    expected = sum(
        output[:, n].tolist().index(output[:, n].max()) == labels[n] for n in range(count)
    )
    assert are_right(output, target, CategoricalCrossEntropy()).sum() == expected


@pytest.mark.parametrize("count", [3, 700])
def test_an_answer_counts_as_right_where_its_class_has_the_highest_score(count: int) -> None:
    rng = np.random.default_rng(1)
    output, labels = rng.standard_normal((4, count)), rng.integers(0, 4, count)
    right = sum(output[labels[n], n] == max(output[:, n]) for n in range(count))
    target = np.eye(4)[:, labels]
    assert are_right(output, target, CategoricalCrossEntropy()).sum() == right
    by_number = labels[np.newaxis].astype(float)
    assert are_right(output, by_number, SparseCategoricalCrossEntropy()).sum() == right


def test_evaluating_in_batches_gives_what_one_batch_gives() -> None:
    data = PreparedData.of(DataSettings(Spiral(count=2 * EVALUATION_BATCH + 100)))
    session = Session.begin(spiral_session().network, TrainingSettings(), data, "run")
    everyone = np.arange(data.dataset.size)
    x = np.empty((2, len(everyone)), np.float32)
    y = np.empty((2, len(everyone)), np.float32)
    data.gather(everyone, x, y)
    expected = session.workspace.loss([x], [y])
    scores = evaluate(session.workspace, data, everyone)
    assert scores is not None
    assert scores.loss == pytest.approx(expected, rel=1e-6)


def test_pictures_are_evaluated_a_few_at_a_time_so_that_memory_stays_small() -> None:
    pictures = np.zeros((400, 1, 28, 28), np.uint8)
    data = data_of(pictures, np.zeros(400, np.int64), train=range(400), classes=("a", "b"))
    network = network_of(
        Input(shape=(1, 28, 28)),
        Conv2D(filters=16, padding="same"),
        ReLU(),
        Conv2D(filters=16, padding="same"),
        Flatten(),
        Dense(2),
    )
    workspace = Workspace(network, network.initial(0))
    tracemalloc.start()
    try:
        evaluate(workspace, data, data.parts.train)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    at_once = 400 * 3 * 16 * 28 * 28 * 4  # only what the convolutions and ReLU give
    assert peak < at_once / 2


def test_evaluating_leaves_the_session_as_it_was() -> None:
    session = spiral_session()
    drive(session, batches=3)
    before = session.trained()
    evaluate(session.workspace, SPIRAL, SPIRAL.parts.test)
    assert session.trained() == before


def test_there_are_no_scores_without_examples() -> None:
    scores = evaluate(line_session().workspace, LINE, np.array([], np.int64))
    assert scores is not None
    assert isnan(scores.loss)
    assert isnan(scores.metric)
    assert scores.count == 0


def test_evaluating_can_be_interrupted_between_batches() -> None:
    session = line_session()
    index = np.zeros(3 * EVALUATION_BATCH, np.int64)
    asked = iter([False, False, True])
    assert evaluate(session.workspace, LINE, index, lambda: next(asked)) is None
    assert next(asked, None) is None, "asked before each of the first three batches"


def test_classes_are_counted_and_numbers_are_measured() -> None:
    (of_spiral,) = metrics_for(spiral_session().network, SPIRAL)
    (of_line,) = metrics_for(line_session().network, LINE)
    assert (of_spiral.name, of_line.name) == ("accuracy", "rmse")


def test_the_training_metric_of_an_epoch_counts_every_example_once() -> None:
    data = data_of([[1.0], [2.0], [3.0]], [0, 1, 1], train=[0, 1, 2], classes=("a", "b"))
    network = network_of(Input(shape=(1,)), Dense(units=2))
    weights = network.initial(0)
    arrays = network.arrays(weights)
    arrays["n1", "weight"][...] = [[-1], [1]]  # says b to everything above 0
    session = Session(
        network, TrainingSettings(learning_rate=1e-9, batch_size=2), data, "", weights
    )
    drive(session, epochs=1)
    assert session.history.epochs[0].train_metric == pytest.approx(2 / 3)
