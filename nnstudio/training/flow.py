"""What flows through a network: the outputs of all its nodes for examples that stay the same.

Training takes quicker ways past some layers (:mod:`nnstudio.engine.fast`). Here every layer
computes its own output, as when predicting, so that each can be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array, Call
from nnstudio.engine.network import Network
from nnstudio.training.feed import column_of_input

#: The layers may give about so many numbers for all examples together.
_NUMBERS = 1_500_000


class Flow:
    """Runs a network on the same examples again and again, in buffers of its own."""

    def __init__(self, network: Network, xs: Sequence[Array]) -> None:
        """``xs``: for each input ``(features…, N)``, prepared."""
        self._network = network
        self._xs = tuple(xs)
        self._calls = [Call(needs_dx=False) for _ in network.steps]
        self.count = self._xs[0].shape[-1]

    def of(self, flat: Array) -> dict[str, Array]:
        """Every node's output ``(features…, N)`` with these variables.

        They are buffers: copy what has to outlive the next call.
        """
        network = self._network
        outputs: dict[int, Array] = dict(zip(network.input_steps, self._xs, strict=True))
        with np.errstate(all="ignore"):  # weights of a run that goes astray
            for i, (step, v) in enumerate(zip(network.steps, network.views(flat), strict=True)):
                if i not in outputs:
                    sources = tuple(outputs[j] for j in step.inputs)
                    outputs[i] = step.layer.forward(v, sources, self._calls[i])
        return {step.node: outputs[i] for i, step in enumerate(network.steps)}


def first_examples(data: PreparedData, count: int) -> Array:
    """Positions of the first validation examples; of training ones if there are none."""
    part = data.parts.validation if len(data.parts.validation) else data.parts.train
    return part[:count]


def flow_of_examples(network: Network, data: PreparedData, most: int) -> Flow:
    """The flow of the first examples: at most ``most``, and fewer through a large network.

    Raises:
        KeyError, ValueError: the data has no such columns, or their examples have other shapes.
    """
    numbers = sum(prod(step.shape) for step in network.steps)
    index = first_examples(data, max(1, min(most, _NUMBERS // max(1, numbers))))
    xs = []
    for step in network.input_steps:
        shape = network.steps[step].shape
        x: Array = np.empty((*shape, len(index)), np.float32)
        data.numbers(column_of_input(network, step), shape)(index, x)
        xs.append(x)
    return Flow(network, xs)
