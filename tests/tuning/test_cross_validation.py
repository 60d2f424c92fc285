"""Cross-validation: who sees whom, what is told, and the same figures as training by hand."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, sqrt
from typing import Any

import numpy as np
import pytest

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Line, Source, Spiral
from nnstudio.data.split import Parts, Split
from nnstudio.engine.activations import Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError, Loss
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.project.model import Model
from nnstudio.project.project import Project
from nnstudio.project.runs import RunError, session_for
from nnstudio.training.control import Control
from nnstudio.training.events import BatchDone, Diverged, Ended
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings
from nnstudio.tuning.cross_validation import (
    CrossValidation,
    FoldBegun,
    FoldDone,
    needs_validation,
    participants,
)
from nnstudio.tuning.folds import Fold, Scheme


def project_of(*layers: Layer, source: Source, loss: Loss, **settings: Any) -> Project:
    """The layers one after the other."""
    nodes = tuple(Node(f"n{i}", layer) for i, layer in enumerate(layers))
    edges = tuple(Edge(f"n{i}", f"n{i + 1}") for i in range(len(nodes) - 1))
    training = TrainingSettings(loss=loss, **settings)
    return Project(Graph(nodes, edges), data=DataSettings(source), settings=training)


LINE = project_of(
    Input(shape=(1,)), Dense(units=1), source=Line(count=30), loss=HalfSquaredError(),
    optimizer=LBFGS(), learning_rate=1.0, epochs=15,
)  # fmt: skip
SPIRAL = project_of(
    Input(shape=(2,)), Dense(units=6), Tanh(), Dense(units=2), Softmax(), source=Spiral(count=60),
    loss=CategoricalCrossEntropy(), batch_size=16, epochs=3,
)  # fmt: skip


def validation_of(project: Project, scheme: Scheme) -> CrossValidation:
    dataset = project.data.source.load()
    count = len(participants(dataset))
    labels = dataset.targets[:count] if dataset.is_classification else None
    return CrossValidation(project, dataset, scheme.split(count, labels))


def finished(project: Project, scheme: Scheme) -> CrossValidation:
    validation = validation_of(project, scheme)
    *_, end = validation.run()
    assert end == Ended("finished")
    return validation


# ---------------------------------------------------------------- what is computed


@pytest.mark.parametrize("project", [LINE, SPIRAL], ids=["numbers", "classes"])
def test_a_fold_is_a_run_of_the_project_that_never_saw_what_is_held_back(project: Project) -> None:
    validation = finished(project, Scheme("plain", 4, seed=3))
    dataset, fold = validation.dataset, validation.folds[2]
    # By hand: a dataset of which only the training part has its true numbers.
    strange = dataset.inputs.copy()
    strange[fold.held_back] = 1e3
    blind = replace(dataset, inputs=strange)
    parts = Parts(fold.train, np.empty(0, np.int64), fold.held_back)
    data = PreparedData.of(project.data, dataset=blind, parts=parts)
    session = session_for(project, data)
    for _ in train(session):
        pass
    model = Model.of(replace(project, trained=session.trained()))
    expected = model.predict(dataset.inputs[fold.held_back])
    np.testing.assert_array_equal(validation.answers[0, fold.held_back], expected)


def test_loss_and_metric_of_classes_follow_from_the_answers() -> None:
    validation = finished(SPIRAL, Scheme("stratified", 3, seed=0))
    targets = validation.dataset.targets
    for fold, done in zip(validation.folds, validation.done, strict=True):
        rows = fold.held_back
        answers, labels = validation.answers[0, rows], targets[rows]
        right = answers.argmax(axis=1) == labels
        assert done.metric == pytest.approx(right.mean())
        probabilities = answers[np.arange(len(rows)), labels]
        assert done.loss == pytest.approx(-np.log(probabilities).mean(), rel=1e-4)
        assert (done.trained_on, done.count) == (len(fold.train), len(rows))
        assert done.epochs == 3
    assert validation.metric_name == "accuracy"
    right = validation.answers[0].argmax(axis=1) == targets
    assert validation.summary("metric").pooled == pytest.approx(right.mean())


def test_the_rmse_is_in_the_units_of_the_data() -> None:
    validation = finished(LINE, Scheme("plain", 4, seed=1))
    error = validation.answers[0] - validation.dataset.targets
    for fold, done in zip(validation.folds, validation.done, strict=True):
        assert done.metric == pytest.approx(sqrt(np.mean(error[fold.held_back] ** 2)), rel=1e-4)
    assert validation.metric_name == "rmse"
    assert validation.summary("metric").pooled == pytest.approx(sqrt(np.mean(error**2)), rel=1e-4)


def test_a_line_left_out_is_answered_by_the_least_squares_line_of_the_others() -> None:
    validation = finished(replace(LINE, data=DataSettings(Line(count=12))), Scheme("leave-one-out"))
    x, y = validation.dataset.inputs[:, 0], validation.dataset.targets[:, 0]
    for i in range(12):
        others = np.arange(12) != i
        slope, intercept = np.polyfit(x[others], y[others], 1)
        assert validation.answers[0, i, 0] == pytest.approx(slope * x[i] + intercept, abs=2e-3)


def test_mean_and_sample_deviation_are_those_of_the_folds() -> None:
    validation = validation_of(SPIRAL, Scheme("plain", 3, seed=0))
    assert isnan(validation.summary("loss").mean)
    figures = ((0.5, 0.8, 10), (0.7, 0.6, 30), (0.3, 1.0, 20))
    for number, (loss, metric, count) in enumerate(figures, 1):
        validation.done.append(FoldDone(1, number, 50, count, loss, metric, 3, 0.1))
        if number == 1:
            assert isnan(validation.summary("loss").deviation)
    loss, metric = validation.summary("loss"), validation.summary("metric")
    assert loss.mean == pytest.approx(0.5)
    assert loss.deviation == pytest.approx(0.2)  # √((0² + 0.2² + 0.2²) / 2)
    assert loss.pooled == pytest.approx((5 + 21 + 6) / 60)
    assert metric.mean == pytest.approx(0.8)
    assert metric.pooled == pytest.approx((8 + 18 + 20) / 60)


def test_pooled_rmse_is_the_root_of_all_squares_together() -> None:
    validation = validation_of(LINE, Scheme("plain", 2, seed=0))
    validation.done += [
        FoldDone(1, 1, 5, 10, 0.0, 3.0, 1, 0.0),
        FoldDone(1, 2, 5, 30, 0.0, 1.0, 1, 0.0),
    ]
    assert validation.summary("metric").pooled == pytest.approx(sqrt((10 * 9 + 30 * 1) / 40))


def test_repetitions_answer_every_example_again_from_other_first_weights() -> None:
    validation = finished(SPIRAL, Scheme("stratified", 3, 2, seed=0))
    assert validation.answers.shape == (2, 60, 2)
    assert np.isfinite(validation.answers).all()
    assert not np.array_equal(*validation.answers)
    first, second = (validation._of(validation.folds[i])[0] for i in (0, 3))
    assert (first.settings.seed, second.settings.seed) == (0, 1)
    assert len(validation.done) == 6


def test_weights_of_the_project_play_no_part() -> None:
    session = session_for(SPIRAL, PreparedData.of(SPIRAL.data))
    for _ in train(session):
        pass
    trained = replace(SPIRAL, trained=session.trained())
    scheme = Scheme("plain", 3, seed=0)
    np.testing.assert_array_equal(
        finished(trained, scheme).answers, finished(SPIRAL, scheme).answers
    )


# ---------------------------------------------------------------- who takes part


class Published(Spiral):
    """A spiral whose last 20 points are a published test set."""

    def load(self) -> Dataset:
        return replace(super().load(), test_count=20)


def test_a_published_test_set_stays_out_of_it() -> None:
    published = replace(SPIRAL, data=DataSettings(Published(count=60)))
    validation = finished(published, Scheme("plain", 4, seed=0))
    assert validation.answers.shape == (1, 40, 2)
    assert validation.examples.tolist() == [*range(40)]
    assert sum(done.count for done in validation.done) == 40


WATCHING = replace(
    SPIRAL,
    settings=replace(SPIRAL.settings, early_stopping=True, patience=1, min_delta=0.05, epochs=30),
    data=DataSettings(Spiral(count=60), Split(validation=0.25, test=0.3)),
)


def test_early_stopping_watches_a_share_of_what_the_fold_learns_from() -> None:
    validation = validation_of(WATCHING, Scheme("stratified", 3, seed=0))
    for fold in validation.folds:
        _, data = validation._of(fold)
        watched, learned = data.parts.validation, data.parts.train
        assert len(watched) == 10  # a quarter of 40
        assert sorted([*watched, *learned]) == fold.train.tolist()
        assert data.parts.test.tolist() == fold.held_back.tolist()
    *_, end = validation.run()
    assert end == Ended("finished")
    assert min(done.epochs for done in validation.done) < 30


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, False),
        ({"early_stopping": True}, True),
        ({"early_stopping": True, "monitor": "validation metric"}, True),
        ({"early_stopping": True, "monitor": "training loss"}, False),
    ],
)
def test_examples_are_set_aside_only_for_who_watches_them(
    changes: dict[str, Any], needed: bool
) -> None:
    assert needs_validation(replace(SPIRAL.settings, **changes)) == needed


def test_the_preparation_is_fitted_on_what_a_fold_learns_from() -> None:
    standardised = replace(LINE, data=replace(LINE.data, inputs="standardise"))
    validation = validation_of(standardised, Scheme("plain", 3))
    for fold in validation.folds:
        _, data = validation._of(fold)
        x = validation.dataset.inputs[fold.train]
        np.testing.assert_allclose(data.preparation.inputs.offset, x.mean(axis=0), rtol=1e-5)
        np.testing.assert_allclose(data.preparation.inputs.factor, 1 / x.std(axis=0), rtol=1e-5)


# ---------------------------------------------------------------- events


def test_events_tell_each_fold_from_its_begin_to_its_figures() -> None:
    validation = validation_of(SPIRAL, Scheme("plain", 3, seed=0))
    events = list(validation.run())
    own = [e for e in events if isinstance(e, FoldBegun | FoldDone)]
    assert [type(e) for e in own] == [FoldBegun, FoldDone] * 3
    assert own[1::2] == validation.done
    assert own[0] == FoldBegun(0, 1, 1, steps=3 * 3)
    assert sum(isinstance(e, BatchDone) for e in events) == 27
    assert events[-1] == Ended("finished")


@pytest.mark.parametrize("after", [1, 10, 20])
def test_who_stops_and_goes_on_gets_the_figures_of_who_never_stopped(after: int) -> None:
    straight = finished(SPIRAL, Scheme("plain", 3, seed=0))
    validation, control, batches = validation_of(SPIRAL, Scheme("plain", 3, seed=0)), Control(), 0
    for event in validation.run(control):
        batches += isinstance(event, BatchDone)
        if batches == after:
            control.stop()
    assert event == Ended("stopped")
    done = len(validation.done)
    assert done == (after - 1) // 9
    assert validation.answered.sum() == sum(f.count for f in validation.done)
    *_, end = validation.run()
    assert end == Ended("finished")
    assert len(validation.done) == 3
    np.testing.assert_array_equal(validation.answers, straight.answers)


def test_a_run_that_diverges_ends_it() -> None:
    wild = project_of(
        Input(shape=(1,)), Dense(units=1), source=Line(count=30), loss=HalfSquaredError(),
        optimizer=SGD(), learning_rate=100.0, epochs=200,
    )  # fmt: skip
    validation = validation_of(wild, Scheme("plain", 3, seed=0))
    *_, end = validation.run()
    assert isinstance(end, Diverged)
    assert not validation.done


def test_a_project_with_a_problem_is_refused() -> None:
    broken = replace(SPIRAL, graph=replace(SPIRAL.graph, edges=()))
    with pytest.raises(RunError, match="can't be trained yet"):
        list(validation_of(broken, Scheme("plain", 3, seed=0)).run())


def test_folds_may_be_anybodys() -> None:
    dataset = SPIRAL.data.source.load()
    fold = Fold(1, 1, np.arange(10, 60), np.arange(10))
    validation = CrossValidation(SPIRAL, dataset, [fold])
    *_, end = validation.run()
    assert end == Ended("finished")
    assert np.isfinite(validation.answers[0, :10]).all()
    assert np.isnan(validation.answers[0, 10:]).all()
    assert validation.answered[0].tolist() == [True] * 10 + [False] * 50
