"""Reading and downloading data in the window: how far it is, giving up, and what failed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import child, click
from loopback import serving, stand_in_for_mnist
from PySide6.QtWidgets import QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from nnstudio.data import downloads
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Line, Mnist
from nnstudio.gui.loading_view import LoadingView
from nnstudio.gui.workbench import Workbench
from nnstudio.project.project import Project


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("NNSTUDIO_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    with serving() as address:
        stand_in_for_mnist(monkeypatch, address)
        yield address


def view_of(qtbot: QtBot, source: Mnist | Line) -> tuple[LoadingView, Workbench]:
    workbench = Workbench()
    workbench.open(Project(data=DataSettings(source)))
    view = LoadingView(workbench)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitUntil(lambda: not workbench.is_loading)
    view.show_state()  # a panel that is shown leaves its hidden parts hidden
    return view, workbench


def test_data_that_is_at_hand_shows_nothing(qtbot: QtBot) -> None:
    view, _ = view_of(qtbot, Line())
    assert not view.isVisible()


def test_a_missing_set_is_downloaded_by_its_button_and_read(qtbot: QtBot, server: str) -> None:
    view, workbench = view_of(qtbot, Mnist())
    assert "was not found" in workbench.data_error
    click(view, "data_download")
    assert workbench.is_fetching
    assert child(view, "data_cancel").isVisible()
    words = child(view, "data_loading")
    assert isinstance(words, QLabel)
    assert words.text().startswith("Downloading")
    qtbot.waitUntil(lambda: workbench.data is not None)
    assert workbench.data is not None
    assert workbench.data.dataset.size == 30
    assert not view.isVisible()


def test_a_download_that_fails_says_why_and_may_be_tried_again(
    qtbot: QtBot, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, workbench = view_of(qtbot, Mnist())
    monkeypatch.setattr(Mnist, "server", server + "nowhere/else/")
    monkeypatch.setattr(Mnist, "sums", ("0" * 32,) * 4)
    click(view, "data_download")
    qtbot.waitUntil(lambda: not workbench.is_loading)
    assert "arrived damaged" in workbench.data_error
    assert child(view, "data_download").isVisible()


def test_cancel_gives_up_what_is_being_downloaded(
    qtbot: QtBot, server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gate = threading.Event()
    real = downloads.fetch

    def slowly(title: str, files: object, folder: Path, progress: downloads.Progress) -> None:
        progress(1, 4)
        assert gate.wait(20)
        progress(2, 4)
        real(title, files, folder, progress)  # type: ignore[arg-type]

    monkeypatch.setattr("nnstudio.data.sources.idx_set.fetch", slowly)
    view, workbench = view_of(qtbot, Mnist())
    click(view, "data_download")
    bar = child(view, "data_progress")
    assert isinstance(bar, QProgressBar)
    qtbot.waitUntil(lambda: bar.value() == 250)
    click(view, "data_cancel")
    gate.set()
    qtbot.waitUntil(lambda: not workbench.is_loading)
    assert "was stopped" in workbench.data_error
    assert not list((tmp_path / "home").rglob("*.gz"))


def test_other_data_takes_the_place_of_what_is_still_being_read(qtbot: QtBot, server: str) -> None:
    workbench = Workbench()
    workbench.open(Project(data=DataSettings(Mnist())))
    workbench.open(Project(data=DataSettings(Line(count=7))))
    assert workbench.data is not None
    assert workbench.data.dataset.size == 7
