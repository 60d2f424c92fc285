"""A trained network that can be asked."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from numpy.typing import DTypeLike
from small_projects import (
    LINE,
    LINE_DATA,
    SPIRAL,
    SPIRAL_DATA,
    chain,
    trained,
    with_weights,
)

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.preparation import Affine, Preparation
from nnstudio.engine.activations import Sigmoid
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import BinaryCrossEntropy, Hinge, Loss
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import Workspace
from nnstudio.graph import edits
from nnstudio.graph.compile import CompileError
from nnstudio.graph.model import Node
from nnstudio.project.model import Model, PredictError, model_for
from nnstudio.project.project import Project
from nnstudio.training.evaluation import evaluate
from nnstudio.training.settings import TrainingSettings


def picture_model(*shape: int) -> Model:
    """Answers with the sum of a picture's pixels, and twice that."""
    size = int(np.prod(shape))
    graph = chain(Input(shape=shape), Flatten(), Dense(units=2, use_bias=False))
    return Model.of(
        with_weights(Project(graph=graph), n2_weight=np.array([[1.0] * size, [2.0] * size]))
    )


# ---------------------------------------------------------------- shapes


@pytest.mark.parametrize(
    ("shape", "given", "answers"),
    [
        ((1, 4, 3), (5, 1, 4, 3), 5),
        ((1, 4, 3), (5, 4, 3), 5),  # one channel needn't be written
        ((1, 4, 3), (5, 12), 5),
        ((1, 4, 3), (1, 4, 3), 1),  # one picture
        ((1, 4, 3), (4, 3), 1),
        ((1, 12, 12), (12, 12), 1),
        ((1, 4, 3), (12,), 1),
        ((1, 4, 3), (0, 1, 4, 3), 0),
        ((1, 4, 3), (0, 12), 0),
        ((1, 4, 3), (1300, 4, 3), 1300),  # more than one batch inside
        ((3, 2, 2), (5, 3, 2, 2), 5),
        ((3, 2, 2), (3, 2, 2), 1),
        ((4,), (5, 4), 5),
        ((4,), (4,), 1),
        ((1,), (6, 1), 6),
        ((1,), (6,), 6),
        ((5, 2), (3, 5, 2), 3),
        ((5, 2), (5, 2), 1),
    ],
)
def test_examples_are_accepted_in_these_shapes(
    shape: tuple[int, ...], given: tuple[int, ...], answers: int
) -> None:
    x = np.arange(np.prod(given), dtype=np.float64).reshape(given) % 7
    answer = picture_model(*shape).predict(x)
    assert answer.shape == (answers, 2)
    sums = x.reshape(answers, int(np.prod(shape))).sum(axis=1)
    np.testing.assert_allclose(answer, np.stack([sums, 2 * sums], axis=1), rtol=1e-6)


@pytest.mark.parametrize(
    ("shape", "given", "expected", "got"),
    [
        ((1, 28, 28), (5, 28, 27), "(N × 1 × 28 × 28)", "5 × 28 × 27"),
        ((1, 28, 28), (28, 27), "(N × 1 × 28 × 28)", "28 × 27"),
        ((3, 2, 2), (2, 2), "(N × 3 × 2 × 2)", "2 × 2"),
        ((1, 28, 28), (2, 3, 28, 28), "(N × 1 × 28 × 28)", "2 × 3 × 28 × 28"),
        ((3, 2, 2), (5, 2, 2), "(N × 3 × 2 × 2)", "5 × 2 × 2"),
        ((4,), (5, 3), "(N × 4)", "5 × 3"),
        ((4,), (5,), "(N × 4)", "5"),
        ((4,), (5, 2, 2), "(N × 4)", "5 × 2 × 2"),
        ((4,), (0,), "(N × 4)", "0"),
        ((1,), (), "(N × 1)", "1"),
    ],
)
def test_another_shape_is_refused_with_a_sentence(
    shape: tuple[int, ...], given: tuple[int, ...], expected: str, got: str
) -> None:
    with pytest.raises(PredictError) as refused:
        picture_model(*shape).predict(np.zeros(given))
    assert str(refused.value) == (
        f"The network expects {expected}, got {got}: give one example or a batch of that shape."
    )


