"""Instruments: what a viewer may ask to see of the inside of one training step.

Whoever wants to look puts a :class:`Recorder` into ``workspace.recorder`` before a step and takes
it out afterwards. While nobody looks, the only cost is a comparison with ``None`` per pass.
Recording watches the very computation that trains; it never changes a bit of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call
from nnstudio.engine.network import Key, Network
from nnstudio.engine.passes import BackwardPass, ForwardPass


@dataclass
class Recorder:
    """Records one forward and backward pass.

    Attributes:
        keep_activations: whether to copy what the steps gave.
        keep_gradients: whether to copy ∂L/∂output.
        measure_gradients: whether to measure how long ∂L/∂variables are.
        activations: by step, copies ``(features…, N)``.
        gradients: by step, copies of ∂L/∂output.
        variable_gradients: by step that learns, copies of ∂L/∂variables, if gradients are kept.
        gradient_lengths: by step that learns, ‖∂L/∂variables‖ over all its variables.
        forward_seconds, backward_seconds: by step, without the time for copying and measuring.
        buffer_bytes: by step, the memory its buffers take for this batch size.
        data: copies of the batch, by input step, if activations are kept.
    """

    keep_activations: bool = True
    keep_gradients: bool = True
    measure_gradients: bool = False
    activations: dict[int, Array] = field(default_factory=dict)
    gradients: dict[int, Array] = field(default_factory=dict)
    variable_gradients: dict[int, Arrays] = field(default_factory=dict)
    gradient_lengths: dict[int, float] = field(default_factory=dict)
    forward_seconds: dict[int, float] = field(default_factory=dict)
    backward_seconds: dict[int, float] = field(default_factory=dict)
    buffer_bytes: dict[int, int] = field(default_factory=dict)
    data: dict[int, Array] = field(default_factory=dict)

    def forward(
        self, passes: Iterable[ForwardPass], given: Iterable[tuple[int, Array]]
    ) -> list[ForwardPass]:
        """The same passes on the arrays ``given`` by step, watched."""
        if self.keep_activations:
            self.data = {step: x.copy() for step, x in given}
        return [one._replace(forward=self._watched_forward(one)) for one in passes]

    def backward(self, passes: Iterable[BackwardPass]) -> list[BackwardPass]:
        """The same passes, watched."""
        return [one._replace(backward=self._watched_backward(one)) for one in passes]

    def _watched_forward(self, one: ForwardPass) -> Any:
        def watched(v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
            began = perf_counter()
            y = one.forward(v, xs, call)
            self.forward_seconds[one.step] = perf_counter() - began
            self.buffer_bytes[one.step] = call.buffer_bytes
            if self.keep_activations:
                self.activations[one.step] = y.copy()
            return y

        return watched

    def _watched_backward(self, one: BackwardPass) -> Any:
        def watched(v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
            if self.keep_gradients:
                self.gradients[one.step] = dy.copy()
            began = perf_counter()
            dxs = one.backward(v, grad, dy, call)
            self.backward_seconds[one.step] = perf_counter() - began
            self.buffer_bytes[one.step] = call.buffer_bytes
            if self.keep_gradients and grad:
                self.variable_gradients[one.step] = {n: g.copy() for n, g in grad.items()}
            if self.measure_gradients and grad:
                squares = [float(np.vdot(g, g)) for g in grad.values()]
                self.gradient_lengths[one.step] = sum(squares) ** 0.5
            return dxs

        return watched


def fill_in(network: Network, flat: Array, xs: Sequence[Array], known: dict[int, Array]) -> None:
    """Compute the activations of the steps that didn't run, because a quicker form replaced them.

    Args:
        xs: the batch, ``(features…, N)`` for each input.
        known: activations by step; those of the other steps are added, computed as when predicting.
    """
    known.update(zip(network.input_steps, xs, strict=True))
    variables = network.views(flat)
    for i, step in enumerate(network.steps):
        if i not in known:
            inputs = tuple(known[j] for j in step.inputs)
            known[i] = step.layer.forward(variables[i], inputs, Call(flat.dtype)).copy()


def update_ratios(network: Network, before: Array, after: Array) -> Mapping[Key, float]:
    """For each trainable variable ‖new − old‖ / ‖old‖: about 0.001 is healthy for most networks.

    Args:
        before, after: flat vectors around one update. A variable that was all 0 has no ratio: NaN.
    """
    ratios: dict[Key, float] = {}
    for place in network.places:
        if place.start < network.trainable_size:
            old = before[place.part].astype(np.float64)
            change = float(np.linalg.norm(after[place.part] - old))
            length = float(np.linalg.norm(old))
            ratios[place.key] = change / length if length else float("nan")
    return ratios
