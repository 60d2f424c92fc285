"""Large tables are cut at line ends and read on several threads: nothing else may come of it."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.sources import Table
from nnstudio.data.tables import blocks

#: A row among thousands of plain ones.
ODD_ROWS = (
    '2,"a, ""b""",1.5',
    '2,"two\nlines",1.5',
    '2,"open,1.5',
    "2,u",
    "2,u,1.5,",
    "2,u,1.5,4",
    "2,u,1.5,4,5,6,7,8",
    "",
    "\r",
    "2,\rx,1.5",
    "word,u,1.5",
    "1e999,u,inf",
    ",,",
    "2,é,1.5",
)
#: Rows behind those by which it is guessed how the table is written.
FIRST, ROWS, BLOCK = 1200, 1600, 4000
odd_rows = st.dictionaries(st.integers(FIRST, ROWS - 1), st.sampled_from(ODD_ROWS), max_size=4)


def read(file: Path) -> tuple[Dataset | None, tuple[str, ...]]:
    """The examples, if there are any, and what is told of them."""
    try:
        data = Table(str(file), missing="fill", encoding="utf-8").load()
    except DataError as error:
        return None, (str(error),)
    return data, data.notes


def read_in_blocks(file: Path) -> tuple[Dataset | None, tuple[str, ...]]:
    """The same of a table that is cut every few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", BLOCK)
        return read(file)


def plain_rows() -> list[str]:
    return [f"{i},{'uvw'[i % 3] * 50},{i % 11 + 0.5}" for i in range(ROWS)]


@settings(max_examples=25, deadline=None)
@given(odd=odd_rows, ends=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_a_table_in_blocks_is_the_table_in_one(
    tmp_path_factory: pytest.TempPathFactory, odd: dict[int, str], ends: str, last: bool
) -> None:
    rows = plain_rows()
    for place, row in odd.items():
        rows[place] = row
    file = tmp_path_factory.mktemp("blocks") / "my.csv"
    text = ends.join(["a,c,y", *rows]) + (ends if last else "")
    file.write_bytes(text.encode())
    whole, told = read(file)
    cut, also_told = read_in_blocks(file)
    assert told == also_told
    assert (whole is None) == (cut is None)
    if whole is not None and cut is not None:
        assert whole.input_names == cut.input_names
        assert np.array_equal(whole.inputs, cut.inputs)
        assert np.array_equal(whole.targets, cut.targets)


@pytest.mark.parametrize("odd", ["2,u,1.5,4", "2,u,1.5,4,5,6,7,8", '2,"u,1.5', "2,u", ""])
def test_an_odd_row_costs_no_other_row_where_a_block_begins_or_ends(
    tmp_path: Path, odd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", BLOCK)
    file, rows = tmp_path / "my.csv", plain_rows()
    file.write_text("\n".join(["a,c,y", *rows]), encoding="utf-8")
    table = Table(str(file))
    begin = 0
    for block in blocks.even_blocks(table.place, table.guess()):
        assert block is not None
        begin += block.count(b"\n")
        if begin > FIRST:
            break
    for place in (begin - 1, begin, begin + 1):
        rows = plain_rows()
        rows[place] = odd
        file.write_text("\n".join(["a,c,y", *rows]), encoding="utf-8")
        data, told = read(file)
        assert data is not None
        assert data.size in (ROWS, ROWS - 1)
        assert ("line" in " ".join(told)) == bool(odd), told


def test_blocks_are_read_on_other_threads_in_their_order() -> None:
    threads = set()

    def work(block: bytes) -> bytes:
        threads.add(threading.get_ident())
        return block[::-1]

    found = list(blocks.in_turn(work, iter([b"ab", b"cde", b"f", None])))
    assert found == [(b"ba", 2), (b"edc", 3), (b"f", 1), None]
    assert threading.get_ident() not in threads


def test_who_stops_reading_leaves_no_thread() -> None:
    before = threading.active_count()
    found = blocks.in_turn(len, iter([b"a"] * 100))
    assert next(found) == (1, 1)
    found.close()
    assert threading.active_count() == before
