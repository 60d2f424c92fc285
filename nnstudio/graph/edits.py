"""Every edit of a graph: a pure function from the old graph to the new one.

An edit that can't be raises :class:`EditError`, whose sentence the user reads at the place of the
gesture. A wire whose shapes don't fit *can* be: it is drawn, and is a
:class:`~nnstudio.graph.analysis.Problem`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from nnstudio.engine.layer import Layer
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.messages import StudioError
from nnstudio.schema import check


class EditError(StudioError):
    """The edit can't be made; the graph stays as it is."""


def fresh_id(graph: Graph, layer: Layer) -> str:
    """An id for a new node that no node has: ``dense``, ``dense-2``, …"""
    stem = type(layer).__name__.lower()
    taken = graph.by_id
    number = 1
    while (candidate := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return candidate


def add_node(graph: Graph, node: Node) -> Graph:
    """The graph with ``node``, not yet connected.

    Raises:
        EditError: the id is taken.
        SettingError: the layer has an illegal setting.
    """
    if node.id in graph.by_id:
        raise EditError("edit_duplicate_id", node=node.id)
    check(node.layer)
    return replace(graph, nodes=(*graph.nodes, node))


def remove(graph: Graph, nodes: Iterable[str] = (), edges: Iterable[Edge] = ()) -> Graph:
    """The graph without these nodes, their wires, and these wires.

    Nodes that shared the weights of a removed node own theirs from now on.

    Raises:
        EditError: one of them isn't there.
    """
    gone, cut = set(nodes), set(edges)
    for node in gone:
        _node(graph, node)
    if not cut <= set(graph.edges):
        raise EditError("edit_no_edge")
    return Graph(
        tuple(
            replace(node, owner="") if node.owner in gone else node
            for node in graph.nodes
            if node.id not in gone
        ),
        tuple(
            edge
            for edge in graph.edges
            if edge not in cut and edge.source not in gone and edge.target not in gone
        ),
    )


def free_slot(graph: Graph, target: str) -> int | None:
    """The first input of ``target`` without a wire; ``None`` if all are taken."""
    most = _node(graph, target).layer.arity[1]
    taken = {edge.slot for edge in graph.incoming[target]}
    slot = next(i for i in range(len(taken) + 1) if i not in taken)
    return slot if most is None or slot < most else None


def connect(graph: Graph, source: str, target: str, slot: int | None = None) -> Graph:
    """The graph with a wire from ``source`` to ``target``.

    Args:
        slot: the input's number, from 0; ``None`` for the first free one.

    Raises:
        EditError: it would close a circle, the input is taken or isn't there.
    """
    _node(graph, source)
    goal = _node(graph, target)
    if source == target:
        raise EditError("edit_self")
    if source in descendants(graph, target):
        raise EditError(
            "edit_cycle", source=graph.by_id[source].title, target=graph.by_id[target].title
        )
    most = goal.layer.arity[1]
    if slot is None:
        slot = free_slot(graph, target)
    if most == 0 or (slot is not None and (slot < 0 or (most is not None and slot >= most))):
        raise EditError("edit_no_slot", target=goal.title, slot=(slot or 0) + 1)
    if slot is None or any(edge.slot == slot for edge in graph.incoming[target]):
        raise EditError("edit_taken", target=goal.title)
    return replace(graph, edges=(*graph.edges, Edge(source, target, slot)))


def insert(graph: Graph, edge: Edge, *layers: Layer) -> Graph:
    """The graph with new nodes on a wire, one after the other.

    Raises:
        EditError: no such wire, or a layer that takes no input.
    """
    graph, source = remove(graph, edges=[edge]), edge.source
    for layer in layers:
        node = Node(fresh_id(graph, layer), layer)
        graph = connect(add_node(graph, node), source, node.id)
        source = node.id
    return connect(graph, source, edge.target, edge.slot)


def replace_layer(graph: Graph, node: str, layer: Layer) -> Graph:
    """The graph with another layer (or other settings) at ``node``.

    Its wires stay, but for those to inputs that the new layer doesn't have.

    Raises:
        EditError: no such node.
        SettingError: the layer has an illegal setting.
    """
    old = _node(graph, node)
    check(layer)
    most = layer.arity[1]
    cut = [] if most is None else [edge for edge in graph.incoming[node] if edge.slot >= most]
    return _with(remove(graph, edges=cut), replace(old, layer=layer))


def rename(graph: Graph, node: str, name: str) -> Graph:
    """The graph with another name on ``node``; empty gives it the layer's name again."""
    return _with(graph, replace(_node(graph, node), name=name.strip()))


def freeze(graph: Graph, node: str, frozen: bool) -> Graph:
    """The graph with the weights of ``node`` learning or not."""
    return _with(graph, replace(_node(graph, node), frozen=frozen))


def freeze_units(graph: Graph, node: str, units: Iterable[int]) -> Graph:
    """The graph with exactly these units of ``node`` not learning.

    Raises:
        EditError: no such node.
    """
    return _with(graph, replace(_node(graph, node), frozen_units=tuple(sorted(set(units)))))


def bypass(graph: Graph, nodes: Iterable[str], on: bool) -> Graph:
    """The graph with these nodes handing on what they get, or taking part again.

    Raises:
        EditError: one of them isn't there, or is an input, which gets nothing.
    """
    for id in nodes:
        node = _node(graph, id)
        if on and node.layer.arity == (0, 0):
            raise EditError("bypass_input", layer=node.title)
        graph = _with(graph, replace(node, bypassed=on))
    return graph


def share(graph: Graph, node: str, owner: str) -> Graph:
    """The graph with ``node`` using the weights of ``owner``; empty gives it its own again.

    Where ``owner`` shares the weights of a third node, that one is the owner. Nodes that shared the
    weights of ``node`` share those of ``owner``.

    Raises:
        EditError: no such node.
    """
    _node(graph, node)
    if owner:
        owner = _node(graph, owner).owner or owner
    if owner == node:
        owner = ""
    moved = {node} if not owner else {node, *(n.id for n in graph.nodes if n.owner == node)}
    nodes = tuple(replace(old, owner=owner) if old.id in moved else old for old in graph.nodes)
    return replace(graph, nodes=nodes)


def descendants(graph: Graph, node: str) -> set[str]:
    """``node`` and every node it leads to."""
    return _reached(node, lambda at: [edge.target for edge in graph.outgoing[at]])


def ancestors(graph: Graph, node: str) -> set[str]:
    """``node`` and every node that leads to it."""
    return _reached(node, lambda at: [edge.source for edge in graph.incoming[at]])


def _reached(start: str, neighbours: Callable[[str], Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(neighbours(current))
    return found


def _node(graph: Graph, node: str) -> Node:
    try:
        return graph.by_id[node]
    except KeyError:
        raise EditError("edit_no_node", node=node) from None


def _with(graph: Graph, node: Node) -> Graph:
    nodes = tuple(node if old.id == node.id else old for old in graph.nodes)
    return replace(graph, nodes=nodes)
