"""Distributions over time: sampled from a run while seen, exact, and of the past as well."""

from __future__ import annotations

import numpy as np
import pytest
from driving import child, click
from live_panels import digits, line, show, spiral, train
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.assets import sample
from nnstudio.gui.look.theme import LIGHT, Theme
from nnstudio.gui.panels.histograms_panel import HistogramsPanel
from nnstudio.gui.plots.distribution_paint import coloured
from nnstudio.gui.statistics.legend import DistributionLegend
from nnstudio.gui.statistics.updates_page import HEALTHY
from nnstudio.training.distributions import BINS, Histogram
from nnstudio.training.observations import OUTPUT

WIDE = (820, 320)


def choose(panel: QWidget, name: str, text: str) -> None:
    """Choose an entry of a list by keyboard, as far as its first letters."""
    box = child(panel, name)
    assert isinstance(box, QComboBox)
    assert box.isVisible()
    assert box.findText(text, Qt.MatchFlag.MatchStartsWith) >= 0
    box.setFocus()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.currentText().startswith(text)
    box.activated.emit(box.currentIndex())


def counts(panel: HistogramsPanel) -> np.ndarray:
    histogram, _ = panel.plot.shown()
    assert histogram is not None
    return histogram.counts


def sampled(qtbot: QtBot, panel: HistogramsPanel, samples: int = 4) -> None:
    """Let training run until so many steps were watched, and pause."""
    runner = panel.live.workbench.runner
    runner.run()

    def seen() -> bool:
        found = panel.observing.observations
        return found is not None and len(next(iter(found.rows.values()), ())) >= samples

    qtbot.waitUntil(seen)
    with qtbot.waitSignal(runner.ended):
        runner.pause()


def long(kind=spiral, **settings: object):
    return kind(epochs=1_000_000, learning_rate=0.01, **settings)


def test_weights_before_any_run_are_counted_exactly(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, spiral(), WIDE)
    qtbot.waitUntil(lambda: panel.plot.now is not None)
    model = panel.live.model()
    weight = model.network.arrays(model.workspace.flat)[("dense", "weight")]
    assert panel.layer_shown() == "dense"
    np.testing.assert_array_equal(counts(panel), Histogram.of(weight).counts)


def test_the_recording_shows_weights_from_before_the_panel_was_opened(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, spiral(epochs=4), WIDE)
    panel.hide()
    train(qtbot, panel)
    recording = panel.live.recording
    assert recording is not None
    panel.show()
    qtbot.waitUntil(lambda: len(panel.plot.columns) == len(recording.moments))
    network = panel.live.model().network
    for column, moment in zip(panel.plot.columns, recording.moments, strict=True):
        weight = network.arrays(moment.flat)[("dense", "weight")]
        assert column.first == moment.step
        np.testing.assert_array_equal(column.histogram.counts, Histogram.of(weight).counts)


def test_gradients_and_activations_are_sampled_from_real_steps_while_seen(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, long(), WIDE)
    click(panel, "histograms_activations_button")
    sampled(qtbot, panel)
    panel.refresh()
    observed = panel.observing.observations
    assert observed is not None
    assert [c.first for c in panel.plot.columns] == sorted(c.first for c in panel.plot.columns)
    choose(panel, "histograms_layer", "Tanh")
    qtbot.waitUntil(
        lambda: panel.trace_shown().node == "tanh" and panel.trace_shown().name == OUTPUT
    )
    panel.refresh()
    histogram = panel.plot.columns[-1].histogram
    batch = panel.live.workbench.project.settings.batch_size
    assert histogram.total % 8 == 0  # units, for each example of the batch
    assert histogram.total <= 8 * batch
    assert histogram.limit <= 1  # tanh
    click(panel, "histograms_gradients_button")
    panel.refresh()
    assert panel.plot.columns[-1].histogram.total > 0
    choose(panel, "histograms_variable", "bias")
    panel.refresh()
    assert panel.plot.columns[-1].histogram.total in (2, 8)


def test_while_it_cannot_be_seen_no_step_is_watched(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, long(), WIDE)
    panel.hide()
    runner = panel.live.workbench.runner
    runner.run()
    qtbot.waitUntil(lambda: runner.last_batch is not None and runner.last_batch.step > 50)
    assert runner.session.workspace.recorder is None
    assert panel.observing.latest is None


