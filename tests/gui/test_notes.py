"""Notes on the canvas: written, moved, made larger and deleted by hand."""

from __future__ import annotations

import pytest
from canvas_hand import LEFT, NONE, SHIFT, THREE, Hand, Key, Opener
from driving import child
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit
from test_theme import contrast

from nnstudio.gui.canvas.diagram import card_sheet
from nnstudio.gui.canvas.measures import GRID
from nnstudio.gui.canvas.note_item import without_pictures
from nnstudio.gui.canvas.noting import LEAST_HEIGHT, LEAST_WIDTH, MOST_CHARACTERS
from nnstudio.gui.look.theme import THEMES
from nnstudio.project.layout import Note

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def notes(hand: Hand) -> tuple[Note, ...]:
    return hand.workbench.project.layout.notes


def field(hand: Hand) -> QPlainTextEdit:
    found = child(hand.view, "note_field")
    assert isinstance(found, QPlainTextEdit)
    return found


def write(hand: Hand, text: str) -> Note:
    """Add a note by the key, below the cards."""
    hand.view.notes.add(QPointF(0, 160))
    QTest.keyClicks(field(hand), text)
    QTest.keyClick(field(hand), Key.Key_Escape)
    return notes(hand)[-1]


def inside(hand: Hand, note: Note, dx: float = 20, dy: float = 20) -> QPoint:
    """A place on a note, in pixels of the viewport."""
    return hand.view.mapFromScene(QPointF(note.x + dx, note.y + dy))


def test_n_begins_a_note_and_escape_keeps_it_as_one_step(canvas: Opener) -> None:
    hand = canvas()
    hand.key(Key.Key_N)
    assert field(hand).isVisible()
    QTest.keyClicks(field(hand), "why so wide")
    QTest.keyClick(field(hand), Key.Key_Escape)
    assert not field(hand).isVisible()
    assert [note.text for note in notes(hand)] == ["why so wide"]
    assert hand.workbench.document.undo_label == "Add note"
    hand.undo()
    assert notes(hand) == ()


def test_a_note_left_empty_never_was(canvas: Opener) -> None:
    hand = canvas()
    hand.key(Key.Key_N)
    QTest.keyClick(field(hand), Key.Key_Escape)
    assert notes(hand) == ()
    assert not hand.workbench.document.undo_label


def test_a_double_click_writes_on_it_again_and_a_click_elsewhere_ends(canvas: Opener) -> None:
    hand = canvas()
    note = write(hand, "first")
    QTest.mouseDClick(hand.pane, LEFT, NONE, inside(hand, note))
    assert field(hand).toPlainText() == "first"
    QTest.keyClicks(field(hand), "second")
    hand.view.setFocus()
    assert [n.text for n in notes(hand)] == ["second"]
    hand.undo()
    assert [n.text for n in notes(hand)] == ["first"]


def test_f2_and_an_empty_text_remove_a_note(canvas: Opener) -> None:
    hand = canvas()
    note = write(hand, "away")
    hand.click(inside(hand, note))
    hand.key(Key.Key_F2)
    field(hand).clear()
    QTest.keyClick(field(hand), Key.Key_Escape)
    assert notes(hand) == ()
    assert hand.workbench.document.undo_label == "Delete note"


def test_a_note_is_dragged_along_the_grid_and_the_drag_can_be_given_up(canvas: Opener) -> None:
    hand = canvas()
    note = write(hand, "here")
    hand.drag(inside(hand, note), inside(hand, note) + QPoint(51, 30))
    (moved,) = notes(hand)
    assert (moved.x - note.x, moved.y - note.y) == (48, 32)
    assert moved.x % GRID == moved.y % GRID == 0
    hand.press(inside(hand, moved))
    hand.move(inside(hand, moved) + QPoint(80, 0))
    hand.key(Key.Key_Escape)
    assert notes(hand) == (moved,)
    assert hand.view._scene.notes[note.id].pos() == QPointF(moved.x, moved.y)


def test_a_card_and_a_note_selected_together_move_together(canvas: Opener) -> None:
    hand = canvas()
    note = write(hand, "with it")
    hand.click(inside(hand, note))
    hand.click(hand.middle("dense"), SHIFT)
    assert hand.selected == {"dense"}
    hand.key(Key.Key_Right)
    (moved,) = notes(hand)
    assert moved.x == note.x + GRID
    places = hand.workbench.project.layout.by_id
    assert places["dense"][0] % GRID == 0
    assert hand.workbench.document.undo_label == "Move"
    hand.undo()
    assert notes(hand) == (note,)


def test_the_corner_of_a_selected_note_makes_it_larger_or_as_small_as_may_be(
    canvas: Opener,
) -> None:
    hand = canvas()
    note = write(hand, "large")
    hand.click(inside(hand, note))
    corner = inside(hand, note, note.width - 5, note.height - 5)
    hand.drag(corner, corner + QPoint(40, 16))
    (larger,) = notes(hand)
    assert (larger.width, larger.height) == (note.width + 40, note.height + 16)
    corner = inside(hand, larger, larger.width - 5, larger.height - 5)
    hand.drag(corner, corner - QPoint(230, 90))
    (least,) = notes(hand)
    assert (least.width, least.height) == (LEAST_WIDTH, LEAST_HEIGHT)


def test_delete_takes_away_a_selected_note_and_leaves_the_network(canvas: Opener) -> None:
    hand = canvas()
    note = write(hand, "gone")
    hand.click(inside(hand, note))
    hand.key(Key.Key_Delete)
    assert notes(hand) == ()
    assert hand.graph == THREE
    hand.undo()
    assert notes(hand) == (note,)


def test_a_rubber_band_selects_notes_too(canvas: Opener) -> None:
    hand = canvas()
    note = write(hand, "caught")
    hand.click(hand.empty_spot())
    start = inside(hand, note, -20, note.height + 20)
    hand.drag(start, inside(hand, note))
    assert hand.view._interaction.selection.notes == (note.id,)


def test_a_note_is_in_the_diagram(canvas: Opener) -> None:
    hand = canvas()
    before = card_sheet(hand.workbench).size
    hand.view.notes.add(QPointF(0, 900))
    QTest.keyClicks(field(hand), "far below")
    QTest.keyClick(field(hand), Key.Key_Escape)
    assert card_sheet(hand.workbench).size.height() > before.height() + 500


def test_a_note_loads_nothing_and_has_an_end() -> None:
    assert "![" not in without_pictures("![](file:///x.png)")
    assert "\\<" in without_pictures("<img src=x>")
    assert MOST_CHARACTERS >= 1_000


@pytest.mark.parametrize("name", THEMES)
def test_notes_can_be_read(name: str) -> None:
    colours = THEMES[name]
    assert contrast(colours.text, colours.paper) >= 4.5
