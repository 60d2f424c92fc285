"""Who is trained on, who decides when to stop, and who judges in the end.

| by     | how examples are dealt out                                                         |
|--------|------------------------------------------------------------------------------------|
| class  | by chance, every part with the classes in nearly the same proportions              |
| chance | by chance alone                                                                    |
| group  | whole groups by chance: what belongs together (a person, a day) is in one part;    |
|        | by the column “inputs”, equal examples                                             |
| order  | in order of a column, or as they come: the last are the test, those before validation |
| part   | as a column of the data says: train, validation or test                            |
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import INPUTS, Column, Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.row_hashes import row_hashes
from nnstudio.schema import check, setting

#: The ways to deal examples out.
WAYS = ("class", "chance", "group", "order", "part")
#: At least a tenth of the examples is left to train on.
_MOST_HELD_BACK = 0.9
#: What a column may call the parts; capitals don't matter.
_PART_NAMES = {
    "train": ("train", "training", "fit"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "holdout"),
}


@dataclass(frozen=True, eq=False)
class Parts:
    """The positions of the examples of each part: sorted int64 arrays that share no example."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class Split:
    """How examples are dealt out; a function of the settings and of the data's size and labels."""

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
    by: str = setting(
        "class",
        label="Dealt out by",
        choices=WAYS,
        help="class or chance; whole groups; in order of time; or as a column says",
    )
    column: str = setting("", help="The column with the group, the time or the part")

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
        rounded down, so that three typed pairs are all trained on; groups are dealt out until the
        next one would take a part further from its share.

        Raises:
            SettingError, DataError: as :meth:`check`; there is no such column, or what it holds
                doesn't tell parts or leaves nothing to train on.
        """
        self.check()
        if self.by == "part":
            return _as_told(self._column(dataset))
        free = dataset.size - dataset.test_count
        shares = 0 if dataset.test_count else self.test, self.validation
        tested, watched = (
            _by_group(self._groups(dataset)[:free], shares, self.seed)
            if self.by == "group"
            else self._in_a_row(dataset, shares)
        )
        if dataset.test_count:
            tested = np.arange(free, dataset.size)
        taken = np.zeros(dataset.size, bool)
        taken[tested] = taken[watched] = True
        return Parts(np.flatnonzero(~taken), np.sort(watched), np.sort(tested))

    def _in_a_row(
        self, dataset: Dataset, shares: tuple[float, float]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Test and validation: the first in a row that is shuffled or that begins with the last."""
        free = dataset.size - dataset.test_count
        if self.by == "order":
            order = np.arange(free)
            if self.column:
                order = np.argsort(self._column(dataset).values[:free].reshape(free), kind="stable")
            order = order[::-1]
        else:
            order = np.random.default_rng(self.seed).permutation(free)
            if self.by == "class" and dataset.is_classification and dataset.targets.ndim == 1:
                order = _interleave_classes(order, dataset.targets)
        tested = _share(shares[0], free)
        return order[:tested], order[tested : tested + _share(shares[1], free)]

    def _groups(self, dataset: Dataset) -> np.ndarray:
        """What belongs together has the same number: examples equal in the column."""
        if self.column == INPUTS:
            return row_hashes(dataset.inputs)
        return self._column(dataset).values

    def _column(self, dataset: Dataset) -> Column:
        """The column that the split goes by: one number or label for each example."""
        try:
            column = dataset.column(self.column)
        except KeyError as error:
            known = ", ".join(dataset.column_names)
            raise DataError("split_no_column", column=self.column, known=known) from error
        if column.values.size != dataset.size:
            raise DataError("split_column_shape", column=self.column)
        return column


def _share(share: float, count: int) -> int:
    """``share`` of ``count``, rounded down; 0.29 of 100 is 29 although 0.29 · 100 is 28.999…"""
    return math.floor(share * count + 1e-9)


def _by_group(
    groups: np.ndarray, shares: tuple[float, float], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Test and validation of whole groups, as near to their shares as the shuffled row allows."""
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    group = group.reshape(-1)
    waiting = list(np.random.default_rng(seed).permutation(len(sizes)))
    dealt = []
    for share in shares:
        wanted, members = _share(share, len(group)), []
        got = 0
        while len(waiting) > 1 and abs(got + sizes[waiting[-1]] - wanted) < abs(got - wanted):
            members.append(waiting.pop())
            got += sizes[members[-1]]
        dealt.append(np.flatnonzero(np.isin(group, members)))
    return dealt[0], dealt[1]


def _as_told(column: Column) -> Parts:
    """The parts whose names the column has for each example."""
    wanted = {name: part for part, names in _PART_NAMES.items() for name in names}
    parts = [wanted.get(name.strip().lower()) for name in column.classes]
    if None in parts or not parts:
        known = ", ".join(names[0] for names in _PART_NAMES.values())
        got = ", ".join(column.classes[:5]) or "numbers"
        raise DataError("split_parts", column=column.name, known=known, got=got)
    told = np.array(parts, object)[column.values.reshape(-1)]
    found = {part: np.flatnonzero(told == part) for part in _PART_NAMES}
    if not found["train"].size:
        raise DataError("split_no_training", column=column.name)
    return Parts(**found)


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
