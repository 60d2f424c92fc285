"""The examiner only looks: the run's bits, its time, and what is remembered of a finding."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from doctor_runs import classifier, examined
from small_runs import data_of, network_of, same_state

from nnstudio.data.batches import PreparedData
from nnstudio.doctor.checkup import Probe
from nnstudio.doctor.examiner import FIRST, FORGOTTEN, FREE, KEPT, SHARE, Examiner
from nnstudio.doctor.finding import Curves
from nnstudio.doctor.generalisation import overfitting
from nnstudio.engine.activations import ReLU, Tanh
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import replace_layer
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.events import BatchDone, EpochDone
from nnstudio.training.flow import flow_of_examples
from nnstudio.training.history import RAW_STEPS, EpochFigures
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Trained

EVERYTHING = classifier(Dense(12), BatchNorm(), ReLU(), Dropout(rate=0.3), Dense(6), Tanh())


def trained(project: Project, *, is_examined: bool) -> Trained:
    session = session_for(project, PreparedData.of(project.data))
    examiner = Examiner(project, session, share=inf)
    for event in train(session):
        if is_examined:
            examiner.attend(event)
    assert examiner.looks == (project.settings.epochs + 1 if is_examined else 0)
    return session.trained()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_that_is_watched_goes_on_with_the_same_bits(threads: int) -> None:
    project = replace(EVERYTHING, settings=replace(EVERYTHING.settings, threads=threads))
    watched, alone = (trained(project, is_examined=yes) for yes in (True, False))
    assert same_state(watched, alone)


def test_looking_stays_within_its_share_of_the_time_of_training() -> None:
    project = replace(EVERYTHING, settings=replace(EVERYTHING.settings, epochs=60))
    session = session_for(project, PreparedData.of(project.data))
    examiner = Examiner(project, session)
    longest = 0.0
    for event in train(session):
        before = examiner.seconds
        examiner.attend(event)
        longest = max(longest, examiner.seconds - before)
    # The budget, one look that took longer than expected, its update, and the look at the end.
    assert 0 < examiner.seconds <= SHARE * session.seconds + FREE + 3 * longest


def test_a_finding_keeps_the_step_at_which_it_was_first_seen() -> None:
    low = classifier(Dense(16), Tanh(), optimizer=SGD(), learning_rate=1e-4, epochs=20)
    (finding,) = examined(low).findings
    steps = 20 * -(-len(PreparedData.of(low.data).parts.train) // 16)
    assert finding.code == "doctor_rate_low"
    assert 0 < finding.step < steps / 2
    assert np.isfinite(finding.evidence.series[0].y).all()  # type: ignore[union-attr]


def test_a_finding_that_no_longer_shows_is_forgotten_after_a_few_looks() -> None:
    low = classifier(Dense(16), Tanh(), optimizer=SGD(), learning_rate=1e-4, epochs=40)
    session = session_for(low, PreparedData.of(low.data))
    examiner, looks = Examiner(low, session, share=inf), []
    for event in train(session):
        examiner.attend(event)
        if isinstance(event, EpochDone):
            looks.append([finding.code for finding in examiner.findings])
            if event.epoch == 20:
                session.change(replace(session.settings, learning_rate=0.1))
    assert looks[19] == ["doctor_rate_low"]
    forgotten = looks.index([], 19)
    shown = forgotten - FORGOTTEN  # the last look at which it was seen itself
    assert 19 <= shown < 30
    assert not any(looks[forgotten:])


def test_a_paused_run_that_goes_on_is_examined_too() -> None:
    project = EVERYTHING
    data = PreparedData.of(project.data)
    session = session_for(project, data)
    list(train(session, epochs=2))
    going_on = session_for(replace(project, trained=session.trained()), data)
    examiner = Examiner(project, going_on, share=inf)
    for event in train(going_on):
        examiner.attend(event)
    assert examiner.looks == project.settings.epochs - 2 + 1


def test_of_a_long_run_the_latest_checkups_are_kept() -> None:
    project = replace(EVERYTHING, settings=replace(EVERYTHING.settings, epochs=KEPT + 5))
    seen = examined(project).case().checkups
    assert len(seen) == KEPT
    assert seen[-1].epoch == KEPT + 5


def test_a_checkup_looks_at_the_layers_as_they_train_by_now() -> None:
    session = session_for(EVERYTHING, PreparedData.of(EVERYTHING.data))
    probe = Probe(session)
    before = probe.look().gradients
    (dropout,) = [n for n in EVERYTHING.graph.nodes if isinstance(n.layer, Dropout)]
    graph = replace_layer(EVERYTHING.graph, dropout.id, Dropout(rate=0.0))
    session.change(session.settings, EVERYTHING.with_graph(graph).network())
    assert probe.look().gradients == Probe(session).look().gradients
    assert probe.look().gradients != before


@pytest.mark.parametrize("weighted", [Dense(5), Conv2D(5)], ids=["dense", "convolution"])
def test_a_unit_is_active_for_the_share_of_examples_and_places_it_passes_on(
    weighted: Dense | Conv2D,
) -> None:
    shape = (4,) if isinstance(weighted, Dense) else (1, 4, 4)
    network = network_of(Input(shape), weighted, ReLU(), Flatten(), Dense(1))
    inputs = np.random.default_rng(0).standard_normal((30, *shape))
    data = data_of(inputs, np.zeros((30, 1)), train=range(30))
    session = Session(network, TrainingSettings(), data, "", network.initial(2))
    active = Probe(session).look().active["n2"]
    y = flow_of_examples(network, data, 30).of(session.flat)["n2"]
    units = np.moveaxis(y, feature_axis(y.ndim - 1), 0).reshape(5, -1)
    np.testing.assert_allclose(active, [(unit > 0).mean() for unit in units])
    assert 0 < active.min() < active.max() < 1


# ---------------------------------------------------------------- long runs


def test_where_a_run_began_is_remembered_when_its_first_losses_have_become_one_with_others() -> (
    None
):
    project = classifier(Dense(8), Tanh(), batch_size=1, epochs=1)
    session = session_for(project, PreparedData.of(project.data))
    examiner = Examiner(project, session, share=inf)
    losses = []
    for event in train(session, batches=2 * FIRST):
        examiner.attend(event)
        losses += [event.loss] if isinstance(event, BatchDone) else []
    began = float(np.mean(losses[:FIRST]))
    assert examiner.case().first_loss == pytest.approx(began)
    for _ in range(2 * RAW_STEPS):
        session.history.add_step(1e-3)
    assert examiner.case().first_loss == pytest.approx(began)
    later = Examiner(project, session)  # of a run that is taken up only now
    assert later.case().first_loss == pytest.approx(max(losses))


def test_in_a_long_run_overfitting_is_told_by_the_numbers_of_its_epochs() -> None:
    project = EVERYTHING
    session = session_for(project, PreparedData.of(project.data))
    examiner, best, last = Examiner(project, session), 777, 5000
    session.history.add_step(1.0)
    for epoch in range(1, last + 1):
        kept = 0.5 + abs(epoch - best) / last
        session.history.add_epoch(EpochFigures(epoch, 1 / epoch, 0.0, kept, 0.0, 0.0))
    case = examiner.case()
    assert len(case.epochs) < last
    (finding,) = overfitting(case)
    assert (finding.values["best"], finding.values["epoch"]) == (best, last)
    assert isinstance(finding.evidence, Curves)
    for series in finding.evidence.series:
        assert np.array_equal(series.x, case.epochs)
