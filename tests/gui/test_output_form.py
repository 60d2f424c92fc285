"""Several inputs and outputs in the window: chosen in the inspector, trained, and shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from driving import child, click
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Source, Spiral
from nnstudio.engine.activations import Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import BinaryCrossEntropy, CategoricalCrossEntropy
from nnstudio.engine.merging import Concatenate
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings


def graph_of(*nodes: tuple[str, object, str]) -> Graph:
    graph = Graph()
    for id, layer, sources in nodes:
        graph = add_node(graph, Node(id, layer))  # type: ignore[arg-type]
        for source in sources.split():
            graph = connect(graph, source, id)
    return graph


TWO_OUTPUTS = graph_of(
    ("x", Input(shape=(1, 8, 8)), ""),
    ("flat", Flatten(), "x"),
    ("scores", Dense(units=10), "flat"),
    ("digit", Softmax(), "scores"),
    ("score", Dense(units=1), "flat"),
    ("odd", Sigmoid(), "score"),
)


def saved(path: Path, graph: Graph, source: Source, settings: TrainingSettings) -> Path:
    save_project(Project(graph=graph, data=DataSettings(source), settings=settings), path)
    return path


def choose(window: QWidget, name: str, text: str) -> None:
    """Pick an entry of a combo box with the keyboard, as typing its first letters does."""
    box = child(window, name)
    assert isinstance(box, QComboBox)
    box.setFocus()
    wanted = box.findText(text)
    assert wanted >= 0, [box.itemText(i) for i in range(box.count())]
    while box.currentIndex() != wanted:
        key = Qt.Key.Key_Down if box.currentIndex() < wanted else Qt.Key.Key_Up
        QTest.keyClick(box, key)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    settings = TrainingSettings(loss=CategoricalCrossEntropy(), epochs=2)
    return saved(tmp_path / "two.nnstudio", TWO_OUTPUTS, Digits(), settings)


def test_an_output_is_given_its_loss_its_target_and_its_weight(
    open_window, two: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(two)
    workbench = window.workbench
    before = workbench.project
    workbench.select(("odd",))
    qtbot.waitUntil(lambda: child(window, "inspector_output").isVisible())
    assert any(problem.node == "odd" for problem in workbench.problems)

    choose(window, "inspector_output_loss", BinaryCrossEntropy.title)
    choose(window, "inspector_output_target", "odd")
    weight = child(window, "inspector_output_weight")
    assert isinstance(weight, QLineEdit)
    weight.setFocus()
    weight.selectAll()
    QTest.keyClicks(weight, "0.5")
    QTest.keyClick(weight, Qt.Key.Key_Return)
    settings = workbench.project.settings
    assert settings.loss_of("odd") == BinaryCrossEntropy()
    assert settings.target_of("odd") == "odd"
    assert settings.weight_of("odd") == 0.5
    assert not workbench.problems
    workbench.select(("digit",))
    assert settings.loss_of("digit") == CategoricalCrossEntropy(), "the other is as it was"

    click(window, "run_button")
    qtbot.waitUntil(lambda: not workbench.runner.is_running and bool(workbench.project.trained))
    assert workbench.project.trained is not None
    save_project(workbench.project, tmp_path / "again.nnstudio")
    assert load_project(tmp_path / "again.nnstudio") == workbench.project

    while workbench.document.undo_label:
        workbench.document.undo()
    assert replace(workbench.project, runs=()) == before, "all but the book of runs is as it was"


def test_each_choice_is_one_step_to_undo(open_window, two: Path, qtbot: QtBot) -> None:
    window = open_window(two)
    workbench = window.workbench
    workbench.select(("odd",))
    qtbot.waitUntil(lambda: child(window, "inspector_output").isVisible())
    choose(window, "inspector_output_target", "odd")
    assert workbench.document.undo_label == "Change target"
    workbench.document.undo()
    box = child(window, "inspector_output_target")
    assert isinstance(box, QComboBox)
    assert box.currentText() == "targets"
    assert workbench.project.settings.target_of("odd") == "targets"


def test_only_an_output_is_judged(open_window, two: Path, qtbot: QtBot) -> None:
    window = open_window(two)
    workbench = window.workbench
    for node, is_output in (("digit", True), ("scores", False), ("x", False), ("odd", True)):
        workbench.select((node,))
        qtbot.waitUntil(lambda: child(window, "inspector_summary").isVisible())
        assert child(window, "inspector_output").isVisible() == is_output, node


def test_what_the_controls_are_for_is_told_to_who_cannot_see_them(open_window, two: Path) -> None:
    window = open_window(two)
    window.workbench.select(("odd",))
    for name in ("loss", "target", "weight"):
        control = child(window, f"inspector_output_{name}")
        assert control.accessibleName()
        assert control.accessibleDescription()
        assert control.toolTip()


def test_another_loss_for_all_leaves_an_output_of_several_its_own(open_window, two: Path) -> None:
    window = open_window(two)
    workbench = window.workbench
    own = workbench.project.settings.judging("odd", loss=BinaryCrossEntropy())
    workbench.change_settings("Choose", losses=own.losses)
    workbench.select(())
    choose(window, "training_loss", "KL divergence")
    assert workbench.project.settings.loss_of("odd") == BinaryCrossEntropy()


def test_a_network_of_several_inputs_says_what_cannot_be_tried(
    open_window, qtbot: QtBot, tmp_path: Path
) -> None:
    graph = graph_of(
        ("x", Input(shape=(2,)), ""),
        ("arm", Input(shape=(1,), column="targets"), ""),
        ("both", Concatenate(), "x arm"),
        ("scores", Dense(units=2), "both"),
        ("class", Softmax(), "scores"),
    )
    settings = TrainingSettings(loss=CategoricalCrossEntropy(), epochs=2)
    path = saved(tmp_path / "two.nnstudio", graph, Spiral(count=80), settings)
    window = open_window(path)
    assert not window.workbench.problems
    click(window, "run_button")
    qtbot.waitUntil(lambda: window.workbench.project.trained is not None)
    for dock in ("function_dock", "try_dock", "curves_dock", "weights_dock", "features_dock"):
        child(window, dock).raise_()
        qtbot.wait(50)
    child(window, "try_dock").raise_()
    note = child(window, "try_note")
    assert isinstance(note, QLabel)
    told = "The network reads inputs, targets of the data, and only inputs can be set here"
    qtbot.waitUntil(lambda: told in note.text())
    child(window, "function_dock").raise_()
    empty = child(window, "function_empty")
    qtbot.waitUntil(empty.isVisible)


def test_the_column_of_an_input_is_typed_and_a_wrong_one_is_told_at_its_node(
    open_window, two: Path, qtbot: QtBot
) -> None:
    window = open_window(two)
    workbench = window.workbench
    workbench.select(("x",))
    field = child(window, "inspector_column")
    assert isinstance(field, QLineEdit)
    field.setFocus()
    QTest.keyClicks(field, "colour")
    QTest.keyClick(field, Qt.Key.Key_Return)
    (problem,) = [p for p in workbench.problems if p.node == "x"]
    assert "choose one of inputs, targets, odd" in str(problem)
    workbench.document.undo()
    assert workbench.graph.by_id["x"].layer == Input(shape=(1, 8, 8))
