"""The drawing itself: nodes and the wires between them, as values that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nnstudio.engine.layer import Layer


@dataclass(frozen=True)
class Node:
    """One box on the canvas.

    Attributes:
        id: stable for the node's life; weights are kept under it.
        layer: what it computes.
        name: what the user called it; empty for the layer's own name.
        owner: the id of the node whose weights it shares; empty for its own.
        frozen: its weights don't learn.
        frozen_units: the units (or filters) whose weights and biases don't learn, in order.
        bypassed: it hands on what it gets, as if it weren't there.
    """

    id: str
    layer: Layer
    name: str = ""
    owner: str = ""
    frozen: bool = False
    frozen_units: tuple[int, ...] = ()
    bypassed: bool = False

    @property
    def title(self) -> str:
        """The name to show."""
        return self.name or type(self.layer).__name__

    @property
    def passes(self) -> bool:
        """Whether it only hands on what it gets; an input has nothing that it could hand on."""
        return self.bypassed and self.layer.arity != (0, 0)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Layers have many settings; what is derived from a node is looked up by it at each edit.
        fields = (self.id, self.layer, self.name, self.owner)
        return hash((*fields, self.frozen, self.frozen_units, self.bypassed))


@dataclass(frozen=True, order=True)
class Edge:
    """A wire from the output of ``source`` to input number ``slot`` of ``target``."""

    source: str
    target: str
    slot: int = 0


@dataclass(frozen=True)
class Graph:
    """Nodes in the order they were added, and wires."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.nodes, self.edges))

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """Every node by its id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        """The wires into each node, by slot."""
        wires: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            wires[edge.target].append(edge)
        return {node: tuple(sorted(es, key=lambda e: e.slot)) for node, es in wires.items()}

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Edge, ...]]:
        """The wires out of each node."""
        wires: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            wires[edge.source].append(edge)
        return {node: tuple(es) for node, es in wires.items()}

    def giver(self, node: str) -> str:
        """The node whose output leaves ``node``: itself, or the one before a bypassed one.

        A bypassed merge hands on its first input; one with no input is its own giver.
        """
        while self.by_id[node].passes and self.incoming[node]:
            node = self.incoming[node][0].source
        return node

    @property
    def outputs(self) -> tuple[str, ...]:
        """The nodes without a follower."""
        return tuple(node.id for node in self.nodes if not self.outgoing[node.id])

    @property
    def inputs(self) -> tuple[str, ...]:
        """The nodes that take the data."""
        return tuple(node.id for node in self.nodes if node.layer.arity == (0, 0))
