"""Files of networks with several inputs and outputs: what judges them, and their columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from saved_projects import go_on, trained_of, with_text

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits
from nnstudio.engine.activations import Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import BinaryCrossEntropy, CategoricalCrossEntropy
from nnstudio.engine.merging import Concatenate
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.persistence.project_file import ProjectFileError, load_project, save_project
from nnstudio.project.project import Project
from nnstudio.project.runs import continues
from nnstudio.training.settings import TrainingSettings

NODES = (
    (Node("picture", Input(shape=(1, 8, 8))), ""),
    (Node("parity", Input(shape=(1,), column="odd")), ""),
    (Node("flat", Flatten()), "picture"),
    (Node("first", Dense(units=8)), "flat"),
    (Node("second", Dense(units=8), frozen=True), "first"),
    (Node("again", Dense(units=8), owner="second"), "second"),
    (Node("both", Concatenate()), "again parity"),
    (Node("scores", Dense(units=10)), "both"),
    (Node("digit", Softmax()), "scores"),
    (Node("score", Dense(units=1)), "again"),
    (Node("odd", Sigmoid()), "score"),
)


def project() -> Project:
    """Two inputs, two outputs, weights that are shared, and that rest."""
    graph = Graph()
    for node, sources in NODES:
        graph = add_node(graph, node)
        for source in sources.split():
            graph = connect(graph, source, node.id)
    settings = TrainingSettings(loss=CategoricalCrossEntropy(), batch_size=64, epochs=2)
    return Project(
        graph=graph,
        data=DataSettings(Digits()),
        settings=settings.judging("odd", loss=BinaryCrossEntropy(), weight=0.5, target="odd"),
    )


def test_a_saved_run_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    paused = go_on(project(), batches=13)
    save_project(paused, tmp_path / "x")
    again = load_project(tmp_path / "x")
    assert again == paused
    assert continues(again)
    whole = go_on(project())
    assert trained_of(go_on(again)).sha256 == trained_of(whole).sha256
    assert ("again", "weight") not in trained_of(whole).weights


def test_the_preparation_of_every_column_is_kept(tmp_path: Path) -> None:
    paused = go_on(project(), batches=1)
    trained = trained_of(paused)
    affine = replace(trained.preparation.inputs, offset=np.array(7.0), factor=np.array(0.25))
    columns = {**trained.preparation.columns, "dots.and:colons": affine}
    kept = replace(trained, preparation=replace(trained.preparation, columns=columns))
    save_project(replace(paused, trained=kept), tmp_path / "x")
    found = trained_of(load_project(tmp_path / "x")).preparation
    assert found == kept.preparation
    assert found.of("dots.and:colons") == affine


def test_a_file_that_tells_nothing_of_columns_and_weights_has_the_usual_ones(
    tmp_path: Path,
) -> None:
    old = replace(project(), settings=TrainingSettings(loss=CategoricalCrossEntropy()))
    save_project(old, tmp_path / "x")

    def without_them(plain: dict[str, Any]) -> None:
        del plain["data"]["columns"]
        del plain["settings"]["loss_weights"]
        del plain["settings"]["target_columns"]
        for node in plain["nodes"]:
            if node["id"] == "picture":
                del node["layer"]["column"]

    with_text(tmp_path / "x", without_them)
    assert load_project(tmp_path / "x") == old


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"loss_weights": {"odd": -1}}, "expected a number from 0 to 1e+06"),
        ({"loss_weights": {"odd": "much"}}, "expected a number from 0 to 1e+06"),
        ({"loss_weights": {"odd": True}}, "expected a number from 0 to 1e+06"),
        ({"loss_weights": [1.0]}, "expected names with values"),
        ({"target_columns": {"odd": 3}}, "expected a text"),
        ({"target_columns": "odd"}, "expected names with values"),
    ],
)
def test_what_judges_an_output_must_make_sense(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    save_project(project(), tmp_path / "x")
    with_text(tmp_path / "x", lambda plain: plain["settings"].update(change))
    with pytest.raises(ProjectFileError) as caught:
        load_project(tmp_path / "x")
    assert reason in str(caught.value)


def test_a_run_without_the_preparation_of_its_column_is_damaged(tmp_path: Path) -> None:
    paused = go_on(project(), batches=1)
    trained = trained_of(paused)
    lacking = replace(trained, preparation=replace(trained.preparation, columns={}))
    save_project(replace(paused, trained=lacking), tmp_path / "x")
    with pytest.raises(ProjectFileError, match="lacks the column “odd”"):
        load_project(tmp_path / "x")
