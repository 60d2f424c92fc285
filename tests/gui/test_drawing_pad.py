"""The sheet of paper: strokes by mouse and tablet, undo and clear."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QInputDevice, QKeySequence, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.trying.drawing_pad import DrawingPad

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def theme() -> Theme:
    return Theme("light")


@pytest.fixture
def pad(qtbot: QtBot, theme: Theme) -> DrawingPad:
    pad = DrawingPad(theme)
    qtbot.addWidget(pad)
    pad.resize(200, 200)
    pad.show()
    qtbot.waitExposed(pad)
    return pad


def stroke(pad: QWidget, *points: tuple[int, int]) -> None:
    QTest.mousePress(pad, LEFT, NONE, QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(pad, QPoint(*point))
    QTest.mouseRelease(pad, LEFT, NONE, QPoint(*points[-1]))


def test_a_stroke_goes_where_the_mouse_went(pad: DrawingPad) -> None:
    stroke(pad, (20, 40), (100, 50), (180, 160))
    assert pad.strokes() == (((0.1, 0.2), (0.5, 0.25), (0.9, 0.8)),)


def test_each_move_of_the_mouse_is_told_while_the_button_is_still_down(
    pad: DrawingPad, qtbot: QtBot
) -> None:
    QTest.mousePress(pad, LEFT, NONE, QPoint(20, 20))
    with qtbot.waitSignal(pad.changed):
        QTest.mouseMove(pad, QPoint(60, 60))
    assert len(pad.strokes()[0]) == 2
    QTest.mouseRelease(pad, LEFT, NONE, QPoint(60, 60))


def test_a_drawing_given_before_the_pad_has_its_size_stays_on_the_sheet(theme: Theme) -> None:
    pad = DrawingPad(theme)
    pad.resize(30, 30)
    pad.set_strokes([[(20, 20), (180, 150)]])
    (((left, top), (right, bottom)),) = pad.strokes()
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    assert (right - left) / (bottom - top) == pytest.approx(160 / 130)


def test_a_click_leaves_a_dot(pad: DrawingPad) -> None:
    stroke(pad, (100, 100))
    assert pad.strokes() == (((0.5, 0.5),),)
    assert pad.grab().toImage().pixelColor(100, 100).lightness() > 200


def test_moving_without_the_button_draws_nothing(pad: DrawingPad) -> None:
    QTest.mouseMove(pad, QPoint(50, 50))
    QTest.mouseMove(pad, QPoint(90, 90))
    QTest.mousePress(pad, Qt.MouseButton.RightButton, NONE, QPoint(50, 50))
    QTest.mouseRelease(pad, Qt.MouseButton.RightButton, NONE, QPoint(50, 50))
    assert pad.is_empty


def test_a_pen_that_leaves_the_paper_draws_along_its_edge(pad: DrawingPad) -> None:
    stroke(pad, (100, 100), (260, 100))
    assert pad.strokes()[0][-1] == (1.0, 0.5)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_paper_is_black_and_the_ink_white_in_both_themes(
    pad: DrawingPad, theme: Theme, name: str
) -> None:
    theme.set(name)
    stroke(pad, (20, 100), (180, 100))
    picture = pad.grab().toImage()
    assert picture.pixelColor(100, 100).name() == "#ffffff"
    assert picture.pixelColor(100, 40).name() == "#000000"


def test_the_drawing_grows_with_the_pad(pad: DrawingPad) -> None:
    stroke(pad, (20, 100), (180, 100))
    pad.resize(400, 400)
    picture = pad.grab().toImage()
    assert picture.pixelColor(200, 200).name() == "#ffffff"
    assert picture.pixelColor(200, 100).name() == "#000000"


def test_an_empty_sheet_shows_its_hint_and_a_drawing_takes_its_place(pad: DrawingPad) -> None:
    pad.setFocus()
    bare = pad.grab().toImage()
    pad.set_hint("Draw a digit here")
    assert pad.grab().toImage() != bare
    stroke(pad, (1, 1))
    pad.clear()
    pad.set_hint("")
    assert pad.grab().toImage() == bare


def test_ctrl_z_takes_back_stroke_after_stroke(pad: DrawingPad) -> None:
    stroke(pad, (20, 20), (40, 40))
    stroke(pad, (60, 60), (80, 80))
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)
    assert [line[0] for line in pad.strokes()] == [(0.1, 0.1)]
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)
    assert pad.is_empty
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)
    assert pad.is_empty


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Delete])
def test_clearing_by_key_can_be_undone(pad: DrawingPad, key: Qt.Key) -> None:
    stroke(pad, (20, 20), (40, 40))
    before = pad.strokes()
    QTest.keyClick(pad, key)
    assert pad.is_empty
    assert pad.can_undo
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)
    assert pad.strokes() == before


def test_undo_belongs_to_the_window_unless_the_pad_has_the_focus(
    qtbot: QtBot, theme: Theme
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    pad, other = DrawingPad(theme), QPushButton("Other")
    row = QHBoxLayout(window)
    row.addWidget(pad)
    row.addWidget(other)
    undone: list[str] = []
    action = QAction("Undo", window)
    action.setShortcut(QKeySequence(QKeySequence.StandardKey.Undo))
    action.triggered.connect(lambda: undone.append("window"))
    window.addAction(action)
    window.resize(400, 240)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    stroke(pad, (20, 20), (40, 40))
    assert pad.hasFocus()

    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)
    assert pad.is_empty
    assert undone == []

    stroke(pad, (20, 20), (40, 40))
    other.setFocus()
    QTest.keyClick(other, Qt.Key.Key_Z, CTRL)
    assert undone == ["window"]
    assert not pad.is_empty


def test_a_tablet_pen_draws(pad: DrawingPad) -> None:
    device = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position, 1, 1,
    )  # fmt: skip
    for kind, x, held in (
        (QEvent.Type.TabletPress, 20, LEFT),
        (QEvent.Type.TabletMove, 100, LEFT),
        (QEvent.Type.TabletRelease, 100, Qt.MouseButton.NoButton),
        (QEvent.Type.TabletMove, 180, Qt.MouseButton.NoButton),
    ):
        place = QPointF(x, 50)
        event = QTabletEvent(
            kind, device, place, pad.mapToGlobal(place), 1.0, 0, 0, 0, 0, 0, NONE,
            Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else LEFT, held,
        )  # fmt: skip
        QApplication.sendEvent(pad, event)
        assert event.isAccepted(), "or Qt would draw it a second time as a mouse"
    assert pad.strokes() == (((0.1, 0.25), (0.5, 0.25)),)


def test_strokes_given_in_pixels_replace_the_drawing(pad: DrawingPad) -> None:
    stroke(pad, (20, 20), (40, 40))
    pad.set_strokes([[(100, 50), (100, 150)], []])
    assert pad.strokes() == (((0.5, 0.25), (0.5, 0.75)),)
