"""Networks that don't fit their data yet: every view waits with a sentence, and nothing breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import Opener
from driving import child, click
from live_panels import show
from projects import project
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Digits, Sorting
from nnstudio.engine.activations import Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input, Reshape
from nnstudio.gui.panels.evaluate_panel import EvaluatePanel
from nnstudio.gui.panels.example_panel import ExamplePanel
from nnstudio.gui.panels.histograms_panel import HistogramsPanel
from nnstudio.project.project import Project

SIZE = (760, 420)


def looking_up(rows: int = 10, inputs: str = "scale") -> Project:
    """An embedding of digits; if they were scaled, there is no row 0.7 in its table."""
    layers = Input((8,)), Embedding(rows, 4), Dense(10), Softmax()
    content = project(Sorting(count=100), *layers, loss=CategoricalCrossEntropy())
    return replace(content, data=replace(content.data, inputs=inputs))


def answering(*end: Layer) -> Project:
    """Small pictures of ten classes, and some other answer than one of these."""
    layers = Input((1, 8, 8)), Flatten(), *end
    return project(Digits(), *layers, loss=CategoricalCrossEntropy())


def test_numbers_that_an_embedding_does_not_know_leave_cards_and_wires_empty(
    open_window: Opener, qtbot: QtBot
) -> None:
    window = open_window()
    window.files.show_project(looking_up(), None)
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    qtbot.waitUntil(lambda: not window.live._timer.isActive())
    window.life.numbers.switch(True)
    assert window.life.numbers.measured() == {}


def test_a_run_of_numbers_that_an_embedding_does_not_know_ends_with_a_sentence(
    open_window: Opener, qtbot: QtBot
) -> None:
    window = open_window()
    window.files.show_project(looking_up(rows=5, inputs="none"), None)
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    runner = window.workbench.runner
    with qtbot.waitSignal(runner.ended):
        click(window, "run_button")
    message = child(window, "message_text")
    assert isinstance(message, QLabel)
    assert "Embedding needs whole numbers from 0 to 4" in message.text()


def test_scaled_numbers_that_an_embedding_looks_up_are_told_of_before_a_run_and_mended(
    open_window: Opener, qtbot: QtBot
) -> None:
    window = open_window()
    window.files.show_project(looking_up(), None)
    workbench = window.workbench
    qtbot.waitUntil(lambda: not workbench.is_loading)
    assert not child(window, "run_button").isEnabled()
    (problem,) = workbench.problems
    assert "looks up whole numbers" in str(problem)
    qtbot.waitUntil(lambda: child(window, "problem_fix_0").isVisible())
    click(window, "problem_fix_0")
    qtbot.waitUntil(lambda: not workbench.is_loading)
    assert workbench.problems == ()
    with qtbot.waitSignal(workbench.runner.ended):
        click(window, "step_batch_button")
    assert workbench.project.trained is not None


def test_numbers_that_an_embedding_does_not_know_have_no_activations(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, looking_up(), SIZE)
    click(panel, "histograms_activations_button")
    qtbot.waitUntil(lambda: not panel.live._timer.isActive())
    assert panel.observing.latest is None


@pytest.mark.parametrize(
    "end",
    [
        (Dense(5), Softmax()),
        (Dense(11), Softmax()),
        (Dense(64), Sigmoid(), Reshape((1, 8, 8))),
    ],
    ids=["too few classes", "too many classes", "a picture"],
)
def test_answers_about_something_else_than_the_data_are_not_judged(
    qtbot: QtBot, end: tuple[Layer, ...]
) -> None:
    content = answering(*end)
    panel = show(qtbot, EvaluatePanel, content, SIZE)
    label = child(panel, "evaluate_empty_text")
    assert isinstance(label, QLabel)
    qtbot.waitUntil(lambda: "The data needs 10 classes" in label.text())
    example = show(qtbot, ExamplePanel, content, SIZE)
    qtbot.waitUntil(lambda: example.inside is not None)
    assert example.inside is not None
    assert example.inside.truth_text == ""
    assert not example.inside.is_wrong
