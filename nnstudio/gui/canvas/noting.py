"""Notes beside the network: pure functions from one project to the next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from nnstudio.gui.canvas.measures import GRID, Box, Point, snapped
from nnstudio.project.layout import Note
from nnstudio.project.project import Project

#: A note is no smaller than this.
LEAST_WIDTH, LEAST_HEIGHT = 10.0 * GRID, 5.0 * GRID
#: Longer texts are cut off: a note is no document.
MOST_CHARACTERS = 4_000


def note_of(project: Project, id: str) -> Note | None:
    """The note with this id, if there is one."""
    return next((note for note in project.layout.notes if note.id == id), None)


def box_of(note: Note) -> Box:
    """Where it lies."""
    return note.x, note.y, note.width, note.height


def fresh_note_id(project: Project) -> str:
    """An id that no note has: ``note``, ``note-2``, …"""
    taken = {note.id for note in project.layout.notes}
    number = 1
    while (candidate := "note" if number == 1 else f"note-{number}") in taken:
        number += 1
    return candidate


def written(project: Project, note: Note, text: str) -> Project:
    """With this text on ``note``, which may be new; without the note if the text is empty."""
    text = text.strip()[:MOST_CHARACTERS]
    if note_of(project, note.id) is None:
        added = (replace(note, text=text),) if text else ()
        return _with_notes(project, (*project.layout.notes, *added))
    if not text:
        return removed(project, [note.id])
    return _changed(project, [note.id], lambda old: replace(old, text=text))


def new_note(project: Project, place: Point) -> Note:
    """An empty note, not yet in the project, with its top left corner near ``place``."""
    return Note(fresh_note_id(project), "", snapped(place[0]), snapped(place[1]))


def pasted(project: Project, notes: Iterable[Note], offset: Point) -> Project:
    """With copies of these notes, each ``offset`` from where the original lay."""
    for note in notes:
        copy = replace(note, id=fresh_note_id(project), x=note.x + offset[0], y=note.y + offset[1])
        project = _with_notes(project, (*project.layout.notes, copy))
    return project


def added_since(before: Project, now: Project) -> tuple[str, ...]:
    """The notes that weren't there before."""
    known = {note.id for note in before.layout.notes}
    return tuple(note.id for note in now.layout.notes if note.id not in known)


def moved(project: Project, notes: Collection[str], offset: Point) -> Project:
    """With these notes moved by ``offset``."""
    dx, dy = offset
    return _changed(project, notes, lambda old: replace(old, x=old.x + dx, y=old.y + dy))


def sized(project: Project, note: str, size: Point, *, snaps: bool = True) -> Project:
    """With this note as wide and high as may be: see :func:`fitting`."""
    width, height = fitting(size, snaps=snaps)
    return _changed(project, [note], lambda old: replace(old, width=width, height=height))


def fitting(size: Point, *, snaps: bool = True) -> Point:
    """The nearest size that a note may have, on the grid or to the pixel."""
    width, height = (snapped(side) if snaps else float(round(side)) for side in size)
    return max(LEAST_WIDTH, width), max(LEAST_HEIGHT, height)


def removed(project: Project, notes: Collection[str]) -> Project:
    """Without these notes."""
    return _with_notes(project, (note for note in project.layout.notes if note.id not in notes))


def _changed(project: Project, notes: Collection[str], change: Callable[[Note], Note]) -> Project:
    return _with_notes(
        project, (change(note) if note.id in notes else note for note in project.layout.notes)
    )


def _with_notes(project: Project, notes: Iterable[Note]) -> Project:
    kept = tuple(notes)
    if kept == project.layout.notes:
        return project
    return replace(project, layout=replace(project.layout, notes=kept))
