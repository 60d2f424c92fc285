"""A batch shared by threads gives what one thread gives, and the same bits each time."""

from __future__ import annotations

import gc
import threading
from dataclasses import replace

import numpy as np
import pytest

from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Array, Layer
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.network import Network
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.pooling import MaxPool2D
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.training.events import Ended, Failed
from nnstudio.training.learner import FEWEST_EXAMPLES, Learner, Team
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings

DIGITS = PreparedData.of(DataSettings(Digits(), inputs="scale"))
BATCH = DIGITS.parts.train[:50]


def network(*layers: Layer) -> Network:
    graph = Graph()
    for i, layer in enumerate((Input(shape=(1, 8, 8)), *layers, Dense(units=10), Softmax())):
        graph = add_node(graph, Node(f"{i}", layer))
        if i:
            graph = connect(graph, f"{i - 1}", f"{i}")
    (output,) = graph.outputs
    return compile_graph(graph, {output: CategoricalCrossEntropy()})


PLAIN = network(Conv2D(filters=3), ReLU(), MaxPool2D(), Flatten())
NORMAL = network(Flatten(), Dense(units=6), BatchNorm(), ReLU())
DRAWING = network(Flatten(), Dense(units=20), Dropout(rate=0.5))


def learned(
    net: Network, threads: int, weights: Array | None = None, examples: Array = BATCH
) -> tuple[float, float, Array, Array]:
    """Loss, metric, gradient and state after one batch."""
    flat = net.initial(0)
    learner = Team(net, flat, DIGITS, threads) if threads > 1 else Learner(net, flat, DIGITS)
    loss, metric = learner.learn(examples, np.random.default_rng(1), weights)
    return loss, metric, learner.workspace.gradient.copy(), flat[net.trainable_size :].copy()


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_batch_shared_by_threads_gives_the_gradient_of_the_whole_batch(
    threads: int, weighted: bool
) -> None:
    weights = np.linspace(0, 3, len(BATCH)) if weighted else None
    alone, together = learned(PLAIN, 1, weights), learned(PLAIN, threads, weights)
    assert together[0] == pytest.approx(alone[0], rel=1e-6)
    assert together[1] == alone[1]
    np.testing.assert_allclose(together[2], alone[2], rtol=1e-4, atol=1e-7)


def test_the_same_batch_shared_by_threads_gives_the_same_bits_each_time() -> None:
    first, second = learned(DRAWING, 3), learned(DRAWING, 3)
    assert first[0] == second[0]
    np.testing.assert_array_equal(first[2], second[2])


def test_each_thread_drops_at_random_for_itself() -> None:
    twice = np.concatenate([BATCH[:20], BATCH[:20]])
    team = Team(DRAWING, DRAWING.initial(0), DIGITS, 2)
    team.learn(twice, np.random.default_rng(0), None)
    (other,) = (mate.learner for mate in team._others)
    assert not np.array_equal(team.workspace.gradient, other.workspace.gradient * 2)
    assert team.workspace.output(3).tolist() != other.workspace.output(3).tolist()


def test_running_statistics_take_in_every_threads_part() -> None:
    _, _, _, alone = learned(NORMAL, 1)
    _, _, _, together = learned(NORMAL, 2)
    mean, _ = np.split(alone, 2)
    np.testing.assert_allclose(np.split(together, 2)[0], mean, rtol=1e-4, atol=1e-6)


def test_a_batch_too_small_to_share_is_learned_by_one_thread_with_the_same_bits() -> None:
    few = BATCH[: 2 * FEWEST_EXAMPLES - 1]
    alone, together = learned(DRAWING, 1, examples=few), learned(DRAWING, 4, examples=few)
    np.testing.assert_array_equal(alone[2], together[2])


def test_what_breaks_in_a_thread_is_told_and_leaves_the_team_usable() -> None:
    team = Team(PLAIN, PLAIN.initial(0), DIGITS, 2)
    rng = np.random.default_rng(0)
    with pytest.raises((TypeError, ValueError)):
        team.learn(BATCH, rng, np.ones((len(BATCH), 2)))  # weights of a wrong shape, everywhere
    loss, _ = team.learn(BATCH, rng, None)
    assert np.isfinite(loss)


def settings(threads: int) -> TrainingSettings:
    return TrainingSettings(
        loss=CategoricalCrossEntropy(), optimizer=SGD(), threads=threads, epochs=2, batch_size=64
    )


def test_a_run_with_two_threads_stopped_and_gone_on_with_has_the_bits_of_one_that_was_not() -> None:
    whole = Session.begin(DRAWING, settings(2), DIGITS, "run")
    assert isinstance([*train(whole)][-1], Ended)
    part = Session.begin(DRAWING, settings(2), DIGITS, "run")
    assert not any(isinstance(event, Failed) for event in train(part, batches=7))
    rest = Session.resume(DRAWING, settings(2), DIGITS, part.trained())
    assert isinstance([*train(rest)][-1], Ended)
    np.testing.assert_array_equal(rest.flat, whole.flat)


def test_threads_end_when_their_session_is_gone() -> None:
    def learners() -> int:
        gc.collect()
        return sum(thread.name == "learner" for thread in threading.enumerate())

    session: Session | None = Session.begin(PLAIN, replace(settings(3), epochs=1), DIGITS, "run")
    assert isinstance(session, Session)
    before = [t for t in threading.enumerate() if t.name == "learner"]
    assert len(before) >= 2
    session = None
    assert session is None
    learners()
    for thread in before[-2:]:
        thread.join(10)
        assert not thread.is_alive()
