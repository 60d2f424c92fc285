"""Metrics against cases counted by hand, their definitions by brute force, and what must hold."""

from __future__ import annotations

from itertools import product
from math import inf, isnan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.engine.layer import Array
from nnstudio.engine.metrics import (
    accuracy,
    auc,
    class_figures,
    confusion_matrix,
    macro_auc,
    mean_absolute_error,
    micro_f1,
    r_squared,
    roc_curve,
    root_mean_square_error,
    top_k_accuracy,
)

#: Of 4 a, 3 b and 2 c: one a is taken for b, one b for c, and both c for a.
CLASSES = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2])
ANSWERS = np.array([0, 0, 0, 1, 1, 1, 2, 0, 0])
CONFUSION = np.array([[3, 1, 0], [0, 2, 1], [2, 0, 0]])

labels = st.integers(0, 3)
pairs = st.lists(st.tuples(labels, labels), min_size=1, max_size=40)
#: Few different scores, so that ties are frequent.
scored = st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=30)


def split(found: list[tuple[int, int]]) -> tuple[Array, Array]:
    both = np.array(found)
    return both[:, 0], both[:, 1]


# ---------------------------------------------------------------- classes


def test_the_confusion_matrix_has_true_classes_in_rows_and_answers_in_columns() -> None:
    np.testing.assert_array_equal(confusion_matrix(ANSWERS, CLASSES, 3), CONFUSION)


def test_classes_that_never_occur_have_their_empty_rows_and_columns() -> None:
    found = confusion_matrix(np.array([1]), np.array([2]), 4)
    assert found.shape == (4, 4)
    assert found[2, 1] == found.sum() == 1


def test_accuracy_is_the_share_on_the_diagonal() -> None:
    assert accuracy(ANSWERS, CLASSES) == 5 / 9


def test_precision_recall_and_f1_of_a_case_counted_by_hand() -> None:
    found = class_figures(CONFUSION)
    np.testing.assert_allclose(found.precision, [3 / 5, 2 / 3, 0])
    np.testing.assert_allclose(found.recall, [3 / 4, 2 / 3, 0])
    # 2 TP / (2 TP + FP + FN): 6 / (6 + 2 + 1), 4 / (4 + 1 + 1), and nothing of class c.
    np.testing.assert_allclose(found.f1, [6 / 9, 4 / 6, 0])
    np.testing.assert_array_equal(found.examples, [4, 3, 2])
    assert found.macro(found.precision) == pytest.approx((3 / 5 + 2 / 3) / 3)
    assert found.macro(found.f1) == pytest.approx((6 / 9 + 4 / 6) / 3)


def test_what_has_nothing_to_divide_by_is_0_and_absent_classes_do_not_count() -> None:
    # Class 1 is never answered, class 2 has no example, class 3 neither.
    found = class_figures(confusion_matrix(np.array([0, 0, 2]), np.array([0, 1, 0]), 4))
    np.testing.assert_allclose(found.precision, [1 / 2, 0, 0, 0])
    np.testing.assert_allclose(found.recall, [1 / 2, 0, 0, 0])
    np.testing.assert_allclose(found.f1, [1 / 2, 0, 0, 0])
    np.testing.assert_array_equal(found.seen, [True, True, True, False])
    assert found.macro(found.recall) == pytest.approx(1 / 6)


@given(pairs)
def test_class_figures_are_those_of_counting_one_class_against_the_rest(
    found: list[tuple[int, int]],
) -> None:
    answers, classes = split(found)
    figures = class_figures(confusion_matrix(answers, classes, 4))
    for c in range(4):
        hits = sum(a == c == k for a, k in found)
        false_alarms = sum(a == c != k for a, k in found)
        missed = sum(k == c != a for a, k in found)
        assert figures.examples[c] == hits + missed
        if hits:
            precision, recall = hits / (hits + false_alarms), hits / (hits + missed)
            assert figures.precision[c] == pytest.approx(precision)
            assert figures.recall[c] == pytest.approx(recall)
            assert figures.f1[c] == pytest.approx(2 / (1 / precision + 1 / recall))
        else:
            assert figures.precision[c] == figures.recall[c] == figures.f1[c] == 0


@given(pairs)
def test_micro_f1_is_the_accuracy_where_each_example_has_one_answer(
    found: list[tuple[int, int]],
) -> None:
    answers, classes = split(found)
    confusion = confusion_matrix(answers, classes, 4)
    assert micro_f1(confusion) == pytest.approx(accuracy(answers, classes))


def test_there_are_no_figures_of_no_examples() -> None:
    nobody = np.array([], np.int64)
    assert isnan(accuracy(nobody, nobody))
    assert isnan(top_k_accuracy(np.zeros((3, 0)), nobody, 1))
    nothing = confusion_matrix(nobody, nobody, 3)
    assert isnan(micro_f1(nothing))
    assert isnan(class_figures(nothing).macro(class_figures(nothing).f1))


# ---------------------------------------------------------------- top-k


def test_top_k_asks_whether_the_class_is_among_the_k_best() -> None:
    scores = np.array([[0.5, 0.1, 0.2], [0.3, 0.2, 0.3], [0.2, 0.7, 0.5]])
    classes = np.array([1, 0, 2])  # ranks 2, 3 and 1
    assert [top_k_accuracy(scores, classes, k) for k in (1, 2, 3)] == [1 / 3, 2 / 3, 1]


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_the_best_one_is_what_argmax_says_even_among_equal_scores(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    scores, classes = rng.integers(0, 3, (4, count)), rng.integers(0, 4, count)
    assert top_k_accuracy(scores, classes, 1) == accuracy(scores.argmax(axis=0), classes)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 5))
