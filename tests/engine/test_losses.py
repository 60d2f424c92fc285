"""What every loss promises, its formula number by number, and its form computed in one piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, log, log1p
from typing import Any

import numpy as np
import pytest
from numeric import TOLERANCE, central_differences, relative_error
from numpy.typing import DTypeLike

from nnstudio.engine.activations import ReLU, Sigmoid, Softmax
from nnstudio.engine.catalogue import LAYERS, LOSSES
from nnstudio.engine.fast.losses import (
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SoftmaxKLDivergence,
    SparseSoftmaxCrossEntropy,
    fused,
)
from nnstudio.engine.layer import Array, Call, Layer
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    HalfSquaredError,
    Hinge,
    Huber,
    KLDivergence,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossEntropy,
)

#: ℓ of one example: plain numbers in, one out.
Formula = Callable[[list[float], list[float]], float]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def squares(output: list[float], target: list[float]) -> list[float]:
    return [(o - t) ** 2 for o, t in zip(output, target, strict=True)]


def huber(delta: float) -> Formula:
    def one(e: float) -> float:
        return 0.5 * e * e if abs(e) <= delta else delta * (abs(e) - 0.5 * delta)

    return lambda output, target: mean([one(o - t) for o, t in zip(output, target, strict=True)])


def binary(smoothing: float = 0.0) -> Formula:
    def one(p: float, y: float) -> float:
        y = y * (1 - smoothing) + smoothing / 2
        return -(y * log(p) + (1 - y) * log(1 - p))

    return lambda output, target: mean([one(p, y) for p, y in zip(output, target, strict=True)])


def cross_entropy(smoothing: float = 0.0) -> Formula:
    def formula(output: list[float], target: list[float]) -> float:
        smooth = [y * (1 - smoothing) + smoothing / len(target) for y in target]
        return -sum(y * log(p) for p, y in zip(output, smooth, strict=True))

    return formula


def sparse(smoothing: float = 0.0) -> Formula:
    def formula(output: list[float], target: list[float]) -> float:
        one_hot = [float(i == target[0]) for i in range(len(output))]
        return cross_entropy(smoothing)(output, one_hot)

    return formula


def divergence(output: list[float], target: list[float]) -> float:
    return sum(y * log(y / p) for p, y in zip(output, target, strict=True) if y > 0)


def after_softmax(formula: Formula) -> Formula:
    def of_scores(scores: list[float], target: list[float]) -> float:
        total = sum(exp(z) for z in scores)
        return formula([exp(z) / total for z in scores], target)

    return of_scores


def after_sigmoid(formula: Formula) -> Formula:
    return lambda scores, target: formula([1 / (1 + exp(-z)) for z in scores], target)


def hinge(output: list[float], target: list[float]) -> float:
    (score,), (y,) = output, target
    return max(0.0, 1 - (score if y else -score))


def margins(combine: Callable[[list[float]], float]) -> Formula:
    """How far each wrong class violates its margin, put together by ``combine``."""

    def formula(output: list[float], target: list[float]) -> float:
        right = target.index(1)
        wrong = [j for j in range(len(output)) if j != right]
        return combine([max(0.0, 1 - output[right] + output[j]) for j in wrong])

    return formula


@dataclass(frozen=True)
class Example:
    """A loss, the formula of one example, and what outputs and targets it is for.

    Attributes:
        outputs: ``numbers``, ``probabilities`` (summing to 1), ``shares`` (each in 0 … 1).
        targets: ``numbers``, ``one-hot``, ``class`` (its number), ``distribution``, ``yes or no``.
    """

    loss: Loss
    formula: Formula
    outputs: str
    targets: str
    features: int = 4

    def __str__(self) -> str:
        return f"{self.loss}-{self.features}"

    def batch(self, count: int = 6, seed: int = 3) -> tuple[Array, Array]:
        """(output, target), away from the places where a loss has a kink."""
        rng = np.random.default_rng(seed)
        size = self.features
        output: Array = rng.standard_normal((size, count))
        if self.outputs == "probabilities":
            output = np.exp(output) / np.exp(output).sum(axis=0)
        elif self.outputs == "shares":
            output = 1 / (1 + np.exp(-output))
        labels = rng.integers(0, max(2, size), count)
        targets: dict[str, Array] = {
            "numbers": rng.standard_normal((size, count)) * 2,
            "one-hot": np.eye(size)[:, labels % size],
            "class": labels[np.newaxis].astype(float),
            "yes or no": rng.integers(0, 2, (size, count)).astype(float),
            "distribution": rng.dirichlet(np.ones(size), count).T,
        }
        return output, targets[self.targets]

    def each(self, output: Array, target: Array) -> list[float]:
        """The formula for every column."""
        columns = zip(output.T.tolist(), target.T.tolist(), strict=True)
        return [self.formula(o, t) for o, t in columns]


NUMBERS = ("numbers", "numbers")
TEXTBOOK = (
    Example(HalfSquaredError(), lambda o, t: 0.5 * sum(squares(o, t)), *NUMBERS),
    Example(MeanSquaredError(), lambda o, t: mean(squares(o, t)), *NUMBERS),
    Example(MeanAbsoluteError(), lambda o, t: mean([s**0.5 for s in squares(o, t)]), *NUMBERS),
    Example(Huber(), huber(1), *NUMBERS),
    Example(Huber(delta=2.5), huber(2.5), *NUMBERS),
    Example(BinaryCrossEntropy(), binary(), "shares", "yes or no", features=1),
    Example(BinaryCrossEntropy(), binary(), "shares", "one-hot"),
    Example(BinaryCrossEntropy(0.2), binary(0.2), "shares", "yes or no", features=3),
    Example(CategoricalCrossEntropy(), cross_entropy(), "probabilities", "one-hot"),
    Example(CategoricalCrossEntropy(), cross_entropy(), "probabilities", "distribution"),
    Example(CategoricalCrossEntropy(0.1), cross_entropy(0.1), "probabilities", "one-hot"),
    Example(SparseCategoricalCrossEntropy(), sparse(), "probabilities", "class"),
    Example(SparseCategoricalCrossEntropy(0.1), sparse(0.1), "probabilities", "class"),
    Example(KLDivergence(), divergence, "probabilities", "one-hot"),
    Example(KLDivergence(), divergence, "probabilities", "distribution"),
    Example(Hinge(), hinge, "numbers", "class", features=1),
    Example(Hinge(), margins(lambda v: sum(v) / 4), "numbers", "one-hot"),
    Example(Hinge(rivals="strongest"), margins(max), "numbers", "one-hot"),
    Example(Hinge(rivals="strongest"), margins(max), "numbers", "one-hot", features=2),
)
IN_ONE_PIECE = (
    Example(SoftmaxCrossEntropy(), after_softmax(cross_entropy()), "numbers", "one-hot"),
    Example(SoftmaxCrossEntropy(), after_softmax(cross_entropy()), "numbers", "distribution"),
    Example(SoftmaxCrossEntropy(0.1), after_softmax(cross_entropy(0.1)), "numbers", "one-hot"),
    Example(SparseSoftmaxCrossEntropy(), after_softmax(sparse()), "numbers", "class"),
    Example(SparseSoftmaxCrossEntropy(0.1), after_softmax(sparse(0.1)), "numbers", "class"),
    Example(SoftmaxKLDivergence(), after_softmax(divergence), "numbers", "one-hot"),
    Example(SoftmaxKLDivergence(), after_softmax(divergence), "numbers", "distribution"),
    Example(SigmoidCrossEntropy(), after_sigmoid(binary()), "numbers", "yes or no", features=1),
    Example(SigmoidCrossEntropy(), after_sigmoid(binary()), "numbers", "one-hot"),
    Example(SigmoidCrossEntropy(0.2), after_sigmoid(binary(0.2)), "numbers", "yes or no"),
)
TESTED = TEXTBOOK + IN_ONE_PIECE
WEIGHTS = np.array([0.5, 2.0, 0.0, 1.0, 3.0, 0.25])

each_loss = pytest.mark.parametrize("example", TESTED, ids=str)


def call_with(weights: Array | None = None, dtype: DTypeLike = np.float64) -> Call:
    call = Call(dtype)
    call.weights = weights
    return call


def cast(arrays: tuple[Array, Array], dtype: DTypeLike) -> tuple[Array, Array]:
    output, target = arrays
    return output.astype(dtype), target.astype(dtype)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_of_the_catalogue_is_tested_and_tells_what_a_form_needs(name: str) -> None:
    assert LOSSES[name] in [type(example.loss) for example in TEXTBOOK], f"add examples of {name}"
    assert LOSSES[name].title
    assert LOSSES[name].summary
    assert LOSSES[name].formula
    assert not LOSSES[name].fuses or LOSSES[name].fuses in LAYERS


@each_loss
@pytest.mark.parametrize("count", [1, 6])
def test_the_loss_of_each_example_is_what_the_formula_says(example: Example, count: int) -> None:
    output, target = example.batch(count)
    each = example.loss.each(output, target, Call(np.float64))
    assert each.shape == (count,)
    np.testing.assert_allclose(each, example.each(output, target), rtol=1e-12)


@each_loss
@pytest.mark.parametrize("count", [1, 6])
def test_the_value_is_the_formulas_mean_over_the_batch(example: Example, count: int) -> None:
    output, target = example.batch(count)
    expected = mean(example.each(output, target))
    assert example.loss.value(output, target, Call(np.float64)) == pytest.approx(
        expected, rel=1e-12
    )


@each_loss
def test_with_weights_the_value_is_the_weighted_mean(example: Example) -> None:
    output, target = example.batch()
    expected = np.average(example.each(output, target), weights=WEIGHTS)
    found = example.loss.value(output, target, call_with(WEIGHTS))
    assert found == pytest.approx(float(expected), rel=1e-12)


@each_loss
def test_the_slope_of_each_example_equals_its_central_differences(example: Example) -> None:
    output, target = example.batch()
    slope = example.loss.slope(output, target, Call(np.float64)).copy()
    numeric = central_differences(
        lambda: float(example.loss.each(output, target, Call(np.float64)).sum()), output
    )
    assert relative_error(slope, numeric) <= TOLERANCE


@each_loss
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_the_gradient_equals_central_differences_of_the_value(
    example: Example, weights: Array | None
) -> None:
    loss, (output, target) = example.loss, example.batch()
    call = call_with(weights)
    loss.value(output, target, call)
    analytic = loss.gradient(output, target, call).copy()
    numeric = central_differences(lambda: loss.value(output, target, call_with(weights)), output)
    assert relative_error(analytic, numeric) <= TOLERANCE


@each_loss
@pytest.mark.parametrize("features", ["as they are", "one example"])
def test_the_short_way_without_weights_is_the_textbooks_mean(
    example: Example, features: str
) -> None:
    loss, (output, target) = example.loss, example.batch(1 if features == "one example" else 6)
    call, count = Call(np.float64), output.shape[-1]
    value, gradient = loss.value(output, target, call), loss.gradient(output, target, call).copy()
    each, slope = (f(output, target, Call(np.float64)) for f in (loss.each, loss.slope))
    assert value == pytest.approx(float(each.mean()), rel=1e-13)
    np.testing.assert_allclose(gradient, slope / count, rtol=1e-13, atol=1e-16)


@each_loss
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_single_precision_gives_the_same_to_its_digits(
    example: Example, weights: Array | None
) -> None:
    results = []
    for dtype in (np.float64, np.float32):
        output, target = cast(example.batch(), dtype)
        call = call_with(None if weights is None else weights.astype(dtype), dtype)
        value = example.loss.value(output, target, call)
        gradient = example.loss.gradient(output, target, call)
        assert gradient.dtype == dtype
        results.append((value, gradient))
    assert results[1][0] == pytest.approx(results[0][0], rel=1e-5)
    np.testing.assert_allclose(results[1][1], results[0][1], rtol=1e-4, atol=1e-6)


@each_loss
def test_a_batch_in_which_no_example_counts_teaches_nothing(example: Example) -> None:
    output, target = example.batch()
    call = call_with(np.zeros(6))
    assert example.loss.value(output, target, call) == 0
    assert not example.loss.gradient(output, target, call).any()


@each_loss
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_a_loss_changes_neither_output_nor_target(example: Example, weights: Array | None) -> None:
    output, target = example.batch()
    before = output.copy(), target.copy(), WEIGHTS.copy()
    call = call_with(weights)
    example.loss.value(output, target, call)
    example.loss.gradient(output, target, call)
    np.testing.assert_array_equal(output, before[0])
    np.testing.assert_array_equal(target, before[1])
    np.testing.assert_array_equal(WEIGHTS, before[2])


@each_loss
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_asking_for_the_gradient_twice_gives_it_twice(
    example: Example, weights: Array | None
) -> None:
    output, target = example.batch()
    call = call_with(weights)
    example.loss.value(output, target, call)
    first = example.loss.gradient(output, target, call).copy()
    np.testing.assert_array_equal(example.loss.gradient(output, target, call), first)


@each_loss
def test_a_loss_remembers_nothing_of_the_batch_before(example: Example) -> None:
    call = Call(np.float64)
    results = []
    for seed in (1, 2, 1):
        output, target = example.batch(seed=seed)
        value = example.loss.value(output, target, call)
        results.append((value, example.loss.gradient(output, target, call).copy()))
    assert results[0][0] == results[2][0] != results[1][0]
    np.testing.assert_array_equal(results[0][1], results[2][1])


@each_loss
def test_targets_have_as_many_rows_as_the_loss_says(example: Example) -> None:
    _, target = example.batch()
    assert example.loss.target_size(example.features) == len(target)


# ---------------------------------------------------------------- done by hand


def value_of(loss: Loss, output: list[list[float]], target: list[list[float]]) -> float:
    return loss.value(np.array(output, float), np.array(target, float), Call(np.float64))


def gradient_of(loss: Loss, output: list[list[float]], target: list[list[float]]) -> list[Any]:
    call = Call(np.float64)
    arrays = np.array(output, float), np.array(target, float)
    loss.value(*arrays, call)
    plain: list[Any] = loss.gradient(*arrays, call).tolist()
    return plain


def test_half_and_mean_squared_error_of_a_case_done_by_hand() -> None:
    output, target = [[1.0, 0.0], [2.0, 5.0]], [[0.0, 0.0], [4.0, 2.0]]
    # The squares are 1 + 4 and 0 + 9: halves of the sums 2.5 and 4.5, means 2.5 and 4.5.
    assert value_of(HalfSquaredError(), output, target) == (2.5 + 4.5) / 2
    assert value_of(MeanSquaredError(), output, target) == (2.5 + 4.5) / 2
    # With one output they differ by the half: 1 and 9 against ½ and 4½ …
    assert value_of(HalfSquaredError(), [[1.0, 3.0]], [[0.0, 0.0]]) == (0.5 + 4.5) / 2
    assert value_of(MeanSquaredError(), [[1.0, 3.0]], [[0.0, 0.0]]) == (1 + 9) / 2
    # … and with four by 2/F = ½ the other way.
    ones, zeros = [[1.0]] * 4, [[0.0]] * 4
    assert value_of(HalfSquaredError(), ones, zeros) == 2
    assert value_of(MeanSquaredError(), ones, zeros) == 1
    assert gradient_of(HalfSquaredError(), ones, zeros) == [[1.0]] * 4
    assert gradient_of(MeanSquaredError(), ones, zeros) == [[0.5]] * 4


def test_the_hinge_of_cases_done_by_hand() -> None:
    scores, classes = [[0.25, 2.0, -0.5, -3.0]], [[1.0, 1.0, 0.0, 0.0]]
    # Right by a quarter: ¾ is missing. By 2: nothing. By a half: ½. By 3: nothing.
    assert value_of(Hinge(), scores, classes) == (0.75 + 0 + 0.5 + 0) / 4
    assert gradient_of(Hinge(), scores, classes) == [[-0.25, 0, 0.25, 0]]
    # Of 3 classes the first is right: the others miss the margin by 1 − 2 + 1.5 and 1 − 2 + 3.
    three, first = [[2.0], [1.5], [3.0]], [[1.0], [0.0], [0.0]]
    assert value_of(Hinge(), three, first) == pytest.approx((0.5 + 2) / 3)
    assert np.ravel(gradient_of(Hinge(), three, first)) == pytest.approx([-2 / 3, 1 / 3, 1 / 3])
    assert value_of(Hinge(rivals="strongest"), three, first) == 2
    assert gradient_of(Hinge(rivals="strongest"), three, first) == [[-1], [0], [1]]


def test_a_hinge_with_its_margins_kept_no_longer_pulls() -> None:
    for loss in (Hinge(), Hinge(rivals="strongest")):
        assert value_of(loss, [[3.0], [1.0], [2.0]], [[1.0], [0.0], [0.0]]) == 0
        assert gradient_of(loss, [[3.0], [1.0], [2.0]], [[1.0], [0.0], [0.0]]) == [[0], [0], [0]]


def test_huber_is_the_squared_error_within_delta_and_straight_beyond() -> None:
    assert value_of(Huber(delta=2), [[1.0]], [[0.0]]) == 0.5
    assert value_of(Huber(delta=2), [[2.0]], [[0.0]]) == 2
    assert value_of(Huber(delta=2), [[5.0]], [[0.0]]) == 2 * (5 - 1)
    assert gradient_of(Huber(delta=2), [[1.0, 5.0, -5.0]], [[0.0] * 3]) == [[1 / 3, 2 / 3, -2 / 3]]


def test_a_class_the_target_rules_out_adds_nothing_to_the_divergence() -> None:
    assert value_of(KLDivergence(), [[0.5], [0.0], [0.5]], [[0.5], [0.0], [0.5]]) == 0
    half = value_of(KLDivergence(), [[0.5], [0.25], [0.25]], [[1.0], [0.0], [0.0]])
    assert half == pytest.approx(log(2))


# ---------------------------------------------------------------- in one piece with a layer

FUSING = tuple(example for example in TEXTBOOK if example.loss.fuses)
LAST: dict[str, Layer] = {"Softmax": Softmax(), "Sigmoid": Sigmoid()}


@pytest.mark.parametrize("example", FUSING, ids=str)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_a_fused_loss_equals_the_loss_after_its_layer(
    example: Example, weights: Array | None
) -> None:
    loss, layer = example.loss, LAST[example.loss.fuses]
    _, target = example.batch()
    scores = 3 * np.random.default_rng(8).standard_normal((example.features, 6))
    in_one = fused(loss, layer)
    assert in_one is not None
    call, loss_call, fused_call = Call(np.float64), call_with(weights), call_with(weights)
    output = layer.forward({}, (scores,), call)
    value = loss.value(output, target, loss_call)
    assert in_one.value(scores, target, fused_call) == pytest.approx(value, rel=1e-12)
    (unfused,) = layer.backward({}, {}, loss.gradient(output, target, loss_call), call)
    assert unfused is not None
    np.testing.assert_allclose(
        in_one.gradient(scores, target, fused_call), unfused, rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize("example", FUSING, ids=str)
def test_a_fused_loss_wants_the_same_targets_and_judges_the_same_classes(example: Example) -> None:
    in_one = fused(example.loss, LAST[example.loss.fuses])
    assert in_one is not None
    assert in_one.for_classes == example.loss.for_classes
    assert in_one.takes_one_output == example.loss.takes_one_output
    assert in_one.target_size(5) == example.loss.target_size(5)
    (threshold,) = Sigmoid().forward({}, (np.array([[in_one.threshold]]),), Call(np.float64))[0]
    assert not in_one.takes_one_output or threshold == example.loss.threshold


def test_only_a_loss_and_its_own_layer_fuse() -> None:
    assert fused(CategoricalCrossEntropy(), Sigmoid()) is None
    assert fused(BinaryCrossEntropy(), Softmax()) is None
    assert fused(HalfSquaredError(), Softmax()) is None
    assert fused(Hinge(), ReLU()) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "loss", [SoftmaxCrossEntropy(), SparseSoftmaxCrossEntropy(), SoftmaxKLDivergence()], ids=str
)
def test_a_loss_of_softmax_is_exact_for_huge_scores(
    loss: Loss, dtype: DTypeLike, weighted: bool
) -> None:
    scores = np.array([[1e4, -1e4, 1e4], [-1e4, 1e4, 1e4]], dtype)
    target = np.array([[1, 1, 1], [0, 0, 0]], dtype)  # sure and right, sure and wrong, undecided
    if loss.target_size(2) == 1:
        target = target[1:]
    call = call_with(np.ones(3, dtype) if weighted else None, dtype)
    with np.errstate(all="raise", under="ignore"):
        value = loss.value(scores, target, call)
        gradient = loss.gradient(scores, target, call)
    assert value == pytest.approx((0 + 2e4 + np.log(2)) / 3, rel=1e-6)
    np.testing.assert_allclose(gradient * 3, [[0, -1, -0.5], [0, 1, 0.5]], atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_binary_cross_entropy_of_sigmoid_is_exact_for_huge_scores(dtype: DTypeLike) -> None:
    scores = np.array([[1e4, -1e4, 1e4, -1e4, 0.0]], dtype)
    target = np.array([[1, 0, 0, 1, 1]], dtype)
    loss, call = SigmoidCrossEntropy(), Call(dtype)
    with np.errstate(all="raise", under="ignore"):
        each = loss.each(scores, target, call)
        value = loss.value(scores, target, call)
        gradient = loss.gradient(scores, target, call)
    np.testing.assert_allclose(each, [0, 0, 1e4, 1e4, log(2)], rtol=1e-6)
    assert value == pytest.approx((2e4 + log(2)) / 5, rel=1e-6)
    np.testing.assert_allclose(gradient * 5, [[0, 0, 1, -1, -0.5]], atol=1e-6)


def test_a_sure_and_right_answer_still_has_its_small_loss_in_single_precision() -> None:
    scores, target = np.array([[20.0]], np.float32), np.array([[1.0]], np.float32)
    value = SigmoidCrossEntropy().value(scores, target, Call(np.float32))
    assert value == pytest.approx(log1p(exp(-20)), rel=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "loss",
    [CategoricalCrossEntropy(), SparseCategoricalCrossEntropy(), KLDivergence()],
    ids=str,
)
def test_the_loss_of_a_probability_that_was_rounded_to_0_stays_finite(
    loss: Loss, dtype: DTypeLike
) -> None:
    probability, target = np.array([[0.0], [1.0]], dtype), np.array([[1.0], [0.0]], dtype)
    if loss.target_size(2) == 1:
        target = np.array([[0.0]], dtype)
    call = Call(dtype)
    with np.errstate(all="raise"):
        value = loss.value(probability, target, call)
        gradient = loss.gradient(probability, target, call)
    assert value == pytest.approx(-np.log(np.finfo(dtype).tiny))
    assert np.isfinite(gradient).all()
    assert gradient[0, 0] < 0
    np.testing.assert_array_equal(probability, [[0], [1]])  # what is shown stays a 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_binary_cross_entropy_stays_finite_for_an_answer_that_is_sure_and_wrong(
    dtype: DTypeLike,
) -> None:
    probability, target = np.array([[0.0, 1.0]], dtype), np.array([[1.0, 0.0]], dtype)
    call = Call(dtype)
    with np.errstate(all="raise"):
        value = BinaryCrossEntropy().value(probability, target, call)
        gradient = BinaryCrossEntropy().gradient(probability, target, call)
    assert value == pytest.approx(-np.log(np.finfo(dtype).tiny))
    assert np.isfinite(gradient).all()
    assert gradient[0, 0] < 0 < gradient[0, 1]


def test_label_smoothing_of_nothing_is_none() -> None:
    for example in TESTED:
        if hasattr(example.loss, "label_smoothing") and example.loss.label_smoothing:
            output, target = example.batch()
            plain = replace(example.loss, label_smoothing=0.0)
            smooth = replace(example.loss, label_smoothing=1e-12)
            values = [loss.value(output, target, Call(np.float64)) for loss in (plain, smooth)]
            assert values[0] == pytest.approx(values[1], rel=1e-9)
