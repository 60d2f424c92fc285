"""Steps of preparation: each does what it says, to data and to what a network is asked."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnstudio
from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits
from nnstudio.data.steps import (
    STEPS,
    Centre,
    FillEmpty,
    Grey,
    Invert,
    Resize,
    Step,
    shape_after,
    taken,
)
from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.model import Model, PredictError, model_for
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.control import Control
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings

EXAMPLES: list[Step] = [Grey(), Resize(5, 7), Resize(16, 16), Invert(), Centre(8), Centre()]
any_step = pytest.mark.parametrize("step", EXAMPLES, ids=repr)


def pictures(count: int, *shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, *shape)).astype(np.uint8)


def test_every_step_has_an_example_and_is_listed_under_its_own_name() -> None:
    # The one for tables has a file of its own, test_filling.
    assert {type(step) for step in EXAMPLES} | {FillEmpty} == set(STEPS.values())
    assert all(name == cls.__name__ for name, cls in STEPS.items())


@any_step
@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_a_step_keeps_the_kind_of_numbers_and_gives_the_shape_it_promises(
    step: Step, dtype: type
) -> None:
    values = pictures(3, 1, 10, 12).astype(dtype)
    result = step.apply(values)
    assert result.shape == (3, *step.output_shape((1, 10, 12)))
    assert result.dtype == dtype
    assert np.isfinite(result).all()


@any_step
def test_an_example_does_not_depend_on_the_others(step: Step) -> None:
    values = pictures(4, 1, 9, 9)
    together = step.apply(values)
    assert all(np.array_equal(step.apply(values[i : i + 1])[0], together[i]) for i in range(4))


@any_step
def test_a_step_for_pictures_refuses_rows_of_numbers_with_a_sentence(step: Step) -> None:
    with pytest.raises(DataError, match=f"{step.title} is for pictures"):
        step.output_shape((4,))


def test_grey_is_the_weighted_mean_of_the_colours() -> None:
    values = np.array([[200, 100, 50]], np.uint8).reshape(1, 3, 1, 1)
    assert Grey().apply(values).item() == round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)


def test_shrinking_takes_the_mean_of_the_pixels() -> None:
    values = pictures(2, 1, 6, 8).astype(np.float64)
    means = values.reshape(2, 1, 3, 2, 4, 2).mean(axis=(3, 5))
    assert np.allclose(Resize(3, 4).apply(values), means, atol=1e-3)


def test_large_pictures_are_not_copied_as_floats_to_be_resized() -> None:
    values = pictures(40, 3, 256, 256)
    tracemalloc.start()
    try:
        small = Resize(8, 16).apply(values)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * values.size
    means = values.reshape(40, 3, 8, 32, 16, 16).mean(axis=(3, 5))
    assert abs(small - means).max() <= 0.5 + 1e-3


def test_enlarging_blends_neighbours() -> None:
    values = np.array([[0.0, 100.0]]).reshape(1, 1, 1, 2)
    row = Resize(1, 8).apply(values).ravel()
    assert row[0] == 0
    assert row[-1] == 100
    assert (np.diff(row) >= 0).all()
    np.testing.assert_allclose(row + row[::-1], 100, atol=1e-4)


def test_inverting_twice_changes_nothing() -> None:
    values = pictures(2, 3, 4, 4)
    assert np.array_equal(Invert().apply(Invert().apply(values)), values)
    assert Invert().apply(np.uint8([[[[0, 255]]]])).ravel().tolist() == [255, 0]


@given(st.integers(0, 20), st.integers(0, 20), st.integers(3, 8), st.integers(3, 8))
def test_centring_finds_what_is_drawn_wherever_it_stands(
    top: int, left: int, height: int, width: int
) -> None:
    values = np.zeros((1, 1, 28, 28), np.uint8)
    values[0, 0, top : top + height, left : left + width] = 200
    centred = Centre().apply(values)[0, 0].astype(float)
    rows, columns = np.flatnonzero(centred.any(axis=1)), np.flatnonzero(centred.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    for axis in (0, 1):
        mass = centred.sum(axis=1 - axis)
        assert abs(mass @ np.arange(28) / mass.sum() - 14) <= 1


def test_an_empty_picture_stays_empty() -> None:
    assert not Centre().apply(np.zeros((2, 1, 10, 10), np.uint8)).any()


def test_steps_are_taken_in_order_also_for_many_examples() -> None:
    values = pictures(5000, 3, 4, 4)
    steps = (Grey(), Resize(2, 2), Invert())
    one_by_one = values
    for step in steps:
        one_by_one = step.apply(one_by_one)
    assert np.array_equal(taken(steps, values), one_by_one)
    assert shape_after(steps, (3, 4, 4)) == (1, 2, 2)


def test_a_step_that_cannot_follow_the_one_before_it_says_so() -> None:
    with pytest.raises(DataError, match="1 or 3 channels, the examples are 2 × 4 × 4"):
        shape_after((Grey(),), (2, 4, 4))


# ---------------------------------------------------------------- through a project

SMALL = DataSettings(Digits(), steps=(Resize(4, 4), Invert(16)))


def small_network() -> Graph:
    graph, before = Graph(), ""
    for layer in (Input((1, 4, 4)), Flatten(), Dense(10), Softmax()):
        node = Node(type(layer).__name__.lower(), layer)
        graph = add_node(graph, node)
        graph = connect(graph, before, node.id) if before else graph
        before = node.id
    return graph


def trained_project() -> tuple[Project, PreparedData]:
    settings = TrainingSettings(loss=CategoricalCrossEntropy(), epochs=1)
    project = Project(small_network(), data=SMALL, settings=settings)
    data = PreparedData.of(SMALL)
    session = session_for(project, data)
    for _ in train(session, Control()):
        pass
    return replace(project, trained=session.trained()), data


def test_a_network_is_asked_for_examples_as_the_source_has_them(tmp_path: Path) -> None:
    project, data = trained_project()
    raw = Digits().load().inputs[:20]
    expected = Model.of(project).predict_first(data.dataset.inputs[:20], stepped=True)
    assert np.array_equal(Model.of(project).predict_first(raw), expected)
    save_project(project, tmp_path / "small.nnstudio")
    assert np.array_equal(nnstudio.load(tmp_path / "small.nnstudio").predict(raw), expected)
    assert load_project(tmp_path / "small.nnstudio") == project


def test_trained_weights_keep_their_steps_when_the_data_settings_change() -> None:
    project, _ = trained_project()
    changed = replace(project, data=replace(SMALL, steps=()))
    raw = Digits().load().inputs[:20]
    assert np.array_equal(
        Model.of(changed).predict_first(raw), Model.of(project).predict_first(raw)
    )
    assert changed.run_hash() != project.run_hash()


def test_a_network_that_reads_another_shape_than_the_steps_give_is_refused() -> None:
    project = Project(small_network(), data=replace(SMALL, steps=(Resize(5, 5),)))
    with pytest.raises(PredictError, match="1 × 5 × 5"):
        model_for(project, PreparedData.of(project.data))


def test_a_dataset_after_its_steps_is_other_data() -> None:
    plain, small = PreparedData.of(DataSettings(Digits())), PreparedData.of(SMALL)
    assert isinstance(small.dataset, Dataset)
    assert small.input_shape == (1, 4, 4)
    assert plain.dataset.sha256 != small.dataset.sha256
    assert np.array_equal(plain.parts.train, small.parts.train)
