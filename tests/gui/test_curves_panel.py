"""The learning curves: what is drawn, what is said, and how it can be looked at."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from driving import child, click
from live_panels import digits, line, show, train
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from nnstudio.gui.panels.curves_panel import CurvesPanel
from nnstudio.gui.plots.curve_chart import CurveChart, spread
from nnstudio.gui.plots.curve_lines import strokes_of
from nnstudio.gui.plots.plotting import (
    LABEL_SIZE,
    Axis,
    mean_per_column,
    sized,
    stepped,
    stepped_log,
)


def charts(panel: CurvesPanel) -> list[CurveChart]:
    """The charts that can be seen."""
    return [c for c in panel.findChildren(CurveChart) if c.isVisible()]


def said(panel: CurvesPanel) -> str:
    """All words at the ends of visible curves."""
    return " | ".join(chart.accessibleDescription() for chart in charts(panel))


def test_before_training_the_panel_offers_run_and_run_fills_it(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, digits())
    assert "the learning curves appear here" in child(panel, "curves_run_text").text()
    assert panel.points() == 0

    with qtbot.waitSignal(panel.live.workbench.runner.ended):
        click(panel, "curves_run_button")

    qtbot.waitUntil(lambda: panel.epochs_drawn() == 3)
    assert panel.points() > 100
    assert not child(panel, "curves_run_button").isVisible()


def test_curves_grow_while_it_trains(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, digits(epochs=100_000))
    panel.live.workbench.runner.run()
    qtbot.waitUntil(lambda: panel.epochs_drawn() >= 1)
    drawn = panel.epochs_drawn()
    qtbot.waitUntil(lambda: panel.epochs_drawn() > drawn)


def test_the_latest_numbers_stand_at_the_ends_of_the_curves(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, digits())
    train(qtbot, panel)
    qtbot.waitUntil(lambda: panel.epochs_drawn() == 3)
    last = panel.live.history.epochs[-1]
    assert f"training {last.train_loss:#.3g}" in said(panel)
    assert f"validation {last.val_loss:#.3g} · {100 * last.val_metric:.1f} %" in said(panel)


def test_a_narrow_panel_shows_loss_or_accuracy_and_a_wide_one_both(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, digits())
    train(qtbot, panel)
    qtbot.waitUntil(lambda: panel.epochs_drawn() == 3)
    assert [c.accessibleName() for c in charts(panel)] == ["Loss by epoch"]

    click(panel, "curves_metric_button")
    assert [c.accessibleName() for c in charts(panel)] == ["Accuracy by epoch"]
    qtbot.waitUntil(lambda: "%" in said(panel))
    assert charts(panel)[0].y_axis.high == 1.0

    panel.resize(860, 280)
    qtbot.waitUntil(lambda: len(charts(panel)) == 2)
    assert not child(panel, "curves_loss_button").isVisible()


def test_the_switch_works_by_keyboard(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, line())
    train(qtbot, panel)
    qtbot.waitUntil(lambda: panel.epochs_drawn() == 5)
    assert child(panel, "curves_metric_button").text() == "RMSE", "numbers have no accuracy"
    loss = child(panel, "curves_loss_button")
    assert loss.focusPolicy() & Qt.FocusPolicy.TabFocus
    QTest.keyClick(loss, Qt.Key.Key_Right)
    assert [c.accessibleName() for c in charts(panel)] == ["RMSE by epoch"]


def test_the_loss_can_be_seen_on_a_log_scale(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, line())
    train(qtbot, panel)
    qtbot.waitUntil(lambda: panel.epochs_drawn() == 5)
    (chart,) = charts(panel)
    assert not chart.y_axis.log
    check = child(panel, "curves_log_check")
    assert isinstance(check, QCheckBox)
    QTest.keyClick(check, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: chart.y_axis.log)
    assert 0 < chart.y_axis.low < panel.live.history.epochs[-1].train_loss < chart.y_axis.high


def test_the_curves_of_a_trained_project_are_there_when_it_is_opened(qtbot: QtBot) -> None:
    first = show(qtbot, CurvesPanel, digits())
    train(qtbot, first)
    second = show(qtbot, CurvesPanel, first.live.workbench.project)
    qtbot.waitUntil(lambda: second.epochs_drawn() == 3)
    assert said(second) == said(first)


def test_going_back_to_first_weights_empties_the_panel(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, line())
    train(qtbot, panel)
    qtbot.waitUntil(lambda: panel.epochs_drawn() == 5)
    panel.live.workbench.runner.restart()
    qtbot.waitUntil(lambda: panel.epochs_drawn() == 0)
    assert child(panel, "curves_run_button").isVisible()


def test_epochs_stay_where_they_were_when_the_batch_size_changes(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, digits(epochs=2))
    train(qtbot, panel)
    panel.live.workbench.change_settings("Batch", batch_size=256, epochs=4)
    train(qtbot, panel)
    qtbot.waitUntil(lambda: panel.epochs_drawn() == 4)
    ends = np.array([row.step for row in panel.live.history.epochs], float)
    (run,) = panel.charts.shown.runs
    np.testing.assert_allclose(run.epochs_at(ends), [1, 2, 3, 4])
    assert [run.step_at(epoch) for epoch in (1, 2, 3, 4)] == ends.tolist()


def test_means_of_a_hundred_thousand_points_are_at_most_one_for_each_pixel() -> None:
    x = np.linspace(0, 400, 100_000)
    thin, means = mean_per_column(x, np.sin(x), 1.0)
    assert len(thin) <= 401
    assert np.all(np.diff(thin) > 0)
    assert np.abs(means).max() <= 1


def test_ranges_change_in_steps_and_stay_while_they_fit() -> None:
    axis = stepped(0.0, 2.31)
    assert axis.high >= 2.31
    assert stepped(0.0, 2.0, axis) is axis
    assert stepped(0.0, 0.1, axis).high < 1
    assert stepped(0.0, 9.0, axis).high >= 9
    log = stepped_log(0.013, 1.7)
    assert (log.low, log.high) == pytest.approx((0.01, 10.0))
    assert stepped_log(0.02, 1.1, log) is log


def test_a_log_axis_says_its_powers_as_people_write_them_and_all_in_one_way() -> None:
    assert [text for _, text in Axis(1e-3, 10.0, log=True).ticks(7)] == [
        "0.001", "0.01", "0.1", "1", "10",
    ]  # fmt: skip
    assert [text for _, text in Axis(1e-5, 10.0, log=True).ticks(7)] == [
        "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1", "10",
    ]  # fmt: skip


@pytest.mark.parametrize("tops", [[10, 11, 12], [-5, -5], [95, 96, 97], [0, 50, 99]])
def test_labels_never_overlap_and_stay_inside(tops: list[float]) -> None:
    placed = spread(tops, 15.0, 0.0, 100.0)
    assert all(b - a >= 15 for a, b in pairwise(placed))
    assert placed[0] >= 0
    assert placed[-1] + 15 <= 100


@pytest.mark.parametrize("size", [(220, 144), (300, 170), (540, 260), (860, 260)])
def test_nothing_is_clipped_at_any_size(qtbot: QtBot, size: tuple[int, int]) -> None:
    panel = show(qtbot, CurvesPanel, line(), size)
    train(qtbot, panel)
    qtbot.waitUntil(lambda: panel.epochs_drawn() == 5)
    panel.refresh()
    QApplication.processEvents()  # what was shown or hidden is laid out
    for chart in charts(panel):
        box = chart.box()
        assert box.width() > 60
        assert QRectF(chart.rect()).contains(box)
        for label in chart.drawing.labels:
            words = QFontMetricsF(sized(chart.font(), LABEL_SIZE)).horizontalAdvance(
                chart.words_of(label)
            )
            assert words <= chart.width() - box.left(), chart.words_of(label)
        assert panel.rect().contains(QRect(chart.mapTo(panel, QPoint()), chart.size()))
    for control in ("curves_loss_button", "curves_metric_button", "curves_log_check"):
        widget = child(panel, control)
        if widget.isVisible():
            assert widget.width() >= widget.minimumSizeHint().width()


def test_many_steps_are_drawn_without_gaps(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, line(epochs=20, batch_size=1), (320, 200))
    train(qtbot, panel)
    panel.refresh()
    (chart,) = charts(panel)
    raw = next(curve for curve in chart.drawing.curves if curve.faint)
    assert len(raw.x) > 4 * chart.box().width(), "more steps than two for each pixel"
    (stroke,) = strokes_of([raw], chart.frame())
    low, high = stroke.y[0::2], stroke.y[1::2]
    assert len(low) <= chart.box().width() + 1
    assert np.all(low[1:] <= high[:-1])
    assert np.all(high[1:] >= low[:-1])


def test_steps_after_the_last_epoch_stand_where_their_epoch_has_got_to(qtbot: QtBot) -> None:
    panel = show(qtbot, CurvesPanel, line(epochs=3, batch_size=20))
    runner = panel.live.workbench.runner
    for step in (runner.step_epoch, runner.step_batch, runner.step_batch):
        with qtbot.waitSignal(runner.ended):
            assert step()
    panel.refresh()
    (chart,) = charts(panel)
    raw = next(curve for curve in chart.drawing.curves if curve.faint)
    steps = -(-len(panel.live.workbench.data.parts.train) // 20)
    assert raw.x[-1] == pytest.approx(1 + 2 / steps)
    assert chart.x_axis.high == 3, "a short run is shown in full from its start"
