"""Reads a formula as it is typed, ``y = 1 / (1 + e⁻ˣ)``, into a tree.

The notation is that of the engine's docstrings: a space multiplies, ``f(x)`` without one applies a
function, ``/`` divides the product before it by the one factor after it, small raised and lowered
characters are exponents and indices (``eˣⁱ`` is e to the xᵢ), and ``a if c, else b`` tells cases.
Capital W, U, E are matrices, and with one of them the small letters are vectors; in a formula that
begins with a bracket, all letters are sizes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from nnstudio.gui.mathematics.tree import (
    Cases,
    Fenced,
    Fraction,
    Part,
    Root,
    Row,
    Script,
    Sum,
    Symbol,
)

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱʲᵏᵗˣʸᵀ", "0123456789+−nijktxyT", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₘₙₒₜₓ", "0123456789+−ijklmnotx", strict=True))
_UP, _DOWN = "".join(_RAISED), "".join(_LOWERED)
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<up>[{_UP}]+)|(?P<down>[{_DOWN}]+)|(?P<number>\d+(?:[.,]\d+)*)"
    rf"|(?P<word>(?:(?![Σ∂{_UP}{_DOWN}])[^\W\d_])+′*)|(?P<other>.)",
    re.DOTALL,
)
_RELATIONS, _SIGNS, _TIMES = "=<>≤≥≈→≠", "+−±", "·∗×⊙"
_BRACKETS = {"(": ")", "[": "]", "|": "|"}
_MATRICES = frozenset("WUE")
_CASES = re.compile(r"(?P<left>[^=]*?=)(?P<value>.+?) if (?P<condition>.+), else (?P<other>.+)")
#: Deeper than any formula, and far from Python's own limit.
_DEEPEST = 40


class NotAFormula(ValueError):
    """The text can't be read as a formula; it is shown as it is."""


def read(text: str) -> tuple[Part, ...]:
    """The lines of a formula; formulas with a comma and two spaces between stand on their own.

    Raises:
        NotAFormula: brackets that don't match, an operand that is missing, and the like.
    """
    has_matrix = not text.startswith("(") and bool(_MATRICES & set(re.findall(r"\b\w", text)))
    return tuple(_line(line, has_matrix) for line in re.split(r",\s{2,}", text))


def _line(text: str, has_matrix: bool) -> Part:
    found = _CASES.fullmatch(text)
    if found is None:
        return _Reader(text, has_matrix).whole()
    left = _Reader(found["left"], has_matrix).beginning()
    words = [found[name].strip() for name in ("value", "condition", "other")]
    value, condition, other = (_Reader(word, has_matrix).whole() for word in words)
    when, otherwise = Symbol("if "), Symbol("else")
    return Row((left, Cases(((value, Row((when, condition))), (other, otherwise)))))


