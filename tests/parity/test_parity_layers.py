"""Every layer gives what PyTorch's gives, forward and backward, and learns as it does.

The examples are those of the layer contract, tests/engine/layer_examples.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch_layers
from layer_examples import EXAMPLES, Bench, Example
from peer import assert_close, batch_first, batch_last, tensor
from side_by_side import SideBySide

from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.losses import HalfSquaredError
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Flatten, Input

PAIRED = [example for example in EXAMPLES if type(example.layer) in torch_layers.COUNTERPARTS]

each_example = pytest.mark.parametrize("example", PAIRED, ids=str)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("count", [1, 7])
@each_example
def test_output_and_gradients_are_pytorchs(
    example: Example, count: int, training: bool, dtype: Any
) -> None:
    training = training and not example.draws  # random masks are another matter, see below
    bench = Bench(example, count, training=training, dtype=dtype)
    v = {name: tensor(array) for name, array in bench.v.items()}
    for name in bench.grad:
        v[name].requires_grad_()
    xs = [batch_first(x).requires_grad_() for x in bench.xs]
    theirs = torch_layers.apply(example.layer, v, xs, training)
    theirs.backward(batch_first(bench.dy))
    assert_close(bench.forward(), batch_last(theirs), "y")
    for number, (dx, x) in enumerate(zip(bench.backward(), xs, strict=True)):
        assert dx is not None
        assert_close(dx, batch_last(x.grad), f"∂L/∂x {number}")
    for name, gradient in bench.grad.items():
        assert_close(gradient, v[name].grad.numpy(), f"∂L/∂{name}")


def training_of(example: Example) -> SideBySide:
    """Inputs, the layer, and a dense one that judges it by two numbers."""
    steps = [
        Step(f"input {i}", Input(shape=shape), (), shape, f"input {i}")
        for i, shape in enumerate(example.shapes)
    ]
    layers = [example.layer, Flatten(), Dense(units=2)]
    inputs, shapes = tuple(range(len(steps))), example.shapes
    for layer in layers:
        shapes = (layer.output_shape(*shapes),)
        name = f"{type(layer).__name__} {len(steps)}"
        steps.append(Step(name, layer, inputs, shapes[0], name))
        inputs = (len(steps) - 1,)
    network = Network.of(steps, [Head(inputs[0], HalfSquaredError(), inputs[0])])
    rng = np.random.default_rng(5)
    xs = example.inputs(rng, 6)
    # Neither all 0 nor all 1, and variances stay positive.
    flat = network.initial(3, np.float64) + 0.1 * rng.standard_normal(network.size)
    return SideBySide(network, {name: HalfSquaredError()}, flat, xs, [rng.standard_normal((2, 6))])


@pytest.mark.parametrize("example", [e for e in PAIRED if not e.draws], ids=str)
def test_a_step_and_twenty_lead_where_pytorchs_lead(example: Example) -> None:
    wide = training_of(example)
    wide.narrowed().compare_one_step(SGD(), 0.05)
    wide.compare_training(SGD(momentum=0.5), 0.02)


@pytest.mark.parametrize("example", [e for e in PAIRED if e.draws], ids=str)
def test_dropout_makes_of_ones_the_numbers_that_pytorchs_makes(example: Example) -> None:
    assert isinstance(example.layer, Dropout)
    bench = Bench(example, 200)
    bench.xs = (np.ones_like(bench.xs[0]),)
    ours = bench.forward()
    theirs = batch_last(torch_layers.apply(example.layer, {}, [batch_first(bench.xs[0])], True))
    np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-12)
    # And where they are the same throughout, such as in a channel, so they are there.
    for axis in range(ours.ndim):
        assert (np.ptp(ours, axis) == 0).all() == (np.ptp(theirs, axis) == 0).all()
