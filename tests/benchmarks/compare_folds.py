"""Folds against scikit-learn's: ``make compare-folds`` (it installs scikit-learn in ``.venv``).

In the order of the data the schemes of :mod:`nnstudio.tuning.folds` promise to be those of
scikit-learn's classes. This deals out many random sets of examples both ways and says for each
scheme how many were compared; the first difference ends it with an error. CI has no scikit-learn,
so it isn't a test; tests/tuning/test_folds.py holds the schemes to what defines them.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator

import numpy as np
import sklearn
from sklearn import model_selection

from nnstudio.tuning.folds import Scheme

ROUNDS = 500


def draws(rng: np.random.Generator) -> Iterator[tuple[int, np.ndarray, np.ndarray, int]]:
    """How many examples, their classes, their groups, and how many folds there may be of each."""
    while True:
        count = int(rng.integers(4, 150))
        classes = rng.integers(0, rng.integers(1, 8), count) * 3 - 5
        groups = rng.integers(0, rng.integers(2, 30), count)
        most = min(np.bincount(classes + 5).max(), len(np.unique(groups)))
        if most >= 2:
            yield count, classes, groups, int(rng.integers(2, most + 1))


def main() -> None:
    rng = np.random.default_rng(0)
    compared: dict[str, int] = {}
    warnings.simplefilter("ignore")  # scikit-learn warns of classes smaller than the folds
    for _, (count, classes, groups, folds) in zip(range(ROUNDS), draws(rng), strict=False):
        theirs = {
            "plain": model_selection.KFold(folds),
            "stratified": model_selection.StratifiedKFold(folds),
            "grouped": model_selection.GroupKFold(folds),
            "leave-one-out": model_selection.LeaveOneOut(),
            "leave-one-group-out": model_selection.LeaveOneGroupOut(),
        }
        for name, splitter in theirs.items():
            ours = Scheme(name, folds).split(count, classes, groups)
            expected = list(splitter.split(np.zeros((count, 1)), classes, groups))
            same = len(ours) == len(expected) and all(
                np.array_equal(a.train, train) and np.array_equal(a.held_back, held_back)
                for a, (train, held_back) in zip(ours, expected, strict=True)
            )
            if not same:
                sys.exit(f"{name}, {folds} folds of {count}: classes {classes}, groups {groups}")
            compared[name] = compared.get(name, 0) + len(ours)
        repeats = len(
            list(model_selection.RepeatedKFold(n_splits=folds, n_repeats=3).split(groups))
        )
        if repeats != len(Scheme("plain", folds, 3, 0).split(count)):
            sys.exit("repeated: another number of folds")
    print(f"scikit-learn {sklearn.__version__}, {ROUNDS} sets of examples, all folds equal:")
    for name, number in compared.items():
        print(f"  {name:20} {number:7,} folds")


if __name__ == "__main__":
    main()
