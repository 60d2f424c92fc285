"""Folds, held against examples dealt out by hand and what defines each scheme."""

from __future__ import annotations

from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.engine.layer import Array
from nnstudio.tuning.folds import (
    COUNTED,
    SCHEMES,
    FoldError,
    Scheme,
    grouped,
    leave_one_group_out,
    leave_one_out,
    plain,
    stratified,
)

seeds = st.one_of(st.none(), st.integers(0, 1000))


def stream(seed: int | None) -> np.random.Generator | None:
    return None if seed is None else np.random.default_rng(seed)


# ---------------------------------------------------------------- by hand


def test_ten_examples_in_three_stretches() -> None:
    assert plain(10, 3).tolist() == [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert plain(11, 3).tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2]


def test_two_classes_dealt_out_like_cards() -> None:
    """b comes first, so cards are b b b b a a a a, to the folds 0 1 2 0 1 2 0 1.

    So fold 0 has two b and one a, fold 1 one b and two a, fold 2 one of each.
    """
    labels = np.array(["b", "a", "b", "b", "a", "b", "a", "a"])
    assert stratified(labels, 3).tolist() == [0, 0, 0, 1, 1, 2, 1, 2]


def test_a_class_smaller_than_the_number_of_folds_is_missing_from_some() -> None:
    """Cards 0 0 0 0 1: fold 0 gets the first, third and fifth, which is the only 1."""
    assert stratified(np.array([0, 0, 1, 0, 0]), 2).tolist() == [0, 0, 0, 1, 1]


def test_groups_fill_the_emptiest_fold_the_largest_first() -> None:
    """d has 4, then a and c have 2: c, sorted last, goes first; b has 1.

    d to fold 0, c to fold 1, a to fold 1 (2 < 4), b to fold 0 (4 = 4, the first).
    """
    groups = np.array(list("aabccdddd"))
    assert grouped(groups, 2).tolist() == [1, 1, 0, 1, 1, 0, 0, 0, 0]


def test_each_alone() -> None:
    assert leave_one_out(4).tolist() == [0, 1, 2, 3]
    assert leave_one_group_out(np.array([7, 3, 7, 5])).tolist() == [2, 0, 2, 1]


# ---------------------------------------------------------------- by definition


@given(count=st.integers(2, 200), folds=st.integers(2, 20), seed=seeds)
def test_plain_folds_differ_by_one_at_most_and_the_larger_come_first(
    count: int, folds: int, seed: int | None
) -> None:
    folds = min(folds, count)
    sizes = np.bincount(plain(count, folds, stream(seed)), minlength=folds)
    assert sizes.sum() == count
    assert sizes.max() - sizes.min() <= 1
    assert all(a >= b for a, b in pairwise(sizes))


@given(
    labels=st.lists(st.integers(-2, 3), min_size=4, max_size=120),
    folds=st.integers(2, 10),
    seed=seeds,
)
def test_each_class_and_all_examples_are_shared_out_evenly(
    labels: list[int], folds: int, seed: int | None
) -> None:
    classes = np.array(labels)
    folds = min(folds, int(np.unique(classes, return_counts=True)[1].max()))
    if folds < 2:
        return
    dealt = stratified(classes, folds, stream(seed))
    for members in (dealt, *(dealt[classes == label] for label in set(labels))):
        sizes = np.bincount(members, minlength=folds)
        assert sizes.max() - sizes.min() <= 1
    if seed is None:  # within a class the order of the data is kept
        assert all((np.diff(dealt[classes == label]) >= 0).all() for label in set(labels))


@given(
    members=st.lists(st.integers(0, 8), min_size=2, max_size=80),
    folds=st.integers(2, 6),
    seed=seeds,
)
def test_groups_stay_together_and_go_to_the_emptiest_fold(
    members: list[int], folds: int, seed: int | None
) -> None:
    groups = np.array(members)
    folds = min(folds, len(set(members)))
    if folds < 2:
        return
    dealt = grouped(groups, folds, stream(seed))
    sizes = np.bincount(dealt, minlength=folds)
    assert (sizes > 0).all()
    for group in set(members):
        assert len(set(dealt[groups == group])) == 1
    if seed is not None:
        assert sizes.max() - sizes.min() <= np.unique(groups, return_counts=True)[1].max()
        return
    # The last group put into a fold, its smallest, went to the emptiest one of the moment.
    smallest_in = [
        min(np.count_nonzero(groups == g) for g in set(groups[dealt == fold]))
        for fold in range(folds)
    ]
    assert all(sizes[i] - smallest_in[i] <= sizes.min() for i in range(folds))


