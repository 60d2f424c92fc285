"""Which number is explained: the score before the softmax, or the number itself."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Line, Sorting, Source, Spiral
from nnstudio.engine.activations import Sigmoid, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import BinaryCrossEntropy, CategoricalCrossEntropy, Hinge
from nnstudio.engine.shaping import Input
from nnstudio.explaining.score import Score, score_of
from nnstudio.explaining.sensitivity import Passes
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.project.model import Model, model_for
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings


def model(source: Source, *layers: Layer, **settings: object) -> tuple[Model, PreparedData]:
    graph = Graph()
    for i, layer in enumerate(layers):
        graph = add_node(graph, Node(f"n{i}", layer))
        graph = connect(graph, f"n{i - 1}", f"n{i}") if i else graph
    data = DataSettings(source, inputs="none" if isinstance(source, Sorting) else "scale")
    project = Project(graph=graph, data=data, settings=TrainingSettings(**settings))
    prepared = PreparedData.of(data)
    return model_for(project, prepared), prepared


def outputs(model: Model, data: PreparedData) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """What is answered to the first example, and every step's output for it."""
    x = data.dataset.inputs[:1]
    answer = model.predict_first(x)[0]
    xs = model.prepared(x)
    head = model.network.heads[0].step
    whole = Score(head, (0,) * len(model.network.steps[head].shape))
    given = dict(zip(model.network.input_steps, xs, strict=True))
    return answer, Passes(model.network, model.workspace.flat).forward(given, whole)


def test_of_classes_it_is_the_number_before_the_softmax() -> None:
    layers = Input((2,)), Dense(5), Tanh(), Dense(3), Softmax()
    asked, data = model(Spiral(classes=3), *layers, loss=CategoricalCrossEntropy())
    answer, out = outputs(asked, data)
    scores = [score_of(asked, k).of(out[score_of(asked, k).step])[0] for k in range(3)]
    np.testing.assert_allclose(np.exp(scores) / np.exp(scores).sum(), answer, rtol=1e-5)


def test_a_single_output_speaks_for_one_class_and_against_the_other() -> None:
    layers = Input((2,)), Dense(5), Tanh(), Dense(1), Sigmoid()
    asked, data = model(Spiral(classes=2), *layers, loss=BinaryCrossEntropy())
    answer, out = outputs(asked, data)
    first, second = (score_of(asked, k).of(out[3])[0] for k in (0, 1))
    assert first == -second
    assert 1 / (1 + np.exp(-second)) == pytest.approx(answer[1], rel=1e-5)


def test_scores_that_no_softmax_follows_are_taken_as_they_are() -> None:
    asked, _ = model(Spiral(classes=2), Input((2,)), Dense(2), loss=Hinge())
    assert score_of(asked, 1) == Score(1, (1,))


def test_of_numbers_it_is_the_number_itself() -> None:
    asked, _ = model(Line(), Input((1,)), Dense(1))
    assert score_of(asked, 0) == Score(1, (0,))


def test_where_each_place_has_a_class_the_place_is_said() -> None:
    layers = Input((8,)), Embedding(20, 4), Dense(20), Softmax()
    asked, data = model(Sorting(), *layers, loss=CategoricalCrossEntropy())
    answer, out = outputs(asked, data)
    scores = [score_of(asked, k, (3,)).of(out[2])[0] for k in range(answer.shape[1])]
    np.testing.assert_allclose(np.exp(scores) / np.exp(scores).sum(), answer[3], rtol=1e-4)
