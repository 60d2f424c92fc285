"""Saliency: each method against its definition, and integrated gradients' axiom."""

from __future__ import annotations

import numpy as np
import pytest
from explained_networks import dense, explained, network_of, picture, sequence
from hypothesis import given, settings
from hypothesis import strategies as st
from numeric import central_differences

from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.explaining.saliency import (
    METHODS,
    Saliency,
    by_place,
    gradient,
    gradient_times_input,
    integrated_gradients,
    smooth_gradient,
)
from nnstudio.explaining.score import Score
from nnstudio.explaining.sensitivity import Explained


def linear(seed: int = 0) -> tuple[Explained, np.ndarray]:
    """s = w · x + b, and w."""
    network = network_of(Input((4,)), Dense(2))
    f = explained(network, Score(1, (1,)), seed=seed)
    return f, network.arrays(f.flat)["n1", "weight"][1]


def test_of_a_linear_network_every_method_gives_the_weights() -> None:
    f, w = linear()
    np.testing.assert_allclose(gradient(f).values, np.abs(w))
    np.testing.assert_allclose(smooth_gradient(f).values, np.abs(w))
    np.testing.assert_allclose(gradient_times_input(f).values, w * f.x)
    np.testing.assert_allclose(integrated_gradients(f).values, w * f.x)
    start = np.array([1.0, -1.0, 0.5, 2.0])
    np.testing.assert_allclose(integrated_gradients(f, start).values, w * (f.x - start))


def test_the_gradient_is_the_size_of_differences() -> None:
    f = explained(network_of(*picture()), Score(10, (1,)))
    x = f.x[..., np.newaxis].copy()
    numeric = central_differences(lambda: float(f.values(x)[0]), x)[..., 0]
    np.testing.assert_allclose(gradient(f).values, np.abs(numeric), atol=1e-8)
    np.testing.assert_allclose(gradient_times_input(f).values, numeric * f.x, atol=1e-8)


def test_smooth_gradient_is_the_mean_over_noisy_copies() -> None:
    f = explained(network_of(*dense()), Score(3, (0,)))
    sigma = 0.3 * (f.x.max() - f.x.min())
    noise = np.random.default_rng(7).standard_normal((5, 20))
    each = [f.gradients((f.x + sigma * noise[:, k])[:, np.newaxis])[:, 0] for k in range(20)]
    found = smooth_gradient(f, copies=20, noise=0.3, seed=7)
    np.testing.assert_allclose(found.values, np.abs(np.mean(each, axis=0)))
    assert not found.is_signed
    np.testing.assert_array_equal(
        smooth_gradient(f, noise=0.0).values.round(12), gradient(f).values.round(12)
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), which=st.sampled_from(["dense", "picture", "sequence"]))
def test_integrated_gradients_are_complete(seed: int, which: str) -> None:
    parts, score = {
        "dense": (dense(), Score(3, (2,))),
        "picture": (picture(), Score(10, (0,))),
        "sequence": (sequence(), Score(3, (5, 0))),
    }[which]
    f = explained(network_of(*parts), score, seed=seed)
    found = integrated_gradients(f, pieces=400)
    assert found.scores is not None
    at_x, at_start = found.scores
    assert at_x == pytest.approx(float(f.values(f.x[..., np.newaxis])[0]))
    # Where ReLU and MaxPool bend the way, the middle of a piece isn't its mean.
    scale = max(abs(at_x - at_start), np.abs(found.values).sum())
    assert abs(found.values.sum() - (at_x - at_start)) < 5e-3 * scale


def test_finer_pieces_make_integrated_gradients_more_complete() -> None:
    f = explained(network_of(*dense()), Score(3, (0,)))

    def lacking(pieces: int) -> float:
        found = integrated_gradients(f, pieces=pieces)
        assert found.scores is not None
        return abs(float(found.values.sum()) - (found.scores[0] - found.scores[1]))

    assert lacking(64) < lacking(8) / 30, "the middles of pieces: the error falls with n²"


def test_an_input_that_is_nothing_gets_nothing_by_the_methods_that_add_up() -> None:
    f = explained(network_of(*dense()), Score(3, (0,)))
    f.x[2] = 0.0
    for method in (gradient_times_input, integrated_gradients):
        assert method(f).values[2] == 0
    assert gradient(f).values[2] > 0


def test_channels_are_added_where_methods_add_up_and_else_the_greatest_counts() -> None:
    values = np.array([[[1.0, -2.0]], [[-3.0, 5.0]]])
    signed, sizes = Saliency(values, True), Saliency(np.abs(values), False)
    np.testing.assert_array_equal(by_place(signed), [[-2.0, 3.0]])
    np.testing.assert_array_equal(by_place(sizes), [[3.0, 5.0]])
    np.testing.assert_array_equal(by_place(Saliency(values[0].T, True)), [1.0, -2.0])


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_a_number_for_each_number_of_the_example(method: str) -> None:
    f = explained(network_of(*picture()), Score(10, (0,)))
    assert METHODS[method](f).values.shape == f.x.shape
