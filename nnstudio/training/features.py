"""What a layer makes of the data: its outputs, or *features*, for examples that stay the same.

A hidden layer describes each example by a few numbers. Drawn as points, they show what the network
tells apart at this place and what it doesn't; most telling is the narrowest hidden layer, the
bottleneck, through which everything the output knows has to pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.prepared_rows import PreparedRows
from nnstudio.engine.dropout import Dropout, SpatialDropout
from nnstudio.engine.layer import Array, Call
from nnstudio.engine.network import Network
from nnstudio.engine.noise import GaussianNoise
from nnstudio.engine.shaping import Flatten, Input, Permute, Reshape
from nnstudio.graph.analysis import Analysis
from nnstudio.graph.compile import taking_part
from nnstudio.graph.model import Graph
from nnstudio.training.evaluation import batch_for

#: At most so many examples, and layers of at most so many features.
MOST_EXAMPLES, MOST_FEATURES = 1000, 8192
#: At most so many examples where there is time.
MOST_IN_TIME = 2000
#: The layers may give about so many numbers for all examples together; fewer examples otherwise,
#: but so many at least.
_NUMBERS, _LEAST_EXAMPLES = 1_500_000, 100
#: And so many numbers are looked at to find a plane.
_FEATURES = 1_000_000
#: Layers whose points are those of the layer before: they put the same numbers in another order, or
#: do something only while training.
_SAME_POINTS = (Flatten, Reshape, Permute, Dropout, SpatialDropout, GaussianNoise)
#: Categories of layers that are not the reason for a bottleneck.
_PASSING = ("regularise", "shape")


# ------------------------------------------------------------ which layers, which examples


def first_input(graph: Graph, analysis: Analysis, data: PreparedData) -> str:
    """The input that takes the data's inputs, of several the first they fit; empty if none does."""
    for node in graph.inputs:
        column = getattr(graph.by_id[node].layer, "column", "")
        if column in ("", "inputs") and analysis.shapes[node] == data.input_shape:
            return node
    return ""


def feature_layers(graph: Graph, analysis: Analysis, entry: str) -> dict[str, int]:
    """The nodes whose features can be shown, in running order, with the number of features.

    These are the nodes that depend on the input ``entry`` and on no other, and that give at most
    :data:`MOST_FEATURES` numbers for each example: of a picture all pixels, of a sequence all
    places together. A bypassed node gives nothing of its own.
    """
    computed = set(taking_part(graph))
    depends: dict[str, set[str]] = {}
    shown: dict[str, bool] = {}
    found = {}
    for node in analysis.order:
        sources = [edge.source for edge in graph.incoming[node]]
        depends[node] = set().union(*(depends[source] for source in sources))
        if isinstance(graph.by_id[node].layer, Input):
            depends[node] = {node}
        shape = analysis.shapes[node]
        shown[node] = False
        if not shape or not 1 <= prod(shape) <= MOST_FEATURES:
            continue
        repeats = isinstance(graph.by_id[node].layer, _SAME_POINTS)
        is_new = node in computed and not (repeats and shown[sources[0]])
        if depends[node] == {entry} and is_new:
            found[node] = prod(shape)
        shown[node] = depends[node] == {entry}
    return found


def bottleneck(graph: Graph, analysis: Analysis, layers: dict[str, int]) -> str:
    """The narrowest hidden node among ``layers``, of equals the last.

    Hidden is what comes after the first weights and before the last ones: neither the data in
    another form nor the scores that an output layer turns into probabilities. Of a network
    without hidden nodes it is the narrowest of all; empty if there are none.
    """
    ends = set(graph.outputs)
    while True:  # back from the outputs to the weights that give them
        bare = [node for node in ends if not _has_weights(graph, analysis, node)]
        before = {edge.source for node in bare for edge in graph.incoming[node]}
        if before <= ends:
            break
        ends |= before
    learned: dict[str, bool] = {}
    hidden = []
    for node in analysis.order:
        sources = [edge.source for edge in graph.incoming[node]]
        learned[node] = _has_weights(graph, analysis, node) or any(learned[s] for s in sources)
        passes = type(graph.by_id[node].layer).category in _PASSING
        if node in layers and learned[node] and node not in ends and not passes:
            hidden.append(node)
    hidden = hidden or list(layers)
    return min(reversed(hidden), key=lambda node: layers[node], default="")


def _has_weights(graph: Graph, analysis: Analysis, node: str) -> bool:
    return bool(analysis.variables[node] or graph.by_id[node].owner)


def chosen_examples(data: PreparedData, most: int, seed: int) -> tuple[Array, bool]:
    """Positions of at most ``most`` examples, and whether they are of the validation part.

    Without a validation part they are of the training part. The same seed always gives the same.
    """
    part = data.parts.validation
    validated = len(part) > 0
    if not validated:
        part = data.parts.train
    if len(part) > most:
        part = np.sort(np.random.default_rng(seed).choice(part, most, replace=False))
    return part, validated


def most_examples(network: Network, features: int = 1) -> int:
    """For how many examples that many features are computed in a moment: fewer for large ones."""
    numbers = sum(prod(step.shape) for step in network.steps)
    most = min(MOST_EXAMPLES, _NUMBERS // max(1, numbers), _FEATURES // max(1, features))
    return max(_LEAST_EXAMPLES, most)


# ------------------------------------------------------------ their features


class Features:
    """The outputs of one step of a network for the same examples, whatever its weights are.

    The examples are prepared once; buffers are kept, so that asking again and again costs no more
    than the forward pass up to that step.
    """

    def __init__(self, network: Network, node: str, rows: PreparedRows, index: Array) -> None:
        """Prepare the examples at ``index`` of ``rows``.

        Raises:
            ValueError: the network has no such node, or the examples don't fit its input.
        """
        nodes = [step.node for step in network.steps]
        self._target = nodes.index(node)
        path = network.ancestors([self._target])
        (self._entry,) = (i for i in path if i in network.data)
        self._path = [i for i in path if i not in network.data]
        self._network = network
        shape = network.steps[self._entry].shape
        self.count = len(index)
        self.size = prod(network.steps[self._target].shape)
        at_once = batch_for(network)
        self._batches: list[Array] = []
        for start in range(0, len(index), at_once):
            part = index[start : start + at_once]
            x: Array = np.empty((*shape, len(part)), np.float32)
            rows.gather(part, x)
            self._batches.append(x)
        sizes = {x.shape[-1] for x in self._batches}
        self._calls = {n: {i: Call(needs_dx=False) for i in self._path} for n in sizes}

    def of(self, flat: Array) -> Array:
        """``(examples, features)`` with these variables, as when predicting (no dropout)."""
        variables = self._network.views(flat)
        found: Array = np.empty((self.count, self.size), np.float32)
        start = 0
        with np.errstate(all="ignore"):  # weights of a run that goes astray
            for x in self._batches:
                y = self._forward(x, variables)
                end = start + x.shape[-1]
                found[start:end] = y.reshape(self.size, -1).T
                start = end
        return found

    def _forward(self, x: Array, variables: Sequence[dict[str, Array]]) -> Array:
        calls = self._calls[x.shape[-1]]
        outputs = {self._entry: x}
        for i in self._path:
            runs = self._network.steps[i].runs
            sources = tuple(outputs[j] for j in runs.inputs)
            outputs[i] = runs.layer.forward(variables[i], sources, calls[i])
        return outputs[self._target]
