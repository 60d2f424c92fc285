"""What each remedy changes, and where it isn't offered: pure functions of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
from doctor_runs import chain, classifier, held_back, numbers

from nnstudio.data.batches import PreparedData
from nnstudio.doctor import remedies
from nnstudio.doctor.finding import Bars, Finding
from nnstudio.doctor.remedies import REMEDIES, remedies_for
from nnstudio.doctor.trial import Known, Outcome, Trial
from nnstudio.engine.activations import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.losses import BinaryCrossEntropy, CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.shaping import Input
from nnstudio.project.fixes.fix import Fix
from nnstudio.project.project import Project
from nnstudio.training.history import EpochFigures

Remedy = Callable[[Project, Finding], Iterable[Fix]]
#: Nodes: n0 input, n1 Dense, n2 Tanh, n3 Dense, n4 ReLU, n5 Dense, n6 Softmax.
PROJECT = classifier(Dense(8), Tanh(), Dense(8), ReLU(), learning_rate=0.05)


def finding(code: str = "doctor_rate_rising", node: str = "") -> Finding:
    return Finding(code, Bars("", (), np.empty(0), np.empty(0)), node=node)


def only(remedy: Remedy, project: Project = PROJECT, node: str = "") -> Project:
    """The project that the one fix of ``remedy`` leads to."""
    (fix,) = remedy(project, finding(node=node))
    return fix.project


def settled(**values: object) -> Project:
    return replace(PROJECT, settings=replace(PROJECT.settings, **values))  # type: ignore[arg-type]


def layers(project: Project) -> list[type]:
    """Their kinds in running order."""
    order = [project.graph.inputs[0]]
    while after := project.graph.outgoing[order[-1]]:
        order.append(after[0].target)
    return [type(project.graph.by_id[node].layer) for node in order]


# ---------------------------------------------------------------- settings


def test_rates_go_down_and_up_by_powers_of_ten() -> None:
    rates = [
        only(remedy).settings.learning_rate
        for remedy in (remedies.slower, remedies.far_slower, remedies.faster)
    ]
    assert rates == pytest.approx([0.005, 0.0005, 0.5])
    assert only(remedies.faster, settled(learning_rate=60.0)).settings.learning_rate == 100.0


def test_what_is_there_already_is_not_offered() -> None:
    assert only(remedies.clipped).settings.clip_norm == 1.0
    assert not list(remedies.clipped(settled(clip_norm=5.0), finding()))
    assert only(remedies.decayed).settings.weight_decay > 0
    assert not list(remedies.decayed(settled(weight_decay=1e-4), finding()))
    assert PROJECT.data.inputs == "standardise"
    assert remedies_for(PROJECT, finding("doctor_unscaled", "n0")) == ()
    raw = replace(PROJECT, data=replace(PROJECT.data, inputs="none"))
    (fix,) = remedies_for(raw, finding("doctor_unscaled", "n0"))
    assert fix.project == PROJECT


def test_an_optimizer_that_searches_is_offered_nothing_it_can_not_do() -> None:
    searching = settled(optimizer=LBFGS())
    assert not list(remedies.clipped(searching, finding()))
    assert not list(remedies.decayed(searching, finding()))


def test_stopping_early_waits_no_longer_than_was_chosen() -> None:
    patient, hasty = (only(remedies.stopped_early, settled(patience=p)) for p in (50, 2))
    assert (patient.settings.patience, hasty.settings.patience) == (remedies.PATIENCE, 2)
    assert patient.settings.early_stopping
    assert patient.settings.restore_best_weights


def test_the_loss_for_classes_is_that_of_the_last_activation() -> None:
    squared = settled(loss=HalfSquaredError())
    assert only(remedies.cross_entropy, squared, "n6").settings.loss == CategoricalCrossEntropy()
    graph = chain(Input(shape=(2,)), Dense(1), Sigmoid())
    single = replace(squared, graph=graph)
    assert only(remedies.cross_entropy, single, "n2").settings.loss == BinaryCrossEntropy()
    own = replace(squared, settings=squared.settings.judging("n6", loss=HalfSquaredError()))
    changed = only(remedies.cross_entropy, own, "n6").settings
    assert changed.loss_of("n6") == CategoricalCrossEntropy()
    assert changed.loss == HalfSquaredError(), "other outputs keep theirs"


# ---------------------------------------------------------------- layers


def test_all_rectifiers_that_could_die_become_leaky() -> None:
    assert layers(only(remedies.leaky)) == [Input, Dense, Tanh, Dense, LeakyReLU, Dense, Softmax]
    assert not list(remedies.leaky(only(remedies.leaky), finding()))


def test_hidden_units_are_rectified_and_the_output_stays() -> None:
    graph = chain(Input(shape=(2,)), Dense(4), Tanh(), Dense(4), Sigmoid(), Dense(1), Sigmoid())
    changed = only(remedies.rectified, replace(PROJECT, graph=graph))
    assert layers(changed) == [Input, Dense, ReLU, Dense, ReLU, Dense, Sigmoid]
    starts = [changed.graph.by_id[node].layer.initialiser for node in ("n1", "n3")]  # type: ignore[attr-defined]
    assert starts == ["he_normal", "he_normal"]
    assert changed.graph.by_id["n5"].layer == graph.by_id["n5"].layer


def test_activations_are_normalised_once() -> None:
    changed = only(remedies.normalised)
    assert layers(changed) == [
        Input, Dense, BatchNorm, Tanh, Dense, BatchNorm, ReLU, Dense, Softmax,
    ]  # fmt: skip
    assert not list(remedies.normalised(changed, finding()))


def test_dropout_is_put_behind_hidden_units_where_nothing_is_left_to_chance_yet() -> None:
    changed = only(remedies.with_dropout)
    assert layers(changed) == [
        Input, Dense, Tanh, Dropout, Dense, ReLU, Dropout, Dense, Softmax,
    ]  # fmt: skip
    assert not list(remedies.with_dropout(changed, finding()))


def test_without_its_last_activation_an_output_is_the_layer_before() -> None:
    graph = chain(Input(shape=(2,)), Dense(4), Tanh(), Dense(1), Sigmoid())
    project = replace(
        PROJECT, graph=graph, settings=replace(PROJECT.settings, loss=HalfSquaredError())
    )
    changed = only(remedies.unbounded, project, "n4")
    assert layers(changed) == [Input, Dense, Tanh, Dense]
    assert not list(remedies.unbounded(project, finding(node="n2"))), "it is no output"


def test_only_starts_that_do_not_look_at_the_size_of_a_layer_are_exchanged() -> None:
    graph = chain(
        Input(shape=(2,)), Dense(4, initialiser="normal"), Tanh(),
        Dense(2, initialiser="xavier_normal"), Softmax(),
    )  # fmt: skip
    changed = only(remedies.all_started_anew, replace(PROJECT, graph=graph))
    starts = [changed.graph.by_id[node].layer.initialiser for node in ("n1", "n3")]  # type: ignore[attr-defined]
    assert starts == ["he_normal", "xavier_normal"]


@pytest.mark.parametrize("code", REMEDIES)
def test_whatever_is_offered_changes_something(code: str) -> None:
    for node in ("n1", "n2", "n4", "n6"):
        for fix in remedies_for(PROJECT, finding(code, node)):
            assert fix.project != PROJECT, fix.label


# ---------------------------------------------------------------- what a trial makes of them


def outcome(project: Project, data: PreparedData, fix: Fix, code: str, epochs: int) -> Outcome:
    """Beside a run of so many epochs whose figures are known."""
    losses = np.linspace(1.0, 2.0, epochs)
    known = [EpochFigures(k, 0.1, 0.5, loss, 0.5, 0.0, k) for k, loss in enumerate(losses, 1)]
    trial = Trial(project, data, fix, code, Known(known))
    trial.work()
    assert not trial.error
    assert trial.outcome is not None
    return trial.outcome


def test_how_much_of_each_class_was_recognised_is_found_out_beside_known_figures() -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], [190, 10])
    inputs = rng.standard_normal((200, 2)) + 0.8 * labels[:, np.newaxis]
    data = numbers(PROJECT, inputs, labels, ("usual", "rare"))
    (fix,) = remedies.balanced(PROJECT, finding("doctor_imbalance"))
    told = outcome(PROJECT, data, fix, "doctor_imbalance", PROJECT.settings.epochs)
    assert "%" in told.text
    assert "nan" not in told.text


def test_a_remedy_that_ends_early_is_held_against_the_end_of_the_run() -> None:
    rng = np.random.default_rng(3)
    inputs, labels = rng.standard_normal((60, 20)), rng.integers(2, size=60)
    project = classifier(Dense(64), ReLU(), inputs=20, epochs=40)
    data = numbers(project, inputs, labels, ("heads", "tails"))
    data = held_back(data, np.arange(40), np.arange(40, 60))
    (fix,) = remedies.stopped_early(project, finding("doctor_overfitting"))
    told = outcome(project, data, fix, "doctor_overfitting", 40)
    assert told.project is not None
    assert told.project.trained is not None
    assert told.project.trained.progress is not None
    assert told.project.trained.progress.epoch < 40, "the test needs a run that ends early"
    assert "instead of 2 after 40 epochs" in told.text
