"""Formulas as mathematics: each one of the catalogue is read and set, and no text breaks it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from nnstudio.engine.catalogue import LAYERS
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.mathematics.formula_view import FormulaView
from nnstudio.gui.mathematics.reading import NotAFormula, read
from nnstudio.gui.mathematics.tree import (
    Cases,
    Fenced,
    Fraction,
    Root,
    Row,
    Script,
    Sum,
    Symbol,
)

FORMULAS = sorted({f for c in LAYERS.values() for f in (c.formula, c.derivative) if f})


@pytest.fixture
def view(qtbot: QtBot) -> FormulaView:
    view = FormulaView(Theme("light"))
    qtbot.addWidget(view)
    return view


def picture(view: FormulaView) -> QImage:
    """What it paints, with an alpha channel: whatever isn't transparent is ink."""
    image = QImage(view.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    view.render(image, renderFlags=FormulaView.RenderFlag(0))
    return image


def reaches_edge(image: QImage) -> bool:
    right, bottom = image.width() - 1, image.height() - 1
    across = any(image.pixelColor(x, y).alpha() for x in range(right + 1) for y in (0, bottom))
    down = any(image.pixelColor(x, y).alpha() for y in range(bottom + 1) for x in (0, right))
    return across or down


def symbol(letter: str) -> Symbol:
    return Symbol(letter, "variable")


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_formula_of_the_catalogue_is_set_and_stays_within_its_size(
    view: FormulaView, formula: str
) -> None:
    view.show_formula(formula)
    assert view.is_typeset
    assert view.accessibleDescription() == formula
    view.resize(view.sizeHint())
    view.show()
    image = picture(view)
    assert any(
        image.pixelColor(x, y).alpha() > 128
        for x in range(image.width())
        for y in range(image.height())
    )
    assert not reaches_edge(image)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_too_wide_for_its_panel_is_drawn_smaller_and_not_cut(
    view: FormulaView, formula: str
) -> None:
    view.show_formula(formula)
    view.resize(232, view.heightForWidth(232))
    view.show()
    assert not reaches_edge(picture(view))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(), st.text("xyWΣ√()|[]/ ₁ᵢ²⁻ˣ,=+−·ifelse", max_size=60)))
def test_no_text_breaks_it_and_what_is_no_formula_is_shown_as_it_is(
    view: FormulaView, text: str
) -> None:
    view.show_formula(text)
    assert view.text() == text
    width = 200
    view.resize(width, max(1, min(2000, view.heightForWidth(width))))
    view.show()
    picture(view)
    try:
        read(text)
    except NotAFormula:
        assert not view.is_typeset


@pytest.mark.parametrize("text", ["1 / ", "(x", "x)", "√", "a + ", "", "|x", "(" * 500])
def test_half_a_formula_is_none(text: str) -> None:
    with pytest.raises(NotAFormula):
        read(text)


def test_a_bar_takes_the_product_before_it_and_one_factor_after_it() -> None:
    (line,) = read("γ x / √(σ + ε) + β")
    assert isinstance(line, Row)
    fraction = line.parts[0]
    assert isinstance(fraction, Fraction)
    assert fraction.above == Row((symbol("γ"), Symbol("\u2009"), symbol("x")))
    assert isinstance(fraction.below, Root)
    assert line.parts[1:] == (Symbol("+", "operator"), symbol("β"))


def test_raised_and_lowered_characters_become_exponents_and_indices() -> None:
    assert read("eˣⁱ") == (Script(symbol("e"), Script(symbol("x"), None, symbol("i")), None),)
    assert read("y²") == (Script(symbol("y"), Symbol("2"), None),)
    index = Row((symbol("t"), Symbol("−"), Symbol("1")))
    assert read("hₜ₋₁") == (Script(symbol("h"), None, index),)


def test_a_sum_has_its_bound_below_and_a_name_with_a_bracket_is_a_function() -> None:
    (line,) = read("Σⱼ σ(xⱼ)")
    assert isinstance(line, Sum)
    assert line.below == symbol("j")
    assert isinstance(line.inside, Row)
    assert isinstance(line.inside.parts[1], Fenced)


def test_matrices_and_vectors_are_bold_but_sizes_are_not() -> None:
    (line,) = read("y = W x + b")
    assert Symbol("W", "vector") in _flat(line)
    assert Symbol("x", "vector") in _flat(line)
    (shapes,) = read("(H, W) → H · W")
    assert symbol("W") in _flat(shapes)
    (activation,) = read("y = max(0, x)")
    assert symbol("x") in _flat(activation)


def test_cases_stand_behind_a_brace() -> None:
    (line,) = read("y = x if x > 0, else a x")
    assert isinstance(line, Row)
    cases = line.parts[1]
    assert isinstance(cases, Cases)
    assert [condition for _, condition in cases.rows][1] == Symbol("else")


def test_the_formula_is_copied_as_text(view: FormulaView) -> None:
    view.show_formula("y = 1 − y²")
    (copy,) = view.actions()
    copy.trigger()
    assert QGuiApplication.clipboard().text() == "y = 1 − y²"


def _flat(part: object) -> list[Symbol]:
    if isinstance(part, Symbol):
        return [part]
    children = vars(part).values() if hasattr(part, "__dict__") else ()
    found: list[Symbol] = []
    for child in children:
        for each in child if isinstance(child, tuple) else (child,):
            found += _flat(each)
    return found