def test_at_rest_activations_are_those_of_training_examples(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, line(), WIDE)
    click(panel, "histograms_activations_button")
    qtbot.waitUntil(lambda: child(panel, "histograms_layer").count() == 2)
    choose(panel, "histograms_layer", "Dense")
    panel.refresh()
    model, data = panel.live.model(), panel.live.workbench.data
    inputs = data.dataset.inputs[data.parts.train]
    (x,) = model.prepared(inputs)
    arrays = model.network.arrays(model.workspace.flat)
    expected = arrays[("dense", "weight")] @ x + arrays[("dense", "bias")][:, np.newaxis]
    histogram = panel.plot.now
    assert histogram.total == min(128, len(inputs))
    assert histogram.limit / 2 <= np.abs(expected).max() * 1.0001
    assert np.abs(expected).max() <= histogram.limit


def test_larger_networks_are_looked_into_on_a_thread_and_shown_when_it_is_done(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnstudio.gui.observing.AT_ONCE", 0)
    panel = show(qtbot, HistogramsPanel, digits(), WIDE)
    click(panel, "histograms_gradients_button")
    qtbot.waitUntil(lambda: panel.plot.now is not None)
    assert panel.plot.now.total == 64 * 24
    assert not panel.observing.is_busy()


def test_pointing_at_a_column_shows_its_bars_and_a_click_looks_at_that_step(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, spiral(epochs=6), WIDE)
    train(qtbot, panel)
    qtbot.waitUntil(lambda: len(panel.plot.columns) > 10)
    qtbot.waitUntil(lambda: not panel.live._timer.isActive())  # all columns are there
    plot = panel.plot
    _, name = plot.shown()
    assert name == "now"
    box = plot.box()
    place = QPoint(round(box.left() + 0.3 * box.width()), round(box.center().y()))
    QTest.mouseMove(plot, place)
    qtbot.waitUntil(lambda: plot.pointed is not None)
    column = plot.columns[plot.pointed]
    assert plot.shown() == (column.histogram, f"step {column.first:,}")
    assert f"step {column.first:,}" in plot.tooltip(QPointF(place))
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=place)
    assert panel.live.moment is not None
    assert panel.live.moment.step == column.last
    plot.pointed = None
    qtbot.waitUntil(lambda: plot.shown()[1] == f"step {column.last:,}")
    np.testing.assert_array_equal(counts(panel), column.histogram.counts)
    assert plot.moment == column.last


def test_by_keyboard_columns_are_gone_through_and_left(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, spiral(epochs=6), WIDE)
    train(qtbot, panel)
    qtbot.waitUntil(lambda: len(panel.plot.columns) > 10)
    qtbot.waitUntil(lambda: not panel.live._timer.isActive())  # all columns are there
    plot = panel.plot
    plot.setFocus()
    last = len(plot.columns) - 1
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert plot.pointed == last
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert plot.pointed == last - 1
    assert "median" in plot.accessibleDescription()
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert plot.pointed == 0
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert panel.live.moment.step == plot.columns[0].last
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.pointed is None


def test_the_layer_that_is_selected_on_the_canvas_is_shown(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, digits(), WIDE)
    qtbot.waitUntil(lambda: panel.layer_shown() != "")
    panel.live.workbench.select(("dense-2",))
    assert panel.layer_shown() == "dense-2"
    panel.live.workbench.select(("relu",))  # which has no weights
    assert panel.layer_shown() == "dense-2"
    click(panel, "histograms_activations_button")
    qtbot.waitUntil(lambda: panel.layer_shown() == "relu")


def test_updates_are_the_run_s_own_ratios_beside_the_healthy_band(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, long(), WIDE)
    click(panel, "histograms_updates_button")
    qtbot.waitUntil(lambda: child(panel, "histograms_empty").isVisibleTo(panel))
    sampled(qtbot, panel)
    panel.refresh()
    observed = panel.observing.observations
    assert [line.node for line in panel.updates.ratios.lines] == ["dense", "dense-2"]
    for shown in panel.updates.ratios.lines:
        assert shown.points == observed.ratios[shown.node].entries
    assert panel.updates.norms.isVisible()
    assert HEALTHY[0] < -3 < HEALTHY[1]
    assert "0.001" in child(panel, "histograms_note").text()
    assert "CS231n" in panel.updates.ratios.toolTip()
    image, box = panel.updates.ratios.grab().toImage(), panel.updates.ratios.box()
    (middle,) = panel.updates.ratios.y_pixels(np.array([-3.0]))
    (above,) = panel.updates.ratios.y_pixels(np.array([panel.updates.ratios.y_axis.high - 0.1]))
    x = round(box.right()) - 3
    shades = [QColor(image.pixel(x, round(y))) for y in (middle - 9, above)]
    assert shades[0] != shades[1], "the band is shaded"
    assert LIGHT.panel.lower() != shades[0].name()


