"""The doctor in the window: what it finds is shown, a remedy is tried and used by mouse."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from driving import child, click
from live_panels import show, spiral, train
from projects import project
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Spiral
from nnstudio.doctor.finding import Bars, Curves
from nnstudio.engine.activations import Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import remove
from nnstudio.graph.model import Graph
from nnstudio.gui.doctor.evidence_plot import EvidencePlot
from nnstudio.gui.doctor.finding_row import FindingRow
from nnstudio.gui.panels.doctor_panel import DoctorPanel
from nnstudio.gui.plots.plotting import TICK_SIZE, sized
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.loop import train as steps_of

SLOW = {"optimizer": SGD(), "learning_rate": 3e-4, "epochs": 6}


def doctor(qtbot: QtBot, project: Project, size: tuple[int, int] = (560, 300)) -> DoctorPanel:
    """The panel, after the project was trained."""
    panel = show(qtbot, DoctorPanel, project, size)
    train(qtbot, panel)
    panel.refresh()
    return panel


def text(panel: DoctorPanel, name: str) -> str:
    label = child(panel, name)
    assert isinstance(label, QLabel)
    return label.text()


def tried(qtbot: QtBot, panel: DoctorPanel) -> None:
    """Try the first finding's remedy, to the end."""
    click(panel, "doctor_try_0")
    qtbot.waitUntil(lambda: text(panel, "doctor_outcome_0")[:1] == "“")


def test_before_any_run_it_says_what_it_is_for(qtbot: QtBot) -> None:
    panel = show(qtbot, DoctorPanel, spiral())
    panel.refresh()
    assert panel.findings() == ()
    assert "watches" in text(panel, "doctor_quiet_text")


def test_it_is_quiet_after_a_run_that_went_well(qtbot: QtBot) -> None:
    panel = doctor(qtbot, spiral(epochs=5))
    assert panel.findings() == ()
    assert text(panel, "doctor_quiet_text").startswith("Nothing wrong so far.")


def test_that_all_is_well_is_said_while_the_run_goes_on(qtbot: QtBot) -> None:
    panel = show(qtbot, DoctorPanel, spiral(epochs=1_000_000), (560, 300))
    runner = panel.live.workbench.runner
    runner.run()
    try:
        quiet = "doctor_quiet_text"
        qtbot.waitUntil(lambda: "Nothing wrong so far" in text(panel, quiet))
        known = text(panel, quiet)
        qtbot.waitUntil(lambda: text(panel, quiet) != known)
        assert runner.is_running
        assert "times" in text(panel, quiet)
    finally:
        runner.finish()


def test_a_finding_is_shown_with_its_evidence_and_what_may_help(qtbot: QtBot) -> None:
    panel = doctor(qtbot, spiral(**SLOW))
    assert [finding.code for finding in panel.findings()] == ["doctor_rate_low"]
    assert text(panel, "doctor_text_0").startswith("The learning rate of 0.0003 is too low")
    remedies = child(panel, "doctor_remedy_0")
    assert isinstance(remedies, QComboBox)
    assert remedies.currentText() == "Raise the rate to 0.003"
    plot = child(panel, "doctor_evidence_0")
    assert isinstance(plot, EvidencePlot)
    assert plot.evidence is panel.findings()[0].evidence
    assert plot.accessibleName() == "Loss of each step"


def test_a_remedy_is_tried_and_used_as_one_undo_step(qtbot: QtBot) -> None:
    panel = doctor(qtbot, spiral(**SLOW))
    workbench = panel.live.workbench
    before = workbench.project
    tried(qtbot, panel)
    assert workbench.project is before
    assert "helps: validation loss" in text(panel, "doctor_outcome_0")
    click(panel, "doctor_use_0")
    used = workbench.project
    assert used.settings == replace(before.settings, learning_rate=pytest.approx(3e-3))
    assert used.trained is not None
    assert used.trained.progress is not None
    assert used.trained.progress.epoch == 6
    assert panel.findings() == ()
    workbench.document.undo()
    assert replace(workbench.project, runs=before.runs) == before


