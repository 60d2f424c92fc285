"""What a cell of a table means: a number, a date, yes or no, a word, or nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

#: What a column holds. Text is a column of words that hardly ever repeat.
KINDS = ("number", "whole number", "yes/no", "category", "date", "text")
NUMBER, WHOLE, TRUTH, CATEGORY, DATE, TEXT = KINDS
#: Columns that are numbers as they stand.
NUMERIC = (NUMBER, WHOLE)
#: What people write where they know nothing.
MISSING = (
    *("", "NA", "N/A", "n/a", "na", "NaN", "nan", "NAN", "null", "NULL", "Null", "None", "none"),
    *("?", "-", "–", "#N/A", "."),
)
#: What people write for no and yes; capitals don't matter.
NO = ("no", "false", "n", "f", "nein", "falsch")
YES = ("yes", "true", "y", "t", "ja", "wahr")
#: How dates are written, tried in this order: where 3/4 can be two days, the day comes first.
DATE_FORMATS = (
    *("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"),
    *("%d.%m.%Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%y", "%Y/%m/%d"),
    *("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d-%m-%Y"),
)

_MISSING = frozenset(MISSING)
_TRUTHS = frozenset((*NO, *YES))
#: Underscores and words like "infinity", which Python reads as numbers, nobody means so.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?")
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}([,'\u2019 \u00a0\u202f]\d{3})+(\.\d+)?"),
    ",": re.compile(r"[+-]?\d{1,3}([.'\u2019 \u00a0\u202f]\d{3})+(,\d+)?"),
}
_NOT_A_DIGIT = re.compile(r"[^\d.,+-]")
#: Longer cells are no numbers.
_LONGEST = 40
#: So much of a column may be something else without making it another kind.
_STRAYS = 0.05
#: About so many different cells are tried as dates, which takes long.
_SOME = 300


@dataclass(frozen=True)
class Meaning:
    """What the cells of a column are taken for.

    Attributes:
        kind: one of :data:`KINDS`.
        written: how its dates are written.
        distinct: how many different values were seen.
        missing: how many cells say nothing.
    """

    kind: str
    written: str = ""
    distinct: int = 0
    missing: int = 0


def is_missing(cell: str) -> bool:
    """Whether the cell says nothing."""
    return cell.strip() in _MISSING


def number_of(cell: str, decimal: str = ".") -> float:
    """The number that is written in a cell, with or without signs between thousands; else NaN."""
    cell = cell.strip()
    if len(cell) > _LONGEST:
        return math.nan
    if _GROUPED[decimal].fullmatch(cell):
        cell = _NOT_A_DIGIT.sub("", cell).replace("." if decimal == "," else ",", "")
    if decimal == ",":
        if "." in cell:
            return math.nan
        cell = cell.replace(",", ".")
    number = float(cell) if _NUMBER.fullmatch(cell) else math.nan
    return number if math.isfinite(number) else math.nan


def meaning_of(cells: Sequence[str], decimal: str = ".") -> Meaning:
    """What a column of ``cells`` is taken for."""
    told = [cell.strip() for cell in cells if not is_missing(cell)]
    missing, distinct = len(cells) - len(told), len(set(told))
    if not told:
        return Meaning(NUMBER, missing=missing)
    few = _STRAYS * len(told)
    if {cell.lower() for cell in told} <= _TRUTHS:
        return Meaning(TRUTH, "", distinct, missing)
    numbers = [number_of(cell, decimal) for cell in told]
    strays = sum(map(math.isnan, numbers))
    if strays <= few:
        whole = all(number == math.floor(number) for number in numbers if number == number)
        return Meaning(WHOLE if whole and not strays else NUMBER, "", distinct, missing)
    some = sorted(set(told))[:: max(1, distinct // _SOME)]
    allowed = int(_STRAYS * len(some))
    for written in DATE_FORMATS:
        strange = (cell for cell in some if not is_date(cell, written))
        if next(islice(strange, allowed, None), None) is None:
            return Meaning(DATE, written, distinct, missing)
    long = sum(map(len, told)) > _LONGEST * len(told)
    many = len(told) > 20 and distinct > 0.5 * len(told)
    return Meaning(TEXT if long or many else CATEGORY, "", distinct, missing)


def is_date(cell: str, written: str) -> bool:
    """Whether the cell is a date written so."""
    if not 6 <= len(cell) <= 25 or not cell[0].isdigit():
        return False
    try:
        datetime.strptime(cell, written)
    except ValueError:
        return False
    return True
