"""What a formula consists of, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Symbol:
    """A variable, a number, a Greek letter or an operator: one run of characters.

    Attributes:
        kind: ``variable`` (italic), ``vector`` (bold), ``plain`` (numbers, functions, words),
            ``operator`` (with room on both sides) or ``mark`` (a comma: room after it).
    """

    text: str
    kind: str = "plain"


@dataclass(frozen=True)
class Row:
    """Parts side by side."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Fraction:
    """One above the other, with a bar between."""

    above: Part
    below: Part


@dataclass(frozen=True)
class Script:
    """Something with an exponent, an index, or both."""

    base: Part
    above: Part | None = None
    below: Part | None = None


@dataclass(frozen=True)
class Root:
    """A square root."""

    inside: Part


@dataclass(frozen=True)
class Sum:
    """A large Σ with its bounds below and above, before what is summed."""

    below: Part | None
    above: Part | None
    inside: Part


@dataclass(frozen=True)
class Fenced:
    """Something in brackets, as high as it is."""

    left: str
    inside: Part
    right: str


@dataclass(frozen=True)
class Cases:
    """Values by condition behind a brace: ``(value, condition)`` from above to below."""

    rows: tuple[tuple[Part, Part], ...]


Part = Symbol | Row | Fraction | Script | Root | Sum | Fenced | Cases
