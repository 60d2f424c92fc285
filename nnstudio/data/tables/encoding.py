"""From the columns of a table to the arrays of a dataset.

Nothing here is learned from examples but the list of words in each column, which belongs to what
the column *is*. Gaps are filled by a number that the user says, beside an input that tells that
there was a gap. A mean would be learned from all rows, also from those that judge in the end; so
where one is wanted gaps are left (NaN) to a step of the preparation, :class:`data.steps.FillEmpty`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.tables.cells import DATE, NUMERIC, TRUTH, YES
from nnstudio.data.tables.reading import Piece
from nnstudio.data.tables.roles import Roles

CATEGORIES = ("one-hot", "ordinal")
MISSING_WAYS = (DROP, FILL, LEAVE, REFUSE) = ("drop", "fill", "leave", "refuse")
#: Those in which no row is left out because an input is missing.
_KEPT = (FILL, LEAVE)
#: More different words than this are no categories to learn from.
MOST_WORDS = 1000
#: Arrays as a store takes them: inputs, targets, further columns.
Arrays = tuple[np.ndarray, np.ndarray, list[np.ndarray]]


@dataclass
class Gaps:
    """Missing cells that were met: how many by column, in how many rows, and the first row.

    Attributes:
        unknown: those columns that are only kept, in which there are some.
    """

    cells: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    first: int = -1
    unknown: set[str] = field(default_factory=set)

    def take(self, rows: np.ndarray, piece: Piece, roles: Roles) -> None:
        """Count those of a piece whose rows have these numbers."""
        in_row = np.zeros(len(next(iter(piece.values()))), bool)
        for name in (*roles.inputs, *roles.targets):
            gaps = gaps_of(piece[name])
            if count := int(gaps.sum()):
                self.cells[name] = self.cells.get(name, 0) + count
                in_row |= gaps
        if self.first < 0 and in_row.any():
            self.first = int(rows[np.flatnonzero(in_row)[0]])
        self.rows += int(in_row.sum())
        self.unknown |= {name for name in roles.keep if gaps_of(piece[name]).any()}


def gaps_of(values: np.ndarray) -> np.ndarray:
    """Which cells say nothing."""
    return np.isnan(values) if values.dtype.kind == "f" else values < 0


def sorted_words(words: Sequence[str]) -> list[str]:
    """As a person would list them: by size if they are numbers, else by letters."""
    try:
        return sorted(words, key=lambda word: (float(word), word))
    except ValueError:
        return sorted(words, key=lambda word: (word.casefold(), word))


class Encoder:
    """Makes arrays of pieces, once all words and gaps are known.

    Args:
        words: the words of each column in order of their numbers in the pieces.
        gaps: what is missing where.

    Raises:
        DataError: too many words, or too few or too many classes.
    """

    def __init__(
        self,
        file: str,
        roles: Roles,
        words: Mapping[str, Sequence[str]],
        gaps: Gaps,
        *,
        categories: str,
        missing: str,
        fill: float,
        task: str,
    ) -> None:
        self._roles, self._fill, self._missing = roles, fill, missing
        self._one_hot = categories == "one-hot"
        self.words = {name: sorted_words(said) for name, said in words.items()}
        # From the numbers in the pieces to places in the sorted list; a gap (−1) stays one.
        self._place = {
            name: np.array([*map({w: i for i, w in enumerate(self.words[name])}.get, said), -1])
            for name, said in words.items()
        }
        self._unknown = gaps.unknown
        self._told = [name for name in roles.inputs if missing in _KEPT and name in gaps.cells]
        for name in roles.inputs:
            if len(self.words.get(name, ())) > MOST_WORDS:
                got = len(self.words[name])
                raise DataError("table_words", file=file, column=name, got=got, most=MOST_WORDS)
        self.classes: tuple[str, ...] = ()
        if roles.classes:
            (target,) = roles.targets
            self.classes = tuple(self.words.get(target, ()))
            wanted = 2 if task == "binary" else MOST_WORDS
            if not 2 <= len(self.classes) <= wanted:
                got, most = len(self.classes), f"{wanted:,}"
                raise DataError("table_classes", file=file, column=target, got=got, most=most)
        else:
            for name in roles.targets:
                if roles.meanings[name].kind not in (*NUMERIC, DATE, TRUTH):
                    raise DataError("table_no_number", file=file, column=name)
        self.input_names = tuple(name for one in roles.inputs for name in self._names(one))
        self.input_names += tuple(f"{name} is missing" for name in self._told)
        self.input_words = tuple(
            number if one in self.words else -1
            for number, one in enumerate(roles.inputs)
            for _ in self._names(one)
        )
        self.input_words += (-1,) * len(self._told)

    def _names(self, name: str) -> list[str]:
        """Of the inputs that one column becomes."""
        if self._is_spread(name):
            return [f"{name}={word}" for word in self.words[name]]
        return [name]

    def _is_spread(self, name: str) -> bool:
        words = self._roles.meanings[name].kind not in (*NUMERIC, DATE, TRUTH)
        return words and self._one_hot and len(self.words[name]) > 1

    # ---------------------------------------------------------------- arrays

    def kept(self, piece: Piece) -> np.ndarray:
        """Which rows become examples."""
        keep = np.ones(len(next(iter(piece.values()))), bool)
        for name in self._roles.targets:
            keep &= ~gaps_of(piece[name])
        for name in self._roles.inputs if self._missing not in _KEPT else ():
            keep &= ~gaps_of(piece[name])
        for name in self._roles.keep:  # unknown words are a group of their own, times are not
            if piece[name].dtype.kind == "f":
                keep &= ~np.isnan(piece[name])
        return keep

    def arrays(self, piece: Piece, into: np.ndarray | None = None) -> Arrays:
        """Inputs, targets and further columns of the rows that become examples.

        Args:
            into: where their inputs are to stand, as far as they reach.
        """
        keep = self.kept(piece)
        if not keep.all():
            piece = {name: values[keep] for name, values in piece.items()}
        count = int(keep.sum())
        inputs = np.empty((count, len(self.input_names))) if into is None else into[:count]
        at = 0
        for name in self._roles.inputs:
            width = len(self._names(name))
            if self._is_spread(name):
                places = self._place[name][piece[name]]
                told = np.flatnonzero(places >= 0)
                inputs[:, at : at + width] = 0.0
                inputs[told, at + places[told]] = 1.0
                if self._missing == LEAVE:
                    inputs[places < 0, at : at + width] = np.nan
            else:
                values = self._numbers(name, piece[name])
                inputs[:, at] = values
                if name in self._told and self._missing == FILL:
                    inputs[np.isnan(values), at] = self._fill
            at += width
        for name in self._told:
            inputs[:, at] = gaps_of(piece[name])
            at += 1
        if self._roles.classes:
            (target,) = self._roles.targets
            targets = self._place[target][piece[target]].astype(np.int64)
        else:
            named = [self._numbers(name, piece[name]) for name in self._roles.targets]
            targets = np.stack(named, axis=1)
        return inputs, targets, [self._further(name, piece[name]) for name in self._roles.keep]

    def _numbers(self, name: str, values: np.ndarray) -> np.ndarray:
        """A column as one number each: words by their place in the list, no and yes as 0 and 1."""
        if values.dtype.kind == "f":
            return values
        numbers: list[float] = [float(i) for i in range(len(self.words[name]))]
        if self._roles.meanings[name].kind == TRUTH:
            numbers = [float(word.lower() in YES) for word in self.words[name]]
        places: np.ndarray = self._place[name][values]
        result: np.ndarray = np.array([*numbers, np.nan])[places]
        return result

    def _further(self, name: str, values: np.ndarray) -> np.ndarray:
        if values.dtype.kind == "f":
            return values[:, np.newaxis]
        places = self._place[name][values].astype(np.int64)
        return np.where(places < 0, len(self.words[name]), places)

    # ---------------------------------------------------------------- names

    def like(self, name: str) -> Dataset:
        """A dataset without examples that has all names."""
        roles = self._roles
        columns = []
        for one in roles.keep:
            told = one if one not in ("inputs", "targets") else f"{one} (column)"
            if one in self.words:
                words = (*self.words[one], *([""] if one in self._unknown else []))
                columns.append(Column(told, np.zeros(0, np.int64), words))
            else:
                columns.append(Column(told, np.zeros((0, 1))))
        width = len(roles.targets)
        return Dataset(
            name,
            np.zeros((0, len(self.input_names))),
            np.zeros(0, np.int64) if roles.classes else np.zeros((0, width)),
            classes=self.classes,
            input_names=self.input_names,
            input_words=self.input_words if max(self.input_words, default=-1) >= 0 else (),
            target_names=() if roles.classes else roles.targets,
            columns=tuple(columns),
        )