@pytest.mark.parametrize(
    "x",
    [
        [[nan, 1.0]],
        [[inf, 1.0]],
        [[1e300, 1.0]],  # finite, but not for the network
        [["a", "b"]],
        [[1.0, 2.0], [3.0]],
        [[1j, 2.0]],
        None,
        [[None, 1.0]],
    ],
)
def test_what_are_no_numbers_is_refused_with_a_sentence(x: object) -> None:
    with pytest.raises(PredictError, match="values that are not finite numbers"):
        picture_model(2).predict(x)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float16, np.float32, np.float64, bool])
def test_numbers_of_every_kind_are_accepted(dtype: DTypeLike) -> None:
    x = np.array([[0, 1], [1, 1]]).astype(dtype)
    np.testing.assert_array_equal(picture_model(2).predict(x), [[1, 2], [2, 4]])
    np.testing.assert_array_equal(picture_model(2).predict(x.tolist()), [[1, 2], [2, 4]])


# ---------------------------------------------------------------- units


def test_numbers_come_in_the_units_of_the_data() -> None:
    """y = 2 x − 1, learned on inputs and targets that were both shifted and scaled."""
    long = replace(LINE, settings=replace(LINE.settings, epochs=200))
    project, _ = trained(long, LINE_DATA)
    x = np.linspace(-0.9, 0.9, 20)[:, np.newaxis]
    np.testing.assert_allclose(Model.of(project).predict(x), 2 * x - 1, atol=0.15)


def test_predicting_undoes_the_preparation_of_targets() -> None:
    preparation = Preparation(
        Affine(np.array([10.0]), np.array([2.0])), Affine(np.array([-3.0]), np.array([0.5]))
    )
    project = with_weights(LINE, preparation, n1_weight=np.array([[7.0]]), n1_bias=np.array([1.0]))
    # (12 − 10) · 2 = 4;  7 · 4 + 1 = 29;  29 / 0.5 − 3 = 55
    np.testing.assert_allclose(Model.of(project).predict([[12.0]]), [[55.0]])


def test_classes_come_as_probabilities() -> None:
    project, _ = trained(SPIRAL, SPIRAL_DATA)
    answer = Model.of(project).predict(SPIRAL_DATA.dataset.inputs)
    assert answer.shape == (60, 2)
    assert (answer > 0).all()
    np.testing.assert_allclose(answer.sum(axis=1), 1, rtol=1e-6)


def test_a_model_answers_as_training_is_evaluated() -> None:
    project, _ = trained(SPIRAL, SPIRAL_DATA)
    model, rows = Model.of(project), SPIRAL_DATA.parts.test
    scores = evaluate(model.workspace, SPIRAL_DATA, rows)
    assert scores is not None
    answer = model.predict(SPIRAL_DATA.dataset.inputs[rows])
    assert scores.metric == (answer.argmax(axis=1) == SPIRAL_DATA.dataset.targets[rows]).mean()


def test_predicting_prepares_inputs_as_training_does_to_the_last_bit() -> None:
    seconds = 1.7e9 + np.random.default_rng(0).uniform(0, 1000, (30, 1))  # of the year 2023
    dataset = Dataset("moments", seconds, seconds - 1.7e9)
    data = PreparedData.of(replace(LINE.data, inputs="standardise"), dataset=dataset)
    project = with_weights(LINE, data.preparation)
    x, y = np.empty((1, 30), np.float32), np.empty((1, 30), np.float32)
    data.gather(np.arange(30), x, y)
    model = Model.of(project)
    (columns,) = Workspace(model.network, model.workspace.flat).predict([x])
    expected = data.preparation.targets.invert(columns.T)
    np.testing.assert_array_equal(model.predict(seconds), expected)


def test_an_answer_stays_as_it_is_when_the_model_is_asked_again() -> None:
    model = picture_model(2)
    first = model.predict([[1.0, 2.0]])
    before = first.copy()
    model.predict([[5.0, 5.0]])
    np.testing.assert_array_equal(first, before)


def test_predicting_leaves_the_input_as_it_is() -> None:
    x = np.array([[1.0, 2.0]], np.float32)
    picture_model(2).predict(x)
    np.testing.assert_array_equal(x, [[1.0, 2.0]])


def test_weights_of_a_running_training_are_copied() -> None:
    model = picture_model(2)
    flat = np.array([1.0, 1.0, 5.0, 5.0], np.float32)
    model.set_weights(flat)
    flat[...] = 0
    np.testing.assert_array_equal(model.predict([[1.0, 1.0]]), [[2.0, 10.0]])


def test_a_model_knows_what_it_takes_and_gives() -> None:
    project, _ = trained(SPIRAL, SPIRAL_DATA)
    model = Model.of(project)
    assert model.input_shape == (2,)
    assert model.output_size == 2
    assert model.is_classification
    assert not picture_model(3).is_classification


