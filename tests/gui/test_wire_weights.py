"""Wires as wide as the weights behind them, in the colour of their sign; lines that tell theirs."""

from __future__ import annotations

import numpy as np
import pytest
from driving import child
from PySide6.QtCore import QEvent, QPoint, QPointF
from PySide6.QtGui import QAction, QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from nnstudio.assets import sample
from nnstudio.engine.layer import Array
from nnstudio.graph.model import Edge
from nnstudio.gui.canvas.wire_weights import THICK, THIN, WireWeight, wire_weights
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import LIGHT, Theme
from nnstudio.persistence.preferences import load_preferences
from nnstudio.persistence.project_file import load_project

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def settled(window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.live._timer.isActive())


def trigger(window, name: str) -> None:
    action = window.findChild(QAction, name)
    assert action is not None
    action.trigger()


def arrays(first: Array, second: Array) -> dict[tuple[str, str], Array]:
    return {("dense", "weight"): first, ("dense-2", "weight"): second}


GRAPH = load_project(sample("digits.nnstudio")).graph
INTO_FIRST, INTO_SECOND = Edge("flatten", "dense"), Edge("dropout", "dense-2")


def test_a_wire_knows_mean_size_and_mean_of_the_matrix_it_goes_into() -> None:
    found = wire_weights(
        GRAPH, GRAPH.edges, arrays(np.array([[1.0, -3.0]]), np.array([[0.5, 0.5]]))
    )
    assert set(found) == {INTO_FIRST, INTO_SECOND}, "other wires carry no weights"
    assert found[INTO_FIRST] == WireWeight(2.0, -1.0, 1.0)
    assert found[INTO_SECOND] == WireWeight(0.5, 0.5, 0.25)
    assert found[INTO_FIRST].width == THICK
    assert THIN < found[INTO_SECOND].width < THICK


@pytest.mark.parametrize(("mean", "role"), [(1.0, "positive"), (-1.0, "negative"), (0.0, "dim")])
def test_its_colour_is_that_of_the_sign_of_the_mean(mean: float, role: str) -> None:
    theme = Theme("light")
    assert WireWeight(1.0, mean).colour(theme) == theme.colour(role)


def test_of_a_recurrent_layer_the_matrix_of_its_input_counts() -> None:
    graph = load_project(sample("sine.nnstudio")).graph
    known = {("lstm", "weight_ih"): np.full((4, 1), -2.0), ("lstm", "weight_hh"): np.ones((4, 1))}
    found = wire_weights(graph, graph.edges, known)
    assert found == {Edge("input", "lstm"): WireWeight(2.0, -2.0, 1.0)}


def test_weights_that_are_no_numbers_leave_the_wire_as_it_is() -> None:
    broken = arrays(np.array([[np.nan, 1.0]]), np.array([[1.0, 1.0]]))
    assert set(wire_weights(GRAPH, GRAPH.edges, broken)) == {INTO_SECOND}
    nothing = arrays(np.zeros((1, 2)), np.zeros((1, 2)))
    assert wire_weights(GRAPH, GRAPH.edges, nothing)[INTO_FIRST].leaning == 0


def test_the_menu_switches_it_on_with_a_legend_and_the_next_window_remembers(
    open_window, qtbot: QtBot
) -> None:
    window = open_window(sample("digits.nnstudio"))
    settled(window, qtbot)
    wires = window.docks.canvas.scene().wires
    legend = child(window, "canvas_weight_legend")
    assert not legend.isVisible()
    trigger(window, "action_wire_weights")
    settled(window, qtbot)
    model = window.live.model()
    weight = model.network.arrays(model.workspace.flat)[("dense-2", "weight")]
    assert wires[INTO_SECOND].weight is not None
    assert wires[INTO_SECOND].weight.size == pytest.approx(float(np.abs(weight).mean()))
    assert wires[Edge("relu", "dropout")].weight is None
    assert legend.isVisible()
    assert number_text(wires[INTO_SECOND].weight.size) in legend.accessibleName()
    assert "blue above 0" in legend.accessibleName()
    assert not child(window, "canvas_card_legend").isVisible(), "one legend of signs is enough"
    window.close()
    assert load_preferences().wire_weights
    again = open_window(sample("digits.nnstudio"))
    settled(again, qtbot)
    assert again.findChild(QAction, "action_wire_weights").isChecked()
    trigger(again, "action_wire_weights")
    assert again.docks.canvas.scene().wires[INTO_SECOND].weight is None
    assert child(again, "canvas_card_legend").isVisible()


def test_wires_follow_the_weights_while_it_learns(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("digits.nnstudio"))
    trigger(window, "action_wire_weights")
    settled(window, qtbot)
    before = window.life.weights.weights[INTO_FIRST]
    window.workbench.runner.step_epoch()
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    settled(window, qtbot)
    assert window.life.weights.weights[INTO_FIRST] != before


def test_a_wire_s_tooltip_tells_its_weights(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("digits.nnstudio"))
    settled(window, qtbot)
    canvas = window.docks.canvas
    middle = canvas.mapFromScene(canvas.scene().wires[INTO_SECOND].middle())
    event = QHelpEvent(QEvent.Type.ToolTip, middle, canvas.viewport().mapToGlobal(middle))
    QApplication.sendEvent(canvas.viewport(), event)
    assert window.life.weights.measured()[INTO_SECOND].sentence() in QToolTip.text()


# ---------------------------------------------------------------- lines between neurons


def near_its_end(picture, line: int) -> QPointF:
    """A place on a line of the first layer, where it has left the others; as things lie now."""
    scale, corner = picture._fit()
    ends = picture._scheme.bundles[0].ends[line]
    return corner + QPointF(*(0.12 * ends[:2] + 0.88 * ends[2:])) * scale


def test_pointing_at_a_line_tells_its_weight_and_lights_it(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("spiral.nnstudio"))
    settled(window, qtbot)
    window.docks.docks["neurons"].raise_()
    picture = child(window, "neurons_picture")
    qtbot.waitUntil(lambda: not picture.visibleRegion().isEmpty())
    qtbot.waitUntil(lambda: picture._scheme is not None)
    settled(window, qtbot)
    bundle = picture._scheme.bundles[0]
    weight = window.live.model().network.arrays(window.live.model().workspace.flat)
    matrix = weight[(bundle.node, "weight")]
    told = set()
    for line in range(len(bundle.ends)):
        words = picture.tooltip_at(near_its_end(picture, line))
        unit, feature = int(bundle.units[line]), int(bundle.features[line])
        source = window.workbench.data.dataset.input_names[feature]
        expected = f"unit {unit + 1}, from {source}\nWeight {number_text(matrix[unit, feature])}"
        told.add(words.endswith(expected))
    assert told == {True}

    def points_at_it() -> bool:
        """The window may still find its measures; and a mouse that stands still tells nothing."""
        for x in (1, 0):
            QTest.mouseMove(picture, near_its_end(picture, 3).toPoint() + QPoint(x, 0))
        return picture._lit is not None and picture._lit[1] == 3

    qtbot.waitUntil(points_at_it)
    place = near_its_end(picture, 3)
    image = picture.grab().toImage()
    seen = {
        QColor(image.pixel(x, y)).name().upper()
        for x in range(round(place.x()) - 4, round(place.x()) + 5)
        for y in range(round(place.y()) - 4, round(place.y()) + 5)
    }
    assert LIGHT.accent in seen
    QApplication.sendEvent(picture, QEvent(QEvent.Type.Leave))
    assert picture._lit is None
    assert picture.tooltip_at(QPointF(1, 1)) == ""
