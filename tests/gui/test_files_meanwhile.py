"""Opening, saving and closing while a file is being written, and once it has been."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from driving import answer_next_box
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from nnstudio import assets
from nnstudio.gui import files
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import load_project, save_project

#: Longer than anything here takes, in seconds: who waits so long has waited in vain.
IN_VAIN = 20.0

Buttons = QMessageBox.StandardButton
Opener = Callable[..., MainWindow]


def meanwhile(monkeypatch: pytest.MonkeyPatch, what: Callable[[], object]) -> None:
    """The next file is written so slowly that the window does ``what`` before."""
    begun, let_go = threading.Event(), threading.Event()

    def write(*args: Any, **options: Any) -> None:
        begun.set()
        assert let_go.wait(IN_VAIN)
        save_project(*args, **options)

    def look() -> None:
        if begun.is_set():
            timer.stop()
            what()
            let_go.set()

    monkeypatch.setattr(files, "save_project", write)
    timer = QTimer(QApplication.instance())
    timer.timeout.connect(look)
    timer.start(20)


def change(window: MainWindow, epochs: int) -> None:
    window.workbench.change_settings("Change epochs", epochs=epochs)


def test_while_a_file_is_written_nothing_else_is_opened_saved_or_closed(
    open_window: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(assets.sample("spiral.nnstudio"))
    change(window, 3)
    saved = window.workbench.project
    done: list[bool] = []

    def intrude() -> None:
        done.append(window.open_path(assets.sample("digits.nnstudio")))
        done.append(window.save_path(tmp_path / "other.nnstudio"))
        done.append(window.files.new())
        done.append(window.close())

    meanwhile(monkeypatch, intrude)
    assert window.save_path(tmp_path / "mine.nnstudio")
    assert done == [False, False, False, False]
    assert window.isVisible()
    assert window.workbench.project == saved == load_project(tmp_path / "mine.nnstudio")
    assert not (tmp_path / "other.nnstudio").exists()
    assert not window.workbench.document.is_modified
    assert window.close()


def test_what_is_there_already_is_not_written_again_but_what_is_not_is(
    open_window: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(assets.sample("spiral.nnstudio"))
    path, written = tmp_path / "mine.nnstudio", []

    def write(project: Any, path: Path, **options: Any) -> None:
        written.append(path.name)
        save_project(project, path, **options)

    monkeypatch.setattr(files, "save_project", write)

    def writes() -> int:
        before = len(written)
        assert window.save_path(path)
        assert load_project(path) == window.workbench.project
        return len(written) - before

    assert [writes(), writes(), writes()] == [1, 0, 0]
    change(window, 3)
    assert [writes(), writes()] == [1, 0]
    path.unlink()
    assert writes() == 1
    save_project(replace(window.workbench.project, description="by another"), path)
    assert writes() == 1, "somebody else has written there"
    assert window.open_path(assets.sample("digits.nnstudio"))
    assert writes() == 1, "another project is saved to the same file"


def test_what_changed_while_it_was_saved_is_asked_about_before_it_goes(
    open_window: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(assets.sample("spiral.nnstudio"))
    assert window.save_path(tmp_path / "mine.nnstudio")
    change(window, 3)

    def trial_ends() -> None:
        change(window, 4)
        asked.extend([answer_next_box(Buttons.Cancel)])

    asked: list[list[str]] = []
    meanwhile(monkeypatch, trial_ends)
    answer_next_box(Buttons.Save)
    assert not window.close()
    assert asked == [["Save the changes to mine.nnstudio?"]]
    assert load_project(tmp_path / "mine.nnstudio").settings.epochs == 3
    assert window.workbench.project.settings.epochs == 4
    assert window.isVisible()
