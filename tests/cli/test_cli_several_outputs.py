"""The command line on networks with several inputs and outputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import CommandLine, saved

import nnstudio as package
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Sorting, Source, Spiral
from nnstudio.engine.activations import Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    HalfSquaredError,
    Loss,
)
from nnstudio.engine.merging import Concatenate
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings


def project(*, two_inputs: bool = False) -> Project:
    """Digits read by one network: which one it is, and whether it is odd."""
    graph = Graph()
    for id, layer, source in (
        ("x", Input(shape=(1, 8, 8)), ""),
        ("flat", Flatten(), "x"),
        ("hidden", Dense(units=16), "flat"),
        ("scores", Dense(units=10), "hidden"),
        ("digit", Softmax(), "scores"),
        ("score", Dense(units=1), "hidden"),
        ("odd", Sigmoid(), "score"),
    ):
        graph = add_node(graph, Node(id, layer, name=id))
        graph = connect(graph, source, id) if source else graph
    if two_inputs:
        graph = add_node(graph, Node("hint", Input(shape=(1,), column="odd")))
        graph = add_node(graph, Node("both", Concatenate()))
        graph = replace(graph, edges=tuple(edge for edge in graph.edges if edge.target != "hidden"))
        for source, target in (("flat", "both"), ("hint", "both"), ("both", "hidden")):
            graph = connect(graph, source, target)
    settings = TrainingSettings(loss=CategoricalCrossEntropy(), epochs=1)
    return Project(
        graph=graph,
        data=DataSettings(Digits()),
        settings=settings.judging("odd", loss=BinaryCrossEntropy(), weight=0.5, target="odd"),
    )


@pytest.fixture
def trained(nnstudio: CommandLine, tmp_path: Path) -> Path:
    path = saved(project(), tmp_path / "two.nnstudio")
    nnstudio("train", path, "--out", path)
    return path


def test_every_output_has_figures_of_its_own(nnstudio: CommandLine, trained: Path) -> None:
    found = nnstudio.json("evaluate", trained)
    digit, odd = found["outputs"]["digit"], found["outputs"]["odd"]
    assert found["test_loss"] == pytest.approx(digit["test_loss"] + 0.5 * odd["test_loss"])
    assert found["test_accuracy"] == digit["test_accuracy"]
    data = Digits().load()
    test = project().data.split.parts(data).test
    answers = package.load(trained).predict(data.inputs[test])
    right = answers["odd"].argmax(axis=1) == data.targets[test] % 2
    assert odd["test_accuracy"] == pytest.approx(right.mean())
    assert found["reports"]["odd"]["classes"] == ["even", "odd"]
    assert found["reports"]["odd"]["accuracy"] == pytest.approx(right.mean())
    assert found["report"] == found["reports"]["digit"]


def test_people_read_a_table_and_a_report_for_each_output(
    nnstudio: CommandLine, trained: Path
) -> None:
    told = nnstudio("evaluate", trained).out
    assert told.count("digit:\n") == told.count("odd:\n") == 2
    assert "even" in told
    table = [line for line in told.splitlines() if not line.startswith(("/", "Weights"))]
    assert max(map(len, table)) <= 80


def test_each_output_is_predicted(nnstudio: CommandLine, trained: Path, tmp_path: Path) -> None:
    pictures = Digits().load().inputs[:3]
    np.save(tmp_path / "x.npy", pictures)
    found = nnstudio.json("predict", trained, tmp_path / "x.npy")["outputs"]
    answers = package.load(trained).predict(pictures)
    np.testing.assert_allclose(found["odd"]["probabilities"], answers["odd"], rtol=1e-6)
    names = [str(n) for n in answers["digit"].argmax(axis=1)]
    assert found["digit"]["predictions"] == names
    told = nnstudio("predict", trained, tmp_path / "x.npy").out.splitlines()
    assert [told[0], told[4]] == ["digit:", "odd:"]


def test_one_file_is_not_enough_for_two_columns(nnstudio: CommandLine, tmp_path: Path) -> None:
    path = saved(project(two_inputs=True), tmp_path / "two.nnstudio")
    nnstudio("train", path, "--out", path)
    np.save(tmp_path / "x.npy", Digits().load().inputs[:1])
    told = nnstudio.complaint("predict", path, tmp_path / "x.npy")
    assert "several columns of the data (inputs, odd)" in told
    assert nnstudio.json("evaluate", path)["outputs"]["odd"]["test_accuracy"] > 0.5


def test_info_tells_what_each_input_reads_and_each_output_answers_for(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    path = saved(project(two_inputs=True), tmp_path / "two.nnstudio")
    found = nnstudio.json("info", path)
    assert found["inputs"] == [
        {"node": "x", "column": "inputs"},
        {"node": "hint", "column": "odd"},
    ]
    digit, odd = found["outputs"]
    assert (odd["node"], odd["name"], odd["target"], odd["weight"]) == ("odd", "odd", "odd", 0.5)
    assert odd["loss"]["type"] == "BinaryCrossEntropy"
    assert (digit["target"], digit["weight"]) == ("targets", 1.0)
    told = nnstudio("info", path).out
    assert "Reads     inputs into x, odd into Input" in told
    assert "Output    odd: Binary cross-entropy, weight 0.5, compared with odd" in told


def chain(source: Source, loss: Loss, *layers: Layer, target: str = "targets") -> Project:
    """A network without branches, trained for a moment."""
    graph = Graph()
    for number, layer in enumerate(layers):
        graph = add_node(graph, Node(f"n{number}", layer))
        graph = connect(graph, f"n{number - 1}", f"n{number}") if number else graph
    settings = TrainingSettings(loss=loss, epochs=1)
    return Project(
        graph=graph,
        data=DataSettings(source, inputs="none"),
        settings=settings.judging(f"n{len(layers) - 1}", target=target),
    )


def test_folds_keep_the_answers_of_an_autoencoder(nnstudio: CommandLine, tmp_path: Path) -> None:
    layers = (Input(shape=(2,)), Dense(units=1), Dense(units=2))
    autoencoder = chain(Spiral(count=30), HalfSquaredError(), *layers, target="inputs")
    path = saved(autoencoder, tmp_path / "auto.nnstudio")
    told = nnstudio("cross-validate", path, "--folds", "3", "--out", tmp_path / "out.csv").out
    assert "RMSE" in told
    heading, *rows = (tmp_path / "out.csv").read_text().splitlines()
    assert heading == "repetition,fold,example,target y1,target y2,answer y1,answer y2"
    first = [float(number) for number in rows[0].split(",")]
    np.testing.assert_allclose(first[3:5], Spiral(count=30).load().inputs[int(first[2])])


def test_folds_keep_an_answer_for_each_place(nnstudio: CommandLine, tmp_path: Path) -> None:
    source = Sorting(count=30, length=3, numbers=4)
    layers = (
        Input(shape=(3,)),
        Embedding(input_dim=4, output_dim=2),
        Dense(units=4),
        Softmax(),
    )
    path = saved(chain(source, CategoricalCrossEntropy(), *layers), tmp_path / "sort.nnstudio")
    found = nnstudio.json("cross-validate", path, "--folds", "3", "--out", tmp_path / "out.csv")
    heading, *rows = (tmp_path / "out.csv").read_text().splitlines()
    targets, answers = (",".join(f"{what} {i}" for i in (1, 2, 3)) for what in ("target", "answer"))
    assert heading == f"repetition,fold,example,{targets},{answers}"
    table = np.array([row.split(",") for row in rows])
    assert (table[:, 3:6].astype(int) == source.load().targets).all()
    assert found["accuracy"]["pooled"] == pytest.approx((table[:, 3:6] == table[:, 6:]).mean())
