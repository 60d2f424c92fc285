"""Which edits a run follows at once, and which wait for the next restart."""

from __future__ import annotations

from dataclasses import replace

from small_projects import SPIRAL, SPIRAL_DATA, chain, trained

from nnstudio.data.sources.spiral import Spiral
from nnstudio.engine.activations import Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.optimizers import SGD, Adam
from nnstudio.engine.shaping import Input
from nnstudio.graph import edits
from nnstudio.project.project import Project
from nnstudio.project.run_book import begun, ended, numbered, written
from nnstudio.project.runs import continues, session_for, with_live_settings
from nnstudio.project.waiting import paused_run, waiting
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings

RUNNING = replace(
    SPIRAL, graph=chain(Input((2,)), Dense(5), Tanh(), Dropout(0.2), Dense(2), Softmax())
)


def test_a_run_follows_live_settings_of_training_optimizer_and_layers() -> None:
    graph = edits.replace_layer(RUNNING.graph, "n3", Dropout(0.5))
    graph = edits.replace_layer(graph, "n1", Dense(5, l2=0.1))
    settings = replace(RUNNING.settings, l1=0.5, optimizer=Adam(beta1=0.5))
    edited = replace(RUNNING, settings=settings).with_graph(graph)
    assert with_live_settings(RUNNING, edited) == edited
    assert edited.run_hash() == RUNNING.run_hash()


def test_a_run_does_not_follow_what_makes_another_one() -> None:
    graph = edits.replace_layer(RUNNING.graph, "n1", Dense(7, l2=0.1))
    graph = edits.remove(edits.replace_layer(graph, "n2", Dense(3)), ["n5"])
    settings = replace(RUNNING.settings, seed=9, optimizer=SGD(momentum=0.5), l1=0.25)
    data = replace(RUNNING.data, source=Spiral(count=50))
    edited = replace(RUNNING, settings=settings, data=data).with_graph(graph)
    followed = with_live_settings(RUNNING, edited)
    assert followed.run_hash() == RUNNING.run_hash()
    assert followed.graph.by_id["n1"].layer == Dense(5, l2=0.1), "of this, the penalty alone"
    assert followed.graph.by_id["n2"] == RUNNING.graph.by_id["n2"]
    assert followed.settings == replace(RUNNING.settings, l1=0.25)
    assert followed.data == RUNNING.data


def test_a_graph_of_which_nothing_live_has_changed_stays_the_same_object() -> None:
    edited = replace(RUNNING, settings=replace(RUNNING.settings, l1=0.25))
    assert with_live_settings(RUNNING, edited).graph is RUNNING.graph


def test_what_waits_are_settings_that_are_not_live() -> None:
    running = TrainingSettings()
    edited = replace(running, seed=3, l2=0.1, epochs=2, average=0.5)
    assert waiting(edited, running) == {"seed", "average"}
    assert waiting(Dense(3, l2=1.0), Dense(4)) == {"units"}
    assert waiting(SGD(), Adam()) == set(), "another kind waits as a whole"
    assert waiting(running, running) == set()


def paused() -> Project:
    """A project whose run was paused, with its record in the book."""
    session = session_for(SPIRAL, SPIRAL_DATA)
    record = begun(SPIRAL, session, "2026-01-01T00:00:00+00:00")
    *_, last = train(session, batches=2)
    result = session.trained()
    record = ended(record, session, last, result)
    return replace(SPIRAL, trained=numbered(result, record), runs=written((), record))


def test_a_paused_run_is_known_after_an_edit_that_makes_another_one() -> None:
    project = paused()
    edited = replace(project, settings=replace(project.settings, seed=5))
    assert not continues(edited)
    run = paused_run(edited)
    assert run is not None
    assert run.settings == project.settings


def test_there_is_no_paused_run_where_none_was_begun_or_it_has_ended() -> None:
    assert paused_run(SPIRAL) is None
    finished, _ = trained(SPIRAL, SPIRAL_DATA)
    assert paused_run(finished) is None


def test_momentum_that_begins_in_a_pause_does_not_begin_another_run() -> None:
    plain = replace(SPIRAL, settings=replace(SPIRAL.settings, optimizer=SGD()))
    project, _ = trained(plain, SPIRAL_DATA, batches=2)
    assert project.trained is not None
    assert not project.trained.slots
    faster = replace(project, settings=replace(project.settings, optimizer=SGD(momentum=0.5)))
    assert continues(faster)
    after, _ = trained(faster, SPIRAL_DATA, batches=2)
    assert after.trained is not None
    assert after.trained.progress is not None
    assert after.trained.progress.step == 4
    assert set(after.trained.slots) == {"velocity"}
