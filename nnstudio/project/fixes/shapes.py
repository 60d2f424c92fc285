"""Fixes for inputs that a layer can't take: something is put before it, or a setting changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import gcd, isqrt, prod
from typing import Any

from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer, Shape
from nnstudio.engine.shaping import Flatten, Input, Reshape
from nnstudio.graph.analysis import Problem, analyse
from nnstudio.graph.edits import insert, replace_layer
from nnstudio.graph.model import Graph
from nnstudio.messages import shape_text
from nnstudio.project.fixes.fix import Fix
from nnstudio.project.problems import DataFacts
from nnstudio.project.project import Project


def _given(project: Project, node: str) -> list[Shape]:
    """What comes in, by slot."""
    shapes = analyse(project.graph).shapes
    return [shapes[edge.source] or () for edge in project.graph.incoming[node]]


def _before(project: Project, problem: Problem, words: str, *layers: Layer) -> Fix:
    """New nodes on the only wire that leads to the problem."""
    (edge,) = project.graph.incoming[problem.node]
    return Fix(f"Insert {words}", project.with_graph(insert(project.graph, edge, *layers)))


def _set(project: Project, problem: Problem, words: str, **values: Any) -> Fix:
    """Other settings of the layer."""
    layer = replace(project.graph.by_id[problem.node].layer, **values)
    return Fix(words, project.with_graph(replace_layer(project.graph, problem.node, layer)))


def flatten(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """A Flatten before it."""
    return [_before(project, problem, "Flatten", Flatten())]


def make_picture(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """A row as the data's own picture or as a square; a sequence as a picture of one channel."""
    yield from _as_the_data_is(project, problem, facts)
    (shape,) = _given(project, problem.node)
    side = isqrt(prod(shape))
    wanted: list[Shape] = []
    if facts is not None and len(facts.input_shape) == 3:
        wanted.append(facts.input_shape)
    wanted += [(1, *shape)] if len(shape) == 2 else [(1, side, side)]
    yield from _reshaped(project, problem, shape, wanted)


