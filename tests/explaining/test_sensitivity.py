"""∂score/∂activation by backward, against differences of scores."""

from __future__ import annotations

import numpy as np
import pytest
from explained_networks import (
    branches,
    dense,
    example_for,
    explained,
    network_of,
    picture,
    sequence,
    weights_of,
    words,
)
from numeric import TOLERANCE, central_differences, relative_error

from nnstudio.engine.network import Network
from nnstudio.explaining.score import Score
from nnstudio.explaining.sensitivity import Explained, Interrupted, Passes

#: A network and the number that is explained: before the softmax or sigmoid, or in a sequence.
CASES = {
    "dense": (dense(), Score(3, (1,))),
    "picture": (picture(), Score(10, (2,))),
    "branches": (branches(), Score(7, (0,), -1.0)),
    "sequence": (sequence(), Score(3, (4, 1))),
}


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> tuple[Network, Score]:
    parts, score = CASES[request.param]
    return network_of(*parts), score


def test_the_gradient_to_the_input_is_that_of_differences(case: tuple[Network, Score]) -> None:
    network, score = case
    f = explained(network, score)
    x = f.x[..., np.newaxis].copy()
    numeric = central_differences(lambda: float(f.values(x)[0]), x)
    assert np.abs(numeric).max() > 1e-3, "the score depends on the input"
    assert relative_error(f.gradients(x), numeric) < TOLERANCE


def test_the_gradient_to_every_activation_is_that_of_differences(
    case: tuple[Network, Score],
) -> None:
    network, score = case
    flat, given = weights_of(network), example_for(network)
    passes = Passes(network, flat)
    outputs = {i: out.copy() for i, out in passes.forward(given, score).items()}
    slopes = passes.backward(passes.forward(given, score), score)
    slopes = {i: slope.copy() for i, slope in slopes.items()}
    assert set(slopes) == set(range(score.step + 1))
    for i in slopes:
        known = {**given, i: outputs[i].copy()}  # the step itself is taken as given

        def value(known: dict[int, np.ndarray] = known) -> float:
            return float(score.of(Passes(network, flat).forward(known, score)[score.step])[0])

        numeric = central_differences(value, known[i])
        assert relative_error(slopes[i], numeric) < TOLERANCE, network.steps[i].layer


def test_examples_that_go_through_together_do_not_touch_each_other(
    case: tuple[Network, Score],
) -> None:
    network, score = case
    f = explained(network, score)
    many = np.random.default_rng(3).standard_normal((*f.x.shape, 37))  # two pieces and a bit
    alone = [f.gradients(many[..., k : k + 1])[..., 0] for k in range(37)]
    np.testing.assert_allclose(f.gradients(many), np.stack(alone, axis=-1), atol=1e-12)


def test_dropout_and_batch_statistics_rest() -> None:
    network = network_of(*picture())
    f = explained(network, Score(10, (0,)))
    before = f.flat.copy()
    first = f.gradients(f.x[..., np.newaxis]).copy()
    np.testing.assert_array_equal(f.gradients(f.x[..., np.newaxis]), first)
    np.testing.assert_array_equal(f.flat, before)


def test_numbers_that_are_looked_up_have_no_gradient_but_their_vectors_have() -> None:
    network = network_of(*words())
    flat, score = weights_of(network), Score(3, (1,))
    given = {0: np.array([[3.0], [0.0], [5.0], [3.0]])}
    looked_up = Explained(network, flat, given, 0, score)
    np.testing.assert_array_equal(looked_up.gradients(looked_up.x[..., np.newaxis]), 0)
    vectors = Explained(network, flat, given, 1, score)
    np.testing.assert_array_equal(vectors.x, network.arrays(flat)["n1", "weight"][[3, 0, 5, 3]])
    x = vectors.x[..., np.newaxis].copy()
    numeric = central_differences(lambda: float(vectors.values(x)[0]), x)
    assert relative_error(vectors.gradients(x), numeric) < TOLERANCE


def test_what_the_score_does_not_depend_on_has_gradient_0() -> None:
    network = network_of(*dense())
    f = explained(network, Score(1, (0,)), source=2)  # a score that comes before
    assert f.gradients(np.ones((7, 2))).tolist() == np.zeros((7, 2)).tolist()


def test_whoever_no_longer_waits_stops_the_work_between_pieces() -> None:
    network = network_of(*dense())
    asked = []
    f = explained(network, Score(3, (0,)), interrupted=lambda: len(asked) == 2 or asked.append(1))
    with pytest.raises(Interrupted):
        f.gradients(np.zeros((5, 1_000)))
    assert len(asked) == 2
