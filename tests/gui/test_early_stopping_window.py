"""Stopping early in the real window: set by hand, ended by the run, told in a sentence."""

from __future__ import annotations

from pathlib import Path

from driving import child, click
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.project.runs import continues, is_finished


def type_into(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_run_that_ends_early_says_so_and_goes_on_if_it_may_wait_longer(
    open_window, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "line.nnstudio"
    path.write_bytes(assets.sample("line.nnstudio").read_bytes())
    window = open_window(path)
    window.resize(1280, 1100)
    workbench = window.workbench
    workbench.select(())
    click(window, "training_section_stopping")
    child(window, "training_early_stopping").click()
    qtbot.waitUntil(lambda: child(window, "training_min_delta").isVisible())
    type_into(child(window, "training_min_delta"), "1000")  # only the first epoch is progress
    type_into(child(window, "training_patience"), "3")

    click(window, "run_button")
    qtbot.waitUntil(lambda: workbench.runner.is_running)
    qtbot.waitUntil(lambda: not workbench.runner.is_running)
    said = child(window, "message_text")
    assert isinstance(said, QLabel)
    assert "Ended early after epoch 4: there was no progress in the validation loss" in said.text()
    assert "The weights are those of epoch 1" in said.text()
    assert is_finished(workbench.project)

    trained = workbench.project.trained
    assert trained is not None
    assert trained.progress is not None
    assert trained.progress.result == "best"
    note = child(window, "training_note")
    assert isinstance(note, QLabel)
    type_into(child(window, "training_epochs"), "9000")
    assert "ended early" in note.text()  # more epochs alone don't make it go on
    assert "Raise Patience" in note.text()
    type_into(child(window, "training_patience"), "90000")
    assert continues(workbench.project)
    assert "goes on" in note.text()

    click(window, "step_batch_button")
    qtbot.waitUntil(lambda: workbench.runner.is_running)
    qtbot.waitUntil(lambda: not workbench.runner.is_running)
    assert workbench.project.trained.progress.step == trained.progress.step + 1


def test_one_epoch_without_progress_is_told_in_the_singular(open_window, qtbot: QtBot) -> None:
    window = open_window(assets.sample("line.nnstudio"))
    change = window.workbench.change_settings
    change("Stop early", None, early_stopping=True, min_delta=1000.0, patience=1)
    click(window, "run_button")
    qtbot.waitUntil(lambda: window.workbench.runner.is_running)
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    assert "for 1 epoch." in child(window, "message_text").text()


def test_a_run_whose_loss_has_settled_says_how_it_goes_on(open_window, qtbot: QtBot) -> None:
    window = open_window(assets.sample("line.nnstudio"))
    change = window.workbench.change_settings
    change("Stop", None, stop_when_converged=True, min_delta=1000.0, patience=2)
    click(window, "run_button")
    qtbot.waitUntil(lambda: window.workbench.runner.is_running)
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    note = child(window, "training_note")
    assert "Switch “Stop when converged” off" in note.text()
    change("Go on", None, stop_when_converged=False)
    assert "goes on" in note.text()
