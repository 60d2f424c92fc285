"""Small graphs to test on."""

from __future__ import annotations

from nnstudio.engine.layer import Layer
from nnstudio.graph.edits import add_node, connect, fresh_id
from nnstudio.graph.model import Graph, Node


def chain(*layers: Layer) -> Graph:
    """The layers one after the other, under the ids that a new node gets."""
    graph, before = Graph(), ""
    for layer in layers:
        id = fresh_id(graph, layer)
        graph = add_node(graph, Node(id, layer))
        if before:
            graph = connect(graph, before, id)
        before = id
    return graph


def unconnected(*layers: Layer) -> Graph:
    """The layers side by side."""
    graph = Graph()
    for layer in layers:
        graph = add_node(graph, Node(fresh_id(graph, layer), layer))
    return graph
