"""A viewer sees the inside of a step, and the run stays the same to the last bit."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Spiral
from nnstudio.engine.activations import ReLU, Softmax, Tanh
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.pooling import MaxPool2D
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.training.inside import Inside, inside_at_rest
from nnstudio.training.learner import Learner
from nnstudio.training.loop import train
from nnstudio.training.mailbox import Mailbox
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings

RATE = 0.1


def session(data: PreparedData, *layers: Layer) -> Session:
    graph = Graph()
    layers = (Input(shape=data.input_shape), *layers, Softmax())
    for i, layer in enumerate(layers):
        graph = add_node(graph, Node(f"{i}", layer))
        if i:
            graph = connect(graph, f"{i - 1}", f"{i}")
    loss = CategoricalCrossEntropy()
    network = compile_graph(graph, {graph.outputs[0]: loss})
    settings = TrainingSettings(loss=loss, optimizer=SGD(), learning_rate=RATE, epochs=50)
    return Session.begin(network, settings, data, "run")


def pictures() -> Session:
    data = PreparedData.of(DataSettings(Digits(), inputs="scale"))
    hidden = (Conv2D(filters=2), ReLU(), MaxPool2D(), Flatten(), Dropout(rate=0.2))
    return session(data, *hidden, Dense(units=10))


def points() -> Session:
    data = PreparedData.of(DataSettings(Spiral(count=200), inputs="standardise"))
    return session(data, Dense(units=6), Tanh(), Dense(units=2))


def watch(run: Session, steps: int) -> Inside:
    """Train ``steps`` steps and see the inside of the last one."""
    mailbox, events = Mailbox(), train(run)
    for _ in range(steps - 1):
        next(events)
    mailbox.ask_inside()
    mailbox.serve(run)
    next(events)
    assert mailbox.take_inside() is None
    mailbox.serve(run)
    inside = mailbox.take_inside()
    assert inside is not None
    return inside


def test_gradients_of_shared_weights_are_added_up_under_their_owner() -> None:
    graph = Graph()
    nodes = (Input(shape=(3,)), Dense(units=3), Tanh(), Dense(units=3), Dense(units=2), Softmax())
    for i, layer in enumerate(nodes):
        graph = add_node(graph, Node(f"{i}", layer, owner="1" if i == 3 else ""))
        graph = connect(graph, f"{i - 1}", f"{i}") if i else graph
    network = compile_graph(graph, {"5": CategoricalCrossEntropy()})
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=20)
    dataset = Dataset("points", rng.standard_normal((20, 3)), labels, classes=("a", "b"))
    data = PreparedData.of(DataSettings(Spiral()), dataset=dataset)
    flat, rows = network.initial(0), data.parts.train
    inside = inside_at_rest(network, flat, data, rows, step=0)
    learner = Learner(network, flat.copy(), data)
    learner.look(rows, rng, None)
    assert ("3", "weight") not in inside.variable_gradients
    for place in network.places:
        whole = learner.workspace.gradient[place.part].reshape(place.variable.shape)
        np.testing.assert_allclose(inside.variable_gradients[place.key], whole, rtol=1e-5)


def test_activations_of_every_node_are_those_of_the_step() -> None:
    run = points()
    inside = watch(run, 4)
    assert inside.step == 4
    before = points()
    for _ in zip(range(3), train(before), strict=False):
        pass
    weights = before.network.arrays(before.flat)
    x = inside.activations["0"]
    first = weights[("1", "weight")] @ x + weights[("1", "bias")][:, np.newaxis]
    np.testing.assert_allclose(inside.activations["1"], first, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(inside.activations["2"], np.tanh(first), rtol=1e-5, atol=1e-6)
    scores = inside.activations["3"]
    shares = np.exp(scores) / np.exp(scores).sum(axis=0)
    np.testing.assert_allclose(inside.activations["4"], shares, rtol=1e-5, atol=1e-6)


def test_gradients_and_update_ratios_belong_together() -> None:
    run = points()
    inside = watch(run, 3)
    gradient = inside.gradients["3"] @ inside.activations["2"].T
    new = run.network.arrays(run.flat)[("3", "weight")]
    old = new + RATE * gradient
    expected = np.linalg.norm(new - old) / np.linalg.norm(old)
    assert inside.update_ratios[("3", "weight")] == pytest.approx(expected, rel=1e-3)


def test_nodes_that_training_passes_over_have_activations_all_the_same() -> None:
    inside = watch(pictures(), 2)
    conv, relu, pool = (inside.activations[node] for node in "123")
    np.testing.assert_array_equal(relu, np.maximum(conv, 0))
    np.testing.assert_array_equal(pool, relu.reshape(2, 3, 2, 3, 2, -1).max(axis=(2, 4)))
    assert "2" not in inside.gradients


def test_time_and_memory_are_told_for_every_node_that_ran() -> None:
    inside = watch(pictures(), 2)
    assert set(inside.seconds) == set("134567") - {"7"} | {"6"}
    assert all(forward > 0 for forward, _ in inside.seconds.values())
    assert inside.seconds["1"][1] > 0
    assert inside.buffer_bytes["1"] > inside.activations["1"].nbytes


@pytest.mark.parametrize("make", [points, pictures])
def test_a_run_that_is_watched_has_the_bits_of_one_that_is_not(make: type[Session]) -> None:
    unwatched, watched, mailbox = make(), make(), Mailbox()
    for _ in train(unwatched, batches=12):
        pass
    for number, _ in enumerate(train(watched, batches=12)):
        mailbox.serve(watched)
        if number % 3 == 0:
            mailbox.ask_inside()
    np.testing.assert_array_equal(watched.flat, unwatched.flat)


def test_nothing_is_recorded_while_nobody_asks() -> None:
    run, mailbox = points(), Mailbox()
    for _ in zip(range(5), train(run), strict=False):
        mailbox.serve(run)
        assert run.workspace.recorder is None
    assert mailbox.take_inside() is None


def test_asked_for_without_a_step_nothing_comes_and_the_next_step_is_not_watched() -> None:
    run, mailbox = points(), Mailbox()
    mailbox.ask_inside()
    mailbox.serve(run)
    mailbox.serve(run)
    assert mailbox.take_inside() is None
    assert run.workspace.recorder is None


def test_a_window_asks_from_another_thread() -> None:
    run, mailbox = points(), Mailbox()
    found: list[Inside] = []

    def look() -> None:
        while not found:
            mailbox.ask_inside()
            if (inside := mailbox.take_inside()) is not None:
                found.append(inside)

    window = threading.Thread(target=look)
    window.start()
    for _ in train(run):
        mailbox.serve(run)
        if found:
            break
    window.join(10)
    assert found[0].activations["4"].shape[0] == 2


def test_gradients_of_variables_are_those_that_train() -> None:
    run = points()
    inside = watch(run, 3)
    weight, bias = (
        inside.variable_gradients[("3", "weight")],
        inside.variable_gradients[("3", "bias")],
    )
    np.testing.assert_allclose(weight, inside.gradients["3"] @ inside.activations["2"].T, rtol=1e-4)
    np.testing.assert_allclose(bias, inside.gradients["3"].sum(axis=1), rtol=1e-4, atol=1e-6)
    new = run.network.arrays(run.flat)[("3", "weight")]
    np.testing.assert_allclose(new, inside.variables[("3", "weight")] - RATE * weight, rtol=1e-4)


def test_at_rest_the_next_step_is_looked_at_without_being_made() -> None:
    run = points()
    rows = run.data.parts.train[:16]
    before = run.flat.copy()
    inside = inside_at_rest(run.network, run.flat, run.data, rows, step=7)
    np.testing.assert_array_equal(run.flat, before)
    assert inside.step == 7
    assert not inside.update_ratios
    assert inside.activations["4"].shape == (2, 16)
    gradient = inside.gradients["3"] @ inside.activations["2"].T
    np.testing.assert_allclose(inside.variable_gradients[("3", "weight")], gradient, rtol=1e-4)
