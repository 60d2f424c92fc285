"""Whatever is pressed while a network trains, is wound back and its runs are turned over.

A hand that knows no rules presses the controls of the header, the time bar and the table of runs,
undoes and edits in the middle of it. Nothing may fail, and what the window shows must agree with
the run and the document at every moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from driving import LEFT, child
from live_panels import spiral
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.engine.dense import Dense
from nnstudio.graph.edits import replace_layer
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.panels.runs_panel import RunsPanel
from nnstudio.project.runs import progress_of
from nnstudio.training.history import History

KEYS, NONE = Qt.Key, Qt.KeyboardModifier.NoModifier
BUTTONS = (
    *("run_button", "pause_button") * 3,
    *("step_batch_button", "step_epoch_button", "stop_button", "restart_button") * 2,
    "new_weights_button",
    *("time_play", "time_now", "time_continue") * 2,
    *("runs_reopen", "runs_bring_back") * 2,
    *("seeds_cancel", "doctor_try_0", "doctor_use_0", "doctor_ignore_0", "recovery_go_on"),
)
#: What a user may set, to the bounds of what can be.
SETTINGS = {
    "learning_rate": (1e-9, 0.01, 1.0, 100.0),
    "batch_size": (1, 7, 100_000),
    "epochs": (1, 3, 40, 1_000_000),
    "early_stopping": (True, False),
    "average": (0.0, 0.9),
}


class Wild:
    """A hand that does anything."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self.window, self.chance = window, Random(seed)
        panel, table = child(window, "runs_panel"), child(window, "runs_table")
        assert isinstance(panel, RunsPanel)
        assert isinstance(table, QTableView)
        self.panel, self.table = panel, table
        self.does: tuple[Callable[[], object], ...] = (
            *[self.press] * 14,
            *[self.wind, self.wind_by_key, self.undo, self.redo, self.set, self.select] * 2,
            *(self.key_in_table, self.edit, self.change_data, self.fork, self.repeat),
            *(self.slow_down, self.sort),
        )

    def go(self) -> None:
        self.chance.choice(self.does)()

    def press(self) -> None:
        button = self.window.findChild(QWidget, self.chance.choice(BUTTONS))
        if button is not None and button.isVisible() and button.isEnabled():
            QTest.mouseClick(button, LEFT)

    def wind(self) -> None:
        slider = child(self.window, "time_slider")
        if slider.isVisible():
            place = QPoint(self.chance.randrange(slider.width()), slider.height() // 2)
            QTest.mouseClick(slider, LEFT, NONE, place)

    def wind_by_key(self) -> None:
        slider = child(self.window, "time_slider")
        if slider.isVisible():
            keys = (KEYS.Key_Left, KEYS.Key_Right, KEYS.Key_Home, KEYS.Key_End, KEYS.Key_B)
            QTest.keyClick(slider, self.chance.choice(keys))

    def undo(self) -> None:
        self.window.undo()

    def redo(self) -> None:
        self.window.workbench.document.redo()

    def set(self) -> None:
        name = self.chance.choice(list(SETTINGS))
        value = self.chance.choice(SETTINGS[name])
        self.window.workbench.change_settings(f"Change {name}", **{name: value})

    def edit(self) -> None:
        workbench = self.window.workbench
        hidden = next(node for node in workbench.graph.nodes if isinstance(node.layer, Dense))
        layer = replace(hidden.layer, units=self.chance.choice((1, 3, 8)))
        workbench.edit_graph("Units", lambda graph: replace_layer(graph, hidden.id, layer))

    def change_data(self) -> None:
        workbench = self.window.workbench
        data = workbench.project.data
        if self.chance.random() < 0.5:
            source = replace(data.source, count=self.chance.choice((10, 60)))
            data = replace(data, source=source)
        else:
            data = replace(
                data, split=replace(data.split, validation=self.chance.choice((0.0, 0.3)))
            )
        workbench.apply("Data", replace(workbench.project, data=data))

    def select(self) -> None:
        rows = self.table.model().rowCount()
        if rows and self.table.isVisible():
            index = self.table.model().index(self.chance.randrange(rows), 1)
            self.table.scrollTo(index)
            keys = self.chance.choice((NONE, Qt.KeyboardModifier.ControlModifier))
            place = self.table.visualRect(index).center()
            QTest.mouseClick(self.table.viewport(), LEFT, keys, place)

    def key_in_table(self) -> None:
        keys = (KEYS.Key_Space, KEYS.Key_Return, KEYS.Key_Delete, KEYS.Key_Right, KEYS.Key_Down)
        QTest.keyClick(self.table, self.chance.choice(keys))

    def sort(self) -> None:
        head = self.table.horizontalHeader()
        if head.isVisible():
            place = QPoint(self.chance.randrange(head.width()), head.height() // 2)
            QTest.mouseClick(head.viewport(), LEFT, NONE, place)

    def fork(self) -> None:
        if over := self.over():
            number, more = self.chance.choice(over), self.chance.choice((0, 2))
            self.panel.book.fork(number, lambda project: project, more=more, words="nothing")

    def repeat(self) -> None:
        if over := self.over():
            record = self.panel.book.record(self.chance.choice(over))
            assert record is not None
            self.panel.training.start(record, 2)

    def over(self) -> list[int]:
        """The runs that don't go on."""
        live = self.panel.book.live
        runs = self.panel.book.runs
        return [run.number for run in runs if live is None or run.number != live.number]

    def slow_down(self) -> None:
        self.window.workbench.runner.set_pace(self.chance.choice((None, None, 20)))


def check(window: MainWindow, panel: RunsPanel) -> None:
    """What is shown is what is."""
    workbench, live = window.workbench, window.live
    running, trained = workbench.runner.is_running, workbench.project.trained
    assert child(window, "pause_button").isVisible() == running
    assert child(window, "run_button").isVisible() != running

    numbers = [run.number for run in panel.book.runs]
    assert len(set(numbers)) == len(numbers)
    for run in panel.book.runs:
        assert run.parent is None or run.parent[0] != run.number
        assert (run.end == "running") == (running and run.number == workbench.runner.record.number)
        if run.trained is not None and run.trained.recording is not None and run.end != "running":
            assert run.trained.progress.run == run.trained.recording.run
            assert run.trained.recording.last.step <= run.step

    recording, moment = live.recording, live.moment
    assert (
        child(window, "time_bar").isVisible()
        == (recording is not None and len(recording.moments) > 1)
        or running
    )  # it grows now and then
    if moment is not None:
        assert recording is not None
        assert recording.last.step >= moment.step

    progress = progress_of(workbench.project)
    if progress is None or running:
        return
    assert trained.history is not None
    assert History.from_arrays(trained.history).epoch_count == progress.epoch
    if trained.recording is not None and trained.recording.moments:
        assert trained.recording.last.step <= progress.step
    model = live.model()
    if model is not None and moment is None:
        shown = workbench.project.network().arrays(model.workspace.flat)
        for key, array in shown.items():
            assert np.array_equal(array, trained.weights[key].array), key


@pytest.mark.parametrize("seed", [3, 15])
def test_whatever_is_pressed_the_window_agrees_with_the_run(
    open_window, qtbot: QtBot, seed: int
) -> None:
    window = open_window(size=(1440, 900))
    project = spiral(epochs=40)
    source = replace(project.data.source, count=60)
    window.workbench.open(replace(project, data=replace(project.data, source=source)))
    window.show_network()
    for name in ("doctor", "runs"):
        window.docks.show_dock(name)
        qtbot.wait(0)
    wild = Wild(window, seed)
    for _ in range(90):
        for _ in range(wild.chance.choice((1, 2, 4))):  # faster than the window can look
            wild.go()
        qtbot.wait(wild.chance.choice((0, 0, 0, 10, 40)))
        check(window, wild.panel)
