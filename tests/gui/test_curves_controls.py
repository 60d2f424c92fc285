"""The learning curves in use: every control by mouse and by keyboard."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from driving import child, click, drag
from live_panels import digits, line, show, spiral, train
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAction, QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from nnstudio.engine.activations import Softmax
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Node
from nnstudio.gui.learning.kinds import ACCURACY
from nnstudio.gui.panels.curves_panel import CurvesPanel
from nnstudio.gui.plots.curve_chart import CurveChart
from nnstudio.gui.plots.smoothing import smoothed
from nnstudio.project.project import Project
from nnstudio.training.history import EpochFigures, Figure, History

if TYPE_CHECKING:
    from nnstudio.gui.main_window import MainWindow

NONE = Qt.KeyboardModifier.NoModifier
WIDE, NARROW = (940, 300), (540, 280)
LEAST = (220, 144)


def trained(
    qtbot: QtBot, content: Project | None = None, size: tuple[int, int] = WIDE
) -> CurvesPanel:
    """The panel after a run of some epochs, with the keyboard."""
    panel = show(qtbot, CurvesPanel, content or digits(epochs=6), size)
    panel.activateWindow()
    train(qtbot, panel)
    epochs = panel.live.project.settings.epochs
    qtbot.waitUntil(lambda: panel.epochs_drawn() == epochs and panel.charts.loss.width() > 100)
    QApplication.processEvents()
    return panel


def action(panel: CurvesPanel, name: str) -> QAction:
    """An entry of the menu, which must be there and can be chosen."""
    found = panel.findChild(QAction, name)
    assert found is not None, name
    return found


def choose(panel: CurvesPanel, name: str) -> None:
    """Choose an entry of the menu that opens at the three dots."""
    entry = action(panel, name)
    assert entry in panel.bar.menu.actions()
    assert entry.isEnabled()
    entry.trigger()
    QApplication.processEvents()


def wheel(
    chart: CurveChart, place: QPointF, notches: float, keys: Qt.KeyboardModifier = NONE
) -> None:
    """Turn the wheel at a place of the chart."""
    event = QWheelEvent(
        place,
        QPointF(chart.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chart, event)


def strong(chart: CurveChart, role: str) -> np.ndarray:
    """The values of the strong curve of this role."""
    (curve,) = [c for c in chart.drawing.curves if c.role == role and not c.faint]
    return curve.least


# ---------------------------------------------------------------- smoothing


def test_the_slider_smooths_and_leaves_the_curve_faint_behind(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    slider = child(panel, "curves_smoothing")
    assert isinstance(slider, QSlider)
    chart = panel.charts.loss
    raw = strong(chart, "validation")
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert panel.options.smoothing == 0.99
    QTest.keyClick(slider, Qt.Key.Key_PageDown)
    weight = panel.options.smoothing
    assert 0.8 < weight < 0.95
    np.testing.assert_allclose(strong(chart, "validation"), smoothed(raw, weight))
    behind = [c for c in chart.drawing.curves if c.role == "validation" and c.faint]
    assert [c.least.tolist() for c in behind] == [raw.tolist()]
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert panel.options.smoothing == 0.0
    np.testing.assert_array_equal(strong(chart, "validation"), raw)


def test_the_slider_in_the_menu_is_the_same_one(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    slider = child(panel, "curves_smoothing_menu")
    holder = slider.parentWidget().parentWidget()
    assert holder.focusPolicy() & Qt.FocusPolicy.TabFocus, "a menu gives it the keyboard"
    assert holder.focusProxy().focusProxy() is slider
    QTest.keyClick(slider, Qt.Key.Key_PageUp)
    assert panel.options.smoothing > 0
    other = child(panel, "curves_smoothing")
    assert isinstance(other, QSlider)
    assert other.value() == slider.property("value") > 0


def test_before_two_epochs_have_ended_the_steps_are_smoothed(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, digits(epochs=3))
    runner = panel.live.workbench.runner
    for _ in range(5):
        with qtbot.waitSignal(runner.ended):
            assert runner.step_batch()
    panel.options.choose("smoothing", 0.5)
    panel.refresh()
    losses = panel.live.history.steps.curve()[2]
    np.testing.assert_allclose(strong(panel.charts.loss, "training"), smoothed(losses, 0.5))


# ---------------------------------------------------------------- axes and bands


def test_the_x_axis_can_be_logarithmic_and_shows_the_first_step(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    choose(panel, "curves_log_x")
    for chart in panel.charts.visible:
        assert chart.x_axis.log
        assert chart.x_axis.low <= 1 / panel.charts.shown.runs[0].pace
    choose(panel, "curves_log_x")
    assert not panel.charts.loss.x_axis.log


def test_check_and_menu_entry_for_the_log_scale_are_one(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    click(panel, "curves_log_check")
    assert action(panel, "curves_log_y").isChecked()
    assert panel.charts.loss.y_axis.log
    assert not panel.charts.figure.y_axis.log, "of accuracies 100 % is the best, not 0"
    choose(panel, "curves_log_y")
    assert not child(panel, "curves_log_check").isChecked()
    assert not panel.charts.loss.y_axis.log


def test_a_loss_that_is_nowhere_above_zero_keeps_its_plain_axis(qtbot: QtBot) -> None:
    panel = trained(qtbot, line())
    history = History()
    for epoch in range(3):
        history.add_step(-1.0 - epoch, 0.1)
        history.add_epoch(EpochFigures(epoch + 1, -1.0 - epoch, 1.0, 0.0, 1.0, 0.0))
    panel.live._history = (panel.live.project.trained.history, history)
    panel.options.choose("log_y", True)
    panel.refresh()
    axis = panel.charts.loss.y_axis
    assert not axis.log
    assert axis.low <= -3.0


def test_epochs_are_shaded_until_one_switches_it_off(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    chart = panel.charts.loss
    frame = chart.frame()
    place = QPoint(round(frame.across(np.array([1.5]))[0]), round(chart.box().top()) + 3)
    beside = QPoint(round(frame.across(np.array([2.5]))[0]), place.y())
    picture = chart.grab().toImage()
    assert picture.pixelColor(place) != picture.pixelColor(beside)
    choose(panel, "curves_bands")
    picture = chart.grab().toImage()
    assert picture.pixelColor(place) == picture.pixelColor(beside)


# ---------------------------------------------------------------- which figure


@pytest.mark.parametrize(
    ("content", "key", "title", "column"),
    [
        (digits(epochs=4), "macro_f1", "Macro F1", "val_macro_f1"),
        (line(), "r_squared", "R²", "val_r_squared"),
    ],
)
def test_another_figure_is_chosen_beside_the_loss(
    qtbot: QtBot, content: Project, key: str, title: str, column: str
) -> None:
    panel = trained(qtbot, content)
    action(panel, f"curves_kind_{key}").trigger()
    assert panel.charts.figure.accessibleName() == f"{title} by epoch"
    assert child(panel, "curves_kind_button").text().startswith(title)
    known = panel.live.history.columns()[column]
    np.testing.assert_array_equal(strong(panel.charts.figure, "validation"), known)
    assert panel.charts.figure.y_axis.high == 1.0


def test_the_learning_rate_has_a_curve_of_its_own(qtbot: QtBot) -> None:
    panel = trained(qtbot, digits(epochs=4, warm_up=2.0, learning_rate=0.01), NARROW)
    action(panel, "curves_kind_learning_rate").trigger()
    click(panel, "curves_metric_button")
    (chart,) = panel.charts.visible
    assert chart.accessibleName() == "Learning rate by epoch"
    (curve,) = chart.drawing.curves
    assert (np.diff(curve.least[curve.x < 2]) > 0).all()
    np.testing.assert_allclose(curve.least[curve.x > 2], 0.01, rtol=1e-6)
    assert chart.accessibleDescription() == "0.0100"


def two_outputs() -> Project:
    """The same scores are turned into probabilities twice."""
    content = spiral(epochs=2)
    (first,) = content.graph.outputs
    (before,) = (edge.source for edge in content.graph.edges if edge.target == first)
    graph = connect(add_node(content.graph, Node("again", Softmax())), before, "again")
    return replace(content, graph=graph)


def test_of_several_outputs_it_is_said_whose_figure_is_drawn(qtbot: QtBot) -> None:
    alone = trained(qtbot)
    assert child(alone, "curves_metric_button").toolTip() == ""
    panel = show(qtbot, CurvesPanel, two_outputs(), WIDE)
    train(qtbot, panel)
    qtbot.waitUntil(lambda: "Softmax 1" in child(panel, "curves_metric_button").toolTip())
    assert "first output" in child(panel, "curves_kind_button").toolTip()


@pytest.mark.parametrize(("what", "title"), [("loss", "Loss"), ("accuracy", "Accuracy")])
def test_every_output_has_curves_of_its_own_loss_and_metric(
    qtbot: QtBot, what: str, title: str
) -> None:
    panel = show(qtbot, CurvesPanel, two_outputs(), WIDE)
    train(qtbot, panel)
    name = f"curves_kind_{what}:again"
    qtbot.waitUntil(lambda: panel.findChild(QAction, name) is not None)
    entry = action(panel, name)
    assert entry.text() == f"{title} of Softmax 2"
    entry.trigger()
    assert panel.charts.figure.accessibleName() == f"{title} of Softmax 2 by epoch"
    known = panel.live.history.columns()[f"val_{what}:again"]
    assert np.isfinite(known).all()
    np.testing.assert_array_equal(strong(panel.charts.figure, "validation"), known)
    assert "first output" not in child(panel, "curves_kind_button").toolTip()


def test_the_figure_is_chosen_at_its_title_too(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    title = child(panel, "curves_kind_button")
    assert isinstance(title, QToolButton)
    assert title.menu() is panel.bar.menu.kinds
    assert [entry.text() for entry in title.menu().actions()] == [
        "Accuracy",
        "Macro F1",
        "Learning rate",
    ]


# ---------------------------------------------------------------- crosshair


def test_the_mouse_reads_both_charts_at_the_same_step(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    loss, figure = panel.charts.loss, panel.charts.figure
    at = loss.frame().across(np.array([3.0]))[0]
    QTest.mouseMove(loss, QPoint(round(at), 80))
    assert loss.crosshair is not None
    assert figure.crosshair is not None
    assert loss.crosshair.title == figure.crosshair.title
    assert loss.crosshair.title.endswith("epoch 3")
    row = panel.live.history.epochs[2]
    said = {reading.name: reading.text for reading in loss.crosshair.readings}
    assert said["training"] == f"{row.train_loss:#.3g}"
    assert said["validation"] == f"{row.val_loss:#.3g}"
    step = round(panel.charts.shown.runs[0].step_at(loss.crosshair.x))
    assert said["this batch"] == f"{panel.live.history.steps.curve()[2][step - 1]:#.3g}"
    assert f"validation {100 * row.val_metric:.1f} %" in figure.accessibleDescription()
    QTest.mouseMove(loss, QPoint(2, loss.height() - 2))
    assert loss.crosshair is None
    assert figure.crosshair is None


def test_the_arrows_go_from_epoch_to_epoch(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    chart = panel.charts.figure
    chart.setFocus(Qt.FocusReason.TabFocusReason)

    def press(key: Qt.Key) -> str:
        QTest.keyClick(chart, key)
        return "" if chart.crosshair is None else chart.crosshair.title.split(" · ")[1]

    keys = Qt.Key
    assert press(keys.Key_Left) == "epoch 6"
    assert [press(keys.Key_Left), press(keys.Key_Left)] == ["epoch 5", "epoch 4"]
    assert press(keys.Key_Right) == "epoch 5"
    assert press(keys.Key_Home) == "epoch 1"
    assert press(keys.Key_Left) == "epoch 1"
    assert press(keys.Key_End) == "epoch 6"
    assert panel.charts.loss.crosshair.title.endswith("epoch 6")
    assert press(keys.Key_Escape) == ""


def test_readings_follow_while_it_trains(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, digits(epochs=100_000), WIDE)
    panel.live.workbench.runner.run()
    qtbot.waitUntil(lambda: panel.epochs_drawn() >= 2)
    chart = panel.charts.loss
    QTest.mouseMove(chart, QPoint(round(chart.box().right()) - 2, 80))
    before = chart.crosshair.words
    qtbot.waitUntil(lambda: chart.crosshair.words != before)


# ---------------------------------------------------------------- freeze


def test_frozen_curves_stand_still_while_training_goes_on(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, digits(epochs=100_000), WIDE)
    runner = panel.live.workbench.runner
    runner.run()
    qtbot.waitUntil(lambda: panel.epochs_drawn() >= 2)
    click(panel, "curves_freeze")
    drawn, shown = panel.epochs_drawn(), panel.charts.loss.drawing.end
    note = child(panel, "curves_note")
    assert note.isVisible()
    assert note.text() == f"Frozen at step {panel.charts.shown.runs[0].steps:,}"
    qtbot.waitUntil(lambda: runner.history.epoch_count > drawn + 3)
    panel.refresh()
    assert panel.epochs_drawn() == drawn
    assert panel.charts.loss.drawing.end == shown
    assert panel.charts.loss.drawing.curves[-1].x[-1] == drawn
    assert child(panel, "curves_freeze").text() == "Live"
    QTest.keyClick(child(panel, "curves_freeze"), Qt.Key.Key_Space)
    assert panel.epochs_drawn() > drawn
    assert not note.isVisible()


def test_a_frozen_view_can_be_zoomed(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    choose(panel, "curves_freeze_action")
    assert panel.is_frozen
    wheel(panel.charts.loss, panel.charts.loss.box().center(), 3)
    assert panel.charts.is_zoomed
    choose(panel, "curves_freeze_action")
    assert not panel.is_frozen


def test_opening_another_project_ends_the_freeze(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    click(panel, "curves_freeze")
    panel.live.workbench.open(line())
    assert not panel.is_frozen
    qtbot.waitUntil(lambda: child(panel, "curves_run_button").isVisible())


# ---------------------------------------------------------------- zoom


def test_the_wheel_zooms_about_the_pointer_in_both_charts(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    loss, figure = panel.charts.loss, panel.charts.figure
    box = loss.box()
    place = QPointF(box.left() + 0.25 * box.width(), box.center().y())
    before = loss.x_axis.value(0.25)
    wheel(loss, place, 3)
    assert loss.x_axis.high - loss.x_axis.low < 6 / 1.9
    assert loss.x_axis.value(0.25) == pytest.approx(before)
    assert figure.x_axis == loss.x_axis
    assert child(panel, "curves_everything_button").isVisible()
    click(panel, "curves_everything_button")
    assert (loss.x_axis.low, loss.x_axis.high) == (0, 6)
    assert not child(panel, "curves_everything_button").isVisible()


def test_a_drag_moves_what_is_zoomed_and_a_double_click_shows_all(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    chart = panel.charts.loss
    centre = chart.box().center().toPoint()
    wheel(chart, chart.box().center(), 4)
    low = chart.x_axis.low
    drag(chart, centre, centre - QPoint(40, 0))
    assert chart.x_axis.low > low
    drag(chart, centre, centre + QPoint(5000, 0))
    assert chart.x_axis.low == pytest.approx(0.0, abs=1e-9)
    QTest.mouseDClick(chart, Qt.MouseButton.LeftButton, NONE, centre)
    assert (chart.x_axis.low, chart.x_axis.high) == (0, 6)
    assert not panel.charts.is_zoomed


def test_a_drag_on_the_whole_run_does_nothing(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    chart = panel.charts.loss
    centre = chart.box().center().toPoint()
    drag(chart, centre, centre - QPoint(40, 10))
    assert not panel.charts.is_zoomed


def at_the_numbers(chart: CurveChart) -> None:
    wheel(chart, QPointF(10, chart.box().bottom() - 1), 4)


def with_control(chart: CurveChart) -> None:
    place = QPointF(chart.box().center().x(), chart.box().bottom() - 1)
    wheel(chart, place, 4, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize("turn", [at_the_numbers, with_control])
def test_upwards_each_chart_is_zoomed_by_itself(
    qtbot: QtBot, turn: Callable[[CurveChart], None]
) -> None:
    panel = trained(qtbot)
    loss, figure = panel.charts.loss, panel.charts.figure
    whole, other = loss.y_axis, figure.y_axis
    turn(loss)
    assert loss.y_axis.high < 0.6 * whole.high
    assert loss.y_axis.low == pytest.approx(0.0, abs=0.02 * whole.high)
    assert figure.y_axis == other
    assert (loss.x_axis.low, loss.x_axis.high) == (0, 6)
    choose(panel, "curves_everything")
    assert loss.y_axis == whole


def test_the_keyboard_zooms_about_the_middle(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    chart = panel.charts.loss
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    assert (chart.x_axis.low, chart.x_axis.high) == pytest.approx((1.5, 4.5))
    QTest.keyClick(chart, Qt.Key.Key_Minus)
    assert not panel.charts.is_zoomed
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    QTest.keyClick(chart, Qt.Key.Key_0)
    assert not panel.charts.is_zoomed


def test_a_zoomed_part_stays_while_the_run_goes_on(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, digits(epochs=100_000), WIDE)
    panel.live.workbench.runner.run()
    qtbot.waitUntil(lambda: panel.epochs_drawn() >= 3)
    chart = panel.charts.loss
    wheel(chart, chart.box().center(), 5)
    seen, drawn = chart.x_axis, panel.epochs_drawn()
    qtbot.waitUntil(lambda: panel.epochs_drawn() > drawn + 2)
    assert chart.x_axis == seen


# ---------------------------------------------------------------- runs beside it


def other_run(epochs: int = 9) -> History:
    history = History()
    for epoch in range(1, epochs + 1):
        for _ in range(10):
            history.add_step(1 / epoch, 0.1)
        f1 = (Figure("macro_f1", 0.8, 0.7),)
        history.add_epoch(EpochFigures(10 * epoch, 1 / epoch, 0.9, 2 / epoch, 0.8, 0.0, 0, f1))
    return history


def test_other_runs_are_drawn_beside_it_with_a_legend(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    legend = child(panel, "curves_legend")
    assert not legend.isVisible()
    panel.compare([("Run 2", other_run(), "negative"), ("<b> & c", other_run(4), QColor("red"))])
    panel.refresh()
    assert legend.isVisible()
    assert "Run&nbsp;2" in legend.text()
    assert "&lt;b&gt;&nbsp;&amp;&nbsp;c" in legend.text()
    for chart, last in ((panel.charts.loss, 2 / 9), (panel.charts.figure, 0.8)):
        solid, dashed = (c for c in chart.drawing.curves if c.role == "negative")
        assert (solid.dashed, dashed.dashed) == (False, True)
        assert dashed.least[-1] == pytest.approx(last)
        assert chart.x_axis.high >= 9, "the longest of them is seen in full"
        assert chart.drawing.end == 9, "and the words on this run don't stand on it"
    chart = panel.charts.loss
    QTest.mouseMove(chart, QPoint(round(chart.frame().across(np.array([2.0]))[0]), 60))
    assert "Run 2 validation 1.00" in chart.crosshair.words
    panel.compare([])
    panel.refresh()
    assert not legend.isVisible()
    assert all(isinstance(c.role, str) for c in panel.charts.loss.drawing.curves)


def test_other_runs_are_seen_where_there_is_no_run_of_its_own(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, digits(), WIDE)
    panel.compare([("Run 2", other_run(), "negative"), ("Run 3", other_run(4), "dim")])
    qtbot.waitUntil(lambda: panel.charts.shown is not None)
    assert "this run" not in child(panel, "curves_legend").text()
    assert {c.role for c in panel.charts.loss.drawing.curves} == {"negative", "dim"}
    panel.compare([])
    panel.refresh()
    assert child(panel, "curves_run_button").isVisible()


def test_many_names_leave_room_for_the_curves(qtbot: QtBot) -> None:
    panel = trained(qtbot, size=LEAST)
    panel.compare([(f"Run {number}", other_run(), "dim") for number in range(2, 12)])
    panel.refresh()
    QApplication.processEvents()
    assert "more" in child(panel, "curves_legend").text()
    assert panel.charts.loss.height() >= 80


def test_a_step_that_is_looked_at_is_marked(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    third = panel.live.history.epochs[2].step
    panel.mark_step(third)
    panel.refresh()
    assert [chart.mark_at for chart in panel.charts.visible] == [3.0, 3.0]
    chart = panel.charts.loss
    x = round(chart.frame().across(np.array([3.0]))[0])
    colours = [chart.grab().toImage().pixelColor(x, y) for y in (20, 40)]
    assert colours == [chart.theme.colour("accent")] * 2
    panel.mark_step(None)
    panel.refresh()
    assert chart.mark_at is None


# ---------------------------------------------------------------- taking along


def test_the_table_has_every_step_and_the_figures_of_every_epoch(
    qtbot: QtBot, tmp_path: Path
) -> None:
    panel = trained(qtbot)
    file = tmp_path / "curves.csv"
    assert panel.take.save_to(file)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    history = panel.live.history
    losses = history.steps.curve()[2]
    assert [int(row["step"]) for row in rows] == list(range(1, len(losses) + 1))
    np.testing.assert_allclose([float(row["batch_loss"]) for row in rows], losses, rtol=1e-6)
    for epoch in history.epochs:
        row = rows[epoch.step - 1]
        assert float(row["epoch"]) == epoch.epoch
        assert float(row["val_loss"]) == pytest.approx(epoch.val_loss, rel=1e-6)
        assert float(row["train_accuracy"]) == pytest.approx(epoch.train_metric, rel=1e-6)
        assert float(row["val_macro_f1"]) == pytest.approx(epoch.further[0].val, rel=1e-6)
        assert float(row["learning_rate"]) == pytest.approx(
            panel.live.project.settings.learning_rate
        )
    assert rows[1]["val_loss"] == ""


def test_compared_runs_are_in_the_table_too(qtbot: QtBot) -> None:
    panel = trained(qtbot)
    panel.compare([("Run 2", other_run(), "dim")])
    panel.refresh()
    choose(panel, "curves_copy_table")
    lines = [text.split("\t") for text in QApplication.clipboard().text().splitlines()]
    assert {row[0] for row in lines[1:]} == {"this run", "Run 2"}
    assert {len(row) for row in lines} == {len(lines[0])}
    assert sum(row[0] == "Run 2" for row in lines) == 90


def test_the_picture_is_written_and_copied(qtbot: QtBot, tmp_path: Path) -> None:
    panel = trained(qtbot)
    for end in (".svg", ".png"):
        file = tmp_path / f"curves{end}"
        assert panel.take.save_to(file)
        assert file.stat().st_size > 1000
    assert "<svg" in (tmp_path / "curves.svg").read_text(encoding="utf-8")
    choose(panel, "curves_copy_picture")
    image = QApplication.clipboard().image()
    assert image.width() > 2 * panel.charts.loss.width()


def test_a_picture_of_several_runs_says_which_is_which(qtbot: QtBot, tmp_path: Path) -> None:
    panel = trained(qtbot)
    file = tmp_path / "curves.png"
    panel.compare([("Run 2", other_run(), "negative"), ("Run 3", other_run(4), "dim")])
    panel.refresh()
    assert panel.take.save_to(file)
    image = QImage(str(file))
    wanted = panel._theme.colour("negative").rgb()
    below = range(image.height() - 60, image.height())  # where there is a row of names
    assert any(image.pixel(x, y) == wanted for y in below for x in range(image.width()))


def test_a_picture_of_curves_is_called_so(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "curves.svg"
    assert trained(qtbot).take.save_to(file)
    assert "<title>Learning curves: Loss" in file.read_text(encoding="utf-8")


def test_saving_asks_where_and_says_what_went_wrong(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = trained(qtbot)
    answers = [(str(tmp_path / "here"), "Table of all values (*.csv)"), ("", "")]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: answers.pop(0))
    choose(panel, "curves_save")
    assert (tmp_path / "here.csv").read_text(encoding="utf-8").startswith("run,step,epoch,")
    choose(panel, "curves_save")
    said: list[tuple[str, str]] = []
    panel.live.workbench.said.connect(lambda text, kind: said.append((text, kind)))
    for name in ("nowhere/curves.csv", "nowhere/curves.svg", "curves.xyz"):
        assert not panel.take.save_to(tmp_path / name)
    assert [kind for _, kind in said] == ["error"] * 3
    assert "nowhere" in said[0][0]


# ---------------------------------------------------------------- in little room


def test_in_the_least_room_the_menu_holds_everything(qtbot: QtBot) -> None:
    panel = trained(qtbot, size=LEAST)
    button = child(panel, "curves_more")
    assert button.isVisible()
    assert panel.rect().contains(QRect(button.mapTo(panel, QPoint()), button.size()))
    names = {entry.objectName() for entry in panel.bar.menu.actions()}
    assert names >= {
        "curves_smoothing_action", "curves_log_y", "curves_log_x", "curves_bands",
        "curves_freeze_action", "curves_everything", "curves_copy_table", "curves_copy_picture",
        "curves_save",
    }  # fmt: skip
    choose(panel, "curves_freeze_action")
    QApplication.processEvents()
    live = child(panel, "curves_freeze")
    assert live.isVisible(), "how to go on is seen"
    assert panel.rect().contains(QRect(live.mapTo(panel, QPoint()), live.size()))
    assert child(panel, "curves_loss_button").width() >= 30


def test_it_works_in_the_window(qtbot: QtBot, open_window: Callable[..., MainWindow]) -> None:
    window = open_window("samples/spiral.nnstudio", size=(1440, 900))
    panel = window.docks.curves_panel
    window.workbench.runner.run()
    qtbot.waitUntil(lambda: panel.epochs_drawn() >= 2)
    chart = panel.charts.loss
    QTest.mouseMove(chart, chart.box().center().toPoint())
    assert chart.crosshair is not None
    click(window, "curves_log_check")
    assert chart.y_axis.log
    click(window, "curves_freeze")
    assert panel.is_frozen
    window.workbench.runner.pause()
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    click(window, "curves_freeze")
    qtbot.waitUntil(lambda: panel.epochs_drawn() == panel.live.history.epoch_count)


def test_the_accuracy_of_a_run_without_epochs_yet_may_be_anything_from_none_to_all() -> None:
    axis = ACCURACY.axis(np.zeros(0), None, is_log=False)
    assert (axis.low, axis.high) == (0.0, 1.0)
    assert ACCURACY.axis(np.array([0.0, 0.7]), None, is_log=False).low == 0.0
