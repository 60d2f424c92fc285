"""Whole networks: gradients through branches, shared and frozen weights, buffers, threads."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from numeric import TOLERANCE, central_differences, relative_error

from nnstudio.engine.activations import ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.fast.losses import SoftmaxCrossEntropy
from nnstudio.engine.layer import Array, Layer, Shape
from nnstudio.engine.losses import HalfSquaredError, Loss
from nnstudio.engine.merging import Add
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import KEPT_BATCH_SIZES, Workspace


class Builder:
    """Puts steps together by the names of their nodes, and infers shapes."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(
        self, node: str, layer: Layer, *inputs: str, owner: str = "", frozen: bool = False
    ) -> Builder:
        numbers = tuple(self.number(name) for name in inputs)
        shape = layer.output_shape(*(self.steps[i].shape for i in numbers))
        self.steps.append(Step(node, layer, numbers, shape, owner or node, frozen))
        return self

    def number(self, node: str) -> int:
        return next(i for i, step in enumerate(self.steps) if step.node == node)

    def network(self, *outputs: str, loss: Loss | None = None) -> Network:
        heads = [
            Head(self.number(node), loss or HalfSquaredError(), self.number(node))
            for node in outputs
        ]
        return Network.of(self.steps, heads)


def branching(**changes: bool) -> Network:
    """Pictures through shared, normalising, dropping and parallel layers into two sums."""
    return (
        Builder()
        .add("picture", Input(shape=(2, 3, 2)))
        .add("channels", BatchNorm(), "picture")
        .add("flat", Flatten(), "channels")
        .add("first", Dense(units=5), "flat", frozen=changes.get("first_frozen", False))
        .add("normal", BatchNorm(), "first", frozen=changes.get("normal_frozen", False))
        .add("bend", Tanh(), "normal")
        .add("left", Dense(units=5), "bend")
        .add("squeeze", Sigmoid(), "left")
        .add("right", Dense(units=5), "squeeze", owner="left")  # the weights of left once more
        .add("rectify", ReLU(), "right")
        .add("drop", Dropout(rate=0.3), "rectify")
        .add("sum", Add(), "bend", "drop", "bend", "squeeze")  # one input twice
        .add("again", Dense(units=5), "sum", owner="left")
        .add("out", Dense(units=3), "again")
        .network("out")
    )


def two_inputs_and_outputs() -> Network:
    return (
        Builder()
        .add("x", Input(shape=(3,)))
        .add("z", Input(shape=(4,)))
        .add("from x", Dense(units=4), "x")
        .add("both", Add(), "from x", "z")
        .add("bend", Tanh(), "both")
        .add("u", Dense(units=2), "bend")
        .add("w", Dense(units=1), "bend")
        .network("u", "w")
    )


def sequences() -> Network:
    """Layers on the feature axis of (T, F), and the fused loss."""
    return (
        Builder()
        .add("x", Input(shape=(4, 3)))
        .add("places", Dense(units=5), "x")
        .add("normal", BatchNorm(), "places")
        .add("share", Softmax(), "normal")
        .add("flat", Flatten(), "share")
        .add("scores", Dense(units=3), "flat")
        .network("scores", loss=SoftmaxCrossEntropy())
    )


def batch_for(network: Network, count: int, seed: int = 0) -> tuple[list[Array], list[Array]]:
    """Inputs and targets; where classes are judged, one-hot."""
    rng = np.random.default_rng(seed)
    xs: list[Array] = [
        rng.standard_normal((*network.steps[i].shape, count)) for i in network.input_steps
    ]
    targets: list[Array] = []
    for head in network.heads:
        (size,) = network.steps[head.step].shape
        if head.loss.for_classes:
            targets.append(np.eye(size)[:, rng.integers(0, size, count)])
        else:
            targets.append(rng.standard_normal((size, count)))
    return xs, targets


def variables_for(network: Network, seed: int = 0) -> Array:
    """Anything but the usual first values, so that no gradient vanishes by accident."""
    flat = network.initial(seed, np.float64)
    flat += np.random.default_rng(seed).uniform(0.05, 0.3, flat.shape)
    return flat


@pytest.mark.parametrize("network", [branching(), two_inputs_and_outputs(), sequences()])
@pytest.mark.parametrize("count", [1, 6])
def test_the_gradient_of_a_whole_network_equals_central_differences(
    network: Network, count: int
) -> None:
    flat = variables_for(network)
    workspace = Workspace(network, flat, input_gradients=True)
    xs, targets = batch_for(network, count)

    def loss() -> float:
        return workspace.loss(xs, targets, training=True, rng=np.random.default_rng(1))

    loss()
    for_inputs = {i: dx.copy() for i, dx in workspace.backward(targets).items()}
    gradient = workspace.gradient.copy()
    learning = flat[: network.trainable_size]
    assert relative_error(gradient, central_differences(loss, learning)) <= TOLERANCE
    assert list(for_inputs) == list(network.input_steps)
    for i, x in zip(network.input_steps, xs, strict=True):
        assert relative_error(for_inputs[i], central_differences(loss, x)) <= TOLERANCE


