"""What is changed in the window's forms while a run is on: at once, or from the next restart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from driving import child, click
from projects import project
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import SOURCES
from nnstudio.data.sources.line import Line
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import save_project
from nnstudio.project.runs import continues
from nnstudio.training.session import Session

SECTIONS = ("rules", "rate", "regularisation", "stopping", "more")


@pytest.fixture
def window(open_window: Callable[..., MainWindow], tmp_path: Path) -> MainWindow:
    layers = Input((1,)), Dense(8), Dropout(0.1), Dense(1)
    settings = {"optimizer": SGD(momentum=0.5), "learning_rate": 1e-4, "epochs": 1_000_000}
    save_project(project(SOURCES["Line"](), *layers, **settings), tmp_path / "line.nnstudio")
    opened = open_window(tmp_path / "line.nnstudio", size=(1280, 1600))
    opened.workbench.select(())
    for name in SECTIONS:
        click(opened, f"training_section_{name}")
    return opened


def enter(window: MainWindow, name: str, text: str) -> None:
    """Type ``text`` into a field and take it by Enter."""
    field = child(window, name)
    if not isinstance(field, QLineEdit):
        line = field.findChild(QLineEdit)
        assert line is not None, f"{name} is no field to type into"
        field = line
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def start(window: MainWindow) -> Session:
    click(window, "run_button")
    session = window.workbench.runner.session
    assert session is not None
    return session


def pause(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.workbench.runner.ended):
        click(window, "pause_button")


def waits(window: MainWindow, name: str) -> bool:
    label = child(window, f"{name}_later")
    assert isinstance(label, QLabel)
    assert label.text().endswith("from the next restart")
    return label.isVisible()


# ---------------------------------------------------------------- at once


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("learning_rate", "0.002", 0.002),
        ("batch_size", "7", 7),
        ("epochs", "999999", 999_999),
        ("l1", "0.25", 0.25),
        ("l2", "0.5", 0.5),
        ("weight_decay", "0.125", 0.125),
        ("max_norm", "3", 3.0),
        ("clip_value", "2", 2.0),
        ("clip_norm", "5", 5.0),
    ],
)
def test_a_number_typed_while_training_runs_is_used_by_the_run(
    window: MainWindow, qtbot: QtBot, name: str, text: str, value: float
) -> None:
    session = start(window)
    enter(window, f"training_{name}", text)
    qtbot.waitUntil(lambda: getattr(session.settings, name) == value)
    assert not waits(window, f"training_{name}")
    pause(window, qtbot)
    bench = window.workbench
    assert continues(bench.project), "it is the same run"
    assert bench.project.trained is not None
    assert bench.project.trained.progress is not None
    told = [(c.setting, c.value) for c in bench.project.trained.progress.changes]
    assert told == [(name, value)]


def test_momentum_typed_while_training_runs_is_used_by_the_run(
    window: MainWindow, qtbot: QtBot
) -> None:
    session = start(window)
    enter(window, "training_optimizer_momentum", "0.9")
    qtbot.waitUntil(lambda: session.settings.optimizer == SGD(momentum=0.9))
    assert not waits(window, "training_optimizer_momentum")


def test_stopping_switched_on_while_training_runs_ends_the_run(
    window: MainWindow, qtbot: QtBot
) -> None:
    bench = window.workbench
    start(window)
    check = child(window, "training_stop_when_converged")
    assert isinstance(check, QCheckBox)
    with qtbot.waitSignal(bench.runner.ended):
        check.click()
        enter(window, "training_min_delta", "1000")
        enter(window, "training_patience", "1")
    assert bench.project.trained.progress.converged
    message = child(window, "message_text")
    assert "no longer moves" in message.text()
    assert child(window, "time_left_label").text() == "ended early"


def test_a_dropout_rate_typed_while_training_runs_is_used_by_the_run(
    window: MainWindow, qtbot: QtBot
) -> None:
    session = start(window)

    def rates() -> list[float]:
        layers = [step.layer for step in session.network.steps]
        return [layer.rate for layer in layers if isinstance(layer, Dropout)]

    window.workbench.select(("dropout",))
    enter(window, "inspector_rate", "0.4")
    qtbot.waitUntil(lambda: rates() == [0.4])
    assert not waits(window, "inspector_rate")
    window.undo()
    qtbot.waitUntil(lambda: rates() == [0.1])
    pause(window, qtbot)
    assert continues(window.workbench.project)


def test_a_penalty_of_one_layer_is_used_though_another_was_redrawn_meanwhile(
    window: MainWindow, qtbot: QtBot
) -> None:
    session = start(window)
    window.workbench.select(("dense",))
    enter(window, "inspector_units", "3")
    window.workbench.select(("dropout",))
    enter(window, "inspector_rate", "0.4")
    qtbot.waitUntil(lambda: session.network.steps[2].layer == Dropout(0.4))
    assert session.network.steps[1].layer == Dense(8), "the design itself waits"


def test_the_epochs_of_a_run_that_is_on_are_those_in_the_header(
    window: MainWindow, qtbot: QtBot
) -> None:
    start(window)
    enter(window, "training_epochs", "777777")
    label = child(window, "epoch_label")
    qtbot.waitUntil(lambda: label.text().endswith("of 777,777"))


# ---------------------------------------------------------------- from the next restart


@pytest.mark.parametrize("is_on", [True, False], ids=["running", "paused"])
def test_a_setting_that_can_not_change_within_a_run_says_so(
    window: MainWindow, qtbot: QtBot, is_on: bool
) -> None:
    start(window)
    if not is_on:
        qtbot.waitUntil(lambda: window.workbench.runner.last_batch is not None)
        pause(window, qtbot)
    assert not waits(window, "training_seed")
    enter(window, "training_seed", "5")
    enter(window, "training_warm_up", "2")
    assert [waits(window, f"training_{n}") for n in ("seed", "warm_up", "l2")] == [
        True,
        True,
        False,
    ]
    enter(window, "training_seed", "0")
    assert [waits(window, f"training_{n}") for n in ("seed", "warm_up")] == [False, True]


@pytest.mark.parametrize("name", ["loss", "optimizer", "schedule"])
def test_another_loss_optimizer_or_schedule_waits(window: MainWindow, name: str) -> None:
    start(window)
    box = child(window, f"training_{name}")
    assert isinstance(box, QComboBox)
    assert not waits(window, f"training_{name}")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert waits(window, f"training_{name}")


def test_the_design_waits_until_the_run_is_restarted(window: MainWindow, qtbot: QtBot) -> None:
    start(window)
    window.workbench.select(("dense",))
    assert not waits(window, "inspector_units")
    enter(window, "inspector_units", "3")
    assert waits(window, "inspector_units")
    assert not waits(window, "inspector_l2")
    click(window, "restart_button")
    qtbot.waitUntil(
        lambda: (
            (s := window.workbench.runner.session) is not None
            and s.network.steps[1].layer == Dense(3)
        )
    )
    assert not waits(window, "inspector_units")


def test_a_network_that_was_edited_while_it_trains_says_so_below_the_canvas(
    window: MainWindow, qtbot: QtBot
) -> None:
    assert not waits(window, "canvas")
    start(window)
    canvas = window.docks.canvas
    for edit in (
        lambda: QTest.keyClick(canvas, Qt.Key.Key_Delete),
        lambda: QTest.keyClick(canvas, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier),
        lambda: QTest.keyClick(canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier),
        lambda: QTest.keyClick(child(window, "inspector_trainable"), Qt.Key.Key_Space),
        lambda: enter(window, "inspector_units", "3"),
    ):
        canvas.setFocus()
        window.workbench.select(("dense",))
        assert not waits(window, "canvas")
        edit()
        assert waits(window, "canvas"), window.workbench.document.undo_label
        window.undo()
    enter(window, "training_l2", "0.5")
    window.workbench.select(("dropout",))
    enter(window, "inspector_rate", "0.5")
    assert not waits(window, "canvas"), "that the run knows of"
    window.workbench.select(("dense",))
    enter(window, "inspector_units", "3")
    pause(window, qtbot)
    assert waits(window, "canvas")
    click(window, "restart_button")
    qtbot.waitUntil(lambda: not waits(window, "canvas"))


def test_the_weight_of_an_outputs_loss_waits(window: MainWindow) -> None:
    start(window)
    (output,) = window.workbench.graph.outputs
    window.workbench.select((output,))
    assert not waits(window, "inspector_output")
    enter(window, "inspector_output_weight", "2")
    assert waits(window, "inspector_output")
    window.undo()
    assert not waits(window, "inspector_output")


def test_data_waits(window: MainWindow) -> None:
    start(window)
    bench = window.workbench
    label = child(window, "data_later")
    assert label.isHidden()
    bench.apply(
        "Noise", replace(bench.project, data=replace(bench.project.data, source=Line(noise=0.5)))
    )
    assert not label.isHidden()
    bench.document.undo()
    assert label.isHidden()


def test_nothing_waits_where_there_is_no_run(window: MainWindow) -> None:
    enter(window, "training_seed", "5")
    labels = [w for w in window.findChildren(QLabel) if w.objectName().endswith("_later")]
    assert len(labels) > 10
    assert all(label.isHidden() for label in labels)


def test_what_waits_is_said_in_the_note_of_a_paused_run(window: MainWindow, qtbot: QtBot) -> None:
    start(window)
    qtbot.waitUntil(lambda: window.workbench.runner.last_batch is not None)
    pause(window, qtbot)
    note = child(window, "training_note")
    assert "goes on where it paused" in note.text()
    enter(window, "training_l2", "0.5")
    assert "goes on where it paused" in note.text()
    enter(window, "training_seed", "5")
    assert "another one" in note.text()
    window.undo()
    assert "goes on where it paused" in note.text()


def test_the_book_of_runs_has_the_settings_a_run_ended_with_though_its_design_was_edited(
    window: MainWindow, qtbot: QtBot
) -> None:
    session = start(window)
    enter(window, "training_l2", "0.5")
    enter(window, "training_seed", "5")
    qtbot.waitUntil(lambda: session.settings.l2 == 0.5 and session.step > 0)
    pause(window, qtbot)
    (record,) = window.workbench.project.runs
    assert (record.settings.l2, record.settings.seed) == (0.5, 0)
