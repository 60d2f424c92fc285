"""What follows from a drawing: running order, shapes, parameter counts, and what is wrong with it.

Problems are values, never exceptions: the window shows each at its node while the user goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from graphlib import TopologicalSorter
from math import prod
from typing import Any, Literal

from nnstudio.engine.layer import Layer, Shape, ShapeError, Variable
from nnstudio.graph.model import Graph, Node
from nnstudio.messages import sentence


@dataclass(frozen=True)
class Problem:
    """Something that keeps a network from running, or that its user should know.

    Attributes:
        node: the node it belongs to; empty for the whole network.
        severity: an ``error`` keeps the network from running, a ``warning`` doesn't.
        code: a key of :data:`nnstudio.messages.SENTENCES`.
        values: what the sentence is filled with.
    """

    node: str
    severity: Literal["error", "warning"]
    code: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return sentence(self.code, **self.values)


@dataclass(frozen=True)
class Analysis:
    """What is known of a graph.

    Attributes:
        order: all nodes, each after those it takes from.
        shapes: each node's output for one example, ``None`` where it can't be known.
        variables: the variables each node brings: none for a bypassed one, nor for one that shares
            another's, but that the first of those stands for an owner that is bypassed.
        problems: errors first found first, in running order.
    """

    order: tuple[str, ...]
    shapes: Mapping[str, Shape | None]
    variables: Mapping[str, tuple[Variable, ...]]
    problems: tuple[Problem, ...]

    def parameters(self, node: str) -> int:
        """How many trainable numbers ``node`` has of its own, frozen or not."""
        return _trainable(self.variables[node])

    @cached_property
    def total_parameters(self) -> int:
        return sum(self.parameters(node) for node in self.order)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity == "error")


@lru_cache(maxsize=4096)
def _trainable(variables: tuple[Variable, ...]) -> int:
    return sum(prod(v.shape) for v in variables if v.trainable)


@lru_cache(maxsize=32)
def analyse(graph: Graph) -> Analysis:
    """Infer order, shapes, variables and problems of ``graph``."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for node in graph.nodes:
        sorter.add(node.id, *(edge.source for edge in graph.incoming[node.id]))
    order = tuple(sorter.static_order())
    shapes: dict[str, Shape | None] = {}
    variables: dict[str, tuple[Variable, ...]] = {}
    problems: list[Problem] = []
    if not graph.nodes:
        problems.append(Problem("", "error", "empty_graph"))
    elif not graph.inputs:
        problems.append(Problem("", "error", "no_input_node"))
    for id in order:
        node = graph.by_id[id]
        shapes[id], variables[id], problem = _infer(graph, node, shapes)
        if problem:
            problems.append(problem)
    problems += _sharing_problems(graph, shapes, variables)
    for node in graph.nodes:
        if node.owner and leader(graph, node.owner) != node.id:
            variables[node.id] = ()
    return Analysis(order, shapes, variables, tuple(problems))


def _infer(
    graph: Graph, node: Node, shapes: Mapping[str, Shape | None]
) -> tuple[Shape | None, tuple[Variable, ...], Problem | None]:
    """One node's output shape and variables, or what is wrong."""
    incoming = graph.incoming[node.id]
    fewest, most = node.layer.arity
    if node.passes:
        fewest, most = 1, None
    if len(incoming) < fewest:
        code = "too_few_inputs" if incoming else "not_connected"
        values = {"layer": node.title, "expected": fewest, "got": len(incoming)}
        return None, (), Problem(node.id, "error", code, values)
    if most is not None and len(incoming) > most:  # no edit draws this, but a file may hold it
        values = {"layer": node.title, "expected": most, "got": len(incoming)}
        return None, (), Problem(node.id, "error", "too_many_inputs", values)
    given = [shapes[edge.source] for edge in incoming]
    if node.passes:
        return given[0], (), None
    known = [shape for shape in given if shape is not None]
    if len(known) < len(given):
        return None, (), None  # the cause is reported further up
    found = _applied(node.layer, tuple(known))
    if isinstance(found, ShapeError):
        return None, (), Problem(node.id, "error", found.code, found.values)
    return *found, None


@lru_cache(maxsize=16_384)
def _applied(
    layer: Layer, shapes: tuple[Shape, ...]
) -> tuple[Shape, tuple[Variable, ...]] | ShapeError:
    """Output shape and variables of ``layer`` on inputs of ``shapes``, or why it can't take them.

    With each edit nearly all nodes are as they were, so they are looked up here and not asked.
    """
    try:
        return layer.output_shape(*shapes), layer.variables(*shapes)
    except ShapeError as error:
        return error


def _sharing_problems(
    graph: Graph,
    shapes: Mapping[str, Shape | None],
    variables: Mapping[str, tuple[Variable, ...]],
) -> list[Problem]:
    """Nodes that share weights which don't exist or don't fit."""
    problems = []
    for node in graph.nodes:
        if not node.owner:
            continue
        owner = graph.by_id.get(node.owner)
        if owner is None or owner.owner:
            values = {"layer": node.title, "owner": node.owner}
            problems.append(Problem(node.id, "error", "owner_missing", values))
            continue
        if node.passes:
            continue
        owner = graph.by_id[leader(graph, owner.id)]
        if shapes[node.id] is None or shapes[owner.id] is None:
            continue  # something else is wrong with one of them, and is reported there
        if _places(variables[node.id]) != _places(variables[owner.id]):
            values = {"layer": node.title, "owner": owner.title}
            problems.append(Problem(node.id, "error", "owner_shapes", values))
    return problems


def leader(graph: Graph, owner: str) -> str:
    """The node that decides how shared weights look: their owner, or the first that still runs."""
    if owner in graph.by_id and graph.by_id[owner].passes:
        others = (node.id for node in graph.nodes if node.owner == owner and not node.passes)
        return next(others, owner)
    return owner


def _places(variables: tuple[Variable, ...]) -> set[tuple[str, Shape, bool]]:
    """What has to agree where weights are shared; how they start is the owner's affair."""
    return {(v.name, v.shape, v.trainable) for v in variables}
