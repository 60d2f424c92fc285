"""The picture dialog of the real window: what it shows, copies and saves."""

from __future__ import annotations

from pathlib import Path

import pytest
from canvas_hand import chain, layer
from driving import child, click
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.pictures.dialog import PictureDialog
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project

NET = chain(layer("Input", (2,)), layer("Dense", 2), layer("Softmax"))


@pytest.fixture
def window(open_window, tmp_path: Path) -> MainWindow:
    path = tmp_path / "net.nnstudio"
    save_project(Project(NET, data=DataSettings(SOURCES["Spiral"]())), path)
    return open_window(path)


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> PictureDialog:
    action = window.findChild(QAction, "action_export_picture")
    assert action is not None
    action.trigger()
    found = child(window, "picture_dialog")
    assert isinstance(found, PictureDialog)
    qtbot.waitExposed(found)
    return found


def choose_neurons(dialog: PictureDialog) -> None:
    style = child(dialog, "picture_style")
    assert isinstance(style, QComboBox)
    style.setFocus()
    QTest.keyClick(style, Qt.Key.Key_Down)


def shown(dialog: PictureDialog) -> QImage:
    return child(dialog, "picture_preview").grab().toImage()


def test_only_the_picture_of_neurons_asks_about_weights(dialog: PictureDialog) -> None:
    assert dialog.findChild(QWidget, "picture_weights") is None
    cards = shown(dialog)
    choose_neurons(dialog)
    assert child(dialog, "picture_weights").isVisible()
    neurons = shown(dialog)
    assert neurons != cards
    QTest.keyClick(child(dialog, "picture_weights"), Qt.Key.Key_Space)
    assert shown(dialog) != neurons


def test_it_copies_what_it_shows(dialog: PictureDialog) -> None:
    choose_neurons(dialog)
    click(dialog, "picture_copy")
    copied = QGuiApplication.clipboard().image()
    size = child(dialog, "picture_size")
    assert isinstance(size, QLabel)
    assert f"{copied.width():,} × {copied.height():,} pixels" in size.text()


def test_it_saves_where_it_is_told_and_closes(
    dialog: PictureDialog, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(parent: QWidget, title: str, start: str, filters: str) -> tuple[str, str]:
        asked.append(start)
        return str(tmp_path / "mine"), "PNG picture (*.png)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    choose_neurons(dialog)
    click(dialog, "picture_save")
    assert asked == [str(tmp_path / "net.svg")]
    assert not QImage(str(tmp_path / "mine.png")).isNull()
    assert not dialog.isVisible()


def test_it_says_why_there_is_no_picture(window: MainWindow, dialog: PictureDialog) -> None:
    dialog.close()
    window.new()
    window.show_picture_dialog()
    empty = window.findChildren(PictureDialog)[-1]
    assert "no network yet" in child(empty, "picture_preview").accessibleDescription()
    assert not child(empty, "picture_save").isEnabled()
    empty.close()
