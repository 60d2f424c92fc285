"""Facts about data, held against numpy's and pandas's own ways to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.facts.classes import balance, mean_pictures
from nnstudio.data.facts.contradictions import contradictions
from nnstudio.data.facts.correlations import (
    correlation_ratio,
    correlations,
    cramers_v,
    measure,
    pearson,
    with_target,
)
from nnstudio.data.facts.duplicates import duplicates
from nnstudio.data.facts.equal_inputs import Hashed
from nnstudio.data.facts.features import features
from nnstudio.data.facts.overview import MOST_FEATURES, overview
from nnstudio.data.facts.sample import chosen_rows, sample
from nnstudio.data.facts.statistics import histogram, statistics
from nnstudio.data.progress import Cancelled, listening
from nnstudio.data.row_hashes import row_hashes
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Iris
from nnstudio.data.split import Parts, Split


def parts_of(train: list[int], validation: list[int], test: list[int]) -> Parts:
    return Parts(*(np.array(part, np.int64) for part in (train, validation, test)))


def numbers(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, columns))


# ---------------------------------------------------------------- features


def test_every_number_of_a_table_is_a_feature_with_its_name() -> None:
    found = features(Iris().load())
    assert [f.name for f in found[:4]] == [
        "sepal length",
        "sepal width",
        "petal length",
        "petal width",
    ]
    assert [f.role for f in found] == ["input"] * 4 + ["target"]
    assert found[4].classes == Iris().load().classes


def test_a_feature_gives_its_values_wherever_they_lie() -> None:
    inputs = np.arange(12.0).reshape(3, 4)
    data = Dataset("", inputs, inputs[:, :2], columns=(Column("age", np.array([3, 4, 5])),))
    values = {f.name: f.values(data) for f in features(data)}
    np.testing.assert_array_equal(values["x3"], inputs[:, 2])
    np.testing.assert_array_equal(values["y2"], inputs[:, 1])
    np.testing.assert_array_equal(values["age"], [3, 4, 5])


def test_the_channels_of_pictures_and_the_lines_of_sequences_are_features() -> None:
    pictures = np.arange(2 * 3 * 4 * 4, dtype=np.uint8).reshape(2, 3, 4, 4)
    red, green, blue, _ = features(Dataset("", pictures, np.zeros((2, 1))))
    assert [red.name, green.name, blue.name] == ["red", "green", "blue"]
    np.testing.assert_array_equal(
        green.values(Dataset("", pictures, np.zeros((2, 1)))), pictures[:, 1]
    )
    sequences = np.arange(30.0).reshape(2, 5, 3)
    second = features(Dataset("", sequences, np.zeros((2, 1))))[1]
    np.testing.assert_array_equal(
        second.values(Dataset("", sequences, np.zeros((2, 1)))), sequences[..., 1]
    )
    assert not second.single


# ---------------------------------------------------------------- statistics


@given(
    arrays(
        np.float64,
        st.integers(1, 50),
        elements=st.one_of(st.floats(-1e6, 1e6), st.just(np.nan)),
    )
)
def test_the_figures_are_those_of_pandas(values: np.ndarray) -> None:
    series, found = pandas.Series(values), statistics(values)
    assert found.count == len(values)
    assert found.missing == series.isna().sum()
    assert found.distinct == series.nunique()
    for mine, theirs in [
        (found.least, series.min()),
        (found.greatest, series.max()),
        (found.mean, series.mean()),
        (found.deviation, series.std(ddof=0)),
    ]:
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-6)


def test_infinite_numbers_count_as_missing_and_bytes_are_exact() -> None:
    found = statistics(np.array([1.0, np.inf, -np.inf, 3.0]))
    assert (found.missing, found.least, found.greatest, found.mean) == (2, 1.0, 3.0, 2.0)
    pictures = np.array([[0, 255], [255, 255]], np.uint8)
    assert statistics(pictures).mean == 191.25
    assert statistics(pictures).distinct == 2


@given(arrays(np.float64, st.integers(1, 80), elements=st.floats(-1e3, 1e3)), st.integers(1, 30))
def test_a_histogram_counts_every_number_once_between_its_edges(
    values: np.ndarray, bins: int
) -> None:
    found = histogram(values, bins)
    assert found.counts.sum() == len(values)
    assert found.edges[0] <= values.min()
    assert found.edges[-1] >= values.max()
    if values.max() - values.min() > 40:
        expected, _ = np.histogram(values, found.edges)
        # A number next to an edge may be rounded to either side of it.
        assert np.abs(np.cumsum(found.counts[0]) - np.cumsum(expected)).max() <= 1


def test_a_histogram_by_class_adds_up_to_that_of_all() -> None:
    iris = Iris().load()
    found = histogram(iris.inputs[:, 2], 15, iris.targets, 3)
    for k in range(3):
        expected, _ = np.histogram(iris.inputs[iris.targets == k, 2], found.edges)
        assert found.counts[k].sum() == expected.sum() == 50
    np.testing.assert_array_equal(
        found.counts.sum(axis=0), histogram(iris.inputs[:, 2], 15).counts[0]
    )


def test_whole_numbers_have_a_bar_each() -> None:
    found = histogram(np.array([2.0, 2.0, 5.0]))
    np.testing.assert_array_equal(found.counts, [[2, 0, 0, 1]])
    np.testing.assert_array_equal(found.edges, [1.5, 2.5, 3.5, 4.5, 5.5])


def test_the_pixels_of_pictures_are_counted_as_other_numbers_are() -> None:
    pictures = np.random.default_rng(0).integers(0, 250, (30, 1, 8, 8)).astype(np.uint8)
    labels = np.arange(30) % 3
    bytewise = histogram(pictures[:, 0], 20, labels, 3)
    plain = histogram(pictures[:, 0].astype(np.float64), 20, labels, 3)
    np.testing.assert_array_equal(bytewise.counts, plain.counts)
    np.testing.assert_array_equal(bytewise.edges, plain.edges)


def test_where_no_number_is_known_the_histogram_is_empty() -> None:
    assert histogram(np.array([np.nan, np.inf])).counts.sum() == 0


# ---------------------------------------------------------------- correlations


@pytest.mark.parametrize("holes", [0.0, 0.2])
def test_pearsons_r_is_that_of_pandas_with_and_without_missing_numbers(holes: float) -> None:
    values = numbers(200, 5) @ numbers(5, 5, 1) * [1, 1e6, 1e-6, 1, 1] + [0, 1e6, 0, -5, 0]
    values[np.random.default_rng(2).random(values.shape) < holes] = np.nan
    np.testing.assert_allclose(pearson(values), pandas.DataFrame(values).corr(), atol=1e-9)


def test_a_column_that_does_not_vary_correlates_with_nothing() -> None:
    values = np.column_stack([numbers(50, 1)[:, 0], np.full(50, 0.1)])
    np.testing.assert_array_equal(pearson(values), np.eye(2))
    assert correlation_ratio(values[:, 1:], np.arange(50) % 2)[0] == 0.0


def test_the_correlation_ratio_is_the_share_of_variance_between_classes() -> None:
    iris = Iris().load()
    groups = pandas.DataFrame(iris.inputs).groupby(iris.targets)
    between = (groups.size().to_numpy()[:, None] * (groups.mean() - iris.inputs.mean(0)) ** 2).sum()
    total = ((iris.inputs - iris.inputs.mean(0)) ** 2).sum(axis=0)
    np.testing.assert_allclose(
        correlation_ratio(iris.inputs, iris.targets), np.sqrt(between / total), rtol=1e-9
    )


def test_for_two_classes_the_correlation_ratio_is_the_point_biserial_correlation() -> None:
    values, labels = numbers(100, 1), np.arange(100) % 2
    values[:, 0] += labels
    expected = abs(np.corrcoef(values[:, 0], labels)[0, 1])
    np.testing.assert_allclose(correlation_ratio(values, labels), expected, rtol=1e-9)


def test_cramers_v_is_1_for_the_same_classes_by_other_names_and_0_for_independent_ones() -> None:
    labels = np.arange(12) % 3
    assert cramers_v(labels, (labels + 1) % 3) == pytest.approx(1.0)
    assert cramers_v(np.arange(12) % 3, np.arange(12) // 3 % 4) == pytest.approx(0.0)
    assert cramers_v(labels, np.zeros(12, int)) == 0.0


def test_cramers_v_of_a_two_by_two_table_is_the_size_of_phi() -> None:
    a = np.repeat([0, 0, 1, 1], [10, 5, 3, 12])
    b = np.repeat([0, 1, 0, 1], [10, 5, 3, 12])
    assert cramers_v(a, b) == pytest.approx(abs(np.corrcoef(a, b)[0, 1]))


def test_the_matrix_measures_each_pair_as_it_should() -> None:
    iris = Iris().load()
    every = features(iris)
    found = correlations(iris, every)
    np.testing.assert_allclose(found.matrix, found.matrix.T)
    np.testing.assert_allclose(found.matrix[:4, :4], np.corrcoef(iris.inputs.T), atol=1e-9)
    np.testing.assert_allclose(found.matrix[4, :4], correlation_ratio(iris.inputs, iris.targets))
    assert (found.measure(0, 1), found.measure(0, 4), measure(every[4], every[4])) == (
        "r",
        "η",
        "V",
    )
    np.testing.assert_allclose(with_target(iris, every[:4], every[4]), found.matrix[4, :4])


def test_correlation_with_a_numeric_target_keeps_its_sign() -> None:
    inputs = numbers(80, 2)
    data = Dataset("", inputs, -3 * inputs[:, :1])
    every = features(data)
    found = with_target(data, every[:2], every[2])
    expected = [-1.0, np.corrcoef(inputs[:, 1], -inputs[:, 0])[0, 1]]
    np.testing.assert_allclose(found, expected, atol=1e-9)


# ---------------------------------------------------------------- classes


def test_the_balance_counts_each_class_in_each_part() -> None:
    labels = np.array([0, 0, 1, 2, 2, 2])
    data = Dataset("", np.zeros((6, 1)), labels, ("a", "b", "c"))
    found = balance(data, parts_of([0, 1, 3], [2], [4, 5]))
    np.testing.assert_array_equal(found.counts, [[2, 0, 1], [0, 1, 0], [0, 0, 2]])


def test_the_mean_picture_of_a_class_is_the_mean_of_its_pictures() -> None:
    digits = Digits().load()
    found = mean_pictures(digits)
    for k in (0, 7):
        np.testing.assert_allclose(found[k], digits.inputs[digits.targets == k].mean(0), rtol=1e-5)
    missing = mean_pictures(replace(digits, classes=(*digits.classes, "none"), columns=()))
    assert np.isnan(missing[-1]).all()


# ---------------------------------------------------------------- samples


def test_little_data_is_looked_at_as_a_whole_without_a_copy() -> None:
    iris = Iris().load()
    assert sample(iris).dataset is iris
    assert str(sample(iris)) == "all 150 examples"


def test_a_sample_of_much_data_is_the_same_each_time_and_says_what_it_is() -> None:
    inputs = np.arange(5000.0)[:, np.newaxis]
    data = Dataset("", inputs, inputs, columns=(Column("double", inputs[:, 0] * 2),))
    first, again = sample(data, most=100), sample(data, most=100)
    np.testing.assert_array_equal(first.rows, again.rows)
    np.testing.assert_array_equal(first.dataset.inputs[:, 0], first.rows)
    np.testing.assert_array_equal(first.dataset.column("double").values, 2 * first.rows)
    assert str(first) == "a sample of 100 of the 5,000 examples"
    assert len(set((first.rows // 500).tolist())) > 5


@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 20))
def test_chosen_rows_are_as_many_as_wanted_in_order_and_from_the_candidates(
    candidates: int, count: int, block: int
) -> None:
    rows = np.arange(candidates) * 3
    chosen = chosen_rows(rows, count, block=block)
    # The last block may be shorter than the others.
    assert min(candidates, count) - block <= len(chosen) <= min(candidates, count)
    assert (np.diff(chosen) > 0).all()
    assert np.isin(chosen, rows).all()


def test_taking_a_sample_can_be_given_up() -> None:
    data = Dataset("", np.zeros((9000, 3)), np.zeros((9000, 1)))

    def enough(done: int, expected: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled), listening(enough):
        sample(data, most=8000)


# ---------------------------------------------------------------- everything at once


def test_an_overview_tells_each_column_and_what_it_tells_of_the_target() -> None:
    data = PreparedData.of(DataSettings(Iris()))
    found = overview(data)
    iris = data.dataset
    assert [c.feature.name for c in found.columns] == [*iris.input_names, "class"]
    assert found.target is not None
    assert found.target.classes == found.classes_told_apart == iris.classes
    for k, column in enumerate(found.columns[:4]):
        assert column.statistics == statistics(iris.inputs[:, k])
        assert column.histogram.counts.shape[0] == 3
        expected = correlation_ratio(iris.inputs, iris.targets)[k]
        assert column.with_target == pytest.approx(expected)
    assert found.columns[4].with_target is None
    np.testing.assert_array_equal(found.columns[4].histogram.counts, 50 * np.eye(3))
    assert found.correlations is not None
    assert found.means is None


def test_an_overview_of_pictures_has_means_and_balance_but_no_matrix_of_pixels() -> None:
    found = overview(PreparedData.of(DataSettings(Digits())))
    assert found.means is not None
    assert found.means.shape == (10, 1, 8, 8)
    assert found.balance is not None
    assert found.balance.counts.sum() == 1797
    assert [c.feature.name for c in found.columns] == ["grey", "class", "odd"]


def test_of_very_many_columns_only_so_many_are_told() -> None:
    inputs = numbers(20, MOST_FEATURES + 7)
    data = Dataset("", inputs, np.arange(20) % 2, ("a", "b"))
    found = overview(PreparedData.of(DataSettings(Iris()), dataset=data))
    assert (len(found.columns), found.left_out) == (MOST_FEATURES, 8)
    assert found.correlations is None


# ---------------------------------------------------------------- duplicates


def test_duplicates_are_found_across_parts_and_only_there() -> None:
    inputs = numbers(10, 3)
    inputs[7] = inputs[2]  # validation and training
    inputs[9] = inputs[1]  # test and training
    inputs[4] = inputs[3]  # both in training
    data = Dataset("", inputs, np.zeros((10, 1)))
    found = duplicates(data, Hashed.of(data, parts_of([0, 1, 2, 3, 4, 5], [6, 7], [8, 9])))
    np.testing.assert_array_equal(found.rows, [7, 9])
    np.testing.assert_array_equal(found.twins, [2, 1])
    assert found.compared == 4


def test_pictures_of_bytes_that_differ_in_one_pixel_are_no_duplicates() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (6, 1, 5, 5)).astype(np.uint8)
    pictures[4] = pictures[0]
    pictures[5] = pictures[1]
    pictures[5, 0, 4, 4] ^= 1
    data = Dataset("", pictures, np.zeros(6, int), ("a",))
    found = duplicates(data, Hashed.of(data, parts_of([0, 1, 2, 3], [], [4, 5])))
    np.testing.assert_array_equal(found.rows, [4])


def test_of_much_data_a_sample_is_compared_and_it_says_so() -> None:
    inputs = numbers(1000, 4)
    inputs[500:] = inputs[:500]
    data = Dataset("", inputs, np.zeros((1000, 1)))
    hashed = Hashed.of(data, Split(by="chance").parts(data), most_bytes=10_000)
    assert not hashed.is_exact
    found = duplicates(data, hashed)
    assert 0 < len(found.rows) <= found.compared < 150
    np.testing.assert_array_equal(inputs[found.rows], inputs[found.twins])


def test_where_a_part_is_empty_there_are_no_duplicates() -> None:
    data = Dataset("", np.zeros((4, 1)), np.zeros((4, 1)))
    assert not duplicates(data, Hashed.of(data, parts_of([0, 1, 2, 3], [], []))).rows.size
    assert not duplicates(data, Hashed.of(data, parts_of([], [0], [1, 2, 3]))).rows.size


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2)), min_size=1),
    st.randoms(use_true_random=False),
)
def test_contradictions_are_the_rows_that_have_the_inputs_of_another_class(
    rows: list[tuple[int, int, int]], random: Random
) -> None:
    inputs = np.array([row[:2] for row in rows], float)
    labels = np.array([row[2] for row in rows])
    data = Dataset("", inputs, labels, ("a", "b", "c"))
    places = list(range(len(rows)))
    random.shuffle(places)
    third = len(rows) // 3
    parts = parts_of(places[2 * third :], places[:third], places[third : 2 * third])
    found = contradictions(data, Hashed.of(data, parts))
    equal = (inputs[:, np.newaxis] == inputs).all(axis=2)
    contrary = equal & (labels[:, np.newaxis] != labels)
    np.testing.assert_array_equal(found.rows, np.flatnonzero(contrary.any(axis=1)))
    assert contrary[found.rows, found.twins].all()
    best = sum(
        max(Counter(labels[same].tolist()).values()) for same in np.unique(equal, axis=0)
    )  # each set of equal inputs is one row of the matrix
    assert found.wrong == len(rows) - best
    assert found.compared == len(rows)


def test_contradictions_among_a_million_rows_are_found_a_piece_at_a_time() -> None:
    pictures = np.zeros((1_000_000, 3), np.float32)
    pictures[:, 0] = np.arange(1_000_000) // 4
    labels = (np.arange(1_000_000) % 8 == 5).astype(int)
    data = Dataset("", pictures, labels, ("a", "b"))
    found = contradictions(data, Hashed.of(data, Split(by="chance").parts(data)))
    np.testing.assert_array_equal(found.rows[:5], [4, 5, 6, 7, 12])
    assert (len(found.rows), found.wrong) == (500_000, 125_000)


@given(
    arrays(
        np.float64, st.tuples(st.integers(1, 30), st.integers(1, 4)), elements=st.integers(-2, 2)
    )
)
def test_equal_rows_and_no_others_have_equal_hashes(rows: np.ndarray) -> None:
    # Small whole numbers: as floats nearly all of their bits are zeros.
    hashes = row_hashes(rows)
    assert len(np.unique(hashes)) == len(np.unique(rows + 0.0, axis=0))
    same = (rows[:, np.newaxis] == rows).all(axis=2)
    np.testing.assert_array_equal(hashes[:, np.newaxis] == hashes, same)


def test_a_split_by_the_inputs_keeps_equal_examples_in_one_part() -> None:
    inputs = np.repeat(numbers(100, 2), 3, axis=0)
    data = Dataset("", inputs, np.zeros((300, 1)))
    assert duplicates(data, Hashed.of(data, Split(by="chance").parts(data))).rows.size
    parts = Split(by="group", column="inputs").parts(data)
    assert not duplicates(data, Hashed.of(data, parts)).rows.size
    assert len(parts.test) == pytest.approx(45, abs=3)
