"""What hidden units add to an answer: together it is the answer, in the data's units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Line, Sine, Spiral, Square
from nnstudio.engine.activations import ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Array, Layer
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.normalisation import BatchNorm, LayerNorm
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.project.contributions import Adding, NoContributions
from nnstudio.project.model import Model, model_for
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings

PLACES = np.linspace(-3, 3, 41)[:, np.newaxis]
SOURCES = {"square": Square(), "sine": Sine(), "line": Line()}


def known(
    *layers: Layer, source: str = "square", inputs: str = "standardise", seed: int = 0
) -> Model:
    """A network with random variables on data that is prepared in some way."""
    graph, data = Graph(), DataSettings(SOURCES[source], inputs=inputs, targets=inputs)
    for number, layer in enumerate((Input((1,)), *layers)):
        graph = add_node(graph, Node(f"n{number}", layer))
        if number:
            graph = connect(graph, f"n{number - 1}", f"n{number}")
    model = model_for(Project(graph=graph, data=data), PreparedData.of(data))
    rng = np.random.default_rng(seed)
    # Away from 0, for running variances are among them.
    model.set_weights(rng.uniform(0.2, 1.5, model.workspace.flat.shape).astype(np.float32))
    for place in model.network.places:
        if place.start < model.network.trainable_size:
            model.workspace.flat[place.part] *= rng.choice(
                [-1, 1], place.part.stop - place.part.start
            )
    return model


def adding(model: Model, places: Array = PLACES) -> Adding:
    return Adding(model, places)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 90),
    st.sampled_from([ReLU(), Tanh(), Sigmoid()]),
    st.sampled_from(list(SOURCES)),
    st.sampled_from(["none", "standardise", "scale"]),
    st.booleans(),
    st.integers(0, 10_000),
)
def test_contributions_and_bias_add_up_to_what_the_network_answers(
    units: int, activation: Layer, source: str, inputs: str, use_bias: bool, seed: int
) -> None:
    layers = Dense(units), activation, Dense(1, use_bias=use_bias)
    model = known(*layers, source=source, inputs=inputs, seed=seed)
    found = adding(model).of(model.workspace.flat)
    answers = model.predict(PLACES)[:, 0]
    assert found.units.shape == (units, len(PLACES))
    scale = float(np.abs(found.units).sum(axis=0).max() + abs(found.bias)) + 1e-6
    np.testing.assert_allclose(found.total, answers, atol=2e-6 * scale, rtol=1e-5)


@pytest.mark.parametrize(
    "layers",
    [
        (Dense(5), Tanh(), Dense(4), ReLU(), Dropout(rate=0.5), Dense(1)),
        (Dense(6), BatchNorm(), ReLU(), Dense(1), Dropout(rate=0.1)),
        (Dense(6), Tanh(), LayerNorm(), Dense(1)),
        (Dense(6), Tanh(), Dense(3)),
    ],
    ids=["deep", "batch norm", "layer norm", "several outputs"],
)
def test_so_do_those_of_deeper_networks(layers: tuple[Layer, ...]) -> None:
    model = known(*layers, source="line", inputs="none")
    found = adding(model).of(model.workspace.flat)
    np.testing.assert_allclose(found.total, model.predict(PLACES)[:, 0], rtol=1e-4, atol=1e-4)
    assert found.activation == ""


def test_they_follow_other_variables() -> None:
    model = known(Dense(5), Tanh(), Dense(1))
    adds = adding(model)
    first = adds.of(model.workspace.flat).total
    model.set_weights(model.workspace.flat * 0.5)
    second = adds.of(model.workspace.flat).total
    assert not np.allclose(first, second)
    np.testing.assert_allclose(second, model.predict(PLACES)[:, 0], rtol=1e-4, atol=1e-5)


def test_before_an_activation_the_sum_is_told_and_so_is_the_activation() -> None:
    model = known(Dense(5), Tanh(), Dense(1), Sigmoid(), inputs="none")
    found = adding(model).of(model.workspace.flat)
    assert found.activation == "Sigmoid"
    answers = model.predict(PLACES)[:, 0]
    np.testing.assert_allclose(1 / (1 + np.exp(-found.total)), answers, rtol=1e-4, atol=1e-5)


def test_the_units_are_those_of_the_layer_behind_the_activation() -> None:
    assert adding(known(Dense(5), Tanh(), Dense(4), ReLU(), Dropout(), Dense(1))).hidden == "n3"


def test_built_up_the_units_that_bend_most_come_first() -> None:
    model = known(Dense(12), Tanh(), Dense(1))
    found = adding(model).of(model.workspace.flat)
    bends = np.ptp(found.units, axis=1)[found.order]
    assert (np.diff(bends) <= 0).all()
    assert sorted(found.order) == list(range(12))
    np.testing.assert_array_equal(found.partial(0), np.full(len(PLACES), found.bias))
    one = found.partial(1) - found.partial(0)
    np.testing.assert_allclose(one, found.units[found.order[0]])
    np.testing.assert_allclose(found.partial(12), found.total)


def test_classes_are_refused_with_the_reason() -> None:
    graph = Graph()
    for number, layer in enumerate((Input((2,)), Dense(4), Tanh(), Dense(2), Softmax())):
        graph = add_node(graph, Node(f"n{number}", layer))
        if number:
            graph = connect(graph, f"n{number - 1}", f"n{number}")
    data = DataSettings(Spiral())
    project = Project(
        graph=graph, data=data, settings=replace(TrainingSettings(), loss=CategoricalCrossEntropy())
    )
    with pytest.raises(NoContributions, match="scores"):
        Adding(model_for(project, PreparedData.of(data)), np.zeros((3, 2)))


@pytest.mark.parametrize(
    ("layers", "words"),
    [((Dense(1),), "no hidden layer"), ((Dense(3), Tanh(), Dense(1), BatchNorm()), "last layer")],
    ids=["a straight line", "something else at the end"],
)
def test_other_networks_are_refused_with_the_reason(layers: tuple[Layer, ...], words: str) -> None:
    with pytest.raises(NoContributions, match=words):
        adding(known(*layers))
