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
    type_into(child(window, "training_patience"), "90000")
    assert continues(workbench.project)
