"""Outputs with several axes: classes are judged at each place, numbers all in one row."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.engine.activations import Softmax
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.catalogue import LOSSES
from nnstudio.engine.fast.losses import SoftmaxCrossEntropy, SparseSoftmaxCrossEntropy
from nnstudio.engine.layer import Array, Call
from nnstudio.engine.losses import (
    CategoricalCrossEntropy,
    HalfSquaredError,
    Hinge,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossEntropy,
)
from nnstudio.engine.places import AtEachPlace, InOneRow, fitted
from nnstudio.engine.shaping import Input
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.model import Edge, Graph, Node

SEED = 4
#: Sequences of 4 places with 3 classes, and pictures of 2 × 3 places.
SHAPES = [(4, 3), (3, 2, 3)]
CLASS_LOSSES = [
    CategoricalCrossEntropy(),
    CategoricalCrossEntropy(label_smoothing=0.1),
    SparseCategoricalCrossEntropy(),
    SoftmaxCrossEntropy(),
    SparseSoftmaxCrossEntropy(label_smoothing=0.1),
    Hinge(),
]


def example(loss: Loss, shape: tuple[int, ...]) -> tuple[AtEachPlace, Array, Array]:
    """The fitted loss, probabilities (*shape, 5), and targets with the classes first."""
    rng = np.random.default_rng(SEED)
    whole = fitted(loss, shape)
    assert isinstance(whole, AtEachPlace)
    output = rng.uniform(0.1, 1, (*shape, 5))
    output /= output.sum(axis=whole.axis, keepdims=True)
    places = tuple(np.delete(shape, whole.axis))
    labels = rng.integers(0, 3, (*places, 5))
    one_hot = np.eye(3)[:, labels]
    rows = whole.target_shape(shape)[0]
    return whole, output, one_hot if rows > 1 else labels[np.newaxis].astype(float)


def by_hand(loss: AtEachPlace, output: Array, target: Array) -> Array:
    """The loss of each example: the mean of the loss at each place, taken out and put in alone."""
    first = np.moveaxis(output, loss.axis, 0)
    found = [
        [
            loss.loss.each(first[:, *place, [n]], target[:, *place, [n]], Call(np.float64))[0]
            for place in np.ndindex(first.shape[1:-1])
        ]
        for n in range(output.shape[-1])
    ]
    return np.mean(found, axis=1)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("loss", CLASS_LOSSES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
def test_classes_are_judged_at_each_place(
    loss: Loss, shape: tuple[int, ...], weighted: bool
) -> None:
    whole, output, target = example(loss, shape)
    call = Call(np.float64)
    weights = np.array([1.0, 0.5, 2.0, 0.0, 3.0])
    call.weights = weights if weighted else None
    expected = np.average(by_hand(whole, output, target), weights=call.weights)
    assert whole.value(output, target, call) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("loss", CLASS_LOSSES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
def test_the_gradient_is_that_of_the_mean_over_the_places(
    loss: Loss, shape: tuple[int, ...], weighted: bool
) -> None:
    whole, output, target = example(loss, shape)
    call = Call(np.float64)
    call.weights = np.array([1.0, 0.5, 2.0, 0.0, 3.0]) if weighted else None
    whole.value(output, target, call)
    dy = whole.gradient(output, target, call).copy()
    step = 1e-6
    for index in np.ndindex(output.shape):
        moved = []
        for way in (step, -step):
            other = output.copy()
            other[index] += way
            moved.append(whole.value(other, target, call))
        assert dy[index] == pytest.approx((moved[0] - moved[1]) / (2 * step), abs=1e-7)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("loss", [HalfSquaredError(), MeanSquaredError()], ids=str)
@pytest.mark.parametrize("weights", [None, np.array([1.0, 0.0, 2.0])], ids=["alike", "weighted"])
def test_numbers_are_judged_as_if_they_lay_in_a_row(
    loss: Loss, shape: tuple[int, ...], weights: Array | None
) -> None:
    rng = np.random.default_rng(SEED)
    output, target = rng.standard_normal((2, *shape, 3))
    whole, flat = Call(np.float64), Call(np.float64)
    whole.weights = flat.weights = weights
    value = fitted(loss, shape).value(output, target, whole)
    rows = output.reshape(-1, 3), target.reshape(-1, 3)
    assert value == loss.value(*rows, flat)
    np.testing.assert_array_equal(
        fitted(loss, shape).gradient(output, target, whole).reshape(-1, 3),
        loss.gradient(*rows, flat),
    )


def test_a_row_of_numbers_needs_nothing_of_the_kind() -> None:
    for cls in LOSSES.values():
        assert fitted(cls(), (7,)) == cls()


@pytest.mark.parametrize("cls", LOSSES.values(), ids=LOSSES)
def test_targets_have_a_class_at_each_place_or_the_shape_of_the_output(cls: type[Loss]) -> None:
    whole = fitted(cls(), (4, 3))
    if isinstance(whole, InOneRow):
        assert whole.target_shape((4, 3)) == (4, 3)
    else:
        assert whole.target_shape((4, 3)) == (cls().target_size(3), 4)
        assert fitted(cls(), (3, 2, 5)).target_shape((3, 2, 5)) == (cls().target_size(3), 2, 5)


def test_a_loss_that_swallows_softmax_does_so_at_each_place() -> None:
    graph = Graph((Node("x", Input(shape=(4, 3))), Node("y", Softmax())), (Edge("x", "y"),))
    (head,) = compile_graph(graph, {"y": CategoricalCrossEntropy()}).heads
    assert head.loss == AtEachPlace(SoftmaxCrossEntropy(), feature_axis(2))
    assert (head.step, head.loss_step) == (1, 0)