def test_the_loss_of_several_heads_is_their_sum() -> None:
    network = two_inputs_and_outputs()
    workspace = Workspace(network, variables_for(network))
    xs, targets = batch_for(network, 5)
    value = workspace.loss(xs, targets)
    outputs = workspace.predict(xs)
    expected = sum(
        0.5 * float(np.square(output - target).sum()) / 5
        for output, target in zip(outputs, targets, strict=True)
    )
    assert value == pytest.approx(expected, rel=1e-12)


# ---------------------------------------------------------------- what learns and what rests


def test_frozen_weights_are_outside_of_the_gradient_and_stay_as_they_are() -> None:
    free, frozen = branching(), branching(first_frozen=True, normal_frozen=True)
    resting = sum(step_size(free, node) for node in ("first", "normal"))
    assert frozen.trainable_size == free.trainable_size - resting
    assert frozen.size == free.size

    flat = variables_for(frozen)
    before = {key: array.copy() for key, array in frozen.arrays(flat).items()}
    workspace = Workspace(frozen, flat)
    xs, targets = batch_for(frozen, 4)
    for _ in range(3):
        workspace.loss_and_gradient(xs, targets, np.random.default_rng(0))
        assert workspace.gradient.shape == (frozen.trainable_size,)
        flat[: frozen.trainable_size] -= 0.1 * workspace.gradient
    for (node, name), array in frozen.arrays(flat).items():
        rests = node in ("first", "normal")
        assert np.array_equal(array, before[node, name]) == rests, (node, name)


def step_size(network: Network, node: str) -> int:
    """How many trainable numbers ``node`` has."""
    return sum(
        place.part.stop - place.part.start
        for place in network.places
        if place.key[0] == node and place.variable.trainable
    )


def test_running_statistics_are_behind_the_trainable_part_and_move_while_training_only() -> None:
    network = branching()
    state = [place for place in network.places if place.start >= network.trainable_size]
    names = {place.key for place in state}
    assert names == {
        (node, f"running_{name}") for node in ("channels", "normal") for name in ("mean", "var")
    }
    flat = variables_for(network)
    before = flat.copy()
    workspace = Workspace(network, flat)
    xs, targets = batch_for(network, 4)
    workspace.predict(xs)
    workspace.loss(xs, targets)
    np.testing.assert_array_equal(flat, before)
    workspace.loss_and_gradient(xs, targets, np.random.default_rng(0))
    first_state = network.trainable_size
    np.testing.assert_array_equal(flat[:first_state], before[:first_state])
    assert (flat[first_state:] != before[first_state:]).all()


def test_a_frozen_batch_norm_trains_as_it_predicts() -> None:
    network = branching(normal_frozen=True)
    flat = variables_for(network)
    workspace = Workspace(network, flat)
    xs, targets = batch_for(network, 4)
    workspace.loss(xs, targets, training=True, rng=np.random.default_rng(0))
    normal = next(i for i, step in enumerate(network.steps) if step.node == "normal")
    first = workspace.output(network.steps[normal].inputs[0])
    v = network.views(flat)[normal]
    scale = v["gamma"] / np.sqrt(v["running_var"] + 1e-5)
    expected = (first - v["running_mean"][:, None]) * scale[:, None] + v["beta"][:, None]
    np.testing.assert_allclose(workspace.output(normal), expected, rtol=1e-12)


def test_nothing_is_computed_for_layers_before_the_first_that_learns() -> None:
    network = (
        Builder()
        .add("x", Input(shape=(3,)))
        .add("fixed", Dense(units=4), "x", frozen=True)
        .add("bend", Tanh(), "fixed")
        .add("out", Dense(units=2), "bend")
        .network("out")
    )
    assert network.learns_before == (False, False, False, False)
    workspace = Workspace(network, variables_for(network))
    xs, targets = batch_for(network, 3)
    workspace.loss(xs, targets, training=True)
    assert workspace.backward(targets) == {}
    assert workspace.gradient.all()


# ---------------------------------------------------------------- shared weights


def shared(first: Layer, second: Layer) -> Network:
    """``early`` uses the weights of ``late``."""
    return (
        Builder()
        .add("x", Input(shape=(4,)))
        .add("early", first, "x", owner="late")
        .add("late", second, "early")
        .network("late")
    )


def test_shared_weights_are_stored_once_and_used_in_both_places() -> None:
    network = shared(Dense(units=4), Dense(units=4))
    assert {place.key for place in network.places} == {("late", "weight"), ("late", "bias")}
    flat = variables_for(network)
    xs, _ = batch_for(network, 3)
    (y,) = Workspace(network, flat).predict(xs)
    arrays = network.arrays(flat)
    w, b = arrays["late", "weight"], arrays["late", "bias"][:, np.newaxis]
    np.testing.assert_allclose(y, w @ (w @ xs[0] + b) + b, rtol=1e-12)


