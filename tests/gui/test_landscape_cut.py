"""A cut through the landscape in the panel: the loss on the straight way from start to end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driving import child, click
from live_panels import show, spiral, train
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.panels.landscape_panel import LandscapePanel
from nnstudio.landscape.profile import POINTS
from nnstudio.landscape.surface import Surface
from nnstudio.training.evaluation import evaluate

#: Showing a tooltip raises a window, which the platform for tests can't.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")


def choose(panel: QWidget, name: str, text: str) -> None:
    """Choose an entry by the arrow keys."""
    box = child(panel, name)
    assert isinstance(box, QComboBox)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    while box.currentText() != text and box.currentIndex() < box.count() - 1:
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == text


def measured(qtbot: QtBot, panel: LandscapePanel) -> Surface:
    """Wait until the finest profile of what is chosen now is drawn."""

    def is_done() -> bool:
        job = panel.surveying.job
        return job is not None and job.is_over and panel.cut.surface is job.surface

    qtbot.waitUntil(lambda: not panel.settings.is_settling)
    panel.refresh()
    qtbot.waitUntil(is_done)
    profile = panel.cut.surface
    assert profile is not None
    assert profile.losses.shape == (1, POINTS)
    return profile


def text_of(panel: QWidget, name: str) -> str:
    label = child(panel, name)
    assert isinstance(label, QLabel)
    return label.text()


def flat_of(panel: LandscapePanel) -> Array:
    model = panel.live.model()
    assert model is not None
    return model.workspace.flat.copy()


@pytest.fixture
def panel(qtbot: QtBot) -> LandscapePanel:
    """A finished run, cut from its start to its end."""
    panel = show(qtbot, LandscapePanel, spiral(epochs=8), (720, 420))
    train(qtbot, panel)
    choose(panel, "landscape_plane", "Start to end")
    measured(qtbot, panel)
    return panel


def at(panel: LandscapePanel, t: float) -> QPointF:
    """The pixel of the curve at ``t``."""
    return panel.cut.pixel_of(t, 0.0)


def test_the_curve_is_the_loss_at_the_start_and_at_the_end(
    panel: LandscapePanel, qtbot: QtBot
) -> None:
    recording, data = panel.live.recording, panel.live.workbench.data
    assert recording is not None
    assert data is not None
    assert panel.cut.isVisible()
    assert not panel.plot.isVisible()
    profile = measured(qtbot, panel)
    model = panel.live.model()
    assert model is not None
    job = panel.surveying.job
    assert job is not None
    for t, moment in ((0.0, recording.moments[0]), (1.0, recording.moments[-1])):
        model.set_weights(moment.flat)
        loss = evaluate(model.workspace, data, job.question.index).loss
        assert profile.near(t) == pytest.approx(loss, rel=1e-3)
    marks = {mark.name: mark.x for mark in panel.cut.marks}
    assert marks["start"] == pytest.approx(0, abs=1e-5)
    assert marks["end"] == pytest.approx(1, abs=1e-5)
    assert "of the path" in text_of(panel, "landscape_caption")


def test_a_click_shows_the_weights_of_that_place_and_on_a_mark_that_moment(
    panel: LandscapePanel, qtbot: QtBot
) -> None:
    recording = panel.live.recording
    assert recording is not None
    place = at(panel, 0.4).toPoint()
    QTest.mouseClick(panel.cut, Qt.MouseButton.LeftButton, pos=place)
    chosen = panel.cut.at
    assert chosen is not None
    assert chosen[0] == pytest.approx(0.4, abs=0.01)
    plane = panel.plane
    assert plane is not None
    np.testing.assert_array_equal(flat_of(panel), plane.at(chosen[0], 0.0))
    assert panel.live.point == f"Landscape ({number_text(chosen[0])})"
    QTest.mouseClick(panel.cut, Qt.MouseButton.LeftButton, pos=at(panel, 0.0).toPoint())
    assert panel.live.moment is not None
    assert panel.live.moment.step == recording.moments[0].step
    QTest.keyClick(panel.cut, Qt.Key.Key_Escape)
    assert panel.live.moment is None


def test_the_pointer_and_the_arrows_tell_the_loss(panel: LandscapePanel, qtbot: QtBot) -> None:
    QTest.mouseMove(panel.cut, at(panel, 0.5).toPoint())
    qtbot.waitUntil(lambda: text_of(panel, "landscape_told").startswith("loss "))
    before = panel.cut.at
    assert before is not None
    panel.cut.setFocus()
    for key, further in ((Qt.Key.Key_Right, True), (Qt.Key.Key_Up, False)):
        QTest.keyClick(panel.cut, key)
        now = panel.cut.at
        assert now is not None
        assert (now[0] > before[0]) == further
        assert now[1] == 0
        before = now
    QTest.keyClick(panel.cut, Qt.Key.Key_Return)
    assert panel.live.point


def test_a_random_line_has_a_seed_and_the_map_comes_back(
    panel: LandscapePanel, qtbot: QtBot
) -> None:
    choose(panel, "landscape_plane", "One direction")
    first = measured(qtbot, panel).losses
    assert panel.cut.marks == (), "the run's way is elsewhere"
    assert "of the path" not in text_of(panel, "landscape_caption")
    assert child(panel, "landscape_seed").isVisible()
    click(panel, "landscape_seed")
    qtbot.waitUntil(lambda: panel.surveying.job.question.seed == 1)
    assert not np.array_equal(measured(qtbot, panel).losses, first)
    choose(panel, "landscape_plane", "Path of the run")
    qtbot.waitUntil(lambda: panel.plot.isVisible() and panel.plot.surface is not None)
    assert not panel.cut.isVisible()


def test_the_cut_is_taken_along_as_a_table_and_a_picture(
    panel: LandscapePanel, qtbot: QtBot, tmp_path: Path
) -> None:
    table = panel.table()
    assert len(table) == 2
    assert float(table[0][1]) == pytest.approx(-0.25)
    assert len(table[1]) == POINTS + 1
    assert not panel.cut.grab().isNull()


def test_where_there_is_no_loss_the_curve_has_a_gap(panel: LandscapePanel) -> None:
    profile = panel.cut.surface
    assert profile is not None
    losses = profile.losses.copy()
    losses[0, 40:60] = np.inf
    panel.cut.show_surface(type(profile)(profile.box, losses), ("t", ""))
    panel.cut.grab()
    x = float(profile.x[50])
    assert panel.cut.pixel_of(x, 0.0).y() == panel.cut.box().bottom()
    panel.cut._point_at((x, 0.0))
    assert panel.cut.words().startswith("loss no number")


@pytest.mark.parametrize("size", [(220, 144), (400, 300), (1200, 700)])
def test_the_cut_is_inside_at_any_size(
    panel: LandscapePanel, qtbot: QtBot, size: tuple[int, int]
) -> None:
    panel.resize(*size)
    qtbot.waitUntil(lambda: (panel.width(), panel.height()) == size)
    panel.grab()
    assert panel.rect().contains(panel.cut.geometry())
