"""Guessing how a table is written from its first kilobytes, with the standard library alone.

A person who chooses a file sees its first rows before pandas is even imported. What is guessed here
is what the file is then read by, unless the person says otherwise.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nnstudio.data.errors import DataError
from nnstudio.data.tables.cells import (
    CATEGORY,
    DATE,
    NUMERIC,
    TEXT,
    Meaning,
    is_missing,
    meaning_of,
)

#: So many bytes are looked at.
HEAD = 1 << 16
#: So many rows are shown, and looked at for delimiters.
ROWS = 200
#: In the order in which they are preferred where both fit: 1,5;2,5 is two numbers, not three.
DELIMITERS = {"tab": "\t", "semicolon": ";", "comma": ",", "bar": "|"}
ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1")
GUESS = "guess"
#: A row that goes on for more lines has a quote too many.
MOST_LINES = 50
#: Rows with so many cells too many are left out by the way; longer ones stop pandas.
BEYOND = 3
#: More columns than this are no table.
MOST_COLUMNS = 10_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)
#: The first bytes of files that are something else than text.
_OTHERS = {
    b"PK\x03\x04": "a spreadsheet or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"\x1f\x8b": "packed with gzip",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"PAR1": "a Parquet table",
}


@dataclass(frozen=True)
class Asked:
    """What a person says of how the table is written; ``guess`` where they don't."""

    delimiter: str = GUESS
    decimal: str = GUESS
    encoding: str = GUESS
    header: str = GUESS


@dataclass(frozen=True)
class Guess:
    """How a table is written, as far as its beginning tells.

    Attributes:
        encoding: a name that Python knows.
        delimiter: the sign between cells.
        decimal: the sign before a number's fraction.
        header: whether the first row tells names.
        start: lines before the first row of values.
        names: of the columns, all different.
        meanings: what each column holds.
        rows: the first rows, each with as many cells as there are names.
        whole: whether that is all of the table.
        even: whether no row of the beginning has more cells than there are names.
        needs_care: whether pandas would stumble: over a quote that is never closed or
            closed within a cell, or over a row with many cells too many.
    """

    encoding: str
    delimiter: str
    decimal: str
    header: bool
    start: int
    names: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    rows: tuple[tuple[str, ...], ...]
    whole: bool = True
    even: bool = True
    needs_care: bool = False

    def meaning(self, name: str) -> Meaning:
        """Of the column of this name."""
        return self.meanings[self.names.index(name)]


def sniff(path: Path, asked: Asked = Asked()) -> Guess:
    """How the table in a file is written.

    Raises:
        DataError: it can't be read, or is no table.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        # Opening a pipe waits for whoever writes into it.
        raise DataError("file_unreadable", file=path, reason="it is no file but a device or pipe")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            whole = not file.read(1)
    except FileNotFoundError as error:
        raise DataError("data_file_missing", file=path) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError("file_unreadable", file=path, reason=reason) from error
    return sniff_bytes(head, path.name, asked, whole=whole)


def sniff_bytes(head: bytes, name: str, asked: Asked = Asked(), *, whole: bool = True) -> Guess:
    """How a table is written that begins with ``head``.

    Raises:
        DataError: that is no table.
    """
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise DataError("table_other", file=name, what=what)
    encoding = _encoding(head, name, whole) if asked.encoding == GUESS else asked.encoding
    lines = _lines(_decoded(head, encoding, name), whole)
    skip, delimiter = _preamble(lines)
    lines = lines[skip:]
    if not any(line.strip() for line in lines):
        raise DataError("table_empty", file=name)
    if asked.delimiter != GUESS:
        delimiter = DELIMITERS[asked.delimiter]
    delimiter = delimiter or _delimiter(lines)
    numbered = _rows(lines, delimiter, whole)
    rows = [row for _, row in numbered]
    width = _width(rows)
    if width > MOST_COLUMNS:
        raise DataError("table_wide", file=name, got=width, most=MOST_COLUMNS)
    decimal = _decimal(rows, delimiter) if asked.decimal == GUESS else asked.decimal
    fitting = [row for row in rows if len(row) <= width] or rows
    cells = [tuple((row + [""] * width)[:width]) for row in fitting]
    header = _has_header(cells, decimal) if asked.header == GUESS else asked.header == "yes"
    names = _names(cells[0] if header else ("",) * width)
    body = tuple(cells[1:] if header else cells)
    meanings = tuple(meaning_of([row[i] for row in body], decimal) for i in range(width))
    start = skip + (numbered[0][0] if header else 0)
    longest = max(len(row) for row in rows)
    care = longest > width + BEYOND
    care = care or _has_wrong_quotes(lines, delimiter, whole)
    return Guess(
        encoding=encoding,
        delimiter=delimiter,
        decimal=decimal,
        header=header,
        start=start,
        names=names,
        meanings=meanings,
        rows=body[:ROWS],
        whole=whole,
        even=longest <= width,
        needs_care=care,
    )


# ---------------------------------------------------------------- signs


def _encoding(head: bytes, name: str, whole: bool) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if b"\0" in head[:1000]:
        # Every other byte of plain text in UTF-16 is 0.
        odd, even = (half.count(0) > 0.4 * len(half) for half in (head[1::2], head[::2]))
        if odd != even:  # or it is zeros throughout, as files may be after a crash
            return "utf-16-le" if odd else "utf-16-be"
        raise DataError("table_other", file=name, what="a file of another kind")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _decoded(head: bytes, encoding: str, name: str) -> str:
    try:
        text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    except (UnicodeError, LookupError) as error:
        raise DataError("table_encoding", file=name, encoding=encoding) from error
    return text.removeprefix("\ufeff")


def _lines(text: str, whole: bool) -> list[str]:
    """The lines that are there completely, in the sense of files: a form feed ends none."""
    lines = list(io.StringIO(text, newline=None))
    return lines if whole or len(lines) < 2 else lines[:-1]


def _preamble(lines: Sequence[str]) -> tuple[int, str]:
    """How many lines come before the table, and the delimiter if one of them tells it."""
    delimiter, skip = "", 0
    for line in lines:
        told = _SEPARATOR.fullmatch(line)
        if told:
            delimiter = told[1]
        elif line.strip() and not line.startswith("#"):
            break
        skip += 1
    if skip and skip < len(lines) and lines[skip - 1].startswith("#") and not delimiter:
        return skip, ""
    return (skip, delimiter) if skip < len(lines) else (0, "")


def _parsed(
    lines: Sequence[str], delimiter: str, *, quotes: bool = True
) -> list[tuple[int, list[str]]]:
    """The rows until one that can't be read, each with its last line; empty lines are none."""
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        skipinitialspace=True,
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
    )
    rows = []
    with suppress(csv.Error):
        for row in reader:
            if row:
                rows.append((reader.line_num, row))
    return rows


