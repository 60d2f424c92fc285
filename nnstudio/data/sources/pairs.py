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


def read_columns(text: str) -> tuple[tuple[float, float], ...]:
    """The pairs in two columns, as a spreadsheet gives them; or in brackets, as above.

    Columns are apart by tabs, semicolons, commas or spaces, whichever comes first in this order. A
    decimal comma is one where commas don't part the columns. Empty lines count for nothing, and a
    first line of words is a heading.

    Raises:
        DataError: a line with anything else, by its number.
    """
    if text.lstrip().startswith("("):
        return parse_pairs(text)
    pairs: list[tuple[float, float]] = []
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for place, (number, line) in enumerate(lines):
        cells = _cells(line)
        values = [read_number(cell) for cell in cells]
        if len(values) == 2 and None not in values:
            pairs.append((float(values[0] or 0), float(values[1] or 0)))
        elif place or any(value is not None for value in values) or len(lines) == 1:
            shown = line.strip()[:_SHOWN] + "…" * (len(line.strip()) > _SHOWN)
            raise DataError("data_columns", line=number, text=shown)
    return tuple(pairs)


def read_number(text: str) -> float | None:
    """A number with a decimal point or comma; ``None`` for anything else."""
    plain = text.strip().replace("−", "-").replace(",", ".")
    if not re.fullmatch(_NUMBER, plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


def _cells(line: str) -> list[str]:
    """What stands in the columns of a line; empty columns at its end are none."""
    for between in "\t;":
        if between in line:
            return line.rstrip("\t; ").split(between)
    spaced = line.split()
    return spaced if len(spaced) == 2 and not spaced[0].endswith(",") else line.split(",")


def _skip(text: str, position: int) -> int:
    """The place of the next thing that is not just between pairs."""
    match = _BETWEEN.match(text, position)
    return match.end() if match else position


def _number_text(value: float) -> str:
    return repr(float(value)).removesuffix(".0")
