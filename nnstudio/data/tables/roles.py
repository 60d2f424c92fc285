"""What each column of a table is for, guessed from names and values where nobody said it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nnstudio.data.errors import DataError
from nnstudio.data.tables.cells import CATEGORY, KINDS, NUMERIC, TEXT, TRUTH, WHOLE, Meaning
from nnstudio.data.tables.sniffing import Guess

TASKS = ("guess", "numbers", "binary", "classes")
#: What people call the column that is to be told from the others.
_TARGETS = ("target", "label", "class", "y", "species", "outcome", "answer", "output", "klasse")
#: Columns that only number the rows tell nothing that holds for others.
_NUMBERING = re.compile(r"id|index|nr|no|row|column 1|unnamed.*|#", re.IGNORECASE)
#: So few different whole numbers are taken for classes.
_FEW = 10


@dataclass(frozen=True)
class Roles:
    """Which columns are read, as what.

    Attributes:
        inputs, targets, keep: names of columns; the last are neither, and told with the examples.
        classes: whether the target is a class, not a number.
        meanings: what each of these columns holds.
    """

    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    keep: tuple[str, ...]
    classes: bool
    meanings: dict[str, Meaning]


def with_kinds(guess: Guess, kinds: Sequence[str], file: str) -> dict[str, Meaning]:
    """What each column holds, where ``kinds`` such as ``"age=number"`` correct the guess.

    Raises:
        DataError: no such column or kind.
    """
    meanings = dict(zip(guess.names, guess.meanings, strict=True))
    for text in kinds:
        name, _, kind = text.rpartition("=")
        if kind not in KINDS:
            raise DataError("table_kind", file=file, text=text, known=", ".join(KINDS))
        if name not in meanings:
            raise _no_column(name, guess, file)
        old = meanings[name]
        written = old.written or "%Y-%m-%d"
        meanings[name] = Meaning(kind, written, old.distinct, old.missing)
    return meanings


def roles_of(
    guess: Guess,
    meanings: dict[str, Meaning],
    file: str,
    inputs: Sequence[str] = (),
    targets: Sequence[str] = (),
    keep: Sequence[str] = (),
    task: str = "guess",
) -> Roles:
    """What each column is for; empty lists are guessed.

    Raises:
        DataError: no such column, or nothing to read or to answer.
    """
    known = set(guess.names)  # there may be thousands
    for name in (*inputs, *targets, *keep):
        if name not in known:
            raise _no_column(name, guess, file)
    targets = tuple(targets) or _guessed_targets(guess, meanings, (*inputs, *keep))
    if not inputs:
        inputs = [
            name
            for name in guess.names
            if name not in (*targets, *keep)
            and meanings[name].distinct
            and meanings[name].kind != TEXT
            and not _is_numbering(guess, name, meanings[name])
        ]
    times = Counter((*inputs, *keep, *set(targets)))
    twice = [name for name in (*inputs, *keep) if times[name] > 1]
    if twice:
        raise DataError("table_twice", file=file, column=twice[0])
    if not inputs or not targets:
        raise DataError("table_roles", file=file, known=_listed(guess.names))
    classes = task in ("classes", "binary")
    if task == "guess":
        classes = len(targets) == 1 and _is_class(meanings[targets[0]])
    if classes and len(targets) > 1:
        raise DataError("table_several", file=file, got=", ".join(targets))
    used = {name: meanings[name] for name in (*inputs, *targets, *keep)}
    if classes:
        used[targets[0]] = Meaning(CATEGORY)
    return Roles(tuple(inputs), targets, tuple(keep), classes, used)


def _no_column(name: str, guess: Guess, file: str) -> DataError:
    return DataError("table_column", file=file, column=name, known=_listed(guess.names))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "")


def _guessed_targets(
    guess: Guess, meanings: dict[str, Meaning], taken: Sequence[str]
) -> tuple[str, ...]:
    """The column that is called like one, or the last that may be one."""
    free = [n for n in guess.names if n not in taken and meanings[n].distinct]
    called = [name for name in free if name.lower() in _TARGETS]
    useful = [name for name in free if meanings[name].kind != TEXT]
    return tuple((called or useful or free)[-1:])


def _is_class(meaning: Meaning) -> bool:
    if meaning.kind == WHOLE:
        return 2 <= meaning.distinct <= _FEW
    return meaning.kind in (CATEGORY, TRUTH, TEXT)


def _is_numbering(guess: Guess, name: str, meaning: Meaning) -> bool:
    """Whether a column counts the rows."""
    if meaning.kind not in NUMERIC or not _NUMBERING.fullmatch(name):
        return False
    place = guess.names.index(name)
    cells = [row[place].strip() for row in guess.rows]
    numbers = [int(cell) for cell in cells if cell.isdecimal() and len(cell) < 18]
    return len(numbers) == len(cells) > 2 and all(b == a + 1 for a, b in pairwise(numbers))
