"""Tables: a row for each example, a column for each thing that is known of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from platformdirs import user_cache_path

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.sources.source import Source
from nnstudio.data.stored import is_store, open_store, store_pieces
from nnstudio.data.tables.cells import DATE, NUMERIC
from nnstudio.data.tables.collecting import Collector
from nnstudio.data.tables.encoding import CATEGORIES, FILL, LEAVE, MISSING_WAYS, Encoder, Gaps
from nnstudio.data.tables.parquet import guess_parquet, is_parquet, parquet_pieces
from nnstudio.data.tables.reading import Piece, Report, read_pieces
from nnstudio.data.tables.records import Place
from nnstudio.data.tables.roles import TASKS, Roles, roles_of, with_kinds
from nnstudio.data.tables.sniffing import (
    DELIMITERS,
    ENCODINGS,
    GUESS,
    Asked,
    Guess,
    sniff,
    sniff_bytes,
)
from nnstudio.data.tables.telling import notes_on
from nnstudio.schema import check, setting

#: A pasted table is kept in the project; a longer one belongs in a file.
MOST_TEXT = 500_000
_MEGABYTE = 1_000_000
#: Room for so many times the rows that are expected.
_SPARE = 1.1
_NOTES = "notes.txt"


@dataclass(frozen=True)
class Table(Source):
    """A CSV, TSV or Parquet file, or rows pasted from a spreadsheet.

    How the file is written is guessed (:mod:`data.tables.sniffing`) where it isn't said. Without
    ``targets`` it is the column that is called so, or the last; without ``inputs`` all others,
    but those of free text and of row numbers. Columns in ``keep`` are told with the examples, for a
    split by group, by time or by part.

    What takes more than ``memory`` is converted once into mapped arrays (:mod:`data.stored`) in the
    user's cache folder, and read from there.
    """

    title: ClassVar[str] = "Table"
    description: ClassVar[str] = "Your own table: CSV, TSV or Parquet, or cells from a spreadsheet."
    slow: ClassVar[bool] = True

    file: str = setting("", help="A .csv, .tsv or .parquet file")
    text: str = setting("", in_form=False)
    delimiter: str = setting(
        GUESS, choices=(GUESS, *DELIMITERS), help="What stands between two cells"
    )
    decimal: str = setting(
        GUESS, choices=(GUESS, ".", ","), help="The sign before a number's fraction"
    )
    encoding: str = setting(GUESS, choices=(GUESS, *ENCODINGS), help="How letters are stored")
    header: str = setting(
        GUESS, choices=(GUESS, "yes", "no"), help="Whether the first row tells names"
    )
    kinds: tuple[str, ...] = setting((), in_form=False)
    inputs: tuple[str, ...] = setting((), in_form=False)
    targets: tuple[str, ...] = setting((), in_form=False)
    keep: tuple[str, ...] = setting((), in_form=False)
    task: str = setting(GUESS, choices=TASKS, help="What the targets are: numbers, or classes")
    categories: str = setting(
        "one-hot", choices=CATEGORIES, help="Words as an input each, or as their place in the list"
    )
    missing: str = setting(
        "drop",
        label="Empty cells",
        choices=MISSING_WAYS,
        help="Leave these rows out; fill in a number, or leave them to a step of preparation, and "
        "tell by a further input; or refuse",
    )
    fill: float = setting(0.0, label="Fill with", help="The number for empty cells")
    memory: int = setting(
        1000, label="Keep in memory", ge=1, le=1_000_000, unit="MB", help="More is read from disk"
    )

    # ---------------------------------------------------------------- what it is

    @property
    def leaves_gaps(self) -> bool:
        return self.missing == LEAVE

    @property
    def place(self) -> Place:
        """Where the table is.

        Raises:
            DataError: nowhere.
        """
        if self.text:
            if len(self.text) > MOST_TEXT:
                raise DataError("table_pasted", got=len(self.text), most=MOST_TEXT)
            return Place("the pasted table", text=self.text.encode("utf-8", "replace"))
        if not self.file:
            raise DataError("table_no_file")
        path = Path(self.file).expanduser()
        return Place(path.name, path)

    def guess(self) -> Guess:
        """How the table is written, from its first kilobytes.

        Raises:
            DataError: it can't be read, or is no table.
        """
        place, asked = self.place, self._asked
        if place.path is None:
            return sniff_bytes(place.text, place.name, replace(asked, encoding="utf-8"))
        return guess_parquet(place.path) if is_parquet(place.path) else sniff(place.path, asked)

    @property
    def _asked(self) -> Asked:
        return Asked(self.delimiter, self.decimal, self.encoding, self.header)

    def roles(self, guess: Guess) -> Roles:
        """What each column is for.

        Raises:
            DataError: the settings don't fit the columns there are.
        """
        name = self.place.name
        kinds = with_kinds(guess, self.kinds, name)
        return roles_of(guess, kinds, name, self.inputs, self.targets, self.keep, self.task)

    # ---------------------------------------------------------------- reading

    def load(self) -> Dataset:
        check(self)
        place, guess = self.place, self.guess()
        roles = self.roles(guess)
        try:
            return self._load(place, guess, roles, "")
        except DataError as error:
            # Its first kilobytes may be plain, and a letter of another encoding come later.
            if (
                error.code != "table_encoding"
                or self.encoding != GUESS
                or guess.encoding != "utf-8"
            ):
                raise
        return self._load(place, replace(guess, encoding="cp1252"), roles, "cp1252")

    def _load(self, place: Place, guess: Guess, roles: Roles, instead: str) -> Dataset:
        large = self._bytes(place, guess, roles) > self.memory * _MEGABYTE
        cache = self._cache(place) if large else None
        if cache is not None and is_store(cache):
            return _opened(cache)
        if cache is None:
            return self._in_memory(place, guess, roles, instead)
        return self._on_disk(place, guess, roles, instead, cache)

    def _in_memory(self, place: Place, guess: Guess, roles: Roles, instead: str) -> Dataset:
        report, gaps = Report(), Gaps()
        kept: list[Piece] = []
        collector = None
        if self._is_plain(roles):
            collector = self._collector(place, guess, self._encoder(place, roles, report, gaps))
        for rows, piece in self._pieces(place, guess, roles, report):
            gaps.take(rows, piece, roles)
            if collector is None:
                kept.append(piece)
            else:
                collector.add(piece)
        if collector is None:
            collector = self._collector(place, guess, self._encoder(place, roles, report, gaps))
        notes = notes_on(place, guess, report, gaps, roles, self.missing, instead)
        kept.reverse()
        while kept:  # each is let go as soon as it is copied
            collector.add(kept.pop())
        if not collector.size:
            raise DataError("table_no_rows", file=place.name)
        return collector.dataset(notes)

    def _on_disk(
        self, place: Place, guess: Guess, roles: Roles, instead: str, cache: Path
    ) -> Dataset:
        report, gaps = Report(), Gaps()
        for rows, piece in self._pieces(place, guess, roles, report):
            gaps.take(rows, piece, roles)
        encoder = self._encoder(place, roles, report, gaps)
        notes = notes_on(place, guess, report, gaps, roles, self.missing, instead)
        # The words keep their numbers, as they come in the same order again.
        again = self._pieces(place, guess, roles, Report())
        like = encoder.like(self._title)
        store_pieces((encoder.arrays(piece) for _, piece in again), like, cache)
        (cache / _NOTES).write_text("\n".join(notes), encoding="utf-8")
        return _opened(cache)

    @property
    def _title(self) -> str:
        return Path(self.file).stem if self.file else "Pasted table"

    def _is_plain(self, roles: Roles) -> bool:
        """Whether what becomes of a row doesn't hang on the rows after it."""
        numbers = all(meaning.kind in (*NUMERIC, DATE) for meaning in roles.meanings.values())
        return numbers and self.missing not in (FILL, LEAVE) and not roles.classes

    def _encoder(self, place: Place, roles: Roles, report: Report, gaps: Gaps) -> Encoder:
        return Encoder(
            place.name,
            roles,
            {name: list(said) for name, said in report.words.items()},
            gaps,
            categories=self.categories,
            missing=self.missing,
            fill=self.fill,
            task=self.task,
        )

    def _collector(self, place: Place, guess: Guess, encoder: Encoder) -> Collector:
        rows = place.size / _bytes_of_a_row(guess)
        return Collector(encoder, encoder.like(self._title), int(rows * _SPARE))

    def _pieces(
        self, place: Place, guess: Guess, roles: Roles, report: Report
    ) -> Iterator[tuple[np.ndarray, Piece]]:
        if place.path is not None and is_parquet(place.path):
            return parquet_pieces(place.path, roles.meanings, report)
        return read_pieces(place, guess, roles.meanings, report)

    def _bytes(self, place: Place, guess: Guess, roles: Roles) -> float:
        """About how much memory its numbers take."""
        if guess.whole or not guess.rows:
            return 0.0
        width = len(roles.meanings)
        if self.categories == "one-hot":
            width += sum(m.distinct for m in roles.meanings.values() if m.kind == "category")
        return place.size / _bytes_of_a_row(guess) * width * 8

    def _cache(self, place: Place) -> Path:
        """Where this very file, read in this way, is kept."""
        assert place.path is not None, "pasted text is small"
        status = place.path.stat()
        how = repr(replace(self, file=str(place.path.resolve()), memory=1))
        digest = hashlib.sha256(f"{how} {status.st_mtime_ns} {status.st_size}".encode())
        root = user_cache_path("nnstudio", appauthor=False)
        return root / "converted" / digest.hexdigest()[:32]


def _bytes_of_a_row(guess: Guess) -> float:
    """About how long a row is in the file."""
    if not guess.rows:
        return 1.0
    a_row = sum(sum(map(len, row)) + len(row) for row in guess.rows) / len(guess.rows)
    return a_row if guess.encoding else max(1.0, a_row / 4)  # a file without one is packed


def _opened(cache: Path) -> Dataset:
    notes = cache / _NOTES
    told = notes.read_text(encoding="utf-8").splitlines() if notes.is_file() else []
    return replace(open_store(cache), notes=tuple(told))
