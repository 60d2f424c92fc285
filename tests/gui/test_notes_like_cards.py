"""What can be done with cards can be done with notes: copied, found, walked to, read aloud."""

from __future__ import annotations

import json

import pytest
from canvas_hand import CTRL, THREE, Hand, Key, Opener
from driving import child
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from test_notes import field, inside, notes, write

from nnstudio.gui.canvas import commands
from nnstudio.gui.canvas.measures import GRID
from nnstudio.persistence.clipping import clipping_text, parse_clipping

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def chosen(hand: Hand) -> tuple[str, ...]:
    return hand.view._interaction.selection.notes


def selected_note(hand: Hand, text: str) -> None:
    hand.click(inside(hand, write(hand, text)))


def choose(hand: Hand, at: QPoint, entry: str) -> None:
    """An entry of the context menu there."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, hand.pane.mapToGlobal(at))
    QApplication.sendEvent(hand.pane, event)
    menu = child(hand.view, "canvas_menu")
    assert isinstance(menu, QMenu)
    action = next(a for a in menu.actions() if a.text().partition("\t")[0] == entry)
    menu.close()
    action.trigger()


# ---------------------------------------------------------------- copying


def test_a_note_is_copied_beside_itself_and_selected_as_one_step(canvas: Opener) -> None:
    hand = canvas()
    selected_note(hand, "twice")
    hand.key(Key.Key_C, CTRL)
    hand.key(Key.Key_V, CTRL)
    first, second = notes(hand)
    assert (second.text, second.width, second.height) == (first.text, first.width, first.height)
    assert (second.x, second.y) != (first.x, first.y)
    assert chosen(hand) == (second.id,)
    assert hand.graph is THREE
    hand.undo()
    assert notes(hand) == (first,)


def test_cards_and_notes_are_copied_together_into_another_window(canvas: Opener) -> None:
    source, goal = canvas(), canvas()
    write(source, "about all of them")
    source.key(Key.Key_A, CTRL)
    source.key(Key.Key_C, CTRL)
    goal.view.setFocus()
    goal.key(Key.Key_V, CTRL)
    assert len(goal.graph.nodes) == 6
    (note,) = notes(goal)
    (old,) = notes(source)
    copy, places = goal.workbench.selection[0], goal.workbench.project.layout.by_id
    kept = source.workbench.project
    x, y = commands.shown_places(kept)["input"]
    assert (note.x - places[copy][0], note.y - places[copy][1]) == (old.x - x, old.y - y)


def test_cutting_takes_a_note_away_and_pasting_brings_it_back(canvas: Opener) -> None:
    hand = canvas()
    selected_note(hand, "moved")
    hand.key(Key.Key_X, CTRL)
    assert notes(hand) == ()
    hand.key(Key.Key_V, CTRL)
    assert [note.text for note in notes(hand)] == ["moved"]


def test_duplicating_takes_notes_along(canvas: Opener) -> None:
    hand = canvas()
    write(hand, "with them")
    hand.key(Key.Key_A, CTRL)
    hand.key(Key.Key_D, CTRL)
    assert len(hand.graph.nodes) == 6
    assert len(notes(hand)) == 2
    assert hand.workbench.document.undo_label == "Duplicate"


def test_a_text_of_the_time_before_notes_is_still_pasted(canvas: Opener) -> None:
    hand = canvas()
    text = json.loads(clipping_text(commands.clipping_of(hand.workbench.project, ("dense",))))
    del text["notes"]
    QGuiApplication.clipboard().setText(json.dumps(text))
    hand.key(Key.Key_V, CTRL)
    assert len(hand.graph.nodes) == 4


@pytest.mark.parametrize("change", [{"width": -1.0}, {"x": 1e999}, {"id": 3}])
def test_a_damaged_note_on_the_clipboard_changes_nothing(
    canvas: Opener, change: dict[str, object]
) -> None:
    hand = canvas()
    selected_note(hand, "good")
    hand.key(Key.Key_C, CTRL)
    text = json.loads(QGuiApplication.clipboard().text())
    text["notes"][0] |= change
    QGuiApplication.clipboard().setText(json.dumps(text))
    hand.key(Key.Key_V, CTRL)
    assert len(notes(hand)) == 1


def test_what_is_copied_is_read_back_as_it_was(canvas: Opener) -> None:
    hand = canvas()
    write(hand, "one *two*")
    project = hand.workbench.project
    clipping = commands.clipping_of(project, ("dense",), [notes(hand)[0].id])
    assert parse_clipping(clipping_text(clipping)) == clipping


# ---------------------------------------------------------------- finding, walking, listening


def test_a_note_is_found_by_its_words_after_the_cards(canvas: Opener) -> None:
    hand = canvas()
    note = write(hand, "the Dense one is too wide")
    hand.key(Key.Key_F, CTRL)
    search = child(hand.view, "find_field")
    QTest.keyClicks(search, "dense")
    assert hand.selected == {"dense"}
    QTest.keyClick(search, Key.Key_Return)
    assert (hand.selected, chosen(hand)) == (set(), (note.id,))
    QTest.keyClicks(search, " wide")
    assert chosen(hand) == (note.id,)


def test_tab_comes_to_notes_after_the_cards_and_enter_writes(canvas: Opener) -> None:
    hand = canvas()
    first, second = write(hand, "first"), write(hand, "second")
    hand.workbench.select(("tanh",))
    hand.key(Key.Key_Tab)
    assert (hand.selected, chosen(hand)) == (set(), (first.id,))
    hand.key(Key.Key_Tab)
    assert chosen(hand) == (second.id,)
    hand.key(Key.Key_Return)
    assert field(hand).toPlainText() == "second"
    QTest.keyClick(field(hand), Key.Key_Escape)
    hand.key(Key.Key_Backtab)
    hand.key(Key.Key_Backtab)
    assert (hand.selected, chosen(hand)) == ({"tanh"}, ())


def test_a_selected_note_is_told_to_who_listens(canvas: Opener) -> None:
    hand = canvas()
    write(hand, "mind the gap")
    selected_note(hand, "and the step")
    words = hand.view.accessibleDescription()
    assert "Note 2 of 2" in words
    assert "and the step" in words
    hand.key(Key.Key_Escape)
    assert "Note" not in hand.view.accessibleDescription()


def test_select_all_takes_notes_too(canvas: Opener) -> None:
    hand = canvas()
    note = write(hand, "me too")
    hand.key(Key.Key_A, CTRL)
    assert (len(hand.selected), chosen(hand)) == (3, (note.id,))


# ---------------------------------------------------------------- mouse


def test_the_corner_follows_the_pixel_where_cards_do(canvas: Opener) -> None:
    hand = canvas()
    selected_note(hand, "exact")
    (note,) = notes(hand)
    hand.view.snaps = False
    corner = inside(hand, note, note.width - 5, note.height - 5)
    hand.drag(corner, corner + QPoint(35, 13))
    (free,) = notes(hand)
    assert (free.width - note.width, free.height - note.height) == (35, 13)
    hand.view.snaps = True
    corner = inside(hand, free, free.width - 5, free.height - 5)
    hand.drag(corner, corner + QPoint(10, 10))
    assert notes(hand)[0].width % GRID == notes(hand)[0].height % GRID == 0


def test_the_pointer_over_a_note_marks_it(canvas: Opener) -> None:
    hand = canvas()
    note = write(hand, "here")
    hand.click(hand.empty_spot())
    item = hand.view._scene.notes[note.id]
    hand.move(inside(hand, note))
    assert item.is_hovered
    hand.move(hand.empty_spot())
    assert not item.is_hovered


@pytest.mark.parametrize(
    ("entry", "count"), [("Delete", 0), ("Cut", 0), ("Copy", 1), ("Duplicate", 2)]
)
def test_each_entry_of_a_notes_menu_acts_on_the_note(
    canvas: Opener, entry: str, count: int
) -> None:
    hand = canvas()
    note = write(hand, "one")
    hand.click(hand.empty_spot())
    QGuiApplication.clipboard().clear()
    choose(hand, inside(hand, note), entry)
    assert len(notes(hand)) == count
    assert hand.graph is THREE
    assert ("one" in QGuiApplication.clipboard().text()) == (entry in ("Cut", "Copy"))


def test_a_notes_menu_opens_its_field_and_the_canvas_menu_adds_one(canvas: Opener) -> None:
    hand = canvas()
    note = write(hand, "open me")
    choose(hand, inside(hand, note), "Edit")
    assert field(hand).toPlainText() == "open me"
    hand.view.setFocus()
    at = QPoint(40, 40)
    choose(hand, at, "Add a note here")
    QTest.keyClicks(field(hand), "up here")
    QTest.keyClick(field(hand), Key.Key_Escape)
    new = notes(hand)[-1]
    place = hand.view.mapToScene(at)
    assert abs(QPointF(new.x, new.y).x() - place.x()) <= GRID
    assert new.text == "up here"
