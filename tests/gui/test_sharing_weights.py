"""Weights shared by several nodes, from the menu of the real window, and trained like that."""

from __future__ import annotations

from pathlib import Path

import pytest
from canvas_hand import chain, layer
from driving import click
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project

TWICE = chain(
    layer("Input", (1,)), layer("Dense", 4), layer("Tanh"), layer("Dense", 4), layer("Tanh"),
    layer("Dense", 4), layer("Dense", 1),
)  # fmt: skip


@pytest.fixture
def window(open_window, tmp_path: Path) -> MainWindow:
    path = tmp_path / "twice.nnstudio"
    save_project(Project(TWICE, data=DataSettings(SOURCES["Line"]())), path)
    return open_window(path)


def choose(window: MainWindow, name: str, *nodes: str) -> None:
    window.workbench.select(nodes)
    action = window.findChild(QAction, f"action_{name}")
    assert action is not None
    action.trigger()


def test_selected_layers_share_the_weights_of_the_first_and_learn_as_one(
    window: MainWindow, qtbot: QtBot
) -> None:
    alone = window.workbench.analysis.total_parameters
    choose(window, "share_weights", "dense-2", "dense-3")
    assert window.workbench.graph.by_id["dense-3"].owner == "dense-2"
    assert window.workbench.analysis.total_parameters == alone - 20
    window.workbench.change_settings("Epochs", epochs=2)
    click(window, "run_button")
    qtbot.waitUntil(lambda: window.workbench.project.trained is not None)
    trained = window.workbench.project.trained
    assert trained is not None
    owners = {node for node, _ in trained.weights}
    assert owners == {"dense", "dense-2", "dense-4"}
    window.workbench.document.undo()
    choose(window, "own_weights", "dense-3")
    assert window.workbench.graph.by_id["dense-3"].owner == ""
    assert window.workbench.analysis.total_parameters == alone


def test_shapes_that_differ_are_told_at_the_node(window: MainWindow) -> None:
    choose(window, "share_weights", "dense-2", "dense-4")
    (problem,) = [p for p in window.workbench.problems if p.code == "owner_shapes"]
    assert problem.node == "dense-4"


@pytest.mark.parametrize("nodes", [(), ("dense",), ("dense", "tanh")])
def test_what_can_not_share_is_said_and_nothing_changes(
    window: MainWindow, nodes: tuple[str, ...]
) -> None:
    said: list[str] = []
    window.workbench.said.connect(lambda words, severity: said.append(words))
    choose(window, "share_weights", *nodes)
    assert window.workbench.graph == TWICE
    assert "select two or more layers of one kind" in said[0]
