"""Pairs as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.data.errors import DataError
from nnstudio.data.sources import pairs_text, parse_pairs, read_columns

numbers = st.floats(allow_nan=False, allow_infinity=False)
pairs = st.lists(st.tuples(numbers, numbers), max_size=6).map(tuple)


@given(pairs)
def test_pairs_are_read_as_they_were_written_to_the_last_digit(
    pairs: tuple[tuple[float, float], ...],
) -> None:
    assert parse_pairs(pairs_text(pairs)) == pairs


@pytest.mark.parametrize(
    "text",
    [
        "(2, 4), (4, 16), (2.5, 6.25)",
        "(2,4)(4,16)(2.5,6.25)",
        "(2, 4)\n(4, 16)\n\n(2.5, 6.25)\n",
        "  ( 2 ; 4 ) ;( 4\t16 );\r\n(2.5 6.25),",
        "(+2, 4.), (4e0, 1.6E1), (25e-1, 6.25)",
    ],
)
def test_spaces_line_breaks_and_semicolons_do_not_matter(text: str) -> None:
    assert parse_pairs(text) == ((2.0, 4.0), (4.0, 16.0), (2.5, 6.25))


def test_nothing_typed_is_no_pair() -> None:
    assert parse_pairs(" \n") == ()


def test_whole_numbers_are_written_without_a_point() -> None:
    assert pairs_text(((2.0, 4.0), (-2.5, 6.25))) == "(2, 4), (-2.5, 6.25)"


@pytest.mark.parametrize(
    "text",
    [
        *("2, 4", "(2, 4", "(2)", "(2, 4, 6)", "(2, x)", "(1,, 2)", "(- 1, 2)", "[(1, 2)]"),
        *("(1, 2) and (3, 4)", "(nan, 1)", "(1e999, 1)", "(1_000, 2)", "(２, ４)"),
        "(__import__('os'), 1)",
    ],
)
def test_anything_else_is_quoted_in_a_sentence(text: str) -> None:
    with pytest.raises(DataError, match="can't be read as pairs"):
        parse_pairs(text)


def test_only_what_cannot_be_read_is_quoted() -> None:
    with pytest.raises(DataError) as caught:
        parse_pairs("(1, 2), (3, oops" + "!" * 500)
    assert caught.value.values["text"].startswith("(3, oops")
    assert len(caught.value.values["text"]) < 60


@given(st.text("(),;.0123456789eE+- \n", max_size=60))
def test_any_text_gives_pairs_or_a_sentence(text: str) -> None:
    try:
        read = parse_pairs(text)
    except DataError:
        return
    assert parse_pairs(pairs_text(read)) == read


@pytest.mark.parametrize(
    "text",
    [
        "2\t4\n4\t16\n2.5\t6.25\n",
        "2\t4\r\n4\t16\r\n2,5\t6,25\r\n",
        "x;y\n2;4\n4;16\n2,5;6,25",
        "2 4\n\n4   16\n2,5 6.25",
        "2, 4\n4, 16\n2.5, 6.25",
        "x,y\n2,4\n4,16\n2.5,6.25",
        "time (s)\tvalue\t\n2\t4\t\n4\t16\t\n2.5\t6.25",
        "(2, 4) (4, 16) (2.5, 6.25)",
    ],
)
def test_two_columns_of_a_spreadsheet_are_pairs(text: str) -> None:
    assert read_columns(text) == ((2.0, 4.0), (4.0, 16.0), (2.5, 6.25))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2\t4\nfour\t16", "Line 2"),
        ("2\t4\n\n4", "Line 3: “4”"),
        ("1\t2\t3", "Line 1"),
        ("1;x", "Line 1"),
        ("words", "Line 1"),
        ("1e999\t0", "Line 1"),
        ("1,2,3", "Line 1"),
    ],
)
def test_a_line_that_is_no_pair_is_told_by_its_number(text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_columns(text)


@given(st.text(max_size=60) | st.text("0123456789.,;\t\n -e", max_size=60))
def test_any_pasted_text_is_pairs_or_a_sentence(text: str) -> None:
    try:
        pairs = read_columns(text)
    except DataError:
        return
    assert all(len(pair) == 2 for pair in pairs)
