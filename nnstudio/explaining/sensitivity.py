"""Sensitivity: how a score would change with every number that it was computed from.

Training asks how the loss changes with the weights. Here the same two passes, forward and backward,
ask how one score changes with the activations, down to the input:

    ∂s/∂x = ∂s/∂y · ∂y/∂x        layer by layer, from the score back

The layers run as when predicting (Dropout passes everything, BatchNorm uses its running statistics)
and as they are written: the quick ways past some of them that training takes would leave out the
activations in between. Weights stay as they are, and nobody asks for their gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnstudio.engine.layer import Array, Call
from nnstudio.engine.network import Network
from nnstudio.explaining.score import Score

#: So many variants of an example go through the network together.
AT_A_TIME = 16


class Interrupted(Exception):
    """Nobody waits for the answer any more."""


class Passes:
    """One pass forward to a score and one back, with what the layers keep in between."""

    def __init__(self, network: Network, flat: Array) -> None:
        self._network = network
        self._variables = network.views(flat)
        self._calls = [Call(flat.dtype) for _ in network.steps]
        self._ran: list[int] = []

    def forward(self, given: Mapping[int, Array], score: Score) -> dict[int, Array]:
        """What each step gives on the way to ``score``.

        Args:
            given: outputs ``(features…, N)`` that are known: those of the inputs, and of any step
                that is to be taken as if it were one.
        """
        steps = self._network.steps
        needed = {score.step}
        for i in range(score.step, -1, -1):
            if i in needed and i not in given:
                needed.update(steps[i].inputs)
        outputs = {i: given[i] for i in needed if i in given}
        self._ran = sorted(needed - given.keys())
        with np.errstate(all="ignore"):  # weights of a run that goes astray
            for i in self._ran:
                xs = tuple(outputs[j] for j in steps[i].inputs)
                outputs[i] = steps[i].layer.forward(self._variables[i], xs, self._calls[i])
        return outputs

    def backward(self, outputs: Mapping[int, Array], score: Score) -> dict[int, Array]:
        """∂score/∂output of every step on the way, after :meth:`forward` gave ``outputs``.

        What arrives from several followers is added: each of them is a way to the score. A step
        from which no way leads there is missing.
        """
        slopes = {score.step: score.slope(outputs[score.step])}
        with np.errstate(all="ignore"):
            for i in reversed(self._ran):
                if i not in slopes:
                    continue
                step = self._network.steps[i]
                back = step.layer.backward(self._variables[i], {}, slopes[i], self._calls[i])
                for j, dx in zip(step.inputs, back, strict=True):
                    if dx is not None:
                        slopes[j] = slopes[j] + dx if j in slopes else dx
        return slopes


@dataclass(frozen=True, eq=False)
class Explained:
    """A score as a function s(x) of what one step gives for one example.

    Attributes:
        given: the outputs ``(features…, 1)`` of the network's inputs.
        source: the step whose output is x: an input, or an Embedding, before which nothing can be
            changed a little.
        interrupted: asked between pieces of work; :class:`Interrupted` is raised once it says yes.
    """

    network: Network
    flat: Array
    given: Mapping[int, Array]
    source: int
    score: Score
    interrupted: Callable[[], bool] = lambda: False

    @cached_property
    def x(self) -> Array:
        """What the source gives for the example, ``(features…)``."""
        at = Score(self.source, (0,) * len(self.network.steps[self.source].shape))
        x: Array = self._passes.forward(self.given, at)[self.source][..., 0].copy()
        return x

    def values(self, xs: Array) -> Array:
        """s of each of ``xs`` ``(features…, N)``: ``(N,)``."""
        return np.concatenate([self.score.of(out[self.score.step]) for out in self._forward(xs)])

    def gradients(self, xs: Array) -> Array:
        """∂s/∂x at each of ``xs``, in the same shape; 0 where no way leads from x to the score."""
        found: Array = np.zeros_like(xs)
        done = 0
        for outputs in self._forward(xs):
            slope = self._passes.backward(outputs, self.score).get(self.source)
            end = done + outputs[self.score.step].shape[-1]
            if slope is not None:
                found[..., done:end] = slope
            done = end
        return found

    @cached_property
    def _passes(self) -> Passes:
        return Passes(self.network, self.flat)

    def _forward(self, xs: Array) -> Iterator[dict[int, Array]]:
        """The outputs for each piece of ``xs``, until the next piece is asked for."""
        for start in range(0, xs.shape[-1], AT_A_TIME):
            if self.interrupted():
                raise Interrupted
            piece = np.ascontiguousarray(xs[..., start : start + AT_A_TIME])
            count = piece.shape[-1]
            others = {i: np.repeat(x, count, axis=-1) for i, x in self.given.items()}
            yield self._passes.forward({**others, self.source: piece}, self.score)
