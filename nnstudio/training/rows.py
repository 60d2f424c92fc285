"""Samples taken in the course of a run, in rows that never grow beyond a bound.

Where a row would get too long, neighbours are merged in pairs, and later entries take twice as many
samples. So a row always covers the whole run evenly, whether it has ten samples or ten million.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar


class Entry(Protocol):
    """One sample, or several one after the other.

    Attributes:
        first, last: the steps of the first and of the last sample.
        samples: how many there are.
    """

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def samples(self) -> int: ...

    def __add__(self: T, later: T, /) -> T:
        """Both as one."""


T = TypeVar("T", bound=Entry)


class Row(Generic[T]):
    """At most ``most`` entries, from the first step to the latest."""

    def __init__(self, most: int) -> None:
        if most < 2:
            raise ValueError("a row needs two entries")
        self._most = most - most % 2
        self._each = 1
        self._entries: list[T] = []

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> Sequence[T]:
        """From the first step to the latest."""
        return self._entries

    def add(self, sample: T) -> None:
        """Add a sample; one of a step that was there before takes everything later back."""
        self.forget_from(sample.first)
        entries = self._entries
        if len(entries) == self._most and entries[-1].samples >= self._each:
            pairs = zip(entries[::2], entries[1::2], strict=True)
            entries = self._entries = [first + second for first, second in pairs]
            self._each *= 2
        if entries and entries[-1].samples < self._each:
            entries[-1] = entries[-1] + sample
        else:
            entries.append(sample)

    def forget_from(self, step: int) -> None:
        """Take back what was sampled at ``step`` or later: the run goes on from there."""
        while self._entries and self._entries[-1].last >= step:
            self._entries.pop()
        if not self._entries:
            self._each = 1

    def at(self, step: int) -> T | None:
        """The entry in which ``step`` lies, or the nearest before it."""
        before = [entry for entry in self._entries if entry.first <= step]
        return before[-1] if before else None
