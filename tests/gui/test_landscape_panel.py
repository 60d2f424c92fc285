"""The loss landscape: measured on a thread, the run's path on it, weights shown by a click."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from conftest import Opener
from driving import child, click, training_threads
from live_panels import digits, line, show, spiral, train
from projects import project
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QSlider
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.data.sources import Line, Spiral
from nnstudio.engine.activations import Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.shaping import Input
from nnstudio.engine.workspace import Workspace
from nnstudio.graph.edits import freeze
from nnstudio.gui.landscape.cut_plot import CutPlot
from nnstudio.gui.landscape.landscape_plot import LandscapePlot
from nnstudio.gui.landscape.relief import RAMP, levels_between, tick_texts
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.panels.landscape_panel import LandscapePanel
from nnstudio.gui.plots.plotting import Axis
from nnstudio.landscape.plane import Box
from nnstudio.landscape.profile import Profile
from nnstudio.landscape.surface import SIDE, Surface
from nnstudio.project.project import Project
from nnstudio.training.evaluation import evaluate

#: Showing a tooltip raises a window, which the platform for tests can't.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")


def measured(qtbot: QtBot, panel: LandscapePanel) -> Surface:
    """Wait until the finest surface of what is chosen now is drawn."""

    def is_done() -> bool:
        job = panel.surveying.job
        return job is not None and job.is_over and panel.plot.surface is job.surface

    qtbot.waitUntil(lambda: not panel.settings.is_settling)
    panel.refresh()
    qtbot.waitUntil(is_done)
    surface = panel.plot.surface
    assert surface is not None
    assert surface.losses.shape == (SIDE, SIDE)
    return surface


def choose(box: QComboBox, text: str) -> None:
    """Choose an entry by the arrow keys."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    while box.currentText() != text and box.currentIndex() < box.count() - 1:
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == text


def flat_of(panel: LandscapePanel) -> Array:
    """What every view shows."""
    model = panel.live.model()
    assert model is not None
    return model.workspace.flat.copy()


def opened(qtbot: QtBot, window: MainWindow) -> LandscapePanel:
    """The panel, from the View menu, once the docks have found their places."""
    best = [child(window, f"{name}_panel") for name in ("function", "weights")]
    qtbot.waitUntil(lambda: any(panel.is_seen() for panel in best))
    assert window.docks.docks["landscape"].widget() is None, "it costs nothing before"
    action = window.findChild(QAction, "action_show_landscape")
    assert action is not None
    action.trigger()
    qtbot.waitUntil(lambda: window.docks.docks["landscape"].widget() is not None)
    panel = child(window, "landscape_panel")
    assert isinstance(panel, LandscapePanel)
    return panel


def text_of(panel: LandscapePanel, name: str) -> str:
    label = child(panel, f"landscape_{name}")
    assert isinstance(label, QLabel)
    return label.text()


def pixel(panel: LandscapePanel, u: float, v: float) -> QPoint:
    """The pixel at these shares of the map, from the left and from the top."""
    box = panel.plot.box()
    return QPointF(box.left() + u * box.width(), box.top() + v * box.height()).toPoint()


def trained_panel(qtbot: QtBot, content: Project | None = None) -> LandscapePanel:
    """A panel with a finished run."""
    panel = show(qtbot, LandscapePanel, content or spiral(), (720, 420))
    train(qtbot, panel)
    measured(qtbot, panel)
    return panel


# ------------------------------------------------------------------ in the window


def test_the_view_menu_opens_it_and_a_click_shows_other_weights_in_every_view(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = open_window(assets.sample("spiral.nnstudio"))
    panel = opened(qtbot, window)
    measured(qtbot, panel)
    answer = window.live.model().predict([[1.0, 2.0]])
    QTest.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=pixel(panel, 0.1, 0.2))
    qtbot.waitUntil(lambda: child(panel, "landscape_notice").isVisible())
    assert not np.array_equal(window.live.model().predict([[1.0, 2.0]]), answer)
    assert not window.workbench.document.is_modified, "nothing is changed, only looked at"
    note = child(window, "try_note")
    qtbot.waitUntil(lambda: note.text().startswith("With the weights of Landscape"))
    click(window, "landscape_now")
    np.testing.assert_array_equal(window.live.model().predict([[1.0, 2.0]]), answer)
    qtbot.waitUntil(lambda: not child(panel, "landscape_notice").isVisible())


