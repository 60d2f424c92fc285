"""A workspace runs a network: forward, loss and backward, with buffers of its own.

    forward    each step's layer in order, its output kept
    loss       the heads' losses, each times its weight, added up
    backward   the steps in reverse: ∂L/∂output in, ∂L/∂input out (reverse-mode differentiation)

Where an output goes to several followers, the gradients that come back from them are added.
Threads don't share a workspace: the drawing pad predicts with one while training uses another.

Small networks take microseconds per step, less than Python takes to look things up. What can be
decided once per batch size is therefore decided once, in a plan: which steps run and from which
arrays, which of them have a gradient to give, and where gradients have to be added.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from nnstudio.engine.fast.choice import takes_rows
from nnstudio.engine.fast.tape import Recording, is_tapeable
from nnstudio.engine.instruments import Recorder
from nnstudio.engine.layer import Array, Arrays, Call, Layer
from nnstudio.engine.network import Network
from nnstudio.engine.passes import BackwardPass, ForwardPass

#: For how many batch sizes buffers are kept: full batches, the last smaller one, validation, one.
KEPT_BATCH_SIZES = 4


class _Plan:
    """Calls and passes for one batch size."""

    def __init__(self, workspace: Workspace, batch_size: int) -> None:
        network = workspace.network
        learns = network.learns_before
        dtype = workspace.flat.dtype
        self.batch_size = batch_size
        self.calls = [
            Call(dtype, needs_dx=workspace.input_gradients or before) for before in learns
        ]
        self.losses = [Call(dtype) for _ in network.heads]
        self.outputs: list[Array | None] = [None] * len(network.steps)
        self.training: tuple[bool, np.random.Generator | None] = (False, None)
        trained = network.ancestors([head.loss_step for head in network.heads])
        predicted = network.ancestors([head.step for head in network.heads])
        self.to_loss = [self._forward(workspace, i) for i in trained if i not in network.data]
        self.to_heads = [self._forward(workspace, i) for i in predicted if i not in network.data]
        takers = [head.loss_step for head in network.heads]
        takers += [source for i in trained for source in network.steps[i].runs.inputs]
        self.back = [
            self._backward(workspace, i, takers)
            for i in reversed(trained)
            if i not in network.data and (workspace.gradients[i] or self.calls[i].needs_dx)
        ]
        self.with_state = [
            i
            for i in trained
            if type(network.steps[i].layer).update_state is not Layer.update_state
        ]
        self.xs = [self._batch(network, i) for i in network.input_steps]
        self.x = self.xs[0]
        tapeable = not workspace.input_gradients and is_tapeable(network, trained)
        self.recording = Recording(len(network.steps)) if tapeable else None
        self.loss = network.heads[0].loss

    def _batch(self, network: Network, i: int) -> Array:
        """The buffer that is the output of input step ``i``."""
        shape = network.steps[i].shape
        if takes_rows(network, i):
            rows = self.calls[i].buffer("batch", (self.batch_size, *shape))
            return rows.transpose(*range(1, rows.ndim), 0)
        return self.calls[i].buffer("batch", (*shape, self.batch_size))

    def targets(self, network: Network) -> list[Array]:
        """The buffer of each head's targets."""
        heads = zip(network.heads, self.losses, strict=True)
        shapes = [
            (head.loss.target_shape(network.steps[head.step].shape), call) for head, call in heads
        ]
        return [call.buffer("target", (*shape, self.batch_size)) for shape, call in shapes]

    def _forward(self, workspace: Workspace, i: int) -> ForwardPass:
        runs = workspace.network.steps[i].runs
        return ForwardPass(
            i, runs.layer.forward, workspace.variables[i], runs.inputs, self.calls[i]
        )

    def _backward(self, workspace: Workspace, i: int, takers: Sequence[int]) -> BackwardPass:
        runs = workspace.network.steps[i].runs
        return BackwardPass(
            i,
            runs.layer.backward,
            workspace.variables[i],
            workspace.gradients[i],
            workspace.added_later.get(i),
            runs.inputs,
            all(takers.count(source) == 1 for source in runs.inputs),
            self.calls[i],
        )

    def set_training(
        self, network: Network, training: bool, rng: np.random.Generator | None
    ) -> None:
        """Tell every call whether this is training, and where random masks come from."""
        if self.training == (training, rng):
            return
        self.training = (training, rng)
        for step, call in zip(network.steps, self.calls, strict=True):
            call.training = training and not step.frozen
            call.rng = rng


