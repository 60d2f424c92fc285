"""L-BFGS in the real window: chosen by hand, told what it does to the batch size, trained."""

from __future__ import annotations

from pathlib import Path

from driving import child, click
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.project.runs import is_finished


def test_choosing_it_tells_that_batches_have_no_part_and_a_run_makes_a_step_an_epoch(
    open_window, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "line.nnstudio"
    path.write_bytes(assets.sample("line.nnstudio").read_bytes())
    window = open_window(path)
    window.resize(1280, 1100)
    workbench = window.workbench
    workbench.select(())
    note = child(window, "training_note")
    assert isinstance(note, QLabel)
    assert "batch size has no effect" not in note.text()
    optimizer = child(window, "training_optimizer")
    assert isinstance(optimizer, QComboBox)
    optimizer.setCurrentText("L-BFGS")
    optimizer.activated.emit(optimizer.currentIndex())
    assert workbench.project.settings.optimizer.searches
    assert "the batch size has no effect" in note.text()
    assert note.isVisible()

    click(window, "run_button")
    qtbot.waitUntil(lambda: not workbench.runner.is_running and is_finished(workbench.project))
    trained = workbench.project.trained
    assert trained is not None
    assert trained.progress is not None
    assert trained.progress.step == trained.progress.epoch == workbench.project.settings.epochs
