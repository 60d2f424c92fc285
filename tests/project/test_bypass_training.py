"""Bypassed nodes take no part in training, and find their weights again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from small_projects import SPIRAL, SPIRAL_DATA, chain, trained

from nnstudio.engine.activations import Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import bypass
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.model import Model
from nnstudio.project.project import Project
from nnstudio.project.runs import continues, with_ended_run, with_start_weights

DEEP = replace(
    SPIRAL,
    graph=chain(Input((2,)), Dense(5), Tanh(), Dense(5), Tanh(), Dense(2), Softmax()),
)


def bypassed(project: Project, on: bool = True) -> Project:
    return replace(project, graph=bypass(project.graph, ["n3", "n4"], on))


def weights(project: Project) -> dict[tuple[str, str], str]:
    assert project.trained is not None
    return {key: blob.sha256 for key, blob in project.trained.weights.items()}


def own(project: Project) -> list[str]:
    """The weights of the node that was bypassed."""
    found = weights(project)
    return [found[key] for key in sorted(found) if key[0] == "n3"]


def test_training_without_a_node_leaves_its_weights_for_when_it_is_taken_back_in() -> None:
    first, _ = trained(DEEP, SPIRAL_DATA)
    second, _ = trained(bypassed(first), SPIRAL_DATA)
    assert own(first)
    assert own(second) == own(first)
    assert weights(second) != weights(first)
    back = bypassed(second, on=False)
    model = Model.of(back)
    for (node, name), array in model.network.arrays(model.workspace.flat).items():
        if node == "n3":
            assert first.trained is not None
            np.testing.assert_array_equal(array, first.trained.weights[node, name].array)


def test_a_run_without_a_node_can_be_saved_and_goes_on(tmp_path: Path) -> None:
    first, _ = trained(DEEP, SPIRAL_DATA)
    half, _ = trained(bypassed(first), SPIRAL_DATA, epochs=1)
    save_project(half, tmp_path / "half.nns")
    opened = load_project(tmp_path / "half.nns")
    assert continues(opened)
    there, _ = trained(opened, SPIRAL_DATA)
    whole, _ = trained(bypassed(first), SPIRAL_DATA)
    assert weights(there) == weights(whole)


def test_restarting_or_ending_a_run_keeps_the_weights_that_rest() -> None:
    first, _ = trained(DEEP, SPIRAL_DATA)
    second, _ = trained(bypassed(first), SPIRAL_DATA)
    assert own(with_start_weights(second)) == own(first)
    assert own(with_ended_run(second)) == own(first)


def test_bypassing_a_node_of_a_trained_network_needs_no_new_weights() -> None:
    first, _ = trained(DEEP, SPIRAL_DATA)
    model = Model.of(bypassed(first))
    assert [step.node for step in model.network.steps] == ["n0", "n1", "n2", "n5", "n6"]
    assert not continues(bypassed(first))


def test_an_output_that_is_bypassed_keeps_its_name_and_loss() -> None:
    project = replace(SPIRAL, graph=bypass(SPIRAL.graph, ["n4"], True))
    model = Model.around(project, SPIRAL_DATA.preparation)
    assert [output.name for output in model.outputs] == ["Softmax"]
