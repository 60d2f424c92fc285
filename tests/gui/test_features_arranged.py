"""The Features panel: by neighbours, by rightness, and what an example is answered."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from driving import child, click
from live_panels import line, show, spiral, train
from projects import project
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Digits, Spiral
from nnstudio.data.split import Split
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.gui.features.arranging import Arrangement
from nnstudio.gui.look.theme import THEMES
from nnstudio.gui.panels.features_panel import FeaturesPanel
from nnstudio.project.project import Project

#: Showing a tooltip raises a window, which the platform for tests can't.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")


def points(**settings: object) -> Project:
    """A spiral with a few points to validate."""
    content = spiral(epochs=30, **settings)
    data = replace(content.data, source=Spiral(count=150), split=Split(validation=0.4))
    return replace(content, data=data)


def shown(qtbot: QtBot, content: Project | None = None) -> FeaturesPanel:
    """A panel with points."""
    panel = show(qtbot, FeaturesPanel, content or points(), (760, 380))
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    return panel


def choose(qtbot: QtBot, panel: FeaturesPanel, name: str, key: str) -> None:
    """Choose an entry of a combo box by keyboard."""
    box = child(panel, name)
    assert isinstance(box, QComboBox)
    qtbot.waitUntil(lambda: box.findData(key) >= 0)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    while box.currentData() != key and box.currentIndex() < box.findData(key):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == key


def arranged(qtbot: QtBot, panel: FeaturesPanel, before: Arrangement | None = None) -> Arrangement:
    """Wait for an arrangement other than ``before`` to be done and drawn."""

    def is_done() -> bool:
        job = panel.arranged.job
        if job is None or job is before or not job.is_over or job.places is None:
            return False
        return len(panel.plot.places) == len(job.places) and np.allclose(
            panel.plot.places, job.places
        )

    qtbot.waitUntil(is_done, timeout=60_000)
    job = panel.arranged.job
    assert job is not None
    assert job.error == ""
    return job


# ------------------------------------------------------------------ by neighbours


def test_tsne_arranges_the_layer_s_features_and_has_no_numbers_at_its_axes(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    assert not child(panel, "features_neighbours").isVisible()
    choose(qtbot, panel, "features_method", "tsne")
    job = arranged(qtbot, panel)
    assert job.order.node == panel.layer_shown()
    assert job.stage == job.stages
    assert child(panel, "features_neighbours").isVisible()
    assert panel.plot.x_axis.ticks(10) == panel.plot.y_axis.ticks(10) == []
    box = panel.plot.box()
    for x, y in zip(
        panel.plot.x_pixels(panel.plot.places[:, 0]),
        panel.plot.y_pixels(panel.plot.places[:, 1]),
        strict=True,
    ):
        assert box.adjusted(-1, -1, 1, 1).contains(QPointF(x, y))
    choose(qtbot, panel, "features_method", "pca")
    qtbot.waitUntil(lambda: len(panel.plot.x_axis.ticks(10)) > 1)
    assert not child(panel, "features_neighbours").isVisible()


def test_neighbours_and_seed_are_small_settings(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    choose(qtbot, panel, "features_method", "tsne")
    first = arranged(qtbot, panel)
    assert (first.order.neighbours, first.order.seed) == (30, 0)
    number = child(panel, "features_neighbours")
    assert isinstance(number, QSpinBox)
    QTest.keyClick(number, Qt.Key.Key_Down)
    second = arranged(qtbot, panel, first)
    assert second.order.neighbours == 29
    click(panel, "features_seed")
    third = arranged(qtbot, panel, second)
    assert third.order.seed == 1
    assert child(panel, "features_seed_text").text() == "seed 1"
    assert not np.allclose(third.places, second.places)


def test_the_arrangement_follows_the_time_slider_from_where_the_points_lay(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    train(qtbot, panel)
    choose(qtbot, panel, "features_method", "tsne")
    now = arranged(qtbot, panel)
    recording = panel.live.recording
    assert recording is not None
    panel.live.look_at(0)
    past = arranged(qtbot, panel, now)
    np.testing.assert_array_equal(past.order.flat, recording.moments[0].flat)
    np.testing.assert_array_equal(past.order.before, now.places)


def test_while_training_runs_points_are_arranged_only_if_asked(qtbot: QtBot) -> None:
    panel = shown(qtbot, points())
    panel.live.workbench.change_settings("Epochs", epochs=100_000)
    choose(qtbot, panel, "features_method", "tsne")
    before = arranged(qtbot, panel)
    runner = panel.live.workbench.runner
    assert runner.run()
    caption = child(panel, "features_caption")
    qtbot.waitUntil(lambda: "as they were" in caption.text())
    assert panel.arranged.job is before
    click(panel, "features_arrange")
    during = arranged(qtbot, panel, before)
    assert not np.array_equal(during.order.flat, before.order.flat)
    with qtbot.waitSignal(runner.ended):
        runner.pause()
    after = arranged(qtbot, panel, during)
    np.testing.assert_array_equal(after.order.flat, panel.live.model().workspace.flat)


def test_arranging_is_given_up_by_a_click(qtbot: QtBot) -> None:
    digits = project(
        Digits(), Input((1, 8, 8)), Flatten(), Dense(24), ReLU(), Dense(10), Softmax(),
        loss=CategoricalCrossEntropy(),
    )  # fmt: skip
    panel = shown(qtbot, digits)
    choose(qtbot, panel, "features_method", "tsne")
    qtbot.waitUntil(lambda: panel.arranged.is_busy)
    job = panel.arranged.job
    qtbot.waitUntil(lambda: child(panel, "features_progress").isVisible())
    click(panel, "features_arrange")
    assert not panel.arranged.is_busy
    assert job.is_unwanted
    qtbot.waitUntil(lambda: job.is_over, timeout=60_000)
    assert job.stage < job.stages
    assert panel.arranged.job is job, "it isn't begun again by itself"
    qtbot.waitUntil(lambda: not child(panel, "features_progress").isVisible())


@pytest.mark.parametrize(
    ("method", "module", "package"),
    [("tsne", "sklearn", "scikit-learn"), ("umap", "umap", "umap-learn")],
)
def test_a_method_whose_library_is_missing_is_dim_and_says_what_to_install(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, method: str, module: str, package: str
) -> None:
    with monkeypatch.context() as bare:
        for name in [name for name in sys.modules if name.split(".")[0] == module]:
            bare.delitem(sys.modules, name)
        bare.setattr(sys, "path", [])
        panel = show(qtbot, FeaturesPanel, points())
    box = child(panel, "features_method")
    assert isinstance(box, QComboBox)
    number = box.findData(method)
    assert not box.model().flags(box.model().index(number, 0)) & Qt.ItemFlag.ItemIsEnabled
    told = box.itemData(number, Qt.ItemDataRole.ToolTipRole)
    assert f"needs {package}: pip install nnstudio[embed]" in told
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_End)
    assert box.currentData() != method


# ------------------------------------------------------------------ colours


def test_colours_tell_right_from_wrong(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    data, model = panel.live.workbench.data, panel.live.model()
    choose(qtbot, panel, "features_colour", "rightness")
    index = data.parts.validation
    said = model.predict(data.dataset.inputs[index]).argmax(axis=1)
    wrong = int((said != data.dataset.targets[index]).sum())
    assert 0 < wrong < len(index)
    legend = child(panel, "features_legend")
    qtbot.waitUntil(
        lambda: legend.accessibleName() == f"Marks: right {len(index) - wrong}, wrong {wrong}"
    )
    colours = THEMES["light"]
    assert panel.plot.marks == [(colours.positive, "disc"), (colours.negative, "cross")]
    image = panel.plot.grab().toImage()
    seen = {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }
    assert colours.positive.lower() in seen
    choose(qtbot, panel, "features_method", "tsne")
    job = arranged(qtbot, panel)
    np.testing.assert_array_equal(job.outputs.argmax(axis=1), said)
    assert legend.accessibleName() == f"Marks: right {len(index) - wrong}, wrong {wrong}"


def test_numbers_are_coloured_by_how_far_answers_are_too_low_or_too_high(qtbot: QtBot) -> None:
    panel = shown(qtbot, line())
    data, model = panel.live.workbench.data, panel.live.model()
    choose(qtbot, panel, "features_colour", "rightness")
    index = data.parts.validation
    error = model.predict(data.dataset.inputs[index])[:, 0] - data.dataset.targets[index, 0]
    legend = child(panel, "features_legend")
    most = f"{np.abs(error).max():#.3g}"
    qtbot.waitUntil(lambda: legend.accessibleName().endswith(f"to {most} too high"))
    assert f"−{most} too low" in legend.accessibleName()
    kinds, clear = panel.plot._colouring.kinds, np.abs(error) > 0.1 * np.abs(error).max()
    np.testing.assert_array_equal(np.sign(kinds - 16)[clear], np.sign(error)[clear])


# ------------------------------------------------------------------ an example


def test_the_tooltip_tells_what_the_network_answers(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    train(qtbot, panel)
    panel.refresh()
    data = panel.live.workbench.data
    row = data.parts.validation[4]
    (answer,) = panel.live.model().predict(data.dataset.inputs[[row]])
    said = data.dataset.classes[answer.argmax()]
    assert f"The network says {said}, " in panel.plot.tooltip(4)
    panel.live.look_at(0)
    (answer,) = panel.live.model().predict(data.dataset.inputs[[row]])
    assert f"says {data.dataset.classes[answer.argmax()]}, " in panel.plot.tooltip(4)


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_who_chooses_a_point_sees_what_the_network_makes_of_that_example(
    qtbot: QtBot, by: str
) -> None:
    panel = shown(qtbot)
    plot, workbench = panel.plot, panel.live.workbench
    panel.layout().activate()
    alone = int(np.argmax(plot.places[:, 0]))
    with qtbot.waitSignal(workbench.example_wanted):
        if by == "mouse":
            x, y = plot.x_pixels(plot.places[:, 0]), plot.y_pixels(plot.places[:, 1])
            place = QPointF(x[alone], y[alone]).toPoint()
            QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=place)
        else:
            plot.setFocus()
            QTest.keyClick(plot, Qt.Key.Key_Left)
            QTest.keyClick(plot, Qt.Key.Key_Return)
    assert workbench.example == workbench.data.parts.validation[alone]


# ------------------------------------------------------------------ which layer


def test_a_layer_that_is_selected_on_the_canvas_is_shown(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    for node in ("tanh", "input", "dense-2"):
        panel.live.workbench.select((node,))
        qtbot.waitUntil(lambda node=node: panel.layer_shown() == node)
    panel.live.workbench.select(())
    panel.refresh()
    assert panel.layer_shown() == "dense-2"


def test_the_maps_of_a_convolution_are_shown_for_fewer_examples(qtbot: QtBot) -> None:
    wide = project(
        Digits(), Input((1, 8, 8)), Conv2D(128), ReLU(), Flatten(), Dense(10), Softmax(),
        loss=CategoricalCrossEntropy(),
    )  # fmt: skip
    panel = shown(qtbot, wide)
    panel.live.workbench.select(("conv2d",))
    qtbot.waitUntil(lambda: panel.layer_shown() == "conv2d")
    panel.refresh()
    shape = panel.live.workbench.analysis.shapes["conv2d"]
    assert np.prod(shape) > 4000
    assert 100 <= len(panel.plot.places) < 250
    assert panel.plot.x_name.startswith("1st component")
