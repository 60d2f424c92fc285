"""Who is trained on, who decides when to stop, and who judges in the end."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.schema import check, setting

#: At least a tenth of the examples is left to train on.
_MOST_HELD_BACK = 0.9


@dataclass(frozen=True, eq=False)
class Parts:
    """The positions of the examples of each part: sorted int64 arrays that share no example."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class Split:
    """How examples are dealt out; a function of the seed and the data's size and labels only."""

    validation: float = setting(
        0.15, ge=0.0, le=0.8, unit="%", help="Share of the examples that watch the training"
    )
    test: float = setting(
        0.15,
        ge=0.0,
        le=0.8,
        unit="%",
        help="Share kept for the end; a published test set is used instead",
    )
    seed: int = setting(0, ge=0, help="Another seed deals the examples out differently")

    def check(self) -> Split:
        """This split, if its settings are legal one by one and together.

        Raises:
            SettingError: a setting is out of range.
            DataError: validation and test together leave too little to train on.
        """
        check(self)
        held_back = self.validation + self.test
        if held_back > _MOST_HELD_BACK:
            raise DataError("data_split", got=held_back, most=_MOST_HELD_BACK)
        return self

    def parts(self, dataset: Dataset) -> Parts:
        """Deal out the examples of ``dataset``.

        A published test set stays what it is, and validation is a share of the rest. Sizes are
        rounded down, so that three typed pairs are all trained on. Where each example has a class,
        every part has the classes in nearly the same proportions.

        Raises:
            SettingError, DataError: as :meth:`check`.
        """
        self.check()
        free = dataset.size - dataset.test_count
        order = np.random.default_rng(self.seed).permutation(free)
        if dataset.is_classification and dataset.targets.ndim == 1:
            order = _interleave_classes(order, dataset.targets)
        tested = 0 if dataset.test_count else _share(self.test, free)
        watched = tested + _share(self.validation, free)
        published = np.arange(free, dataset.size)
        return Parts(
            train=np.sort(order[watched:]),
            validation=np.sort(order[tested:watched]),
            test=published if dataset.test_count else np.sort(order[:tested]),
        )


def _share(share: float, count: int) -> int:
    """``share`` of ``count``, rounded down; 0.29 of 100 is 29 although 0.29 · 100 is 28.999…"""
    return math.floor(share * count + 1e-9)


def _interleave_classes(order: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Rearrange ``order`` so that every stretch of it has the classes in their overall proportions.

    The k-th of the n members of a class is put at the relative place (k + ½) / n, and all members
    are sorted by their places.
    """
    place = np.empty(len(order))
    labels = labels[order]
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    return order[np.argsort(place, kind="stable")]
