"""Training on augmented examples: same bits however it runs, and nobody else sees the changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_runs import drive, network_of, resumed, same_state

from nnstudio.data.augmentation import AUGMENTATIONS, Augmentation, augmented
from nnstudio.data.augmentation.moving import Shift
from nnstudio.data.augmentation.noise import Noise
from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits
from nnstudio.data.split import Split
from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import Workspace
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.project.model import model_for
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.evaluation import evaluate
from nnstudio.training.events import Diverged, Failed
from nnstudio.training.learner import Learner
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings

#: About 90 digits are trained on.
FEW = Split(0.15, 0.8)
NETWORK = network_of(
    Input(shape=(1, 8, 8)), Flatten(), Dense(units=10), Softmax(), loss=CategoricalCrossEntropy()
)
SETTINGS = TrainingSettings(
    loss=CategoricalCrossEntropy(), batch_size=32, epochs=2, learning_rate=0.01
)
BOTH = (Shift(1, 1), Noise(0.3))


def data_with(*augmentation: Augmentation) -> PreparedData:
    return PreparedData.of(DataSettings(Digits(), Split(0.1, 0.8), augmentation=augmentation))


def session_on(data: PreparedData, settings: TrainingSettings = SETTINGS) -> Session:
    return Session.begin(NETWORK, settings, data, "digits")


def taken(learner: Learner, index: Array, epoch: int) -> Array:
    """The inputs that a learner goes through, batch first."""
    learner.learn(index, np.random.default_rng(0), None, epoch)
    return np.moveaxis(learner._xs[0], -1, 0).copy()


def test_a_network_learns_from_augmented_examples_that_differ_from_epoch_to_epoch() -> None:
    data = data_with(*BOTH)
    learner = Learner(NETWORK, NETWORK.initial(0), data, seed=5)
    index = data.parts.train[:7]
    for epoch in (0, 3, 0):
        wanted = augmented(
            BOTH, data.dataset.inputs[index], index, data.spread, seed=5, epoch=epoch
        )
        prepared = data.preparation.inputs.apply(wanted)
        np.testing.assert_allclose(taken(learner, index, epoch), prepared, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_an_epoch_with_each_augmentation_is_trained(name: str) -> None:
    session = session_on(data_with(AUGMENTATIONS[name]()))
    events = drive(session, epochs=1)
    assert not any(isinstance(event, (Failed, Diverged)) for event in events)
    plain = session_on(data_with())
    drive(plain, epochs=1)
    assert not np.array_equal(session.flat, plain.flat)


@pytest.mark.parametrize("batches", [1, 4, 7])
def test_a_paused_run_goes_on_with_the_same_bits(batches: int) -> None:
    whole, halved = session_on(data_with(*BOTH)), session_on(data_with(*BOTH))
    drive(whole)
    drive(halved, batches=batches)
    second = resumed(halved)
    drive(second)
    assert same_state(whole.trained(), second.trained())


def test_steps_one_by_one_are_the_same_bits() -> None:
    whole, stepped = session_on(data_with(*BOTH)), session_on(data_with(*BOTH))
    drive(whole)
    while stepped.epoch < 2:
        drive(stepped, batches=1)
        if stepped.position >= len(stepped.data.parts.train):
            drive(stepped, epochs=1)
    assert np.array_equal(whole.flat, stepped.flat)


def test_threads_learn_from_the_same_examples() -> None:
    data = data_with(*BOTH)
    one = session_on(data)
    two = session_on(data, replace(SETTINGS, threads=2))
    drive(one)
    drive(two)
    np.testing.assert_allclose(two.flat, one.flat, rtol=2e-3, atol=1e-4)


def test_how_many_examples_a_batch_has_does_not_change_what_happens_to_one() -> None:
    data = data_with(*BOTH)
    learner = Learner(NETWORK, NETWORK.initial(0), data)
    index = data.parts.train[:20]
    together = taken(learner, index, 1)
    apart = [taken(learner, index[i : i + 4], 1) for i in range(0, 20, 4)]
    np.testing.assert_array_equal(np.concatenate(apart), together)


def test_validation_sees_the_examples_as_they_are() -> None:
    data, plain = data_with(*BOTH), data_with()
    flat = NETWORK.initial(0)
    for part in (data.parts.validation, data.parts.test, data.parts.train):
        found = evaluate(Workspace(NETWORK, flat), data, part)
        assert found == evaluate(Workspace(NETWORK, flat), plain, part)


def test_an_optimizer_that_searches_sees_one_and_the_same_examples_within_a_step() -> None:
    settings = replace(SETTINGS, optimizer=LBFGS(), learning_rate=1.0, epochs=3)
    whole, halved = session_on(data_with(*BOTH), settings), session_on(data_with(*BOTH), settings)
    drive(whole)
    drive(halved, epochs=1)
    second = resumed(halved)
    drive(second)
    assert same_state(whole.trained(), second.trained())
    plain = session_on(data_with(), settings)
    drive(plain)
    assert not np.array_equal(plain.flat, whole.flat)
    losses = whole.history.steps.curve()[3]
    assert losses[-1] < losses[0]


def test_an_optimizer_that_searches_sees_other_examples_in_each_epoch() -> None:
    session = session_on(
        data_with(*BOTH), replace(SETTINGS, optimizer=LBFGS(), learning_rate=1.0, epochs=3)
    )
    seen: list[set[int]] = []
    learn = session.learner.learn

    def watched(index: Array, rng: np.random.Generator, weights: Array | None, epoch: int) -> Any:
        seen[-1].add(epoch)
        return learn(index, rng, weights, epoch)

    session.learner.learn = watched  # type: ignore[method-assign,assignment]
    for _ in range(3):
        seen.append(set())
        drive(session, epochs=1)
    assert seen == [{0}, {1}, {2}]


def design(*augmentation: Augmentation) -> Project:
    layers = (Input(shape=(1, 8, 8)), Flatten(), Dense(units=10), Softmax())
    nodes = tuple(Node(f"n{i}", layer) for i, layer in enumerate(layers))
    edges = tuple(Edge(f"n{i}", f"n{i + 1}") for i in range(3))
    data = DataSettings(Digits(), Split(0.1, 0.8), augmentation=augmentation)
    return Project(graph=Graph(nodes, edges), data=data, settings=SETTINGS)


def test_other_augmentation_makes_another_run_and_none_leaves_it_the_same() -> None:
    assert design().run_hash() != design(Noise()).run_hash()
    assert design(Noise()).run_hash() != design(Noise(0.2)).run_hash()
    assert design(Noise(), Shift()).run_hash() != design(Shift(), Noise()).run_hash()


def test_a_run_taken_up_again_is_still_augmented() -> None:
    project = design(Noise(0.5))
    data = PreparedData.of(project.data)
    session = session_for(project, data)
    drive(session, batches=2)
    paused = replace(project, trained=session.trained())
    again = session_for(paused, data)
    assert again.data.augmentation == (Noise(0.5),)
    drive(session)
    drive(again)
    assert same_state(session.trained(), again.trained())


def test_what_is_asked_of_a_trained_network_is_not_augmented() -> None:
    project = design(Noise(0.5))
    data = PreparedData.of(project.data)
    session = session_for(project, data)
    drive(session)
    trained = session.trained()
    picture = data.dataset.inputs[:2]
    noisy = model_for(replace(project, trained=trained), data).predict(picture)
    plain = model_for(replace(design(), trained=trained), data_with()).predict(picture)
    np.testing.assert_array_equal(noisy, plain)
