"""Random edits on the real canvas, by mouse and keyboard, against a model of values.

The model is a list of projects: what undo and redo must bring back. After every step the graph must
be whole, and the canvas, which changes only what changed, must equal one that is drawn anew.

To add an edit: a method of :class:`Editing` with ``@edit()`` that acts through ``self.hand``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from canvas_hand import CTRL, LEFT, NONE, SHIFT, THREE, Hand, Key
from driving import child
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from nnstudio.graph.analysis import analyse
from nnstudio.graph.model import Edge
from nnstudio.gui.canvas.group_faces import shown_faces
from nnstudio.gui.canvas.placing import shown_places
from nnstudio.gui.canvas.scene import CanvasScene
from nnstudio.gui.look.theme import Theme
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.layout import Note
from nnstudio.project.project import Project

#: Enough cards for every situation, and few enough for each to be large.
MOST_NODES = 10
MOST_NOTES = 4
NAMES = ("Input", "Dense", "ReLU", "Softmax", "Add", "Concatenate", "Flatten", "Dropout", "Conv2D")
SIDES = ("left", "right", "top", "bottom")
ARROWS = (Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down)

picks = st.integers(0, 30)
spots = st.tuples(st.integers(20, 940), st.integers(20, 560)).map(lambda at: QPoint(*at))
modifiers = st.sampled_from([NONE, NONE, SHIFT, CTRL])


def edit(**given: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """A rule that may change the project; by itself it is one undo step, or none."""

    def decorate(act: Callable[..., None]) -> Any:
        def run(self: Editing, **values: Any) -> None:
            act(self, **values)
            self.settle(merge_key=None)

        run.__name__ = act.__name__
        return rule(**given)(run)

    return decorate


def room() -> Callable[[Any], Any]:
    """Only while there is room for more cards."""
    return precondition(lambda self: len(self.hand.graph.nodes) < MOST_NODES)


def wires() -> Callable[[Any], Any]:
    """Only where there are wires."""
    return precondition(lambda self: bool(self.hand.graph.edges))


def nodes() -> Callable[[Any], Any]:
    """Only where there are nodes."""
    return precondition(lambda self: bool(self.hand.graph.nodes))


class Editing(RuleBasedStateMachine):
    """The hand on the canvas, and what the document must say."""

    theme: Theme
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.hand = Hand(THREE, self.theme)
        self.values: list[Project] = [self.hand.workbench.project]
        self.at = 0
        self.merge_key: object = None

    def teardown(self) -> None:
        self.hand.workbench.runner.finish()
        self.hand.view.close()
        self.hand.view.deleteLater()
        QApplication.processEvents()

    # ------------------------------------------------------------------ the model

    def settle(self, merge_key: object) -> None:
        """Whatever was done is one undo step, or part of the one before with the same key."""
        now = self.hand.workbench.project
        if now != self.values[self.at]:
            merges = merge_key is not None and merge_key == self.merge_key and self.at > 0
            del self.values[self.at + (0 if merges else 1) :]
            self.values.append(now)
            self.at = len(self.values) - 1
            self.merge_key = merge_key
        elif merge_key is None:
            # What comes to nothing ends a row of nudges if the mouse was pressed for it, and
            # doesn't if it was a key: either is fine, so that the model has no opinion.
            self.hand.workbench.document.end_merge()
            self.merge_key = None

    def node(self, pick: int) -> str:
        return self.hand.graph.nodes[pick % len(self.hand.graph.nodes)].id

    def edge(self, pick: int) -> Edge:
        return self.hand.graph.edges[pick % len(self.hand.graph.edges)]

    def wire_middle(self, edge: Edge) -> QPoint | None:
        """A point on a wire, or nothing where a collapsed group hides it."""
        scene = self.hand.view.scene()
        assert isinstance(scene, CanvasScene)
        item = scene.wires.get(edge)
        return None if item is None else self.hand.view.mapFromScene(item.middle())

    def search(self, name: str) -> None:
        """Type into the quick search if it is open, and take the first match, if there is one."""
        if not child(self.hand.view, "quick_search").isVisible():
            return
        field = child(self.hand.view, "quick_search_field")
        QTest.keyClicks(field, name.lower())
        none = child(self.hand.view, "quick_search_none").isVisible()
        QTest.keyClick(field, Key.Key_Escape if none else Key.Key_Return)
        QApplication.processEvents()

    # ------------------------------------------------------------------ adding

    @room()
    @edit(name=st.sampled_from(NAMES))
    def add_by_typing(self, name: str) -> None:
        self.hand.key(Key.Key_Insert)
        self.search(name)

    @room()
    @edit(name=st.sampled_from(NAMES), at=spots)
    def add_by_double_click(self, name: str, at: QPoint) -> None:
        QTest.mouseDClick(self.hand.pane, LEFT, NONE, at)
        QTest.mouseRelease(self.hand.pane, LEFT, NONE, at)
        self.search(name)

    @room()
    @edit(name=st.sampled_from(NAMES), at=spots)
    def drop_anywhere(self, name: str, at: QPoint) -> None:
        assert self.hand.drop(name, at)

    @room()
    @wires()
    @edit(name=st.sampled_from(NAMES), pick=picks)
    def drop_on_a_wire(self, name: str, pick: int) -> None:
        if at := self.wire_middle(self.edge(pick)):
            self.hand.drop(name, at)

    @room()
    @nodes()
    @edit(name=st.sampled_from(NAMES), pick=picks, backwards=st.booleans())
    def pull_a_wire_into_the_open(self, name: str, pick: int, backwards: bool) -> None:
        node = self.node(pick)
        if backwards and self.hand.graph.by_id[node].layer.arity[1] == 0:
            return
        start = self.hand.view.port_point(node, "input" if backwards else "output")
        self.hand.drag(start, self.hand.empty_spot())
        self.search(name)

    @edit()
    def give_up_searching(self) -> None:
        before = self.hand.workbench.project
        self.hand.key(Key.Key_Insert)
        QTest.keyClick(child(self.hand.view, "quick_search_field"), Key.Key_Escape)
        assert self.hand.workbench.project is before

    # ------------------------------------------------------------------ wiring

    @nodes()
    @edit(start=picks, end=picks, on_port=st.booleans())
    def connect(self, start: int, end: int, on_port: bool) -> None:
        a, b = self.node(start), self.node(end)
        on_port = on_port and self.hand.graph.by_id[b].layer.arity[1] != 0
        to = self.hand.view.port_point(b, "input") if on_port else self.hand.middle(b)
        self.hand.drag(self.hand.view.port_point(a, "output"), to)
        self.search("")

    @wires()
    @edit(pick=picks, end=picks)
    def plug_elsewhere(self, pick: int, end: int) -> None:
        edge = self.edge(pick)
        start = self.hand.view.port_point(edge.target, "input", edge.slot)
        self.hand.drag(start, self.hand.middle(self.node(end)))

    # ------------------------------------------------------------------ the selection

    @nodes()
    @rule(pick=picks, modifier=modifiers)
    def click_a_card(self, pick: int, modifier: Qt.KeyboardModifier) -> None:
        self.hand.click(self.hand.middle(self.node(pick)), modifier)
        self.end_merge()

    @wires()
    @rule(pick=picks, modifier=modifiers)
    def click_a_wire(self, pick: int, modifier: Qt.KeyboardModifier) -> None:
        if at := self.wire_middle(self.edge(pick)):
            self.hand.click(at, modifier)
            self.end_merge()

    @edit(start=spots, end=spots)
    def drag_from_anywhere(self, start: QPoint, end: QPoint) -> None:
        """A rubber band, a move, or a wire."""
        self.hand.drag(start, end)
        self.search("Dense" if len(self.hand.graph.nodes) < MOST_NODES else "no such layer")

    @rule(key=st.sampled_from([Key.Key_A, Key.Key_Escape]))
    def select_all_or_nothing(self, key: Qt.Key) -> None:
        self.hand.key(key, CTRL if key == Key.Key_A else NONE)
        count = len(self.hand.graph.nodes) if key == Key.Key_A else 0
        assert len(self.hand.selected) == count

    def end_merge(self) -> None:
        """A press of a button ends what belongs together."""
        self.merge_key = None
        assert self.hand.workbench.project == self.values[self.at]

    # ------------------------------------------------------------------ editing

    @edit(key=st.sampled_from([Key.Key_Delete, Key.Key_Backspace]))
    def delete(self, key: Qt.Key) -> None:
        gone, count = self.hand.selected, len(self.hand.graph.nodes)
        self.hand.key(key)
        assert len(self.hand.graph.nodes) == count - len(gone)
        assert not gone & set(self.hand.graph.by_id)

    @room()
    @edit(keys=st.sampled_from([(Key.Key_C, Key.Key_V), (Key.Key_X, Key.Key_V), (Key.Key_D,)]))
    def copy(self, keys: tuple[Qt.Key, ...]) -> None:
        chosen = len(self.hand.selected)
        if chosen > MOST_NODES // 2 or not chosen:
            return
        count, notes = len(self.hand.graph.nodes), len(self.notes())
        taken = len(self.hand.view._interaction.selection.notes)
        for key in keys:
            self.hand.key(key, CTRL)
            self.settle(merge_key=None)
        cut = chosen if Key.Key_X in keys else 0
        assert len(self.hand.graph.nodes) == count - cut + chosen
        assert len(self.notes()) == notes + (0 if cut else taken)
        assert len(self.hand.selected) == chosen

    @nodes()
    @edit(pick=picks, by=spots)
    def move(self, pick: int, by: QPoint) -> None:
        start = self.hand.middle(self.node(pick))
        self.hand.drag(start, start + by / 4)

    @rule(arrow=st.sampled_from(ARROWS), far=st.booleans())
    def nudge(self, arrow: Qt.Key, far: bool) -> None:
        self.hand.key(arrow, SHIFT if far else NONE)
        chosen = self.hand.view._interaction.selection
        self.settle(merge_key=("nudge", chosen.nodes, chosen.notes))

    def notes(self) -> tuple[Note, ...]:
        return self.hand.workbench.project.layout.notes

    @precondition(lambda self: len(self.notes()) < MOST_NOTES)
    @edit(text=st.sampled_from(["", "why", "- one"]), keeps=st.booleans())
    def write_a_note(self, text: str, keeps: bool) -> None:
        count = len(self.notes())
        self.hand.key(Key.Key_N)
        field = child(self.hand.view, "note_field")
        assert field.isVisible()
        QTest.keyClicks(field, text)
        if keeps:
            self.hand.view.setFocus()  # as a click elsewhere does
        else:
            QTest.keyClick(field, Key.Key_Escape)
        assert not field.isVisible()
        assert len(self.notes()) == count + bool(text)

    @nodes()
    @edit(name=st.sampled_from(["", "Encoder", "  two words ", "x = W * y"]), keeps=st.booleans())
    def rename(self, name: str, keeps: bool) -> None:
        groups = self.hand.workbench.project.layout.groups
        if not self.hand.selected or any(set(g.nodes) == self.hand.selected for g in groups):
            return
        node = self.hand.workbench.selection[-1]
        before = self.hand.graph.by_id[node].name
        self.hand.key(Key.Key_F2)
        field = child(self.hand.view, "canvas_name")
        assert isinstance(field, QLineEdit)
        if not field.isVisible():
            return
        field.clear()
        QTest.keyClicks(field, name)
        QTest.keyClick(field, Key.Key_Return if keeps else Key.Key_Escape)
        assert self.hand.graph.by_id[node].name == (name.strip() if keeps else before)

    @edit(side=st.sampled_from(SIDES))
    def align(self, side: str) -> None:
        self.hand.view.align_selection(side)  # as the menu does

    @edit(axis=st.sampled_from([0, 1]))
    def distribute(self, axis: int) -> None:
        self.hand.view.distribute_selection(axis)  # as the menu does

    @edit(direction=st.sampled_from(["right", "down"]))
    def tidy_up(self, direction: str) -> None:
        self.hand.view.tidy_up(direction)  # as the menu does

    @edit(key=st.sampled_from([Key.Key_G, Key.Key_H, Key.Key_B]), shift=st.booleans())
    def group_fold_or_bypass(self, key: Qt.Key, shift: bool) -> None:
        ungroups = shift and key == Key.Key_G
        self.hand.key(key, CTRL | SHIFT if ungroups else CTRL)

    @nodes()
    @edit(pick=picks, key=st.sampled_from([Key.Key_Escape, Key.Key_Delete, None]))
    def change_ones_mind(self, pick: int, key: Qt.Key | None) -> None:
        """Begin to drag a card; then give up, delete it, or undo what was before."""
        start = self.hand.middle(self.node(pick))
        self.hand.press(start)
        self.merge_key = None
        self.hand.move(start + QPoint(40, 30))
        if key is None:
            self.undo()
        else:
            self.hand.key(key)
        self.hand.release(start + QPoint(50, 40))
        if key == Key.Key_Escape:
            assert self.hand.workbench.project == self.values[self.at]

    # ------------------------------------------------------------------ looking around

    @rule(at=spots, angle=st.sampled_from([-240, -120, 120, 240]))
    def turn_the_wheel(self, at: QPoint, angle: int) -> None:
        self.hand.wheel(at, angle)

    @rule()
    def fit(self) -> None:
        self.hand.key(Key.Key_F)

    # ------------------------------------------------------------------ undo and redo

    @rule()
    def undo(self) -> None:
        document = self.hand.workbench.document
        assert document.undo() == (self.at > 0)  # as Ctrl+Z of the window does
        self.at = max(0, self.at - 1)
        self.merge_key = None
        assert document.project == self.values[self.at]

    @rule()
    def redo(self) -> None:
        document = self.hand.workbench.document
        assert document.redo() == (self.at < len(self.values) - 1)
        self.at = min(len(self.values) - 1, self.at + 1)
        self.merge_key = None
        assert document.project == self.values[self.at]

    @rule()
    def undo_all_and_redo_all(self) -> None:
        at = self.at
        for _ in range(at):
            self.undo()
        for _ in range(at):
            self.redo()

    # ------------------------------------------------------------------ what always holds

    @invariant()
    def the_document_is_what_the_model_says(self) -> None:
        document = self.hand.workbench.document
        assert document.project == self.values[self.at]
        assert bool(document.undo_label) == (self.at > 0)
        assert bool(document.redo_label) == (self.at < len(self.values) - 1)

    @invariant()
    def the_graph_is_whole(self) -> None:
        graph = self.hand.graph
        assert len(graph.by_id) == len(graph.nodes)
        sorter: TopologicalSorter[str] = TopologicalSorter({node.id: () for node in graph.nodes})
        for edge in graph.edges:
            assert {edge.source, edge.target} <= graph.by_id.keys()
            most = graph.by_id[edge.target].layer.arity[1]
            assert most is None or edge.slot < most
            sorter.add(edge.target, edge.source)
        sorter.prepare()  # raises if there is a circle
        ends = [(edge.target, edge.slot) for edge in graph.edges]
        assert len(set(ends)) == len(ends)
        analyse(graph)

    @invariant()
    def what_is_selected_exists_and_is_marked(self) -> None:
        scene = self.hand.view.scene()
        assert isinstance(scene, CanvasScene)
        assert self.hand.selected <= self.hand.graph.by_id.keys()
        marked = itertools.chain(*(i.members for i in scene.nodes.values() if i.is_selected))
        assert self.hand.selected <= set(marked)

    @invariant()
    def the_canvas_equals_one_drawn_anew(self) -> None:
        project = self.hand.workbench.project
        fresh = CanvasScene(self.theme)
        faces = shown_faces(
            project.graph,
            analyse(project.graph),
            self.hand.workbench.problems,
            project.layout.groups,
        )
        fresh.show_faces(faces)
        fresh.show_places(project.graph, shown_places(project), project.layout.groups)
        fresh.show_notes(project.layout.notes)
        shown = self.hand.view.scene()
        assert isinstance(shown, CanvasScene)
        assert cards(shown) == cards(fresh)
        assert wires_of(shown) == wires_of(fresh)
        assert papers(shown) == papers(fresh)
        assert self.hand.hint() == ""

    @invariant()
    def saving_and_loading_gives_the_same(self) -> None:
        project = self.hand.workbench.project
        save_project(project, self.folder / "one.nnstudio")
        assert load_project(self.folder / "one.nnstudio") == project


def cards(scene: CanvasScene) -> dict[str, tuple[object, ...]]:
    """What every card shows, and where."""
    return {
        key: (item.face, item.pos().toTuple(), item.card().getRect())
        for key, item in scene.nodes.items()
    }


def papers(scene: CanvasScene) -> dict[str, tuple[object, ...]]:
    """What every note says, and where it lies."""
    return {
        id: (item.note, item.pos().toTuple(), item.paper().getRect())
        for id, item in scene.notes.items()
    }


def wires_of(scene: CanvasScene) -> dict[Edge, tuple[object, ...]]:
    """Where every wire runs."""

    def rounded(box: QRectF) -> tuple[float, ...]:
        return tuple(round(value, 6) for value in box.getRect())

    return {
        edge: (rounded(item.shape().boundingRect()), item.middle().toTuple())
        for edge, item in scene.wires.items()
    }


# A tooltip raises itself, which the offscreen platform can't, and says.
@pytest.mark.timeout(600)  # what fails is made as short as can be, which takes long
@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_no_edit_undo_or_redo_ever_breaks_the_graph_or_the_canvas(
    qtbot: QtBot, tmp_path: Path
) -> None:
    class Here(Editing):
        theme = Theme("light")
        folder = tmp_path

    # Fewer and longer than usual: what breaks, breaks after many different edits.
    usual = settings.default
    count = 25 if usual.derandomize else usual.max_examples
    limits = settings(usual, max_examples=count, stateful_step_count=40)
    run_state_machine_as_test(Here, settings=limits)