class _Reader:
    """Recursive descent over the tokens of one line."""

    def __init__(self, text: str, has_matrix: bool) -> None:
        self._tokens = [(str(m.lastgroup), m.group()) for m in _TOKEN.finditer(text.strip())]
        self._at = 0
        self._depth = 0
        self._closing: list[str] = []
        self._has_matrix = has_matrix

    def whole(self) -> Part:
        """All of it."""
        part = self._list()
        if self._at < len(self._tokens):
            raise NotAFormula(self._tokens[self._at][1])
        return part

    def beginning(self) -> Part:
        """A left side together with the sign of equality that ends it."""
        part = self._sum()
        self._skip_space()
        if self._peek() != "=" or self._at != len(self._tokens) - 1:
            raise NotAFormula(self._peek())
        return Row((part, Symbol("=", "operator")))

    # ------------------------------------------------------------------ from loose to tight

    def _list(self) -> Part:
        return self._chain(self._relation, ",", "mark")

    def _relation(self) -> Part:
        return self._chain(self._sum, _RELATIONS, "operator")

    def _chain(self, inner: Callable[[], Part], signs: str, kind: str) -> Part:
        parts = [inner()]
        while self._comes(signs):
            parts.append(Symbol(self._take(), kind))
            parts.append(inner())
        return _row(parts)

    def _sum(self) -> Part:
        parts: list[Part] = []
        if self._comes(_SIGNS):
            parts.append(Symbol(self._take()))  # a sign of its own stands close
        parts.append(self._product())
        while self._comes(_SIGNS):
            parts.append(Symbol(self._take(), "operator"))
            parts.append(self._product())
        return _row(parts)

    def _product(self) -> Part:
        parts = [self._factor()]
        while True:
            if self._comes("/"):
                self._take()
                parts = [Fraction(_bare(_row(parts)), _bare(self._factor()))]
            elif self._comes(_TIMES):
                parts.append(Symbol(self._take(), "operator"))
                parts.append(self._factor())
            elif self._begins_factor():
                last, factor = parts[-1], self._factor()
                is_prose = _is_word(last) and _is_word(factor)
                parts += [Symbol(" " if is_prose else "\u2009"), factor]
            else:
                return _row(parts)

    def _factor(self) -> Part:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotAFormula("too deep")
        self._skip_space()
        part = self._with_scripts(self._atom())
        self._depth -= 1
        return part

    def _atom(self) -> Part:
        kind, token = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        if token == "√":
            self._take()
            return Root(_bare(self._factor()))
        if token in ("Σ", "∑"):
            return self._summed()
        if token == "∂":
            self._take()
            return Row((Symbol("∂"), self._factor()))
        if token in _BRACKETS:
            return self._fenced(scalars=token == "[")
        if kind == "number" or token in ("…", "∞", "ℓ"):
            return Symbol(self._take())
        if kind == "word":
            return self._named(self._take())
        raise NotAFormula(token)

    def _summed(self) -> Part:
        self._take()
        below = self._script("down")
        above = self._script("up")
        return Sum(below, above, self._product())

    def _fenced(self, *, scalars: bool = False) -> Part:
        left = self._take()
        right = _BRACKETS[left]
        had, self._has_matrix = self._has_matrix, self._has_matrix and not scalars
        self._closing.append(right)
        inside = self._list()
        self._closing.pop()
        self._has_matrix = had
        if not self._comes(right):
            raise NotAFormula(f"no {right}")
        self._take()
        return Fenced(left, inside, right)

    def _named(self, word: str) -> Part:
        """A variable of one letter, or the name of a function, perhaps applied at once."""
        name = word.rstrip("′")
        is_applied = self._peek() in ("(", "[")
        is_vector = name in _MATRICES or (name.islower() and not is_applied)
        if len(name) > 1:
            symbol = Symbol(word)
        elif self._has_matrix and is_vector:
            symbol = Symbol(word, "vector")
        else:
            symbol = Symbol(word, "plain" if name in "ΦΣΠΓ" else "variable")
        if is_applied:
            return Row((symbol, self._fenced(scalars=self._peek() == "[")))
        return symbol

    def _with_scripts(self, base: Part) -> Part:
        below = self._script("down")
        above = self._script("up")
        below = below or self._script("down")
        return Script(base, above, below) if above or below else base

    def _script(self, kind: str) -> Part | None:
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != kind:
            return None
        letters = _RAISED if kind == "up" else _LOWERED
        parts: list[Part] = []
        for sign in self._take():
            letter = letters[sign]
            if kind == "up" and letter in "ijk" and parts and parts[-1] == Symbol("x", "variable"):
                parts[-1] = Script(parts[-1], None, Symbol(letter, "variable"))
                continue
            is_plain = not letter.isalpha() or letter == "T"
            parts.append(Symbol(letter, "plain" if is_plain else "variable"))
        return _row(parts)

    # ------------------------------------------------------------------ tokens

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _skip_space(self) -> None:
        while self._at < len(self._tokens) and self._tokens[self._at][0] == "space":
            self._at += 1

    def _comes(self, signs: str) -> bool:
        """Whether one of ``signs`` is next, spaces apart, which are then behind us."""
        at = self._at
        self._skip_space()
        if (token := self._peek()) and token in signs:
            return True
        self._at = at
        return False

    def _begins_factor(self) -> bool:
        at = self._at
        self._skip_space()
        kind = self._tokens[self._at][0] if self._at < len(self._tokens) else ""
        token = self._peek()
        self._at = at
        if self._closing and token == self._closing[-1]:
            return False
        return kind in ("word", "number") or (
            bool(token) and (token in "√Σ∑∂…∞ℓ" or token in _BRACKETS)
        )


def _is_word(part: Part) -> bool:
    return isinstance(part, Symbol) and part.kind == "plain" and len(part.text) > 1


def _row(parts: list[Part]) -> Part:
    return parts[0] if len(parts) == 1 else Row(tuple(parts))


def _bare(part: Part) -> Part:
    """Without the round brackets that a bar or a root makes needless."""
    return part.inside if isinstance(part, Fenced) and part.left == "(" else part
