"""Folds: dealing examples out so that each is held back once (Stone, 1974; Geisser, 1975).

Every scheme is a function from n examples to the number of the fold, from 0, in which each is held
back. In the order of the data they are those of scikit-learn's classes of the same name:

| scheme              | who is held back together                            | scikit-learn       |
|---------------------|------------------------------------------------------|--------------------|
| plain               | k stretches of the data; the first n mod k have one  | KFold              |
|                     | example more                                         |                    |
| stratified          | in each fold nearly the same share of every class    | StratifiedKFold    |
| grouped             | whole groups: one after the other, the largest       | GroupKFold         |
|                     | first, goes to the fold that has the fewest examples |                    |
| leave-one-out       | each example alone                                   | LeaveOneOut        |
| leave-one-group-out | each group alone                                     | LeaveOneGroupOut   |

Shuffled, the same sizes and shares are dealt out by chance. Repetitions are shuffled each for
itself, and each is a function of the seed and of its number alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.messages import StudioError

#: The schemes by the names that the command line uses.
SCHEMES = ("plain", "stratified", "grouped", "leave-one-out", "leave-one-group-out")
#: Those for which the number of folds is chosen.
COUNTED = ("plain", "stratified", "grouped")


class FoldError(StudioError):
    """The examples can't be dealt out like this."""


@dataclass(frozen=True, eq=False)
class Fold:
    """One run's share: whom it learns from, and whom it is asked about.

    Attributes:
        repetition, number: both from 1.
        train, held_back: positions among the examples, sorted; together they are all of them.
    """

    repetition: int
    number: int
    train: Array
    held_back: Array


@dataclass(frozen=True)
class Scheme:
    """How examples are dealt out, and how often.

    Attributes:
        name: one of :data:`SCHEMES`.
        folds: how many, for the schemes in :data:`COUNTED`.
        repetitions: each shuffled anew.
        seed: of the shuffling; ``None`` for the order of the data.
    """

    name: str = "plain"
    folds: int = 5
    repetitions: int = 1
    seed: int | None = None

    def split(
        self, count: int, classes: Array | None = None, groups: Array | None = None
    ) -> tuple[Fold, ...]:
        """The folds of ``count`` examples, repetition after repetition.

        Args:
            classes: ``(count,)`` labels, for the scheme stratified.
            groups: ``(count,)`` numbers or names, for the grouped ones.

        Raises:
            FoldError: there are too few examples, members of a class or groups; classes or groups
                are missing; or there is nothing to repeat, as nothing is shuffled.
            ValueError: an unknown scheme.
        """
        if self.name not in SCHEMES:
            raise ValueError(f"unknown scheme {self.name!r}")
        if self.repetitions > 1 and self.seed is None:
            raise FoldError("folds_in_order")
        return tuple(
            fold
            for repetition in range(1, self.repetitions + 1)
            for fold in _folds(self._deal(count, classes, groups, repetition), repetition)
        )

    def _deal(
        self, count: int, classes: Array | None, groups: Array | None, repetition: int
    ) -> Array:
        rng = None
        if self.seed is not None:
            rng = np.random.default_rng([self.seed, repetition])
        if self.name == "plain":
            return plain(count, self.folds, rng)
        if self.name == "leave-one-out":
            return leave_one_out(count)
        if self.name == "stratified":
            if classes is None:
                raise FoldError("folds_without_classes")
            return stratified(classes, self.folds, rng)
        if groups is None:
            raise FoldError("folds_without_groups")
        if len(groups) != count:
            raise FoldError("folds_groups", groups=len(groups), examples=count)
        if self.name == "grouped":
            return grouped(groups, self.folds, rng)
        return leave_one_group_out(groups)


def _folds(of_example: Array, repetition: int) -> Iterator[Fold]:
    for number in range(int(of_example.max()) + 1):
        is_held_back = of_example == number
        yield Fold(
            repetition, number + 1, np.flatnonzero(~is_held_back), np.flatnonzero(is_held_back)
        )


# ---------------------------------------------------------------- the schemes


def plain(count: int, folds: int, rng: np.random.Generator | None = None) -> Array:
    """Stretches of the data, or of a random order of it."""
    _check(folds, count, "examples")
    sizes = np.full(folds, count // folds)
    sizes[: count % folds] += 1
    of_place = np.repeat(np.arange(folds), sizes)
    if rng is None:
        return of_place
    of_example = np.empty_like(of_place)
    of_example[rng.permutation(count)] = of_place
    return of_example


def stratified(classes: Array, folds: int, rng: np.random.Generator | None = None) -> Array:
    """Every class dealt out evenly, and all of them together too.

    Examples are sorted by class, in the order in which classes first appear, and dealt out like
    cards: that decides how many of each class a fold gets. Which of them is decided by the order
    of the data: the first go to the first fold.
    """
    _, first, of_example, sizes = np.unique(
        classes, return_index=True, return_inverse=True, return_counts=True
    )
    _check(folds, int(sizes.max(initial=0)), "examples in the largest class")
    result, dealt = np.empty(len(classes), np.int64), 0
    for label in np.argsort(first):
        cards = np.sort(np.arange(dealt, dealt + sizes[label]) % folds)
        dealt += sizes[label]
        result[of_example == label] = cards if rng is None else rng.permutation(cards)
    return result


def grouped(groups: Array, folds: int, rng: np.random.Generator | None = None) -> Array:
    """Whole groups, so that the folds become about equally large.

    The largest go first, and of equally large ones the one that is sorted last. Shuffled, they come
    in any order: folds then differ by no more than the largest group.
    """
    _, of_example, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    _check(folds, len(sizes), "groups")
    largest_first = np.argsort(sizes, kind="stable")[::-1]
    order = largest_first if rng is None else rng.permutation(len(sizes))
    of_group, filled = np.empty(len(sizes), np.int64), np.zeros(folds, np.int64)
    for group in order:
        emptiest = int(np.argmin(filled))
        of_group[group] = emptiest
        filled[emptiest] += sizes[group]
    result: Array = of_group[of_example]
    return result


def leave_one_out(count: int) -> Array:
    """As many folds as examples."""
    _check(2, count, "examples")
    return np.arange(count)


def leave_one_group_out(groups: Array) -> Array:
    """As many folds as groups, in their sorted order."""
    names, of_example = np.unique(groups, return_inverse=True)
    _check(2, len(names), "groups")
    result: Array = of_example
    return result


def _check(folds: int, count: int, what: str) -> None:
    """Raise :class:`FoldError` unless there are at least two folds and enough for each."""
    values: dict[str, Any] = {"folds": folds, "count": count, "what": what}
    if folds < 2:
        raise FoldError("folds_too_few", folds=folds)
    if count < folds:
        raise FoldError("folds_too_many", **values)
