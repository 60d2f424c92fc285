"""Reading a table as it was guessed to be written: pandas as far as it goes, then row by row.

What can't be used is left out or taken for missing, and remembered with its line.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nnstudio.data.errors import DataError
from nnstudio.data.progress import tell
from nnstudio.data.tables.blocks import even_blocks, in_turn
from nnstudio.data.tables.cells import DATE, MISSING, NUMERIC, Meaning, is_missing, number_of
from nnstudio.data.tables.records import Place, Records
from nnstudio.data.tables.sniffing import BEYOND, MOST_LINES, Guess

if TYPE_CHECKING:
    import pandas as pd

#: So many cells are read at a time.
_CELLS = 1 << 20
_MOST_ROWS = 1 << 16
_DAY = 24 * 3600 * 1e6  # microseconds
#: What pandas raises at rows that are too long and quotes that are wrong; a ParserError is a
#: ValueError.
_STUMBLES = (ValueError, OverflowError, RecursionError, AttributeError)

#: The columns of some rows by name: numbers, NaN where missing; or numbers of words, −1.
Piece = dict[str, np.ndarray]


@dataclass
class Wrong:
    """Cells of a column that aren't what the column holds: how many, and the first."""

    count: int
    row: int
    cell: str


@dataclass
class Report:
    """What came up while a table was read. Rows count from 0.

    Attributes:
        rows: how many there were.
        wrong: cells of another kind, by column; they are taken for missing.
        long: rows with more cells than there are columns, which are left out.
        open_quotes: lines with a quote that is never closed.
        words: the different words of each column that holds words, in order of appearance.
    """

    rows: int = 0
    wrong: dict[str, Wrong] = field(default_factory=dict)
    long: list[int] = field(default_factory=list)
    open_quotes: list[int] = field(default_factory=list)
    words: dict[str, dict[str, int]] = field(default_factory=dict)


def read_pieces(
    place: Place, guess: Guess, columns: Mapping[str, Meaning], report: Report
) -> Iterator[tuple[np.ndarray, Piece]]:
    """The columns that are wanted, some rows at a time, with the numbers of these rows.

    Args:
        columns: what each of them holds.
        report: is filled in.

    Raises:
        DataError: the file can't be read, or not in this encoding.
        Cancelled: whoever listens has had enough.
    """
    columns = {name: columns[name] for name in guess.names if name in columns}
    try:
        for frame, rows in _frames(place, guess, columns, report):
            piece = {
                name: _values(frame[name], name, meaning, guess.decimal, rows, report)
                for name, meaning in columns.items()
            }
            yield rows, piece
    except UnicodeError as error:
        raise DataError("table_encoding", file=place.name, encoding=guess.encoding) from error
    except FileNotFoundError as error:
        raise DataError("data_file_missing", file=place.path) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError("file_unreadable", file=place.name, reason=reason) from error


# ---------------------------------------------------------------- rows


