"""Asking which layer shall be added: at a place, behind a node, or at the end of a wire."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, QPoint, QPointF, Signal
from PySide6.QtWidgets import QGraphicsView

from nnstudio.gui.canvas.block_commands import single_end
from nnstudio.gui.canvas.commands import fitting_layers
from nnstudio.gui.canvas.gestures import Port
from nnstudio.gui.canvas.measures import COLUMN, WIDTH
from nnstudio.gui.canvas.quick_search import QuickSearch
from nnstudio.gui.canvas.scene import CanvasScene
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench


class LayerSearch(QObject):
    """Opens the quick search with the layers that fit, and remembers what it was asked for.

    Signals:
        chosen: (class name or key of a block, port, place) what the user wants. The place, in
            scene coordinates, is that of the new card's port if there is a ``port`` to wire it to,
            else of its middle; ``None``: behind the selected node.
    """

    chosen = Signal(str, object, object)

    def __init__(
        self, workbench: Workbench, scene: CanvasScene, theme: Theme, view: QGraphicsView
    ) -> None:
        super().__init__(view)
        self._workbench, self._scene, self._view = workbench, scene, view
        self._port: Port | None = None
        self._at: QPointF | None = None
        self._search = QuickSearch(theme, workbench.blocks, view)
        self._search.chosen.connect(self._choose)
        self._search.given_up.connect(scene.hide_drawn_wire)

    def ask(self, at: QPointF | None) -> None:
        """Search a layer for the place ``at``, or for behind the selected node (or last output)."""
        self._port, self._at = None, at
        graph = self._workbench.graph
        if at is not None or not graph.nodes:
            where = at if at is not None else QPointF()
            self._search.ask(self._place_of(where), None, "Add a layer here")
            return
        port = Port((self._workbench.selection or graph.outputs)[-1], "output")
        place = self._scene.port_place(port) + QPointF(COLUMN - WIDTH, 0)
        title = graph.by_id[port.node].title
        self._search.ask(self._place_of(place), self._fitting(port), f"Add after {title}")

    def ask_for_port(self, port: Port, at: QPointF) -> None:
        """A wire is in hand at ``at``, where nothing is: which layer shall be there?"""
        self._port, self._at = port, at
        start, end = self._scene.port_place(port), at
        if port.kind == "input":
            start, end = end, start
        self._scene.show_drawn_wire(start, end, None, refused=False)
        graph = self._workbench.graph
        way = "after" if port.kind == "output" else "before"
        words = f"Add {way} {graph.by_id[port.node].title}"
        self._search.ask(self._place_of(at), self._fitting(port), words)

    def _fitting(self, port: Port) -> frozenset[str]:
        """The layers and blocks that could be wired to ``port``."""
        kind: Literal["input", "output"] = "input" if port.kind == "output" else "output"
        blocks = self._workbench.blocks.by_key.items()
        fitting = {key for key, block in blocks if single_end(block, kind)}
        return fitting_layers(self._workbench.graph, port) | fitting

    def _place_of(self, at: QPointF) -> QPoint:
        """A place of the scene in the view's coordinates."""
        return self._view.mapFromScene(at) + self._view.viewport().geometry().topLeft()

    def _choose(self, name: str) -> None:
        self._scene.hide_drawn_wire()
        if self._port is None or self._port.node in self._workbench.graph.by_id:
            self.chosen.emit(name, self._port, self._at)
