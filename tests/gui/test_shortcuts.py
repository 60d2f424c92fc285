"""Every shortcut of the menus, pressed in the real window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from canvas_hand import CTRL, THREE, Key
from driving import child
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project

#: Where the keyboard can be while no text is being written.
PLACES = ("canvas_view", "outline_table", "palette_list", "inspector_use_bias")


@pytest.fixture
def window(open_window: Callable[..., MainWindow], tmp_path: Path, qtbot: QtBot) -> MainWindow:
    save_project(Project(THREE), tmp_path / "three.nnstudio")
    opened = open_window(tmp_path / "three.nnstudio")
    opened.workbench.select(("dense",))
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    return opened


def focused(window: MainWindow, place: str) -> QWidget:
    widget = child(window, place)
    widget.setFocus()
    assert widget.hasFocus()
    return widget


def with_shortcut(window: MainWindow) -> dict[str, QAction]:
    """Every action that has a key, by the key."""
    return {
        keys.toString(): action
        for action in window.findChildren(QAction)
        for keys in action.shortcuts()
    }


def test_no_key_is_given_away_twice(window: MainWindow) -> None:
    of_actions = [
        keys.toString() for action in window.findChildren(QAction) for keys in action.shortcuts()
    ]
    of_others = [shortcut.key().toString() for shortcut in window.findChildren(QShortcut)]
    keys = of_actions + of_others
    assert len(of_actions) > 20
    assert sorted(set(keys)) == sorted(keys)


@pytest.mark.parametrize("place", PLACES)
def test_each_key_of_the_menus_does_what_it_says_and_nothing_else(
    window: MainWindow, place: str
) -> None:
    actions = with_shortcut(window)
    done: list[str] = []
    for action in {id(action): action for action in actions.values()}.values():
        action.triggered.disconnect()  # what it does may open a dialog
        action.triggered.connect(partial(done.append, action.objectName()))
        action.setEnabled(True)
    for keys, action in actions.items():
        done.clear()
        combination = QKeySequence(keys)[0]
        QTest.keyClick(focused(window, place), combination.key(), combination.keyboardModifiers())
        # An ambiguous shortcut also writes a warning, by which the test would fail.
        assert done == [action.objectName()], f"{keys} at {place}"


@pytest.mark.parametrize("place", PLACES)
def test_ctrl_b_bypasses_what_is_selected_as_one_step(window: MainWindow, place: str) -> None:
    QTest.keyClick(focused(window, place), Key.Key_B, CTRL)
    assert window.workbench.graph.by_id["dense"].bypassed
    assert window.workbench.document.undo_label == "Bypass"
    QTest.keyClick(focused(window, place), Key.Key_B, CTRL)
    assert window.workbench.graph == THREE
