"""Asking a model about parts of its data: the same answers as asking it once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnstudio import assets
from nnstudio.data.batches import PreparedData
from nnstudio.persistence.project_file import load_project
from nnstudio.project.answering import AT_A_TIME, evenly, judged, rows_of
from nnstudio.project.model import Model, PredictError
from nnstudio.project.project import Project


def opened(name: str) -> tuple[Project, PreparedData, Model]:
    project = load_project(assets.sample(f"{name}.nnstudio"))
    assert project.trained is not None
    data = PreparedData.of(project.data, project.trained.preparation)
    return project, data, Model.of(project)


def test_parts_larger_than_a_piece_are_answered_as_at_once() -> None:
    _, data, model = opened("digits")
    rows = rows_of(data, "training")
    assert len(rows) > AT_A_TIME
    found = judged(model, data, {"training": rows, "test": rows_of(data, "test")})
    assert found is not None
    assert list(found) == ["training", "test"]
    for part, (output,) in found.items():
        own = rows_of(data, part)
        expected = model.predict(data.dataset.inputs[own])
        np.testing.assert_allclose(output.answers, expected, rtol=1e-5, atol=1e-7)
        np.testing.assert_array_equal(output.truth, data.dataset.targets[own])
        assert output.gives_probabilities


def test_who_is_interrupted_answers_nothing() -> None:
    _, data, model = opened("digits")
    asked = iter([False, True])
    rows = rows_of(data, "training")
    assert judged(model, data, {"training": rows}, lambda: next(asked)) is None


def test_data_without_a_column_that_is_asked_for_is_told_of_in_a_sentence() -> None:
    _, data, model = opened("line")
    (head,) = model.network.heads
    asks = replace(model.network, heads=(replace(head, target="price"),))
    with pytest.raises(PredictError, match="asks for the column “price”"):
        judged(replace(model, network=asks), data, {"test": rows_of(data, "test")})


def test_a_part_without_examples_has_answers_of_none() -> None:
    _, data, model = opened("line")
    found = judged(model, data, {"test": np.zeros(0, int)})
    assert found is not None
    assert [answers.shape for answers in found["test"][0].numbers] == [(1, 0), (1, 0)]


def test_some_of_many_rows_are_from_all_over_them() -> None:
    rows = np.arange(100, 200)
    few = evenly(rows, 5)
    assert (few[0], few[-1], len(few)) == (100, 199, 5)
    assert evenly(rows, 100) is rows
