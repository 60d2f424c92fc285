"""Curves, calibration, residuals and mistakes against cases worked by hand and brute force."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.data.dataset import Column
from nnstudio.engine.layer import Array
from nnstudio.engine.metrics import auc
from nnstudio.training.judging.calibration import reliability
from nnstudio.training.judging.judged import Judged
from nnstudio.training.judging.mistakes import farthest, worst_mistakes
from nnstudio.training.judging.precision_recall import average_precision, precision_recall_curve
from nnstudio.training.judging.residuals import (
    residual_figures,
    residual_histogram,
    residuals,
)

#: Few different scores, so that ties are frequent.
scored = st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=30)
shares = st.floats(0, 1)


def split(found: list[tuple[int, bool]]) -> tuple[Array, Array]:
    return np.array([s for s, _ in found], float), np.array([p for _, p in found], bool)


# ---------------------------------------------------------------- precision and recall


def test_precision_and_recall_worked_by_hand() -> None:
    # From the surest on: +, −, +, −.
    scores, positive = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    recall, precision, thresholds = precision_recall_curve(scores, positive)
    np.testing.assert_allclose(recall, [0, 0.5, 0.5, 1, 1])
    np.testing.assert_allclose(precision, [1, 1, 0.5, 2 / 3, 0.5])
    np.testing.assert_allclose(thresholds, [np.inf, 0.8, 0.4, 0.35, 0.1])
    assert average_precision(scores, positive) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


@given(scored)
def test_each_point_of_the_curve_is_what_its_threshold_gives(found: list[tuple[int, bool]]) -> None:
    scores, positive = split(found)
    if not positive.any():
        assert isnan(average_precision(scores, positive))
        return
    recall, precision, thresholds = precision_recall_curve(scores, positive)
    assert thresholds[1:].tolist() == sorted(set(scores.tolist()), reverse=True)
    for r, p, t in zip(recall[1:], precision[1:], thresholds[1:], strict=True):
        called = scores >= t
        assert r == pytest.approx((called & positive).sum() / positive.sum())
        assert p == pytest.approx((called & positive).sum() / called.sum())


@given(scored)
def test_average_precision_is_one_exactly_where_all_positives_come_first(
    found: list[tuple[int, bool]],
) -> None:
    scores, positive = split(found)
    if not positive.any():
        return
    first = positive.all() or scores[positive].min() > scores[~positive].max()
    assert (average_precision(scores, positive) == pytest.approx(1)) == first


@given(scored)
def test_the_area_below_the_roc_curve_is_the_share_of_pairs_in_the_right_order(
    found: list[tuple[int, bool]],
) -> None:
    scores, positive = split(found)
    if not positive.any() or positive.all():
        assert isnan(auc(scores, positive))
        return
    gaps = scores[positive][:, np.newaxis] - scores[~positive]
    assert auc(scores, positive) == pytest.approx(np.mean((gaps > 0) + (gaps == 0) / 2))


# ---------------------------------------------------------------- calibration


def test_the_calibration_error_worked_by_hand() -> None:
    sure = np.array([0.95, 0.85, 0.65, 0.65, 0.55])
    right = np.array([True, False, True, True, False])
    found = reliability(sure, right, bins=5)
    # (0.4, 0.6]: 0.55 and wrong; (0.6, 0.8]: 0.65 and right; (0.8, 1]: 0.9 and half right.
    assert found.counts.tolist() == [0, 0, 1, 2, 2]
    np.testing.assert_allclose(found.confidence, [np.nan, np.nan, 0.55, 0.65, 0.9])
    np.testing.assert_allclose(found.accuracy, [np.nan, np.nan, 0, 1, 0.5])
    assert found.error == pytest.approx((0.55 + 2 * 0.35 + 2 * 0.4) / 5)
    assert found.greatest_gap == pytest.approx(0.55)
    assert found.overconfidence == pytest.approx(sure.mean() - 3 / 5)


@pytest.mark.parametrize(("value", "place"), [(0.0, 0), (0.2, 0), (0.2000001, 1), (1.0, 4)])
def test_a_bin_includes_its_upper_edge(value: float, place: int) -> None:
    counts = reliability(np.array([value]), np.array([True]), bins=5).counts
    assert counts.tolist() == [int(k == place) for k in range(5)]


def test_a_network_that_keeps_its_promises_has_no_calibration_error() -> None:
    found = reliability(np.full(10, 0.7), np.arange(10) < 7)
    assert found.error == pytest.approx(0)


def test_no_answers_have_no_calibration_error() -> None:
    found = reliability(np.zeros(0), np.zeros(0, bool))
    assert isnan(found.error)
    assert isnan(found.greatest_gap)
    assert isnan(found.overconfidence)


@given(st.lists(st.tuples(shares, st.booleans()), min_size=1, max_size=60), st.integers(1, 15))
def test_the_calibration_error_is_the_mean_gap_over_bins(
    found: list[tuple[float, bool]], bins: int
) -> None:
    sure = np.array([s for s, _ in found])
    right = np.array([r for _, r in found])
    diagram = reliability(sure, right, bins)
    assert diagram.counts.sum() == len(sure)
    brute = 0.0
    for m in range(bins):
        low, high = (m / bins, (m + 1) / bins)
        # Which side of an edge a number falls is decided as the definition multiplies it out.
        inside = (np.ceil(sure * bins) == m + 1) | ((sure == 0) & (m == 0))
        if inside.any():
            assert low - 1e-9 <= sure[inside].min() <= sure[inside].max() <= high + 1e-9
            brute += abs(right[inside].sum() - sure[inside].sum())
    assert diagram.error == pytest.approx(brute / len(sure), abs=1e-12)
    assert abs(diagram.overconfidence) <= diagram.error + 1e-12
    assert diagram.error <= diagram.greatest_gap + 1e-12


# ---------------------------------------------------------------- residuals


def test_residuals_and_their_figures_worked_by_hand() -> None:
    answers, targets = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 5.0])
    assert residuals(answers, targets).tolist() == [1, 0, 2]
    found = residual_figures(answers, targets)
    assert (found.count, found.mean, found.mae, found.largest) == (3, 1, 1, 2)
    assert found.rmse == pytest.approx((5 / 3) ** 0.5)
    assert found.r_squared == pytest.approx(1 - 5 / 6)  # of 1 + 1 + 4 around the mean 3


def test_no_answers_have_no_residual_figures() -> None:
    found = residual_figures(np.zeros(0), np.zeros(0))
    assert found.count == 0
    assert isnan(found.mean)
    assert isnan(found.largest)


@given(st.lists(st.floats(-1e6, 1e6), max_size=50))
def test_the_histogram_holds_every_residual_and_lies_evenly_around_nought(
    values: list[float],
) -> None:
    counts, edges = residual_histogram(np.array(values, float))
    assert counts.sum() == len(values)
    assert len(edges) == len(counts) + 1
    np.testing.assert_allclose(edges, -edges[::-1], atol=1e-9 * edges[-1])


def test_residuals_that_are_no_numbers_are_not_counted() -> None:
    counts, _ = residual_histogram(np.array([np.nan, np.inf, 1.0]))
    assert counts.sum() == 1


# ---------------------------------------------------------------- mistakes


def test_the_surest_wrong_answer_comes_first_and_right_ones_not_at_all() -> None:
    scores = np.array([[0.9, 0.6, 0.2, 0.7], [0.1, 0.4, 0.8, 0.3]])
    assert worst_mistakes(scores, np.array([1, 1, 1, 1])).tolist() == [0, 3, 1]
    assert worst_mistakes(scores, np.array([0, 0, 1, 0])).tolist() == []


def test_of_equally_sure_mistakes_the_one_that_ruled_out_the_truth_comes_first() -> None:
    scores = np.array([[0.6, 0.6], [0.3, 0.1], [0.1, 0.3]])
    assert worst_mistakes(scores, np.array([1, 1])).tolist() == [1, 0]


@given(st.lists(st.tuples(shares, shares, st.integers(0, 1)), min_size=1, max_size=40))
def test_mistakes_are_all_wrong_answers_in_falling_confidence(
    found: list[tuple[float, float, int]],
) -> None:
    scores = np.array([[a, b] for a, b, _ in found]).T
    classes = np.array([c for _, _, c in found])
    order = worst_mistakes(scores, classes)
    assert set(order) == set(np.flatnonzero(scores.argmax(axis=0) != classes))
    assert (np.diff(scores.max(axis=0)[order]) <= 0).all()


def test_the_farthest_answer_comes_first_and_no_number_before_all() -> None:
    answers = np.array([[1.0, np.nan, 3.0, 0.0], [1.0, 0.0, 0.0, 0.5]])
    assert farthest(answers, np.zeros((2, 4))).tolist() == [1, 2, 0, 3]


# ---------------------------------------------------------------- answers beside the truth


def test_places_of_sequences_are_judged_one_by_one_and_belong_to_their_example() -> None:
    # Two examples of three places, two classes; answers are (N, T, K).
    answers = np.zeros((2, 3, 2))
    answers[..., 0] = [[0.9, 0.2, 0.6], [0.3, 0.8, 0.4]]
    answers[..., 1] = 1 - answers[..., 0]
    target = Column("targets", np.array([[9, 9, 9], [0, 1, 0], [1, 0, 0]]), ("a", "b"))
    found = Judged("test", np.array([1, 2]), answers, target, gives_probabilities=True)
    assert found.said.tolist() == [0, 1, 0, 1, 0, 1]
    assert found.truth.tolist() == [0, 1, 0, 1, 0, 0]
    assert found.of_cell(0, 1).tolist() == [5]
    assert found.row(5) == 2
    assert found.report.accuracy == pytest.approx(5 / 6)
    assert found.reliability is not None
    assert found.reliability.counts.sum() == 6


def test_scores_that_are_no_probabilities_have_no_calibration() -> None:
    target = Column("targets", np.array([0, 1]), ("a", "b"))
    found = Judged("test", np.array([0, 1]), np.eye(2), target, gives_probabilities=False)
    assert found.reliability is None
