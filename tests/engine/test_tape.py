"""A step played from tape is the step the layers make, to the last bit."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from nnstudio.engine.activations import ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.conv import Conv1D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.fast.losses import SoftmaxCrossEntropy
from nnstudio.engine.fast.tape import TAPED, NotTapedError, Recording, is_tapeable
from nnstudio.engine.instruments import Recorder
from nnstudio.engine.layer import Array, Call, Layer, Shape
from nnstudio.engine.losses import HalfSquaredError, Loss
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.passes import ForwardPass
from nnstudio.engine.pooling import MaxPool1D
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import Workspace

SEED = 5


def chain(
    *layers: Layer, loss: Loss | None = None, owners: dict[int, str] | None = None
) -> Network:
    steps: list[Step] = []
    for i, layer in enumerate(layers):
        inputs = (i - 1,) if i else ()
        shape = layer.output_shape(*(steps[j].shape for j in inputs))
        steps.append(Step(f"{i}", layer, inputs, shape, (owners or {}).get(i, f"{i}")))
    last = len(steps) - 1
    return Network.of(steps, [Head(last, loss or HalfSquaredError(), last)])


def trained(network: Network) -> tuple[int, ...]:
    return network.ancestors([head.loss_step for head in network.heads])


NETWORKS = {
    "one neuron": chain(Input(shape=(1,)), Dense(units=1)),
    "curves": chain(
        Input(shape=(2,)), Dense(units=5), Tanh(), Dense(units=4), Sigmoid(), Dense(units=3)
    ),
    "digits": chain(
        Input(shape=(1, 4, 5)),
        Flatten(),
        Dense(units=7, use_bias=False),
        ReLU(),
        Dense(units=3),
        loss=SoftmaxCrossEntropy(),
    ),
    "a picture that is not multiplied at once": chain(
        Input(shape=(2, 2)), ReLU(), Flatten(), Dense(units=2)
    ),
}
NETWORKS |= {
    f"bent by {layer.__name__}": chain(
        Input(shape=(3,)), Dense(units=6), layer(), Dense(units=5), layer(), Dense(units=2)
    )
    for layer in TAPED
    if layer.category == "activation"
}


def steps_of(network: Network, *, from_tape: bool, watch: bool = False) -> list[Array]:
    """Losses, outputs and gradients of steps with changing batches, batch sizes and weights."""
    rng = np.random.default_rng(SEED)
    workspace = Workspace(network, network.initial(SEED))
    (head,) = network.heads
    (outputs,) = network.steps[head.step].shape
    found = []
    for number, count in enumerate([6, 6, 1, 6, 1, 3, 6]):
        (x,), (y,) = workspace.buffers(count)
        x[...] = rng.standard_normal(x.shape)
        y[...] = np.eye(outputs)[:, rng.integers(0, outputs, count)]
        xs = [x if from_tape else x.copy(order="K")]
        workspace.recorder = Recorder() if watch and number in (3, 4) else None
        loss = workspace.loss_and_gradient(xs, [y])
        found += [np.array(loss), workspace.output(head.loss_step).copy()]
        found.append(workspace.gradient.copy())
        workspace.flat[: network.trainable_size] -= 0.1 * workspace.gradient
        if number == 4:  # predicting in between uses other arrays
            workspace.predict(xs)
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_steps_from_tape_equal_steps_of_the_layers_bit_by_bit(name: str) -> None:
    network = NETWORKS[name]
    assert is_tapeable(network, trained(network))
    for played, made in zip(
        steps_of(network, from_tape=True), steps_of(network, from_tape=False), strict=True
    ):
        np.testing.assert_array_equal(played, made)


def test_every_layer_that_is_taped_is_in_one_of_these_networks() -> None:
    used = {type(step.layer) for network in NETWORKS.values() for step in network.steps}
    assert set(TAPED) <= used


def test_a_step_that_is_watched_between_steps_from_tape_changes_nothing() -> None:
    network = NETWORKS["curves"]
    for watched, unwatched in zip(
        steps_of(network, from_tape=True, watch=True),
        steps_of(network, from_tape=True),
        strict=True,
    ):
        np.testing.assert_array_equal(watched, unwatched)


@pytest.mark.parametrize(
    "network",
    [
        chain(Input(shape=(2,))),
        chain(Input(shape=(2,)), Dense(units=2), Dropout(), Dense(units=1)),
        chain(Input(shape=(3, 2)), Dense(units=2), Flatten()),
        chain(Input(shape=(2,)), Dense(units=2), Dense(units=2), owners={2: "1"}),
    ],
    ids=["nothing runs", "dropout draws anew each time", "dense on sequences", "shared weights"],
)
def test_what_a_tape_can_not_hold_is_not_taped(network: Network) -> None:
    assert not is_tapeable(network, trained(network))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv1D(), (5, 2)),  # assigns
        (MaxPool1D(padding="same", pool_size=3), (5, 2)),  # fills
        (Softmax(), (3, 2, 2)),  # asks for a maximum and keeps its dimensions
    ],
    ids=str,
)
def test_a_layer_that_does_more_than_ufuncs_is_refused_while_recording(
    layer: Layer, shape: Shape
) -> None:
    x = np.ones((*shape, 2), np.float32)
    v = {each.name: np.ones(each.shape, np.float32) for each in layer.variables(shape)}
    one = ForwardPass(1, layer.forward, v, (0,), Call())
    with pytest.raises(NotTapedError):
        Recording(2).record_forward([one], [(0, x)])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_tape_is_freed_with_its_workspace(name: str) -> None:
    network = NETWORKS[name]
    workspace = Workspace(network, network.initial(SEED))
    for _ in range(3):
        (x,), (y,) = workspace.buffers(4)
        x[...], y[...] = 0.5, 0.25
        workspace.loss_and_gradient([x], [y])
    held = [weakref.ref(array) for array in (workspace.flat, workspace.gradient, x, y)]
    del workspace, x, y
    gc.collect()
    assert [array() for array in held] == [None] * len(held)
