"""Answers are only ever compared with the truth that was asked for, whatever is changed meanwhile.

A hand that knows no rules edits the last layer, the loss and the data, runs, pauses, winds back and
undoes while the panel is answering.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from driving import child
from live_panels import show, spiral, train
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Line, Spiral
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy, Hinge, MeanSquaredError
from nnstudio.graph.edits import replace_layer
from nnstudio.gui.evaluating import answering
from nnstudio.gui.evaluating.answering import Judging
from nnstudio.gui.panels.evaluate_panel import PAGES, PARTS, EvaluatePanel
from nnstudio.project.answering import rows_of
from nnstudio.project.project import Project

SIZE = (900, 420)


def small(content: Project, count: int = 60) -> Project:
    source = replace(content.data.source, count=count)
    return replace(content, data=replace(content.data, source=source))


def give_last_layer(panel: EvaluatePanel, units: int) -> None:
    workbench = panel.live.workbench
    last = [node for node in workbench.graph.nodes if isinstance(node.layer, Dense)][-1]
    layer = replace(last.layer, units=units)
    workbench.edit_graph("Units", lambda graph: replace_layer(graph, last.id, layer))


def at_rest(panel: EvaluatePanel) -> bool:
    live = panel.live
    return not (panel.is_busy or live.is_running or live._timer.isActive())


def words(panel: EvaluatePanel) -> str:
    label = child(panel, "evaluate_empty_text")
    assert isinstance(label, QLabel)
    return label.text()


class Wild:
    """A hand that does anything."""

    def __init__(self, panel: EvaluatePanel, seed: int) -> None:
        self.panel, self.chance = panel, Random(seed)
        self.workbench = panel.live.workbench
        self.does = (
            *[self.units, self.run, self.undo, self.wind, self.data] * 2,
            *(self.pause, self.redo, self.loss, self.page, self.part, self.kind),
        )

    def go(self) -> None:
        self.chance.choice(self.does)()

    def units(self) -> None:
        give_last_layer(self.panel, self.chance.choice((1, 2, 2, 3)))

    def run(self) -> None:
        self.workbench.runner.run()

    def pause(self) -> None:
        self.workbench.runner.pause()

    def undo(self) -> None:
        self.workbench.document.undo()

    def redo(self) -> None:
        self.workbench.document.redo()

    def wind(self) -> None:
        self.panel.live.look_at(self.chance.choice((None, 0, 3, 9)))

    def data(self) -> None:
        data = self.workbench.project.data
        if self.chance.random() < 0.5:
            split = replace(data.split, validation=self.chance.choice((0.0, 0.3)))
            data = replace(data, split=split)
        else:
            source = replace(data.source, count=self.chance.choice((12, 60, 200)))
            data = replace(data, source=source)
        self.workbench.apply("Data", replace(self.workbench.project, data=data))

    def kind(self) -> None:
        project, source = self.workbench.project, self.chance.choice((Spiral, Spiral, Line))()
        data = replace(project.data, source=replace(source, count=60))
        self.workbench.apply("Other data", replace(project, data=data))

    def loss(self) -> None:
        losses = CategoricalCrossEntropy(), CategoricalCrossEntropy(), Hinge(), MeanSquaredError()
        self.workbench.change_settings("Loss", loss=self.chance.choice(losses))

    def page(self) -> None:
        self.panel.show_page(self.chance.choice(list(PAGES)))

    def part(self) -> None:
        self.panel._wanted_part = self.chance.choice(list(PARTS))
        self.panel.live.mark(self.panel)


def check(panel: EvaluatePanel) -> None:
    """What is shown belongs together, and at rest it is what the network answers now."""
    judged, data = panel.judged, panel.live.workbench.data
    if judged is None or data is None or child(panel, "evaluate_empty").isVisible():
        assert "reshape" not in words(panel)
        assert "out of bounds" not in words(panel)
        return
    if not at_rest(panel):
        return
    assert set(judged.rows) <= set(rows_of(data, panel.part))
    if judged.is_classification:
        assert len(judged.scores) == len(judged.target.classes)
    model = panel.live.model()
    assert model is not None
    given = {name: data.dataset.column(name).values[judged.rows] for name in model.columns}
    expected = model.answers(given, stepped=True)[0]
    np.testing.assert_allclose(judged.answers, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("at_once", [0, answering.AT_ONCE], ids=["on a thread", "at once"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_changed_while_it_is_answered_answers_meet_their_own_truth(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, seed: int, at_once: int
) -> None:
    monkeypatch.setattr(answering, "AT_ONCE", at_once)
    panel = show(qtbot, EvaluatePanel, small(spiral(epochs=40)), SIZE)
    wild = Wild(panel, seed)
    for _ in range(60):
        for _ in range(wild.chance.choice((1, 1, 2, 4))):
            wild.go()
        if wild.chance.random() < 0.3:
            panel.live.workbench.runner.pause()
            qtbot.waitUntil(lambda: at_rest(panel))
        QCoreApplication.processEvents()
        check(panel)


def test_a_layer_too_narrow_for_the_classes_is_told_of_in_a_sentence(qtbot: QtBot) -> None:
    panel = show(qtbot, EvaluatePanel, small(spiral()), SIZE)
    train(qtbot, panel)
    give_last_layer(panel, 1)
    qtbot.waitUntil(lambda: at_rest(panel) and "The data needs 2 classes" in words(panel))
    panel.live.workbench.document.undo()
    qtbot.waitUntil(lambda: at_rest(panel) and panel.judged is not None)
    check(panel)


def test_answers_to_data_that_is_no_longer_there_are_dropped(qtbot: QtBot) -> None:
    panel = show(qtbot, EvaluatePanel, small(spiral(), 200), SIZE)
    qtbot.waitUntil(lambda: at_rest(panel) and panel.judged is not None)
    panel.show_page("mistakes")
    model, data = panel.live.model(), panel.live.workbench.data
    assert model is not None
    assert data is not None
    wanted = {part: rows_of(data, part) for part in PARTS}
    panel._answering.do_at_once(Judging(model, data, wanted, live=False))  # not yet come for
    workbench = panel.live.workbench
    workbench.apply("Fewer", small(workbench.project, 12))
    panel.refresh()
    known = [each for outputs in panel._known.values() for each in outputs]
    assert all(len(each.target.values) == 12 for each in known)
    qtbot.waitUntil(lambda: at_rest(panel) and panel.judged is not None)
    assert max(panel.judged.rows) < 12
