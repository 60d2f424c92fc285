"""Every optimizer makes PyTorch's steps, and so does what happens before and after its step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch_optimizers
from optimizer_examples import EXAMPLES
from peer import assert_close, tensor, torch

from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.losses import HalfSquaredError
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.optimizers import (
    SGD,
    Adadelta,
    Adam,
    AdamW,
    AMSGrad,
    Optimizer,
    RMSProp,
)
from nnstudio.engine.shaping import Input
from nnstudio.engine.update import AVERAGE, Update

each_optimizer = pytest.mark.parametrize(
    ("optimizer", "rate"), EXAMPLES, ids=[str(optimizer) for optimizer, _ in EXAMPLES]
)
one_step_or_twenty = pytest.mark.parametrize(
    ("dtype", "steps"), [(np.float32, 1), (np.float64, 20)]
)


def network() -> Network:
    """One dense layer: a weight that may decay and a bias that may not."""
    steps = [
        Step("input", Input(shape=(40,)), (), (40,), "input"),
        Step("dense", Dense(units=30), (0,), (30,), "dense"),
    ]
    return Network.of(steps, [Head(1, HalfSquaredError(), 1)])


def gradients(size: int, steps: int, dtype: Any) -> Iterator[Array]:
    """Gradients of any size, some of them 0 now and then, one of them always."""
    rng = np.random.default_rng(2)
    sizes = 10 ** rng.uniform(-4, 2, size)
    for _ in range(steps):
        gradient = sizes * rng.standard_normal(size) * (rng.random(size) > 0.1)
        gradient[7] = 0
        yield gradient.astype(dtype)


class Descent:
    """The same values and gradients for our update and for PyTorch's optimizer."""

    def __init__(self, update: Update, dtype: Any) -> None:
        self.network = network()
        self.update = update
        self.flat = np.random.default_rng(4).standard_normal(self.network.size).astype(dtype)
        self.first = self.flat.copy()
        self.slots = {name: np.zeros_like(self.flat) for name in update.slots()}
        self.parameters = {
            key: torch.nn.Parameter(tensor(array))
            for key, array in self.network.arrays(self.flat).items()
        }
        self.weight = self.parameters["dense", "weight"]
        self.bias = self.parameters["dense", "bias"]

    def step(self, gradient: Array, rate: float, number: int) -> None:
        """Our step; PyTorch's gradients are set for its own."""
        for key, array in self.network.arrays(gradient).items():
            self.parameters[key].grad = tensor(array)
        self.update.apply(self.flat, gradient, self.slots, rate, number)

    def compare(self) -> None:
        """How far the steps have led from the first values, for each variable."""
        arrays, first = self.network.arrays(self.flat), self.network.arrays(self.first)
        for key, array in arrays.items():
            theirs = self.parameters[key].detach().numpy()
            assert_close(array - first[key], theirs - first[key], ".".join(key))


def test_every_optimizer_with_a_counterpart_is_compared() -> None:
    compared = {type(optimizer) for optimizer, _ in EXAMPLES}
    assert compared == torch_optimizers.COUNTERPARTS.keys()


@one_step_or_twenty
@each_optimizer
def test_its_steps_are_pytorchs(optimizer: Optimizer, rate: float, dtype: Any, steps: int) -> None:
    descent = Descent(Update(network(), optimizer), dtype)
    theirs = torch_optimizers.counterpart(optimizer, [descent.weight], [descent.bias], rate)
    for number, gradient in enumerate(gradients(len(descent.flat), steps, dtype), 1):
        descent.step(gradient, rate, number)
        theirs.step()
    descent.compare()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SGD(), SGD(momentum=0.9)),
        (SGD(momentum=0.9), SGD(momentum=0.5, nesterov=True)),
        (RMSProp(momentum=0.2), RMSProp(rho=0.5, momentum=0.7)),
        (Adadelta(), Adadelta(rho=0.5)),
        (Adam(), Adam(beta1=0.5, epsilon=1e-4)),
        (Adam(), Adam(beta2=0.5)),
        (AdamW(), AdamW(beta1=0.3, weight_decay=0.5)),
        (AMSGrad(), AMSGrad(beta1=0.5, beta2=0.9)),
    ],
    ids=str,
)
def test_numbers_changed_between_two_steps_do_what_they_do_in_pytorch(
    before: Optimizer, after: Optimizer
) -> None:
    descent = Descent(Update(network(), before), np.float64)
    theirs = torch_optimizers.counterpart(before, [descent.weight], [descent.bias], 0.01)
    changed = torch_optimizers.counterpart(after, [descent.weight], [descent.bias], 0.01)
    for number, gradient in enumerate(gradients(len(descent.flat), 20, np.float64), 1):
        if number == 9:
            descent.update = Update(network(), after)
            descent.slots = descent.update.taken_over(descent.slots, before, descent.flat)
            for group, new in zip(theirs.param_groups, changed.param_groups, strict=True):
                group.update({name: value for name, value in new.items() if name != "params"})
        descent.step(gradient, 0.01, number)
        theirs.step()
    descent.compare()


@one_step_or_twenty
@pytest.mark.parametrize("optimizer", [SGD(momentum=0.5), Adam(), RMSProp()], ids=str)
def test_l2_is_what_pytorch_calls_weight_decay(
    optimizer: Optimizer, dtype: Any, steps: int
) -> None:
    descent = Descent(Update(network(), optimizer, l2=0.3), dtype)
    theirs = torch_optimizers.counterpart(optimizer, [descent.weight], [descent.bias], 0.05)
    theirs.param_groups[0]["weight_decay"] = 0.3
    for number, gradient in enumerate(gradients(len(descent.flat), steps, dtype), 1):
        descent.step(gradient, 0.05, number)
        theirs.step()
    descent.compare()


@one_step_or_twenty
@pytest.mark.parametrize(
    "of", [{"clip_value": 0.5}, {"clip_norm": 3.0}, {"clip_value": 0.5, "clip_norm": 3.0}], ids=str
)
def test_gradients_are_clipped_as_in_pytorch(of: dict[str, float], dtype: Any, steps: int) -> None:
    descent = Descent(Update(network(), SGD(), **of), dtype)
    parameters = list(descent.parameters.values())
    theirs = torch.optim.SGD(parameters, lr=0.3)
    for number, gradient in enumerate(gradients(len(descent.flat), steps, dtype), 1):
        descent.step(gradient, 0.3, number)
        if "clip_value" in of:
            torch.nn.utils.clip_grad_value_(parameters, of["clip_value"])
        if "clip_norm" in of:
            torch.nn.utils.clip_grad_norm_(parameters, of["clip_norm"])
        theirs.step()
    descent.compare()


@one_step_or_twenty
def test_the_average_of_the_weights_is_pytorchs(dtype: Any, steps: int) -> None:
    descent = Descent(Update(network(), SGD(), average=0.8), dtype)
    module = torch.nn.ParameterList(descent.parameters.values())
    theirs = torch.optim.SGD(module.parameters(), lr=0.3)
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(0.8)
    averaged = torch.optim.swa_utils.AveragedModel(module, multi_avg_fn=average)
    for number, gradient in enumerate(gradients(len(descent.flat), steps, dtype), 1):
        descent.step(gradient, 0.3, number)
        theirs.step()
        averaged.update_parameters(module)
    ours = descent.network.arrays(descent.slots[AVERAGE])
    for array, parameter in zip(ours.values(), averaged.parameters(), strict=True):
        assert_close(array, parameter.detach().numpy())
