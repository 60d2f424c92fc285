"""Painting points and drawing curves in the real window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from driving import LEFT, child, click, drag
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Pairs, Points
from nnstudio.data.sources.by_hand import MOST
from nnstudio.engine.dense import Dense
from nnstudio.gui.painting.curve_paper import CurvePaper
from nnstudio.gui.painting.pairs_table import PairsTable
from nnstudio.gui.painting.plane import Plane
from nnstudio.project.runs import continues

if TYPE_CHECKING:
    from conftest import Opener

    from nnstudio.gui.main_window import MainWindow

RIGHT, NONE = Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier
SAMPLES = Path(__file__).parents[2] / "samples"


def begin(open_window: Opener, title: str, sample: str = "spiral") -> Any:
    """The window with this source chosen in the data panel, by keyboard."""
    window = open_window(SAMPLES / f"{sample}.nnstudio", size=(1440, 900))
    click(window, "stage_data")
    box = child(window, "data_source")
    assert isinstance(box, QComboBox)
    goal = box.findText(title)
    assert goal >= 0
    while box.currentIndex() != goal:
        QTest.keyClick(box, Qt.Key.Key_Down if box.currentIndex() < goal else Qt.Key.Key_Up)
    QApplication.processEvents()
    return window


def points(window: MainWindow) -> Points:
    source = window.workbench.project.data.source
    assert isinstance(source, Points)
    return source


def pairs(window: MainWindow) -> Pairs:
    source = window.workbench.project.data.source
    assert isinstance(source, Pairs)
    return source


def plane_of(window: QWidget) -> Plane:
    plane = child(window, "paint_plane")
    assert isinstance(plane, Plane)
    return plane


def paper_of(window: QWidget) -> CurvePaper:
    paper = child(window, "paint_curve")
    assert isinstance(paper, CurvePaper)
    return paper


def at(paper: Plane | CurvePaper, x: float, y: float) -> QPoint:
    return paper.pixel_of((x, y)).toPoint()


def spray(qtbot: QtBot, window: MainWindow, start: tuple[float, float], more: int) -> None:
    """Hold the button and go to and fro until so many points have come."""
    plane, before = plane_of(window), points(window).size
    places = [at(plane, start[0] + d, start[1] + d / 2) for d in (-0.1, 0.1)]
    QTest.mousePress(plane, LEFT, NONE, places[0])
    turn = iter(range(1000))

    def enough() -> bool:
        QTest.mouseMove(plane, places[next(turn) % 2])
        return points(window).size >= before + more

    qtbot.waitUntil(enough)
    QTest.mouseRelease(plane, LEFT, NONE, places[0])


def run_to_the_end(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.workbench.runner.ended, timeout=60_000):
        click(window, "run_button")


# ---------------------------------------------------------------------- points


def test_two_painted_clouds_are_told_apart_after_a_run(qtbot: QtBot, open_window: Opener) -> None:
    window = begin(open_window, "Your own points")
    spray(qtbot, window, (-0.5, -0.3), 40)
    QTest.keyClick(plane_of(window), Qt.Key.Key_2)
    spray(qtbot, window, (0.5, 0.4), 40)
    source = points(window)
    assert set(source.labels) == {0, 1}
    run_to_the_end(qtbot, window)
    model = window.live.model()
    assert model is not None
    answers = model.predict_first(np.array(source.points)).argmax(axis=1)
    assert (answers == np.array(source.labels)).mean() > 0.9


def test_a_click_is_one_point_where_the_mouse_is(open_window: Opener) -> None:
    window = begin(open_window, "Your own points")
    plane = plane_of(window)
    QTest.mouseClick(plane, LEFT, NONE, at(plane, 0.25, -0.5))
    (point,) = points(window).points
    assert point == pytest.approx((0.25, -0.5), abs=0.02)
    assert points(window).labels == (0,)


def test_what_one_gesture_sprays_is_undone_as_one(qtbot: QtBot, open_window: Opener) -> None:
    window = begin(open_window, "Your own points")
    plane = plane_of(window)
    QTest.mouseClick(plane, LEFT, NONE, at(plane, 0.0, 0.0))
    spray(qtbot, window, (0.4, 0.4), 12)
    document = window.workbench.document
    assert document.undo_label == "Paint points"
    document.undo()
    assert points(window).size == 1
    assert child(window, "paint_count").text() == "1 point, all of class 1: paint another"
    document.undo()
    assert points(window).size == 0
    document.redo()
    assert points(window).size == 1


def test_the_right_button_and_the_eraser_take_points_away(open_window: Opener) -> None:
    window = begin(open_window, "Your own points")
    plane = plane_of(window)
    places = [(-0.6, 0.0), (0.0, 0.0), (0.6, 0.0)]
    for x, y in places:
        QTest.mouseClick(plane, LEFT, NONE, at(plane, x, y))
    QTest.mouseClick(plane, RIGHT, NONE, at(plane, 0.0, 0.0))
    assert [round(x, 1) for x, _ in points(window).points] == [-0.6, 0.6]
    click(window, "paint_eraser")
    drag(plane, at(plane, -0.8, 0.0), at(plane, 0.8, 0.0), steps=40)
    assert points(window).size == 0
    assert window.workbench.document.undo_label == "Erase points"
    window.workbench.document.undo()
    assert points(window).size == 2
    click(window, "paint_colour_1")
    QTest.mouseClick(plane, LEFT, NONE, at(plane, 0.0, 0.5))
    assert points(window).size == 3


def test_points_are_painted_and_erased_by_keyboard(open_window: Opener) -> None:
    window = begin(open_window, "Your own points")
    plane = plane_of(window)
    plane.setFocus()
    QTest.keyClick(plane, Qt.Key.Key_Space)
    for _ in range(5):
        QTest.keyClick(plane, Qt.Key.Key_Right)
    QTest.keyClick(plane, Qt.Key.Key_2)
    QTest.keyClick(plane, Qt.Key.Key_Space)
    QTest.keyClick(plane, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(plane, Qt.Key.Key_Space)
    assert points(window).points == ((0.0, 0.0), (0.5, 0.0), (0.5, 0.01))
    assert points(window).labels == (0, 1, 1)
    QTest.keyClick(plane, Qt.Key.Key_Delete)
    assert points(window).points == ((0.0, 0.0),)


def test_more_colours_are_more_units_at_the_end(open_window: Opener) -> None:
    window = begin(open_window, "Your own points")
    box = child(window, "data_colours")
    assert isinstance(box, QSpinBox | QLineEdit)
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "5")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert points(window).colours == 5
    layers = [node.layer for node in window.workbench.graph.nodes]
    assert [layer.units for layer in layers if isinstance(layer, Dense)][-1] == 5
    assert child(window, "paint_colour_5").isVisible()
    assert not child(window, "paint_colour_6").isVisible()
    plane = plane_of(window)
    QTest.keyClick(plane, Qt.Key.Key_5)
    QTest.mouseClick(plane, LEFT, NONE, at(plane, 0.0, 0.0))
    assert points(window).labels == (4,)
    QTest.keyClick(plane, Qt.Key.Key_8)  # there is no eighth colour
    QTest.mouseClick(plane, LEFT, NONE, at(plane, 0.5, 0.0))
    assert points(window).labels == (4, 4)


def test_without_any_points_it_is_said_what_to_do_and_run_does_no_harm(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = begin(open_window, "Your own points")
    assert "drag to spray" in plane_of(window).hint
    assert not child(window, "data_error").isVisible()
    window.run_or_pause()
    assert not window.workbench.runner.is_running
    assert "paint some" in window.workbench.data_error
    plane = plane_of(window)
    for x in (0.0, 0.5, -0.5):
        QTest.mouseClick(plane, LEFT, NONE, at(plane, x, 0.0))
        window.workbench.change_settings("fewer", epochs=2 + points(window).size)
        run_to_the_end(qtbot, window)
        assert window.workbench.project.trained is not None


def test_painting_goes_on_while_training_runs_and_the_next_run_begins_anew(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = begin(open_window, "Your own points")
    plane = plane_of(window)
    for x in (-0.5, 0.5):
        QTest.mouseClick(plane, LEFT, NONE, at(plane, x, 0.0))
    window.workbench.change_settings("longer", epochs=1_000_000)
    click(window, "run_button")
    qtbot.waitUntil(lambda: window.workbench.runner.is_running)
    QTest.mouseClick(plane, LEFT, NONE, at(plane, 0.0, 0.6))
    assert window.workbench.runner.is_running
    assert points(window).size == 3
    assert "begins anew" in child(window, "message_text").text()
    with qtbot.waitSignal(window.workbench.runner.ended):
        click(window, "pause_button")
    assert not continues(window.workbench.project)


def test_painted_points_are_saved_and_opened(open_window: Opener, tmp_path: Path) -> None:
    window = begin(open_window, "Your own points")
    plane = plane_of(window)
    for x in (-0.5, 0.25, 0.5):
        QTest.mouseClick(plane, LEFT, NONE, at(plane, x, 0.1))
    painted = points(window)
    assert window.save_path(tmp_path / "own.nnstudio")
    click(window, "paint_clear")
    assert points(window).size == 0
    window.workbench.document.mark_saved()
    assert window.open_path(tmp_path / "own.nnstudio")
    assert points(window) == painted
    assert child(window, "paint_count").text().startswith("3 points")


def test_a_thousand_sprayed_points_are_few_changes_of_the_project(open_window: Opener) -> None:
    window = begin(open_window, "Your own points")
    plane = plane_of(window)
    changes: list[int] = []
    window.workbench.project_changed.connect(lambda *_: changes.append(1))
    plane.began.emit("paint")
    for k in range(1000):  # a burst: nothing else has its turn between these
        plane.painted.emit([(k / 1000, -k / 1000)])
    assert child(window, "paint_count").text().startswith("1,000 points")
    assert not changes
    plane.ended.emit()
    assert points(window).size == 1000
    assert len(changes) == 1
    window.workbench.document.undo()
    assert points(window).size == 0


def test_a_full_plane_takes_no_more_points(open_window: Opener) -> None:
    window = begin(open_window, "Your own points")
    plane = plane_of(window)
    plane.began.emit("paint")
    plane.painted.emit([(0.0, 0.0)] * (MOST + 10))
    plane.ended.emit()
    assert points(window).size == MOST
    assert "full" in child(window, "paint_count").text()


def test_the_fit_shows_new_points_at_once(qtbot: QtBot, open_window: Opener) -> None:
    window = begin(open_window, "Your own points")
    plane = plane_of(window)
    for x in (-0.5, 0.5):
        QTest.mouseClick(plane, LEFT, NONE, at(plane, x, 0.0))
    fit = window.docks.docks["function"]
    fit.raise_()
    plot = child(window, "function_plot")
    qtbot.waitUntil(lambda: plot.isVisible() and plot._examples is not None)
    QTest.mouseClick(plane, LEFT, NONE, at(plane, 0.0, 0.9))
    qtbot.waitUntil(lambda: len(plot._examples.inputs) == 3)


def test_a_larger_window_paints_the_same_points(open_window: Opener) -> None:
    window = begin(open_window, "Your own points")
    click(window, "by_hand_larger")
    large = child(window, "by_hand_window")
    plane = large.findChild(Plane)
    assert plane is not None
    assert plane.box().width() > 300
    QTest.mouseClick(plane, LEFT, NONE, at(plane, -0.25, 0.75))
    ((x, y),) = points(window).points
    assert (x, y) == pytest.approx((-0.25, 0.75), abs=0.01)
    small = child(window, "by_hand").findChild(Plane)
    assert small is not None
    assert not small.hint, "the panel shows the new point too"
    large.close()


# ---------------------------------------------------------------------- curves and pairs


def test_a_dragged_line_is_a_curve_that_can_be_learned_and_undone(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = begin(open_window, "Your own curve", "square")
    paper = paper_of(window)
    drag(paper, at(paper, -0.9, -0.5), at(paper, 0.9, 0.5), steps=30)
    x, y = np.array(pairs(window).pairs).T
    assert len(x) > 50
    np.testing.assert_allclose(y, x * 0.5 / 0.9, atol=0.06)
    run_to_the_end(qtbot, window)
    window.workbench.document.undo()  # the run
    window.workbench.document.undo()
    assert pairs(window).size == 0


def test_single_points_of_a_curve_are_moved_and_erased(open_window: Opener) -> None:
    window = begin(open_window, "Your own curve", "square")
    paper = paper_of(window)
    for x in (-0.5, 0.0, 0.5):
        QTest.mouseClick(paper, LEFT, NONE, at(paper, x, 0.0))
        QApplication.processEvents()
    click(window, "curve_move")
    drag(paper, at(paper, 0.0, 0.0), at(paper, 0.2, 0.6), steps=10)
    assert pairs(window).pairs[1] == pytest.approx((0.2, 0.6), abs=0.03)
    assert window.workbench.document.undo_label == "Move point"
    click(window, "curve_erase")
    QTest.mouseClick(paper, LEFT, NONE, at(paper, -0.5, 0.0))
    assert pairs(window).size == 2


def type_in_cell(table: PairsTable, text: str) -> None:
    """Type over the current cell, and Enter."""
    QTest.keyClick(table, text[0])
    editor = table.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    QTest.keyClicks(editor, text[1:])
    QTest.keyClick(editor, Qt.Key.Key_Return)
    for _ in range(3):  # the cell is closed, the pair is taken, the next cell is gone to
        QApplication.processEvents()


def test_pairs_are_typed_in_a_row_with_point_or_comma(open_window: Opener) -> None:
    window = begin(open_window, "Your own curve", "square")
    table = child(window, "pairs_table")
    assert isinstance(table, PairsTable)
    table.setFocus()
    table.setCurrentIndex(table.pairs_model.index(0, 0))
    for text in ("2", "4", "2,5", "6.25", "-1", "1"):
        type_in_cell(table, text)
    assert pairs(window).pairs == ((2.0, 4.0), (2.5, 6.25), (-1.0, 1.0))
    assert paper_of(window).y_axis.high == 6.25
    table.setCurrentIndex(table.pairs_model.index(1, 1))
    type_in_cell(table, "7")
    assert pairs(window).pairs[1] == (2.5, 7.0)
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert pairs(window).pairs == ((2.5, 7.0), (-1.0, 1.0))


def test_what_is_no_number_is_refused_at_the_table(open_window: Opener) -> None:
    window = begin(open_window, "Your own curve", "square")
    table = child(window, "pairs_table")
    assert isinstance(table, PairsTable)
    table.setFocus()
    table.setCurrentIndex(table.pairs_model.index(0, 0))
    type_in_cell(table, "two")
    assert "“two” is no number" in child(window, "pairs_error").text()
    assert pairs(window).size == 0


def test_two_columns_are_pasted_from_a_spreadsheet(open_window: Opener) -> None:
    window = begin(open_window, "Your own curve", "square")
    table = child(window, "pairs_table")
    QGuiApplication.clipboard().setText("time\tvalue\n1\t1,5\n2\t2,5\n")
    QTest.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert pairs(window).pairs == ((1.0, 1.5), (2.0, 2.5))
    QGuiApplication.clipboard().setText("3\tthree\n")
    click(window, "pairs_paste")
    assert "Line 1" in child(window, "pairs_error").text()
    QGuiApplication.clipboard().setText("3\t4\n")
    click(window, "pairs_paste")
    assert pairs(window).size == 3
    assert not child(window, "pairs_error").isVisible()
    window.workbench.document.undo()
    assert pairs(window).size == 2


@pytest.mark.parametrize("width", [208, 320])
def test_nothing_of_the_painters_is_cut_off_in_a_narrow_panel(
    open_window: Opener, width: int
) -> None:
    window = begin(open_window, "Your own curve", "square")
    dock = window.docks.docks["data"]
    window.docks.resizeDocks([dock], [width], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    panel = child(window, "data_panel")
    for name in ("pairs_table", "paint_curve", "curve_erase", "pairs_clear"):
        widget = child(window, name)
        right = widget.mapTo(panel, QPoint(widget.width(), 0)).x()
        assert right <= panel.width(), name
    label = child(window, "pairs_count")
    assert isinstance(label, QLabel)
    assert QPointF(label.pos()).x() >= 0
