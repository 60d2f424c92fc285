"""How bumps add up to a curve: each unit's own, their sum, one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from driving import child, click
from live_panels import line, show, spiral
from projects import project
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QSlider
from pytestqt.qtbot import QtBot

from nnstudio.assets import sample
from nnstudio.data.sources import Square
from nnstudio.engine.activations import Sigmoid, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.gui.look.theme import LIGHT
from nnstudio.gui.panels.function_panel import FunctionPanel
from nnstudio.gui.plots.fit_plot import MOST_UNITS
from nnstudio.project.project import Project

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def bumps(units: int = 12, *end: object) -> Project:
    layers = Input((1,)), Dense(units), Tanh(), Dense(1), *end
    return project(Square(), *layers, epochs=20, learning_rate=0.01)


def opened(qtbot: QtBot, content: Project | None = None) -> FunctionPanel:
    """With the units shown."""
    panel = show(qtbot, FunctionPanel, content or bumps(), (560, 420))
    qtbot.waitUntil(lambda: panel.plot.answers is not None)
    click(panel, "function_units")
    qtbot.waitUntil(lambda: panel.plot.contributions is not None)
    return panel


def text(panel: FunctionPanel, name: str) -> str:
    label = child(panel, name)
    assert isinstance(label, QLabel)
    return label.text()


def slider_of(panel: FunctionPanel) -> QSlider:
    slider = child(panel, "function_build_slider")
    assert isinstance(slider, QSlider)
    return slider


def place_on(panel: FunctionPanel, unit: int, at: float = 0.8) -> QPoint:
    """A place on a unit's curve."""
    plot = panel.plot
    number = round(at * (len(plot.unit_places()) - 1))
    x = plot.x_pixels(plot.unit_places()[:, 0])[number]
    y = plot.y_pixels(plot.contributions.units[unit])[number]
    return QPoint(round(float(x)), round(float(y)))


def test_the_units_and_the_bias_that_are_drawn_add_up_to_the_drawn_curve(qtbot: QtBot) -> None:
    panel = opened(qtbot)
    found, answers = panel.plot.contributions, panel.plot.answers[::2, 0]
    np.testing.assert_allclose(found.units.sum(axis=0) + found.bias, answers, rtol=1e-4, atol=1e-5)
    assert "12 units and the bias add up" in text(panel, "function_units_text")
    assert "bias" in child(panel, "function_units_legend").accessibleName()
    click(panel, "function_units")
    qtbot.waitUntil(lambda: panel.plot.contributions is None)
    assert not child(panel, "function_build").isVisible()


def test_they_follow_the_weights_while_it_learns(qtbot: QtBot) -> None:
    panel = opened(qtbot)
    before = panel.plot.contributions.total
    panel.live.workbench.runner.step_epoch()
    qtbot.waitUntil(lambda: not panel.live.is_running)
    qtbot.waitUntil(lambda: not np.array_equal(panel.plot.contributions.total, before))
    total, answers = panel.plot.contributions.total, panel.plot.answers[::2, 0]
    np.testing.assert_allclose(total, answers, rtol=1e-4, atol=1e-5)


def test_the_axis_has_room_for_all_curves_and_goes_back(qtbot: QtBot) -> None:
    panel = show(qtbot, FunctionPanel, bumps(), (560, 420))
    qtbot.waitUntil(lambda: panel.plot.answers is not None)
    before = panel.plot.y_axis
    click(panel, "function_units")
    qtbot.waitUntil(lambda: panel.plot.contributions is not None)
    units = panel.plot.contributions.units
    assert panel.plot.y_axis.low <= units.min()
    assert panel.plot.y_axis.high >= units.max()
    click(panel, "function_units")
    qtbot.waitUntil(lambda: panel.plot.contributions is None)
    assert panel.plot.y_axis == before


def test_the_slider_builds_the_curve_up_by_keyboard(qtbot: QtBot) -> None:
    panel = opened(qtbot)
    slider, plot = slider_of(panel), panel.plot
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert text(panel, "function_build_text") == "0 of 12 units"
    assert len(plot.drawn()) == 0
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    assert text(panel, "function_build_text") == "3 of 12 units"
    assert "the bias and 3 units" in text(panel, "function_units_text")
    found = plot.contributions
    np.testing.assert_array_equal(plot.drawn(), found.order[:3])
    bends = np.ptp(found.units, axis=1)
    assert bends[plot.drawn()].min() >= np.delete(bends, plot.drawn()).max()
    expected = found.units[found.order[:3]].sum(axis=0) + found.bias
    np.testing.assert_allclose(found.partial(plot.count), expected)
    image, box = plot.grab().toImage(), plot.box()
    x = round(float(plot.x_pixels(plot.unit_places()[:, 0])[30]))
    y = round(float(plot.y_pixels(expected)[30]))
    seen = {QColor(image.pixel(x, y + dy)).lightness() for dy in (-1, 0, 1, 2)}
    assert min(seen) < QColor(LIGHT.dim).lightness(), "the sum is drawn in the text's colour"
    assert box.contains(QPointF(x, y))


