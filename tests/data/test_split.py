"""Splits: every example has one place, and the place is fixed by the seed."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.sources import Square
from nnstudio.data.split import Parts, Split
from nnstudio.schema import SettingError

percent = st.integers(0, 80).map(lambda p: p / 100)
splits = st.builds(Split, percent, percent, st.integers(0, 2**40)).filter(
    lambda split: split.validation + split.test <= 0.9
)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    """1 to 200 examples: regression or classes, with or without a published test set."""
    size = draw(st.integers(1, 200))
    test_count = draw(st.just(0) | st.integers(0, size - 1))
    inputs = np.arange(float(size))[:, np.newaxis]
    classes = draw(st.integers(0, 5))
    if not classes:
        return Dataset("", inputs, inputs, test_count=test_count)
    labels = np.random.default_rng(draw(st.integers(0, 99))).integers(0, classes, size)
    return Dataset("", inputs, labels, tuple("abcde"[:classes]), test_count=test_count)


def everything(parts: Parts) -> np.ndarray:
    return np.concatenate([parts.train, parts.validation, parts.test])


@given(splits, datasets())
def test_every_example_is_in_exactly_one_part(split: Split, data: Dataset) -> None:
    parts = split.parts(data)
    assert sorted(everything(parts)) == list(range(data.size))
    for part in (parts.train, parts.validation, parts.test):
        assert part.dtype == np.int64
        assert (np.diff(part) > 0).all()


@given(splits, datasets())
def test_shares_are_rounded_down_and_something_is_left_to_train_on(
    split: Split, data: Dataset
) -> None:
    parts = split.parts(data)
    free = data.size - data.test_count

    def share(of: float) -> int:
        return math.floor(round(Fraction(of), 2) * free)

    assert len(parts.validation) == share(split.validation)
    assert len(parts.test) == (data.test_count or share(split.test))
    assert len(parts.train) >= 1


@given(splits, datasets())
def test_the_split_depends_on_seed_and_labels_but_not_on_values(
    split: Split, data: Dataset
) -> None:
    other = replace(data, name="other", inputs=data.inputs * -7.0)
    if not data.is_classification:
        other = replace(other, targets=data.targets + 3.0)
    np.testing.assert_array_equal(everything(split.parts(data)), everything(split.parts(other)))


@given(splits, datasets())
def test_a_published_test_set_stays_what_it_is(split: Split, data: Dataset) -> None:
    assume(data.test_count)
    parts = split.parts(data)
    assert parts.test.tolist() == list(range(data.size - data.test_count, data.size))


@given(splits, datasets())
def test_classes_keep_their_proportions_in_every_part(split: Split, data: Dataset) -> None:
    assume(data.is_classification)
    parts = split.parts(data)
    labels = data.targets[: data.size - data.test_count]
    overall = np.bincount(labels, minlength=data.output_size) / len(labels)
    for part in (parts.train, parts.validation, *([] if data.test_count else [parts.test])):
        got = np.bincount(data.targets[part], minlength=data.output_size)
        assert np.abs(got - overall * len(part)).max() <= 2.0


def test_another_seed_deals_the_examples_out_differently() -> None:
    data = Square(count=100).load()
    first, second = (Split(seed=seed).parts(data) for seed in (0, 1))
    assert first.test.tolist() != second.test.tolist()
    assert first.validation.tolist() != second.validation.tolist()


def test_examples_are_dealt_out_at_random_rather_than_in_order() -> None:
    test = Split().parts(Square(count=1000).load()).test
    assert test.min() < 50
    assert test.max() > 950


def test_three_typed_pairs_are_all_trained_on() -> None:
    parts = Split().parts(Square(pairs=((2.0, 4.0), (4.0, 16.0), (2.5, 6.25))).load())
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (3, 0, 0)


def test_a_share_that_floats_cannot_hold_is_not_rounded_off() -> None:
    data = Square(count=100).load()
    assert len(Split(validation=0.29, test=0.57).parts(data).validation) == 29
    assert len(Split(validation=0.29, test=0.57).parts(data).test) == 57


def test_too_little_to_train_on_is_refused_with_a_sentence() -> None:
    with pytest.raises(DataError, match="together take 100 %"):
        Split(validation=0.5, test=0.5).parts(Square().load())
    with pytest.raises(SettingError, match=r"at most 0\.8"):
        Split(validation=0.9).parts(Square().load())
    Split(validation=0.6, test=0.3).check()


# ---------------------------------------------------------------- by a column


def with_column(values: np.ndarray, classes: tuple[str, ...] = ()) -> Dataset:
    inputs = np.arange(float(len(values)))[:, np.newaxis]
    return Dataset("", inputs, inputs, columns=(Column("apart", values, classes),))


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=120), percent, percent, st.integers(0, 1000)
)
def test_a_group_is_in_one_part_and_shares_are_met_but_for_half_a_group(
    groups: list[int], validation: float, test: float, seed: int
) -> None:
    assume(validation + test <= 0.9)
    of_example = np.array(groups)
    split = Split(validation, test, seed, by="group", column="apart")
    parts = split.parts(with_column(of_example))
    assert sorted(everything(parts)) == list(range(len(groups)))
    assert parts.train.size
    found = [set(of_example[part]) for part in (parts.train, parts.validation, parts.test)]
    assert sum(map(len, found)) == len(set(groups))
    largest = max(np.unique(of_example, return_counts=True)[1])
    if len(found[0]) > 1:  # otherwise the last group had to be left to train on
        for part, share in ((parts.test, test), (parts.validation, validation)):
            assert abs(len(part) - math.floor(share * len(groups) + 1e-9)) <= largest / 2 + 0.5


def test_in_order_of_time_the_latest_are_tested_and_the_earliest_trained_on() -> None:
    times = np.random.default_rng(0).permutation(100) * 1.5
    parts = Split(0.2, 0.1, by="order", column="apart").parts(with_column(times))
    assert times[parts.train].max() < times[parts.validation].min()
    assert times[parts.validation].max() < times[parts.test].min()
    assert [len(parts.train), len(parts.validation), len(parts.test)] == [70, 20, 10]


def test_in_order_without_a_column_examples_stay_as_they_come() -> None:
    parts = Split(0.25, 0.25, by="order").parts(with_column(np.zeros(8)))
    assert [list(parts.train), list(parts.validation), list(parts.test)] == [
        [0, 1, 2, 3],
        [4, 5],
        [6, 7],
    ]


def test_a_column_may_say_which_part_each_example_is_in() -> None:
    told = np.array([0, 1, 2, 0, 1])
    parts = Split(by="part", column="apart").parts(with_column(told, ("Train", "test", "val")))
    assert [list(parts.train), list(parts.validation), list(parts.test)] == [[0, 3], [2], [1, 4]]


@pytest.mark.parametrize(
    ("split", "classes", "reason"),
    [
        (Split(by="group", column="nowhere"), (), "“nowhere”, which the data doesn't have"),
        (Split(by="part", column="apart"), ("train", "maybe"), "got train, maybe"),
        (Split(by="part", column="apart"), (), "got numbers"),
        (Split(by="part", column="apart"), ("val", "test"), "no example is left to train on"),
    ],
)
def test_a_column_that_tells_no_parts_is_refused_with_a_sentence(
    split: Split, classes: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(DataError, match=reason):
        split.parts(with_column(np.array([0, 1, 0]), classes))


def test_by_chance_alone_classes_need_not_be_even() -> None:
    labels = np.repeat([0, 1], 50)
    data = Dataset("", np.arange(100.0)[:, np.newaxis], labels, ("a", "b"))
    even = [labels[Split(0.2, 0.2, seed).parts(data).test].sum() for seed in range(9)]
    free = [labels[Split(0.2, 0.2, seed, by="chance").parts(data).test].sum() for seed in range(9)]
    assert set(even) == {10}
    assert len(set(free)) > 1


def test_a_published_test_set_stays_what_it_is_however_the_rest_is_dealt_out() -> None:
    inputs = np.arange(10.0)[:, np.newaxis]
    apart = (Column("apart", np.array([0, 0, 1, 1, 2, 2, 0, 0, 1, 1])),)
    data = Dataset("", inputs, inputs, test_count=4, columns=apart)
    for way in ("group", "order"):
        parts = Split(0.34, 0.3, by=way, column="apart").parts(data)
        assert list(parts.test) == [6, 7, 8, 9]
        assert len(parts.validation) == 2