def make_sequence(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """A row as one number at each place; a picture of one channel line by line."""
    yield from _as_the_data_is(project, problem, facts)
    (shape,) = _given(project, problem.node)
    if len(shape) == 1:
        yield from _reshaped(project, problem, shape, [(shape[0], 1)])
    elif shape[:1] == (1,):
        yield from _reshaped(project, problem, shape, [shape[1:]])


def _as_the_data_is(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """Where it takes from an Input that has another shape than its data: that shape."""
    (edge,) = project.graph.incoming[problem.node]
    layer = project.graph.by_id[edge.source].layer
    if facts is not None and isinstance(layer, Input) and layer.source in facts.all_columns:
        shape = facts.all_columns[layer.source].shape or (1,)
        if shape != layer.shape:
            graph = replace_layer(project.graph, edge.source, replace(layer, shape=shape))
            yield Fix(f"Set Input to {shape_text(shape)}", project.with_graph(graph))


def _reshaped(
    project: Project, problem: Problem, shape: Shape, wanted: Sequence[Shape]
) -> Iterator[Fix]:
    for target in wanted:
        if prod(target) == prod(shape):
            words = f"Reshape to {shape_text(target)}"
            yield _before(project, problem, words, Reshape(shape=target))


def pad(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """Zeros around, so that any window fits."""
    return [_set(project, problem, "Set padding to same", padding="same")]


def fewer_groups(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """The most groups, up to those wanted, that divide what comes in and what goes out."""
    wanted, values = int(problem.values["groups"]), problem.values
    common = gcd(int(values["channels"]), int(values["filters"]))
    groups = max(n for n in range(1, wanted + 1) if common % n == 0)
    return [_set(project, problem, f"Set groups to {groups}", groups=groups)]


def fewer_heads(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """The most heads, up to those wanted, among which the features can be divided."""
    wanted, features = int(problem.values["heads"]), int(problem.values["features"])
    heads = max(n for n in range(1, wanted + 1) if features % n == 0)
    return [_set(project, problem, f"Set heads to {heads}", heads=heads)]


def plain_dropout(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """Dropout, which takes anything, in place of SpatialDropout."""
    rate = getattr(project.graph.by_id[problem.node].layer, "rate", Dropout().rate)
    graph = replace_layer(project.graph, problem.node, Dropout(rate=rate))
    return [Fix("Use Dropout", project.with_graph(graph))]


def leave_free(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """Reshape's first size that, left open, makes the others fit; else one row."""
    wanted = project.graph.by_id[problem.node].layer.shape  # type: ignore[attr-defined]
    for i in range(len(wanted)):
        rest = [size if size != -1 else 1 for size in (*wanted[:i], *wanted[i + 1 :])]
        if prod(_given(project, problem.node)[0]) % max(1, prod(rest)) == 0:
            free = (*rest[:i], -1, *rest[i:])
            yield _set(project, problem, f"Set shape to {_shown(free)}", shape=free)
    yield _set(project, problem, "Set shape to −1", shape=(-1,))


def reverse_order(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """Permute's axes the other way round, which is what it is mostly for."""
    (shape,) = _given(project, problem.node)
    order = tuple(range(len(shape), 0, -1))
    return [_set(project, problem, f"Set order to {shape_text(order)}", order=order)]


def _shown(shape: Shape) -> str:
    return shape_text(shape).replace("-", "−")


# ---------------------------------------------------------------- merging


def make_equal(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """Windows that keep the size, where they shrank one branch; else, as in residual networks, a
    projection on each branch that differs: Dense, or Conv2D 1 × 1.
    """
    yield from _padded_branches(project, problem)
    graph, shapes = project.graph, _given(project, problem.node)
    for wanted in _by_frequency(shapes):
        names = set()
        for edge, shape in zip(project.graph.incoming[problem.node], shapes, strict=True):
            if shape != wanted:
                layer = _projection(shape, wanted)
                if layer is None:
                    break
                names.add(type(layer).__name__)
                graph = insert(graph, edge, layer)
        else:
            words = "a 1 × 1 Conv2D" if names == {"Conv2D"} else "Dense"
            yield Fix(f"Insert {words}", project.with_graph(graph))
        graph = project.graph


def _padded_branches(project: Project, problem: Problem) -> Iterator[Fix]:
    """Padding "same" for the windows on the way to the problem that not all its branches share."""
    graph = project.graph
    branches = [_leading_to(graph, edge.source) for edge in graph.incoming[problem.node]]
    shared = set.intersection(*branches)
    shrinking = [
        node
        for node in graph.nodes
        if node.id in set.union(*branches) - shared
        and getattr(node.layer, "padding", None) == "valid"
    ]
    for node in shrinking:
        layer: Any = node.layer
        graph = replace_layer(graph, node.id, replace(layer, padding="same"))
    if shrinking:
        words = shrinking[0].title if len(shrinking) == 1 else f"{len(shrinking)} layers"
        yield Fix(f"Set padding of {words} to same", project.with_graph(graph))


def _leading_to(graph: Graph, node: str) -> set[str]:
    """The node and all that it depends on."""
    found, waiting = {node}, [node]
    while waiting:
        for edge in graph.incoming[waiting.pop()]:
            if edge.source not in found:
                found.add(edge.source)
                waiting.append(edge.source)
    return found


def _by_frequency(shapes: Sequence[Shape]) -> list[Shape]:
    """Every shape once: the one that most have first, of several the smallest."""
    counts = Counter(shapes)
    return sorted(counts, key=lambda shape: (-counts[shape], prod(shape)))


def _projection(shape: Shape, wanted: Shape) -> Layer | None:
    """The smallest layer that makes ``wanted`` of ``shape``; ``None`` if there is none."""
    if len(shape) != len(wanted):
        return None
    if len(shape) in (1, 2) and shape[:-1] == wanted[:-1]:
        return Dense(units=wanted[-1])
    if len(shape) == 3:
        strides = (-(-shape[1] // wanted[1]), -(-shape[2] // wanted[2]))
        return Conv2D(filters=wanted[0], kernel_size=(1, 1), strides=strides)
    return None


def flatten_branches(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """Where one branch is a row already: the others as rows, too."""
    graph, shapes = project.graph, _given(project, problem.node)
    if not any(len(shape) == 1 for shape in shapes):
        return
    for edge, shape in zip(project.graph.incoming[problem.node], shapes, strict=True):
        if len(shape) > 1:
            graph = insert(graph, edge, Flatten())
    yield Fix("Insert Flatten", project.with_graph(graph))
