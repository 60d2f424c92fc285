"""From the drawing to what runs: :func:`compile_graph`.

Where the output's loss swallows its last layer (cross-entropy with softmax), training leaves that
layer out and uses the form of :mod:`nnstudio.engine.fast.losses`; predicting keeps it. Where an
output is a sequence or a picture, its loss is fitted to that by :mod:`nnstudio.engine.places`.

A bypassed node is no step: what follows it takes what it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from nnstudio.engine.fast.choice import quicken
from nnstudio.engine.fast.losses import fused
from nnstudio.engine.losses import Loss
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.places import fitted
from nnstudio.graph.analysis import analyse, leader
from nnstudio.graph.model import Graph
from nnstudio.messages import StudioError


class CompileError(StudioError):
    """The graph has a problem that keeps it from running; the text says which."""


def compile_graph(
    graph: Graph,
    losses: Mapping[str, Loss],
    weights: Mapping[str, float] = MappingProxyType({}),
    targets: Mapping[str, str] = MappingProxyType({}),
    *,
    quick: bool = True,
) -> Network:
    """The network that computes ``graph``.

    Args:
        losses: the loss at each node without a follower.
        weights: how much each of these counts; 1 where nothing is said.
        targets: the name of what each is compared with; ``targets`` where nothing is said.
        quick: whether to compute the same numbers the quickest way; otherwise each step runs its
            layer as it is written.

    Raises:
        CompileError: the first of the graph's errors.
    """
    analysis = analyse(graph)
    for problem in analysis.errors:
        raise CompileError(problem.code, **problem.values)
    running = taking_part(graph)
    number = {node: i for i, node in enumerate(running)}
    steps = []
    for id in running:
        node = graph.by_id[id]
        shape = analysis.shapes[id]
        assert shape is not None, "a graph without errors has all shapes"
        inputs = tuple(number[graph.giver(edge.source)] for edge in graph.incoming[id])
        owner = node.owner or id
        # Freezing rests weights and statistics; Dropout, which has neither, goes on dropping.
        frozen = graph.by_id[owner].frozen and bool(analysis.variables[leader(graph, owner)])
        units = graph.by_id[owner].frozen_units if node.layer.unit_setting else ()
        steps.append(Step(id, node.layer, inputs, shape, owner, frozen, frozen_units=units))
    heads = [
        replace(
            _head(steps, number[graph.giver(output)], losses[output]),
            node=output if graph.giver(output) != output else "",
            weight=weights.get(output, 1.0),
            target=targets.get(output) or "targets",
        )
        for output in graph.outputs
    ]
    return Network.of(quicken(steps, heads) if quick else steps, heads)


def taking_part(graph: Graph) -> tuple[str, ...]:
    """The nodes that are computed, in running order.

    Neither bypassed ones are, nor those that lead nowhere without them.
    """
    order = analyse(graph).order
    if not any(node.passes for node in graph.nodes):
        return order
    needed = {graph.giver(output) for output in graph.outputs}
    for id in reversed(order):
        if id in needed:
            needed.update(graph.giver(edge.source) for edge in graph.incoming[id])
    return tuple(id for id in order if id in needed)


def _head(steps: list[Step], output: int, loss: Loss) -> Head:
    step = steps[output]
    in_one = fused(loss, step.layer)
    if in_one is not None:
        return Head(output, fitted(in_one, step.shape), step.inputs[0])
    return Head(output, fitted(loss, step.shape), output)