def test_top_k_is_what_sorting_says(seed: int, count: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    scores, classes = rng.integers(0, 4, (5, count)), rng.integers(0, 5, count)
    best = [sorted(range(5), key=lambda c, n=n: (-scores[c, n], c))[:k] for n in range(count)]
    expected = sum(c in b for c, b in zip(classes, best, strict=True)) / count
    assert top_k_accuracy(scores, classes, k) == pytest.approx(expected)


# ---------------------------------------------------------------- ROC


def test_the_roc_curve_of_a_case_done_by_hand() -> None:
    scores = np.array([0.9, 0.7, 0.7, 0.4, 0.2])
    positive = np.array([True, True, False, False, True])
    false, true, thresholds = roc_curve(scores, positive)
    np.testing.assert_allclose(thresholds, [inf, 0.9, 0.7, 0.4, 0.2])
    np.testing.assert_allclose(true, [0, 1 / 3, 2 / 3, 2 / 3, 1])
    np.testing.assert_allclose(false, [0, 0, 1 / 2, 1, 1])
    # Of 3 · 2 pairs the positive is ahead in 2, level in 1, ahead in 1 more, behind in 2.
    assert auc(scores, positive) == pytest.approx((2 + 0.5 + 1) / 6)


@given(scored)
def test_the_area_is_the_chance_that_a_positive_outranks_a_negative(
    found: list[tuple[int, bool]],
) -> None:
    scores, positive = np.array([s for s, _ in found], float), np.array([p for _, p in found])
    ahead = [
        1.0 if p > n else 0.5 if p == n else 0.0
        for p, n in product(scores[positive], scores[~positive])
    ]
    if ahead:
        assert auc(scores, positive) == pytest.approx(sum(ahead) / len(ahead))
        assert auc(-scores, positive) == pytest.approx(1 - sum(ahead) / len(ahead))
    else:
        assert isnan(auc(scores, positive))


@given(scored)
def test_every_point_of_the_curve_is_what_its_threshold_gives(
    found: list[tuple[int, bool]],
) -> None:
    scores, positive = np.array([s for s, _ in found], float), np.array([p for _, p in found])
    false, true, thresholds = roc_curve(scores, positive)
    for f, t, threshold in zip(false, true, thresholds, strict=True):
        called = scores >= threshold
        if positive.any():
            assert t == pytest.approx(np.mean(called[positive]))
        if not positive.all():
            assert f == pytest.approx(np.mean(called[~positive]))


def test_the_areas_of_many_classes_are_averaged_over_those_that_have_one() -> None:
    scores = np.array([[0.8, 0.1, 0.5, 0.3], [0.1, 0.8, 0.3, 0.3], [0.1, 0.1, 0.2, 0.4]])
    classes = np.array([0, 1, 1, 0])  # class 2 has no example
    # Class 0: (0.8, 0.3) against (0.1, 0.5): 3 of 4. Class 1: (0.8, 0.3) against (0.1, 0.3): 3.5.
    assert macro_auc(scores, classes) == pytest.approx((3 / 4 + 3.5 / 4) / 2)
    assert isnan(macro_auc(scores, np.zeros(4, int)))


# ---------------------------------------------------------------- numbers


def test_figures_of_numbers_of_a_case_done_by_hand() -> None:
    answers, targets = np.array([[1.0, 2.0, 6.0]]), np.array([[1.0, 3.0, 5.0]])
    assert mean_absolute_error(answers, targets) == pytest.approx(2 / 3)
    assert root_mean_square_error(answers, targets) == pytest.approx(sqrt(2 / 3))
    assert r_squared(answers, targets) == pytest.approx(1 - 2 / (4 + 0 + 4))


def test_several_outputs_are_averaged() -> None:
    answers = np.array([[1.0, 2.0], [0.0, 20.0]])
    targets = np.array([[1.0, 3.0], [10.0, 20.0]])
    assert mean_absolute_error(answers, targets) == pytest.approx((0 + 1 + 10 + 0) / 4)
    assert root_mean_square_error(answers, targets) == pytest.approx(sqrt(101 / 4))
    # 1 − 1 / 2 and 1 − 100 / 50: each output against its own spread
    assert r_squared(answers, targets) == pytest.approx((0.5 - 1) / 2)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20))
def test_the_mean_as_the_answer_to_everything_explains_nothing(values: list[float]) -> None:
    targets = np.array([values])
    if np.ptp(targets) > 1e-3:
        assert r_squared(np.full_like(targets, targets.mean()), targets) == pytest.approx(
            0, abs=1e-9
        )
        assert r_squared(targets, targets) == 1


def test_targets_that_never_vary_have_nothing_to_explain() -> None:
    constant = np.full((1, 4), 3.0)
    assert isnan(r_squared(constant + 1, constant))
    both = np.vstack([constant, [[0.0, 1.0, 2.0, 3.0]]])
    assert r_squared(both, both) == 1


def test_there_are_no_errors_of_no_examples() -> None:
    nothing = np.zeros((2, 0))
    assert isnan(mean_absolute_error(nothing, nothing))
    assert isnan(root_mean_square_error(nothing, nothing))
    assert isnan(r_squared(nothing, nothing))
