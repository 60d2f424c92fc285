"""A formula in x as a person types it, read without ever being run as Python.

``sin(3x) + x²/2`` is brought into Python's notation, parsed into a tree by the standard library,
and only the few kinds of nodes listed here are computed, on numpy arrays; everything else (names,
attributes, calls of anything but the functions below) is refused with a sentence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from nnstudio.data.errors import DataError

#: Longer formulas are no formulas; it also bounds how deep they can nest.
MOST_CHARACTERS = 200

CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": np.pi, "e": np.e})
FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "sin": np.sin,
        "cos": np.cos,
        "tan": np.tan,
        "tanh": np.tanh,
        "exp": np.exp,
        "log": np.log,
        "sqrt": np.sqrt,
        "abs": np.abs,
        "sign": np.sign,
        "floor": np.floor,
        "step": lambda x: np.where(x < 0, 0.0, 1.0),
        "min": np.minimum,
        "max": np.maximum,
    }
)
_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = MappingProxyType(
    {
        ast.Add: np.add,
        ast.Sub: np.subtract,
        ast.Mult: np.multiply,
        ast.Div: np.divide,
        ast.Pow: np.power,
        ast.Mod: np.mod,
        ast.USub: np.negative,
        ast.UAdd: np.positive,
    }
)
#: Signs of mathematics, and what Python writes for them.
_SIGNS = {"^": "**", "²": "**2", "³": "**3", "·": "*", "×": "*", "÷": "/", "−": "-", "π": "pi"}
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TOKEN = re.compile(rf"\s*({_NUMBER}|[A-Za-z_]\w*|\*\*|\S)")
_BETWEEN = (")", ",", "+", "-", "*", "**", "/", "%")
_BEGINS = re.compile(rf"{_NUMBER}$|[A-Za-z_]\w*$|\($")


@dataclass(frozen=True)
class Formula:
    """A function of x.

    Attributes:
        text: as it was typed: ``sin(3x) + x²/2``.
    """

    text: str

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Its values, float64, at each x of any shape; NaN or infinite where it has none.

        Raises:
            DataError: the text is no formula; the sentence says from where.
        """
        with np.errstate(all="ignore"):
            values = _value(self._tree, np.asarray(x, np.float64), self.text)
        return np.array(np.broadcast_to(values, np.shape(x)), np.float64)

    @cached_property
    def _tree(self) -> ast.expr:
        return _parse(self.text)


def _parse(text: str) -> ast.expr:
    if not text.strip():
        raise DataError("formula_empty")
    if len(text) > MOST_CHARACTERS:
        raise DataError("formula_long", got=len(text), most=MOST_CHARACTERS)
    try:
        return ast.parse(_in_python(text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DataError("formula_unread", text=text) from error


def _in_python(text: str) -> str:
    """With Python's signs, and a ``*`` where one is understood: ``2x(x + 1)``."""
    for sign, python in _SIGNS.items():
        text = text.replace(sign, python)
    tokens: list[str] = []
    for token in _TOKEN.findall(text):
        before = tokens[-1] if tokens else ""
        if not (_BEGINS.match(token) or token in _BETWEEN):
            raise SyntaxError(token)  # quotes, comments and the like are Python's affair
        ends = before == ")" or re.fullmatch(_NUMBER, before) or before in ("x", *CONSTANTS)
        if ends and _BEGINS.match(token):
            tokens.append("*")
        tokens.append(token)
    return " ".join(tokens)


def _value(node: ast.expr, x: np.ndarray, text: str) -> Any:
    """What ``node`` is for each x."""

    def value(part: ast.expr) -> Any:
        return _value(part, x, text)

    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return np.float64(number)  # whole numbers of Python grow without bound: 9 ** 9 ** 9
        case ast.Name("x"):
            return x
        case ast.Name(name) if name in CONSTANTS:
            return np.float64(CONSTANTS[name])
        case ast.UnaryOp(operator, part) if type(operator) in _OPERATORS:
            return _OPERATORS[type(operator)](value(part))
        case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
            return _OPERATORS[type(operator)](value(left), value(right))
        case ast.Call(ast.Name(name), parts, []) if name in FUNCTIONS:
            if len(parts) != (expected := 2 if name in ("min", "max") else 1):
                raise DataError("formula_count", name=name, expected=expected, got=len(parts))
            return FUNCTIONS[name](*map(value, parts))
        case ast.Name(name) | ast.Call(ast.Name(name)):
            known = ", ".join(("x", *CONSTANTS, *FUNCTIONS))
            raise DataError("formula_name", name=name, known=known)
    raise DataError("formula_unread", text=text)
