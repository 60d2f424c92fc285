"""Which columns of the data an Embedding looks up: their numbers are names, not sizes."""

from __future__ import annotations

from collections.abc import Mapping

from nnstudio.engine.embedding import Embedding
from nnstudio.engine.shaping import Flatten, Input, Permute, Reshape
from nnstudio.graph.model import Graph

#: Layers that hand on the very numbers they get, in another order or shape.
_ONLY_ARRANGE = (Flatten, Reshape, Permute)


def looked_up(graph: Graph) -> Mapping[str, str]:
    """The column that each Embedding looks up, by node; without those that read something else."""
    found = {}
    for node in graph.nodes:
        if isinstance(node.layer, Embedding) and not node.passes:
            column = _column_before(graph, node.id)
            if column:
                found[node.id] = column
    return found


def _column_before(graph: Graph, node: str) -> str:
    """What reaches ``node`` just as the data has it; empty if something is computed on the way."""
    while len(before := graph.incoming[node]) == 1:
        node = graph.giver(before[0].source)
        layer = graph.by_id[node].layer
        if isinstance(layer, Input):
            return layer.source
        if not isinstance(layer, _ONLY_ARRANGE):
            return ""
    return ""
