"""The network's answers over its data: curve, regions, and an honest sentence for other data."""

from __future__ import annotations

import numpy as np
import pytest
from driving import child
from live_panels import digits, line, show, spiral, train
from projects import project
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Line, Spiral
from nnstudio.engine.activations import Sigmoid, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import BinaryCrossEntropy, CategoricalCrossEntropy, Hinge, Loss
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import remove
from nnstudio.gui.look.theme import LIGHT
from nnstudio.gui.panels.function_panel import FunctionPanel
from nnstudio.gui.plots.function_plot import Examples, class_colours
from nnstudio.project.project import Project


def empty_text(panel: FunctionPanel) -> str:
    """The sentence in place of the plot; empty while there is a plot."""
    text = child(panel, "function_empty_text")
    return text.text() if text.isVisible() else ""


def test_the_curve_of_first_weights_is_there_before_training_and_fits_after(qtbot: QtBot) -> None:
    panel = show(qtbot, FunctionPanel, line(epochs=60, learning_rate=0.05))
    qtbot.waitUntil(lambda: panel.plot.answers is not None)
    before = panel.plot.answers
    train(qtbot, panel)
    panel.refresh()
    assert not np.array_equal(panel.plot.answers, before)
    x = np.linspace(panel.plot.x_axis.low, panel.plot.x_axis.high, len(panel.plot.answers))
    np.testing.assert_allclose(panel.plot.answers[:, 0], 2 * x - 1, atol=0.2)


def test_the_curve_moves_while_it_trains(qtbot: QtBot) -> None:
    panel = show(qtbot, FunctionPanel, line(epochs=100_000, learning_rate=0.001))
    panel.live.workbench.runner.run()
    qtbot.waitUntil(lambda: panel.plot.answers is not None)
    first = panel.plot.answers
    qtbot.waitUntil(lambda: not np.array_equal(panel.plot.answers, first))


def two_arms(loss: Loss, *end: Layer) -> Project:
    """A network for the spiral's two arms that ends like this."""
    layers = Input((2,)), Dense(8), Tanh(), *end
    return project(Spiral(), *layers, loss=loss, epochs=20, learning_rate=0.03)


@pytest.mark.parametrize(
    "content",
    [
        two_arms(CategoricalCrossEntropy(), Dense(2), Softmax()),
        two_arms(BinaryCrossEntropy(), Dense(1), Sigmoid()),
        two_arms(Hinge(), Dense(1)),
        two_arms(Hinge(), Dense(2)),
    ],
    ids=["probabilities", "one probability", "one score", "scores"],
)
def test_regions_have_the_colour_of_the_class_the_network_chooses(
    qtbot: QtBot, content: Project
) -> None:
    panel = show(qtbot, FunctionPanel, content, (340, 300))
    train(qtbot, panel)
    panel.refresh()
    plot = panel.plot
    assert plot.answers.shape == (60 * 60, 2)
    corners = np.array([[plot.x_axis.low, plot.y_axis.high], [plot.x_axis.low, plot.y_axis.low]])
    chosen = panel.live.model().predict(corners).argmax(axis=1)
    image, box = plot.grab().toImage(), plot.box()
    places = [(box.left() + 3, box.top() + 3), (box.left() + 3, box.bottom() - 3)]
    for (x, y), label in zip(places, chosen, strict=True):
        colour = QColor(image.pixel(round(x), round(y)))
        assert (colour.blue() > colour.red()) == (label == 1), "blue is the second class"


def test_more_than_two_classes_have_colours_of_their_own(qtbot: QtBot) -> None:
    panel = show(qtbot, FunctionPanel, spiral(classes=3))
    qtbot.waitUntil(lambda: panel.plot.answers is not None)
    assert panel.plot.answers.shape[1] == 3
    assert len(set(class_colours(8, LIGHT))) == 8
    assert class_colours(2, LIGHT) == [LIGHT.negative, LIGHT.positive]


def test_other_data_gets_a_sentence_and_a_change_of_data_brings_the_plot(qtbot: QtBot) -> None:
    panel = show(qtbot, FunctionPanel, digits())
    qtbot.waitUntil(lambda: "this data has 64" in empty_text(panel))
    assert not panel.plot.isVisible()
    panel.live.workbench.apply("Line", line())
    qtbot.waitUntil(lambda: panel.plot.isVisible() and panel.plot.answers is not None)
    assert empty_text(panel) == ""


def test_a_network_that_cannot_run_leaves_the_examples(qtbot: QtBot) -> None:
    panel = show(qtbot, FunctionPanel, line())
    qtbot.waitUntil(lambda: panel.plot.answers is not None)
    panel.live.workbench.edit_graph("Delete", lambda graph: remove(graph, ["input"]))
    qtbot.waitUntil(lambda: panel.plot.answers is None)
    assert panel.plot.isVisible()


def test_a_network_with_other_inputs_than_the_data_leaves_the_examples(qtbot: QtBot) -> None:
    panel = show(qtbot, FunctionPanel, project(Line(), Input((3,)), Dense(1)))
    qtbot.waitUntil(panel.plot.isVisible)
    panel.refresh()
    assert panel.plot.answers is None


def test_another_source_gets_its_own_axes(qtbot: QtBot) -> None:
    panel = show(qtbot, FunctionPanel, line())
    qtbot.waitUntil(lambda: panel.plot.answers is not None)
    old = panel.plot.x_axis
    panel.live.workbench.apply("Data", project(Line(low=5.0, high=9.0), Input((1,)), Dense(1)))
    qtbot.waitUntil(lambda: panel.plot.x_axis != old)
    assert panel.plot.x_axis.low < 5.1
    assert panel.plot.x_axis.high > 8.9


def test_training_and_validation_examples_are_told_apart(qtbot: QtBot) -> None:
    panel = show(qtbot, FunctionPanel, line())
    data = panel.live.workbench.data
    examples = Examples.of(data)
    train_inputs = set(data.dataset.inputs[data.parts.train].ravel().tolist())
    for (value,), is_validation in zip(
        examples.inputs.tolist(), examples.validation.tolist(), strict=True
    ):
        assert (value in train_inputs) != is_validation


@pytest.mark.parametrize("size", [(180, 120), (200, 150), (700, 260)])
def test_a_plane_keeps_its_proportions_and_stays_inside(
    qtbot: QtBot, size: tuple[int, int]
) -> None:
    panel = show(qtbot, FunctionPanel, spiral(), size)
    qtbot.waitUntil(lambda: panel.plot.answers is not None)
    plot, box = panel.plot, panel.plot.box()
    x, y = plot.x_axis, plot.y_axis
    assert box.width() / box.height() == pytest.approx((x.high - x.low) / (y.high - y.low))
    assert plot.rect().toRectF().contains(box)