def two_class_model(loss: Loss, *end: Layer, units: int = 1) -> Model:
    """Asked for points on a line; the score of the first unit is what is asked about."""
    graph = chain(Input(shape=(1,)), Dense(units=units, use_bias=False), *end)
    weights = np.array([[1.0], [0.5], [-2.0]])[:units]
    settings = TrainingSettings(loss=loss)
    return Model.of(with_weights(Project(graph=graph, settings=settings), n1_weight=weights))


def test_a_single_probability_is_answered_as_those_of_both_classes() -> None:
    model = two_class_model(BinaryCrossEntropy(), Sigmoid())
    answers = model.predict([[-2.0], [0.0], [3.0]])
    second = 1 / (1 + np.exp([2.0, 0.0, -3.0]))
    np.testing.assert_allclose(answers, np.stack([1 - second, second], axis=1), rtol=1e-6)
    np.testing.assert_array_equal(answers.argmax(axis=1), [0, 0, 1])
    assert model.output_size == 2
    assert model.gives_probabilities


def test_a_single_score_is_answered_as_one_for_each_class() -> None:
    model = two_class_model(Hinge())
    np.testing.assert_array_equal(model.predict([[-2.0], [3.0]]), [[2.0, -2.0], [-3.0, 3.0]])
    assert model.output_size == 2
    assert model.is_classification
    assert not model.gives_probabilities


def test_several_outputs_are_answered_as_they_are() -> None:
    model = two_class_model(Hinge(), units=3)
    np.testing.assert_array_equal(model.predict([[2.0]]), [[2.0, 1.0, -4.0]])
    assert model.output_size == 3


# ---------------------------------------------------------------- projects that can't be asked


def test_an_untrained_project_has_no_model_yet() -> None:
    with pytest.raises(PredictError, match="has not been trained yet"):
        Model.of(LINE)


def test_a_design_changed_after_training_is_not_answered_with_random_weights() -> None:
    project, _ = trained(SPIRAL, SPIRAL_DATA, batches=1)
    name = next(n.id for n in project.graph.nodes if isinstance(n.layer, Dense))
    wider = replace(project, graph=edits.replace_layer(project.graph, name, Dense(units=17)))
    with pytest.raises(PredictError, match="Dense has no trained weights yet"):
        Model.of(wider)
    assert project.trained is not None
    assert Model.around(wider, project.trained.preparation).output_size == 2, "the window tries it"


def test_an_untrained_network_can_be_tried_with_its_first_weights() -> None:
    model = model_for(SPIRAL, SPIRAL_DATA)
    np.testing.assert_array_equal(model.workspace.flat, SPIRAL.network().initial(0))
    assert model.predict(SPIRAL_DATA.dataset.inputs[:3]).shape == (3, 2)


def test_a_trained_network_is_tried_with_the_preparation_it_was_trained_with() -> None:
    project, _ = trained(LINE, LINE_DATA)
    assert project.trained is not None
    model = model_for(project, PreparedData.of(replace(LINE.data, inputs="none")))
    assert model.preparation == project.trained.preparation


@pytest.mark.parametrize(
    ("graph", "error", "sentence"),
    [
        (
            edits.add_node(LINE.graph, Node("more", Input(shape=(1,), column="weather"))),
            PredictError,
            "The weights were trained without the column “weather”",
        ),
        (
            edits.connect(edits.add_node(LINE.graph, Node("side", Dense(units=1))), "n0", "side"),
            PredictError,
            "Dense has no trained weights yet",
        ),
        (edits.add_node(LINE.graph, Node("alone", Dense())), CompileError, "Dense has no input"),
        (edits.remove(LINE.graph, ["n0", "n1"]), CompileError, "The canvas is empty"),
        (
            edits.replace_layer(LINE.graph, "n0", Input(shape=(3,))),
            PredictError,
            "The data has shape 1, Input expects 3",
        ),
        (
            edits.replace_layer(LINE.graph, "n1", Dense(units=2)),
            PredictError,
            r"The data needs 1 number, this output gives 2",
        ),
    ],
)
def test_a_trained_project_whose_design_was_spoilt_says_what_is_wrong(
    graph: object, error: type[Exception], sentence: str
) -> None:
    project, _ = trained(LINE, LINE_DATA)
    with pytest.raises(error, match=sentence):
        Model.of(replace(project, graph=graph))  # type: ignore[arg-type]
