"""Selected cards put at one line, or at even distances, from the menu of the real window."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from canvas_hand import chain, layer
from PySide6.QtGui import QAction

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import save_project
from nnstudio.project.layout import Layout
from nnstudio.project.project import Project

FOUR = chain(layer("Input", (2,)), layer("Dense", 8), layer("Tanh"), layer("Dense", 2))
PLACES = {"input": (0.0, 0.0), "dense": (304.0, 40.0), "tanh": (520.0, 160.0)}
ALL = {**PLACES, "dense-2": (1000.0, 400.0)}


@pytest.fixture
def window(open_window, tmp_path: Path) -> MainWindow:
    path = tmp_path / "four.nnstudio"
    project = Project(FOUR, Layout().moved(ALL), DataSettings(SOURCES["Spiral"]()))
    save_project(project, path)
    return open_window(path)


def choose(window: MainWindow, name: str, *nodes: str) -> dict[str, tuple[float, float]]:
    """Where all cards are once ``nodes`` are selected and the action is triggered."""
    window.workbench.select(nodes)
    action = window.findChild(QAction, f"action_{name}")
    assert action is not None
    action.trigger()
    return dict(window.workbench.project.layout.by_id)


@pytest.mark.parametrize(
    ("side", "axis", "line"),
    [("left", 0, 0.0), ("right", 0, 520.0), ("top", 1, 0), ("bottom", 1, 160)],
)
def test_cards_are_aligned_with_the_outermost_and_the_others_stay(
    window: MainWindow, side: str, axis: int, line: float
) -> None:
    places = choose(window, f"align_{side}", *PLACES)
    for node, before in PLACES.items():
        assert places[node][axis] == line, "all cards are equally large"
        assert places[node][1 - axis] == before[1 - axis]
    assert places["dense-2"] == ALL["dense-2"]
    window.workbench.document.undo()
    assert window.workbench.project.layout.by_id == ALL


@pytest.mark.parametrize(("name", "axis"), [("distribute_across", 0), ("distribute_down", 1)])
def test_distributed_cards_have_the_same_gaps_and_the_outermost_stay(
    window: MainWindow, name: str, axis: int
) -> None:
    places = choose(window, name, *ALL)
    along = sorted(place[axis] for place in places.values())
    gaps = [b - a for a, b in pairwise(along)]
    assert max(gaps) - min(gaps) <= 1
    assert (along[0], along[-1]) == (0.0, ALL["dense-2"][axis])


@pytest.mark.parametrize("name", ["align_left", "distribute_across"])
def test_with_nothing_selected_nothing_happens(window: MainWindow, name: str) -> None:
    assert choose(window, name) == ALL
    assert not window.workbench.document.undo_label