def test_a_click_on_a_curve_selects_its_layer_also_by_keyboard(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, long(), WIDE)
    click(panel, "histograms_updates_button")
    sampled(qtbot, panel)
    panel.refresh()
    plot = panel.updates.ratios
    curve = plot.lines[1]
    point = curve.points[-1]
    x, y = plot.x_pixels(np.array([point.last])), plot.y_pixels(np.array([point.power]))
    place = QPoint(round(float(x[0])) - 1, round(float(y[0])))
    assert curve.title in plot.tooltip(QPointF(place)) or plot.line_at(QPointF(place))
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=place)
    assert panel.live.workbench.selection in (("dense",), ("dense-2",))
    plot.setFocus()
    plot._point("")
    QTest.keyClick(plot, Qt.Key.Key_Down)
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert panel.live.workbench.selection == ("dense",)


def test_another_run_begins_with_empty_curves(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, long(), WIDE)
    sampled(qtbot, panel)
    first = panel.observing.observations
    panel.live.workbench.runner.new_weights()
    sampled(qtbot, panel)
    assert panel.observing.observations is not first


def test_a_narrow_panel_has_a_list_of_pages_and_nothing_is_clipped(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, spiral(), (330, 260))
    qtbot.waitUntil(lambda: panel.plot.now is not None)
    assert not child(panel, "histograms_weights_button").isVisible()
    choose(panel, "histograms_page", "Activations")
    qtbot.waitUntil(lambda: panel.page == "activations")
    for widget in panel.findChildren(QComboBox):
        if widget.isVisible():
            assert widget.geometry().right() <= panel.width()


def test_the_window_opens_it_from_the_view_menu(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("spiral.nnstudio"))
    dock = window.docks.docks["histograms"]
    assert dock.widget() is None, "what is closed costs nothing"
    qtbot.waitUntil(lambda: not window.live._timer.isActive())
    dock.toggleViewAction().trigger()
    dock.raise_()
    qtbot.waitUntil(lambda: dock.widget() is not None and dock.widget().isVisible())
    panel = dock.widget()
    qtbot.waitUntil(lambda: panel.plot.now is not None)


def test_the_more_values_the_stronger_the_colour_and_the_greatest_are_at_the_top() -> None:
    strength = np.zeros((BINS, 3))
    strength[0, 0], strength[-1, 1], strength[-1, 2] = 1.0, 1.0, 0.5
    above, below, half = (
        QColor.fromRgb(int(c)) for c in coloured(strength, LIGHT)[[0, -1, -1], [0, 1, 2]]
    )
    assert above == QColor(LIGHT.positive)
    assert below == QColor(LIGHT.negative)
    assert QColor(LIGHT.panel).lightness() > half.lightness() > below.lightness()


def test_values_that_are_no_numbers_are_counted_apart_and_told(qtbot: QtBot) -> None:
    panel = show(qtbot, HistogramsPanel, spiral(), WIDE)
    qtbot.waitUntil(lambda: panel.plot.now is not None)
    whole = panel.plot.now.total
    model = panel.live.model()
    (part,) = [place.part for place in model.network.places if place.key == ("dense", "weight")]
    flat = model.workspace.flat.copy()
    flat[part][:3] = np.nan, np.nan, np.inf
    panel.live.look_at_weights(flat, "broken weights")
    label = child(panel, "histograms_broken")
    qtbot.waitUntil(label.isVisible)
    assert label.text() == "2 NaN, 1 infinite"
    assert panel.plot.shown()[0].total == whole - 3
    assert panel.plot.shown()[1] == "broken weights"
    panel.live.look_at(None)
    qtbot.waitUntil(lambda: not label.isVisible())


@pytest.mark.parametrize(
    ("share", "text"), [(0.004, "0.4 %"), (0.123, "12 %"), (0.997, "100 %"), (1.0, "100 %")]
)
def test_the_legend_tells_the_densest_bin_in_percent(qtbot: QtBot, share: float, text: str) -> None:
    legend = DistributionLegend(Theme("light"))
    qtbot.addWidget(legend)
    legend.show_strongest(share)
    assert f"from 0 to {text} of the values" in legend.accessibleName()
