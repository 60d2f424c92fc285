"""The table of sentences and the code that uses it belong together."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest

import nnstudio
from nnstudio.messages import SENTENCES, StudioError, sentence, shape_text

PACKAGE = Path(nnstudio.__file__).parent
MODULES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}


class Use(NamedTuple):
    """One place in the code that names a sentence.

    Attributes:
        values: the names it fills in; ``None`` if only running the code could tell.
    """

    place: str
    code: str
    values: frozenset[str] | None


def errors_of_ours() -> set[str]:
    """The names of all classes that derive from StudioError."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in MODULES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    family = {"StudioError"}
    while more := {name for name, parents in bases.items() if parents & family} - family:
        family |= more
    return family


#: Which argument of a call is the code: of our errors, of ``sentence`` and of ``Problem``.
CODE_ARGUMENT = {**dict.fromkeys(errors_of_ours(), 0), "sentence": 0, "Problem": 2}


def uses() -> Iterator[Use]:
    """Every place that makes an error, a problem or a sentence."""
    for path, tree in MODULES.items():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                        assigned = assignments(function, before=call.lineno)
                        place = f"{path.relative_to(PACKAGE)}:{call.lineno}"
                        yield from uses_in(call, call.func.id, place, assigned)


def uses_in(call: ast.Call, name: str, place: str, assigned: dict[str, ast.expr]) -> Iterator[Use]:
    position = CODE_ARGUMENT.get(name)
    if position is None or len(call.args) <= position:
        return
    given: list[ast.expr | None] = [keyword.value for keyword in call.keywords if not keyword.arg]
    if name == "Problem":
        given = [call.args[3] if len(call.args) > 3 else ast.Dict(keys=[], values=[])]
    values: set[str] | None = {keyword.arg for keyword in call.keywords if keyword.arg}
    for part in given:
        names = keys(part, assigned)
        values = None if names is None or values is None else values | names
    for code in texts(call.args[position], assigned):
        yield Use(place, code, None if values is None else frozenset(values))


def assignments(function: ast.FunctionDef, before: int) -> dict[str, ast.expr]:
    """What is assigned last to each plain name in a function before this line."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
    return {
        target.id: node.value
        for node in sorted(found, key=lambda node: node.lineno)
        for target in node.targets
        if isinstance(target, ast.Name) and node.lineno < before
    }


def texts(expression: ast.expr | None, assigned: dict[str, ast.expr]) -> set[str]:
    """The texts that ``expression`` may be, as far as its function tells."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return {expression.value}
    if isinstance(expression, ast.IfExp):
        return texts(expression.body, assigned) | texts(expression.orelse, assigned)
    if isinstance(expression, ast.Name):
        return texts(assigned.get(expression.id), {})
    return set()


def keys(expression: ast.expr | None, assigned: dict[str, ast.expr]) -> set[str] | None:
    """The keys of the dictionary that ``expression`` is; ``None`` if its function doesn't tell."""
    if isinstance(expression, ast.Name):
        return keys(assigned.get(expression.id), {})
    if isinstance(expression, ast.Dict):
        names = [key.value for key in expression.keys if isinstance(key, ast.Constant)]
        return {str(name) for name in names} if len(names) == len(expression.keys) else None
    return None


USES = tuple(uses())


def placeholders(code: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(SENTENCES[code]) if name is not None}


def test_every_sentence_that_the_code_names_exists() -> None:
    missing = {f"{use.place}: {use.code}" for use in USES if use.code not in SENTENCES}
    assert not missing


def test_every_value_that_a_sentence_asks_for_is_supplied() -> None:
    lacking = [
        f"{use.place}: {use.code} lacks {', '.join(sorted(lacks))}"
        for use in USES
        if use.values is not None
        and use.code in SENTENCES
        and (lacks := placeholders(use.code) - use.values)
    ]
    assert not lacking


def test_most_uses_can_be_understood_without_running_the_code() -> None:
    assert sum(use.values is not None for use in USES) > 0.8 * len(USES) > 20


def test_every_sentence_is_used() -> None:
    named = {
        node.value
        for path, tree in MODULES.items()
        if path.name != "messages.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    unused = set(SENTENCES) - named
    assert not unused


class Anything:
    """A value that goes into any place of a sentence."""

    def __format__(self, spec: str) -> str:
        return format(0.5, spec) if spec else "something"


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_can_be_filled_in_and_is_one(code: str) -> None:
    text = sentence(code, **{name: Anything() for name in placeholders(code)})
    assert text[0].isupper() or SENTENCES[code].startswith(("{", "“"))
    assert text.endswith((".", "!", "?", "something"))
    assert "{" not in text


def test_an_error_is_read_as_its_sentence() -> None:
    error = StudioError("edit_no_slot", target="ReLU", slot=2)
    assert str(error) == "ReLU has no input number 2."
    assert (error.code, error.values) == ("edit_no_slot", {"target": "ReLU", "slot": 2})


@pytest.mark.parametrize(
    ("shape", "text"),
    [((), "1"), ((5,), "5"), ((1, 28, 28), "1 × 28 × 28"), ((1000, 2), "1,000 × 2")],
)
def test_a_shape_is_written_as_people_write_it(shape: tuple[int, ...], text: str) -> None:
    assert shape_text(shape) == text
