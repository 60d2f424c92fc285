"""The summary's words and figures."""

from __future__ import annotations

import pytest
from small_projects import SPIRAL, chain

from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import freeze, rename
from nnstudio.project.project import Project
from nnstudio.project.summary import summarise
from nnstudio.project.summary_text import (
    HEADS,
    amount_text,
    as_tabs,
    as_text,
    bytes_text,
    cells,
    exact,
    totals,
)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1_000, "1.00 k"),
        (19_240, "19.2 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (2_290_728, "2.29 M"),
    ],
)
def test_amounts_have_three_digits_and_a_prefix(amount: int, text: str) -> None:
    assert amount_text(amount) == text


def test_bytes_are_counted_in_thousands() -> None:
    assert [bytes_text(n) for n in (640, 38_440, 28_820_480)] == ["640 B", "38.4 kB", "28.8 MB"]


def test_a_layer_is_told_in_short_and_in_full() -> None:
    layer = summarise(SPIRAL).layers[1]
    assert cells(layer)[:5] == ("Dense", "5 units", "5", "15", "25")
    assert cells(layer)[6] == "yes"
    full = exact(layer)
    assert full[4] == "25 operations for one example"
    assert full[5].splitlines()[:2] == [f"{layer.memory.total:,} bytes", "weights: 60"]  # type: ignore[union-attr]


def test_a_named_layer_also_tells_its_kind() -> None:
    project = Project(graph=rename(SPIRAL.graph, "n1", "Hidden"))
    assert cells(summarise(project).layers[1])[:2] == ("Hidden", "Dense, 5 units")


def test_totals_tell_what_learns_only_where_not_everything_does() -> None:
    assert totals(summarise(SPIRAL))[0] == "27 parameters"
    frozen = Project(graph=freeze(SPIRAL.graph, "n1", True), settings=SPIRAL.settings)
    assert totals(summarise(frozen))[0] == "27 parameters, 12 of them trainable"
    assert totals(summarise(Project()))[0] == "0 parameters"


def test_what_isnt_known_is_left_out_of_the_totals() -> None:
    broken = Project(graph=chain(Input(shape=(2, 3, 4)), Dense(units=1)))
    assert totals(summarise(broken)) == ("0 parameters",)
    assert cells(summarise(broken).layers[1])[2:6] == ("–", "", "–", "–")


def test_the_table_for_a_spreadsheet_has_whole_numbers_between_tabs() -> None:
    summary = summarise(SPIRAL)
    lines = [line.split("\t") for line in as_tabs(summary).splitlines()]
    assert {len(line) for line in lines} == {len(HEADS)}
    assert lines[0][5] == "Bytes at batch size 16"
    layers = lines[1:-1]
    for column in (3, 4, 5):
        assert sum(int(line[column]) for line in layers) == int(lines[-1][column])


def test_the_table_for_a_terminal_has_its_numbers_below_each_other() -> None:
    heads, _, first, _, second, *_ = as_text(summarise(SPIRAL)).splitlines()
    end = heads.index("Parameters") + len("Parameters")
    assert first[end - 2 : end] == "15"
    assert second[end - 2 : end] == "12"
