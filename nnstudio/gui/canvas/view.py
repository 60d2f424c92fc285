"""The canvas as a widget: what is done by mouse, keyboard, drag and drop, or from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from nnstudio.engine.catalogue import LAYERS
from nnstudio.graph.edits import rename
from nnstudio.graph.templates import TEMPLATES
from nnstudio.gui.canvas import commands
from nnstudio.gui.canvas.faces import faces
from nnstudio.gui.canvas.find_bar import FindBar
from nnstudio.gui.canvas.gestures import Body, Port, Selection, Wire
from nnstudio.gui.canvas.interaction import Interaction
from nnstudio.gui.canvas.measures import COLUMN, GRID, WIDTH, Point
from nnstudio.gui.canvas.name_field import NameField
from nnstudio.gui.canvas.navigable_view import NavigableView
from nnstudio.gui.canvas.node_item import DETAIL_FROM
from nnstudio.gui.canvas.overlays import STRIP, EmptyCanvas, Hint
from nnstudio.gui.canvas.quick_search import QuickSearch
from nnstudio.gui.canvas.scene import CanvasScene
from nnstudio.gui.canvas.thumbnails import Thumbnails
from nnstudio.gui.canvas.words import words_about
from nnstudio.gui.dragged_layer import layer_in
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError, shape_text
from nnstudio.persistence.clipping import clipping_text, parse_clipping
from nnstudio.project.problems import DataFacts
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of

_ARROWS = {
    Qt.Key.Key_Left: (-GRID, 0),
    Qt.Key.Key_Right: (GRID, 0),
    Qt.Key.Key_Up: (0, -GRID),
    Qt.Key.Key_Down: (0, GRID),
}
_FAR = 5
_TICK = 30  # milliseconds
_ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class CanvasView(NavigableView):
    """Shows the network and lets it be edited.

    Every method without an underscore may be used by menus and scripts.
    """

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
        self.setAcceptDrops(True)
        self._workbench = workbench
        self._scene = scene
        self._interaction = Interaction(workbench, scene, self)
        self._interaction.refused.connect(self._show_refusal)
        self._pointer = QPoint()
        self._shown: tuple[object, object, object] = (None, None, None)
        self._parameters = 0
        self._shows_shapes = False
        self._hint = Hint(theme, self)
        self._follow_timer = QTimer(self)
        self._follow_timer.setInterval(_TICK)
        self._follow_timer.timeout.connect(self._follow_pointer)
        self._menu = QMenu(self)
        self._menu.setObjectName("canvas_menu")
        self._search = QuickSearch(theme, self)
        self._search.chosen.connect(self._add_found)
        self._search.given_up.connect(self._scene.hide_drawn_wire)
        self._interaction.let_go.connect(self._search_for_port)
        self._asked_from: Port | None = None
        self._asked_at: QPointF | None = None
        self._name = NameField(self)
        self._name.renamed.connect(self._rename)
        self._find = FindBar(theme, lambda: workbench.graph, self)
        self._find.found.connect(self.look_at)
        self._empty = EmptyCanvas(theme, self)
        self._empty.start.connect(self.start_network)
        workbench.project_changed.connect(self._project_changed)
        workbench.problems_changed.connect(self._show_project)
        workbench.data_changed.connect(self._offer_start)
        self._show_project()
        self._offer_start()
        if live is not None:
            self._thumbnails = Thumbnails(live, theme, self, self)

    # ------------------------------------------------------------------ for menus and scripts

    def select_all(self) -> None:
        """Select every node."""
        self._interaction.select(Selection(tuple(n.id for n in self._workbench.graph.nodes)))

    def delete_selection(self) -> None:
        """Delete the selected nodes and wires; a chain closes over what is taken out of it."""
        chosen = self._interaction.selection
        count = len(chosen.nodes) + len(chosen.wires)
        if count:
            label = "Delete" if count == 1 else f"Delete {count} items"
            self._interaction.apply(
                label, lambda project: commands.removed(project, chosen.nodes, chosen.wires)
            )

    def copy_selection(self) -> None:
        """Put the selected nodes on the clipboard, as text, with the wires among them."""
        if nodes := self._workbench.selection:
            clipping = commands.clipping_of(self._workbench.project, nodes)
            QGuiApplication.clipboard().setText(clipping_text(clipping))

    def cut_selection(self) -> None:
        """Copy the selected nodes and delete them."""
        self.copy_selection()
        self.delete_selection()

    def paste(self) -> None:
        """Add the nodes on the clipboard: under the pointer, else beside where they stood."""
        try:
            clipping = parse_clipping(QGuiApplication.clipboard().text())
        except StudioError as error:
            self._workbench.said.emit(str(error), "warning")
            return
        at = _point(self._scene_point(QPointF(self._pointer))) if self.underMouse() else None
        known = all(self._workbench.graph.by_id.get(n.id) == n for n in clipping.graph.nodes)
        project, copies = commands.pasted(self._workbench.project, clipping, None if known else at)
        self._workbench.apply("Paste", project)
        self._interaction.select(Selection(copies))
        self._bring_into_view(self._scene.contents())

    def duplicate_selection(self) -> None:
        """Copy the selected nodes and the wires among them."""
        nodes = self._workbench.selection
        if nodes:
            project, copies = commands.duplicated(self._workbench.project, nodes)
            self._workbench.apply("Duplicate", project)
            self._interaction.select(Selection(copies))

    def tidy_up(self) -> None:
        """Put all cards in columns, from inputs to outputs."""
        self._interaction.apply("Tidy up", commands.tidied)
        self.fit()

    def insert_template(self, name: str) -> None:
        """Add the nodes of a template, made for the data, and select them.

        Args:
            name: a key of ``graph.templates.TEMPLATES``.
        """
        new: tuple[str, ...] = ()

        def edit(project: Project) -> Project:
            nonlocal new
            project, new = commands.with_template(project, TEMPLATES[name], self._facts())
            return project

        if self._interaction.apply(f"Insert {TEMPLATES[name].title}", edit):
            self._interaction.select(Selection(new))
            self.fit()

    def share_weights(self) -> None:
        """Let all selected nodes use the weights of the one that was selected first."""
        nodes = self._workbench.selection
        self._interaction.apply("Share weights", lambda project: commands.sharing(project, nodes))

    def own_weights(self) -> None:
        """Give each selected node weights of its own again."""
        nodes = self._workbench.selection
        self._interaction.apply("Own weights", lambda project: commands.owning(project, nodes))

    def align_selection(self, side: commands.Side) -> None:
        """Put the selected cards at one line: left, right, top or bottom."""
        nodes = self._workbench.selection
        self._interaction.apply("Align", lambda project: commands.aligned(project, nodes, side))

    def distribute_selection(self, axis: Literal[0, 1]) -> None:
        """Leave the same gap between the selected cards, across (0) or down (1)."""
        nodes = self._workbench.selection
        self._interaction.apply(
            "Distribute", lambda project: commands.distributed(project, nodes, axis)
        )

    def add_layer(self, name: str, scene_pos: QPointF | None = None) -> None:
        """Add a layer from the palette, select it and bring it into view.

        Args:
            name: the layer's class, a key of ``engine.catalogue.LAYERS``.
            scene_pos: where its middle goes, unconnected; ``None`` for behind the selected node
                (or the last output), wired to it.
        """
        layer = commands.new_layer(name, self._facts())
        chosen = self._workbench.selection
        if scene_pos is None:
            self._add(name, lambda project: commands.added_after(project, layer, chosen))
        else:
            place = _point(scene_pos)
            self._add(name, lambda project: commands.added(project, layer, place))

    def rename_selected(self) -> None:
        """Let the user type another name over the card of the node selected last."""
        if not self._workbench.selection:
            return
        node = self._workbench.graph.by_id[self._workbench.selection[-1]]
        self.look_at(node.id)
        card = self.node_rect(node.id).translated(self.viewport().geometry().topLeft())
        self._name.ask(
            node.id, node.name, QRect(card.left(), card.top(), max(card.width(), 120), 32)
        )

    def _rename(self, node: str, name: str) -> None:
        why_not = self._workbench.edit_graph("Rename", lambda graph: rename(graph, node, name))
        if why_not:
            self._workbench.said.emit(why_not, "warning")

    def find_node(self) -> None:
        """Open the field in which a node is found by its name, layer or setting."""
        self._find.open_bar(self.viewport().geometry())

    def look_at(self, node: str) -> None:
        """Select a node and bring it into view."""
        self._interaction.select(Selection((node,)))
        item = self._scene.nodes[node]
        self._bring_into_view(item.mapRectToScene(item.boundingRect()))

    def search_layer(self, at: QPointF | None = None) -> None:
        """Open the quick search for a layer.

        Args:
            at: where its middle goes, in scene coordinates; ``None``: behind the selected node (or
                the last output) and wired to it, as from the palette.
        """
        self._asked_from, self._asked_at = None, at
        graph = self._workbench.graph
        if at is not None or not graph.nodes:
            where = at if at is not None else QPointF()
            self._search.ask(self._place_of(where), None, "Add a layer here")
            return
        port = Port((self._workbench.selection or graph.outputs)[-1], "output")
        place = self._scene.port_place(port) + QPointF(COLUMN - WIDTH, 0)
        fitting = commands.fitting_layers(graph, port)
        title = graph.by_id[port.node].title
        self._search.ask(self._place_of(place), fitting, f"Add after {title}")

    def _search_for_port(self, port: Port, at: QPointF) -> None:
        """A wire is in hand at ``at``, where nothing is: which layer shall be there?"""
        self._asked_from, self._asked_at = port, at
        start, end = self._scene.port_place(port), at
        if port.kind == "input":
            start, end = end, start
        self._scene.show_drawn_wire(start, end, None, refused=False)
        way = "after" if port.kind == "output" else "before"
        title = self._workbench.graph.by_id[port.node].title
        fitting = commands.fitting_layers(self._workbench.graph, port)
        self._search.ask(self._place_of(at), fitting, f"Add {way} {title}")

    def _place_of(self, at: QPointF) -> QPoint:
        """A place of the scene in this widget's coordinates."""
        return self.mapFromScene(at) + self.viewport().geometry().topLeft()

    def _add_found(self, name: str) -> None:
        """The quick search's answer."""
        self._scene.hide_drawn_wire()
        port, at = self._asked_from, self._asked_at
        if port is None or at is None:
            self.add_layer(name, at)
        elif port.node in self._workbench.graph.by_id:
            layer, place = commands.new_layer(name, self._facts()), _point(at)
            self._add(name, lambda project: commands.added_to(project, layer, port, place))

    def start_network(self) -> None:
        """Fill the empty canvas with the smallest network for the data."""
        facts = self._facts()
        self._interaction.apply("Start network", lambda project: commands.started(project, facts))
        self.fit()

    def set_thumbnail(self, node_id: str, pixmap: QPixmap | None) -> None:
        """Show a small picture on a node's card, or none."""
        self._scene.show_thumbnail(node_id, pixmap)

    def node_rect(self, node_id: str) -> QRect:
        """The node's card in the viewport's coordinates."""
        item = self._scene.nodes[node_id]
        return self.mapFromScene(item.mapRectToScene(item.card())).boundingRect()

    def port_point(self, node_id: str, kind: Literal["input", "output"], slot: int = 0) -> QPoint:
        """The middle of a port in the viewport's coordinates."""
        return self.mapFromScene(self._scene.port_place(Port(node_id, kind, slot)))

    def seen_nodes(self) -> tuple[str, ...]:
        """The nodes whose cards can be seen with their pictures now."""
        if self.zoom < DETAIL_FROM:
            return ()
        return self._scene.nodes_in(self.mapToScene(self.viewport().rect()).boundingRect())

    def hand_over_updates(self) -> None:
        """Have what changed painted with the next update of the widget.

        Otherwise the scene tells the widget when the event loop next comes round to it, and what
        painting costs would not be seen by :class:`Live`.
        """
        QCoreApplication.sendPostedEvents(self._scene, QEvent.Type.MetaCall.value)

    # ------------------------------------------------------------------ following the project

    def _project_changed(self, old: Project, new: Project) -> None:
        self._show_project()
        document = self._workbench.document
        if not (document.undo_label or document.redo_label):  # another project was opened
            self.fit()

    def _show_project(self) -> None:
        """Show what the project is now, as far as it isn't shown already."""
        workbench = self._workbench
        graph, layout, problems = workbench.graph, workbench.project.layout, workbench.problems
        old, self._shown = self._shown, (graph, layout, problems)
        if all(now is before for now, before in zip(self._shown, old, strict=True)):
            return
        if graph is not old[0] or problems is not old[2]:
            self._scene.show_faces(faces(graph, workbench.analysis, problems))
        self._scene.show_places(graph, commands.shown_places(workbench.project))
        if graph is not old[0]:
            self._show_carried()
        self._scene.show_selection(self._interaction.selection)
        self._empty.setVisible(not graph.nodes)
        self._parameters = workbench.analysis.total_parameters
        self._zoomed()

    def show_shapes(self, always: bool) -> None:
        """Let wires say what they carry always, or only those under the pointer or selected."""
        self._shows_shapes = always
        self._show_carried()

    def _show_carried(self) -> None:
        shapes = self._workbench.analysis.shapes
        words = {  # without spaces there is room for them between two cards
            node: shape_text(shape).replace(" ", "")
            for node, shape in shapes.items()
            if shape is not None
        }
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

    def _add(self, name: str, command: Callable[[Project], tuple[Project, str]]) -> None:
        """Apply a command that adds a node, select it and bring it into view."""
        new = ""

        def edit(project: Project) -> Project:
            nonlocal new
            project, new = command(project)
            return project

        if self._interaction.apply(f"Add {name}", edit):
            self.look_at(new)

    # ------------------------------------------------------------------ mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self._is_panning:
            adds = bool(event.modifiers() & _ADDING)
            self._interaction.press(self._scene_point(event.position()), self.zoom, adds=adds)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position().toPoint()
        at = self._scene_point(event.position())
        if self._is_panning:
            super().mouseMoveEvent(event)
        elif self._interaction.is_busy:
            self._interaction.move(at, self.zoom)
            self._follow_timer.start()
        else:
            self._interaction.hover(at, self.zoom)
        event.accept()

    def _follow_pointer(self) -> None:
        """While something is dragged beyond the edge, more of the canvas comes into view."""
        at = QPointF(self._pointer)
        if self._interaction.is_busy and self._follow(at):
            self._interaction.move(self._scene_point(at), self.zoom)
        else:
            self._follow_timer.stop()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._interaction.is_busy:
            self._interaction.release(self._scene_point(event.position()), self.zoom)
        super().mouseReleaseEvent(event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self._scene_point(event.position())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and self._scene.target_at(at, self.zoom) is None:
            self.search_layer(at)
            event.accept()
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._scene.show_hover(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        target = self._scene.target_at(self.mapToScene(event.pos()), self.zoom)
        if isinstance(target, Body | Wire) and target not in self._interaction.selection:
            self._interaction.select(Selection.only(target))
        menu = self._menu
        menu.clear()
        if isinstance(target, Body | Wire):
            menu.addAction("Delete\tDel", self.delete_selection)
            if isinstance(target, Body):
                menu.addAction("Rename\tF2", self.rename_selected)
                menu.addAction("Cut\tCtrl+X", self.cut_selection)
                menu.addAction("Copy\tCtrl+C", self.copy_selection)
                menu.addAction("Duplicate\tCtrl+D", self.duplicate_selection)
            menu.addSeparator()
        if target is None:
            at = self.mapToScene(event.pos())
            menu.addAction("Add a layer here…", lambda: self.search_layer(at))
        menu.addAction("Paste\tCtrl+V", self.paste)
        menu.addAction("Select all\tCtrl+A", self.select_all)
        menu.addAction("Tidy up", self.tidy_up)
        menu.addAction("Fit\tF", self.fit)
        menu.popup(event.globalPos())

    def _show_refusal(self, words: str) -> None:
        within = self.viewport().geometry()
        self._hint.say(words, self._pointer + within.topLeft(), within)

    # ------------------------------------------------------------------ keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.delete_selection()
            case Qt.Key.Key_Insert:
                self.search_layer()
            case Qt.Key.Key_F2:
                self.rename_selected()
            case Qt.Key.Key_F if ctrl:
                self.find_node()
            case Qt.Key.Key_Escape:
                self._escape()
            case Qt.Key.Key_A if ctrl:
                self.select_all()
            case Qt.Key.Key_C if ctrl:
                self.copy_selection()
            case Qt.Key.Key_X if ctrl:
                self.cut_selection()
            case Qt.Key.Key_V if ctrl:
                self.paste()
            case Qt.Key.Key_D if ctrl:
                self.duplicate_selection()
            case key if key in _ARROWS and self._workbench.selection and not ctrl:
                shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                dx, dy = _ARROWS[Qt.Key(key)]
                times = _FAR if shift else 1
                self._nudge((float(dx * times), float(dy * times)))
            case _:
                super().keyPressEvent(event)

    def _nudge(self, offset: Point) -> None:
        """Move the selected cards a little; key by key in a row is one undo step."""
        nodes = self._workbench.selection
        self._interaction.apply(
            "Move", lambda project: commands.moved(project, nodes, offset), ("nudge", nodes)
        )

    def _escape(self) -> None:
        """Give up the gesture, else the selection."""
        if not self._interaction.cancel():
            self._interaction.select(Selection())

    # ------------------------------------------------------------------ drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if layer_in(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if name := layer_in(event.mimeData()):
            self._scene.show_hover(self._wire_for(name, event.position()))
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._scene.show_hover(None)

    def dropEvent(self, event: QDropEvent) -> None:
        name = layer_in(event.mimeData())
        if not name:
            return
        self._scene.show_hover(None)
        at = self._scene_point(event.position())
        wire = self._wire_for(name, event.position())
        if wire is None:
            self.add_layer(name, at)
        else:
            layer = commands.new_layer(name, self._facts())
            edge, place = wire.edge, _point(at)
            self._add(name, lambda project: commands.inserted(project, layer, edge, place))
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.acceptProposedAction()

    def _wire_for(self, name: str, at: QPointF) -> Wire | None:
        """The wire under the pointer, if this layer can go into it."""
        target = self._scene.target_at(self._scene_point(at), self.zoom)
        takes_input = LAYERS[name].arity[1] != 0
        return target if isinstance(target, Wire) and takes_input else None

    # ------------------------------------------------------------------ the widget itself

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            target = self._scene.target_at(self.mapToScene(event.pos()), self.zoom)
            problem = self._scene.problem_at(self.mapToScene(event.pos()))
            words = problem or words_about(target, self._workbench.graph, self._workbench.analysis)
            QToolTip.showText(event.globalPos(), words, self.viewport())
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_empty()

    def _place_empty(self) -> None:
        self._empty.suit(self.rect().adjusted(0, 0, 0, -STRIP))


def _point(at: QPointF) -> Point:
    return at.x(), at.y()
