"""The header: run controls that are enabled exactly when they make sense, and the progress."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Opener
from driving import child, click
from projects import project
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.data.sources import SOURCES
from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import remove
from nnstudio.graph.model import Graph
from nnstudio.gui.header import STAGES, Header
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.speed import clock
from nnstudio.gui.workbench import Workbench

STEPS = ("step_batch_button", "step_epoch_button")


@pytest.fixture
def bench(qtbot: QtBot) -> Workbench:
    bench = Workbench()
    bench.open(project(SOURCES["Line"](), Input((1,)), Dense(1), epochs=3))
    yield bench
    bench.runner.finish()


@pytest.fixture
def header(qtbot: QtBot, bench: Workbench) -> Header:
    header = Header(bench, Theme())
    qtbot.addWidget(header)
    header.resize(1280, 50)
    header.show()
    qtbot.waitExposed(header)
    return header


def endless(bench: Workbench) -> None:
    bench.change_settings("Epochs", epochs=1_000_000)


def text(header: Header, name: str) -> str:
    label = child(header, name)
    assert isinstance(label, QLabel)
    return label.text()


def enabled(header: Header, *names: str) -> list[bool]:
    return [child(header, name).isEnabled() for name in names]


def test_a_network_that_can_be_trained_can_be_run_and_stepped(header: Header) -> None:
    assert enabled(header, "run_button", *STEPS, "new_weights_button") == [True] * 4
    assert enabled(header, "restart_button", "stop_button") == [False, False]
    assert not child(header, "pause_button").isVisible()
    assert text(header, "epoch_label") == "not trained yet"
    assert text(header, "time_left_label") == "3 epochs"


def test_run_becomes_pause_in_the_same_place_and_keeps_the_focus(
    header: Header, bench: Workbench, qtbot: QtBot
) -> None:
    endless(bench)
    run, pause = child(header, "run_button"), child(header, "pause_button")
    place = run.pos()
    run.setFocus()
    QTest.keyClick(run, Qt.Key.Key_Space)
    assert bench.runner.is_running
    assert not run.isVisible()
    assert pause.isVisible()
    assert pause.hasFocus()
    qtbot.waitUntil(lambda: pause.pos() == place)
    assert enabled(header, *STEPS, "stop_button", "restart_button") == [False, False, True, True]
    with qtbot.waitSignal(bench.runner.ended):
        QTest.keyClick(pause, Qt.Key.Key_Space)
    assert run.isVisible()
    assert run.hasFocus()
    assert text(header, "time_left_label") == "paused"


def test_the_epoch_and_the_time_left_are_told_while_it_runs(
    header: Header, bench: Workbench, qtbot: QtBot
) -> None:
    bench.change_settings("Epochs", epochs=9_999)
    click(header, "run_button")
    qtbot.waitUntil(lambda: "left" in text(header, "time_left_label"))
    assert text(header, "epoch_label").endswith(" of 9,999")
    assert "samples/s" in child(header, "time_left_label").toolTip()


@pytest.mark.parametrize("width", [900, 1024])
def test_the_time_left_is_told_in_narrow_windows_with_many_epochs_too(
    header: Header, bench: Workbench, qtbot: QtBot, width: int
) -> None:
    header.resize(width, 50)
    bench.change_settings("Epochs", epochs=20_000)
    click(header, "run_button")
    qtbot.waitUntil(lambda: "left" in text(header, "time_left_label"))
    assert text(header, "epoch_label").endswith(" of 20,000")

    def are_whole() -> bool:
        labels = [child(header, name) for name in ("epoch_label", "time_left_label")]
        needed = [QFontMetrics(each.font()).horizontalAdvance(each.text()) for each in labels]
        return all(n <= each.width() for n, each in zip(needed, labels, strict=True))

    qtbot.waitUntil(are_whole)


@pytest.mark.parametrize("width", [900, 1024, 1920])
@pytest.mark.parametrize("state", ["new", "paused", "stopped"])
def test_what_stands_beside_the_bar_is_whole_while_nothing_runs(
    header: Header, bench: Workbench, qtbot: QtBot, width: int, state: str
) -> None:
    bench.change_settings("Epochs", epochs=20_000)
    if state != "new":
        click(header, "step_batch_button")
        qtbot.waitUntil(lambda: not bench.runner.is_running)
    if state == "stopped":
        click(header, "stop_button")
    header.resize(width, 50)

    def are_whole() -> bool:
        labels = [child(header, name) for name in ("epoch_label", "time_left_label")]
        needed = [QFontMetrics(each.font()).horizontalAdvance(each.text()) for each in labels]
        return all(n <= each.width() for n, each in zip(needed, labels, strict=True))

    qtbot.waitUntil(are_whole)
    expected = {"new": "not trained yet", "paused": "1 of 20,000", "stopped": "new run"}[state]
    assert text(header, "epoch_label").removeprefix("epoch ") == expected
    if state == "stopped":
        assert text(header, "time_left_label").startswith("20,000 epochs")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(39.4, "0:39"), (61, "1:01"), (4651, "1:17:31"), (86_400, "1 d 0 h"), (318_171, "3 d 16 h")],
)
def test_a_time_is_told_in_fitting_units(seconds: float, said: str) -> None:
    assert clock(seconds) == said


def test_the_speed_gives_way_where_there_is_no_room_for_it(
    header: Header, bench: Workbench, qtbot: QtBot
) -> None:
    endless(bench)
    click(header, "run_button")
    label = child(header, "time_left_label")
    qtbot.waitUntil(lambda: "left" in text(header, "time_left_label"))
    assert label.sizeHint().width() <= label.width()


def test_a_pause_within_an_epoch_counts_the_epoch_that_was_begun(
    header: Header, bench: Workbench, qtbot: QtBot
) -> None:
    for button, epoch in (("step_batch_button", 1), ("step_epoch_button", 1)) * 2:
        begun = bench.project.trained is not None and bench.project.trained.progress.epoch
        with qtbot.waitSignal(bench.runner.ended):
            click(header, button)
        assert text(header, "epoch_label") == f"epoch {epoch + int(begun)} of 3"


def test_with_fewer_epochs_than_are_done_the_one_that_is_on_is_told_alone(
    header: Header, bench: Workbench, qtbot: QtBot
) -> None:
    bench.change_settings("Batch size", batch_size=1)
    for _ in range(2):
        with qtbot.waitSignal(bench.runner.ended):
            click(header, "step_epoch_button")
    bench.runner.set_pace(20.0)  # so that it is seen while it goes on to the end of the epoch
    click(header, "run_button")
    session = bench.runner.session
    assert session is not None
    qtbot.waitUntil(lambda: session.position > 0)
    bench.change_settings("Epochs", epochs=1)
    qtbot.waitUntil(lambda: session.settings.epochs == 1)
    header.update_state()
    assert bench.runner.is_running
    assert text(header, "epoch_label") == "epoch 3"
    assert "-" not in text(header, "time_left_label")
    bench.runner.set_pace(None)
    qtbot.waitUntil(lambda: not bench.runner.is_running)
    assert text(header, "epoch_label") == "epoch 3"
    assert text(header, "time_left_label") == "trained"


def test_after_the_last_epoch_the_header_says_so(
    header: Header, bench: Workbench, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(bench.runner.ended):
        click(header, "run_button")
    assert text(header, "epoch_label") == "epoch 3 of 3"
    assert text(header, "time_left_label") == "trained"
    bar = child(header, "progress_bar")
    assert isinstance(bar, QProgressBar)
    assert bar.value() == bar.maximum()
    assert "from the start" in child(header, "run_button").toolTip()
    click(header, "restart_button")
    assert text(header, "epoch_label") == "not trained yet"
    assert bar.value() == 0


def test_one_step_is_one_step(header: Header, bench: Workbench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.runner.ended):
        click(header, "step_batch_button")
    progress = bench.project.trained.progress
    assert (progress.epoch, progress.step) == (0, 1)
    with qtbot.waitSignal(bench.runner.ended):
        click(header, "step_epoch_button")
    assert bench.project.trained.progress.epoch == 1
    with qtbot.waitSignal(bench.project_changed):
        click(header, "stop_button")
    assert bench.project.trained.progress is None


def test_a_problem_disables_run_and_is_its_tooltip(header: Header, bench: Workbench) -> None:
    bench.edit_graph("Delete", lambda graph: remove(graph, ["dense"]))
    assert enabled(header, "run_button", *STEPS) == [False] * 3
    assert child(header, "run_button").toolTip() == str(bench.problems[0])
    bench.document.undo()
    assert enabled(header, "run_button", *STEPS) == [True] * 3
    assert child(header, "run_button").toolTip() == "Run (Space)"


def test_an_empty_canvas_has_nothing_to_run(header: Header, bench: Workbench) -> None:
    bench.apply("Clear", bench.project.with_graph(Graph()))
    assert enabled(header, "run_button", "new_weights_button") == [False, False]


def test_data_that_is_missing_is_named(
    header: Header, bench: Workbench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path))
    bench.open(project(SOURCES["Mnist"](), Input((1, 28, 28)), Dense(1)))
    qtbot.waitUntil(lambda: not bench.is_loading)
    assert not child(header, "run_button").isEnabled()
    bench.open(project(SOURCES["Mnist"](), Input((1,)), Dense(1)))
    qtbot.waitUntil(lambda: not bench.is_loading)
    assert "MNIST was not found" in child(header, "run_button").toolTip()


def test_a_stage_is_chosen_by_mouse_and_marked_by_the_window(header: Header, qtbot: QtBot) -> None:
    for name in STAGES:
        with qtbot.waitSignal(header.stage_chosen) as chosen:
            click(header, f"stage_{name}")
        assert chosen.args == [name]
    header.set_stage("build")
    assert child(header, "stage_build").isChecked()
    assert not child(header, "stage_try").isChecked()


@pytest.mark.parametrize("pace", [None, 25])
@pytest.mark.parametrize("width", [900, 1024, 1280, 1920])
def test_nothing_is_clipped_or_covered_at_any_width(
    header: Header, bench: Workbench, width: int, pace: float | None, qtbot: QtBot
) -> None:
    header.resize(width, 50)
    bench.runner.set_pace(pace)
    header.show_findings(["The learning rate is too high."])
    header.set_title("a rather long name for a project of handwritten digits.nnstudio", True)
    QTest.qWait(20)
    shown = [w for w in header.findChildren(QWidget) if w.isVisible()]
    for widget in shown:
        place = widget.mapTo(header, QPoint())
        assert header.rect().contains(widget.rect().translated(place)), widget.objectName()
        if isinstance(widget, QLabel):
            needed = QFontMetrics(widget.font()).horizontalAdvance(widget.text())
            assert needed <= widget.width() + 1, widget.objectName()
    direct = [w.geometry() for w in shown if w.parent() is header]
    assert not any(a.intersects(b) for i, a in enumerate(direct) for b in direct[:i])


def test_names_of_stages_are_whole_after_the_window_has_grown(
    open_window: Opener, qtbot: QtBot
) -> None:
    window = open_window(assets.sample("line.nnstudio"), size=(1280, 800))
    stages = [child(window, f"stage_{name}") for name in STAGES]
    at_first = [stage.width() for stage in stages]
    window.resize(1024, 768)
    qtbot.waitUntil(lambda: stages[0].width() < at_first[0])
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: [stage.width() for stage in stages] == at_first)


def test_the_edited_mark_gives_way_before_the_name(header: Header) -> None:
    header.set_title("digits.nnstudio", True)
    assert child(header, "edited_mark").isVisible()
    header.set_title("digits.nnstudio", False)
    assert not child(header, "edited_mark").isVisible()
    for width in (1024, 1100, 1240, 1440):
        header.resize(width, 50)
        header.set_title("digits.nnstudio", True)
        assert text(header, "project_name") == "digits.nnstudio"
    header.resize(900, 50)
    header.show_findings(["The learning rate is too high."])
    header.set_title("a rather long name for a project that nobody would type.nnstudio", True)
    assert "…" in text(header, "project_name")
    assert not child(header, "edited_mark").isVisible()
    assert "edited" in child(header, "project_name").toolTip()
