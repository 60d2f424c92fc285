"""What must hold whatever is clicked when: no run is lost, none begins by itself, none outlives."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import answer_next_box, child, click, training_threads
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.gui.app import _Crash
from nnstudio.project.project import Project

BUTTONS = QMessageBox.StandardButton


@pytest.fixture
def training(open_window, qtbot: QtBot, tmp_path: Path):
    """The window with the digits in training, for longer than any test lasts."""
    copy = tmp_path / "digits.nnstudio"
    copy.write_bytes(assets.sample("digits.nnstudio").read_bytes())
    window = open_window(copy)
    window.workbench.change_settings("Epochs", epochs=100_000)
    window.workbench.runner.new_weights()
    _train(window, qtbot)
    return window


def _train(window, qtbot: QtBot) -> None:
    click(window, "run_button")
    qtbot.waitUntil(lambda: window.workbench.runner.last_batch is not None)


@pytest.mark.parametrize("button", ["restart_button", "new_weights_button"])
def test_closing_right_after_asking_for_other_weights_leaves_no_thread(training, button) -> None:
    click(training, button)
    answer_next_box(BUTTONS.Discard)
    assert training.close()
    assert not training.workbench.runner.is_running
    assert "nnstudio-training" not in training_threads()


@pytest.mark.parametrize("button", ["restart_button", "new_weights_button"])
def test_other_weights_asked_for_just_before_saving_are_trained_on(
    training, button, tmp_path: Path
) -> None:
    click(training, button)
    assert training.save_path(tmp_path / "saved.nnstudio")
    assert training.workbench.runner.is_running


@pytest.mark.parametrize("button", ["pause_button", "stop_button"])
def test_a_run_that_was_told_to_end_does_not_go_on_after_saving(
    training, button, tmp_path: Path
) -> None:
    click(training, button)
    assert training.save_path(tmp_path / "saved.nnstudio")
    assert not training.workbench.runner.is_running


def test_an_epoch_halted_for_saving_is_trained_to_its_end_and_no_further(
    training, qtbot: QtBot, tmp_path: Path
) -> None:
    runner = training.workbench.runner
    click(training, "pause_button")
    qtbot.waitUntil(lambda: not runner.is_running)
    before = training.workbench.project.trained.progress.epoch
    click(training, "step_epoch_button")
    assert training.save_path(tmp_path / "saved.nnstudio")
    qtbot.waitUntil(lambda: not runner.is_running)
    progress = training.workbench.project.trained.progress
    assert (progress.epoch, progress.position) == (before + 1, 0)


def test_a_run_that_ends_while_the_window_is_busy_is_not_begun_again_by_saving(
    open_window, tmp_path: Path
) -> None:
    window = open_window(assets.sample("line.nnstudio"))
    runner = window.workbench.runner
    runner.restart()
    window.workbench.change_settings("Epochs", epochs=1)
    assert runner.run()
    runner._run.thread.join()
    assert window.save_path(tmp_path / "saved.nnstudio")
    assert not runner.is_running
    assert window.workbench.project.trained.progress.epoch == 1


def test_pausing_after_stop_still_stops_and_each_click_on_new_weights_counts(
    training, qtbot: QtBot
) -> None:
    workbench = training.workbench
    click(training, "stop_button")
    click(training, "pause_button")
    qtbot.waitUntil(lambda: not workbench.runner.is_running)
    assert workbench.project.trained.progress is None

    seed = workbench.project.settings.seed
    _train(training, qtbot)
    click(training, "new_weights_button")
    click(training, "new_weights_button")
    qtbot.waitUntil(lambda: workbench.project.settings.seed == seed + 2)
    assert workbench.runner.is_running, "it goes on with the other weights"
    click(training, "new_weights_button")
    click(training, "pause_button")
    qtbot.waitUntil(lambda: not workbench.runner.is_running)
    assert workbench.project.settings.seed == seed + 3
    assert workbench.project.trained is None


def test_a_file_that_cannot_be_opened_asks_nothing_and_lets_training_go_on(
    training, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.nnstudio"
    broken.write_bytes(b"PK")
    run = training.workbench.runner.session
    assert not training.open_path(broken)
    assert training.workbench.runner.session is run
    assert "broken.nnstudio" in child(training, "message_text").text()


def test_opening_the_same_file_after_saving_to_it_shows_what_was_saved(
    open_window, tmp_path: Path
) -> None:
    copy = tmp_path / "line.nnstudio"
    copy.write_bytes(assets.sample("line.nnstudio").read_bytes())
    window = open_window(copy)
    window.workbench.change_settings("Epochs", epochs=77)
    answer_next_box(BUTTONS.Save)
    assert window.open_path(copy)
    assert window.workbench.project.settings.epochs == 77


def test_a_run_asked_for_while_data_was_read_is_not_begun_in_the_next_project(
    open_window, qtbot: QtBot
) -> None:
    window = open_window()
    workbench = window.workbench
    window.open_path(assets.sample("mnist-mlp.nnstudio"))
    assert workbench.is_loading
    window.run_or_pause()
    window.open_path(assets.sample("line.nnstudio"))
    assert not workbench.is_loading
    assert not workbench.runner.is_running


def test_a_name_being_typed_dies_with_its_node(open_window) -> None:
    window = open_window(assets.sample("square.nnstudio"))
    workbench = window.workbench
    node = workbench.graph.nodes[1].id
    workbench.select((node,))
    name = child(window, "inspector_name")
    name.setFocus()
    QTest.keyClicks(name, "mine")
    assert window.open_path(assets.sample("digits.nnstudio"))
    assert all("mine" not in other.title for other in workbench.graph.nodes)
    assert not workbench.document.is_modified


def test_an_error_that_comes_again_and_again_is_shown_once(open_window) -> None:
    window = open_window()
    crash = _Crash(window)
    error = RuntimeError("a bug")
    shown = answer_next_box(BUTTONS.Close)
    for _ in range(3):
        crash(type(error), error, None)
    assert len(shown) == 1


@pytest.mark.parametrize("name", ["count", "noise", "low"])
def test_an_option_being_typed_never_reaches_the_data_of_another_project(open_window, name) -> None:
    window = open_window(assets.sample("square.nnstudio"))
    workbench = window.workbench
    click(window, "stage_data")
    field = child(window, f"data_{name}")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.5" if name != "count" else "55")
    workbench.open(Project())
    assert workbench.project == Project()
