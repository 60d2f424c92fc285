"""Pairs of numbers as a person types them: ``(2, 4), (4, 16), (2.5, 6.25)``."""

from __future__ import annotations

import math
import re

from nnstudio.data.errors import DataError

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_PAIR = re.compile(rf"\(\s*({_NUMBER})\s*[,;\s]\s*({_NUMBER})\s*\)")
_BETWEEN = re.compile(r"[\s,;]*")
#: How much of what was typed an error repeats.
_SHOWN = 40


def parse_pairs(text: str) -> tuple[tuple[float, float], ...]:
    """The pairs that ``text`` holds; none for an empty text.

    Each pair stands in round brackets; spaces, line breaks, commas and semicolons may stand between
    its two numbers and between pairs. The decimal sign is a point.

    Raises:
        DataError: anything else, quoted from where it could not be read any more.
    """
    pairs: list[tuple[float, float]] = []
    position = _skip(text, 0)
    while position < len(text):
        match = _PAIR.match(text, position)
        pair = (float(match[1]), float(match[2])) if match else (math.inf, math.inf)
        if match is None or not all(map(math.isfinite, pair)):
            rest = text[position:]
            raise DataError("data_pairs", text=rest[:_SHOWN] + "…" * (len(rest) > _SHOWN))
        pairs.append(pair)
        position = _skip(text, match.end())
    return tuple(pairs)


def pairs_text(pairs: tuple[tuple[float, float], ...]) -> str:
    """The inverse of :func:`parse_pairs`, to the last digit: ``(2, 4), (2.5, 6.25)``."""
    return ", ".join(f"({_number_text(x)}, {_number_text(y)})" for x, y in pairs)


def _skip(text: str, position: int) -> int:
    """The place of the next thing that is not just between pairs."""
    match = _BETWEEN.match(text, position)
    return match.end() if match else position


def _number_text(value: float) -> str:
    return repr(float(value)).removesuffix(".0")
