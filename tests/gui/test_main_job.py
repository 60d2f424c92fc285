"""The whole path of a user through the real window, by mouse and keyboard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from driving import answer_next_box, child, click, drag, training_threads
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

import nnstudio
from nnstudio import assets
from nnstudio.engine.optimizers import SGD
from nnstudio.graph.edits import remove
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.runs import continues

BUTTONS = QMessageBox.StandardButton


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """A copy of the digits sample that a test may write to, with more epochs than it can see."""
    project = load_project(assets.sample("digits.nnstudio"))
    copy = tmp_path / "digits.nnstudio"
    save_project(replace(project, settings=replace(project.settings, epochs=100_000)), copy)
    return copy


def test_a_sample_is_trained_paused_undone_saved_and_reopened_with_the_same_answers(
    open_window, qtbot: QtBot, digits: Path
) -> None:
    window = open_window(digits)
    workbench = window.workbench
    before = workbench.project.trained
    curves = child(window, "curves_panel")

    click(window, "run_button")
    qtbot.waitUntil(lambda: workbench.runner.is_running)
    qtbot.waitUntil(lambda: len(workbench.runner.history.steps) > 20)
    qtbot.waitUntil(lambda: curves.points() > 10)
    first = curves.points()
    qtbot.waitUntil(lambda: curves.points() > first)
    click(window, "pause_button")
    qtbot.waitUntil(lambda: not workbench.runner.is_running)

    paused = workbench.project.trained
    assert paused is not None
    assert paused != before
    assert workbench.document.undo_label.startswith("Train")
    assert workbench.document.is_modified

    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert workbench.project.trained == before
    QTest.keyClick(
        window, Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )  # fmt: skip
    assert workbench.project.trained == paused

    assert window.save_path(digits)
    assert not workbench.document.is_modified
    pictures = workbench.data.dataset.inputs[:50]
    answers = nnstudio.load(digits).predict(pictures)
    other = open_window(digits)
    assert other.workbench.project == workbench.project
    np.testing.assert_array_equal(other.live.model().predict(pictures), answers)


def test_a_network_is_built_by_mouse_wired_by_dragging_and_trained(
    open_window, qtbot: QtBot
) -> None:
    window = open_window()
    click(window, "start_new_button")
    workbench, canvas = window.workbench, window.docks.canvas
    palette = child(window, "palette_list")
    search = child(window, "palette_search")

    for name in ("Input", "Dense", "Tanh", "Dense"):
        QTest.mouseClick(search, Qt.MouseButton.LeftButton)
        search.selectAll()
        QTest.keyClicks(search, name)
        QTest.keyClick(search, Qt.Key.Key_Return)
    assert palette.isVisible()
    kinds = [type(node.layer).__name__ for node in workbench.graph.nodes]
    assert kinds == ["Input", "Dense", "Tanh", "Dense"]
    assert len(workbench.graph.edges) == 3, "what is appended is connected"

    # Take the last wire away and draw it again by hand, from port to port.
    last = workbench.graph.nodes[-1].id
    (wire,) = workbench.graph.incoming[last]
    workbench.edit_graph("Cut", lambda graph: remove(graph, edges=[wire]))
    assert not child(window, "run_button").isEnabled(), "half a network can't run"
    canvas.fit()
    drag(
        canvas.viewport(),
        canvas.port_point(wire.source, "output"),
        canvas.port_point(last, "input"),
    )
    assert wire in workbench.graph.edges
    assert workbench.document.undo_label

    # The data asks for one output.
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, pos=canvas.node_rect(last).center()
    )
    units = child(window, "inspector_units")
    units.setFocus()
    units.selectAll()
    QTest.keyClicks(units, "1")
    QTest.keyClick(units, Qt.Key.Key_Return)
    assert not workbench.problems
    click(window, "run_button")
    with qtbot.waitSignal(workbench.runner.ended):
        pass
    assert workbench.project.trained is not None
    assert workbench.project.trained.progress.epoch == workbench.project.settings.epochs


def test_pausing_and_stepping_give_the_same_bits_as_an_uninterrupted_run(
    open_window, qtbot: QtBot, digits: Path
) -> None:
    window = open_window(digits)
    workbench = window.workbench
    workbench.change_settings("Epochs", epochs=4)
    workbench.runner.restart()

    click(window, "run_button")
    qtbot.waitUntil(lambda: not workbench.runner.is_running)
    whole = workbench.project.trained
    assert whole is not None
    assert whole.progress is not None
    assert whole.progress.epoch == 4

    click(window, "restart_button")
    assert workbench.project.trained is None or workbench.project.trained.progress is None
    for button in ("step_batch_button", "step_batch_button", "step_epoch_button"):
        click(window, button)
        qtbot.waitUntil(lambda: not workbench.runner.is_running)
        assert continues(workbench.project)
    assert workbench.project.trained.progress.epoch == 1
    workbench.runner.set_pace(60)  # or it might be over before it is paused
    click(window, "run_button")
    qtbot.waitUntil(lambda: len(workbench.runner.history.steps) > 60)
    click(window, "pause_button")
    qtbot.waitUntil(lambda: not workbench.runner.is_running)
    workbench.runner.set_pace(None)
    assert workbench.project.trained.progress.epoch < 4
    click(window, "run_button")
    qtbot.waitUntil(lambda: not workbench.runner.is_running)
    assert workbench.project.trained.sha256 == whole.sha256


def test_closing_while_training_asks_and_ends_the_thread_within_a_second(
    open_window, qtbot: QtBot, digits: Path
) -> None:
    window = open_window(digits)
    window.workbench.change_settings("Epochs", epochs=100_000)
    click(window, "run_button")
    qtbot.waitUntil(lambda: window.workbench.runner.last_batch is not None)
    assert "nnstudio-training" in training_threads()

    seen = answer_next_box(BUTTONS.Cancel)
    assert not window.close()
    assert "Save the changes" in seen[0]
    assert window.isVisible()
    assert window.workbench.runner.is_running, "Cancel goes on as if nothing had been asked"

    answer_next_box(BUTTONS.Discard)
    began = perf_counter()
    assert window.close()
    assert perf_counter() - began < 1
    assert "nnstudio-training" not in training_threads()


def test_a_run_that_diverges_says_so_and_keeps_the_weights(open_window, qtbot: QtBot) -> None:
    window = open_window(assets.sample("square.nnstudio"))
    workbench = window.workbench
    workbench.change_settings("Optimizer", optimizer=SGD(), learning_rate=100.0)
    before = workbench.project
    assert before.trained is not None
    with qtbot.waitSignal(workbench.runner.ended):
        click(window, "run_button")
    said = child(window, "message_text")
    assert said.isVisible()
    assert "Training stopped. In step" in said.text()
    assert "smaller learning rate than 100" in said.text()
    assert workbench.project == replace(before, runs=workbench.project.runs)


def test_a_damaged_file_is_refused_with_a_sentence_and_the_open_project_stays(
    open_window, tmp_path: Path, digits: Path
) -> None:
    window = open_window(digits)
    open_project = window.workbench.project
    broken = tmp_path / "broken.nnstudio"
    broken.write_bytes(digits.read_bytes()[:2000])

    assert not window.open_path(broken)

    assert "broken.nnstudio" in child(window, "message_text").text()
    assert window.workbench.project is open_project


def test_editing_while_it_trains_keeps_the_edit_and_the_weights_that_fit(
    open_window, qtbot: QtBot, digits: Path
) -> None:
    window = open_window(digits)
    workbench = window.workbench
    workbench.change_settings("Epochs", epochs=100_000)
    click(window, "run_button")
    qtbot.waitUntil(lambda: workbench.runner.last_batch is not None)
    canvas = window.docks.canvas
    dense = next(n.id for n in workbench.graph.nodes if type(n.layer).__name__ == "Dense")
    centre = canvas.node_rect(dense).center()
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert workbench.selection == (dense,)
    start = workbench.project.layout
    drag(canvas.viewport(), centre, centre + QPoint(0, 64))
    assert workbench.project.layout != start
    click(window, "pause_button")
    qtbot.waitUntil(lambda: not workbench.runner.is_running)
    assert continues(workbench.project), "moving a node is no change of the design"
    assert workbench.project.layout != start
