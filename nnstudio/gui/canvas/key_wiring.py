"""A wire drawn by keyboard: keys choose where it ends, the canvas shows what would follow."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal

from nnstudio.graph.wiring import possible_targets
from nnstudio.gui.canvas import commands, gestures
from nnstudio.gui.canvas.gestures import Attempt, Body, Port, Wiring
from nnstudio.gui.canvas.interaction import Interaction
from nnstudio.gui.canvas.scene import CanvasScene
from nnstudio.gui.workbench import Workbench


class KeyWiring(QObject):
    """The wire in hand, if there is one.

    Signals:
        aimed: (node, refusal, place) the wire would end at this node, or why it can't, and where
            that is in scene coordinates; an empty node once there is no wire in hand any more.
    """

    aimed = Signal(str, str, QPointF)

    def __init__(
        self, workbench: Workbench, scene: CanvasScene, interaction: Interaction, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._workbench, self._scene, self._interaction = workbench, scene, interaction
        self._wiring: Wiring | None = None
        self._others: tuple[str, ...] = ()
        self._at = 0
        workbench.project_changed.connect(lambda *_: self.give_up())

    @property
    def is_busy(self) -> bool:
        """Whether a wire is in hand."""
        return self._wiring is not None

    def begin(self, source: str) -> bool:
        """Take a wire out of ``source``, and aim at the first card behind it that takes it."""
        self.give_up()
        graph, order = self._workbench.graph, self._workbench.analysis.order
        self._others = tuple(node for node in order if node != source)
        if not self._others:
            return False
        self._wiring = Wiring(Port(source, "output"), (0.0, 0.0))
        self._scene.light_ports(gestures.open_ports(graph, self._wiring))
        taking = set(possible_targets(graph, source))
        behind = [n for n in self._others if n in taking and order.index(n) > order.index(source)]
        first = next(iter([*behind, *(n for n in self._others if n in taking)]), self._others[0])
        self._at = self._others.index(first)
        self._aim()
        return True

    def step(self, by: int) -> None:
        """Aim at the next card, round and round."""
        self._at = (self._at + by) % len(self._others)
        self._aim()

    def _aim(self) -> None:
        assert self._wiring is not None
        node, origin = self._others[self._at], self._wiring.origin
        attempt = gestures.attempt(self._workbench.graph, self._wiring, Body(node))
        self._wiring = gestures.with_attempt(self._wiring, attempt)
        port = attempt.port or Port(node, "input")
        end = self._end(port, attempt)
        start = self._scene.port_place(origin)
        self._scene.show_drawn_wire(start, end, port, refused=bool(attempt.refusal))
        self.aimed.emit(node, attempt.refusal, end)

    def _end(self, port: Port, attempt: Attempt) -> QPointF:
        """Where the wire ends: at the port, or at the left of a card without one."""
        if attempt.edge is None and self._workbench.graph.by_id[port.node].layer.arity[1] == 0:
            card = self._scene.card_for(port.node)
            return card.mapToScene(QPointF(0, card.card().height() / 2))
        return self._scene.port_place(port)

    def connect_here(self) -> bool:
        """Let the wire end where it is aimed at; False if it can't, and it stays in hand."""
        if self._wiring is None or (edge := self._wiring.attempt.edge) is None:
            return False
        self.give_up()
        return self._interaction.apply("Connect", lambda p: commands.connected(p, edge))

    def give_up(self) -> bool:
        """Let the wire go, as if it had never been taken; False if there was none."""
        if self._wiring is None:
            return False
        self._wiring = None
        self._scene.hide_drawn_wire()
        self.aimed.emit("", "", QPointF())
        return True
