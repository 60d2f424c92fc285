"""Running and stepping by key, slow motion, and where a run is shown beside the window itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from driving import LEFT, child, click
from projects import project
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import SOURCES
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.shaping import Input
from nnstudio.gui.end_notice import LONG, EndNotice
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.taskbar import Taskbar
from nnstudio.persistence.preferences import load_preferences
from nnstudio.persistence.project_file import save_project
from nnstudio.training.events import Diverged, Ended

Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier
ENDLESS = 1_000_000
#: A batch in eleven days.
HARDLY = 1e-6


@pytest.fixture
def window(open_window: Callable[..., MainWindow], tmp_path: Path, qtbot: QtBot) -> MainWindow:
    layers = Input((1,)), Dense(8), Dropout(0.1), Dense(1)
    save_project(project(SOURCES["Line"](), *layers, epochs=3), tmp_path / "line.nnstudio")
    opened = open_window(tmp_path / "line.nnstudio")
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    opened.workbench.select(())
    return opened


def canvas(window: MainWindow) -> QWidget:
    view = child(window, "canvas_view")
    view.setFocus()
    assert view.hasFocus()
    return view


def running(window: MainWindow) -> bool:
    return window.workbench.runner.is_running


def step(window: MainWindow) -> int:
    trained = window.workbench.project.trained
    return 0 if trained is None or trained.progress is None else trained.progress.step


def endless(window: MainWindow) -> None:
    window.workbench.change_settings("Epochs", epochs=ENDLESS)


# ---------------------------------------------------------------- keys


def test_space_on_the_canvas_runs_and_pauses(window: MainWindow, qtbot: QtBot) -> None:
    endless(window)
    QTest.keyClick(canvas(window), Key.Key_Space)
    assert running(window)
    with qtbot.waitSignal(window.workbench.runner.ended):
        QTest.keyClick(canvas(window), Key.Key_Space)
    assert not running(window)


def test_space_that_moved_the_canvas_runs_nothing(window: MainWindow) -> None:
    view = canvas(window)
    viewport = window.docks.canvas.viewport()
    before = window.docks.canvas.mapToScene(QPoint(0, 0))
    QTest.keyPress(view, Key.Key_Space)
    QTest.mousePress(viewport, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(40, 40))
    QTest.mouseMove(viewport, QPoint(90, 70))
    QTest.mouseRelease(viewport, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(90, 70))
    QTest.keyRelease(view, Key.Key_Space)
    assert window.docks.canvas.mapToScene(QPoint(0, 0)) != before
    assert not running(window)


def test_right_steps_a_batch_and_shift_right_an_epoch(window: MainWindow, qtbot: QtBot) -> None:
    ended = window.workbench.runner.ended
    with qtbot.waitSignal(ended):
        QTest.keyClick(canvas(window), Key.Key_Right)
    assert step(window) == 1
    with qtbot.waitSignal(ended):
        QTest.keyClick(canvas(window), Key.Key_Right, SHIFT)
    assert window.workbench.project.trained.progress.epoch == 1


def test_right_moves_a_card_that_is_selected(window: MainWindow) -> None:
    window.workbench.select(("dense",))
    before = window.workbench.project.layout
    QTest.keyClick(canvas(window), Key.Key_Right)
    QTest.keyClick(canvas(window), Key.Key_Right, SHIFT)
    assert window.workbench.project.layout != before
    assert not running(window)
    assert step(window) == 0


def test_the_keys_work_from_a_panel_that_has_no_use_for_them(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.show_stage("train")
    panel = window.docks.docks["curves"].widget()
    panel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    panel.setFocus()
    with qtbot.waitSignal(window.workbench.runner.ended):
        QTest.keyClick(panel, Key.Key_Right)
    assert step(window) == 1
    endless(window)
    QTest.keyClick(panel, Key.Key_Space)
    assert running(window)


def test_a_text_field_keeps_space_and_arrows(window: MainWindow) -> None:
    line = child(window, "palette_search")
    assert isinstance(line, QLineEdit)
    line.setFocus()
    QTest.keyClicks(line, "a b")
    line.setCursorPosition(0)
    QTest.keyClick(line, Key.Key_Right)
    QTest.keyClick(line, Key.Key_Right, SHIFT)
    assert (line.text(), line.cursorPosition(), line.selectedText()) == ("a b", 2, " ")
    for _ in range(4):  # at its end a field has no further use for them, and still nothing steps
        QTest.keyClick(line, Key.Key_Right)
    assert not running(window)
    assert step(window) == 0


def test_space_on_a_button_presses_the_button_and_nothing_else(window: MainWindow) -> None:
    button = child(window, "stage_data")
    button.setFocus()
    QTest.keyClick(button, Key.Key_Space)
    assert child(window, "stage_data").isChecked()
    assert not running(window)


def test_nothing_runs_by_key_behind_the_start_page(window: MainWindow) -> None:
    window.show_start()
    QTest.keyClick(window, Key.Key_Space)
    QTest.keyClick(window, Key.Key_Right)
    assert not running(window)
    assert step(window) == 0


def test_nothing_is_stepped_while_it_runs(window: MainWindow) -> None:
    endless(window)
    window.workbench.runner.run()
    QTest.keyClick(canvas(window), Key.Key_Right)
    assert running(window)


# ---------------------------------------------------------------- slow motion


def menu_action(window: MainWindow, menu: str, name: str) -> QAction:
    found = [m for m in window.findChildren(QMenu) if m.objectName() == menu]
    (action,) = [a for m in found for a in m.actions() if a.objectName() == name]
    return action


@pytest.mark.parametrize("menu", ["slow_motion_menu", "pace_menu"])
def test_slow_motion_is_chosen_from_the_menu_and_the_header(window: MainWindow, menu: str) -> None:
    runner, button = window.workbench.runner, child(window, "pace_button")
    menu_action(window, menu, "action_pace_2").trigger()
    assert runner.pace == 2
    assert button.text() == "2/s"
    assert button.toolTip() == "Slow motion: 2 batches a second"
    for name in ("slow_motion_menu", "pace_menu"):
        assert menu_action(window, name, "action_pace_2").isChecked()
        assert not menu_action(window, name, "action_pace_full").isChecked()
    menu_action(window, menu, "action_pace_full").trigger()
    assert runner.pace is None
    assert button.text() == ""


def test_a_run_in_slow_motion_pauses_between_two_batches(window: MainWindow, qtbot: QtBot) -> None:
    endless(window)
    runner = window.workbench.runner
    runner.set_pace(HARDLY)
    click(window, "run_button")
    qtbot.waitUntil(lambda: runner.last_batch is not None)
    with qtbot.waitSignal(runner.ended) as ended:
        click(window, "pause_button")
    assert ended.args == [Ended("stopped")]
    assert step(window) == 1


def test_slow_motion_comes_and_goes_while_a_run_is_on(window: MainWindow, qtbot: QtBot) -> None:
    runner = window.workbench.runner
    runner.set_pace(HARDLY)
    click(window, "run_button")
    with qtbot.waitSignal(runner.ended) as ended:
        menu_action(window, "slow_motion_menu", "action_pace_full").trigger()
    assert ended.args == [Ended("finished")]


# ---------------------------------------------------------------- title, taskbar, notification


def test_the_title_tells_how_far_the_run_is(window: MainWindow, qtbot: QtBot) -> None:
    runner = window.workbench.runner
    plain = window.windowTitle()
    assert plain.startswith("line.nnstudio")
    runner.set_pace(HARDLY)
    window.workbench.change_settings("Epochs", epochs=1)
    click(window, "run_button")
    size = len(window.workbench.data.parts.train)
    share = 100 * window.workbench.project.settings.batch_size // size
    assert 0 < share < 100
    qtbot.waitUntil(lambda: window.windowTitle().startswith(f"{share} % · line.nnstudio"))
    with qtbot.waitSignal(runner.ended):
        click(window, "pause_button")
    assert window.windowTitle() == plain


def test_the_taskbar_has_a_bar_while_something_runs() -> None:
    told: list[tuple[str, dict[str, object]]] = []
    taskbar = Taskbar("nnstudio", lambda *what: told.append(what))
    taskbar.show(0.37)
    taskbar.show(None)
    assert told == [
        ("nnstudio", {"progress": 0.37, "progress-visible": True}),
        ("nnstudio", {"progress": 0.0, "progress-visible": False}),
    ]


def test_without_a_bus_the_taskbar_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    Taskbar("nnstudio").show(0.5)


class Notices:
    """A notice of the end for a window in the background, at a time one can set."""

    def __init__(self, window: MainWindow) -> None:
        self.told: list[tuple[str, str]] = []
        self.now = 0.0
        self.background = QWidget()  # which nobody has activated
        runner = window.workbench.runner
        self.notice = EndNotice(runner, self.background, lambda: "line", lambda: self.now)
        self.notice.show = lambda *words: self.told.append(words)
        self.runner = runner

    def run(self, seconds: float, event: object = Ended("finished")) -> list[tuple[str, str]]:
        """What is told of a run that takes so long and ends like this."""
        self.told.clear()
        self.runner.started.emit()
        self.now += seconds
        self.runner.ended.emit(event)
        return self.told


@pytest.fixture
def notices(window: MainWindow, qtbot: QtBot) -> Notices:
    found = Notices(window)
    qtbot.addWidget(found.background)
    return found


def test_the_end_of_a_long_run_is_told_of(notices: Notices) -> None:
    assert [title for title, _ in notices.run(LONG)] == ["line: training has ended"]
    assert len(notices.run(LONG, Ended("early"))) == 1
    assert "broke off" in notices.run(LONG, Diverged(3, 1e9, 0.1))[0][1]


def test_a_short_run_and_one_that_was_paused_are_not_told_of(notices: Notices) -> None:
    assert notices.run(LONG - 1) == []
    assert notices.run(LONG, Ended("stopped")) == []


def test_who_looks_at_the_window_is_not_told(notices: Notices, qtbot: QtBot) -> None:
    notices.background.show()
    notices.background.activateWindow()
    qtbot.waitUntil(notices.background.isActiveWindow)
    assert notices.run(LONG) == []


def test_the_notification_can_be_switched_off_for_good(
    window: MainWindow, notices: Notices
) -> None:
    (action,) = window.findChildren(QAction, "action_tells_of_ends")
    assert action.isChecked()
    action.trigger()
    assert not window.end_notice.is_wanted
    window.workbench.document.mark_saved()
    window.close()
    assert not load_preferences().tells_of_ends
    notices.notice.is_wanted = False
    assert notices.run(LONG) == []
