"""Grad-CAM on a network that is small enough to be worked by hand."""

from __future__ import annotations

import numpy as np
from explained_networks import explained, network_of, picture, weights_of

from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.explaining.grad_cam import convolutions, grad_cam, maps_of
from nnstudio.explaining.score import Score
from nnstudio.explaining.sensitivity import Passes

PICTURE = np.array([[[1.0, 2.0], [3.0, -4.0]]])


def by_hand() -> tuple[np.ndarray, np.ndarray]:
    """L for each class: filters +1 and −1, ReLU, and scores that weigh the eight places."""
    network = network_of(
        Input((1, 2, 2)), Conv2D(2, (1, 1)), ReLU(), Flatten(), Dense(2), Softmax()
    )
    flat = np.zeros(network.size)
    arrays = network.arrays(flat)
    arrays["n1", "weight"][...] = np.array([1.0, -1.0]).reshape(2, 1, 1, 1)
    arrays["n4", "weight"][...] = [[1, 2, 3, 2, 4, 4, 4, 4], [-1, -1, -1, -1, 0, 0, 0, 8]]
    given = {0: PICTURE[..., np.newaxis]}
    first, second = (grad_cam(network, flat, given, 2, Score(4, (k,))) for k in range(2))
    return first, second


def test_maps_are_weighed_by_their_mean_slope_and_what_speaks_against_is_left_out() -> None:
    # A¹ = (1, 2, 3, 0), A² = (0, 0, 0, 4). Class 0: α = (8/4, 16/4); class 1: α = (−1, 8/4).
    first, second = by_hand()
    np.testing.assert_allclose(first, [[2, 4], [6, 16]])
    np.testing.assert_allclose(second, [[0, 0], [0, 8]])


def test_it_is_its_definition_on_any_network() -> None:
    network = network_of(*picture())
    f = explained(network, Score(10, (2,)))
    given = dict(f.given)
    maps = maps_of(network, 5)
    passes = Passes(network, f.flat)
    outputs = passes.forward(given, f.score)
    slopes = passes.backward(outputs, f.score)
    A, slope = outputs[maps][..., 0], slopes[maps][..., 0]
    expected = np.zeros(A.shape[1:])
    for k in range(len(A)):
        expected += slope[k].sum() / slope[k].size * A[k]
    found = grad_cam(network, weights_of(network), given, maps, f.score)
    np.testing.assert_allclose(found, np.where(expected > 0, expected, 0))
    assert found.any()


def test_a_convolutions_activations_are_what_its_activation_function_gives() -> None:
    network = network_of(*picture())
    assert maps_of(network, 1) == 3, "past BatchNorm to the tanh"
    assert maps_of(network, 5) == 6
    bare = network_of(Input((1, 4, 4)), Conv2D(2), BatchNorm(), Flatten(), Dense(2))
    assert maps_of(bare, 1) == 1, "no activation follows"


def test_only_convolutions_on_the_way_to_the_score_are_offered() -> None:
    network = network_of(*picture())
    assert convolutions(network, Score(10, (0,))) == (1, 5)
    assert convolutions(network, Score(4, (0, 0, 0))) == (1,)


def test_maps_that_the_score_does_not_know_say_nothing() -> None:
    network = network_of(*picture())
    f = explained(network, Score(2, (0, 1, 1)))
    assert not grad_cam(network, f.flat, f.given, 6, f.score).any()
