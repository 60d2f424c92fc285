"""Teaching a network one's own signs: draw, keep, run, try, in the real window."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from driving import answer_next_box, child, click
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from try_out import Strokes, draw_by_mouse, on_pad, pen_digits

from nnstudio.data.sources import Digits, Drawings
from nnstudio.engine.dense import Dense

if TYPE_CHECKING:
    from conftest import Opener

    from nnstudio.gui.main_window import MainWindow

SAMPLES = Path(__file__).parents[2] / "samples"
SHIFT = Qt.KeyboardModifier.ShiftModifier


def ring(side: int, turn: float, size: float) -> Strokes:
    """A circle, begun somewhere and drawn by an unsteady hand."""
    angles = np.linspace(turn, turn + 2 * math.pi, 24)
    radius = size * side * (1 + 0.06 * np.sin(3 * angles + turn))
    middle = side / 2
    points = zip(middle + radius * np.cos(angles), middle + radius * np.sin(angles), strict=True)
    return [[[float(x), float(y)] for x, y in points]]


def cross(side: int, turn: float, size: float) -> Strokes:
    """Two strokes, nearly at right angles."""
    middle, strokes = side / 2, []
    for angle in (0.25 * math.pi + 0.2 * math.sin(turn), 0.75 * math.pi + 0.1 * math.cos(turn)):
        x, y = size * side * math.cos(angle), size * side * math.sin(angle)
        strokes.append([[middle - x, middle - y], [middle + x, middle + y]])
    return strokes


def drawings(window: MainWindow) -> Drawings:
    source = window.workbench.project.data.source
    assert isinstance(source, Drawings)
    return source


def begin(open_window: Opener) -> MainWindow:
    window = open_window(size=(1440, 900))
    click(window, "start_signs_button")
    QApplication.processEvents()
    return window


def keep_by_key(window: MainWindow, strokes: Strokes, key: Qt.Key) -> None:
    """Draw with the mouse, and press the sign's key."""
    pad = child(window, "drawing_pad")
    draw_by_mouse(pad, strokes)
    QTest.keyClick(pad, key)


def run_to_the_end(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.workbench.runner.ended, timeout=120_000):
        click(window, "run_button")


def text(window: QWidget, name: str) -> str:
    label = child(window, name)
    assert isinstance(label, QLabel)
    return label.text()


# ---------------------------------------------------------------------- the loop


