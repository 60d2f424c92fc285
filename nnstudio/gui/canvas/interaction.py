"""The pointer's life on the canvas: feeds gestures, shows them, and turns them into commands."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from nnstudio.graph.model import Edge
from nnstudio.gui.canvas import commands, folding, gestures, grouping, guides, noting, placing
from nnstudio.gui.canvas.gestures import (
    Attempt,
    Banding,
    Corner,
    Fold,
    Gesture,
    Moving,
    Paper,
    Pressed,
    Selection,
    Sizing,
    Wiring,
)
from nnstudio.gui.canvas.measures import Box, Point
from nnstudio.gui.canvas.scene import CanvasScene, point_of
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError
from nnstudio.project.project import Project


class Interaction(QObject):
    """What the user is doing with the pointer, and what is selected.

    Attributes:
        snaps: cards that are dragged stay on the grid.

    Signals:
        refused: the sentence that says why the wire in hand can't end here; empty when it can.
        let_go: (port, place) a new wire from this port was dropped where nothing is.
        selected: something else is selected on the canvas: nodes, wires or notes.
    """

    refused = Signal(str)
    let_go = Signal(object, QPointF)
    selected = Signal()

    def __init__(self, workbench: Workbench, scene: CanvasScene, parent: QObject) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._scene = scene
        self._gesture: Gesture | None = None
        self._wires: tuple[Edge, ...] = ()
        self._notes: tuple[str, ...] = ()
        self._card: Box = (0.0, 0.0, 0.0, 0.0)
        self._lines = guides.lines_of(())
        self.snaps = True
        workbench.selection_changed.connect(self._show_selection)
        workbench.project_changed.connect(self._project_changed)

    # ------------------------------------------------------------------ selection

    @property
    def selection(self) -> Selection:
        """The selected nodes, shared with the window, and wires."""
        return Selection(self._workbench.selection, self._wires, self._notes)

    def select(self, selection: Selection) -> None:
        """Select this and nothing else."""
        if selection != self.selection:
            self._wires, self._notes = selection.wires, selection.notes
            self._workbench.select(selection.nodes)
            self._show_selection()
            self.selected.emit()

    def _show_selection(self) -> None:
        self._scene.show_selection(self.selection)

    def _project_changed(self, old: Project, new: Project) -> None:
        """Let go of what isn't there any more."""
        there = {note.id for note in new.layout.notes}
        self._notes = tuple(note for note in self._notes if note in there)
        if old.graph is new.graph:
            return
        self._wires = tuple(edge for edge in self._wires if edge in new.graph.edges)
        self.cancel()

    # ------------------------------------------------------------------ the pointer

    @property
    def is_busy(self) -> bool:
        """Whether a gesture goes on."""
        return self._gesture is not None

    def hover(self, at: QPointF, zoom: float) -> None:
        """The pointer moves with no button down."""
        self._scene.show_hover(self._scene.target_at(at, zoom))

    def press(self, at: QPointF, zoom: float, *, adds: bool) -> None:
        """The button goes down; ``adds`` if Shift or Ctrl is held."""
        self.cancel()
        self._workbench.document.end_merge()
        target = self._scene.target_at(at, zoom)
        gesture = gestures.press(target, point_of(at), adds, self._workbench.graph)
        self._gesture = gesture
        if isinstance(gesture, Wiring):
            self._scene.show_hover(None)
            self._scene.light_ports(gestures.open_ports(self._workbench.graph, gesture))
        else:
            self.select(gestures.selection_on_press(self.selection, target, adds))

    def move(self, at: QPointF, zoom: float) -> None:
        """The pointer moves with the button down."""
        gesture = self._gesture
        if gesture is None:
            return
        if isinstance(gesture, Pressed) and not gestures.is_drag(gesture.start, point_of(at), zoom):
            return
        home = None
        if isinstance(gesture, Pressed) and (anchor := gestures.anchor_of(gesture.target)):
            project = self._workbench.project
            if isinstance(gesture.target, Paper):
                note = noting.note_of(project, anchor)
                home = None if note is None else (note.x, note.y)
            else:
                home = placing.shown_places(project)[anchor]
        was_moving = isinstance(gesture, Moving)
        gesture = gestures.move(gesture, point_of(at), self.selection, home, snaps=self.snaps)
        if isinstance(gesture, Moving) and gesture.anchor in self._workbench.graph.by_id:
            gesture = self._guided(gesture, at, zoom, begins=not was_moving)
        if isinstance(gesture, Wiring):
            over = self._scene.target_at(at, zoom)
            graph, groups = self._workbench.graph, self._workbench.project.layout.groups
            attempt = folding.attempt(graph, gesture, over, groups)
            gesture = gestures.with_attempt(gesture, attempt)
        self._gesture = gesture
        self._show(gesture)

    def _guided(self, gesture: Moving, at: QPointF, zoom: float, *, begins: bool) -> Moving:
        """Let what is dragged jump onto the lines of other cards that are near."""
        if begins:
            boxes, moving = placing.boxes_of(self._workbench.project), set(gesture.nodes)
            self._card = boxes[gesture.anchor]
            self._lines = guides.lines_of(box for n, box in boxes.items() if n not in moving)
        x, y, width, height = self._card
        free = at.x() - gesture.start[0], at.y() - gesture.start[1]
        card = (x + free[0], y + free[1], width, height)
        ways = guides.jump(card, self._lines, guides.REACH / zoom)
        dx, dy = (
            held if way is None else here + way
            for held, here, way in zip(gesture.offset, free, ways, strict=True)
        )
        shown = guides.guides((x + dx, y + dy, width, height), self._lines)
        self._scene.show_guides(shown)
        return replace(gesture, offset=(dx, dy))

    def release(self, at: QPointF, zoom: float) -> None:
        """The button goes up: the gesture becomes an edit, a selection, or nothing."""
        self.move(at, zoom)
        gesture, self._gesture = self._gesture, None
        self._hide()
        match gesture:
            case Pressed(Fold(_, nodes)):
                self.fold(nodes)
            case Pressed():
                self.select(gestures.selection_on_click(self.selection, gesture))
            case Moving(nodes, offset=offset, notes=notes):
                if offset != (0.0, 0.0):
                    self.apply("Move", lambda project: moved(project, nodes, notes, offset))
            case Sizing(Corner(note), _, _) as sizing:
                size, snaps = sizing.size, self.snaps
                self.apply("Resize note", lambda p: noting.sized(p, note, size, snaps=snaps))
            case Wiring(attempt=Attempt(edge=Edge() as edge), moved=old) if edge != old:
                label = "Reconnect" if old else "Connect"
                self.apply(label, lambda project: commands.connected(project, edge, old))
            case Wiring(origin, moved=None, attempt=Attempt(None, None)):
                if self._scene.target_at(at, zoom) is None:
                    self.let_go.emit(origin, at)

    def cancel(self) -> bool:
        """Give the gesture up, as if it had never begun; False if there was none."""
        gesture, self._gesture = self._gesture, None
        if gesture is None:
            return False
        self._hide()
        if isinstance(gesture, Moving):
            self._scene.show_offset(gesture.nodes, (0.0, 0.0))
            self._scene.show_note_offset(gesture.notes, (0.0, 0.0))
        if isinstance(gesture, Sizing):
            self._scene.show_note_size(gesture.corner.note, gesture.corner.size)
        return True

    # ------------------------------------------------------------------ showing

    def _show(self, gesture: Gesture) -> None:
        match gesture:
            case Moving(nodes, offset=offset, notes=notes):
                self._scene.show_offset(nodes, offset)
                self._scene.show_note_offset(notes, offset)
            case Sizing(Corner(note), _, _):
                self._scene.show_note_size(note, noting.fitting(gesture.size, snaps=self.snaps))
            case Banding():
                box = QRectF(*gesture.box)
                self._scene.show_band(box)
                self.select(
                    gestures.band_selection(
                        gesture, self._scene.nodes_in(box), self._scene.notes_in(box)
                    )
                )
            case Wiring(origin, at, _, attempt):
                end = QPointF(*at)
                if attempt.edge is not None and attempt.port is not None:
                    end = self._scene.port_place(attempt.port)
                start = self._scene.port_place(origin)
                if origin.kind == "input":
                    start, end = end, start
                refused = bool(attempt.refusal)
                self._scene.show_drawn_wire(start, end, attempt.port, refused=refused)
                self.refused.emit(attempt.refusal)

    def _hide(self) -> None:
        self._scene.hide_drawn_wire()
        self._scene.show_band(None)
        self._scene.show_guides(())
        self.refused.emit("")

    # ------------------------------------------------------------------ editing

    def fold(self, nodes: Collection[str]) -> None:
        """Collapse the groups of these nodes; expand them if they are collapsed already."""
        groups = grouping.touched(self._workbench.project.layout, nodes)
        collapsed = not all(group.collapsed for group in groups)
        label = "Collapse" if collapsed else "Expand"
        self.select(Selection(self.selection.nodes))  # a wire that is hidden can't be selected
        self.apply(label, lambda project: grouping.folded(project, nodes, collapsed))

    def apply(
        self, label: str, command: Callable[[Project], Project], merge_key: object = None
    ) -> bool:
        """Apply a command as one undo step; says why if it can't be, and returns False."""
        try:
            project = command(self._workbench.project)
        except StudioError as error:
            self._workbench.said.emit(str(error), "warning")
            return False
        return self._workbench.apply(label, project, merge_key)


def moved(
    project: Project, nodes: Collection[str], notes: Collection[str], offset: Point
) -> Project:
    """With these cards and notes moved by ``offset``."""
    if nodes:
        project = placing.moved(project, nodes, offset)
    return noting.moved(project, notes, offset)
