"""Small projects for tests of the window."""

from __future__ import annotations

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Source
from nnstudio.engine.layer import Layer
from nnstudio.graph.edits import add_node, connect, fresh_id
from nnstudio.graph.model import Graph, Node
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings


def chain(*layers: Layer) -> Graph:
    """The layers one after the other."""
    graph, before = Graph(), ""
    for layer in layers:
        node = Node(fresh_id(graph, layer), layer)
        graph = add_node(graph, node)
        if before:
            graph = connect(graph, before, node.id)
        before = node.id
    return graph


def project(source: Source, *layers: Layer, **settings: object) -> Project:
    """A project on ``source`` with a chain of layers."""
    return Project(
        graph=chain(*layers), data=DataSettings(source), settings=TrainingSettings(**settings)
    )
