"""What must be waited for doesn't freeze the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from nnstudio import assets
from nnstudio.gui import files
from nnstudio.gui.app import build_window
from nnstudio.gui.meanwhile import PATIENCE, wait_for
from nnstudio.messages import StudioError
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.project import Project

#: Longer than anything here takes, in seconds: who waits so long has waited in vain.
IN_VAIN = 20.0


def later(what: Callable[[], object]) -> None:
    """Call it from the window's event loop, once waiting has become long."""
    QTimer.singleShot(round(PATIENCE * 2000), what)


def test_the_window_goes_on_while_something_long_is_waited_for(qapp: QApplication) -> None:
    let_go = threading.Event()
    later(let_go.set)
    assert wait_for(lambda: let_go.wait(IN_VAIN), "test")
    assert QApplication.overrideCursor() is None


def test_what_is_over_soon_lets_nothing_else_happen_meanwhile(qapp: QApplication) -> None:
    happened: list[str] = []
    QTimer.singleShot(0, lambda: happened.append("a tick"))
    assert wait_for(lambda: "done", "test") == "done"
    assert happened == []


@pytest.mark.parametrize("is_long", [False, True])
def test_what_goes_wrong_meanwhile_is_raised_where_it_is_waited_for(
    qapp: QApplication, is_long: bool
) -> None:
    let_go = threading.Event()
    if is_long:
        later(let_go.set)

    def work() -> None:
        if is_long:
            assert let_go.wait(IN_VAIN)
        raise StudioError("file_missing", file="here")

    with pytest.raises(StudioError, match="here"):
        wait_for(work, "test")
    assert QApplication.overrideCursor() is None


def test_the_window_lives_while_a_project_is_saved_and_while_one_is_opened(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = build_window(assets.sample("spiral.nnstudio"), recovers=False)
    window.show()
    path = tmp_path / "slow.nnstudio"
    seen: list[bool] = []
    before = window.workbench.project
    beat, timer = threading.Event(), QTimer()
    timer.timeout.connect(beat.set)
    timer.start(round(PATIENCE * 1500))

    def write(*args: Any, **options: Any) -> None:
        seen.append(beat.wait(IN_VAIN))
        save_project(*args, **options)

    def read(path: Path) -> Project:
        seen.append(beat.wait(IN_VAIN))
        return load_project(path)

    monkeypatch.setattr(files, "save_project", write)
    monkeypatch.setattr(files, "load_project", read)
    assert window.files.save_path(path)
    beat.clear()
    assert window.open_path(path)
    timer.stop()
    assert seen == [True, True]
    assert load_project(path).graph == before.graph
    assert window.workbench.project.graph == before.graph
    window.workbench.document.mark_saved()
    window.close()