#: Numbers to deal out, with four classes and nine groups.
COUNT = 47
CLASSES = np.arange(COUNT) * 7 % 11 // 3
GROUPS = np.arange(COUNT) ** 2 % 29


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("seed", [None, 0, 1])
def test_every_example_is_held_back_once_and_learned_from_otherwise(
    name: str, seed: int | None
) -> None:
    folds = Scheme(name, 4, seed=seed).split(COUNT, CLASSES, GROUPS)
    assert np.sort(np.concatenate([fold.held_back for fold in folds])).tolist() == [*range(COUNT)]
    for number, fold in enumerate(folds, 1):
        assert (fold.repetition, fold.number) == (1, number)
        both = np.concatenate([fold.train, fold.held_back])
        assert np.sort(both).tolist() == [*range(COUNT)]
        assert (np.diff(fold.train) > 0).all()
        assert (np.diff(fold.held_back) > 0).all()
    wanted = 4
    if name == "leave-one-out":
        wanted = COUNT
    elif name == "leave-one-group-out":
        wanted = len(set(GROUPS))
    assert len(folds) == wanted


@pytest.mark.parametrize("name", COUNTED)
def test_repetitions_are_shuffled_each_for_itself_and_follow_from_the_seed(name: str) -> None:
    def split(seed: int, repetitions: int) -> list[list[int]]:
        folds = Scheme(name, 4, repetitions, seed).split(COUNT, CLASSES, GROUPS)
        return [fold.held_back.tolist() for fold in folds]

    three = split(5, 3)
    assert len(three) == 12
    assert three == split(5, 3)
    assert three[:4] == split(5, 1)
    assert three[:4] != three[4:8] != three[8:]
    assert three != split(6, 3)
    for first in (0, 4, 8):
        assert sorted(chain(*three[first : first + 4])) == [*range(COUNT)]


def test_repetitions_are_counted() -> None:
    folds = Scheme("plain", 2, 3, 0).split(10)
    assert [(f.repetition, f.number) for f in folds] == [(r, n) for r in (1, 2, 3) for n in (1, 2)]


# ---------------------------------------------------------------- what can't be


@pytest.mark.parametrize(
    ("scheme", "classes", "groups", "code"),
    [
        (Scheme("plain", 1), None, None, "folds_too_few"),
        (Scheme("plain", 6), None, None, "folds_too_many"),
        (Scheme("stratified", 3), np.array([0, 0, 1, 1, 2]), None, "folds_too_many"),
        (Scheme("stratified", 2), None, None, "folds_without_classes"),
        (Scheme("grouped", 2), None, None, "folds_without_groups"),
        (Scheme("leave-one-group-out"), None, None, "folds_without_groups"),
        (Scheme("grouped", 2), None, np.zeros(4), "folds_groups"),
        (Scheme("grouped", 3), None, np.array([0, 0, 0, 1, 1]), "folds_too_many"),
        (Scheme("leave-one-group-out"), None, np.zeros(5), "folds_too_many"),
        (Scheme("plain", 2, repetitions=2), None, None, "folds_in_order"),
    ],
)
def test_what_cannot_be_dealt_out_is_told(
    scheme: Scheme, classes: Array | None, groups: Array | None, code: str
) -> None:
    with pytest.raises(FoldError) as error:
        scheme.split(5, classes, groups)
    assert error.value.code == code
    assert str(error.value)


def test_a_single_example_can_not_be_left_out() -> None:
    with pytest.raises(FoldError, match="at least as many examples, there are 1"):
        Scheme("leave-one-out").split(1)


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown scheme"):
        Scheme("by moon").split(5)
