"""Which wires can be, and what deleting leaves behind: shared by the canvas and the outline."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nnstudio.graph.edits import EditError, ancestors, connect, descendants, free_slot, remove
from nnstudio.graph.model import Edge, Graph


def possible_targets(graph: Graph, source: str) -> tuple[str, ...]:
    """The nodes that could take the output of ``source``: no circle, and an input is free."""
    barred = ancestors(graph, source)
    return tuple(
        node.id
        for node in graph.nodes
        if node.id not in barred and free_slot(graph, node.id) is not None
    )


def possible_sources(graph: Graph, target: str) -> tuple[str, ...]:
    """The nodes whose output ``target`` could take without closing a circle."""
    barred = descendants(graph, target)
    return tuple(node.id for node in graph.nodes if node.id not in barred)


def remove_and_close(graph: Graph, nodes: Iterable[str], edges: Iterable[Edge] = ()) -> Graph:
    """The graph without these nodes and wires; a chain closes over what is taken out of it.

    A removed node with one input and one follower leaves a wire from the one to the other, unless
    they are connected already.

    Raises:
        EditError: one of them isn't there.
    """
    gone, cut = set(nodes), set(edges)
    result = remove(graph, gone, cut)
    for edge in graph.edges:
        if edge.source in gone and edge.target not in gone and edge not in cut:
            source = _source_behind(graph, edge.source, gone, cut)
            if source and not any(e.source == source for e in result.incoming[edge.target]):
                try:
                    result = connect(result, source, edge.target, edge.slot)
                except EditError:
                    continue
    return result


def _source_behind(graph: Graph, node: str, gone: Collection[str], cut: Collection[Edge]) -> str:
    """The first node that stays, back along the chain from ``node``; empty if it isn't a chain."""
    while node in gone:
        before, after = graph.incoming[node], graph.outgoing[node]
        if len(before) != 1 or len(after) != 1 or before[0] in cut:
            return ""
        node = before[0].source
    return node
