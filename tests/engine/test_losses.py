"""What every loss promises."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numeric import TOLERANCE, central_differences, relative_error
from numpy.typing import DTypeLike

from nnstudio.engine.activations import Softmax
from nnstudio.engine.catalogue import LAYERS, LOSSES
from nnstudio.engine.layer import Array, Call
from nnstudio.engine.losses import (
    CategoricalCrossEntropy,
    HalfSquaredError,
    Loss,
    SoftmaxCrossEntropy,
)

TESTED: tuple[Loss, ...] = (HalfSquaredError(), CategoricalCrossEntropy(), SoftmaxCrossEntropy())


def half_squared_error(output: Array, target: Array) -> float:
    """½ ‖y − ŷ‖², the mean over examples, number by number."""
    rows, columns = output.shape
    total = sum(
        0.5 * (target[i, n] - output[i, n]) ** 2 for i in range(rows) for n in range(columns)
    )
    return float(total / columns)


def cross_entropy(output: Array, target: Array) -> float:
    """−Σ y ln ŷ for one-hot targets: minus the logarithm at the right class."""
    right = target.argmax(axis=0)
    return float(np.mean([-np.log(output[c, n]) for n, c in enumerate(right)]))


def softmax_cross_entropy(output: Array, target: Array) -> float:
    exponentials = np.exp(output)
    return cross_entropy(exponentials / exponentials.sum(axis=0), target)


FORMULAS: dict[str, Callable[[Array, Array], float]] = {
    "HalfSquaredError": half_squared_error,
    "CategoricalCrossEntropy": cross_entropy,
    "SoftmaxCrossEntropy": softmax_cross_entropy,
}


def example_for(loss: Loss, *, count: int = 6, seed: int = 3) -> tuple[Array, Array]:
    """(output, target) that suit ``loss``: four numbers, or probabilities or scores of four."""
    rng = np.random.default_rng(seed)
    scores: Array = rng.standard_normal((4, count))
    if not loss.for_classes:
        return scores, rng.standard_normal((4, count))
    target: Array = np.eye(4)[:, rng.integers(0, 4, count)]
    if isinstance(loss, SoftmaxCrossEntropy):
        return scores, target
    return np.exp(scores) / np.exp(scores).sum(axis=0), target


each_loss = pytest.mark.parametrize("loss", TESTED, ids=lambda loss: type(loss).__name__)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_of_the_catalogue_is_tested_and_tells_what_a_form_needs(name: str) -> None:
    assert LOSSES[name] in map(type, TESTED), f"add an example and the formula of {name}"
    assert LOSSES[name].title
    assert LOSSES[name].summary
    assert not LOSSES[name].fuses or LOSSES[name].fuses in LAYERS


@each_loss
@pytest.mark.parametrize("count", [1, 6])
def test_the_value_is_the_formulas_mean_over_the_batch(loss: Loss, count: int) -> None:
    output, target = example_for(loss, count=count)
    expected = FORMULAS[type(loss).__name__](output, target)
    assert loss.value(output, target, Call(np.float64)) == pytest.approx(expected, rel=1e-12)


def test_half_the_squared_distance_of_a_case_done_by_hand() -> None:
    output, target = np.array([[1.0, 0.0], [2.0, 5.0]]), np.array([[0.0, 0.0], [4.0, 2.0]])
    # ½ (1² + 2²) = 2.5 and ½ (0² + 3²) = 4.5
    assert HalfSquaredError().value(output, target, Call(np.float64)) == (2.5 + 4.5) / 2


@each_loss
def test_the_gradient_equals_central_differences_of_the_value(loss: Loss) -> None:
    output, target = example_for(loss)
    call = Call(np.float64)
    loss.value(output, target, call)
    analytic = loss.gradient(output, target, call).copy()
    numeric = central_differences(lambda: loss.value(output, target, Call(np.float64)), output)
    assert relative_error(analytic, numeric) <= TOLERANCE


@each_loss
def test_a_loss_changes_neither_output_nor_target(loss: Loss) -> None:
    output, target = example_for(loss)
    before = output.copy(), target.copy()
    call = Call(np.float64)
    loss.value(output, target, call)
    loss.gradient(output, target, call)
    np.testing.assert_array_equal(output, before[0])
    np.testing.assert_array_equal(target, before[1])


@each_loss
def test_asking_for_the_gradient_twice_gives_it_twice(loss: Loss) -> None:
    output, target = example_for(loss)
    call = Call(np.float64)
    loss.value(output, target, call)
    first = loss.gradient(output, target, call).copy()
    np.testing.assert_array_equal(loss.gradient(output, target, call), first)


@each_loss
def test_a_loss_remembers_nothing_of_the_batch_before(loss: Loss) -> None:
    call = Call(np.float64)
    results = []
    for seed in (1, 2, 1):
        output, target = example_for(loss, seed=seed)
        value = loss.value(output, target, call)
        results.append((value, loss.gradient(output, target, call).copy()))
    assert results[0][0] == results[2][0] != results[1][0]
    np.testing.assert_array_equal(results[0][1], results[2][1])


@pytest.mark.parametrize("loss", [loss for loss in TESTED if loss.fuses], ids=str)
def test_a_fused_loss_equals_the_loss_after_its_layer(loss: Loss) -> None:
    layer, scores, target = Softmax(), *example_for(SoftmaxCrossEntropy())
    assert loss.fuses == "Softmax"
    call, loss_call, fused_call = Call(np.float64), Call(np.float64), Call(np.float64)
    output = layer.forward({}, (scores,), call)
    fused = loss.fused()
    unfused_value = loss.value(output, target, loss_call)
    assert fused.value(scores, target, fused_call) == pytest.approx(unfused_value, rel=1e-12)
    (unfused,) = layer.backward({}, {}, loss.gradient(output, target, loss_call), call)
    assert unfused is not None
    np.testing.assert_allclose(fused.gradient(scores, target, fused_call), unfused, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_is_exact_for_huge_scores(dtype: DTypeLike) -> None:
    scores = np.array([[1e4, -1e4, 1e4], [-1e4, 1e4, 1e4]], dtype)
    target = np.array([[1, 1, 1], [0, 0, 0]], dtype)  # sure and right, sure and wrong, undecided
    loss, call = SoftmaxCrossEntropy(), Call(dtype)
    with np.errstate(all="raise", under="ignore"):
        value = loss.value(scores, target, call)
        gradient = loss.gradient(scores, target, call)
    assert value == pytest.approx((0 + 2e4 + np.log(2)) / 3, rel=1e-6)
    np.testing.assert_allclose(gradient * 3, [[0, -1, -0.5], [0, 1, 0.5]], atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_of_a_probability_that_was_rounded_to_0_stays_finite(
    dtype: DTypeLike,
) -> None:
    probability, target = np.array([[0.0], [1.0]], dtype), np.array([[1.0], [0.0]], dtype)
    loss, call = CategoricalCrossEntropy(), Call(dtype)
    with np.errstate(all="raise"):
        value = loss.value(probability, target, call)
        gradient = loss.gradient(probability, target, call)
    assert value == pytest.approx(-np.log(np.finfo(dtype).tiny))
    assert np.isfinite(gradient).all()
    assert gradient[0, 0] < 0
    np.testing.assert_array_equal(probability, [[0], [1]])  # what is shown stays a 0