def test_measuring_leaves_a_run_as_it_would_be_without(qtbot: QtBot) -> None:
    """And it goes on beside it: the surface grows while training runs."""
    alone = show(qtbot, LandscapePanel, digits(epochs=8))
    alone.hide()
    train(qtbot, alone)
    beside = show(qtbot, LandscapePanel, digits(epochs=8))
    runner = beside.live.workbench.runner
    with qtbot.waitSignal(runner.ended):
        assert runner.run()
        qtbot.waitUntil(lambda: beside.surveying.job is not None)
    np.testing.assert_array_equal(flat_of(alone), flat_of(beside))


def test_the_time_slider_moves_the_shown_point_along_the_path(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = open_window(assets.sample("spiral.nnstudio"))
    runner = window.workbench.runner
    window.workbench.change_settings("Epochs", epochs=5)
    runner.restart()
    with qtbot.waitSignal(runner.ended):
        runner.run()
    panel = opened(qtbot, window)
    qtbot.waitUntil(lambda: len(panel.plot.path) > 3 and panel.plot.point is not None)
    job, slider = panel.surveying.job, child(window, "time_slider")
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    for place in range(3):
        expected = tuple(panel.plot.path[place])
        qtbot.waitUntil(
            lambda expected=expected: panel.plot.point == pytest.approx(expected, abs=1e-5)
        )
        QTest.keyClick(slider, Qt.Key.Key_Right)
    click(window, "time_now")
    qtbot.waitUntil(lambda: panel.plot.point == pytest.approx(tuple(panel.plot.path[-1]), abs=1e-5))
    assert panel.surveying.job is job, "looking back measures nothing"


def test_what_nobody_sees_is_not_measured_until_somebody_looks_again(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = open_window(assets.sample("digits.nnstudio"))
    panel = opened(qtbot, window)
    qtbot.waitUntil(lambda: panel.surveying.is_busy)
    job = panel.surveying.job
    window.docks.docks["weights"].raise_()
    qtbot.waitUntil(lambda: job.is_over)
    assert job.progress < 1
    window.docks.docks["landscape"].raise_()
    measured(qtbot, panel)
    window.close()
    assert panel.surveying.job.progress == 1


# ------------------------------------------------------------------ what is measured


def test_after_a_run_its_path_is_drawn_with_start_best_and_end(qtbot: QtBot) -> None:
    panel = trained_panel(qtbot)
    recording = panel.live.recording
    assert recording is not None
    plane = panel.plane
    assert plane is not None
    assert child(panel, "landscape_plane").currentText() == "Path of the run"
    flats = [moment.flat for moment in recording.moments]
    qtbot.waitUntil(lambda: len(panel.plot.path) == len(flats))
    np.testing.assert_allclose(panel.plot.path, plane.places(flats), atol=1e-6)
    marks = {mark.name: (mark.x, mark.y) for mark in panel.plot.marks}
    assert marks["start"] == pytest.approx(plane.places(flats[:1])[0])
    assert marks["end"] == pytest.approx((0, 0), abs=1e-5)
    assert marks["best"] == pytest.approx(plane.places([recording.best.flat])[0])
    share = plane.share_of(flats)
    assert 0.5 < share < 1
    assert f"{share:.0%}".replace("%", " %") in text_of(panel, "caption")
    for a, b in panel.plot.path:
        assert panel.plot.box().contains(panel.plot.pixel_of(a, b))


def test_before_anything_is_measured_there_are_no_numbers_along_the_axes(qtbot: QtBot) -> None:
    theme = Theme("light")
    plots = [LandscapePlot(theme) for _ in range(2)]
    pictures = []
    for plot, high in zip(plots, (1.0, 500.0), strict=True):
        qtbot.addWidget(plot)
        plot.resize(360, 200)
        plot.x_axis = plot.y_axis = Axis(0.0, high)
        pictures.append(plot.grab().toImage())
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("width", [436, 460, 620, 1000])
def test_what_is_drawn_is_told_whole_beside_what_a_click_does(qtbot: QtBot, width: int) -> None:
    panel = trained_panel(qtbot)
    panel.resize(width, 330)
    QApplication.processEvents()
    for name in ("caption", "told"):
        label = child(panel, f"landscape_{name}")
        assert isinstance(label, QLabel)
        assert label.isVisible()
        assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width(), label.text()
    assert "% of the path" in text_of(panel, "caption").replace("\u00a0", " ")


def test_the_loss_that_is_told_is_that_of_the_chosen_part_of_the_data(qtbot: QtBot) -> None:
    panel = trained_panel(qtbot)
    model, data = panel.live.model(), panel.live.workbench.data
    workspace = Workspace(model.network, flat_of(panel))
    end = panel.plot.pixel_of(0, 0).toPoint()
    place = panel.plot.place_at(QPointF(end))
    assert place is not None
    for part, index in (("Training", data.parts.train), ("Validation", data.parts.validation)):
        choose(child(panel, "landscape_part"), part)
        measured(qtbot, panel)
        assert f"{len(index):,} {part.lower()} examples" in text_of(panel, "caption")
        QTest.mouseMove(panel.plot, end + QPoint(3, 0))
        QTest.mouseMove(panel.plot, end)
        qtbot.waitUntil(lambda: panel.plot.at == place)
        told = float(text_of(panel, "told").split()[1])
        assert told == pytest.approx(evaluate(workspace, data, index).loss, rel=0.1)
        assert told == pytest.approx(panel.plot.surface.near(*place), rel=0.01)


def test_other_random_directions_come_from_the_next_seed(qtbot: QtBot) -> None:
    panel = show(qtbot, LandscapePanel, spiral(), (720, 420))
    before = measured(qtbot, panel)
    assert child(panel, "landscape_plane").currentText() == "Random directions"
    assert "seed 0" in text_of(panel, "caption")
    click(panel, "landscape_seed")
    after = measured(qtbot, panel)
    assert "seed 1" in text_of(panel, "caption")
    middle = SIDE // 2
    assert after.losses[middle, middle] == before.losses[middle, middle]
    assert after.losses[0, 0] != before.losses[0, 0]


def test_the_two_numbers_of_a_line_are_the_axes(qtbot: QtBot) -> None:
    panel = trained_panel(qtbot, line())
    assert (panel.plot.x_name, panel.plot.name_above) == ("weight", "bias")
    assert panel.plot.point == pytest.approx(flat_of(panel).tolist(), rel=1e-5)


@pytest.mark.parametrize("by", ["keyboard", "wheel", "keys on the map"])
def test_the_range_is_changed_by_slider_wheel_and_keys(qtbot: QtBot, by: str) -> None:
    panel = show(qtbot, LandscapePanel, spiral(), (720, 420))
    before = measured(qtbot, panel)
    slider = child(panel, "landscape_range")
    assert isinstance(slider, QSlider)
    for _ in range(4):
        if by == "keyboard":
            QTest.keyClick(slider, Qt.Key.Key_Left)
        elif by == "wheel":
            turn(panel.plot, 120)
        else:
            QTest.keyClick(panel.plot, Qt.Key.Key_Plus)
    after = measured(qtbot, panel)
    assert text_of(panel, "range_text") == "× 0.5"
    assert after.box == before.box.stretched(0.5)
    middle = SIDE // 2
    assert after.losses[middle, middle] == before.losses[middle, middle]


def turn(plot: LandscapePlot, angle: int) -> None:
    """Turn the wheel over the middle of the plot."""
    middle = QPointF(plot.rect().center())
    QApplication.sendEvent(
        plot,
        QWheelEvent(
            middle, plot.mapToGlobal(middle), QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip


def test_measuring_is_cancelled_by_a_click_and_what_is_known_stays(qtbot: QtBot) -> None:
    wide = project(
        Spiral(count=1600), Input((2,)), Dense(400), Tanh(), Dense(400), Tanh(), Dense(2)
    )
    panel = show(qtbot, LandscapePanel, wide, (720, 420))
    qtbot.waitUntil(lambda: panel.plot.surface is not None)
    assert panel.surveying.is_busy
    assert child(panel, "landscape_progress").isVisible()
    click(panel, "landscape_measure")
    job = panel.surveying.job
    assert job is not None
    qtbot.waitUntil(lambda: job.is_over)
    assert job.progress < 1
    qtbot.waitUntil(lambda: not child(panel, "landscape_progress").isVisible())
    assert panel.plot.surface is not None
    assert "nnstudio-landscape" not in training_threads()
    assert child(panel, "landscape_measure").text() == "Measure"
    click(panel, "landscape_measure")
    assert not panel.surveying.is_busy or panel.surveying.job is not job
    qtbot.waitUntil(lambda: panel.surveying.job is not job)
    panel.surveying.cancel()


def test_while_training_runs_the_present_point_moves_on_what_is_measured(qtbot: QtBot) -> None:
    panel = show(qtbot, LandscapePanel, spiral(epochs=100_000), (720, 420))
    measured(qtbot, panel)
    job, start = panel.surveying.job, panel.plot.point
    assert start == pytest.approx((0, 0), abs=1e-6)
    runner = panel.live.workbench.runner
    assert runner.run()
    qtbot.waitUntil(lambda: panel.plot.point != start)
    between = panel.plot.point
    qtbot.waitUntil(lambda: panel.plot.point != between and len(panel.plot.path) > 3)
    assert panel.surveying.job is job, "nobody asked for another"
    assert "end" not in {mark.name for mark in panel.plot.marks}
    with qtbot.waitSignal(runner.ended):
        runner.pause()
    qtbot.waitUntil(lambda: panel.surveying.job is not job)
    measured(qtbot, panel)
    assert panel.plot.point == pytest.approx((0, 0), abs=1e-5)


# ------------------------------------------------------------------ looking at a point


def test_a_click_shows_exactly_the_weights_of_that_place(qtbot: QtBot) -> None:
    panel = trained_panel(qtbot)
    now = flat_of(panel)
    at = pixel(panel, 0.9, 0.1)
    place = panel.plot.place_at(QPointF(at))
    QTest.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=at)
    plane = panel.plane
    assert plane is not None
    assert place is not None
    np.testing.assert_array_equal(flat_of(panel), plane.at(*place))
    qtbot.waitUntil(lambda: panel.plot.point == pytest.approx(place, abs=1e-4))
    assert "Landscape" in text_of(panel, "notice")
    assert panel.live.moment is None
    QTest.keyClick(panel.plot, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(flat_of(panel), now)
    assert panel.live.point == ""
    qtbot.waitUntil(lambda: not child(panel, "landscape_notice").isVisible())


def test_looking_at_a_point_measures_nothing_anew(qtbot: QtBot) -> None:
    panel = trained_panel(qtbot)
    job = panel.surveying.job
    QTest.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=pixel(panel, 0.9, 0.1))
    qtbot.waitUntil(lambda: child(panel, "landscape_notice").isVisible())
    choose(child(panel, "landscape_plane"), "Random directions")
    measured(qtbot, panel)
    assert panel.surveying.job is not job
    panel.live.look_at(None)
    assert panel.plane is not None
    np.testing.assert_array_equal(panel.plane.centre, flat_of(panel))


def test_a_click_on_a_mark_of_the_path_shows_that_moment_of_the_run(qtbot: QtBot) -> None:
    panel = trained_panel(qtbot)
    (start,) = (mark for mark in panel.plot.marks if mark.name == "start")
    at = panel.plot.pixel_of(start.x, start.y).toPoint()
    QTest.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=at)
    recording = panel.live.recording
    assert panel.live.moment is recording.moments[0]
    np.testing.assert_array_equal(flat_of(panel), recording.moments[0].flat)
    qtbot.waitUntil(lambda: "step 0" in text_of(panel, "notice"))


def test_a_new_run_shows_itself(qtbot: QtBot) -> None:
    panel = trained_panel(qtbot)
    QTest.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=pixel(panel, 0.9, 0.1))
    assert panel.live.point
    train(qtbot, panel)
    assert panel.live.point == ""


def test_arrows_move_a_cross_and_enter_chooses_its_place(qtbot: QtBot) -> None:
    panel = trained_panel(qtbot)
    plot = panel.plot
    plot.setFocus()
    for _ in range(3):
        QTest.keyClick(plot, Qt.Key.Key_Left)
    QTest.keyClick(plot, Qt.Key.Key_Up)
    at = plot.at
    assert at is not None
    assert at[0] < 0 < at[1]
    assert plot.accessibleDescription() == plot.words() == text_of(panel, "told")
    QTest.keyClick(plot, Qt.Key.Key_Return)
    np.testing.assert_array_equal(flat_of(panel), panel.plane.at(*at))
    for _ in range(60):
        QTest.keyClick(plot, Qt.Key.Key_Left)
    assert plot.at[0] == plot.x_axis.low, "it stays on the map"


# ------------------------------------------------------------------ taking along


def test_the_map_is_saved_as_a_picture_and_its_losses_as_a_table(
    qtbot: QtBot, tmp_path: Path
) -> None:
    panel = trained_panel(qtbot)
    assert panel.take.save_to(tmp_path / "map.png")
    assert not QImage(str(tmp_path / "map.png")).isNull()
    assert panel.take.save_table_to(tmp_path / "map.csv")
    with (tmp_path / "map.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    surface = panel.plot.surface
    np.testing.assert_allclose([float(x) for x in head[1:]], surface.x, rtol=1e-4, atol=1e-6)
    losses = np.array([[float(v) for v in row[1:]] for row in rows])
    np.testing.assert_allclose(losses, surface.losses, rtol=1e-4)
    assert not panel.take.save_table_to(tmp_path / "no such folder" / "map.csv")
    assert "map.csv" in panel.take.told


# ------------------------------------------------------------------ how it is drawn


def plot_of(qtbot: QtBot, losses: Array, theme: str = "light") -> LandscapePlot:
    """A plot of this surface alone."""
    plot = LandscapePlot(Theme(theme))
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show_surface(Surface(Box(-1, 1, -1, 1), losses), ("x", "y"))
    plot.show()
    qtbot.waitExposed(plot)
    return plot


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_low_losses_are_dark_and_high_ones_light(qtbot: QtBot, theme: str) -> None:
    rows = np.logspace(-3, 1, SIDE)[:, np.newaxis]
    plot = plot_of(qtbot, np.repeat(rows, SIDE, axis=1), theme)
    image, box = plot.grab().toImage(), plot.box()
    x = round(box.center().x())
    shades = [
        image.pixelColor(x, y).lightness() for y in range(int(box.top()) + 3, int(box.bottom()))
    ]
    assert shades[0] > 200 > 60 > shades[-1]
    assert np.corrcoef(shades, np.arange(len(shades)))[0, 1] < -0.9


def test_colours_rise_in_lightness_so_that_they_can_be_told_apart_without_hue() -> None:
    shades = [_luminance(colour) for colour in RAMP]
    assert shades == sorted(shades)
    assert min(np.diff(shades)) > 0.03


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


@pytest.mark.parametrize(("made", "cut"), [(LandscapePlot, False), (CutPlot, True)])
def test_a_place_that_was_pointed_at_is_forgotten_where_another_plane_lacks_it(
    qtbot: QtBot, made: type[LandscapePlot], cut: bool
) -> None:
    plot = made(Theme("light"))
    qtbot.addWidget(plot)
    plot.resize(400, 300)

    def measured_over(size: float) -> Surface:
        box, losses = Box(-size, size, -size, size), np.ones((1 if cut else 4, 4))
        return Profile(box, losses) if cut else Surface(box, losses)

    plot.show_surface(measured_over(4), ("x", "y"))
    plot.show()
    QTest.mouseMove(plot, (plot.box().topLeft() + QPointF(9, 9)).toPoint())
    assert plot.words().startswith("loss 1")
    plot.show_surface(measured_over(8), ("x", "y"))
    assert plot.words().startswith("loss 1"), "it is still there"
    plot.show_surface(measured_over(0.1), ("x", "y"))
    assert plot.words() == "", "rather than that the loss there is no number"


def test_where_there_is_no_loss_the_map_is_hatched_and_says_so(qtbot: QtBot) -> None:
    losses = np.ones((SIDE, SIDE)) + np.arange(SIDE)
    losses[:, : SIDE // 2] = np.nan
    losses[:, 0] = np.inf
    plot = plot_of(qtbot, losses)
    image, box = plot.grab().toImage(), plot.box()
    left = {
        image.pixelColor(int(box.left() + 0.2 * box.width()) + k, int(box.center().y())).name()
        for k in range(12)
    }
    assert left <= {plot.theme.colour(role).name() for role in ("canvas", "line")} | left
    assert plot.theme.colour("canvas").name() in left
    QTest.mouseMove(plot, QPointF(box.left() + 0.2 * box.width(), box.center().y()).toPoint())
    qtbot.waitUntil(lambda: "no number" in plot.words())
    plot.show_surface(Surface(Box(-1, 1, -1, 1), np.full((4, 4), np.nan)), ("x", "y"))
    plot.grab()


@pytest.mark.parametrize(
    ("low", "high"), [(0.05, 2.1), (1e-7, 4e3), (0.5, 0.6), (0.301, 0.302), (1, 10), (3e5, 2e9)]
)
def test_contours_are_at_a_few_round_losses_between_the_lowest_and_the_highest(
    low: float, high: float
) -> None:
    levels = levels_between(low, high)
    assert 2 <= len(levels) <= 10
    assert all(low < level < high for level in levels)
    assert levels == sorted(levels)
    for level in levels:
        assert float(f"{level:.4g}") == pytest.approx(level, rel=1e-6), "it is round"


# ------------------------------------------------------------------ nothing to show


def test_what_is_missing_is_said_in_a_sentence(qtbot: QtBot) -> None:
    panel = show(qtbot, LandscapePanel, Project())
    qtbot.waitUntil(lambda: "appears here" in text_of(panel, "empty_text"))
    assert child(panel, "landscape_empty").isVisible()
    rigid = project(Line(), Input((1,)), Dense(1))
    graph = freeze(rigid.graph, "dense", True)
    panel.live.workbench.apply("Frozen", rigid.with_graph(graph))
    qtbot.waitUntil(lambda: "no weights that learn" in text_of(panel, "empty_text"))
    panel.live.workbench.apply("Line", line())
    measured(qtbot, panel)
    assert not child(panel, "landscape_empty").isVisible()


def test_weights_that_are_no_numbers_are_told(qtbot: QtBot) -> None:
    panel = show(qtbot, LandscapePanel, spiral(), (720, 420))
    measured(qtbot, panel)
    panel.live.model().workspace.flat[...] = np.nan
    click(panel, "landscape_measure")
    qtbot.waitUntil(lambda: "no finite numbers" in text_of(panel, "caption"))
    assert panel.plot.surface is None
    assert panel.table() == []


@pytest.mark.parametrize("size", [(220, 144), (300, 210), (340, 260), (900, 300)])
def test_every_part_is_inside_at_any_size(qtbot: QtBot, size: tuple[int, int]) -> None:
    panel = show(qtbot, LandscapePanel, spiral(), size)
    measured(qtbot, panel)
    panel.layout().activate()
    inside = panel.rect()
    for name in ("plane", "plot", "caption", "take", "measure", "range", "part"):
        widget = child(panel, f"landscape_{name}")
        if widget.isVisible():
            corner = widget.mapTo(panel, QPoint())
            assert inside.contains(widget.rect().translated(corner)), name
    assert panel.size().toTuple() == size


def test_losses_that_the_scale_has_no_room_for_are_not_cut_off(qtbot: QtBot) -> None:
    losses = np.linspace(2.3001, 2.3022, SIDE * SIDE).reshape(SIDE, SIDE)
    plot = plot_of(qtbot, losses)
    assert any(len(f"{level:.10g}") > 5 for level in plot.levels), "such as 2.3015"
    image = plot.grab().toImage()
    edge = {image.pixel(image.width() - 1, y) for y in range(image.height())}
    assert len(edge) == 1, "nothing reaches as far as the edge"


@pytest.mark.parametrize(
    "levels", [[0.1, 0.3, 1.0], [3.05e10, 3.1e10, 3.15e10], [1e-9, 2e-9, 5e-9], [5e3, 1e4, 2e4]]
)
def test_losses_on_the_scale_are_told_apart(levels: list[float]) -> None:
    texts = tick_texts(levels)
    assert len(set(texts)) == len(levels)
    for level, text in zip(levels, texts, strict=True):
        plain = text.replace(",", "").replace("−", "-")
        assert float(plain) == pytest.approx(level, rel=1e-3)
        assert len(text) <= 7
