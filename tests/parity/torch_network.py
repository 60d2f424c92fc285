"""A network of ours as PyTorch computes it, step by step from the same layers.

Only what the layers and losses *are* is taken from our side: neither the rewrites that make a step
quick nor the forms in which losses swallow the last layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch_layers
import torch_losses
import torch_optimizers
from peer import Tensor, batch_first, batch_last, tensor, torch

from nnstudio.engine.layer import Array
from nnstudio.engine.losses import Loss
from nnstudio.engine.network import Key, Network
from nnstudio.engine.optimizers import Optimizer


class TorchNetwork:
    """The same network with the same first values, and weights for the examples if there are any.

    Attributes:
        variables: every variable, under the key it has on our side.
        learned: those that the optimizer changes.
    """

    def __init__(
        self,
        network: Network,
        losses: Mapping[str, Loss],
        flat: Array,
        weights: Array | None = None,
    ) -> None:
        self.network = network
        self.losses = losses
        self.weights = None if weights is None else tensor(weights)
        self.variables = {key: tensor(array) for key, array in network.arrays(flat).items()}
        self.learned: dict[Key, Tensor] = {}
        self._decays: dict[Key, bool] = {}
        for place in network.places:
            if place.start < network.trainable_size:
                variable = self.variables[place.key].requires_grad_()
                self.learned[place.key] = variable
                self._decays[place.key] = place.variable.decay

    def outputs(self, xs: Sequence[Tensor], *, training: bool) -> list[Tensor]:
        """What each step gives."""
        outputs: list[Tensor] = []
        data = iter(xs)
        for step in self.network.steps:
            given = [outputs[i] for i in step.inputs] or [next(data)]
            v = {name: x for (owner, name), x in self.variables.items() if owner == step.owner}
            learning = training and not step.frozen
            outputs.append(torch_layers.apply(step.layer, v, given, learning))
        return outputs

    def predict(self, xs: Sequence[Array]) -> list[Array]:
        """The heads' outputs ``(features…, N)``."""
        outputs = self.outputs([batch_first(x) for x in xs], training=False)
        return [batch_last(outputs[head.step]) for head in self.network.heads]

    def gradients(
        self, xs: Sequence[Array], targets: Sequence[Array]
    ) -> tuple[float, dict[Key, Array], list[Array]]:
        """The loss of a training batch, and its derivative by each variable and each input."""
        inputs = [batch_first(x).requires_grad_() for x in xs]
        loss = self._loss(inputs, targets)
        self._backward(loss)
        by_variable = {key: x.grad.numpy().copy() for key, x in self.learned.items()}
        return loss.item(), by_variable, [batch_last(x.grad) for x in inputs]

    def train(
        self,
        xs: Sequence[Array],
        targets: Sequence[Array],
        optimizer: Optimizer,
        rate: float,
        steps: int,
        clip_norm: float,
    ) -> None:
        """Make so many steps on the same batch."""
        decayed = [x for key, x in self.learned.items() if self._decays[key]]
        other = [x for key, x in self.learned.items() if not self._decays[key]]
        theirs = torch_optimizers.counterpart(optimizer, decayed, other, rate)
        inputs = [batch_first(x) for x in xs]
        for _ in range(steps):
            self._backward(self._loss(inputs, targets))
            torch.nn.utils.clip_grad_norm_(self.learned.values(), clip_norm)
            theirs.step()

    def arrays(self) -> dict[Key, Array]:
        """The variables' values."""
        return {key: np.array(x.detach().numpy()) for key, x in self.variables.items()}

    def _loss(self, inputs: Sequence[Tensor], targets: Sequence[Array]) -> Tensor:
        outputs = self.outputs(inputs, training=True)
        total = torch.zeros((), dtype=inputs[0].dtype)
        for head, target in zip(self.network.heads, targets, strict=True):
            step = self.network.steps[head.step]
            loss = self.losses[step.node]
            of = step.inputs[0] if torch_losses.takes_scores(loss, step.layer) else head.step
            own = torch_losses.mean(loss, outputs[of], batch_first(target), self.weights)
            total = total + head.weight * own
        return total

    def _backward(self, loss: Tensor) -> None:
        """Where nothing flows back to a variable, its gradient is 0."""
        for variable in self.learned.values():
            variable.grad = torch.zeros_like(variable)
        loss.backward()
