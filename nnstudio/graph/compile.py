"""From the drawing to what runs: :func:`compile_graph`.

Where the output's loss swallows its last layer (cross-entropy with softmax), training leaves that
layer out and uses the form of :mod:`nnstudio.engine.fast.losses`; predicting keeps it. Where an
output is a sequence or a picture, its loss is fitted to that by :mod:`nnstudio.engine.places`.
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
from nnstudio.graph.analysis import analyse
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
    number = {node: i for i, node in enumerate(analysis.order)}
    steps = []
    for id in analysis.order:
        node = graph.by_id[id]
        shape = analysis.shapes[id]
        assert shape is not None, "a graph without errors has all shapes"
        inputs = tuple(number[edge.source] for edge in graph.incoming[id])
        owner = node.owner or id
        # Freezing rests weights and statistics; Dropout, which has neither, goes on dropping.
        frozen = graph.by_id[owner].frozen and bool(analysis.variables[owner])
        units = graph.by_id[owner].frozen_units if node.layer.unit_setting else ()
        steps.append(Step(id, node.layer, inputs, shape, owner, frozen, frozen_units=units))
    heads = [
        replace(
            _head(steps, number[output], losses[output]),
            weight=weights.get(output, 1.0),
            target=targets.get(output) or "targets",
        )
        for output in graph.outputs
    ]
    return Network.of(quicken(steps, heads) if quick else steps, heads)


def _head(steps: list[Step], output: int, loss: Loss) -> Head:
    step = steps[output]
    in_one = fused(loss, step.layer)
    if in_one is not None:
        return Head(output, fitted(in_one, step.shape), step.inputs[0])
    return Head(output, fitted(loss, step.shape), output)
