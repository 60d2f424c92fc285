"""The rows of a table one by one, with their lines: slow, and not to be put off by wrong quotes."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from nnstudio.data.tables.sniffing import MOST_LINES, Guess

#: After so many quotes that are never closed, quotes are taken for signs like any other.
_ENOUGH = 20
#: A line is cut into pieces of so many characters: a file may have no line ends at all.
_LONGEST = 1 << 17


@dataclass(frozen=True)
class Place:
    """Where the text of a table is: in a file, or at hand."""

    name: str
    path: Path | None = None
    text: bytes = b""

    def open(self) -> BinaryIO:
        """To be read as bytes."""
        return io.BytesIO(self.text) if self.path is None else self.path.open("rb")

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.text) if self.path is None else self.path.stat().st_size


@dataclass
class Records:
    """An iterator over (first line, cells) of the rows of values; lines count from 1.

    Attributes:
        open_quotes: the lines of quotes that are never closed, which were taken as they stand.
    """

    place: Place
    guess: Guess
    open_quotes: list[int] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        with self.place.open() as raw:
            text = io.TextIOWrapper(raw, self.guess.encoding, errors="replace", newline=None)
            yield from self._rows(text)

    def _rows(self, text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
        number = 0
        waiting: deque[str] = deque()

        def next_line() -> str:
            return waiting.popleft() if waiting else text.readline(_LONGEST)

        while line := next_line():
            number += 1
            if number <= self.guess.start or not line.strip():
                continue
            quoted = '"' in line and len(self.open_quotes) < _ENOUGH
            cells = self._cells([line], quoted)
            taken = [line]
            while quoted and cells is None and len(taken) <= MOST_LINES:
                if not (more := next_line()):
                    break
                taken.append(more)
                # Only a further quote can close the one that is open.
                cells = self._cells(taken, quoted) if '"' in more else None
            if cells is None:
                self.open_quotes.append(number)
                waiting.extendleft(reversed(taken[1:]))
                taken = [line]
                cells = self._plain(line)
            yield number, cells
            number += len(taken) - 1

    def _plain(self, line: str) -> list[str]:
        """The cells of a line in which quotes are signs like any other."""
        return line.rstrip("\n").split(self.guess.delimiter)

    def _cells(self, lines: list[str], quoted: bool) -> list[str] | None:
        """The cells of one row, or ``None`` if a quote is still open at its end."""
        if not quoted or '"' not in lines[0]:
            return self._plain(lines[0])
        if _is_open(lines, self.guess.delimiter):
            return None
        try:
            return next(csv.reader(lines, delimiter=self.guess.delimiter, skipinitialspace=True))
        except (csv.Error, StopIteration):
            return None


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Whether a quote is still open at the end, or closed in the middle of a cell."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error:
        return True
    return len(rows) != 1


def lines_of(place: Place, guess: Guess, rows: Collection[int]) -> dict[int, int]:
    """In which line the rows of these numbers begin; both count the rows of values, from 0."""
    wanted, found = set(rows), {}
    if not wanted:
        return {}
    last = max(wanted)
    for number, (line, _) in enumerate(Records(place, guess)):
        if number in wanted:
            found[number] = line
        if number >= last:
            break
    return found