def test_playing_adds_unit_after_unit_until_all_are_there(qtbot: QtBot) -> None:
    panel = opened(qtbot, bumps(4))
    click(panel, "function_build_play")
    assert panel.plot.count == 0
    qtbot.waitUntil(lambda: panel.plot.count == 2)
    click(panel, "function_build_play")
    assert child(panel, "function_build_play").accessibleName().startswith("Add up")
    click(panel, "function_build_play")
    qtbot.waitUntil(lambda: panel.plot.is_built)


def test_pointing_at_a_curve_tells_its_unit_and_a_click_selects_the_layer(qtbot: QtBot) -> None:
    panel = opened(qtbot)
    unit = int(panel.plot.contributions.order[0])
    place = place_on(panel, unit)
    found = panel.plot.unit_at(QPointF(place))
    assert found is not None
    QTest.mouseMove(panel.plot, place)
    qtbot.waitUntil(lambda: panel.plot.pointed == found)
    weights = panel.live.model().network.arrays(panel.live.model().workspace.flat)
    assert panel.plot.contributions.weights[found] == weights[("dense-2", "weight")][0, found]
    assert text(panel, "function_units_text").startswith(f"Unit {found + 1}: weight")
    assert panel.live.workbench.pointed_unit == ("dense", found)
    QTest.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=place)
    assert panel.live.workbench.selection == ("dense",)
    QApplication.sendEvent(panel.plot, QEvent(QEvent.Type.Leave))
    assert panel.plot.pointed is None
    assert panel.live.workbench.pointed_unit is None


def test_up_and_down_go_from_unit_to_unit(qtbot: QtBot) -> None:
    panel = opened(qtbot)
    plot, order = panel.plot, panel.plot.contributions.order
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Down)
    assert plot.pointed == order[0]
    QTest.keyClick(plot, Qt.Key.Key_Down)
    assert plot.pointed == order[1]
    assert f"Unit {order[1] + 1}" in plot.accessibleDescription()
    QTest.keyClick(plot, Qt.Key.Key_Up)
    QTest.keyClick(plot, Qt.Key.Key_Up)
    assert plot.pointed == order[-1]
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert panel.live.workbench.selection == ("dense",)
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.pointed is None


def test_of_many_units_those_that_bend_most_are_drawn_and_that_is_said(qtbot: QtBot) -> None:
    panel = opened(qtbot, bumps(100))
    assert len(panel.plot.drawn()) == MOST_UNITS
    assert f"The {MOST_UNITS} units that bend it most, of 100" in text(panel, "function_units_text")


def test_an_activation_behind_the_sum_is_named(qtbot: QtBot) -> None:
    panel = opened(qtbot, bumps(5, Sigmoid()))
    assert "Sigmoid makes it the curve" in text(panel, "function_units_text")


@pytest.mark.parametrize("content", [line(), spiral()], ids=["a straight line", "a plane"])
def test_where_nothing_adds_up_there_is_no_choice(qtbot: QtBot, content: Project) -> None:
    panel = show(qtbot, FunctionPanel, content, (560, 420))
    qtbot.waitUntil(lambda: panel.plot.answers is not None)
    button = child(panel, "function_units")
    if panel.plot.is_plane:
        assert not button.isVisible()
    else:
        assert not button.isEnabled()
        assert "no hidden layer" in button.toolTip()


def test_a_unit_stands_out_in_the_neurons_and_in_the_curves_alike(
    open_window, qtbot: QtBot
) -> None:
    window = open_window(sample("square.nnstudio"))
    qtbot.waitUntil(lambda: not window.live._timer.isActive())
    docks = window.docks.docks
    docks["neurons"].setFloating(True)
    docks["neurons"].resize(500, 400)
    docks["function"].raise_()
    picture = child(window, "neurons_picture")
    qtbot.waitUntil(lambda: picture._scheme is not None)
    click(window, "function_units")
    panel = docks["function"].widget()
    qtbot.waitUntil(lambda: panel.plot.contributions is not None)
    hidden = panel.plot.contributions.hidden
    QTest.mouseMove(picture, picture.place_of(hidden, 2).toPoint())
    qtbot.waitUntil(lambda: panel.plot.pointed == 2)
    before = picture.grab().toImage()
    panel.plot.point_at(3)
    assert window.workbench.pointed_unit == (hidden, 3)
    assert picture.grab().toImage() != before
