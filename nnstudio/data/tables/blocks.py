"""A table cut at the ends of its lines, so that several threads read it at once.

A cell in quotes may hold a line end. Whoever reads a block that ends within one stumbles over the
quote that is never closed; from there on the table is read in one go.
"""

from __future__ import annotations

import csv
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, TypeVar

from nnstudio.data.tables.records import Place
from nnstudio.data.tables.sniffing import Guess

#: About so many bytes are a block. A table that is no longer is not worth a thread.
BLOCK = 1 << 22
#: In these encodings the byte of a line end is a line end, and nothing else.
_PLAIN = ("utf-8", "cp1252", "latin-1")

_Result = TypeVar("_Result")


def even_blocks(place: Place, guess: Guess) -> Iterator[bytes | None]:
    """The lines of values, some megabytes at a time; ``None`` where that is no longer possible.

    A block begins with a row that has as many cells as there are names: pandas measures the rows
    after it by that one.
    """
    if guess.encoding not in _PLAIN or not guess.even or place.size <= BLOCK:
        yield None
        return
    with place.open() as file:
        if not _pass_by(file, guess.start):
            yield None
            return
        while block := file.read(BLOCK):
            rest = file.readline(BLOCK)
            block += rest
            first = block.lstrip(b"\r\n").partition(b"\n")[0]
            if len(rest) == BLOCK or _cells(first, guess) != len(guess.names):
                yield None
                return
            yield block


def _cells(line: bytes, guess: Guess) -> int:
    """How many there are in a line; 0 if it isn't a row of its own."""
    if b'"' not in line:
        return line.count(guess.delimiter.encode()) + 1
    text = [line.decode(guess.encoding, "replace")]
    rows = csv.reader(text, delimiter=guess.delimiter, skipinitialspace=True, strict=True)
    try:
        return len(next(rows))
    except csv.Error:
        return 0


def _pass_by(file: BinaryIO, lines: int) -> bool:
    """Whether what stands before the values is so many lines for certain."""
    return all(file.readline().count(b'"') % 2 == 0 for _ in range(lines))


def in_turn(
    work: Callable[[bytes], _Result], blocks: Iterator[bytes | None]
) -> Generator[tuple[_Result, int] | None, None, None]:
    """What ``work`` makes of each block and how long that was, in order; ``None`` for none.

    All processors work, some blocks ahead of the one that is asked for. What ``work`` raises is
    raised here.
    """
    threads = os.cpu_count() or 1
    waiting: deque[tuple[Future[_Result], int] | None] = deque()

    def first() -> tuple[_Result, int] | None:
        if (one := waiting.popleft()) is None:
            return None
        return one[0].result(), one[1]

    pool = ThreadPoolExecutor(threads, "nnstudio-table")
    try:
        for block in blocks:
            job = None if block is None else (pool.submit(work, block), len(block))
            waiting.append(job)
            if len(waiting) > threads:
                yield first()
        while waiting:
            yield first()
    finally:
        pool.shutdown(cancel_futures=True)
