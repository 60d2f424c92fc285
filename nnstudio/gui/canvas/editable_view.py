"""The canvas as seen from menus and scripts: shows the project's network, and edits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, Signal
from PySide6.QtGui import QGuiApplication, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from nnstudio.engine.layer import Shape
from nnstudio.graph.edits import rename
from nnstudio.graph.model import Edge
from nnstudio.graph.templates import TEMPLATES, Template
from nnstudio.gui.blocks import is_key
from nnstudio.gui.canvas import bypassing, commands, grouping, noting, placing
from nnstudio.gui.canvas.find_bar import FindBar
from nnstudio.gui.canvas.flow_numbers import FlowNumbers
from nnstudio.gui.canvas.folding import card_key
from nnstudio.gui.canvas.gestures import Port, Selection
from nnstudio.gui.canvas.gliding import Gliding, motion_is_unwanted
from nnstudio.gui.canvas.group_actions import GroupActions
from nnstudio.gui.canvas.group_faces import shown_faces
from nnstudio.gui.canvas.heat_bar import HeatBar
from nnstudio.gui.canvas.interaction import Interaction
from nnstudio.gui.canvas.layer_search import LayerSearch
from nnstudio.gui.canvas.life import Life
from nnstudio.gui.canvas.making_room import with_room
from nnstudio.gui.canvas.name_field import NameField
from nnstudio.gui.canvas.navigable_view import NavigableView
from nnstudio.gui.canvas.node_item import DETAIL_FROM
from nnstudio.gui.canvas.notes import Notes
from nnstudio.gui.canvas.overlays import STRIP, EmptyCanvas
from nnstudio.gui.canvas.scene import CanvasScene, point_of
from nnstudio.gui.canvas.wire_weights import WireWeight
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError, shape_text
from nnstudio.persistence.clipping import clipping_text, parse_clipping
from nnstudio.project.layout import Group
from nnstudio.project.problems import DataFacts
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of
from nnstudio.project.starting import judged_by_classes
from nnstudio.project.waiting import design_waits


class EditableView(NavigableView):
    """Shows the project's network, and does to it what menus and scripts ask for.

    Every method without an underscore may be used by them.

    Attributes:
        reduces_motion: cards that are put in order don't glide there.

    Signals:
        templates_wanted: the user wants to choose a template for the empty canvas.
    """

    templates_wanted = Signal()
    life: Life | None = None

    def __init__(
        self,
        workbench: Workbench,
        theme: Theme,
        parent: QWidget | None = None,
        live: Live | None = None,
    ) -> None:
        scene = CanvasScene(theme)
        super().__init__(scene, theme, parent)
        scene.setParent(self)
        self.setAccessibleName("Network")
        self.setAccessibleDescription(
            "Cards and wires. The outline lists the same for keyboard and screen reader."
        )
        self._workbench = workbench
        workbench.makes_room = with_room
        self._scene = scene
        self._interaction = Interaction(workbench, scene, self)
        self._pointer = QPoint()
        self._shown: tuple[object, object, object] = (None, None, None)
        self._groups: tuple[Group, ...] = ()
        self._gliding = Gliding(scene, self)
        self.reduces_motion = motion_is_unwanted()
        self._parameters = 0
        self._shows_shapes = False
        self.groups = GroupActions(workbench, self._interaction, self)
        self.notes = Notes(workbench, self._interaction, self)
        self.groups.added.connect(self._show_added)
        self._search = LayerSearch(workbench, scene, theme, self)
        self._search.chosen.connect(self._add_found)
        self._interaction.let_go.connect(self._search.ask_for_port)
        self._name = NameField(self)
        self._name.renamed.connect(self._rename)
        self._find = FindBar(theme, lambda: workbench.project, self)
        self._find.found.connect(self._look_at_all_of)
        self._empty = EmptyCanvas(theme, self)
        self._empty.start.connect(self.start_network)
        self._empty.browse.connect(self.templates_wanted)
        workbench.project_changed.connect(self._gliding.finish)
        workbench.project_changed.connect(self._project_changed)
        workbench.problems_changed.connect(self._show_project)
        workbench.data_changed.connect(self._offer_start)
        workbench.runner.started.connect(self._show_waiting)
        workbench.runner.ended.connect(self._show_waiting)
        self._show_project()
        self._offer_start()
        if live is not None:
            self.life = Life(live, theme, self, self)
            self._strip.add(self.life.heat.legend)
            self._strip.add(self.life.weights.legend)
            self._strip.add(self.life.thumbnails.legend)
            self.life.weights.switched.connect(self.life.thumbnails.legend.make_way)

    # ------------------------------------------------------------------ for menus and scripts

    def select_all(self) -> None:
        """Select every node and every note."""
        notes = tuple(note.id for note in self._workbench.project.layout.notes)
        nodes = tuple(node.id for node in self._workbench.graph.nodes)
        self._interaction.select(Selection(nodes, notes=notes))

    def delete_selection(self) -> None:
        """Delete the selected nodes and wires; a chain closes over what is taken out of it."""
        chosen = self._interaction.selection
        count = len(chosen.nodes) + len(chosen.wires) + len(chosen.notes)
        if count:
            label = "Delete" if count == 1 else f"Delete {count} items"
            self._interaction.apply(
                label,
                lambda project: noting.removed(
                    commands.removed(project, chosen.nodes, chosen.wires)
                    if chosen.nodes or chosen.wires
                    else project,
                    chosen.notes,
                ),
            )

    def copy_selection(self) -> None:
        """Put the selected nodes, the wires among them, and notes on the clipboard, as text."""
        chosen = self._interaction.selection
        if chosen.nodes or chosen.notes:
            clipping = commands.clipping_of(self._workbench.project, chosen.nodes, chosen.notes)
            QGuiApplication.clipboard().setText(clipping_text(clipping))

    def cut_selection(self) -> None:
        """Copy what is selected and delete it."""
        self.copy_selection()
        self.delete_selection()

    def paste(self) -> None:
        """Add what is on the clipboard: under the pointer, else beside where it stood."""
        try:
            clipping = parse_clipping(QGuiApplication.clipboard().text())
        except StudioError as error:
            self._workbench.said.emit(str(error), "warning")
            return
        at = point_of(self._scene_point(QPointF(self._pointer))) if self.underMouse() else None
        before = self._workbench.project
        known = all(before.graph.by_id.get(n.id) == n for n in clipping.graph.nodes)
        known = known and all(note in before.layout.notes for note in clipping.notes)
        project, copies = commands.pasted(before, clipping, None if known else at)
        self._workbench.apply("Paste", project)
        notes = noting.added_since(before, project)
        self._interaction.select(Selection(copies, notes=notes))
        self._bring_into_view(self._scene.contents())

    def duplicate_selection(self) -> None:
        """Copy the selected nodes, the wires among them, and the selected notes."""
        chosen, before = self._interaction.selection, self._workbench.project
        if chosen.nodes or chosen.notes:
            project, copies = commands.duplicated(before, chosen.nodes, chosen.notes)
            self._workbench.apply("Duplicate", project)
            notes = noting.added_since(before, project)
            self._interaction.select(Selection(copies, notes=notes))

    def tidy_up(self, direction: placing.Direction = "right") -> None:
        """Put the cards in order, from inputs to outputs: all, or the selected ones if several."""
        nodes, before = self._workbench.selection, self._gliding.places()
        done = self._interaction.apply("Tidy up", lambda p: placing.tidied(p, direction, nodes))
        self.fit()
        if done and not self.reduces_motion:
            self._gliding.begin(before)

    def insert_template(self, template: str | Template) -> bool:
        """Add the nodes of a template, made for the data, and select them.

        Args:
            template: in sizes of one's own, or a key of ``graph.templates.TEMPLATES``.
        """
        template = TEMPLATES[template] if isinstance(template, str) else template
        new: tuple[str, ...] = ()

        def edit(project: Project) -> Project:
            nonlocal new
            project, new = commands.with_template(project, template, self._facts())
            return project

        done = self._interaction.apply(f"Insert {template.title}", edit)
        if done:
            self._interaction.select(Selection(new))
            self.fit()
        return done

    def share_weights(self) -> None:
        """Let all selected nodes use the weights of the one that was selected first."""
        nodes = self._workbench.selection
        self._interaction.apply("Share weights", lambda project: commands.sharing(project, nodes))

    def own_weights(self) -> None:
        """Give each selected node weights of its own again."""
        nodes = self._workbench.selection
        self._interaction.apply("Own weights", lambda project: commands.owning(project, nodes))

    def bypass_selection(self) -> None:
        """Let the selected nodes hand on what they get, or take part again."""
        bypassing.toggle(self._workbench)

    def align_selection(self, side: placing.Side) -> None:
        """Put the selected cards at one line: left, right, top or bottom."""
        nodes = self._workbench.selection
        self._interaction.apply("Align", lambda project: placing.aligned(project, nodes, side))

    def distribute_selection(self, axis: Literal[0, 1]) -> None:
        """Leave the same gap between the selected cards, across (0) or down (1)."""
        nodes = self._workbench.selection
        self._interaction.apply(
            "Distribute", lambda project: placing.distributed(project, nodes, axis)
        )

    def add_layer(self, name: str, scene_pos: QPointF | None = None) -> None:
        """Add a layer from the palette, select it and bring it into view.

        Args:
            name: the layer's class, a key of ``engine.catalogue.LAYERS``; or a block's key.
            scene_pos: where its middle goes, unconnected; ``None`` for behind the selected node
                (or the last output), wired to it.
        """
        if is_key(name):
            self.groups.add_block(name, scene_pos)
            return
        layer = commands.new_layer(name, self._facts())
        chosen = self._workbench.selection
        if scene_pos is None:
            self._add(name, lambda project: commands.added_after(project, layer, chosen))
        else:
            place = point_of(scene_pos)
            self._add(name, lambda project: commands.added(project, layer, place))

    def rename_selected(self) -> None:
        """Let the user type another name over the card selected last, or on a selected note."""
        chosen = self._interaction.selection
        if chosen.notes and not chosen.nodes:
            self.notes.edit(chosen.notes[-1])
            return
        if not self._workbench.selection:
            return
        group = grouping.exactly(self._workbench.project.layout, self._workbench.selection)
        if group is not None and (group.collapsed or len(group.nodes) > 1):
            self._rename_group(group)
            return
        node = self._workbench.graph.by_id[self._workbench.selection[-1]]
        self.look_at(node.id)
        card = self.node_rect(node.id).translated(self.viewport().geometry().topLeft())
        self._name.ask(
            node.id, node.name, QRect(card.left(), card.top(), max(card.width(), 120), 32)
        )

    def _rename_group(self, group: Group) -> None:
        box = self._scene.group_title(group.id, group.nodes)
        self._bring_into_view(box)
        over = self.mapFromScene(box).boundingRect()
        over.translate(self.viewport().geometry().topLeft())
        self._name.ask(card_key(group), group.name, QRect(over.left(), over.top(), 160, 32))

    def _rename(self, node: str, name: str) -> None:
        for group in self._workbench.project.layout.groups:
            if card_key(group) == node:
                self.groups.rename(group.id, name)
                return
        why_not = self._workbench.edit_graph("Rename", lambda graph: rename(graph, node, name))
        if why_not:
            self._workbench.said.emit(why_not, "warning")

    def find_node(self) -> None:
        """Open the field that finds nodes by name, layer or setting, and notes by their words."""
        self._find.open_bar(self.viewport().geometry())

    def look_at(self, node: str) -> None:
        """Select a node and bring it into view."""
        self._look_at_all_of(Selection((node,)))

    def _look_at_all_of(self, selection: Selection) -> None:
        """Select this, and bring the last of it into view."""
        self._interaction.select(selection)
        if selection.notes:
            self._bring_into_view(self._scene.notes[selection.notes[-1]].sceneBoundingRect())
        else:
            item = self._scene.card_for(selection.nodes[0])
            self._bring_into_view(item.mapRectToScene(item.boundingRect()))

    def search_layer(self, at: QPointF | None = None) -> None:
        """Open the quick search for a layer.

        Args:
            at: where its middle goes, in scene coordinates; ``None``: behind the selected node (or
                the last output) and wired to it, as from the palette.
        """
        self._search.ask(at)

    def _add_found(self, name: str, port: Port | None, at: QPointF | None) -> None:
        """The quick search's answer."""
        if is_key(name):
            self.groups.add_block(name, at, port=port)
        elif port is None or at is None:
            self.add_layer(name, at)
        else:
            layer, place = commands.new_layer(name, self._facts()), point_of(at)
            self._add(name, lambda project: commands.added_to(project, layer, port, place))

    def start_network(self) -> None:
        """Fill the empty canvas with the smallest network for the data."""
        facts = self._facts()
        self._interaction.apply("Start network", lambda project: commands.started(project, facts))
        self.fit()

    def set_thumbnail(self, node_id: str, pixmap: QPixmap | None) -> None:
        """Show a picture on a node's card: the layer's curve for ``None``, none if it is empty."""
        self._scene.show_thumbnail(node_id, pixmap)

    def cards(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that each card stands for."""
        return {card: item.members for card, item in self._scene.nodes.items()}

    def show_heat(self, bars: Mapping[str, HeatBar]) -> None:
        """Show these bars, by card, and no others."""
        self._scene.show_heat(bars)

    def show_numbers(self, numbers: Mapping[str, FlowNumbers]) -> None:
        """Let wires show the numbers of their sources; the others show none."""
        lines = {node: found.lines() for node, found in numbers.items()}
        alarming = [node for node, found in numbers.items() if found.broken]
        self._scene.show_numbers(lines, alarming)

    def show_weights(self, weights: Mapping[Edge, WireWeight]) -> None:
        """Let wires show how strong the weights behind them are; the others look as usual."""
        self._scene.show_weights(weights)

    def node_rect(self, node_id: str) -> QRect:
        """The node's card in the viewport's coordinates."""
        item = self._scene.card_for(node_id)
        return self.mapFromScene(item.mapRectToScene(item.card())).boundingRect()

    def port_point(self, node_id: str, kind: Literal["input", "output"], slot: int = 0) -> QPoint:
        """The middle of a port in the viewport's coordinates."""
        return self.mapFromScene(self._scene.port_place(Port(node_id, kind, slot)))

    def seen_nodes(self) -> tuple[str, ...]:
        """The nodes whose cards can be seen with their pictures now."""
        if self.zoom < DETAIL_FROM:
            return ()
        seen = self._scene.nodes_in(self.mapToScene(self.viewport().rect()).boundingRect())
        return tuple(node for node in seen if node in self._scene.nodes)

    def _show_seen(self) -> None:
        super()._show_seen()
        if self.life is not None:
            self.life.thumbnails.look_again()

    def hand_over_updates(self) -> None:
        """Have what changed painted with the next update of the widget.

        Otherwise the scene tells the widget when the event loop next comes round to it, and what
        painting costs would not be seen by :class:`Live`.
        """
        QCoreApplication.sendPostedEvents(self._scene, QEvent.Type.MetaCall.value)

    # ------------------------------------------------------------------ following the project

    def _project_changed(self, old: Project, new: Project) -> None:
        self._show_project()
        self._show_waiting()
        document = self._workbench.document
        was_edited = bool(document.undo_label or document.redo_label)
        if not was_edited and replace(old, runs=new.runs) != new:  # another project was opened
            self.fit()

    def _show_project(self) -> None:
        """Show what the project is now, as far as it isn't shown already."""
        workbench = self._workbench
        graph, layout, problems = workbench.graph, workbench.project.layout, workbench.problems
        old, self._shown = self._shown, (graph, layout, problems)
        if all(now is before for now, before in zip(self._shown, old, strict=True)):
            return
        groups = layout.groups
        if graph is not old[0] or problems is not old[2] or groups != self._groups:
            self._groups = groups
            self._scene.show_faces(shown_faces(graph, workbench.analysis, problems, groups))
        self._scene.show_notes(layout.notes)
        self._scene.show_places(graph, placing.shown_places(workbench.project), groups)
        if graph is not old[0]:
            self._show_carried()
        self._scene.show_selection(self._interaction.selection)
        self.minimap.show_boxes(self._scene.overview())
        self._empty.setVisible(not graph.nodes)
        self._parameters = workbench.analysis.total_parameters
        self._zoomed()

    def _show_waiting(self, *_: object) -> None:
        """Say that a run is on, or paused, that knows nothing of what is drawn."""
        run = self._workbench.run_project
        waits = run is not None and design_waits(self._workbench.graph, run.graph)
        self._strip.show_waiting(waits)

    def show_shapes(self, always: bool) -> None:
        """Let wires say what they carry always, or only those under the pointer or selected."""
        self._shows_shapes = always
        self._show_carried()

    def _show_carried(self) -> None:
        shapes = self._workbench.analysis.shapes
        words = {node: _tight(shape) for node, shape in shapes.items() if shape is not None}
        self._scene.show_carried(words, always=self._shows_shapes)

    def _zoomed(self) -> None:
        words = f"{self._parameters:,} parameter" + ("s" if self._parameters != 1 else "")
        self._strip.say(f"{words} · {self.zoom * 100:.0f} %")

    def _facts(self) -> DataFacts | None:
        data = self._workbench.data
        return None if data is None else facts_of(data)

    def _offer_start(self) -> None:
        layers = commands.starter_layers(self._facts())
        self._empty.offer(tuple(type(layer).__name__ for layer in layers))
        self._place_empty()

    def _show_added(self, nodes: tuple[str, ...]) -> None:
        """Bring the block that was added into view."""
        item = self._scene.card_for(nodes[0])
        self._bring_into_view(item.mapRectToScene(item.boundingRect()))

    def _add(self, name: str, command: Callable[[Project], tuple[Project, str]]) -> None:
        """Apply a command that adds a node, select it and bring it into view."""
        new = ""

        def edit(project: Project) -> Project:
            nonlocal new
            project, new = command(project)
            return judged_by_classes(project, new, self._facts())

        if self._interaction.apply(f"Add {name}", edit):
            self.look_at(new)

    # ------------------------------------------------------------------ the widget itself

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_empty()

    def _place_empty(self) -> None:
        self._empty.suit(self.rect().adjusted(0, 0, 0, -STRIP))


@lru_cache(maxsize=1_024)
def _tight(shape: Shape) -> str:
    """A shape without spaces: there is room for that between two cards."""
    return shape_text(shape).replace(" ", "")
