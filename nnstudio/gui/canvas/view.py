"""The canvas as a widget: what the mouse, and drag and drop do on it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from nnstudio.engine.catalogue import LAYERS
from nnstudio.gui.blocks import is_key
from nnstudio.gui.canvas import commands
from nnstudio.gui.canvas.block_commands import single_end
from nnstudio.gui.canvas.bypassing import label_for
from nnstudio.gui.canvas.gestures import (
    Body,
    Corner,
    Fold,
    Paper,
    Port,
    Selection,
    Target,
    Whole,
    Wire,
)
from nnstudio.gui.canvas.keyed_view import KeyedView
from nnstudio.gui.canvas.problem_popup import ProblemPopup
from nnstudio.gui.canvas.scene import point_of
from nnstudio.gui.canvas.words import words_about
from nnstudio.gui.dragged_layer import layer_in
from nnstudio.gui.fix_button import offer_fixes
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.surgery_menu import offer_surgery
from nnstudio.gui.workbench import Workbench

_TICK = 30  # milliseconds
_ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class CanvasView(KeyedView):
    """Turns what the user does by hand into gestures, commands and looks around."""

    def __init__(
        self,
        workbench: Workbench,
        theme: Theme,
        parent: QWidget | None = None,
        live: Live | None = None,
    ) -> None:
        super().__init__(workbench, theme, parent, live)
        self.setAcceptDrops(True)
        self._interaction.refused.connect(self._show_refusal)
        self._follow_timer = QTimer(self)
        self._follow_timer.setInterval(_TICK)
        self._follow_timer.timeout.connect(self._follow_pointer)
        self._problem_popup = ProblemPopup(workbench, theme, self)
        self._menu = QMenu(self)
        self._menu.setObjectName("canvas_menu")

    # ------------------------------------------------------------------ mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._gliding.finish()
        if event.button() == Qt.MouseButton.LeftButton and not self._is_panning:
            at = self._scene_point(event.position())
            if nodes := self._scene.badge_at(at, self.zoom):
                self._interaction.select(Selection(nodes))
                self._problem_popup.open(nodes, event.position().toPoint())
                event.accept()
                return
            adds = bool(event.modifiers() & _ADDING)
            self._interaction.press(self._scene_point(event.position()), self.zoom, adds=adds)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position().toPoint()
        at = self._scene_point(event.position())
        if self._is_panning:
            super().mouseMoveEvent(event)
        elif self._interaction.is_busy:
            inverted = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._interaction.snaps = self.snaps != inverted
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
        target = self._scene.target_at(at, self.zoom)
        if is_left and target is None:
            self.search_layer(at)
            event.accept()
        elif is_left and isinstance(target, Paper):
            self.notes.edit(target.note)
            event.accept()
        elif is_left and isinstance(target, Whole):
            self._interaction.select(Selection(target.nodes))
            if target.group in self._scene.frames:
                self.rename_selected()
            else:
                self.groups.fold()
            event.accept()
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._scene.show_hover(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == event.Reason.Keyboard and self._workbench.selection:
            event = self._at_the_card(event)
        target = self._scene.target_at(self.mapToScene(event.pos()), self.zoom)
        if isinstance(target, Fold):
            target = Whole(target.group, target.nodes)
        if isinstance(target, Corner):
            target = Paper(target.note)
        if isinstance(target, Port):
            target = Body(target.node)
        if (
            isinstance(target, Body | Wire | Whole | Paper)
            and target not in self._interaction.selection
        ):
            self._interaction.select(Selection.only(target))
        menu = self._menu
        menu.clear()
        if target is None:
            self._offer_on_nothing(menu, self.mapToScene(event.pos()))
        else:
            self._offer_for(menu, target)
        menu.popup(event.globalPos())

    def _offer_on_nothing(self, menu: QMenu, at: QPointF) -> None:
        menu.addAction("Add a layer here…\tIns", lambda: self.search_layer(at))
        menu.addAction("Add a note here\tN", lambda: self.notes.add(at))
        menu.addAction("Paste\tCtrl+V", self.paste)
        menu.addSeparator()
        menu.addAction("Select all\tCtrl+A", self.select_all)
        menu.addAction("Tidy up\tCtrl+L", self.tidy_up)
        menu.addAction("Fit\tF", self.fit)

    def _offer_for(self, menu: QMenu, target: Target) -> None:
        """What mends it, what it is, where it goes, what it belongs to, what surgery can do."""
        if isinstance(target, Body):
            offer_fixes(menu, self._workbench, target.node)
            menu.addSeparator()
        if isinstance(target, Paper):
            menu.addAction("Edit\tF2", self.rename_selected)
        if isinstance(target, Body | Whole):
            menu.addAction("Rename\tF2", self.rename_selected)
            does = label_for(self._workbench.graph, self._workbench.selection)
            menu.addAction(f"{does}\tCtrl+B", self.bypass_selection)
            menu.addSeparator()
        if isinstance(target, Body | Whole | Paper):
            menu.addAction("Cut\tCtrl+X", self.cut_selection)
            menu.addAction("Copy\tCtrl+C", self.copy_selection)
            menu.addAction("Duplicate\tCtrl+D", self.duplicate_selection)
        if isinstance(target, Body | Wire | Whole | Paper):
            menu.addAction("Delete\tDel", self.delete_selection)
        if isinstance(target, Body | Whole):
            menu.addSeparator()
            self.groups.fill_menu(menu)
        if isinstance(target, Body):
            menu.addSeparator()
            offer_surgery(menu, self._workbench, target.node)

    def _at_the_card(self, event: QContextMenuEvent) -> QContextMenuEvent:
        """The Menu key opens the menu where the card is that was selected last."""
        node = self._workbench.selection[-1]
        item = self._scene.card_for(node)
        self._bring_into_view(item.mapRectToScene(item.boundingRect()))
        at = self.node_rect(node).center()
        return QContextMenuEvent(event.reason(), at, self.viewport().mapToGlobal(at))

    def _show_refusal(self, words: str) -> None:
        within = self.viewport().geometry()
        self._hint.say(words, self._pointer + within.topLeft(), within)

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
        elif is_key(name):
            self.groups.add_block(name, at, edge=wire.edge)
        else:
            layer = commands.new_layer(name, self._facts())
            edge, place = wire.edge, point_of(at)
            self._add(name, lambda project: commands.inserted(project, layer, edge, place))
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.acceptProposedAction()

    def _wire_for(self, name: str, at: QPointF) -> Wire | None:
        """The wire under the pointer, if this layer can go into it."""
        target = self._scene.target_at(self._scene_point(at), self.zoom)
        if is_key(name):
            block = self._workbench.blocks.by_key.get(name)
            ends: tuple[Literal["input", "output"], ...] = ("input", "output")
            takes_input = block is not None and all(single_end(block, end) for end in ends)
        else:
            takes_input = LAYERS[name].arity[1] != 0
        return target if isinstance(target, Wire) and takes_input else None

    # ------------------------------------------------------------------ tool tips

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            target = self._scene.target_at(self.mapToScene(event.pos()), self.zoom)
            problem = self._scene.problem_at(self.mapToScene(event.pos()))
            words = problem or words_about(target, self._workbench.graph, self._workbench.analysis)
            if isinstance(target, Wire) and not problem and self.life is not None:
                flow = self.life.numbers.measured(target.edge.source).values()
                told = [words, *(numbers.sentence() for numbers in flow)]
                if (weight := self.life.weights.measured().get(target.edge)) is not None:
                    told.append(weight.sentence())
                words = "\n".join(told)
            QToolTip.showText(event.globalPos(), words, self.viewport())
            return True
        return super().viewportEvent(event)
