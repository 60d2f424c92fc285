"""How the network lies on the canvas: nothing here changes what it computes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property


@dataclass(frozen=True)
class Note:
    """Words beside the network; places and sizes in pixels at 100 %."""

    id: str
    text: str
    x: float
    y: float
    width: float = 200.0
    height: float = 80.0


@dataclass(frozen=True)
class Group:
    """Nodes that belong together.

    Attributes:
        id: unlike that of any other group or node.
        nodes: the members' ids; a node is in one group at most.
        collapsed: it is shown as one card.
    """

    id: str
    name: str
    nodes: tuple[str, ...]
    collapsed: bool = False


@dataclass(frozen=True)
class Layout:
    """Where the nodes stand, what is written beside them, and which are shown as one.

    Attributes:
        positions: (node id, x, y), in pixels at 100 %.
    """

    positions: tuple[tuple[str, float, float], ...] = ()
    notes: tuple[Note, ...] = ()
    groups: tuple[Group, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, tuple[float, float]]:
        """Every position by node id."""
        return {node: (x, y) for node, x, y in self.positions}

    def moved(self, places: Mapping[str, tuple[float, float]]) -> Layout:
        """With these nodes at these places; nodes not known yet are added."""
        merged = {**self.by_id, **places}
        positions = tuple((node, float(x), float(y)) for node, (x, y) in merged.items())
        return replace(self, positions=positions)

    def only(self, nodes: Collection[str]) -> Layout:
        """Without the positions of nodes that don't exist any more, nor groups left empty.

        The same object where nothing is gone, which most edits find.
        """
        nodes = frozenset(nodes)
        members = (node for group in self.groups for node in group.nodes)
        if nodes.issuperset(self.by_id) and nodes.issuperset(members):
            return self
        kept = (replace(g, nodes=tuple(n for n in g.nodes if n in nodes)) for g in self.groups)
        return replace(
            self,
            positions=tuple(place for place in self.positions if place[0] in nodes),
            groups=tuple(group for group in kept if group.nodes),
        )
