"""Parquet tables, where pyarrow is installed; they tell themselves what their columns hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.data.errors import DataError
from nnstudio.data.progress import tell
from nnstudio.data.tables.cells import CATEGORY, DATE, NUMBER, TEXT, TRUTH, WHOLE, Meaning
from nnstudio.data.tables.reading import Piece, Report, codes, days_of
from nnstudio.data.tables.sniffing import ROWS, Guess

_ROWS_TOGETHER = 1 << 16


def is_parquet(path: Path) -> bool:
    """Whether the name says so."""
    return path.suffix.lower() in (".parquet", ".pq")


def guess_parquet(path: Path) -> Guess:
    """What is in the file, and its first rows.

    Raises:
        DataError: it can't be read, or pyarrow isn't there.
    """
    file = _opened(path)
    try:
        batch = next(file.iter_batches(2000), None)
        table = None if batch is None else batch.to_pandas()
        names = tuple(map(str, file.schema_arrow.names))
        kinds = [str(kind) for kind in file.schema_arrow.types]
    except Exception as error:  # pyarrow raises whatever its C++ met
        raise _damaged(path) from error
    if table is None or not names or len(set(names)) < len(names):
        raise DataError("table_empty", file=path.name)
    meanings = tuple(_meaning(kind, table[name]) for kind, name in zip(kinds, names, strict=True))
    rows = tuple(
        tuple("" if _is_gap(cell) else str(cell) for cell in row)
        for row in table.head(ROWS).itertuples(index=False)
    )
    whole = file.metadata.num_rows <= ROWS
    return Guess("", "", ".", True, 0, names, meanings, rows, whole)


def parquet_pieces(
    path: Path, columns: Mapping[str, Meaning], report: Report
) -> Iterator[tuple[np.ndarray, Piece]]:
    """The columns that are wanted, some rows at a time, with the numbers of these rows."""
    file = _opened(path)
    expected = file.metadata.num_rows
    try:
        for batch in file.iter_batches(_ROWS_TOGETHER, columns=list(columns)):
            frame = batch.to_pandas()
            rows = np.arange(report.rows, report.rows + len(frame))
            report.rows += len(frame)
            piece = {name: _values(frame[name], name, m, report) for name, m in columns.items()}
            yield rows, piece
            tell(report.rows, expected)
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(path) from error


def _opened(path: Path) -> Any:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise DataError("parquet_missing", file=path.name) from error
    try:
        return ParquetFile(path)
    except FileNotFoundError as error:
        raise DataError("data_file_missing", file=path) from error
    except (OSError, ArrowException) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> DataError:
    return DataError("parquet_damaged", file=path.name)


def _meaning(kind: str, cells: Any) -> Meaning:
    missing, distinct = int(cells.isna().sum()), int(cells.astype("str").nunique())
    if kind.startswith(("int", "uint")):
        return Meaning(WHOLE, "", distinct, missing)
    if kind.startswith(("float", "double", "half", "decimal")):
        return Meaning(NUMBER, "", distinct, missing)
    if kind.startswith(("timestamp", "date")):
        return Meaning(DATE, "", distinct, missing)
    if kind == "bool":
        return Meaning(TRUTH, "", distinct, missing)
    many = len(cells) > 20 and distinct > 0.5 * len(cells)
    return Meaning(TEXT if many else CATEGORY, "", distinct, missing)


def _is_gap(cell: Any) -> bool:
    return cell is None or cell != cell


def _values(cells: Any, name: str, meaning: Meaning, report: Report) -> np.ndarray:
    import pandas as pd

    if meaning.kind in (NUMBER, WHOLE):
        numbers = pd.to_numeric(cells, errors="coerce")
        values: np.ndarray = numbers.to_numpy(np.float64, na_value=np.nan, copy=True)
        values[~np.isfinite(values)] = np.nan
        return values
    if meaning.kind == DATE:
        return days_of(pd.to_datetime(cells, errors="coerce", utc=True).dt.tz_localize(None))
    return codes(cells.astype("str"), report.words.setdefault(name, {}))
