"""Fixes for what isn't connected, connected too often, or shares what it can't."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nnstudio.engine.shaping import Input
from nnstudio.graph.analysis import Problem, analyse
from nnstudio.graph.edits import add_node, connect, fresh_id, remove, share
from nnstudio.graph.model import Graph, Node
from nnstudio.graph.wiring import possible_sources, remove_and_close
from nnstudio.project.fixes.fix import Fix
from nnstudio.project.problems import DataFacts
from nnstudio.project.project import Project


def add_input(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """An Input for the data, led to the one layer that waits for it."""
    graph = project.graph
    layer = Input() if facts is None else Input(shape=facts.input_shape or (1,))
    node = Node(fresh_id(graph, layer), layer)
    waiting = [n.id for n in graph.nodes if not graph.incoming[n.id]]
    graph = add_node(graph, node)
    if len(waiting) == 1:
        graph = connect(graph, node.id, waiting[0])
    yield Fix("Add Input", project.with_graph(graph))


def connect_it(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """A wire from the one open end before it; or, of what has one input only, nothing at all."""
    graph, node = project.graph, problem.node
    source = _open_end(graph, node)
    if source:
        wired = connect(graph, source, node)
        yield Fix(f"Connect {graph.by_id[source].title}", project.with_graph(wired))
    if len(graph.incoming[node]) == 1 and len(graph.nodes) > 1:
        closed = remove_and_close(graph, [node])
        yield Fix(f"Take out {graph.by_id[node].title}", project.with_graph(closed))


def _open_end(graph: Graph, node: str) -> str:
    """The one node without a follower that could lead to ``node``; empty if there are more.

    One whose output is known comes before those that wait for an input themselves.
    """
    shapes = analyse(graph).shapes
    taken = {edge.source for edge in graph.incoming[node]}
    ends = [
        source
        for source in possible_sources(graph, node)
        if source not in taken and not graph.outgoing[source]
    ]
    known = [source for source in ends if shapes[source] is not None]
    ends = known or ends
    return ends[0] if len(ends) == 1 else ""


def cut_extra(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """Only the wires that it can take."""
    graph = project.graph
    most = graph.by_id[problem.node].layer.arity[1]
    extra = graph.incoming[problem.node][most:]
    words = "Delete the extra wire" + ("s" if len(extra) > 1 else "")
    return [Fix(words, project.with_graph(remove(graph, edges=extra)))]


def delete_it(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """The network without what it has no use for."""
    title = project.graph.by_id[problem.node].title
    return [Fix(f"Delete {title}", project.with_graph(remove(project.graph, [problem.node])))]


def own_weights(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """Weights of its own."""
    return [Fix("Use its own weights", project.with_graph(share(project.graph, problem.node, "")))]