def test_two_kinds_of_signs_are_drawn_kept_learned_and_read(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = begin(open_window)
    side = child(window, "drawing_pad").width()
    for k in range(8):
        size = 0.25 + 0.02 * k
        keep_by_key(window, ring(side, k, size), Qt.Key.Key_O)
        keep_by_key(window, cross(side, k, size), Qt.Key.Key_X)
    assert drawings(window).counts() == {"o": 8, "x": 8}
    run_to_the_end(qtbot, window)
    for make, name in ((ring, "o"), (cross, "x")):
        click(window, "pad_clear_button") if not _is_empty(window) else None
        draw_by_mouse(child(window, "drawing_pad"), make(side, 2.5, 0.33))
        qtbot.waitUntil(lambda name=name: text(window, "pad_answer") == name)


@pytest.mark.skipif(
    not Path(os.environ.get("NNSTUDIO_DATA", ""), "pen-digits").is_dir() and "CI" not in os.environ,
    reason="$NNSTUDIO_DATA/pen-digits is missing",
)
def test_signs_written_by_people_are_learned_from_eight_of_each(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = begin(open_window)
    pad = child(window, "drawing_pad")
    written = {label: [d for d in pen_digits() if d["label"] == label] for label in (3, 7)}
    for k in range(8):
        keep_by_key(window, on_pad(written[3][k], pad.width()), Qt.Key.Key_E)
        keep_by_key(window, on_pad(written[7][k], pad.width()), Qt.Key.Key_T)
    run_to_the_end(qtbot, window)
    model = window.live.model()
    assert model is not None
    right = 0
    for label, number in ((3, 0), (7, 1)):
        for entry in written[label][8:28]:
            window.docks.try_panel.draw(on_pad(entry, pad.width()))
            right += window.docks.try_panel.answer() == number
    assert right >= 34, f"{right} of 40"


def _is_empty(window: MainWindow) -> bool:
    return not child(window, "pad_clear_button").isEnabled()


# ---------------------------------------------------------------------- keeping


def test_a_kept_drawing_leaves_a_new_sheet_and_undo_takes_it_out_of_the_set(
    open_window: Opener,
) -> None:
    window = begin(open_window)
    pad = child(window, "drawing_pad")
    keep_by_key(window, ring(pad.width(), 0, 0.3), Qt.Key.Key_A)
    assert drawings(window).signs == ("a",)
    assert _is_empty(window)
    assert window.workbench.document.undo_label == "Keep drawing"
    QTest.keyClick(pad, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert drawings(window).size == 0


def test_capital_letters_and_small_ones_are_different_signs(open_window: Opener) -> None:
    window = begin(open_window)
    pad = child(window, "drawing_pad")
    for modifier in (SHIFT, Qt.KeyboardModifier.NoModifier):
        draw_by_mouse(pad, ring(pad.width(), 0, 0.3))
        QTest.keyClicks(pad, "A" if modifier == SHIFT else "a")
    assert drawings(window).signs == ("A", "a")


def test_a_longer_name_is_typed_once_and_enter_keeps_the_next(open_window: Opener) -> None:
    window = begin(open_window)
    pad, line = child(window, "drawing_pad"), child(window, "pad_label_line")
    assert not child(window, "pad_keep_button").isEnabled()
    draw_by_mouse(pad, ring(pad.width(), 0, 0.3))
    QTest.keyClick(pad, Qt.Key.Key_Return)  # it has no name yet
    assert drawings(window).size == 0
    line.setFocus()
    QTest.keyClicks(line, "ring")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert drawings(window).counts() == {"ring": 1}
    draw_by_mouse(pad, ring(pad.width(), 1, 0.2))
    QTest.keyClick(pad, Qt.Key.Key_Return)
    assert drawings(window).counts() == {"ring": 2}
    draw_by_mouse(pad, ring(pad.width(), 2, 0.2))
    click(window, "pad_keep_button")
    assert drawings(window).counts() == {"ring": 3}
    assert text(window, "pad_kept") == "ring\u00a03"


def test_a_key_on_an_empty_sheet_keeps_nothing(open_window: Opener) -> None:
    window = begin(open_window)
    QTest.keyClick(child(window, "drawing_pad"), Qt.Key.Key_A)
    assert drawings(window).size == 0


def test_a_third_sign_is_one_more_unit_and_says_what_is_missing_before(
    open_window: Opener,
) -> None:
    window = begin(open_window)
    pad = child(window, "drawing_pad")
    keep_by_key(window, ring(pad.width(), 0, 0.3), Qt.Key.Key_A)
    assert "second sign" in window.workbench.data_error
    for key in (Qt.Key.Key_B, Qt.Key.Key_C):
        keep_by_key(window, cross(pad.width(), int(key), 0.3), key)
    layers = [node.layer for node in window.workbench.graph.nodes]
    assert [layer.units for layer in layers if isinstance(layer, Dense)][-1] == 3
    assert not window.workbench.data_error
    assert not [p for p in window.workbench.problems if p.severity == "error"]


def test_drawings_are_saved_and_opened(open_window: Opener, tmp_path: Path) -> None:
    window = begin(open_window)
    pad = child(window, "drawing_pad")
    for key in (Qt.Key.Key_A, Qt.Key.Key_B):
        keep_by_key(window, cross(pad.width(), int(key), 0.3), key)
    kept = drawings(window)
    assert window.save_path(tmp_path / "signs.nnstudio")
    assert window.open_path(SAMPLES / "line.nnstudio")
    assert window.open_path(tmp_path / "signs.nnstudio")
    assert drawings(window) == kept


def test_the_menu_begins_the_same(open_window: Opener) -> None:
    window = open_window(SAMPLES / "line.nnstudio")
    action = window.findChild(QAction, "action_new_signs")
    assert action is not None
    action.trigger()
    assert drawings(window).size == 0
    assert child(window, "drawing_pad").isVisible()
    assert "press its key" in text(window, "message_text")


# ---------------------------------------------------------------------- beside other data


def draw_and_keep(window: MainWindow, answer: QMessageBox.StandardButton) -> list[str]:
    pad, line = child(window, "drawing_pad"), child(window, "pad_label_line")
    draw_by_mouse(pad, ring(pad.width(), 0, 0.3))
    line.setFocus()
    QTest.keyClicks(line, "ring")
    seen = answer_next_box(answer)
    click(window, "pad_keep_button")
    return seen


def test_other_data_is_replaced_only_after_asking_and_undo_brings_it_back(
    open_window: Opener,
) -> None:
    window = open_window(SAMPLES / "digits.nnstudio", size=(1440, 900))
    before = window.workbench.project
    seen = draw_and_keep(window, QMessageBox.StandardButton.Cancel)
    assert seen == ["Begin a set of your own drawings?"]
    assert window.workbench.project == before
    assert not _is_empty(window), "the drawing is still there"
    draw_and_keep(window, QMessageBox.StandardButton.Yes)
    assert drawings(window).style == "digits", "the network reads pictures of 8 × 8"
    assert drawings(window).size == 1
    window.workbench.document.undo()
    assert isinstance(window.workbench.project.data.source, Digits)
    assert window.workbench.project == before


def test_drawings_can_begin_a_project_of_their_own(open_window: Opener) -> None:
    window = open_window(SAMPLES / "digits.nnstudio", size=(1440, 900))
    draw_and_keep(window, QMessageBox.StandardButton.Open)
    assert drawings(window).counts() == {"ring": 1}
    assert window.files.path is None
    assert "Conv2D" in {type(node.layer).__name__ for node in window.workbench.graph.nodes}


def test_keys_mean_nothing_to_a_pad_whose_data_is_not_made_by_hand(open_window: Opener) -> None:
    window = open_window(SAMPLES / "digits.nnstudio", size=(1440, 900))
    before = window.workbench.project
    keep_by_key(window, ring(child(window, "drawing_pad").width(), 0, 0.3), Qt.Key.Key_A)
    assert window.workbench.project == before
    assert not _is_empty(window)


# ---------------------------------------------------------------------- the wall


def wall_of(window: MainWindow) -> QListView:
    wall = child(window, "sign_list")
    assert isinstance(wall, QListView)
    return wall


def with_three(open_window: Opener) -> MainWindow:
    window = begin(open_window)
    pad = child(window, "drawing_pad")
    for key in (Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_A):
        keep_by_key(window, cross(pad.width(), int(key), 0.3), key)
    return window


def test_the_wall_shows_every_drawing_sorted_by_sign(open_window: Opener) -> None:
    window = with_three(open_window)
    model = wall_of(window).model()
    assert [model.index(k, 0).data() for k in range(model.rowCount())] == ["a", "a", "b"]
    assert text(window, "signs_count") == "a\u00a02 · b\u00a01"


def test_a_drawing_is_deleted_on_the_wall_and_comes_back_by_undo(open_window: Opener) -> None:
    window = with_three(open_window)
    wall = wall_of(window)
    wall.setFocus()
    wall.setCurrentIndex(wall.model().index(2, 0))
    QTest.keyClick(wall, Qt.Key.Key_Delete)
    assert drawings(window).counts() == {"a": 2}
    window.workbench.document.undo()
    assert drawings(window).counts() == {"a": 2, "b": 1}


def test_all_selected_drawings_get_the_name_that_is_typed_at_one(open_window: Opener) -> None:
    window = with_three(open_window)
    wall = wall_of(window)
    select = QItemSelectionModel.SelectionFlag.Select
    wall.setCurrentIndex(wall.model().index(1, 0))
    wall.selectionModel().select(wall.model().index(2, 0), select)
    click(window, "signs_rename")
    editor = wall.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "z")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    for _ in range(3):
        QApplication.processEvents()
    assert drawings(window).counts() == {"a": 1, "z": 2}


def test_a_name_that_is_none_is_refused_at_the_wall(open_window: Opener) -> None:
    window = with_three(open_window)
    wall = wall_of(window)
    wall.setCurrentIndex(wall.model().index(0, 0))
    click(window, "signs_rename")
    editor = wall.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.clear()
    QTest.keyClick(editor, Qt.Key.Key_Return)
    for _ in range(3):
        QApplication.processEvents()
    assert "1 to 24" in text(window, "signs_error")
    assert drawings(window).signs == ("a", "b")
