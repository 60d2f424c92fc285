"""PyTorch, eager, as a contender.

Gather with ``index_select`` from the same uint8 array, conversion, forward, ``cross_entropy`` or
``mse_loss``, backward, step. The loss is left in its tensor: nothing is asked of PyTorch that
training doesn't need.
"""

from __future__ import annotations

from math import cos, pi

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from engine.ours import first_weights
from engine.works import (
    LEARNING_RATE,
    SEED,
    Activation,
    Conv,
    Dense,
    Examples,
    Flatten,
    MaxPool,
    Recurrent,
    Work,
)
from nnstudio.engine.randomness import permutation

VERSION = torch.__version__


class LastState(nn.Module):
    """A recurrent layer of which only the last state goes on."""

    def __init__(self, kind: str, features: int, units: int) -> None:
        super().__init__()
        self.cell = getattr(nn, kind)(features, units, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states, _ = self.cell(x)
        return states[:, -1]


def module_for(work: Work, seed: int = SEED) -> nn.Sequential:
    """The network with nnstudio's first weights."""
    made: list[nn.Module] = []
    shapes = work.shapes()
    for shape, spec in zip(shapes, work.layers, strict=False):
        match spec:
            case Dense(units):
                made.append(nn.Linear(shape[0], units))
            case Conv(filters, size, same):
                made.append(nn.Conv2d(shape[0], filters, size, padding=size // 2 if same else 0))
            case MaxPool(size):
                made.append(nn.MaxPool2d(size))
            case Activation(kind):
                made.append(nn.ReLU() if kind == "relu" else nn.Tanh())
            case Flatten():
                made.append(nn.Flatten())
            case Recurrent(kind, units):
                made.append(LastState(kind, shape[-1], units))
    module = nn.Sequential(*made)
    with torch.no_grad():
        for parameter, first in zip(module.parameters(), first_weights(work, seed), strict=True):
            parameter.copy_(torch.from_numpy(first))
    return module


class PyTorch:
    """Trains ``work`` step by step.

    Args:
        fused: one kernel for the whole update, else PyTorch's default.
        channels_last: pictures and weights with the channels innermost, which PyTorch recommends
            for convolutions.
        falling_over: the learning rate falls along a cosine to 0 at so many steps; 0: it stays.
    """

    peer = "PyTorch"

    def __init__(
        self,
        work: Work,
        batch: int,
        threads: int,
        examples: Examples,
        *,
        fused: bool = True,
        channels_last: bool = False,
        learning_rate: float = LEARNING_RATE,
        seed: int = SEED,
        falling_over: int = 0,
    ) -> None:
        torch.set_num_threads(threads)
        name = "Adam" if work.optimizer == "adam" else "SGD"
        self.mode = f"eager, {'fused' if fused else 'default'} {name}"
        if channels_last:
            self.mode += ", channels last"
        self._module = module_for(work, seed)
        if channels_last:
            self._module = self._module.to(memory_format=torch.channels_last)
        optimizer = torch.optim.Adam if name == "Adam" else torch.optim.SGD
        arguments = {"fused": True} if fused else {}
        self._optimizer = optimizer(self._module.parameters(), lr=learning_rate, **arguments)
        self._inputs, self._targets = map(torch.from_numpy, examples.own)
        self._test = examples.test_inputs, examples.test_targets
        self._factor = examples.factor
        self._layout = torch.channels_last if channels_last else torch.contiguous_format
        self._loss = functional.cross_entropy if work.classes else functional.mse_loss
        self._batch, self._seed = batch, seed
        self._rate, self._falling_over, self._step = learning_rate, falling_over, 0
        self._epoch = self._position = 0
        self._order = self._shuffled()

    def _shuffled(self) -> torch.Tensor:
        return torch.from_numpy(permutation(self._seed, self._epoch, len(self._inputs)))

    def _prepared(self, inputs: torch.Tensor) -> torch.Tensor:
        x = inputs.to(torch.float32)
        if self._factor != 1:
            x.mul_(self._factor)
        if x.ndim == 4:
            x = x.contiguous(memory_format=self._layout)
        return x

    def run(self, steps: int) -> None:
        """Make ``steps`` steps."""
        for _ in range(steps):
            if self._position >= len(self._order):
                self._epoch, self._position = self._epoch + 1, 0
                self._order = self._shuffled()
            index = self._order[self._position : self._position + self._batch]
            self._position += self._batch
            x = self._prepared(self._inputs.index_select(0, index))
            loss = self._loss(self._module(x), self._targets.index_select(0, index))
            self._optimizer.zero_grad()
            loss.backward()
            if self._falling_over:
                share = self._step / self._falling_over
                (group,) = self._optimizer.param_groups
                group["lr"] = self._rate * 0.5 * (1 + cos(pi * share))
                self._step += 1
            self._optimizer.step()

    def accuracy(self) -> float:
        """On the test examples."""
        inputs, targets = self._test
        right = 0
        with torch.inference_mode():
            for start in range(0, len(inputs), 512):
                x = self._prepared(torch.from_numpy(np.array(inputs[start : start + 512])))
                answers = self._module(x).argmax(1).numpy()
                right += int((answers == targets[start : start + 512]).sum())
        return right / len(inputs)

    def close(self) -> None:
        """Nothing to end."""


class PyTorchPredicting:
    """Answers for one picture: bytes in, shares out, nothing recorded for a backward pass."""

    peer = "PyTorch"

    def __init__(self, work: Work, threads: int, examples: Examples, *, inference: bool) -> None:
        torch.set_num_threads(threads)
        self.mode = f"eager, {'inference_mode' if inference else 'no_grad'}"
        self._context = torch.inference_mode if inference else torch.no_grad
        self._module = module_for(work).eval()
        self._pictures = np.array(examples.inputs[:64])
        self._factor = examples.factor

    def run(self, steps: int) -> None:
        """Answer ``steps`` times."""
        for number in range(steps):
            with self._context():
                picture = torch.from_numpy(self._pictures[number % 64][np.newaxis])
                x = picture.to(torch.float32).mul_(self._factor)
                functional.softmax(self._module(x), 1).numpy()

    def close(self) -> None:
        """Nothing to end."""