class Workspace:
    """Buffers for one network and one flat vector of variables.

    Attributes:
        network: what is run.
        flat: all variables, ``[trainable | state]``; whoever owns the workspace may write to it.
        gradient: ∂L/∂trainable after :meth:`backward`.
        variables, gradients: for each step views into these by name.
        added_later: for steps whose variables a later step uses too, whose gradients are theirs.
        input_gradients: whether backward goes on to the data.
        head_losses: what each head's own loss was in the last :meth:`loss`, without its weight.
        recorder: whoever wants to see the inside of the next passes; usually nobody.
    """

    def __init__(self, network: Network, flat: Array, *, input_gradients: bool = False) -> None:
        if flat.shape != (network.size,):
            raise ValueError(f"expected {network.size} variables, got {flat.shape}")
        self.network = network
        self.flat = flat
        self.gradient = np.zeros(network.trainable_size, flat.dtype)
        self.input_gradients = input_gradients
        self.variables = network.views(flat)
        self.gradients, self.added_later = self._gradient_views()
        self.head_losses = [0.0] * len(network.heads)
        self.recorder: Recorder | None = None
        self._plans: OrderedDict[int, _Plan] = OrderedDict()
        self._plan: _Plan | None = None
        self._outputs: list[Array | None] = [None] * len(network.steps)

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

    def adopt(self, network: Network) -> None:
        """Run ``network`` from now on: the same one whose layers have other settings.

        What was decided once per batch size is decided anew, tapes among it.

        Raises:
            ValueError: its variables lie elsewhere.
        """
        if network.layout != self.network.layout:
            raise ValueError("another network can't take over these variables")
        self.network = network
        self._plans.clear()
        self._plan = None

    def _plan_for(self, batch_size: int) -> _Plan:
        if self._plan is not None and self._plan.batch_size == batch_size:
            return self._plan
        plan = self._plans.get(batch_size)
        if plan is None:
            plan = self._plans[batch_size] = _Plan(self, batch_size)
            if len(self._plans) > KEPT_BATCH_SIZES:
                self._plans.popitem(last=False)
        else:
            self._plans.move_to_end(batch_size)
        self._plan = plan
        return plan

    def buffers(self, batch_size: int) -> tuple[list[Array], list[Array]]:
        """Arrays for a batch to be gathered into, by input step and by head.

        An input's is (*its shape, N); in memory it has its examples side by side or one after the
        other, whatever the layers that take it are quicker with. A head's is (*target shape, N) as
        its loss wants it.
        """
        plan = self._plan_for(batch_size)
        return plan.xs, plan.targets(self.network)

    # ---------------------------------------------------------------- forward

    def _run(self, passes: Sequence[ForwardPass], xs: Sequence[Array]) -> None:
        outputs = self._outputs
        for i, x in zip(self.network.input_steps, xs, strict=True):
            outputs[i] = x
        if self.recorder is not None:
            given = zip(self.network.input_steps, xs, strict=True)
            passes = self.recorder.forward(passes, given)
        for i, forward, v, sources, call in passes:
            if len(sources) == 1:
                outputs[i] = forward(v, (outputs[sources[0]],), call)  # type: ignore[arg-type]
            else:
                outputs[i] = forward(v, tuple([outputs[j] for j in sources]), call)  # type: ignore[misc]

    def _play(self, plan: _Plan, recording: Recording) -> Array:
        """What the loss looks at, by a forward pass from tape; the first time it is recorded."""
        self._outputs = recording.outputs
        if recording.recorded:
            recording.play_forward()
        else:
            (entry,) = self.network.input_steps
            recording.record_forward(plan.to_loss, [(entry, plan.x)])
        return recording.scores

    def predict(self, xs: Sequence[Array]) -> list[Array]:
        """The outputs for inputs ``(features…, N)``, one array per head.

        They are buffers of this workspace: copy what has to outlive the next call.
        """
        plan = self._plan_for(xs[0].shape[-1])
        plan.set_training(self.network, False, None)
        self._outputs = plan.outputs
        self._run(plan.to_heads, xs)
        return [self.output(head.step) for head in self.network.heads]

    def output(self, step: int) -> Array:
        """What ``step`` gave in the last run.

        Raises:
            ValueError: it did not run: training has no use for it.
        """
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
        weights: Array | None = None,
    ) -> float:
        """The mean loss of a batch, each head's times its weight, summed over the heads.

        The scores it is computed from are ``output(head.loss_step)`` afterwards.

        Args:
            weights: ``(N,)``, how much each example counts; ``None`` if all count alike.
        """
        plan = self._plan_for(xs[0].shape[-1])
        if plan.recording is not None and self.recorder is None and xs[0] is plan.x:
            scores = self._play(plan, plan.recording)
            plan.losses[0].weights = weights
            value = self.head_losses[0] = plan.loss.value(scores, targets[0], plan.losses[0])
            return value
        plan.set_training(self.network, training, rng)
        self._outputs = plan.outputs
        self._run(plan.to_loss, xs)
        total = 0.0
        heads = zip(self.network.heads, targets, plan.losses, strict=True)
        for i, (head, target, call) in enumerate(heads):
            call.weights = weights
            value = head.loss.value(self._outputs[head.loss_step], target, call)  # type: ignore[arg-type]
            self.head_losses[i] = value
            total += head.weight * value
        return total

    # ---------------------------------------------------------------- backward

    def loss_and_gradient(
        self,
        xs: Sequence[Array],
        targets: Sequence[Array],
        rng: np.random.Generator | None = None,
        weights: Array | None = None,
    ) -> float:
        """The loss of a training batch, leaving its derivative in :attr:`gradient`.

        Running statistics are updated as well.
        """
        value = self.loss(xs, targets, training=True, rng=rng, weights=weights)
        self.backward(targets)
        self.update_state([self])
        return value

    def backward(self, targets: Sequence[Array]) -> dict[int, Array]:
        """Fill :attr:`gradient` after :meth:`loss`; returns ∂L/∂x by input step."""
        plan = self._plan_for(targets[0].shape[-1])
        recording = plan.recording
        if recording is not None and self._outputs is recording.outputs:
            recording.play_backward(
                plan.back, plan.loss, recording.scores, targets[0], plan.losses[0]
            )
            return {}
        dys: list[Array | None] = [None] * len(self.network.steps)
        summed: set[int] = set()
        for head, target, call in zip(self.network.heads, targets, plan.losses, strict=True):
            output = self._outputs[head.loss_step]
            dy = head.loss.gradient(output, target, call)  # type: ignore[arg-type]
            if head.weight != 1:
                dy *= head.weight
            self._add(dys, summed, plan, head.loss_step, dy)
        passes: Sequence[BackwardPass] = plan.back
        if self.recorder is not None:
            passes = self.recorder.backward(passes)
        for i, backward, v, grad, later, sources, alone, call in passes:
            dy_i = dys[i]
            if dy_i is None:
                continue
            dxs = backward(v, grad, dy_i, call)
            if later is not None:
                for name, total in later.items():
                    total += grad[name]
            if alone and len(sources) == 1:
                dys[sources[0]] = dxs[0]
            else:
                for j, dx in zip(sources, dxs, strict=False):
                    if dx is not None:
                        self._add(dys, summed, plan, j, dx)
        return {i: dx for i in self.network.input_steps if (dx := dys[i]) is not None}

    def _add(
        self, dys: list[Array | None], summed: set[int], plan: _Plan, i: int, dy: Array
    ) -> None:
        """Add ``dy`` to what came back to step ``i``, never changing another step's array."""
        before = dys[i]
        if before is None:
            dys[i] = dy
        elif i in summed:
            before += dy
        else:
            dys[i] = np.add(before, dy, out=plan.calls[i].buffer("sum of dy", dy.shape))
            summed.add(i)

    def update_state(self, shards: Sequence[Workspace]) -> None:
        """Take the last batch's statistics into the state; ``shards`` had a part of it each."""
        plan = self._plan
        assert plan is not None, "statistics come from a batch that was run"
        for i in plan.with_state:
            statistics = [shard.statistics(i) for shard in shards]
            if all(statistics):
                self.network.steps[i].layer.update_state(self.variables[i], tuple(statistics))

    def statistics(self, step: int) -> Arrays:
        """What ``step`` measured on the last batch, as if frozen: nothing."""
        assert self._plan is not None, "statistics come from a batch that was run"
        return self._plan.calls[step].statistics
