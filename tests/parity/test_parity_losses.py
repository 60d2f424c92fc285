"""Every loss gives PyTorch's numbers: by example, for the batch, with weights, and its slope."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch_losses
from peer import assert_close, batch_first, batch_last, functional, tensor
from side_by_side import SideBySide

from nnstudio.engine.activations import Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.fast.losses import fused
from nnstudio.engine.layer import Array, Call, Layer
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    HalfSquaredError,
    Hinge,
    Huber,
    KLDivergence,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossEntropy,
)
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input

#: How many examples a batch has.
COUNT = 9


class Case(NamedTuple):
    """A loss, how many outputs it judges, and what the targets are."""

    loss: Loss
    outputs: int
    targets: str

    def __str__(self) -> str:
        return f"{self.loss} of {self.outputs} for {self.targets}"

    @property
    def layer(self) -> Layer | None:
        """The layer whose probabilities it judges, if it does."""
        return {"Softmax": Softmax(), "Sigmoid": Sigmoid()}.get(self.loss.fuses)


CASES = (
    Case(HalfSquaredError(), 1, "numbers"),
    Case(HalfSquaredError(), 3, "numbers"),
    Case(MeanSquaredError(), 1, "numbers"),
    Case(MeanSquaredError(), 3, "numbers"),
    Case(MeanAbsoluteError(), 1, "numbers"),
    Case(MeanAbsoluteError(), 4, "numbers"),
    Case(Huber(), 3, "numbers"),
    Case(Huber(delta=0.3), 1, "numbers"),
    Case(CategoricalCrossEntropy(), 4, "classes"),
    Case(CategoricalCrossEntropy(), 3, "shares"),
    Case(CategoricalCrossEntropy(label_smoothing=0.2), 4, "classes"),
    Case(SparseCategoricalCrossEntropy(), 4, "class numbers"),
    Case(SparseCategoricalCrossEntropy(label_smoothing=0.2), 3, "class numbers"),
    Case(BinaryCrossEntropy(), 1, "yes or no"),
    Case(BinaryCrossEntropy(), 3, "yes or no"),
    Case(BinaryCrossEntropy(label_smoothing=0.1), 2, "yes or no"),
    Case(KLDivergence(), 4, "shares"),
    Case(KLDivergence(), 3, "classes"),
    Case(Hinge(), 1, "yes or no"),
    Case(Hinge(), 4, "classes"),
)

each_case = pytest.mark.parametrize("case", CASES, ids=str)
in_both_types = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def targets_for(case: Case, rng: np.random.Generator, count: int = COUNT) -> Array:
    """Targets as the case wants them, ``(K, N)``."""
    outputs = case.outputs
    numbers = rng.integers(outputs, size=count)
    if case.targets == "numbers":
        return rng.standard_normal((outputs, count))
    if case.targets == "yes or no":
        return rng.integers(2, size=(outputs, count)).astype(float)
    if case.targets == "class numbers":
        return numbers[np.newaxis].astype(float)
    if case.targets == "shares":
        return rng.dirichlet(np.ones(outputs), count).T
    return np.eye(outputs)[:, numbers]


def drawn(case: Case, dtype: Any) -> tuple[Array, Array, Array]:
    """Scores, targets and example weights, of which one is 0."""
    rng = np.random.default_rng(11)
    weights = rng.uniform(0.2, 3, COUNT)
    weights[2] = 0
    scores = 1.5 * rng.standard_normal((case.outputs, COUNT))
    return scores.astype(dtype), targets_for(case, rng).astype(dtype), weights.astype(dtype)


@in_both_types
@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
@pytest.mark.parametrize("in_one", [False, True], ids=["as written", "fused"])
@each_case
def test_value_and_slope_are_pytorchs(case: Case, in_one: bool, weighted: bool, dtype: Any) -> None:
    scores, target, weights = drawn(case, dtype)
    layer, loss = case.layer, case.loss
    in_one = in_one and layer is not None
    if in_one:
        loss = fused(case.loss, layer)
    z = batch_first(scores).requires_grad_()
    their_weights = tensor(weights) if weighted else None
    theirs = torch_losses.mean(case.loss, z, batch_first(target), their_weights)
    theirs.backward()

    call, layer_call = Call(dtype), Call(dtype)
    call.weights = weights if weighted else None
    through = layer is not None and not in_one
    output = layer.forward({}, (scores,), layer_call) if through else scores
    assert_close(loss.each(output, target, call), each_of(case, scores, target), "ℓ")
    value = np.array(loss.value(output, target, call), dtype)
    assert_close(value, theirs.detach().numpy(), "L")
    slope = loss.gradient(output, target, call)
    if through:
        (slope,) = layer.backward({}, {}, slope, layer_call)
    assert_close(slope, batch_last(z.grad), "∂L/∂scores")


def each_of(case: Case, scores: Array, target: Array) -> Array:
    """PyTorch's losses of the examples."""
    return torch_losses.each(case.loss, batch_first(scores), batch_first(target)).numpy()


@in_both_types
def test_weights_by_class_are_pytorchs(dtype: Any) -> None:
    case = Case(CategoricalCrossEntropy(), 4, "classes")
    scores, target, _ = drawn(case, dtype)
    by_class = np.array([0.5, 1, 2, 4], dtype)
    call = Call(dtype)
    call.weights = by_class @ target
    ours = fused(case.loss, Softmax()).value(scores, target, call)
    theirs = functional.cross_entropy(
        batch_first(scores), tensor(target.argmax(0)), weight=tensor(by_class)
    )
    assert_close(np.array(ours, dtype), theirs.numpy())


@each_case
def test_a_step_and_twenty_lead_where_pytorchs_lead(case: Case) -> None:
    rng = np.random.default_rng(8)
    layers = [Input(shape=(5,)), Dense(units=case.outputs)]
    if case.layer is not None:
        layers.append(case.layer)
    steps: list[Step] = []
    for i, layer in enumerate(layers):
        shape = layer.output_shape(*(step.shape for step in steps[-1:]))
        steps.append(Step(str(i), layer, (i - 1,) if i else (), shape, str(i)))
    last = len(steps) - 1
    network = Network.of(steps, [Head(last, case.loss, last)])
    wide = SideBySide(
        network,
        {str(last): case.loss},
        network.initial(1, np.float64) + 0.1 * rng.standard_normal(network.size),
        [rng.standard_normal((5, COUNT))],
        [targets_for(case, rng)],
    )
    wide.narrowed().compare_one_step(SGD(), 0.5)
    wide.compare_training(SGD(), 0.1)
