"""Each diagnosis is made of a run that has the disease, and not of one that hasn't."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from doctor_runs import chain, classifier, codes, examined, held_back, numbers

from nnstudio.data.batches import PreparedData
from nnstudio.data.order import epoch_order
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Line
from nnstudio.data.split import Split
from nnstudio.doctor.examiner import Examiner
from nnstudio.doctor.rare import RareClasses
from nnstudio.engine.activations import ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    HalfSquaredError,
    Hinge,
    Loss,
)
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.schedules import Cosine
from nnstudio.engine.shaping import Input
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.evaluation import EVALUATION_BATCH, evaluate
from nnstudio.training.events import Diverged
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings

HEALTHY = classifier(Dense(16, initialiser="xavier_normal"), Tanh(), Dense(16), ReLU())


def regression(*layers: object, **settings: object) -> Project:
    values = {"epochs": 8, "batch_size": 16, **settings}
    return Project(
        graph=chain(Input(shape=(1,)), *layers),  # type: ignore[arg-type]
        data=DataSettings(Line(count=100), inputs="standardise"),
        settings=TrainingSettings(**values),  # type: ignore[arg-type]
    )


def test_nothing_is_found_in_a_run_that_goes_well() -> None:
    assert codes(HEALTHY) == set()
    assert codes(regression(Dense(1), optimizer=SGD(), learning_rate=0.1)) == set()


# ---------------------------------------------------------------- no number


def test_a_loss_that_is_no_number_is_traced_to_its_step_and_layer() -> None:
    project = regression(Dense(8), ReLU(), Dense(1), optimizer=SGD(), learning_rate=100.0)
    found = examined(project).findings[0]
    assert found.code in ("doctor_nan_output", "doctor_nan_weights", "doctor_nan_loss")
    assert found.node in ("n1", "n3")
    assert 1 < found.step <= 8 * 5
    assert str(found.step) in str(found)


def test_weights_that_a_step_has_broken_are_told_with_that_step_and_what_backward_met_first() -> (
    None
):
    session = session_for(HEALTHY, PreparedData.of(HEALTHY.data))
    examiner = Examiner(HEALTHY, session)
    list(train(session, batches=5))
    weights = session.network.arrays(session.flat)
    for node in ("n1", "n3"):  # the last of them is nearer to the loss
        weights[node, "weight"][0] = np.nan
    (event,) = train(session)
    assert isinstance(event, Diverged)
    examiner.attend(event)
    found = examiner.findings[0]
    assert (found.code, found.node, found.step) == ("doctor_nan_weights", "n3", 5)


def test_a_number_missing_in_the_data_is_told_as_such() -> None:
    project = regression(Dense(8), ReLU(), Dense(1))
    project = replace(project, data=replace(project.data, inputs="none"))
    inputs = np.linspace(-1.0, 1.0, 100)[:, np.newaxis]
    inputs[:, 0][::3] = np.nan
    data = numbers(project, inputs, np.zeros((100, 1)))
    found = examined(project, data).findings[0]
    assert (found.code, found.node, found.step) == ("doctor_nan_data", "n0", 1)


def test_a_number_missing_in_a_later_batch_is_found_in_that_batch() -> None:
    project = regression(Dense(8), ReLU(), Dense(1))
    project = replace(project, data=replace(project.data, inputs="none"))
    inputs = np.linspace(-1.0, 1.0, 100)[:, np.newaxis]
    order = epoch_order(np.arange(100), project.settings.seed, 0, None)
    inputs[order[3 * 16 + 5]] = np.nan
    data = held_back(
        numbers(project, inputs, np.zeros((100, 1))), np.arange(100), np.empty(0, np.int64)
    )
    found = examined(project, data).findings[0]
    assert (found.code, found.node, found.step) == ("doctor_nan_data", "n0", 4)


def test_where_a_step_takes_all_examples_the_one_whose_number_is_missing_is_found() -> None:
    project = regression(Dense(8), Tanh(), Dense(1), optimizer=LBFGS())
    project = replace(project, data=replace(project.data, inputs="none"))
    count = 3 * EVALUATION_BATCH
    for missing in (0, count // 2, count - 1):
        inputs = np.linspace(-1.0, 1.0, count)[:, np.newaxis]
        inputs[missing] = np.nan
        data = numbers(project, inputs, np.zeros((count, 1)))
        data = held_back(data, np.arange(count), np.empty(0, np.int64))
        found = examined(project, data).findings[0]
        assert (found.code, found.node, found.step) == ("doctor_nan_data", "n0", 1)


# ---------------------------------------------------------------- learning rate


def test_a_learning_rate_that_is_too_high_is_found() -> None:
    high = classifier(Dense(16), Tanh(), learning_rate=3.0)
    assert any(code.startswith("doctor_rate_") for code in codes(high) - {"doctor_rate_low"})


def test_a_learning_rate_that_is_too_low_is_found_by_a_loss_that_falls_in_a_straight_line() -> None:
    low = classifier(Dense(16), Tanh(), optimizer=SGD(), learning_rate=1e-4)
    assert "doctor_rate_low" in codes(low)
    assert "doctor_rate_low" not in codes(
        classifier(Dense(16), Tanh(), optimizer=SGD(), learning_rate=0.1, epochs=30)
    )


def test_a_learning_rate_that_is_too_low_is_found_though_dropout_and_a_schedule_hide_it() -> None:
    def dropping(rate: float) -> Project:
        layers = (Dense(32), Tanh(), Dropout(0.5))
        schedule = Cosine(end=0.05)
        return classifier(*layers, learning_rate=rate, schedule=schedule, epochs=60)

    assert "doctor_rate_low" in codes(dropping(1e-4))
    assert "doctor_rate_low" not in codes(dropping(3e-3))


# ---------------------------------------------------------------- units


def test_dead_relus_are_found() -> None:
    dying = classifier(Dense(32), ReLU(), Dense(32), ReLU(), learning_rate=3.0)
    found = [f for f in examined(dying).findings if f.code == "doctor_dead"]
    assert found
    assert {f.node for f in found} <= {"n2", "n4"}
    living = classifier(Dense(32), ReLU(), Dense(32), ReLU(), learning_rate=0.01)
    assert "doctor_dead" not in codes(living)


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh()])
def test_saturated_units_are_found(layer: Sigmoid | Tanh) -> None:
    sick = classifier(Dense(16), layer)
    sick = replace(sick, data=replace(sick.data, inputs="none"))
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((200, 2)) * 9  # not yet out of scale
    board = (np.sin(inputs).prod(axis=1) > 0).astype(int)
    data = numbers(sick, inputs, board, ("black", "white"))
    assert "doctor_saturated" in codes(sick, data)
    assert "doctor_saturated" not in codes(classifier(Dense(16), layer))


# ---------------------------------------------------------------- gradients


def test_vanishing_gradients_are_found() -> None:
    deep = [layer for _ in range(7) for layer in (Dense(8, initialiser="xavier_normal"), Sigmoid())]
    assert "doctor_vanishing" in codes(classifier(*deep))
    rectified = [layer for _ in range(7) for layer in (Dense(16), ReLU())]
    assert "doctor_vanishing" not in codes(classifier(*rectified, learning_rate=0.001))


def test_exploding_gradients_are_found() -> None:
    wide = [Dense(400, initialiser="constant") for _ in range(4)]
    sick = classifier(*wide, optimizer=SGD(), learning_rate=1e-12)
    assert codes(sick) & {"doctor_exploding", "doctor_gradient_huge"}


def test_a_layer_that_does_not_learn_is_found() -> None:
    sick = classifier(Dense(16, initialiser="zeros"), Tanh(), Dense(8, initialiser="zeros"))
    assert "doctor_idle" in codes(sick)


def test_units_that_stay_alike_are_found() -> None:
    both = [Dense(16, initialiser="constant"), Tanh(), Dense(8, initialiser="constant"), Tanh()]
    found = {f.code: f.node for f in examined(classifier(*both)).findings}
    assert found.get("doctor_alike") == "n1"
    # Behind it units have weights of their own, which tell these apart, too.
    assert "doctor_alike" not in codes(classifier(Dense(16, initialiser="constant"), Tanh()))


# ---------------------------------------------------------------- examples


def test_inputs_out_of_scale_are_found_as_the_network_sees_them() -> None:
    project = replace(HEALTHY, data=replace(HEALTHY.data, inputs="none"))
    rng = np.random.default_rng(0)
    inputs = rng.uniform(0, 255, (200, 2))
    labels = (inputs[:, 0] > 128).astype(int)
    sick = numbers(project, inputs, labels, ("dark", "bright"))
    assert "doctor_unscaled" in codes(project, sick)
    assert "doctor_unscaled" not in codes(HEALTHY, numbers(HEALTHY, inputs, labels, ("a", "b")))


def test_a_rare_class_that_is_never_answered_is_found() -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], [190, 10])
    inputs = rng.standard_normal((200, 2)) + 0.8 * labels[:, np.newaxis]
    data = numbers(HEALTHY, inputs, labels, ("usual", "rare"))
    assert "doctor_imbalance" in codes(HEALTHY, data)
    apart = numbers(HEALTHY, inputs + 9 * labels[:, np.newaxis], labels, ("usual", "rare"))
    assert "doctor_imbalance" not in codes(HEALTHY, apart)
    settings = replace(HEALTHY.settings, loss=BinaryCrossEntropy())
    single = chain(Input(shape=(2,)), Dense(16), Tanh(), Dense(1), Sigmoid())
    assert "doctor_imbalance" in codes(replace(HEALTHY, graph=single, settings=settings), data)


@pytest.mark.parametrize(
    ("last", "loss"),
    [((Sigmoid(),), BinaryCrossEntropy()), ((), Hinge())],
    ids=["sigmoid", "hinge"],
)
def test_with_a_single_output_each_class_is_recognised_as_accuracy_counts_it(
    last: tuple[Layer, ...], loss: Loss
) -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], [190, 10])
    inputs = rng.standard_normal((200, 2)) + 2 * labels[:, np.newaxis]
    layers = chain(Input(shape=(2,)), Dense(1), *last)
    project = replace(HEALTHY, graph=layers, settings=replace(HEALTHY.settings, loss=loss))
    data = numbers(project, inputs, labels, ("usual", "rare"))
    few = held_back(data, np.arange(170, 200), np.empty(0, np.int64))  # it asks about all of these
    session = session_for(project, few)
    list(train(session))
    recall, counts = RareClasses(session).recall(), np.array([20, 10])
    scores = evaluate(session.workspace, few, few.parts.train)
    assert scores is not None
    assert recall @ counts / 30 == pytest.approx(scores.metric)
    assert 0 < recall[0] <= 1


def test_classes_are_asked_about_by_examples_that_were_not_trained_on() -> None:
    labels = np.repeat([0, 1], [190, 10])
    inputs = np.stack([labels, labels], axis=1) * 2.0 - 1
    validation = np.arange(40)
    inputs[validation] = 1.0  # like the others of the other class
    data = numbers(HEALTHY, inputs, labels, ("usual", "rare"))
    data = held_back(data, np.arange(40, 200), validation)
    session = session_for(HEALTHY, data)
    list(train(session))
    np.testing.assert_array_equal(RareClasses(session).recall(), [0.0, 1.0])


def test_examples_dealt_out_in_their_order_are_found() -> None:
    in_order = replace(HEALTHY, data=replace(HEALTHY.data, split=Split(by="order")))
    by_class = replace(HEALTHY, data=replace(HEALTHY.data, split=Split(by="class")))
    rng = np.random.default_rng(2)
    labels = np.repeat([0, 1, 2], 60)
    inputs = rng.standard_normal((180, 2)) + 3 * np.stack([labels, -labels], 1)
    three = classifier(Dense(16), Tanh(), classes=3)
    for project, expected in ((in_order, True), (by_class, False)):
        project = replace(three, data=project.data)
        data = numbers(project, inputs, labels, ("a", "b", "c"))
        assert ("doctor_order" in codes(project, data)) is expected


# ---------------------------------------------------------------- output and loss


def test_targets_that_the_last_activation_cannot_answer_are_found() -> None:
    assert "doctor_out_of_reach" in codes(regression(Dense(8), Tanh(), Dense(1), Sigmoid()))
    assert "doctor_out_of_reach" not in codes(regression(Dense(8), Tanh(), Dense(1)))


def test_probabilities_judged_as_numbers_are_found() -> None:
    sick = classifier(Dense(16), Tanh(), loss=HalfSquaredError())
    assert "doctor_unsuited_loss" in codes(sick)
    assert isinstance(sick.graph.by_id[sick.graph.outputs[0]].layer, Softmax)
    assert "doctor_unsuited_loss" not in codes(
        classifier(Dense(16), Tanh(), loss=CategoricalCrossEntropy())
    )


# ---------------------------------------------------------------- overfitting


def test_overfitting_is_found_and_the_epoch_that_was_best_is_told() -> None:
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((60, 20))
    labels = rng.integers(2, size=60)  # nothing to be learned but by heart
    project = classifier(Dense(64), ReLU(), inputs=20, epochs=30)
    data = numbers(project, inputs, labels, ("heads", "tails"))
    data = held_back(data, np.arange(40), np.arange(40, 60))
    found = {f.code: f for f in examined(project, data).findings}
    assert "doctor_overfitting" in found
    told = found["doctor_overfitting"].values
    assert told["now"] > told["lowest"]
    stopped = replace(project, settings=replace(project.settings, early_stopping=True, patience=3))
    assert "doctor_overfitting" not in codes(stopped, data)
