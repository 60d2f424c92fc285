"""Templates from the menu of the real window: on an empty canvas, and beside what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import click
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.graph.templates import TEMPLATES
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project


def opened(open_window, folder: Path, source: str) -> MainWindow:
    path = folder / "empty.nnstudio"
    save_project(Project(data=DataSettings(SOURCES[source]())), path)
    return open_window(path)


def insert(window: MainWindow, name: str) -> None:
    action = window.findChild(QAction, f"action_template_{name}")
    assert action is not None
    action.trigger()


@pytest.mark.parametrize("name", sorted(TEMPLATES.keys() - {"regression"}))
def test_on_an_empty_canvas_it_is_ready_to_train(
    open_window, tmp_path: Path, qtbot: QtBot, name: str
) -> None:
    window = opened(open_window, tmp_path, "Digits")
    insert(window, name)
    assert window.workbench.problems == ()
    places = list(window.workbench.project.layout.by_id.values())
    assert len(set(places)) == len(window.workbench.graph.nodes)
    window.workbench.change_settings("Epochs", epochs=1)
    click(window, "run_button")
    qtbot.waitUntil(lambda: window.workbench.project.trained is not None)


def test_beside_what_is_there_it_is_added_selected_and_undone_in_one_step(
    open_window, tmp_path: Path
) -> None:
    window = opened(open_window, tmp_path, "Digits")
    insert(window, "mlp")
    before = window.workbench.graph
    insert(window, "small-cnn")
    graph = window.workbench.graph
    new = {node.id for node in graph.nodes} - {node.id for node in before.nodes}
    assert set(window.workbench.selection) == new
    assert len(new) == 13
    canvas = window.docks.canvas
    old = [canvas.node_rect(node.id) for node in before.nodes]
    assert not any(canvas.node_rect(n).intersects(box) for n in new for box in old)
    window.workbench.document.undo()
    assert window.workbench.graph == before


def test_a_network_for_pictures_says_so_on_other_data(open_window, tmp_path: Path) -> None:
    window = opened(open_window, tmp_path, "Spiral")
    said: list[str] = []
    window.workbench.said.connect(lambda words, severity: said.append(words))
    insert(window, "lenet-5")
    assert not window.workbench.graph.nodes
    assert "for pictures" in said[0]
