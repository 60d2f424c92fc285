"""The canvas by keyboard alone: going from card to card, wiring, and every command by its key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from nnstudio.gui.canvas import placing, walking
from nnstudio.gui.canvas.editable_view import EditableView
from nnstudio.gui.canvas.gestures import Selection
from nnstudio.gui.canvas.interaction import moved
from nnstudio.gui.canvas.key_wiring import KeyWiring
from nnstudio.gui.canvas.keyboard import KeyTable
from nnstudio.gui.canvas.measures import GRID, Point
from nnstudio.gui.canvas.noting import note_of
from nnstudio.gui.canvas.overlays import Hint
from nnstudio.gui.canvas.words import spoken, spoken_many, spoken_note
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench
from nnstudio.project.layout import Note
from nnstudio.project.project import Project

_ARROWS: dict[str, tuple[walking.Way, int, int]] = {
    "Left": ("left", -1, 0),
    "Right": ("right", 1, 0),
    "Up": ("up", 0, -1),
    "Down": ("down", 0, 1),
}
_FAR = 5
_NOTHING_SELECTED = "Cards and wires. Tab goes from card to card; Insert adds a layer."


class KeyedView(EditableView):
    """Turns keys into commands, and says aloud where the keyboard is.

    Signals:
        edit_wanted: (node id) the user wants to change its settings.
    """

    edit_wanted = Signal(str)

    def __init__(
        self,
        workbench: Workbench,
        theme: Theme,
        parent: QWidget | None = None,
        live: Live | None = None,
    ) -> None:
        super().__init__(workbench, theme, parent, live)
        self._hint = Hint(theme, self)
        self._wiring = KeyWiring(workbench, self._scene, self._interaction, self)
        self._wiring.aimed.connect(self._show_aim)
        self._visited = ""  # where the keyboard was last, while only a wire is selected
        self._keys = KeyTable(self._commands())
        self._wiring_keys = KeyTable(self._commands_while_wiring())
        workbench.selection_changed.connect(self._selection_is_another)
        workbench.project_changed.connect(self._say_again)
        self._interaction.selected.connect(self._say_selected)
        self.setAccessibleDescription(_NOTHING_SELECTED)

    def _commands(self) -> dict[str, Callable[[], object]]:
        """Every key and what it does."""
        keys: dict[str, Callable[[], object]] = {
            "Del": self.delete_selection,
            "Backspace": self.delete_selection,
            "Ins": self.search_layer,
            "F2": self.rename_selected,
            "Return": self._edit_settings,
            "Enter": self._edit_settings,
            "Esc": self._escape,
            "Ctrl+F": self.find_node,
            "Ctrl+A": self.select_all,
            "Ctrl+C": self.copy_selection,
            "Ctrl+X": self.cut_selection,
            "Ctrl+V": self.paste,
            "Ctrl+D": self.duplicate_selection,
            "Ctrl+G": self.groups.group,
            "Ctrl+Shift+G": self.groups.ungroup,
            "Ctrl+H": self.groups.fold,
            "Ctrl+B": self.bypass_selection,
            "N": self.notes.add,
            "C": self._begin_wiring,
            "W": partial(self._select_wire, 1),
            "Shift+W": partial(self._select_wire, -1),
            "Home": partial(self._walk_to_end, 1),
            "End": partial(self._walk_to_end, -1),
            "Alt+Left": partial(self._walk_along, -1),
            "Alt+Right": partial(self._walk_along, 1),
            "Alt+Up": partial(self._walk_beside, -1),
            "Alt+Down": partial(self._walk_beside, 1),
        }
        for arrow, (way, dx, dy) in _ARROWS.items():
            keys[arrow] = partial(self._nudge, dx, dy)
            keys[f"Shift+{arrow}"] = partial(self._nudge, _FAR * dx, _FAR * dy)
            keys[f"Ctrl+{arrow}"] = partial(self._walk_towards, way)
            keys[f"Ctrl+Shift+{arrow}"] = partial(self._walk_towards, way, adds=True)
        return keys

    def _commands_while_wiring(self) -> dict[str, Callable[[], object]]:
        """The keys that mean something else while a wire is in hand."""
        steps = {"Left": -1, "Up": -1, "Right": 1, "Down": 1}
        return {
            **{arrow: partial(self._wiring.step, by) for arrow, by in steps.items()},
            "Return": self._wiring.connect_here,
            "Enter": self._wiring.connect_here,
            "C": self._wiring.connect_here,
            "Esc": self._wiring.give_up,
        }

    # ------------------------------------------------------------------ events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._wiring.is_busy:
            if self._wiring_keys.press(event) or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_C):
                return
            self._wiring.give_up()
        if not self._keys.press(event):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from card to card; from the last one on to what follows the canvas."""
        by = 1 if forward else -1
        if self.hasFocus():
            if self._wiring.is_busy:
                self._wiring.step(by)
                return True
            if self._walk_on(self._selected_stop(), by):
                return True
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes by Tab finds a card selected, so that it is seen where the keyboard is."""
        super().focusInEvent(event)
        came = {Qt.FocusReason.TabFocusReason: 1, Qt.FocusReason.BacktabFocusReason: -1}
        if event.reason() in came and self._selected_stop() is None:
            self._walk_on(None, came[event.reason()])

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._wiring.give_up()

    # ------------------------------------------------------------------ from card to card

    def _stops(self) -> tuple[walking.Stop, ...]:
        groups = self._workbench.project.layout.groups
        return walking.stops(self._workbench.analysis.order, groups)

    def _here(self) -> walking.Stop | None:
        """Where the keyboard is: at the card selected last."""
        node = (self._visited, *self._workbench.selection)[-1]
        return walking.stop_of(self._stops(), node) if node in self._workbench.graph.by_id else None

    def _walk_to(self, stop: walking.Stop | None, *, adds: bool = False) -> bool:
        """Select a stop, besides what is selected if it ``adds``; False if there is none."""
        if stop is None:
            return False
        kept = tuple(n for n in self._workbench.selection if n not in stop) if adds else ()
        self._interaction.select(Selection((*kept, *stop)))
        item = self._scene.card_for(stop[0])
        self._bring_into_view(item.mapRectToScene(item.boundingRect()))
        return True

    def _note_here(self) -> Note | None:
        """The note where the keyboard is, if it is at none of the cards."""
        chosen = self._interaction.selection
        at_note = chosen.notes and not chosen.nodes
        return note_of(self._workbench.project, chosen.notes[-1]) if at_note else None

    def _selected_stop(self) -> Selection | None:
        """Where the keyboard is: at a note, else at a card."""
        if (note := self._note_here()) is not None:
            return Selection(notes=(note.id,))
        here = self._here()
        return None if here is None else Selection(here)

    def _walk_on(self, at: Selection | None, by: int) -> bool:
        """From card to card, then from note to note; False beyond the last or before the first."""
        notes = self._workbench.project.layout.notes
        stops = [Selection(stop) for stop in self._stops()]
        stops += [Selection(notes=(note.id,)) for note in notes]
        stop = walking.step(stops, at, by)
        if stop is not None:
            self._look_at_all_of(stop)
        return stop is not None

    def _walk_to_end(self, by: int) -> None:
        self._walk_to(walking.step(self._stops(), None, by))

    def _walk_along(self, by: int) -> None:
        if (here := self._here()) is None:
            self._walk_to_end(1)
        else:
            self._walk_to(walking.along_wire(self._workbench.graph, self._stops(), here, by))

    def _walk_beside(self, by: int) -> None:
        if (here := self._here()) is not None:
            self._walk_to(walking.beside(self._workbench.graph, self._stops(), here, by))

    def _walk_towards(self, way: walking.Way, *, adds: bool = False) -> None:
        here = self._here()
        if here is None:
            self._walk_to_end(1)
            return
        boxes = placing.boxes_of(self._workbench.project)
        cards = {stop: boxes[stop[0]] for stop in self._stops()}
        self._walk_to(walking.nearest(cards, here, way), adds=adds)

    # ------------------------------------------------------------------ acting on the card

    def _nudge(self, dx: int, dy: int) -> bool:
        """Move what is selected a little; key by key in a row is one undo step."""
        nodes, notes = self._workbench.selection, self._interaction.selection.notes
        length = GRID if self.snaps else 1
        offset: Point = (float(dx * length), float(dy * length))

        def nudged(project: Project) -> Project:
            return moved(project, nodes, notes, offset)

        if nodes or notes:
            self._interaction.apply("Move", nudged, ("nudge", nodes, notes))
        return bool(nodes or notes)

    def _edit_settings(self) -> bool:
        if (note := self._note_here()) is not None:
            self.notes.edit(note.id)
            return True
        if not self._workbench.selection:
            return False
        self.edit_wanted.emit(self._workbench.selection[-1])
        return True

    def _escape(self) -> None:
        """Give up the gesture, else the selection."""
        if not self._interaction.cancel():
            self._visited = ""
            self._interaction.select(Selection())

    def _select_wire(self, by: int) -> None:
        """Select the next wire of the card where the keyboard is, so that Delete cuts it."""
        here = self._here()
        if here is None:
            return
        graph = self._workbench.graph
        wires = [e for node in here for e in (*graph.incoming[node], *graph.outgoing[node])]
        wires = [edge for edge in dict.fromkeys(wires) if edge in self._scene.wires]
        if not wires:
            return
        chosen = self._interaction.selection.wires
        number = wires.index(chosen[0]) + by if chosen and chosen[0] in wires else min(by, 0)
        edge = wires[number % len(wires)]
        self._interaction.select(Selection((), (edge,)))
        self._visited = here[0]
        ends = graph.by_id[edge.source].title, graph.by_id[edge.target].title
        self._say(f"Wire from {ends[0]} to {ends[1]}. Delete removes it.")

    # ------------------------------------------------------------------ wiring

    def _begin_wiring(self) -> bool:
        here = self._here()
        return here is not None and self._wiring.begin(here[-1])

    def _show_aim(self, node: str, refusal: str, place: QPointF) -> None:
        """Say where the wire in hand would end, or why it can't."""
        within = self.viewport().geometry()
        if not node:
            self._hint.say("", QPoint(), within)
            self._zoomed()
            return
        item = self._scene.card_for(node)
        self._bring_into_view(item.mapRectToScene(item.boundingRect()))
        at = self.mapFromScene(place) + within.topLeft()
        self._hint.say(refusal, at, within)
        title = self._workbench.graph.by_id[node].title
        words = f"Not to {title}: {refusal}" if refusal else f"Enter connects to {title}"
        self._strip.say(f"{words} · Tab for the next · Esc to give up")
        self._say(words)

    # ------------------------------------------------------------------ for screen readers

    def _selection_is_another(self) -> None:
        if self._workbench.selection:
            self._visited = ""
        self._wiring.give_up()
        self._say_again()

    def _say_selected(self) -> None:
        if not self._interaction.selection.wires:  # who selects a wire by keyboard says more
            self._say_again()

    def _say_again(self, *_: object) -> None:
        """Describe what is selected now."""
        if (note := self._note_here()) is not None:
            notes = self._workbench.project.layout.notes
            self._say(spoken_note(note, notes.index(note) + 1, len(notes)))
            return
        bench, chosen = self._workbench, self._workbench.selection
        known = [node for node in chosen if node in bench.graph.by_id]
        if len(known) == 1:
            self._say(spoken(known[0], bench.graph, bench.analysis, bench.problems))
        elif known:
            self._say(spoken_many(known, bench.graph))
        else:
            self._say(_NOTHING_SELECTED)

    def _say(self, words: str) -> None:
        """Make ``words`` the description of the canvas, and have them read out if it has focus."""
        if words == self.accessibleDescription():
            return
        self.setAccessibleDescription(words)
        if self.hasFocus() and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
