"""A formula computes what it says, and nothing else can be written in one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.data.errors import DataError
from nnstudio.data.formula import CONSTANTS, FUNCTIONS, MOST_CHARACTERS, Formula

X = np.linspace(0.1, 2.0, 7)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("sin(3x) + x²/2", lambda x: np.sin(3 * x) + x * x / 2),
        ("2x(x + 1)", lambda x: 2 * x * (x + 1)),
        ("-x^2", lambda x: -(x**2)),
        ("−x · 3 ÷ 2", lambda x: -x * 3 / 2),
        ("2π x", lambda x: 2 * np.pi * x),
        ("1.5e2x", lambda x: 150 * x),
        ("e^-x", lambda x: np.exp(-x)),
        ("max(0, x) - .5", lambda x: np.maximum(0, x) - 0.5),
        ("step(x - 1)", lambda x: (x >= 1) * 1.0),
        ("x^2^3", lambda x: x**8),
        ("7 % 4", lambda x: 3 + 0 * x),
        ("x³ − 3", lambda x: x**3 - 3),
    ],
)
def test_it_means_what_a_mathematician_would_read(
    text: str, meant: Callable[[np.ndarray], np.ndarray]
) -> None:
    assert np.allclose(Formula(text)(X), meant(X), rtol=1e-12)


def test_its_values_have_the_shape_of_x_even_where_x_does_not_occur() -> None:
    assert Formula("3")(np.zeros((2, 5))).shape == (2, 5)


def test_every_name_that_an_error_offers_is_known() -> None:
    for name in CONSTANTS:
        assert np.isfinite(Formula(name)(X)).all()
    for name in FUNCTIONS:
        parts = "x, x" if name in ("min", "max") else "x"
        assert np.isfinite(Formula(f"{name}({parts})")(X)).all()


def test_gigantic_powers_are_infinite_at_once() -> None:
    assert np.isposinf(Formula("9^9^9^9")(X)).all()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "There is no formula"),
        ("x" * (MOST_CHARACTERS + 1), "characters"),
        ("sin(", "can't be read"),
        ("x # 1", "can't be read"),
        ("'a'", "can't be read"),
        ("x.real", "can't be read"),
        ("[x]", "can't be read"),
        ("x if x else 1", "can't be read"),
        ("lambda: 1", "can't be read"),
        ("(y := 1)", "can't be read"),
        ("sin(x=x)", "can't be read"),
        ("(" * 150 + "x" + ")" * 40, "can't be read"),
        ("True", "can't be read"),
        ("y + 1", "“y” is not known"),
        ("__import__(x)", "“__import__” is not known"),
        ("sin", "“sin” is not known"),
        ("sin(x, x)", "sin takes 1 numbers in brackets, got 2"),
        ("max(x)", "max takes 2 numbers in brackets, got 1"),
    ],
)
def test_what_is_no_formula_is_refused_with_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason.replace("(", r"\(")):
        Formula(text)(X)


@given(
    st.one_of(
        st.text(max_size=30),
        st.text("x0123456789.+-*/^%()², abceinopsxπ_'\"#\\[]{}:=@", max_size=40),
    )
)
def test_any_text_gives_numbers_or_a_sentence(text: str) -> None:
    with suppress(DataError):
        values = Formula(text)(X)
        assert values.shape == X.shape
        assert values.dtype == np.float64
