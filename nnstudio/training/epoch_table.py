"""What is known at the end of each epoch, as rows of numbers whose memory is bounded.

The last epochs are kept one by one. Of older ones a bucket keeps two rows: those with the least and
the greatest loss, of the validation part if there is one. Buckets hold FIRST_WIDTH epochs each, and
twice as many whenever there would be too many of them. So the best epoch is always among the rows,
every peak can be seen, and what was kept of a stretch follows from the epochs alone.

As with the steps, one thread appends and others read without a lock.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[Any]]

#: How many of the latest epochs are kept one by one.
RAW_EPOCHS = 2_048
#: How many rows of older epochs there are at most.
MOST_FOLDED = 2_048
#: How many epochs a bucket holds at first.
FIRST_WIDTH = 4
#: What is folded at a time, and so the widest bucket. (From a million epochs on, two rows more are
#: kept of every so many.)
HALF = RAW_EPOCHS // 2
_FIRST_ROOM = 64


class _Block:
    """Raw rows after the first ``start`` epochs, and two rows a bucket before; replaced whole."""

    __slots__ = ("count", "folded", "raw", "start", "width")

    def __init__(self, start: int, width: int, folded: Floats, raw: Floats, count: int) -> None:
        self.start = start
        self.width = width
        self.folded = folded
        self.raw = raw
        self.count = count


class EpochTable:
    """A row of numbers per epoch.

    Attributes:
        names: what the numbers of a row are called.
        judged: which columns tell good from bad, less being better: the first that isn't NaN does.
    """

    def __init__(self, names: tuple[str, ...], judged: tuple[int, ...]) -> None:
        self.names, self.judged = names, judged
        columns = len(names)
        self._block = _Block(
            0, FIRST_WIDTH, np.empty((0, columns)), np.empty((_FIRST_ROOM, columns)), 0
        )

    def __len__(self) -> int:
        """How many epochs there were, kept or not."""
        block = self._block
        return block.start + block.count

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return self._block.raw.nbytes + self._block.folded.nbytes

    @property
    def last(self) -> Floats | None:
        """The latest row."""
        block = self._block
        rows = block.raw[: block.count] if block.count else block.folded
        latest: Floats | None = rows[-1] if len(rows) else None
        return latest

    def append(self, row: list[float]) -> None:
        """Add the next epoch; for the one writing thread."""
        block = self._block
        if block.count == len(block.raw):
            is_full = block.count >= RAW_EPOCHS
            block = self._block = self._folded() if is_full else self._grown()
        block.raw[block.count] = row
        block.count += 1

    def rows(self) -> Floats:
        """All rows that are kept, oldest first, ``(rows, columns)``."""
        block = self._block
        raw = block.raw[: block.count]
        return np.concatenate([block.folded, raw]) if len(block.folded) else raw

    def latest(self, count: int) -> Floats:
        """The last ``count`` rows, or all that are kept; without a copy where none is folded."""
        block = self._block
        if count <= block.count:
            return block.raw[block.count - count : block.count]
        rows = self.rows()
        return rows[max(0, len(rows) - count) :]

    def shape(self) -> tuple[int, int]:
        """How many epochs are folded, into buckets of how many."""
        return self._block.start, self._block.width

    def until(self, count: int, number: int) -> EpochTable:
        """The first ``count`` epochs, as a table of its own.

        The epochs of a bucket that is cut through are made again from the rows that it kept.

        Args:
            number: the column that counts them.
        """
        block, shorter = self._block, EpochTable(self.names, self.judged)
        start = min(block.start, count // HALF * HALF)
        known = start // block.width
        cut = block.folded[2 * known : 2 * (known - (start - count) // block.width)]
        last = np.repeat(cut, block.width // 2, axis=0)
        if start == block.start:
            last = block.raw[: block.count]
        rows = np.concatenate([block.folded[: 2 * known], last[: count - start]])
        rows[2 * known :, number] = np.arange(start + 1, count + 1)
        shorter.restore(start, block.width, rows)
        return shorter

    def restore(self, start: int, width: int, rows: Floats) -> None:
        """Take up what :meth:`shape` and :meth:`rows` told.

        Raises:
            ValueError: they don't fit together.
        """
        is_width = width in (FIRST_WIDTH << k for k in range(HALF.bit_length()) if width <= HALF)
        if not (start >= 0 and start % HALF == 0 and is_width):
            raise ValueError("the history's epochs are folded in a way that makes no sense")
        folded = 2 * (start // width)
        if rows.ndim != 2 or rows.shape[1] != len(self.names) or len(rows) < folded:
            raise ValueError("the history's table of epochs has the wrong shape")
        if not start:  # an older file, in which all epochs are kept
            for row in rows.tolist():
                self.append(row)
            return
        count = len(rows) - folded
        if count > RAW_EPOCHS:
            raise ValueError("the history has more epochs than it should keep")
        raw = np.empty((RAW_EPOCHS, len(self.names)))
        raw[:count] = rows[folded:]
        self._block = _Block(start, width, rows[:folded].copy(), raw, count)

    def _grown(self) -> _Block:
        old = self._block
        raw = np.empty((min(RAW_EPOCHS, 2 * len(old.raw)), len(self.names)))
        raw[: old.count] = old.raw[: old.count]
        return _Block(old.start, old.width, old.folded, raw, old.count)

    def _folded(self) -> _Block:
        """The older half of the raw rows becomes buckets."""
        old, width = self._block, self._block.width
        folded = np.concatenate([old.folded, self._extremes(old.raw[:HALF], width)])
        while len(folded) > MOST_FOLDED and width < HALF:
            folded, width = self._extremes(folded, 4), 2 * width
        raw = np.empty((RAW_EPOCHS, len(self.names)))
        raw[: old.count - HALF] = old.raw[HALF : old.count]
        return _Block(old.start + HALF, width, folded, raw, old.count - HALF)

    def _extremes(self, rows: Floats, group: int) -> Floats:
        """Of every ``group`` rows the least and the greatest, in their order."""
        groups = rows.reshape(-1, group, len(self.names))
        key = groups[:, :, self.judged[0]]
        for column in self.judged[1:]:
            key = np.where(np.isnan(key), groups[:, :, column], key)
        key = np.where(np.isnan(key), np.inf, key)
        least, greatest = key.argmin(axis=1), key.argmax(axis=1)
        greatest = np.where(least == greatest, group - 1, greatest)  # all alike: first and last
        least = np.where(least == greatest, 0, least)
        chosen = np.sort(np.stack([least, greatest], axis=1), axis=1)
        kept: Floats = groups[np.arange(len(groups))[:, np.newaxis], chosen]
        return kept.reshape(-1, len(self.names))