def _frames(
    place: Place, guess: Guess, columns: Mapping[str, Meaning], report: Report
) -> Iterator[tuple[pd.DataFrame, np.ndarray]]:
    """Rows as pandas has them, and the number of each; without those that have too many cells.

    There are four ways, each for what the one before it can't read: blocks of lines on
    several threads; columns as they are named, on which pandas stops at a row with more cells than
    the row before it; with some columns beyond, in which such cells show, but which take as long as
    all others; and row by row.
    """
    count = max(256, min(_MOST_ROWS, _CELLS // len(guess.names)))
    if not guess.needs_care:
        done = yield from _block_frames(place, guess, columns, report)
        if done:
            return
        for beyond in (0, BEYOND) if guess.even else (BEYOND,):
            done = yield from _pandas_frames(place, guess, columns, report, count, beyond)
            if done:
                return
    yield from _careful_frames(place, guess, report, count)


def _block_frames(
    place: Place, guess: Guess, columns: Mapping[str, Meaning], report: Report
) -> Generator[tuple[pd.DataFrame, np.ndarray], None, bool]:
    """Rows from the first on; returns whether that were all."""
    import pandas as pd

    options = _options(guess, columns, guess.names)
    size, done = place.size, 0

    def parse(block: bytes) -> pd.DataFrame:
        # To look for spaces at each cell takes a fifth of the time.
        spaced = b" " in block
        return pd.read_csv(io.BytesIO(block), **{**options, "skipinitialspace": spaced})

    with closing(in_turn(parse, even_blocks(place, guess))) as frames:
        try:
            for found in frames:
                if found is None:
                    return False
                frame, length = found
                if _has_swallowed(frame):
                    return False
                done += length
                tell(min(done, size), size)
                rows = np.arange(report.rows, report.rows + len(frame))
                report.rows += len(frame)
                yield frame, rows
        except UnicodeError:
            raise
        except _STUMBLES:
            return False
    return True


def _options(guess: Guess, columns: Mapping[str, Meaning], names: Sequence[str]) -> dict[str, Any]:
    """How pandas reads values that are written so."""
    strings = {name: "category" for name, m in columns.items() if m.kind not in (*NUMERIC, DATE)}
    dates = {name: "str" for name, m in columns.items() if m.kind == DATE}
    return {
        "sep": guess.delimiter,
        "decimal": guess.decimal,
        "encoding": guess.encoding,
        "encoding_errors": "strict" if guess.encoding.startswith("utf") else "replace",
        "names": list(names),
        "header": None,
        "index_col": False,
        "skipinitialspace": True,
        "dtype": {**strings, **dates},
        "keep_default_na": False,
        "na_values": list(MISSING),
        "low_memory": False,
    }


def _pandas_frames(
    place: Place,
    guess: Guess,
    columns: Mapping[str, Meaning],
    report: Report,
    count: int,
    beyond: int,
) -> Generator[tuple[pd.DataFrame, np.ndarray], None, bool]:
    """Rows from the first that is not yet in the report; returns whether that were all."""
    import pandas as pd

    spare = [f"\0{i}" for i in range(beyond)]  # no name in a file has such a sign
    options = _options(guess, columns, [*guess.names, *spare])
    size, known, first = place.size, report.rows, 0
    with place.open() as file:
        try:
            reader = pd.read_csv(file, skiprows=guess.start, chunksize=count, **options)
            for frame in reader:
                tell(min(file.tell(), size), size)
                if _has_swallowed(frame):
                    return False
                rows = np.arange(first, first + len(frame))
                first += len(frame)
                report.rows = max(report.rows, first)
                long = frame[spare].notna().to_numpy().any(axis=1) & (rows >= known)
                report.long += rows[long].tolist()
                wanted = ~long & (rows >= known)
                yield (frame, rows) if wanted.all() else (frame[wanted], rows[wanted])
        except UnicodeError:
            raise
        except pd.errors.EmptyDataError:
            return True
        except _STUMBLES:
            return False
    return True


def _has_swallowed(frame: pd.DataFrame) -> bool:
    """Whether a cell holds many lines: a quote was not closed until another one was not closed."""
    for name in frame.columns[[dtype.kind not in "iufb" for dtype in frame.dtypes]]:
        cells = frame[name]
        texts = cells.cat.categories.to_series() if cells.dtype == "category" else cells
        texts = texts[texts.astype("str").str.len() > MOST_LINES]
        if any(str(text).count("\n") > MOST_LINES for text in texts):
            return True
    return False


def _careful_frames(
    place: Place, guess: Guess, report: Report, count: int
) -> Iterator[tuple[pd.DataFrame, np.ndarray]]:
    """The rows that pandas could not read, as texts."""
    import pandas as pd

    records = Records(place, guess, report.open_quotes)
    width, done, size = len(guess.names), report.rows, place.size
    cells: list[list[str]] = []
    rows: list[int] = []

    def frame() -> tuple[pd.DataFrame, np.ndarray]:
        return pd.DataFrame(cells, columns=list(guess.names), dtype="str"), np.array(rows)

    for number, (_, row) in enumerate(records):
        if number < done:
            continue
        report.rows = number + 1
        if any(not is_missing(cell) for cell in row[width:]):
            report.long.append(number)
            continue
        cells.append((row + [""] * width)[:width])
        rows.append(number)
        if len(cells) == count:
            yield frame()
            cells, rows = [], []
            tell(0, size)
    if cells:
        yield frame()


# ---------------------------------------------------------------- cells


def _values(
    cells: pd.Series[Any],
    name: str,
    meaning: Meaning,
    decimal: str,
    rows: np.ndarray,
    report: Report,
) -> np.ndarray:
    """What the cells of one column mean."""
    if meaning.kind in NUMERIC:
        if cells.dtype.kind in "iuf":
            values: np.ndarray = cells.to_numpy(np.float64)
            wrong = np.isinf(values)
            if wrong.any():
                values = np.where(wrong, np.nan, values)
                _tell_wrong(report, name, rows, wrong, cells)
            return values
        return _numbers(cells, name, decimal, rows, report)
    if meaning.kind == DATE:
        return _days(cells, name, meaning.written, rows, report)
    return codes(cells, report.words.setdefault(name, {}))


def _numbers(
    cells: pd.Series[Any], name: str, decimal: str, rows: np.ndarray, report: Report
) -> np.ndarray:
    """Numbers among which there is something else, or that have signs between thousands."""
    import pandas as pd

    texts = cells.astype("str").fillna("")
    plain = texts if decimal == "." else texts.str.replace(",", ".", regex=False)
    values: np.ndarray = pd.to_numeric(plain, errors="coerce").to_numpy(np.float64, copy=True)
    values[np.isinf(values)] = np.nan
    texts = texts.to_numpy(object)
    if decimal == ",":
        values[[("." in text) for text in texts]] = np.nan
    open_ones = np.flatnonzero(np.isnan(values))
    values[open_ones] = [number_of(text, decimal) for text in texts[open_ones]]
    wrong = np.isnan(values) & ~_missing(texts)
    _tell_wrong(report, name, rows, wrong, cells)
    return values


def _days(
    cells: pd.Series[Any], name: str, written: str, rows: np.ndarray, report: Report
) -> np.ndarray:
    """Days of dates that are written so."""
    import pandas as pd

    texts = cells.astype("str").str.strip()
    values = days_of(pd.to_datetime(texts, format=written, errors="coerce"))
    unknown = np.isnan(values)
    if unknown.any():
        wrong = unknown & ~_missing(texts.fillna("").to_numpy(object))
        _tell_wrong(report, name, rows, wrong, cells)
    return values


def days_of(stamps: pd.Series[Any]) -> np.ndarray:
    """Days since 1970 began; NaN where there is no time."""
    micros: np.ndarray = stamps.to_numpy("datetime64[us]")
    return np.where(np.isnat(micros), np.nan, micros.astype(np.int64) / _DAY)


def codes(cells: pd.Series[Any], words: dict[str, int]) -> np.ndarray:
    """The number of each cell's word; words that are new get the next one."""
    # Words of rows that were left out are none of its words.
    cells = cells.astype("category").cat.remove_unused_categories()
    numbers = []
    for cell in cells.cat.categories:
        word = " ".join(str(cell).split())
        numbers.append(-1 if is_missing(word) else words.setdefault(word, len(words)))
    # The code of a missing cell is −1, the last.
    places: np.ndarray = cells.cat.codes.to_numpy()
    result: np.ndarray = np.array([*numbers, -1], np.int64)[places]
    return result


def _missing(texts: np.ndarray) -> np.ndarray:
    return np.fromiter((is_missing(text) for text in texts), bool, len(texts))


def _tell_wrong(
    report: Report, name: str, rows: np.ndarray, wrong: np.ndarray, cells: pd.Series[Any]
) -> None:
    if not wrong.any():
        return
    if name in report.wrong:
        report.wrong[name].count += int(wrong.sum())
        return
    first = int(np.flatnonzero(wrong)[0])
    report.wrong[name] = Wrong(int(wrong.sum()), int(rows[first]), str(cells.iloc[first])[:30])