def _delimiter(lines: Sequence[str]) -> str:
    """The sign by which most lines have equally many cells, more than one."""
    best, best_share = ",", 0.0
    for sign in DELIMITERS.values():
        rows = _parsed(lines[:ROWS], sign)
        counts = Counter(len(row) for _, row in rows)
        usual, times = counts.most_common(1)[0] if counts else (1, 0)
        share = times / len(rows) if usual > 1 else 0.0
        if share > best_share + 0.1 or (share > best_share and best_share < 0.8):
            best, best_share = sign, share
    return best


def _rows(lines: Sequence[str], delimiter: str, whole: bool) -> list[tuple[int, list[str]]]:
    """The first rows. A quote that is never closed would swallow them: then quotes are signs."""
    rows = _parsed(lines, delimiter)
    swallowed = any(cell.count("\n") > MOST_LINES for _, row in rows for cell in row)
    if swallowed or not rows:
        return _parsed(lines, delimiter, quotes=False)
    if not whole and len(rows) > 2:
        return rows[:-1]  # it may go on
    return rows


def _has_wrong_quotes(lines: Sequence[str], delimiter: str, whole: bool) -> bool:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            if any(cell.count("\n") > MOST_LINES for cell in row):
                return True
    except csv.Error as error:
        return whole or "unexpected end" not in str(error)
    return False


def _width(rows: Sequence[Sequence[str]]) -> int:
    """How many columns there are: as many as the first row has, or as most rows have."""
    usual = Counter(map(len, rows)).most_common(1)[0][0]
    return max(usual, len(rows[0]) if len(rows) < 3 else 0)


def _decimal(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    """A comma, if more cells are numbers with a comma than with a point."""
    if delimiter == ",":
        quoted = any("," in cell for row in rows for cell in row)
        if not quoted:
            return "."
    comma = point = 0
    for row in rows[: 2 * ROWS]:
        for cell in row:
            sign = "".join(c for c in cell.strip() if not c.isdigit())
            comma += sign in (",", "-,", ".,", "-.,")
            point += sign in (".", "-.", ",.", "-,.")
    return "," if comma > point else "."


# ---------------------------------------------------------------- names


def _has_header(rows: Sequence[Sequence[str]], decimal: str) -> bool:
    """Whether the first row is of another kind than those below it."""
    first, below = rows[0], rows[1:]
    if not below:
        return not any(_is_value(cell, decimal) for cell in first if not is_missing(cell))
    if any(not is_missing(cell) and _is_value(cell, decimal) for cell in first):
        return False
    columns = [[row[i] for row in below[:ROWS]] for i in range(len(first))]
    kinds = [meaning_of(column, decimal).kind for column in columns]
    if any(kind not in (CATEGORY, TEXT) for kind in kinds):
        return True
    # All are words: names stand nowhere in their own column.
    return len(set(first)) == len(first) and not any(
        cell in column for cell, column in zip(first, columns, strict=True)
    )


def _is_value(cell: str, decimal: str) -> bool:
    """Whether a cell is no name; one may be called “y”, which is also short for yes."""
    return meaning_of([cell], decimal).kind in (*NUMERIC, DATE)


def _names(first: Sequence[str]) -> tuple[str, ...]:
    """A name for each column, none twice."""
    names: list[str] = []
    taken: set[str] = set()
    for number, cell in enumerate(first, 1):
        plain = " ".join(cell.split()) or f"column {number}"
        name, times = plain, 2
        while name in taken:
            name, times = f"{plain} ({times})", times + 1
        taken.add(name)
        names.append(name)
    return tuple(names)