def test_the_run_of_a_remedy_that_is_used_is_in_the_book_and_can_be_wound_back(
    qtbot: QtBot,
) -> None:
    panel = doctor(qtbot, spiral(**SLOW))
    workbench = panel.live.workbench
    tried(qtbot, panel)
    click(panel, "doctor_use_0")
    used = workbench.project
    ailing, record = used.runs
    assert (ailing.number, record.number) == (1, 2)
    assert (record.end, record.epoch) == ("finished", 6)
    assert record.settings == used.settings
    assert record.trained == used.trained
    assert used.trained is not None
    assert used.trained.run_number == 2

    recording = panel.live.recording
    assert recording is not None
    assert recording.last is not None
    assert recording.last.step == record.step
    half = recording.moments[len(recording.moments) // 2]
    panel.live.look_at(half.step)
    model = panel.live.model()
    assert model is not None
    session = session_for(replace(used, trained=None), workbench.data)
    for _ in steps_of(session, batches=half.step):
        pass
    np.testing.assert_array_equal(model.workspace.flat, session.flat)

    workbench.change_settings("Epochs", epochs=8)
    train(qtbot, panel)
    assert [(run.number, run.epoch) for run in workbench.project.runs] == [(1, 6), (2, 8)]


def test_a_run_that_still_goes_on_is_ended_before_the_remedy_is_used(qtbot: QtBot) -> None:
    endless = spiral(**{**SLOW, "learning_rate": 1e-7, "epochs": 1_000_000})
    panel = show(qtbot, DoctorPanel, endless)
    workbench = panel.live.workbench
    assert workbench.runner.run()
    qtbot.waitUntil(lambda: bool(panel.findings()))
    qtbot.waitUntil(lambda: child(panel, "doctor_try_0").isVisible())
    tried(qtbot, panel)
    assert workbench.runner.is_running
    click(panel, "doctor_use_0")
    assert not workbench.runner.is_running
    assert workbench.project.settings.learning_rate == pytest.approx(1e-6)
    assert workbench.document.undo_label == "Raise the rate to 1e-06"
    workbench.document.undo()
    assert workbench.document.undo_label.startswith("Train ")


def test_a_trial_goes_on_while_a_paused_run_does_and_ends_with_another_run(qtbot: QtBot) -> None:
    endless = spiral(**{**SLOW, "learning_rate": 1e-7, "epochs": 1_000_000})
    panel = show(qtbot, DoctorPanel, endless)
    workbench = panel.live.workbench
    assert workbench.runner.run()
    qtbot.waitUntil(lambda: bool(panel.findings()))
    qtbot.waitUntil(lambda: child(panel, "doctor_try_0").isVisible())
    workbench.runner.finish()
    (finding,) = panel.findings()
    click(panel, "doctor_try_0")
    trial = panel.practice.trial(finding)
    with qtbot.waitSignal(workbench.runner.ended):
        assert workbench.runner.step_batch()
    assert panel.practice.trial(finding) is trial
    qtbot.waitUntil(lambda: trial.done)
    assert trial.outcome is not None
    workbench.runner.new_weights()
    with qtbot.waitSignal(workbench.runner.ended):
        assert workbench.runner.step_batch()
    assert panel.practice.trial(finding) is None


def test_both_courses_are_drawn_beside_each_other(qtbot: QtBot) -> None:
    panel = doctor(qtbot, spiral(**SLOW))
    tried(qtbot, panel)
    plot = child(panel, "doctor_evidence_0")
    assert isinstance(plot, EvidencePlot)
    assert isinstance(plot.evidence, Curves)
    history = panel.live.history
    assert history is not None
    known = [row.val_loss for row in history.epochs]
    assert plot.evidence.series[0].y.tolist() == known
    assert plot.evidence.series[1].y[-1] < known[-1]
    metrics = QFontMetricsF(sized(plot.font(), TICK_SIZE))
    assert plot.legend_words(metrics) == ["before", "with fix"], "whole, though the plot is small"


def test_an_outcome_is_put_away_and_a_finding_ignored_until_the_next_run(qtbot: QtBot) -> None:
    panel = doctor(qtbot, spiral(**SLOW))
    tried(qtbot, panel)
    click(panel, "doctor_dismiss_0")
    panel.refresh()
    assert child(panel, "doctor_try_0").isVisible()
    click(panel, "doctor_ignore_0")
    panel.refresh()
    assert panel.findings() == ()
    assert "1 ignored" in text(panel, "doctor_quiet_text")
    train(qtbot, panel)  # from the start again: all epochs are done
    assert len(panel.findings()) == 1


def test_a_trial_is_cancelled_by_its_button(qtbot: QtBot) -> None:
    panel = doctor(qtbot, spiral(**SLOW))
    click(panel, "doctor_try_0")
    panel.refresh()
    click(panel, "doctor_dismiss_0")  # it may be over already: then its outcome is put away
    panel.practice.finish()
    panel.refresh()
    assert not panel.practice.is_trying
    assert child(panel, "doctor_try_0").isVisible()


def test_a_remedy_fits_what_the_network_has_become_meanwhile(qtbot: QtBot) -> None:
    panel = doctor(qtbot, spiral(**SLOW))
    tried(qtbot, panel)
    workbench = panel.live.workbench
    workbench.change_settings("Other momentum", optimizer=SGD(momentum=0.5))
    click(panel, "doctor_use_0")
    assert workbench.project.settings.optimizer == SGD(momentum=0.5)
    assert workbench.project.settings.learning_rate == pytest.approx(3e-3)


def test_a_loss_that_is_no_number_is_told_with_step_and_layer(qtbot: QtBot) -> None:
    project = spiral(optimizer=SGD(), learning_rate=100.0, epochs=50)
    inputs = replace(project.data, inputs="none")
    source = replace(inputs.source, count=60)  # type: ignore[call-arg]
    project = replace(
        project,
        data=replace(inputs, source=source),
        settings=replace(project.settings, loss=HalfSquaredError()),
        graph=_without_softmax(project),
    )
    panel = show(qtbot, DoctorPanel, project)
    said: list[str] = []
    panel.live.workbench.said.connect(lambda words, severity: said.append(words))
    train(qtbot, panel)
    panel.refresh()
    (finding, *_) = panel.findings()
    assert finding.code.startswith("doctor_nan")
    assert str(finding) in said[-1]
    assert f"tep {finding.step}" in said[-1]
    assert "Dense" in said[-1]


def _without_softmax(project: Project) -> Graph:
    return remove(project.graph, [project.graph.outputs[0]])


def test_the_layer_that_ails_is_selected_from_its_row(qtbot: QtBot) -> None:
    panel = show(qtbot, DoctorPanel, spiral(loss=HalfSquaredError(), epochs=2))
    train(qtbot, panel)
    panel.refresh()
    (finding,) = panel.findings()
    click(panel, "doctor_layer_0")
    assert panel.live.workbench.selection == (finding.node,) == ("softmax",)


def test_layers_with_one_name_are_told_apart_and_shares_are_told_in_percent(qtbot: QtBot) -> None:
    layers = Input((2,)), Dense(16), Tanh(), Dense(16), Tanh(), Dense(2), Softmax()
    content = project(
        Spiral(classes=2), *layers, loss=CategoricalCrossEntropy(), learning_rate=30.0, epochs=60
    )
    panel = doctor(qtbot, content)
    found = [finding for finding in panel.findings() if finding.code == "doctor_saturated"]
    assert sorted(str(finding).split(" is ")[0] for finding in found) == ["Tanh 1", "Tanh 2"]
    assert all(re.search(r"\d %", str(f)) and not re.search(r"\d%", str(f)) for f in found)
    place = panel.findings().index(found[0])
    link = child(panel, f"doctor_layer_{place}")
    assert isinstance(link, QPushButton)
    assert link.text() == str(found[0]).split(" is ")[0]
    plot = child(panel, f"doctor_evidence_{place}")
    assert isinstance(plot, EvidencePlot)
    assert (plot.x_axis.low, plot.x_axis.high, plot.y_axis.percent) == (-1.0, 1.0, True)


def test_only_a_remedy_that_helped_is_recommended(qtbot: QtBot) -> None:
    panel = doctor(qtbot, spiral(**SLOW))
    tried(qtbot, panel)
    row, (finding,) = child(panel, "doctor_finding_0"), panel.findings()
    assert isinstance(row, FindingRow)
    assert child(panel, "doctor_use_0").property("primary") is True
    trial = panel.practice.trial(finding)
    assert trial is not None
    assert trial.outcome is not None
    trial.outcome = replace(trial.outcome, helped=False)
    row.show_trial(finding, trial, may_try=True)
    assert child(panel, "doctor_use_0").property("primary") is False


def test_the_keyboard_stays_in_the_row_when_its_button_goes(qtbot: QtBot) -> None:
    panel = doctor(qtbot, spiral(**SLOW))
    button = child(panel, "doctor_try_0")
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    tried(qtbot, panel)
    assert child(panel, "doctor_finding_0").isAncestorOf(panel.window().focusWidget())


def test_evidence_of_every_kind_is_painted(qtbot: QtBot) -> None:
    panel = show(qtbot, DoctorPanel, spiral())
    plot = EvidencePlot(panel._theme)
    qtbot.addWidget(plot)
    plot.resize(260, 132)
    plot.show()
    values = np.array([0.0, np.nan, np.inf, 1.0, 1e-9])
    for is_log in (False, True):
        names = tuple("abcde")
        bars = Bars("Bars", names, values, values > 0.5, limit=0.5, is_log=is_log)
        plot.show_evidence(bars)
        grey = plot.grab().toImage()
        colours = {grey.pixelColor(x, y).name() for x in range(0, 260, 2) for y in range(0, 132, 2)}
        assert panel._theme.colours.error.lower() in colours


def test_the_window_tells_of_findings_at_the_top_and_at_the_tab(qtbot: QtBot, open_window) -> None:
    window = open_window()
    window.workbench.open(spiral(**SLOW))
    window.show_network()
    assert not child(window, "doctor_button").isVisible()
    runner = window.workbench.runner
    with qtbot.waitSignal(runner.ended):
        runner.run()
    assert child(window, "doctor_button").isVisible()
    assert window.docks.docks["doctor"].windowTitle() == "Doctor · 1"
    click(window, "doctor_button")
    qtbot.waitUntil(lambda: child(window, "doctor_finding_0").isVisible())
    window.workbench.open(spiral())
    assert not child(window, "doctor_button").isVisible()
    assert window.docks.docks["doctor"].windowTitle() == "Doctor"
