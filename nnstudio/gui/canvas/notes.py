"""What menus and keys do with notes: adding one, and writing on it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsView

from nnstudio.gui.canvas import noting
from nnstudio.gui.canvas.gestures import Selection
from nnstudio.gui.canvas.interaction import Interaction
from nnstudio.gui.canvas.note_field import NoteField
from nnstudio.gui.canvas.scene import point_of
from nnstudio.gui.workbench import Workbench
from nnstudio.project.layout import Note


class Notes:
    """Each change is one step to undo."""

    def __init__(self, workbench: Workbench, interaction: Interaction, view: QGraphicsView) -> None:
        self._workbench, self._interaction, self._view = workbench, interaction, view
        self._field = NoteField(view)
        self._field.written.connect(self._write)

    def add(self, at: QPointF | None = None) -> None:
        """Write a new note with its corner at ``at``, a place of the scene.

        Args:
            at: ``None`` for near the top left of what can be seen.
        """
        place = at or self._view.mapToScene(self._view.viewport().rect().topLeft()) + QPointF(
            24, 24
        )
        self._ask(noting.new_note(self._workbench.project, point_of(place)))

    def edit(self, id: str) -> None:
        """Write on the note with this id."""
        note = noting.note_of(self._workbench.project, id)
        if note is not None:
            self._ask(note)

    def _ask(self, note: Note) -> None:
        box = self._view.mapFromScene(QRectF(*noting.box_of(note))).boundingRect()
        box.setSize(box.size().expandedTo(self._field.minimumSizeHint()))
        self._field.ask(note, box.translated(self._view.viewport().geometry().topLeft()))

    def _write(self, note: Note, text: str) -> None:
        project = self._workbench.project
        known = noting.note_of(project, note.id) is not None
        label = "Add note" if not known else "Edit note" if text.strip() else "Delete note"
        self._interaction.apply(label, lambda project: noting.written(project, note, text))
        if noting.note_of(self._workbench.project, note.id) is not None:
            self._interaction.select(Selection(notes=(note.id,)))
