"""``nnstudio evaluate``: the figures, and what they mean."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import LINE, SPIRAL, CommandLine, saved, trained

import nnstudio as package
from nnstudio.data.preparation import Affine, Preparation
from nnstudio.data.sources import Line
from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import replace_layer
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.project.project import Project
from nnstudio.training.trained import Trained, freeze


def neuron(source: Line, weight: float, bias: float, output: Affine | None = None) -> Project:
    """One neuron with these weights, asked in the data's own units."""
    nodes = (Node("in", Input(shape=(1,))), Node("out", Dense(units=1)))
    weights = {
        ("out", "weight"): np.array([[weight]], np.float32),
        ("out", "bias"): np.array([bias], np.float32),
    }
    preparation = Preparation(Affine.identity(), output or Affine.identity())
    return Project(
        Graph(nodes, (Edge("in", "out"),)),
        data=replace(LINE.data, source=source),
        trained=Trained(freeze(weights), preparation, ""),
    )


def test_figures_are_those_that_training_told(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path
) -> None:
    told = nnstudio.json("train", spiral, "--out", tmp_path / "out")
    found = nnstudio.json("evaluate", tmp_path / "out")
    del found["report"]
    assert found == {name: told[name] for name in found}, "what only a run can tell is beside it"


def test_accuracy_is_the_share_of_right_answers(nnstudio: CommandLine, tmp_path: Path) -> None:
    path = saved(trained(SPIRAL), tmp_path / "x")
    dataset = SPIRAL.data.source.load()
    test = SPIRAL.data.split.parts(dataset).test
    answers = package.load(path).predict(dataset.inputs[test]).argmax(axis=1)
    found = nnstudio.json("evaluate", path)
    assert found["test_accuracy"] == pytest.approx(np.mean(answers == dataset.targets[test]))
    assert 0.3 < found["test_accuracy"] < 1


def test_rmse_is_in_the_units_of_the_data(nnstudio: CommandLine, tmp_path: Path) -> None:
    source = Line(slope=0.0, intercept=500.0, noise=0.0, count=60)
    # The network says 1, which stands for 480: 20 off everywhere.
    project = neuron(source, 0.0, 1.0, Affine(np.array(470.0), np.array(0.1)))
    found = nnstudio.json("evaluate", saved(project, tmp_path / "x"))
    assert found["test_rmse"] == pytest.approx(20, rel=1e-5)


@pytest.mark.parametrize(("off", "share"), [(0.0, 0.0), (0.5, 0.05), (-2.0, 0.2)])
def test_true_line_error_is_the_greatest_distance_as_a_share_of_the_lines_range(
    nnstudio: CommandLine, tmp_path: Path, off: float, share: float
) -> None:
    source = Line(slope=-2.0, intercept=1.0, noise=3.0, low=-1.0, high=4.0)  # from 3 to −7
    found = nnstudio.json("evaluate", saved(neuron(source, -2.0, 1.0 + off), tmp_path / "x"))
    assert found["true_line_error"] == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(("low", "high"), [(0.0, 10.0), (-10.0, 0.0)])
def test_true_line_error_is_measured_up_to_the_ends_of_the_range(
    nnstudio: CommandLine, tmp_path: Path, low: float, high: float
) -> None:
    source = Line(slope=2.0, intercept=0.0, low=low, high=high)
    found = nnstudio.json("evaluate", saved(neuron(source, 2.2, 0.0), tmp_path / "x"))
    # 0.2 x is at most 2 of 20; a hundred points come close to the end, and never pass it.
    assert 0.095 < found["true_line_error"] <= 0.1


def test_a_flat_line_has_no_range_to_compare_with(nnstudio: CommandLine, tmp_path: Path) -> None:
    project = neuron(Line(slope=0.0), 1.0, 0.0)
    assert nnstudio.json("evaluate", saved(project, tmp_path / "x"))["true_line_error"] is None


def test_only_lines_have_a_true_line(nnstudio: CommandLine, tmp_path: Path) -> None:
    found = nnstudio.json("evaluate", saved(trained(SPIRAL), tmp_path / "x"))
    assert "true_line_error" not in found


def test_weights_whose_training_is_not_known_have_no_epochs(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    found = nnstudio.json("evaluate", saved(neuron(Line(), 2.0, -1.0), tmp_path / "x"))
    assert (found["epochs"], found["seconds"], found["parameters"]) == (None, None, 2)


def test_other_data_is_prepared_as_the_weights_need_it(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    path = saved(trained(LINE), tmp_path / "x")
    own, twice = (
        nnstudio.json("evaluate", path, *more) for more in ((), ("--data", "line?count=61"))
    )
    assert own["weights_sha256"] == twice["weights_sha256"]
    far = nnstudio.json("evaluate", path, "--data", "line?intercept=100")
    # The answers are where they were, and the line is a hundred higher.
    assert far["test_rmse"] == pytest.approx(101, abs=2)


def test_people_are_told_a_table(nnstudio: CommandLine, tmp_path: Path) -> None:
    result = nnstudio("evaluate", saved(trained(LINE), tmp_path / "x"))
    assert result.code == 0
    lines = [line.split() for line in result.out.splitlines()]
    assert ["loss", "RMSE"] in lines
    assert [line[0] for line in lines[2:5]] == ["training", "validation", "test"]
    assert "Off the true line by at most" in result.out


# ---------------------------------------------------------------- what can't be evaluated


def test_a_project_that_never_learned_is_told(nnstudio: CommandLine, line: Path) -> None:
    assert "has not been trained yet" in nnstudio.complaint("evaluate", line)


def test_nodes_that_have_no_weights_since_an_edit_are_told(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    project = trained(LINE)
    wider = project.with_graph(replace_layer(project.graph, "n1", Dense(units=5)))
    told = nnstudio.complaint("evaluate", saved(wider, tmp_path / "x"))
    assert "There are no trained weights for Dense, as the design was changed" in told


def test_data_of_another_shape_is_told(nnstudio: CommandLine, tmp_path: Path) -> None:
    path = saved(trained(SPIRAL), tmp_path / "x")
    told = nnstudio.complaint("evaluate", path, "--data", "digits")
    assert "The data has shape 1 × 8 × 8, Input expects 2" in told
    assert "needs 3 classes" in nnstudio.complaint("evaluate", path, "--data", "spiral?classes=3")
