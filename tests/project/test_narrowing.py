"""Fewer units: which ones matter least, and what is left of the answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_projects import SPIRAL_DATA
from test_surgery import BRANCHES, DIGITS, digits, spiral

from nnstudio.engine.activations import ReLU, Tanh
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.pooling import MaxPool2D
from nnstudio.engine.shaping import Flatten
from nnstudio.graph.edits import EditError
from nnstudio.project.project import Project
from nnstudio.project.surgery.by_hand import with_weight
from nnstudio.project.surgery.distance import how_far
from nnstudio.project.surgery.following import follow
from nnstudio.project.surgery.narrowing import importance, narrowed, reading_units
from nnstudio.project.surgery.units import without_units


def weight(project: Project, node: str, name: str = "weight") -> np.ndarray:
    assert project.trained is not None
    return project.trained.weights[(node, name)].array


def reading_nothing_of(project: Project, reader: str, inputs: list[int]) -> Project:
    """With weights of 0 where ``reader`` weighs these inputs."""
    for unit in range(len(weight(project, reader))):
        for number in inputs:
            project = with_weight(project, (reader, "weight"), (unit, number), 0.0)
    return project


def id_of(project: Project, kind: type, number: int = 0) -> str:
    return [n.id for n in project.graph.nodes if isinstance(n.layer, kind)][number]


def test_units_that_nobody_hears_go_first_and_the_answers_stay() -> None:
    project = spiral(Dense(units=6), Tanh())
    node, reader = id_of(project, Dense), id_of(project, Dense, 1)
    silent = reading_nothing_of(project, reader, [1, 4])
    after = narrowed(silent, node, 4)
    np.testing.assert_array_equal(weight(after, node), weight(silent, node)[[0, 2, 3, 5]])
    np.testing.assert_array_equal(weight(after, reader), weight(silent, reader)[:, [0, 2, 3, 5]])
    assert how_far(silent, after, SPIRAL_DATA).largest < 2e-6


def test_filters_are_judged_by_all_that_is_read_of_them_behind_flatten() -> None:
    project = digits(Conv2D(filters=3), ReLU(), MaxPool2D(), Flatten())
    node, reader = id_of(project, Conv2D), id_of(project, Dense)
    places = weight(project, reader).shape[1] // 3
    silent = reading_nothing_of(project, reader, list(range(places, 2 * places)))
    assert importance(silent, node)[1] == 0
    assert how_far(silent, narrowed(silent, node, 2), DIGITS).largest < 2e-6


def test_importance_is_the_norm_flowing_in_times_the_norm_being_read() -> None:
    project = spiral(Dense(units=3), Tanh())
    node, reader = id_of(project, Dense), id_of(project, Dense, 1)
    bias = weight(project, node, "bias")
    flowing_in = np.sqrt((weight(project, node) ** 2).sum(1) + bias**2)
    read = np.sqrt((weight(project, reader) ** 2).sum(0))
    np.testing.assert_allclose(importance(project, node), flowing_in * read, rtol=1e-5)


def test_inputs_are_told_apart_by_units_behind_branches_that_meet() -> None:
    found = reading_units(BRANCHES, "wide", 3)
    assert found["a"].tolist() == [0, 1, 2, -1, -1, 0, 1, 2]
    assert found["b"].tolist() == [0, 1, 2]
    alone = [follow(BRANCHES, "wide", np.array([unit]), keeps_function=False) for unit in range(3)]
    for unit, followed in enumerate(alone):
        mine = np.flatnonzero(found["a"] == unit)
        assert set(mine) <= set(followed.read["a"].tolist())


def test_the_least_that_is_taken_out_moves_answers_less_than_the_most() -> None:
    project = spiral(Dense(units=8), Tanh())
    node, reader = id_of(project, Dense), id_of(project, Dense, 1)
    for unit in range(8):  # the first are heard more
        for answer in range(2):
            value = float(weight(project, reader)[answer, unit]) / (unit + 1) ** 2
            project = with_weight(project, (reader, "weight"), (answer, unit), value)
    least = how_far(project, narrowed(project, node, 4), SPIRAL_DATA)
    order = np.argsort(importance(project, node))
    assert order[0] > order[-1]
    most = how_far(project, without_units(project, node, order[-4:].tolist()), SPIRAL_DATA)
    assert least.largest < most.largest


def test_without_weights_only_the_design_changes() -> None:
    project = replace(spiral(Dense(units=4), Tanh()), trained=None)
    node = id_of(project, Dense)
    assert narrowed(project, node, 3).graph.by_id[node].layer == Dense(units=3)


@pytest.mark.parametrize(("units", "words"), [(4, "fewer"), (9, "fewer"), (0, "at least one")])
def test_what_is_not_narrower_is_refused(units: int, words: str) -> None:
    project = spiral(Dense(units=4), Tanh())
    with pytest.raises(EditError, match=words):
        narrowed(project, id_of(project, Dense), units)
