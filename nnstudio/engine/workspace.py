"""A workspace runs a network: forward, loss and backward, with buffers of its own.

    forward    each step's layer in order, its output kept
    loss       the heads' losses, added up
    backward   the steps in reverse: ∂L/∂output in, ∂L/∂input out (reverse-mode differentiation)

Where an output goes to several followers, the gradients that come back from them are added.
Threads don't share a workspace: the drawing pad predicts with one while training uses another.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call
from nnstudio.engine.network import Network

#: For how many batch sizes buffers are kept: full batches, the last smaller one, validation, one.
KEPT_BATCH_SIZES = 4


class Workspace:
    """Buffers for one network and one flat vector of variables.

    Attributes:
        network: what is run.
        flat: all variables, ``[trainable | state]``; whoever owns the workspace may write to it.
        gradient: ∂L/∂trainable after :meth:`backward`.
    """

    def __init__(self, network: Network, flat: Array, *, input_gradients: bool = False) -> None:
        if flat.shape != (network.size,):
            raise ValueError(f"expected {network.size} variables, got {flat.shape}")
        self.network = network
        self.flat = flat
        self.gradient = np.zeros(network.trainable_size, flat.dtype)
        self._input_gradients = input_gradients
        self._variables = network.views(flat)
        self._gradients, self._added_later = self._gradient_views()
        self._trained_steps = network.ancestors([head.loss_step for head in network.heads])
        self._predicted_steps = network.ancestors([head.step for head in network.heads])
        self._calls: OrderedDict[int, list[Call]] = OrderedDict()
        self._outputs: list[Array | None] = [None] * len(network.steps)
        self._losses: list[Call] = []

    def _gradient_views(self) -> tuple[list[Arrays], dict[int, Arrays]]:
        """Where each step writes its gradients, and which of these are added to their owner's.

        Backward overwrites, so of several steps with one owner only the last, which runs first in
        backward, writes into the flat gradient; the others get arrays of their own.
        """
        views: list[Arrays] = list(self.network.views(self.gradient, trainable_only=True))
        later: dict[int, Arrays] = {}
        last = {step.owner: i for i, step in enumerate(self.network.steps)}
        for i, step in enumerate(self.network.steps):
            if last[step.owner] != i and views[i]:
                later[i] = views[i]
                views[i] = {name: np.empty_like(view) for name, view in views[i].items()}
        return views, later

    def _calls_for(self, batch_size: int) -> list[Call]:
        """One call per step, then one per head, for this batch size."""
        calls = self._calls.get(batch_size)
        if calls is None:
            learns = self.network.learns_before
            calls = [
                Call(self.flat.dtype, needs_dx=self._input_gradients or before) for before in learns
            ] + [Call(self.flat.dtype) for _ in self.network.heads]
            self._calls[batch_size] = calls
            if len(self._calls) > KEPT_BATCH_SIZES:
                self._calls.popitem(last=False)
        else:
            self._calls.move_to_end(batch_size)
        return calls

    def buffers(self, batch_size: int, target_size: int) -> tuple[Array, Array]:
        """Arrays (*input shape, N) and (target_size, N) for a batch to be gathered into."""
        first = self.network.input_steps[0]
        call = self._calls_for(batch_size)[first]
        x = call.buffer("batch", (*self.network.steps[first].shape, batch_size))
        return x, call.buffer("target", (target_size, batch_size))

    def _run(
        self,
        steps: Sequence[int],
        xs: Sequence[Array],
        training: bool,
        rng: np.random.Generator | None,
    ) -> list[Call]:
        calls = self._calls_for(xs[0].shape[-1])
        outputs = self._outputs
        data = dict(zip(self.network.input_steps, xs, strict=True))
        for i in steps:
            step, call = self.network.steps[i], calls[i]
            call.training = training and not step.frozen
            call.rng = rng
            inputs = (data[i],) if i in data else tuple([outputs[j] for j in step.inputs])
            outputs[i] = step.layer.forward(self._variables[i], inputs, call)  # type: ignore[arg-type]
        return calls

    def predict(self, xs: Sequence[Array]) -> list[Array]:
        """The outputs for inputs ``(features…, N)``, one array per head.

        They are buffers of this workspace: copy what has to outlive the next call.
        """
        self._run(self._predicted_steps, xs, training=False, rng=None)
        return [self.output(head.step) for head in self.network.heads]

    def output(self, step: int) -> Array:
        """What ``step`` gave in the last run."""
        output = self._outputs[step]
        if output is None:
            raise ValueError(f"step {step} has not been run")
        return output

    def loss(
        self,
        xs: Sequence[Array],
        targets: Sequence[Array],
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> float:
        """The mean loss of a batch, summed over the heads.

        The scores it is computed from are ``output(head.loss_step)`` afterwards.
        """
        calls = self._run(self._trained_steps, xs, training, rng)
        self._losses = calls[len(self.network.steps) :]
        return sum(
            head.loss.value(self.output(head.loss_step), target, call)
            for head, target, call in zip(self.network.heads, targets, self._losses, strict=True)
        )

    def loss_and_gradient(
        self,
        xs: Sequence[Array],
        targets: Sequence[Array],
        rng: np.random.Generator | None = None,
    ) -> float:
        """The loss of a training batch, leaving its derivative in :attr:`gradient`.

        Running statistics are updated as well.
        """
        value = self.loss(xs, targets, training=True, rng=rng)
        self.backward(targets)
        self._update_state()
        return value

    def backward(self, targets: Sequence[Array]) -> dict[int, Array]:
        """Fill :attr:`gradient` after :meth:`loss`; returns ∂L/∂x by input step."""
        steps = self.network.steps
        calls = self._calls_for(targets[0].shape[-1])
        dys: list[Array | None] = [None] * len(steps)
        summed = [False] * len(steps)
        for head, target, call in zip(self.network.heads, targets, self._losses, strict=True):
            dy = head.loss.gradient(self.output(head.loss_step), target, call)
            self._add(dys, summed, calls, head.loss_step, dy)
        for i in reversed(self._trained_steps):
            dy_i, call, layer = dys[i], calls[i], steps[i].layer
            if dy_i is None or not (self._gradients[i] or call.needs_dx):
                continue
            dxs = layer.backward(self._variables[i], self._gradients[i], dy_i, call)
            if i in self._added_later:
                for name, total in self._added_later[i].items():
                    total += self._gradients[i][name]
            for j, dx in zip(steps[i].inputs, dxs, strict=False):
                if dx is not None:
                    self._add(dys, summed, calls, j, dx)
        return {i: dx for i in self.network.input_steps if (dx := dys[i]) is not None}

    def _add(
        self, dys: list[Array | None], summed: list[bool], calls: list[Call], i: int, dy: Array
    ) -> None:
        """Add ``dy`` to what came back to step ``i``, never changing another step's array."""
        before = dys[i]
        if before is None:
            dys[i] = dy
        elif summed[i]:
            before += dy
        else:
            dys[i] = np.add(before, dy, out=calls[i].buffer("sum of dy", dy.shape))
            summed[i] = True

    def _update_state(self) -> None:
        calls = next(reversed(self._calls.values()))
        for i in self._trained_steps:
            if calls[i].statistics:
                step = self.network.steps[i]
                step.layer.update_state(self._variables[i], (calls[i].statistics,))
