"""Numbers that an Embedding looks up are whole: a preparation that breaks them up is a problem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_projects import chain

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.noise import GaussianNoise
from nnstudio.engine.shaping import Flatten, Input, Reshape
from nnstudio.graph.edits import bypass
from nnstudio.project.fixes import fix_for
from nnstudio.project.lookups import looked_up
from nnstudio.project.problems import problems
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of
from nnstudio.training.settings import TrainingSettings

LABELS = np.arange(40) % 2


def words(preparation: str, *before: Layer) -> Project:
    layers = Input((3,)), *before, Embedding(9, 2), Flatten(), Dense(2), Softmax()
    project = Project(chain(*layers), settings=TrainingSettings(loss=CategoricalCrossEntropy()))
    return replace(project, data=replace(project.data, inputs=preparation))


def read(project: Project, numbers: np.ndarray) -> PreparedData:
    return PreparedData.of(project.data, dataset=Dataset("", numbers, LABELS, ("a", "b")))


NUMBERS = np.random.default_rng(5).integers(0, 9, (40, 3)).astype(float)


@pytest.mark.parametrize("preparation", ["scale", "standardise", "standardise each"])
def test_scaled_numbers_are_a_problem_of_the_embedding_and_the_fix_leaves_them(
    preparation: str,
) -> None:
    project = words(preparation)
    facts = facts_of(read(project, NUMBERS))
    (problem,) = problems(project, facts)
    assert problem.node == "n1"
    assert problem.severity == "error"
    assert "“inputs”" in str(problem)
    fix = fix_for(project, problem, facts)
    assert fix is not None
    data = read(fix.project, NUMBERS)
    assert problems(fix.project, facts_of(data)) == ()
    np.testing.assert_array_equal(data.preparation.inputs.apply(NUMBERS), NUMBERS)


@pytest.mark.parametrize(
    "numbers",
    [np.tile([0.0, 1.0], (60, 1)).reshape(40, 3), np.tile([4.0, 7.0, 0.0], (40, 1))],
    ids=["0 and 1 are scaled to 0 and 1", "what never varies becomes 0"],
)
def test_whole_numbers_that_stay_whole_are_no_problem(numbers: np.ndarray) -> None:
    project = words("scale")
    assert problems(project, facts_of(read(project, numbers))) == ()


def test_whether_numbers_are_looked_up_is_told_past_layers_that_only_arrange_them() -> None:
    assert looked_up(words("none").graph) == {"n1": "inputs"}
    assert looked_up(words("none", Reshape((3,)), Flatten()).graph) == {"n3": "inputs"}
    assert looked_up(words("none", Dense(3)).graph) == {}
    noisy = words("none", GaussianNoise()).graph
    assert looked_up(noisy) == {}
    assert looked_up(bypass(noisy, ["n1"], True)) == {"n2": "inputs"}
    assert looked_up(bypass(noisy, ["n2"], True)) == {}
