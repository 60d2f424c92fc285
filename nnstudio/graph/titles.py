"""What several nodes are called beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def told_apart(titles: Sequence[str]) -> list[str]:
    """The same titles; those that stand there more than once are numbered in their order."""
    count, seen = Counter(titles), Counter[str]()
    found = []
    for title in titles:
        seen[title] += 1
        found.append(f"{title} {seen[title]}" if count[title] > 1 else title)
    return found
