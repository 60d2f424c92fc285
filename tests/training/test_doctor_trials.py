"""A remedy is tried beside the run that ails, and what is said of it is what came out."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from doctor_runs import chain, classifier, examined, held_back, numbers
from test_doctor_diagnoses import HEALTHY, regression

from nnstudio.data.batches import PreparedData
from nnstudio.data.split import Split
from nnstudio.doctor.diagnoses import EXPLAINS
from nnstudio.doctor.finding import Bars, Finding
from nnstudio.doctor.remedies import REMEDIES, remedies_for
from nnstudio.doctor.trial import Known, Outcome, Trial, beginning
from nnstudio.engine.activations import ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import HalfSquaredError
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input
from nnstudio.messages import SENTENCES
from nnstudio.project.project import Project
from nnstudio.project.rewinding import rewound
from nnstudio.project.runs import session_for
from nnstudio.training.control import Control
from nnstudio.training.history import EpochFigures
from nnstudio.training.loop import train
from nnstudio.training.trained import Trained


def first_of(project: Project, data: PreparedData, code: str) -> Finding:
    return next(f for f in examined(project, data).findings if f.code.startswith(code))


def tried(
    project: Project,
    data: PreparedData | None,
    code: str,
    which: int = 0,
    known: Known | None = None,
) -> Outcome:
    """What comes of a remedy for a finding that the run has."""
    data = data or PreparedData.of(project.data)
    finding = first_of(project, data, code)
    begun = beginning(project)
    trial = Trial(begun, data, remedies_for(begun, finding)[which], finding.code, known)
    trial.work()
    assert not trial.error
    assert trial.done
    assert trial.progress == 1
    assert trial.outcome is not None
    return trial.outcome


def two_sizes() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    inputs = rng.uniform(0, 255, (200, 2))
    return inputs, (inputs.sum(axis=1) > 255).astype(int)


def test_a_rate_that_is_too_low_is_raised_and_that_helps() -> None:
    low = classifier(Dense(16), Tanh(), optimizer=SGD(), learning_rate=3e-4)
    outcome = tried(low, None, "doctor_rate_low")
    assert outcome.helped
    assert outcome.project is not None
    assert outcome.project.settings.learning_rate == pytest.approx(3e-3)
    before, after = outcome.curves.series
    assert after.y[-1] < before.y[-1]
    assert f"{after.y[-1]:.3g} instead of {before.y[-1]:.3g} after 5 epochs" in outcome.text


def test_a_run_that_broke_off_goes_on_with_the_remedy() -> None:
    project = regression(Dense(8), ReLU(), Dense(1), optimizer=SGD(), learning_rate=100.0)
    data = PreparedData.of(project.data)
    found = first_of(project, data, "doctor_nan")
    outcome = tried(project, data, "doctor_nan", which=1, known=Known((), found.step))
    assert outcome.helped
    assert f"step {found.step}" in outcome.text


def test_a_run_that_no_longer_breaks_off_but_gets_worse_and_worse_is_no_help() -> None:
    project = regression(Dense(8), ReLU(), Dense(1), optimizer=SGD(), learning_rate=100.0)
    data = PreparedData.of(project.data)
    found = first_of(project, data, "doctor_nan")
    begun = beginning(project)
    labels = [fix.label for fix in remedies_for(begun, found)]
    clipped = labels.index("Clip the gradient to 1")
    outcome = tried(project, data, "doctor_nan", which=clipped, known=Known((), found.step))
    assert not outcome.helped
    assert "no longer breaks off" in outcome.text
    assert outcome.curves.series[1].y[-1] > 10, "and it is as bad as is said"


def test_a_trial_that_breaks_off_itself_leaves_nothing_to_use() -> None:
    project = regression(Dense(8), ReLU(), Dense(1), optimizer=SGD(), learning_rate=100.0)
    data = PreparedData.of(project.data)
    found = first_of(project, data, "doctor_nan")
    outcome = tried(project, data, "doctor_nan", which=0, known=Known((), found.step))
    assert not outcome.helped
    assert outcome.project is None


def test_what_is_no_better_is_said_to_be_no_better() -> None:
    project = classifier(Dense(16), Tanh())
    data = PreparedData.of(project.data)
    finding = Finding("doctor_rate_low", Bars("", (), np.empty(0), np.empty(0)))
    slower = remedies_for(project, replace(finding, code="doctor_rate_stuck"))
    trial = Trial(project, data, slower[0], finding.code)
    trial.work()
    assert trial.outcome is not None
    assert not trial.outcome.helped
    assert "doesn't help" in trial.outcome.text


def test_what_is_known_of_the_run_is_what_it_would_be_if_it_were_made_again() -> None:
    low = classifier(Dense(16), Tanh(), optimizer=SGD(), learning_rate=3e-4)
    data = PreparedData.of(low.data)
    session = session_for(low, data)
    list(train(session, epochs=5))
    known = Known(session.history.epochs)
    paused = replace(low, trained=session.trained())
    again, remembered = (tried(low, data, "doctor_rate_low", known=k) for k in (None, known))
    assert again.text == remembered.text
    assert np.array_equal(again.curves.series[0].y, remembered.curves.series[0].y)
    assert beginning(paused) == low


def test_both_begin_with_the_same_weights() -> None:
    project = classifier(Dense(16), Tanh(), optimizer=SGD(), learning_rate=3e-4)
    data = PreparedData.of(project.data)
    begun_with = session_for(project, data).trained().weights
    by_hand = replace(project, trained=Trained(begun_with, data.preparation, data.dataset.sha256))
    assert (
        tried(by_hand, data, "doctor_rate_low").text == tried(project, data, "doctor_rate_low").text
    )


def test_standardised_inputs_are_prepared_anew_and_help() -> None:
    project = replace(classifier(Dense(16), Tanh()), data=replace(HEALTHY.data, inputs="none"))
    inputs, labels = two_sizes()
    outcome = tried(project, numbers(project, inputs, labels, ("a", "b")), "doctor_unscaled")
    assert outcome.helped
    assert outcome.project is not None
    trained = outcome.project.trained
    assert trained is not None
    assert trained.preparation.inputs.offset == pytest.approx(inputs.mean(axis=0), rel=0.1)


def test_another_loss_is_compared_by_accuracy() -> None:
    sick = classifier(Dense(16), Tanh(), loss=HalfSquaredError())
    outcome = tried(sick, None, "doctor_unsuited_loss")
    assert "validation accuracy" in outcome.text
    assert outcome.project is not None
    assert outcome.project.settings.loss.for_classes


def test_a_rare_class_is_recognised_where_it_counts_more() -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], [380, 20])
    inputs = rng.standard_normal((400, 2)) + 1.5 * labels[:, np.newaxis]
    project = classifier(Dense(8), Tanh(), epochs=6)
    outcome = tried(
        project, numbers(project, inputs, labels, ("usual", "rare")), "doctor_imbalance"
    )
    assert outcome.helped
    assert "mean share of each class recognised" in outcome.text


def test_dealing_out_by_chance_changes_who_is_trained_on() -> None:
    rng = np.random.default_rng(2)
    labels = np.repeat([0, 1, 2], 60)
    inputs = rng.standard_normal((180, 2)) + 3 * np.stack([labels, -labels], 1)
    project = classifier(Dense(16), Tanh(), classes=3)
    project = replace(project, data=replace(project.data, split=Split(by="order")))
    outcome = tried(project, numbers(project, inputs, labels, ("a", "b", "c")), "doctor_order")
    assert outcome.helped


def test_targets_are_reached_without_the_activation_at_the_end() -> None:
    sick = regression(Dense(8), Tanh(), Dense(1), Sigmoid())
    outcome = tried(sick, None, "doctor_out_of_reach")
    assert outcome.helped
    assert outcome.project is not None
    assert not any(isinstance(n.layer, Sigmoid) for n in outcome.project.graph.nodes)


def test_overfitting_is_mended_by_the_weights_of_the_best_epoch() -> None:
    rng = np.random.default_rng(3)
    inputs, labels = rng.standard_normal((60, 20)), rng.integers(2, size=60)
    project = classifier(Dense(64), ReLU(), inputs=20, epochs=30)
    data = held_back(numbers(project, inputs, labels, ("a", "b")), np.arange(40), np.arange(40, 60))
    outcome = tried(project, data, "doctor_overfitting")
    assert outcome.helped
    assert "instead of" in outcome.text
    progress = outcome.project.trained.progress  # type: ignore[union-attr]
    assert progress is not None
    assert progress.result == "best"


def test_layers_that_did_not_learn_learn_with_another_start() -> None:
    sick = classifier(Dense(16, initialiser="zeros"), Tanh(), Dense(8, initialiser="zeros"))
    assert tried(sick, None, "doctor_idle", which=1).helped


def test_a_start_of_its_own_takes_the_weights_that_are_there() -> None:
    project = classifier(Dense(16, initialiser="constant"), Tanh())
    data = PreparedData.of(project.data)
    weights = session_for(project, data).trained()
    kept = replace(project, trained=replace(weights, progress=None, slots={}))
    finding = Finding("doctor_alike", Bars("", (), np.empty(0), np.empty(0)), node="n1")
    fix = remedies_for(kept, finding)[0]
    assert fix.project.trained is not None
    assert {node for node, _ in fix.project.trained.weights} == {"n3"}


def test_a_trial_can_be_cancelled() -> None:
    project = classifier(Dense(16), Tanh(), epochs=100_000)
    data = PreparedData.of(project.data)
    finding = Finding("doctor_rate_low", Bars("", (), np.empty(0), np.empty(0)))
    fix = remedies_for(project, finding)[0]
    long = replace(fix, project=replace(fix.project))
    trial = Trial(project, data, long, finding.code)
    trial.epochs = 100_000
    thread = threading.Thread(target=trial.work)
    thread.start()
    trial.cancel()
    thread.join(20)
    assert trial.done
    assert trial.outcome is None


def test_a_trial_whose_time_is_up_compares_what_both_have_reached() -> None:
    project = classifier(Dense(16), Tanh(), epochs=50)
    data = PreparedData.of(project.data)
    finding = Finding("doctor_rate_low", Bars("", (), np.empty(0), np.empty(0)))
    trial = Trial(project, data, remedies_for(project, finding)[0], finding.code, seconds=0.0)
    trial.work()
    assert trial.outcome is not None
    assert [len(series.y) for series in trial.outcome.curves.series] == [1, 1]
    assert "after 1 epoch" in trial.outcome.text


def test_a_trial_whose_time_is_up_leaves_a_run_that_goes_on_with_the_bits_of_a_whole_one() -> None:
    project = classifier(Dense(16), Tanh(), epochs=50)
    data = PreparedData.of(project.data)
    finding = Finding("doctor_rate_low", Bars("", (), np.empty(0), np.empty(0)))
    trial = Trial(project, data, remedies_for(project, finding)[0], finding.code, seconds=0.0)
    trial.work()
    assert trial.outcome is not None
    project, record = trial.outcome.project, trial.outcome.record
    assert project is not None
    assert project.trained is not None
    assert record is not None
    assert (record.end, record.epoch) == ("paused", 1)
    assert record.trained == project.trained
    recording = project.trained.recording
    assert recording is not None
    assert recording.last is not None
    assert recording.last.step == record.step
    for moment in (recording.moments[3], recording.last):
        on, whole = (
            session_for(start, data)
            for start in (rewound(project, moment), replace(project, trained=None))
        )
        for session in (on, whole):
            for _ in train(session, batches=record.step + 9 - session.step):
                pass
        np.testing.assert_array_equal(on.flat, whole.flat)


def with_known(losses: list[float], seconds: float = 60.0) -> Outcome:
    """A trial beside a run that had these validation losses."""
    project = classifier(Dense(16), Tanh(), epochs=len(losses))
    finding = Finding("doctor_rate_low", Bars("", (), np.empty(0), np.empty(0)))
    epochs = [
        EpochFigures(step, loss, 0.0, loss, 0.0, 0.0, step) for step, loss in enumerate(losses, 1)
    ]
    fix = remedies_for(project, finding)[0]
    data = PreparedData.of(project.data)
    trial = Trial(project, data, fix, finding.code, Known(epochs), seconds=seconds)
    trial.work()
    assert trial.outcome is not None
    return trial.outcome


def test_what_was_known_is_compared_at_the_epoch_that_the_trial_has_reached() -> None:
    outcome = with_known([123.0, *49 * [1e-6]], seconds=0.0)
    assert outcome.helped
    assert "instead of 123 after 1 epoch" in outcome.text


@pytest.mark.parametrize(("share", "helped"), [(0.96, True), (0.98, False), (1.02, False)])
def test_a_little_less_of_the_loss_is_no_help(share: float, helped: bool) -> None:
    reached = with_known(5 * [1.0]).curves.series[1].y[-1]
    assert with_known(5 * [reached / share]).helped == helped


def test_every_finding_has_remedies_or_none_on_purpose() -> None:
    told = {code for code in SENTENCES if code.startswith("doctor_")}
    assert set(REMEDIES) == told
    assert {code for code in told if not REMEDIES[code]} == {"doctor_nan_data"}
    assert set(EXPLAINS) | {code for each in EXPLAINS.values() for code in each} <= told


def test_every_remedy_that_is_offered_leads_to_a_project_that_trains() -> None:
    project = classifier(
        Dense(16, initialiser="constant"), ReLU(), Dense(8), Sigmoid(), Dense(8), Tanh()
    )
    data = PreparedData.of(project.data)
    bars = Bars("", (), np.empty(0), np.empty(0))
    for code in REMEDIES:
        node = {"doctor_unsuited_loss": "n8", "doctor_out_of_reach": "n8"}.get(code, "n2")
        for fix in remedies_for(project, Finding(code, bars, node=node)):
            if isinstance(fix.project.graph.by_id[fix.project.graph.outputs[0]].layer, Softmax):
                session = session_for(fix.project, data)
                list(train(session, Control(), batches=2))
                assert session.step == 2


def test_nothing_is_offered_for_a_node_that_is_gone() -> None:
    project = Project(graph=chain(Input(shape=(1,)), Dense(1)))
    finding = Finding("doctor_dead", Bars("", (), np.empty(0), np.empty(0)), node="gone")
    assert remedies_for(project, finding) == ()
