"""From a project to a run and back: what goes on, what begins anew, and with which weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_projects import LINE, LINE_DATA, SPIRAL, SPIRAL_DATA, chain, trained

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources.line import Line
from nnstudio.data.split import Split
from nnstudio.engine.activations import ReLU, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.optimizers import SGD, Adam
from nnstudio.engine.schedules import Cosine, ReduceOnPlateau
from nnstudio.engine.shaping import Input
from nnstudio.graph import edits
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.project.layout import Layout
from nnstudio.project.project import Project
from nnstudio.project.runs import (
    RunError,
    continues,
    fitted_weights,
    is_finished,
    session_for,
    with_ended_run,
    with_new_weights,
    with_start_weights,
)
from nnstudio.schema import SettingError
from nnstudio.training.events import Diverged, Ended
from nnstudio.training.trained import Blob, freeze

BASE = replace(
    LINE,
    graph=chain(Input(shape=(1,)), Dense(units=3), Dropout(), Dense(units=1)),
    layout=Layout((("n0", 1.0, 2.0),)),
)


def with_settings(**changes: object) -> Project:
    return replace(BASE, settings=replace(BASE.settings, **changes))  # type: ignore[arg-type]


# ---------------------------------------------------------------- the hash of a run


@pytest.mark.parametrize(
    "edited",
    [
        replace(BASE, layout=Layout((("n0", 5.0, 6.0),))),
        replace(BASE, graph=edits.rename(BASE.graph, "n1", "Hidden")),
        replace(BASE, description="Another sentence"),
        replace(BASE, graph=Graph(BASE.graph.nodes, tuple(reversed(BASE.graph.edges)))),
        with_settings(learning_rate=0.5),
        with_settings(batch_size=3),
        with_settings(epochs=99),
        with_settings(early_stopping=True, min_delta=0.5, patience=1),
        with_settings(monitor="training loss", restore_best_weights=False),
        with_settings(threads=2),
        with_settings(optimizer=SGD(momentum=0.5)),
        replace(BASE, graph=edits.replace_layer(BASE.graph, "n2", Dropout(rate=0.5))),
        with_settings(optimizer=SGD(momentum=0.6)),
        with_settings(l1=0.1),
        with_settings(l2=0.1),
        with_settings(weight_decay=0.1),
        with_settings(max_norm=1.0),
        with_settings(clip_value=1.0),
        with_settings(clip_norm=1.0),
        with_settings(stop_when_converged=True),
        replace(BASE, graph=edits.replace_layer(BASE.graph, "n1", Dense(units=3, l2=0.1))),
        replace(BASE, graph=edits.replace_layer(BASE.graph, "n2", Dropout(rate=0.2))),
    ],
)
def test_a_run_may_go_on_after_this_edit(edited: Project) -> None:
    assert edited.run_hash() == BASE.run_hash()


@pytest.mark.parametrize(
    "edited",
    [
        replace(BASE, graph=edits.add_node(BASE.graph, Node("new", ReLU()))),
        replace(BASE, graph=edits.remove(BASE.graph, ["n2"])),
        replace(BASE, graph=edits.remove(BASE.graph, edges=[Edge("n1", "n2")])),
        replace(BASE, graph=edits.replace_layer(BASE.graph, "n1", Dense(units=4))),
        replace(BASE, graph=edits.replace_layer(BASE.graph, "n2", Tanh())),
        replace(BASE, graph=edits.freeze(BASE.graph, "n1", True)),
        replace(BASE, data=DataSettings(Line(count=41))),
        replace(BASE, data=replace(BASE.data, split=Split(seed=1))),
        replace(BASE, data=replace(BASE.data, inputs="none")),
        with_settings(loss=CategoricalCrossEntropy()),
        with_settings(losses=(("n3", CategoricalCrossEntropy()),)),
        with_settings(optimizer=Adam()),
        with_settings(schedule=Cosine()),
        with_settings(warm_up=2.0),
        with_settings(average=0.9),
        with_settings(class_weights="balanced"),
        with_settings(seed=1),
    ],
)
def test_this_edit_makes_it_another_run(edited: Project) -> None:
    assert edited.run_hash() != BASE.run_hash()


def test_what_is_watched_belongs_to_the_run_where_the_schedule_follows_it() -> None:
    following = with_settings(schedule=ReduceOnPlateau())
    settings = replace(following.settings, monitor="training loss")
    assert replace(following, settings=settings).run_hash() != following.run_hash()


def test_a_number_written_as_a_whole_one_is_the_same_run() -> None:
    whole = with_settings(optimizer=SGD(momentum=0))
    assert whole.run_hash() == with_settings(optimizer=SGD(momentum=0.0)).run_hash()


# ---------------------------------------------------------------- going on


def test_training_in_two_parts_is_training_in_one() -> None:
    whole, _ = trained(SPIRAL, SPIRAL_DATA)
    half, events = trained(SPIRAL, SPIRAL_DATA, epochs=1)
    assert events[-1] == Ended("limit")
    assert continues(half)
    assert not is_finished(half)
    parts, events = trained(half, SPIRAL_DATA)
    assert events[-1] == Ended("finished")
    assert is_finished(parts)
    assert parts.trained is not None
    assert whole.trained is not None
    assert parts.trained.sha256 == whole.trained.sha256


def test_a_finished_run_is_not_finished_any_more_when_more_epochs_are_asked_for() -> None:
    project, _ = trained(LINE, LINE_DATA)
    assert is_finished(project)
    assert not is_finished(replace(project, settings=replace(project.settings, epochs=4)))


def test_a_converged_run_is_finished_as_long_as_convergence_counts() -> None:
    stopping = replace(LINE.settings, early_stopping=True, min_delta=1.0, patience=1, epochs=50)
    project, events = trained(replace(LINE, settings=stopping), LINE_DATA)
    assert events[-1] == Ended("early", restored=1)
    assert is_finished(project)
    patient = replace(stopping, early_stopping=False)
    assert not is_finished(replace(project, settings=patient))


def test_a_new_project_has_nothing_to_go_on_with() -> None:
    assert not continues(LINE)
    assert not is_finished(LINE)


def test_a_run_goes_on_with_the_preparation_it_began_with() -> None:
    project, _ = trained(LINE, LINE_DATA, batches=2)
    assert project.trained is not None
    other = PreparedData.of(replace(LINE.data, split=Split(seed=5)), dataset=LINE_DATA.dataset)
    assert other.preparation != project.trained.preparation
    session = session_for(project, other)
    assert session.data.preparation == project.trained.preparation


def test_a_run_does_not_go_on_on_other_data() -> None:
    project, _ = trained(LINE, LINE_DATA, batches=2)
    changed = LINE_DATA.dataset.targets.copy()
    changed[0] += 1
    dataset = Dataset(LINE_DATA.dataset.name, LINE_DATA.dataset.inputs, changed)
    with pytest.raises(RunError, match="The data differs from what this network was trained on"):
        session_for(project, PreparedData.of(LINE.data, dataset=dataset))


def test_without_the_optimizers_memory_a_run_begins_anew_from_its_weights() -> None:
    project, _ = trained(LINE, LINE_DATA, batches=2)
    assert project.trained is not None
    light = replace(project, trained=replace(project.trained, slots={}))
    assert not continues(light)
    session = session_for(light, LINE_DATA)
    assert session.step == 0
    assert session.start == project.trained.weights


def test_a_finished_run_is_finished_even_without_the_optimizers_memory() -> None:
    project, _ = trained(LINE, LINE_DATA)
    assert project.trained is not None
    assert is_finished(project)
    light = replace(project, trained=replace(project.trained, slots={}))
    assert is_finished(light)
    assert not continues(light)
    again = session_for(with_start_weights(light), LINE_DATA)
    assert again.step == 0
    assert again.start is None, "it begins with the seed's first weights, as it did before"


def test_a_run_without_a_memory_to_lose_goes_on() -> None:
    plain = replace(LINE, settings=replace(LINE.settings, optimizer=SGD()))
    project, _ = trained(plain, LINE_DATA, batches=2)
    assert continues(project)
    assert session_for(project, LINE_DATA).step == 2


# ---------------------------------------------------------------- beginning anew


def test_after_an_edit_training_begins_from_the_weights_that_still_fit() -> None:
    project, _ = trained(SPIRAL, SPIRAL_DATA)
    assert project.trained is not None
    wider = edits.replace_layer(project.graph, "n3", Dense(units=2, use_bias=False))
    edited = replace(project, graph=wider)
    assert not continues(edited)
    assert fitted_weights(edited)
    session = session_for(edited, SPIRAL_DATA)
    assert (session.step, session.epoch) == (0, 0)
    for key, array in session.network.arrays(session.flat).items():
        np.testing.assert_array_equal(array, project.trained.weights[key].array)


def test_fresh_weights_are_told_from_kept_ones() -> None:
    project, _ = trained(SPIRAL, SPIRAL_DATA)
    assert fitted_weights(project)
    wider = edits.replace_layer(project.graph, "n1", Dense(units=9))
    assert not fitted_weights(replace(project, graph=wider))
    assert not fitted_weights(SPIRAL)


def test_a_restarted_run_begins_with_the_same_weights_and_gives_the_same_bits() -> None:
    first, _ = trained(SPIRAL, SPIRAL_DATA)
    second, _ = trained(with_start_weights(first), SPIRAL_DATA)
    assert first.trained is not None
    assert second.trained is not None
    assert second.trained.sha256 == first.trained.sha256


def test_a_run_that_began_from_given_weights_restarts_from_them() -> None:
    first, _ = trained(SPIRAL, SPIRAL_DATA, epochs=1)
    assert first.trained is not None
    second, _ = trained(with_ended_run(first), SPIRAL_DATA)
    assert second.trained is not None
    assert second.trained.start == first.trained.weights
    restarted = with_start_weights(second)
    assert restarted.trained is not None
    assert restarted.trained.weights == first.trained.weights
    third, _ = trained(restarted, SPIRAL_DATA)
    assert third.trained is not None
    assert third.trained.sha256 == second.trained.sha256


def test_an_ended_run_keeps_its_weights_and_nothing_to_go_on_with() -> None:
    project, _ = trained(LINE, LINE_DATA, batches=2)
    ended = with_ended_run(project)
    assert ended.trained is not None
    assert project.trained is not None
    assert ended.trained.weights == project.trained.weights
    assert ended.trained.preparation == project.trained.preparation
    assert not continues(ended)
    assert with_ended_run(ended) is ended
    assert with_ended_run(LINE) is LINE


def test_new_weights_come_from_the_next_seed_or_the_one_asked_for() -> None:
    project, _ = trained(LINE, LINE_DATA, batches=2)
    assert with_new_weights(project).trained is None
    assert with_new_weights(project).settings.seed == LINE.settings.seed + 1
    assert with_new_weights(project, 7).settings.seed == 7
    last = replace(LINE, settings=replace(LINE.settings, seed=2**31 - 1))
    assert with_new_weights(last).settings.check().seed == 0


# ---------------------------------------------------------------- what can't be


def test_a_problem_keeps_a_project_from_training() -> None:
    project = replace(LINE, graph=chain(Input(shape=(1,)), Dense(units=2)))
    with pytest.raises(RunError) as refused:
        session_for(project, LINE_DATA)
    assert str(refused.value).startswith(
        "This network can't be trained yet: The data needs 1 number, this output gives 2"
    )


def test_an_illegal_setting_keeps_a_project_from_training() -> None:
    project = replace(LINE, settings=replace(LINE.settings, batch_size=0))
    with pytest.raises(SettingError, match="Batch size must be a whole number, at least 1"):
        session_for(project, LINE_DATA)


def test_a_run_that_diverges_leaves_the_project_as_it_was() -> None:
    project, _ = trained(LINE, LINE_DATA, epochs=1)
    assert project.trained is not None
    before = project.trained.sha256
    wild = replace(project, settings=replace(project.settings, learning_rate=100.0, epochs=1000))
    _, events = trained(wild, LINE_DATA)
    assert isinstance(events[-1], Diverged)
    recomputed = freeze({key: blob.array for key, blob in project.trained.weights.items()})
    assert recomputed == project.trained.weights
    assert project.trained.sha256 == before
    _, events = trained(project, LINE_DATA)
    assert events[-1] == Ended("finished")


# ---------------------------------------------------------------- values


def test_a_drag_changes_only_the_layout() -> None:
    layout = BASE.layout.moved({"n0": (3, 4), "n1": (5, 6)})
    assert layout.by_id == {"n0": (3.0, 4.0), "n1": (5.0, 6.0)}
    assert replace(BASE, layout=layout) != BASE
    assert replace(BASE, layout=layout).graph is BASE.graph


def test_the_places_of_removed_nodes_are_forgotten() -> None:
    project = replace(BASE, layout=BASE.layout.moved({"n0": (1, 2), "n2": (3, 4)}))
    edited = project.with_graph(edits.remove(project.graph, ["n2"]))
    assert edited.layout.by_id == {"n0": (1.0, 2.0)}


def test_projects_that_differ_in_one_bit_of_one_weight_are_different() -> None:
    project, _ = trained(LINE, LINE_DATA, batches=1)
    assert project.trained is not None
    key, blob = next(iter(project.trained.weights.items()))
    nearly = Blob.of(np.nextafter(blob.array, np.float32(9)))
    weights = {**project.trained.weights, key: nearly}
    other = replace(project, trained=replace(project.trained, weights=weights))
    assert other != project
    same = replace(project, trained=replace(project.trained))
    assert same == project


# ---------------------------------------------------------------- stopped before its end


def stopped(**changes: object) -> tuple[Project, Project]:
    """A run of the spiral after two of its epochs, and the same after Stop."""
    settings = replace(SPIRAL.settings, epochs=50, **changes)  # type: ignore[arg-type]
    running, _ = trained(replace(SPIRAL, settings=settings), SPIRAL_DATA, epochs=2)
    return running, with_ended_run(running)


def test_a_stopped_run_leaves_its_last_weights() -> None:
    running, ended = stopped()
    assert running.trained is not None
    assert ended.trained is not None
    assert ended.trained.weights == running.trained.weights
    assert ended.trained.progress is None


def test_a_stopped_run_that_averages_leaves_the_average_and_the_last_state() -> None:
    running, ended = stopped(average=0.9)
    assert running.trained is not None
    assert ended.trained is not None
    average = running.trained.slots["average"]
    for key, blob in ended.trained.weights.items():
        assert blob == average.get(key, running.trained.weights[key])
    assert ended.trained.weights != running.trained.weights


def test_a_stopped_run_that_restores_its_best_weights_leaves_them() -> None:
    stopping = {"early_stopping": True, "min_delta": 1e6, "average": 0.9}
    running, ended = stopped(**stopping)
    first, _ = trained(
        replace(running, trained=None), SPIRAL_DATA, epochs=1
    )  # the only progress there is
    assert running.trained is not None
    assert ended.trained is not None
    assert first.trained is not None
    assert ended.trained.weights == first.trained.best
    _, last = stopped(**stopping, restore_best_weights=False)
    assert last.trained is not None
    assert last.trained.weights != first.trained.best


def test_a_finished_run_that_is_stopped_keeps_what_it_ended_with() -> None:
    settings = replace(SPIRAL.settings, epochs=2, average=0.9)
    finished, _ = trained(replace(SPIRAL, settings=settings), SPIRAL_DATA)
    ended = with_ended_run(finished)
    assert finished.trained is not None
    assert ended.trained is not None
    assert ended.trained.weights == finished.trained.weights


def test_a_run_that_ended_with_its_best_weights_can_not_go_on_without_its_last_ones() -> None:
    settings = replace(SPIRAL.settings, early_stopping=True, epochs=2)
    ended, _ = trained(replace(SPIRAL, settings=settings), SPIRAL_DATA)
    assert ended.trained is not None
    assert ended.trained.progress is not None
    assert ended.trained.progress.result == "best"
    assert continues(ended)
    assert not continues(replace(ended, trained=replace(ended.trained, best=None)))


def test_a_run_can_not_go_on_without_the_average_it_keeps() -> None:
    project, _ = trained(
        replace(LINE, settings=replace(LINE.settings, optimizer=SGD(), average=0.9)),
        LINE_DATA,
        epochs=1,
    )
    assert continues(project)
    assert project.trained is not None
    assert not continues(replace(project, trained=replace(project.trained, slots={})))
