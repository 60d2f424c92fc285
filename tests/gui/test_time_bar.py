"""Winding a run back in the real window: every view against a run of its own of so many steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from driving import answer_next_box, child, click, drag
from live_panels import digits, line, spiral
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.batches import PreparedData
from nnstudio.engine.dense import Dense
from nnstudio.engine.optimizers import SGD, Adam
from nnstudio.graph.edits import replace_layer
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.model import Model
from nnstudio.project.project import Project
from nnstudio.project.runs import continues, session_for
from nnstudio.training.loop import train

# The offscreen platform says so each time a menu opens.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

KEY = Qt.Key
Opened = Callable[[Project], MainWindow]


@pytest.fixture
def opened(open_window, tmp_path: Path) -> Opened:
    """A window on a project that was never trained."""

    def open_it(project: Project, size: tuple[int, int] = (1440, 900)) -> MainWindow:
        path = tmp_path / "run.nnstudio"
        save_project(project, path)
        return open_window(path, size=size)

    return open_it


def train_on(window: MainWindow, qtbot: QtBot, *, batches: int | None = None) -> None:
    """Train to the end, or for so many batches by the button."""
    runner = window.workbench.runner
    if batches is None:
        with qtbot.waitSignal(runner.ended):
            click(window, "run_button")
    for _ in range(batches or 0):
        with qtbot.waitSignal(runner.ended):
            click(window, "step_batch_button")
    settle(window, qtbot)


def settle(window: MainWindow, qtbot: QtBot) -> None:
    """Until nothing that can be seen is old."""
    live = window.live
    qtbot.waitUntil(lambda: not live._timer.isActive())


def bring_forward(window: MainWindow, qtbot: QtBot, name: str) -> None:
    """A dock in front, and what it shows up to date."""
    dock = window.docks.docks[name]
    dock.raise_()
    qtbot.waitUntil(lambda: dock.widget().is_seen() and dock.widget() not in window.live._stale)


def slider(window: MainWindow) -> QWidget:
    return child(window, "time_slider")


def text(window: MainWindow) -> str:
    return child(window, "time_text").toolTip()


def steps(window: MainWindow) -> list[int]:
    recording = window.live.recording
    assert recording is not None
    return [moment.step for moment in recording.moments]


def independently(project: Project, step: int) -> Model:
    """The model after so many steps of a run of its own."""
    data = PreparedData.of(project.data)
    session = session_for(replace(project, trained=None), data)
    for _ in train(session, batches=step):
        pass
    return Model.of(replace(project, trained=session.trained()))


# ---------------------------------------------------------------- views against recomputed values


def test_scrubbing_shows_in_every_view_what_a_run_of_so_many_steps_has(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(optimizer=Adam(), learning_rate=0.03, epochs=12))
    project = window.workbench.project
    train_on(window, qtbot)
    weights, fit = window.docks.docks["weights"].widget(), window.docks.docks["function"].widget()
    charts = window.docks.docks["curves"].widget().charts
    per_epoch = project.settings.steps_per_epoch(len(PreparedData.of(project.data).parts.train))
    bar = slider(window)
    all_steps = steps(window)
    for place in (0, len(all_steps) // 2, 3, len(all_steps) - 2, 0, len(all_steps) // 2):
        bar.setValue(place)
        step = all_steps[place]
        expected = independently(project, step)
        assert window.live.moment.step == step

        bring_forward(window, qtbot, "weights")
        node = weights.layer_shown()
        arrays = expected.network.arrays(expected.workspace.flat)
        tiles = weights._picture._tiles
        np.testing.assert_array_equal(
            np.sort(tiles.ravel()), np.sort(arrays[node, "weight"].ravel())
        )

        bring_forward(window, qtbot, "function")
        np.testing.assert_array_equal(fit.plot.answers, expected.predict_first(fit.plot._places()))
        assert charts.loss.mark_at == pytest.approx(step / per_epoch)
        assert f"step {step:,} · " in text(window)

    click(window, "time_now")
    settle(window, qtbot)
    assert charts.loss.mark_at is None
    last = independently(project, all_steps[-1])
    np.testing.assert_array_equal(fit.plot.answers, last.predict_first(fit.plot._places()))


def test_the_drawing_pad_answers_as_the_network_did_then(opened: Opened, qtbot: QtBot) -> None:
    window = opened(digits(learning_rate=0.02))
    project = window.workbench.project
    train_on(window, qtbot)
    panel = window.docks.try_panel
    panel.draw([[(60, 20), (60, 60), (60, 110)]])
    settle(window, qtbot)
    answers = {None: panel.probabilities().copy()}
    for place in (0, 20, len(steps(window)) - 2):
        slider(window).setValue(place)
        settle(window, qtbot)
        expected = independently(project, steps(window)[place])
        seen = child(window, "pad_seen").picture
        found = panel.probabilities()
        np.testing.assert_array_equal(found, expected.predict_first(seen[np.newaxis])[0])
        assert not np.array_equal(found, answers[None])
    QTest.keyClick(slider(window), KEY.Key_End)
    settle(window, qtbot)
    np.testing.assert_array_equal(panel.probabilities(), answers[None])


def test_while_training_goes_on_underneath_the_past_stands_still(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(epochs=100_000))
    project = window.workbench.project
    click(window, "run_button")
    qtbot.waitUntil(lambda: slider(window).maximum() > 8)
    slider(window).setValue(5)
    step = window.live.moment.step
    expected = independently(project, step).workspace.flat
    known = len(window.workbench.runner.history.steps)
    qtbot.waitUntil(lambda: len(window.workbench.runner.history.steps) > known + 200)
    np.testing.assert_array_equal(window.live.model().workspace.flat, expected)
    assert window.live.moment.step == step
    assert text(window).startswith(f"step {step:,}")

    with qtbot.waitSignal(window.workbench.runner.ended):
        click(window, "pause_button")
    assert window.live.moment.step == step, "the end of the run is no reason to leave the past"
    click(window, "time_now")
    flat = window.live.model().workspace.flat
    network = window.live.model().network
    weights = window.workbench.project.trained.weights
    for key, array in network.arrays(flat).items():
        np.testing.assert_array_equal(array, weights[key].array)


def test_figures_and_cards_are_those_of_the_moment_that_is_looked_at(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(learning_rate=0.05, epochs=10))
    project, data = window.workbench.project, window.workbench.data
    train_on(window, qtbot)
    window.show_stage("evaluate")
    evaluate = window.docks.docks["evaluate"].widget()
    canvas = window.docks.canvas
    rows = data.parts.validation
    thumbnails = []
    for place in (0, len(steps(window)) // 2, 0, None):
        slider(window).setValue(slider(window).maximum() if place is None else place)
        bring_forward(window, qtbot, "evaluate")
        settle(window, qtbot)
        qtbot.waitUntil(lambda: not evaluate.is_busy)
        settle(window, qtbot)
        at = steps(window)[-1 if place is None else place]
        expected = independently(project, at).predict_first(data.dataset.inputs[rows])
        np.testing.assert_allclose(evaluate.judged.scores.T, expected, rtol=1e-6)
        thumbnails.append(canvas.grab(canvas.rect()).toImage())
    assert thumbnails[0] == thumbnails[2]
    assert len({id(each) for each in thumbnails if each != thumbnails[0]}) == 2


# ---------------------------------------------------------------- the slider


def test_keys_go_through_the_moments(opened: Opened, qtbot: QtBot) -> None:
    window = opened(spiral(epochs=20))
    train_on(window, qtbot)
    bar, all_steps = slider(window), steps(window)
    bar.setFocus()

    def press(key: Qt.Key) -> int | None:
        QTest.keyClick(bar, key)
        moment = window.live.moment
        return None if moment is None else moment.step

    assert window.live.moment is None
    assert press(KEY.Key_Left) == all_steps[-2], "the last one is how things are now"
    assert press(KEY.Key_Left) == all_steps[-3]
    assert press(KEY.Key_Right) == all_steps[-2]
    assert press(KEY.Key_Right) is None
    assert press(KEY.Key_Home) == all_steps[0] == 0
    page = (len(all_steps) - 1) // 10
    assert press(KEY.Key_PageUp) == all_steps[page]
    assert press(KEY.Key_End) is None
    best = window.live.recording.best
    best_is_now = best.step == all_steps[-1]
    assert press(KEY.Key_B) == (None if best_is_now else best.step)


def test_a_click_on_the_groove_goes_there_and_dragging_follows_the_mouse(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(epochs=20))
    train_on(window, qtbot)
    bar, all_steps = slider(window), steps(window)
    middle = bar.height() // 2

    def at(place: int) -> QPoint:
        return QPoint(round(bar.x_of(place)), middle)

    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=at(10))
    assert abs(all_steps.index(window.live.moment.step) - 10) <= 1
    drag(bar, at(10), at(40))
    assert abs(all_steps.index(window.live.moment.step) - 40) <= 1
    drag(bar, at(40), QPoint(bar.width() + 50, middle))
    assert window.live.moment is None


def test_the_film_goes_from_the_first_moment_to_now_and_can_be_stopped(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(line(epochs=4))
    train_on(window, qtbot)
    bar = child(window, "time_bar")
    seen: list[int | None] = []
    live = window.live
    live.moment_changed.connect(lambda: seen.append(live.moment.step if live.moment else None))
    click(window, "time_play")
    assert bar.is_playing
    qtbot.waitUntil(lambda: not bar.is_playing)
    assert seen == [*steps(window)[:-1], None]

    click(window, "time_play")
    qtbot.waitUntil(lambda: window.live.moment is not None and window.live.moment.step > 1)
    click(window, "time_play")
    assert not bar.is_playing
    assert window.live.moment is not None


# ---------------------------------------------------------------- on from there


def test_continue_from_here_forks_the_run_with_the_very_same_bits(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(optimizer=Adam(), epochs=8))
    workbench = window.workbench
    train_on(window, qtbot)
    whole, all_steps = workbench.project, steps(window)
    place = next(i for i, m in enumerate(window.live.recording.moments) if m.progress.position > 20)
    slider(window).setValue(place)

    click(window, "time_continue")

    assert window.live.moment is None
    assert workbench.document.undo_label == f"Continue from step {all_steps[place]:,}"
    assert continues(workbench.project)
    assert steps(window) == all_steps[: place + 1]
    assert len(window.live.history.steps) == all_steps[place]
    assert "Run goes on from there" in child(window, "message_text").text()
    train_on(window, qtbot)
    assert workbench.project.trained.sha256 == whole.trained.sha256
    assert steps(window)[-1] == all_steps[-1]
    first, second = workbench.project.runs
    assert second.parent == (first.number, all_steps[place]), "the book tells of the fork"

    workbench.document.undo()
    workbench.document.undo()
    assert workbench.project.trained == whole.trained
    assert steps(window) == all_steps


def test_a_run_reopened_from_the_table_can_be_wound_back_again(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(optimizer=Adam(), epochs=8))
    workbench = window.workbench
    train_on(window, qtbot)
    first, all_steps = workbench.project, steps(window)
    click(window, "new_weights_button")
    assert child(window, "time_bar").isHidden()
    train_on(window, qtbot)

    window.docks.show_dock("runs")
    qtbot.waitUntil(lambda: child(window, "runs_table").isVisible())
    table = child(window, "runs_table")
    table.setFocus()
    QTest.keyClick(table, KEY.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(table, KEY.Key_Return)
    assert workbench.project.trained == first.trained
    assert child(window, "time_bar").isVisible()
    assert steps(window) == all_steps
    slider(window).setValue(3)
    settle(window, qtbot)
    expected = independently(first, all_steps[3]).workspace.flat
    np.testing.assert_array_equal(window.live.model().workspace.flat, expected)

    click(window, "time_continue")
    train_on(window, qtbot)
    assert workbench.project.trained.sha256 == first.trained.sha256


def test_while_it_trains_continue_from_here_ends_the_run_and_keeps_it_for_undo(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(epochs=100_000))
    workbench = window.workbench
    click(window, "run_button")
    qtbot.waitUntil(lambda: slider(window).maximum() > 8)
    slider(window).setValue(5)
    step = window.live.moment.step
    click(window, "time_continue")
    assert not workbench.runner.is_running
    assert workbench.project.trained.progress.step == step
    workbench.document.undo()
    assert workbench.document.undo_label.startswith("Train")
    assert workbench.project.trained.progress.step > step


def test_a_run_that_diverged_is_wound_back_and_goes_on_with_a_smaller_rate(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(line(optimizer=SGD(), learning_rate=0.05, epochs=40))
    workbench = window.workbench
    train_on(window, qtbot, batches=5)
    before = workbench.project
    with qtbot.waitSignal(workbench.runner.started):
        workbench.change_settings("Rate", learning_rate=50.0)
        click(window, "run_button")
    qtbot.waitUntil(lambda: not workbench.runner.is_running)
    assert workbench.project.trained is before.trained
    assert len(window.live.history.steps) > 5, "the curves tell of the run that diverged"

    slider(window).setValue(7)
    step = window.live.moment.step
    assert step > 5
    workbench.change_settings("Rate", learning_rate=0.01)
    assert window.live.moment is not None
    click(window, "time_continue")
    assert workbench.project.trained.progress.step == step
    assert len(window.live.history.steps) == step
    train_on(window, qtbot)
    assert workbench.project.trained.progress.epoch == 40
    for _ in range(2):
        workbench.document.undo()
    assert workbench.project.trained == before.trained
    assert steps(window)[-1] == 5


def test_from_a_moment_of_weights_alone_another_run_begins_and_the_window_says_so(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(epochs=5))
    workbench = window.workbench
    train_on(window, qtbot, batches=9)
    trained = workbench.project.trained
    light = tuple(replace(moment, slots=None) for moment in trained.recording.moments)
    recording = replace(trained.recording, moments=light, best=None, is_full=False)
    trained = replace(trained, recording=recording)
    workbench.open(replace(workbench.project, trained=trained))
    slider(window).setValue(4)
    assert "another run begins" in child(window, "time_continue").toolTip()
    click(window, "time_continue")
    assert "a run of its own" in child(window, "message_text").text()
    assert not continues(workbench.project)
    flat = window.live.model().workspace.flat
    np.testing.assert_array_equal(flat, light[4].flat)
    assert not child(window, "time_bar").isVisible()


def test_where_nothing_can_go_on_the_button_says_why(opened: Opened, qtbot: QtBot) -> None:
    window = opened(line(epochs=4))
    train_on(window, qtbot)
    button = child(window, "time_continue")
    assert not button.isEnabled()
    assert "earlier step" in button.toolTip()
    slider(window).setValue(2)
    assert button.isEnabled()


def test_a_run_that_goes_on_while_its_design_is_edited_is_wound_back_by_undo_alone(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(epochs=100_000))
    button = child(window, "time_continue")
    click(window, "run_button")
    qtbot.waitUntil(lambda: slider(window).maximum() > 8)
    wider(window)
    slider(window).setValue(5)
    assert window.live.moment is not None
    assert not button.isEnabled()
    assert "undo it" in button.toolTip()
    window.workbench.document.undo()
    slider(window).setValue(4)
    step = window.live.moment.step
    assert button.isEnabled()
    click(window, "time_continue")
    assert window.workbench.project.trained.progress.step == step


# ---------------------------------------------------------------- back to now


def test_with_nothing_recorded_there_is_no_bar(opened: Opened, qtbot: QtBot) -> None:
    window = opened(line(epochs=4))
    bar = child(window, "time_bar")
    assert not bar.isVisible()
    train_on(window, qtbot)
    assert bar.isVisible()
    with qtbot.waitSignal(window.workbench.project_changed):
        click(window, "new_weights_button")
    assert not bar.isVisible()


def wider(window: MainWindow) -> None:
    window.workbench.edit_graph(
        "Wider", lambda graph: replace_layer(graph, graph.nodes[1].id, Dense(units=9))
    )


def test_what_is_done_now_is_done_in_the_present(opened: Opened, qtbot: QtBot) -> None:
    window = opened(spiral(epochs=5))
    workbench = window.workbench
    train_on(window, qtbot, batches=12)
    trained = workbench.project
    for done in (
        lambda: train_on(window, qtbot, batches=1),
        lambda: wider(window),
        lambda: [workbench.document.undo() for _ in range(9)],
        workbench.runner.new_weights,
        workbench.runner.restart,
        workbench.runner.stop,
        lambda: workbench.open(digits()),
    ):
        workbench.apply("As it was", trained)
        slider(window).setValue(4)
        assert window.live.moment is not None
        done()
        assert window.live.moment is None


def test_a_place_of_the_landscape_is_left_by_an_edit_of_the_design_too(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(epochs=5))
    train_on(window, qtbot, batches=2)
    live = window.live
    live.look_at_weights(np.zeros_like(live.model().workspace.flat), "(0, 0) of the landscape")
    assert text(window) == "(0, 0) of the landscape"
    assert not live.model().workspace.flat.any()
    wider(window)
    assert live.point == ""
    assert live.model().workspace.flat.any()


def test_a_change_of_rate_or_layout_leaves_the_past_in_view(opened: Opened, qtbot: QtBot) -> None:
    window = opened(spiral(epochs=5))
    train_on(window, qtbot, batches=12)
    slider(window).setValue(4)
    window.workbench.change_settings("Rate", learning_rate=0.5)
    window.docks.canvas.tidy_up()
    assert window.live.moment is not None


def test_undoing_an_edit_of_the_design_brings_the_recording_back(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(spiral(epochs=5))
    train_on(window, qtbot, batches=12)
    bar, before = child(window, "time_bar"), steps(window)
    wider(window)
    assert not bar.isVisible()
    window.workbench.document.undo()
    assert bar.isVisible()
    assert steps(window) == before


def test_weights_of_the_past_can_be_read_but_not_typed_over(opened: Opened, qtbot: QtBot) -> None:
    window = opened(spiral(epochs=5), size=(1440, 1600))
    train_on(window, qtbot, batches=12)
    window.workbench.select((window.workbench.graph.nodes[1].id,))
    click(window, "inspector_neurons")
    settle(window, qtbot)
    assert child(window, "neuron_freeze").isEnabled()
    slider(window).setValue(4)
    settle(window, qtbot)
    assert not child(window, "neuron_freeze").isEnabled()
    assert "as they were at step 4" in child(window, "neuron_note").text()


# ---------------------------------------------------------------- with the project


def keep(window: MainWindow) -> QAction:
    action = window.findChild(QAction, "time_keep")
    assert action is not None
    return action


def test_a_recording_is_saved_with_the_project_if_the_user_wants_it(
    opened: Opened, open_window, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened(spiral(epochs=5))
    train_on(window, qtbot)
    path = tmp_path / "kept.nnstudio"
    assert window.save_path(path)
    assert load_project(path).trained.recording is None
    click(window, "time_more")
    assert child(window, "time_menu").isVisible()
    assert "kB" in keep(window).text()
    assert "to the file" in keep(window).toolTip()

    child(window, "time_menu").close()
    keep(window).trigger()
    assert window.workbench.document.is_modified
    assert window.save_path(path)

    other = open_window(path, size=(1440, 900))
    assert child(other, "time_bar").isVisible()
    assert keep(other).isChecked()
    assert steps(other) == steps(window)
    slider(other).setValue(10)
    slider(window).setValue(10)
    np.testing.assert_array_equal(
        other.live.model().workspace.flat, window.live.model().workspace.flat
    )
    other.workbench.document.mark_saved()
    window.workbench.document.undo()
    assert not keep(window).isChecked()


@pytest.mark.parametrize("what", ["moment", "place"])
def test_opening_a_file_leads_back_to_now_though_it_holds_the_same_run(
    opened: Opened, qtbot: QtBot, tmp_path: Path, what: str
) -> None:
    window = opened(spiral(epochs=5))
    train_on(window, qtbot, batches=12)
    live = window.live
    keep(window).trigger()
    path = tmp_path / "kept.nnstudio"
    assert window.save_path(path)
    if what == "moment":
        live.look_at(3)
    else:
        live.look_at_weights(np.zeros_like(live.model().workspace.flat), "(0, 0)")
    assert window.open_path(path)
    assert (live.moment, live.point) == (None, "")
    weights = window.workbench.project.trained.weights
    model = live.model()
    for key, shown in model.network.arrays(model.workspace.flat).items():
        np.testing.assert_array_equal(shown, weights[key].array)


def test_a_damaged_recording_is_refused_with_a_sentence(
    opened: Opened, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened(spiral(epochs=2))
    train_on(window, qtbot)
    keep(window).trigger()
    path = tmp_path / "kept.nnstudio"
    assert window.save_path(path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"weights/', b'"veights/'))
    answer_next_box(QMessageBox.StandardButton.Discard)
    assert not window.open_path(path)
    assert "damaged" in child(window, "message_text").text()


def test_a_moment_of_a_run_that_leaves_nothing_is_looked_at_no_more(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(line(epochs=1_000_000))
    runner = window.workbench.runner
    click(window, "run_button")
    qtbot.waitUntil(lambda: slider(window).isVisible() and len(window.live.recording.moments) > 3)
    QTest.keyClick(slider(window), KEY.Key_Home)
    assert window.live.moment is not None
    with qtbot.waitSignal(runner.ended):
        click(window, "pause_button")
        click(window, "restart_button")
    assert window.workbench.project.trained is None
    assert not child(window, "time_bar").isVisible()
    assert window.live.moment is None
