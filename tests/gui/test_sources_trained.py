"""Every source can be chosen in the window, and a network learns from it for an epoch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from driving import click
from idx_files import only_small_mnist
from pytestqt.qtbot import QtBot
from source_examples import EXAMPLES, at_hand

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Sorting, Source, source_text
from nnstudio.data.split import Split
from nnstudio.graph.templates import TEMPLATES
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of
from nnstudio.project.starting import begun

#: One of each; Sorting has a class at each place, which no template is for.
ONE_EACH = {type(source): source for source in EXAMPLES if not isinstance(source, Sorting)}


@pytest.mark.parametrize("example", list(ONE_EACH.values()), ids=lambda s: source_text(s)[:20])
def test_a_network_learns_from_it_in_the_window(
    example: Source, open_window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = at_hand(example, only_small_mnist(tmp_path, monkeypatch))
    window = open_window()
    workbench = window.workbench
    workbench.open(Project(data=DataSettings(source, Split(0.0, 0.0))))
    window.show_network()
    qtbot.waitUntil(lambda: not workbench.is_loading)
    assert not workbench.data_error
    assert workbench.data is not None
    name = "lstm" if len(workbench.data.input_shape) == 2 else "perceptron"
    project = begun(workbench.project, TEMPLATES[name], facts_of(workbench.data))
    settings = replace(project.settings, epochs=1)
    workbench.apply("Begin", replace(project, settings=settings))
    click(window, "run_button")
    qtbot.waitUntil(lambda: workbench.project.trained is not None)
    qtbot.waitUntil(lambda: not workbench.runner.is_running)
    trained = workbench.project.trained
    assert trained.progress is not None
    assert trained.progress.epoch == 1
    workbench.document.mark_saved()
