"""One network in our engine and in PyTorch, from the same values and on the same data.

What has to agree, each array by itself, with the tolerances of :mod:`peer`:

* predictions, and the loss of a training batch;
* its derivative by every variable and by the data;
* in float32 the variables after one step of an optimizer;
* in float64 how far twenty steps have moved them. Variables that don't learn are compared as well:
  running statistics move too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from peer import TOLERANCES, assert_close, distance
from torch_network import TorchNetwork

from nnstudio.engine.layer import Array
from nnstudio.engine.losses import Loss
from nnstudio.engine.network import Key, Network
from nnstudio.engine.optimizers import Optimizer
from nnstudio.engine.update import Update
from nnstudio.engine.workspace import Workspace

#: Training steps in float64.
STEPS = 20
#: To this length gradients are clipped, so that twenty steps don't lead a network to infinity.
CLIP_NORM = 1.0


@dataclass(frozen=True)
class SideBySide:
    """A network with losses by node, first values and a batch.

    Attributes:
        weights: how much each example counts; ``None`` if all count alike.
    """

    network: Network
    losses: Mapping[str, Loss]
    flat: Array
    xs: Sequence[Array]
    targets: Sequence[Array]
    weights: Array | None = None

    def narrowed(self) -> SideBySide:
        """The same in float32."""
        return SideBySide(
            self.network,
            self.losses,
            self.flat.astype(np.float32),
            [x.astype(np.float32) for x in self.xs],
            [y.astype(np.float32) for y in self.targets],
            None if self.weights is None else self.weights.astype(np.float32),
        )

    def theirs(self) -> TorchNetwork:
        """PyTorch's network, at the first values."""
        return TorchNetwork(self.network, self.losses, self.flat, self.weights)

    # ---------------------------------------------------------------- comparisons

    def compare_predictions(self) -> None:
        ours = Workspace(self.network, self.flat.copy()).predict(self.xs)
        theirs = self.theirs().predict(self.xs)
        for head, a, b in zip(self.network.heads, ours, theirs, strict=True):
            assert_close(a, b, f"prediction of {self.network.steps[head.step].node}")

    def compare_gradients(self) -> None:
        workspace = Workspace(self.network, self.flat.copy(), input_gradients=True)
        loss = workspace.loss(self.xs, self.targets, training=True, weights=self.weights)
        by_input = workspace.backward(self.targets)
        dtype = self.flat.dtype
        their_loss, by_variable, theirs = self.theirs().gradients(self.xs, self.targets)
        assert_close(np.array(loss, dtype), np.array(their_loss, dtype), "loss")
        ours = self._by_key(workspace)
        assert ours.keys() == by_variable.keys()
        for key, gradient in ours.items():
            assert_close(gradient, by_variable[key], f"∂L/∂{'.'.join(key)}")
        for step, x, gradient in zip(self.network.input_steps, self.xs, theirs, strict=True):
            assert_close(by_input.get(step, np.zeros_like(x)), gradient, "∂L/∂x")

    def compare_one_step(self, optimizer: Optimizer, rate: float) -> None:
        # All in one, because a single bias may be on its way through 0.
        ours, theirs = (
            np.concatenate([array.ravel() for array in arrays.values()])
            for arrays in self._trained(optimizer, rate, 1)
        )
        assert_close(ours, theirs, "after a step")

    def compare_training(self, optimizer: Optimizer, rate: float, steps: int = STEPS) -> None:
        ours, theirs = self._trained(optimizer, rate, steps)
        for key, first in self.network.arrays(self.flat).items():
            moved, their_moved = ours[key] - first, theirs[key] - first
            assert_close(moved, their_moved, f"{'.'.join(key)} after {steps} steps")

    def suits_float32(self) -> bool:
        """Whether PyTorch's own gradients are good enough in float32 to compare with.

        They aren't where a number lies so near to a kink (of ReLU, of a maximum) that rounding
        decides on which side, or where large terms cancel. So where all numbers are moved by a
        millionth of themselves, gradients must be nearly what they are here, and float32 must give
        them to a tenth of the tolerance.
        """
        tolerance = TOLERANCES[np.float32]
        here = self._their_gradients()
        for seed in range(2):
            for way in (1e-6, -1e-6):  # a kink that is near lies one way or the other
                rng = np.random.default_rng(seed)
                flat, *xs = (
                    x * (1 + way * rng.standard_normal(x.shape)) for x in (self.flat, *self.xs)
                )
                moved = replace(self, flat=flat, xs=xs)
                there, rounded = moved._their_gradients(), moved.narrowed()._their_gradients()
                for a, b, c in zip(here, there, rounded, strict=True):
                    if (
                        distance(b, a) > tolerance
                        or distance(c.astype(b.dtype), b) > tolerance / 10
                    ):
                        return False
        return True

    def _their_gradients(self) -> list[Array]:
        """By each variable, then by each input."""
        _, by_variable, by_input = self.theirs().gradients(self.xs, self.targets)
        return [*by_variable.values(), *by_input]

    # ---------------------------------------------------------------- our side

    def _by_key(self, workspace: Workspace) -> dict[Key, Array]:
        """Our gradient, variable by variable."""
        return {
            place.key: workspace.gradient[place.part].reshape(place.variable.shape)
            for place in self.network.places
            if place.start < self.network.trainable_size
        }

    def _trained(
        self, optimizer: Optimizer, rate: float, steps: int
    ) -> tuple[dict[Key, Array], dict[Key, Array]]:
        """The variables after so many steps on the one batch, ours and theirs."""
        flat = self.flat.copy()
        workspace = Workspace(self.network, flat)
        update = Update(self.network, optimizer, clip_norm=CLIP_NORM)
        slots = {name: np.zeros_like(workspace.gradient) for name in update.slots()}
        for step in range(1, steps + 1):
            workspace.loss_and_gradient(self.xs, self.targets, weights=self.weights)
            update.apply(flat, workspace.gradient, slots, rate, step)
        theirs = self.theirs()
        theirs.train(self.xs, self.targets, optimizer, rate, steps, CLIP_NORM)
        return self.network.arrays(flat), theirs.arrays()