def test_shared_weights_start_as_their_owner_says_even_if_it_runs_later() -> None:
    network = shared(Dense(units=4), Dense(units=4, initialiser="zeros"))
    assert not network.initial(3).any()


# ---------------------------------------------------------------- buffers


def answers(workspace: Workspace, xs: Sequence[Array], targets: Sequence[Array]) -> list[Array]:
    """Loss, gradient and output of a training batch, copied."""
    loss = workspace.loss(xs, targets, training=True, rng=np.random.default_rng(2))
    workspace.backward(targets)
    output = workspace.output(len(workspace.network.steps) - 1)
    return [np.array(loss), workspace.gradient.copy(), output.copy()]


def assert_same(first: list[Array], second: list[Array]) -> None:
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_results_do_not_depend_on_the_batches_before() -> None:
    network = branching()
    flat = variables_for(network)
    batches = [batch_for(network, count, seed=count) for count in range(1, KEPT_BATCH_SIZES + 4)]
    fresh = [answers(Workspace(network, flat), *batch) for batch in batches]
    worn = Workspace(network, flat)
    for _ in range(2):  # more batch sizes than buffers are kept for
        for batch, expected in zip(batches, fresh, strict=True):
            assert_same(answers(worn, *batch), expected)
    for batch, expected in zip(reversed(batches), reversed(fresh), strict=True):
        assert_same(answers(worn, *batch), expected)


def test_predicting_between_batches_does_not_disturb_training() -> None:
    network = branching()
    flat = variables_for(network)
    batch, other = batch_for(network, 5), batch_for(network, 5, seed=9)
    workspace = Workspace(network, flat)
    expected = answers(workspace, *batch)
    workspace.predict(other[0])
    workspace.loss(*other)
    assert_same(answers(workspace, *batch), expected)


def test_running_a_network_changes_neither_inputs_nor_targets() -> None:
    network = branching()
    xs, targets = batch_for(network, 4)
    before = [array.copy() for array in (*xs, *targets)]
    workspace = Workspace(network, variables_for(network))
    workspace.loss_and_gradient(xs, targets, np.random.default_rng(0))
    workspace.predict(xs)
    assert_same([*xs, *targets], before)


def test_gathering_into_a_workspaces_buffers_and_running_on_them_gives_the_same() -> None:
    network = branching()
    workspace = Workspace(network, variables_for(network))
    xs, targets = batch_for(network, 4)
    expected = answers(workspace, xs, targets)
    (x,), (y,) = workspace.buffers(4)
    x[...], y[...] = xs[0], targets[0]
    assert_same(answers(workspace, [x], [y]), expected)


def test_a_network_without_layers_answers_with_its_input() -> None:
    network = Builder().add("x", Input(shape=(2,))).network("x")
    workspace = Workspace(network, network.initial(0))
    x = np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(workspace.predict([x])[0], x)
    assert workspace.loss_and_gradient([x], [x]) == 0


def test_variables_of_another_length_are_refused() -> None:
    network = branching()
    with pytest.raises(ValueError, match=str(network.size)):
        Workspace(network, np.zeros(network.size + 1))


def test_an_output_that_was_not_computed_is_refused() -> None:
    network = branching()
    with pytest.raises(ValueError, match="has not been run"):
        Workspace(network, variables_for(network)).output(0)


# ---------------------------------------------------------------- keeping variables by key


def test_variables_kept_by_key_find_their_way_back() -> None:
    network = branching()
    flat = network.initial(4)
    kept = {key: array.copy() for key, array in network.arrays(flat).items()}
    np.testing.assert_array_equal(network.gather(kept), flat)


def test_a_missing_or_misshapen_variable_is_refused() -> None:
    network = branching()
    kept = dict(network.arrays(network.initial(4)))
    shape: Shape = kept["out", "bias"].shape
    with pytest.raises(ValueError, match="bias"):
        network.gather({**kept, ("out", "bias"): np.zeros((*shape, 1))})
    del kept["out", "bias"]
    with pytest.raises(KeyError):
        network.gather(kept)


# ---------------------------------------------------------------- threads


def test_predicting_in_one_workspace_while_another_trains_gives_the_same_numbers() -> None:
    network = branching()
    flat = network.initial(0)
    x = np.random.default_rng(0).standard_normal((2, 3, 2, 7)).astype(np.float32)
    pad = Workspace(network, flat.copy())
    expected = pad.predict([x])[0].copy()

    rounds = 300
    training = Workspace(network, flat)
    batch = [np.asarray(array, np.float32) for array in (x, np.ones((3, 7)))]

    def train() -> None:
        for step in range(rounds):
            training.loss_and_gradient([batch[0]], [batch[1]], np.random.default_rng(step))
            flat[: network.trainable_size] -= 0.01 * training.gradient

    thread = threading.Thread(target=train)
    thread.start()
    answers_meanwhile = [pad.predict([x])[0].copy() for _ in range(rounds)]
    thread.join()
    for answer in answers_meanwhile:
        np.testing.assert_array_equal(answer, expected)
    assert not np.array_equal(flat, pad.flat)
