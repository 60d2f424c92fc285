"""``nnstudio find-rate``: a table, a suggestion, and nothing written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from command_line import DIGITS, CommandLine, saved, trained

from nnstudio.data.batches import PreparedData
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.project.runs import session_for
from nnstudio.training.rate_range import RangeDone, rate_range


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    return saved(DIGITS, tmp_path / "digits")


def test_the_suggestion_is_that_of_the_range_test(nnstudio: CommandLine, digits: Path) -> None:
    found = nnstudio.json("find-rate", digits, "--low", "1e-5", "--high", "1", "--steps", "60")
    session = session_for(DIGITS, PreparedData.of(DIGITS.data))
    *_, end = rate_range(session, low=1e-5, high=1.0, steps=60)
    assert isinstance(end, RangeDone)
    assert end.suggestion is not None
    assert found["suggestion"] == end.suggestion
    assert [row["rate"] for row in found["tried"]] == [t.rate for t in end.tried]
    assert [row["smoothed"] for row in found["tried"]] == [t.smoothed for t in end.tried]


def test_people_get_a_short_table_and_a_sentence(nnstudio: CommandLine, digits: Path) -> None:
    result = nnstudio("find-rate", digits)
    assert (result.code, result.err) == (0, "")
    heading, *rows, last = result.out.splitlines()
    assert heading.split() == ["rate", "loss"]
    assert 8 <= len(rows) <= 16
    assert rows[0].split()[0] == "1e-06"
    assert last.startswith("Suggested learning rate: 0.0")
    assert "(the project has 0.01)" in last


def test_nothing_is_written(nnstudio: CommandLine, tmp_path: Path) -> None:
    path = saved(trained(DIGITS, epochs=1), tmp_path / "half")
    before = path.read_bytes()
    assert nnstudio("find-rate", path).code == 0
    assert path.read_bytes() == before


def test_a_run_that_has_begun_is_tested_from_its_start(
    nnstudio: CommandLine, digits: Path, tmp_path: Path
) -> None:
    half = saved(trained(DIGITS, epochs=1), tmp_path / "half")
    assert nnstudio.json("find-rate", half) == nnstudio.json("find-rate", digits)


def test_rates_too_small_to_matter_are_told(nnstudio: CommandLine, digits: Path) -> None:
    result = nnstudio("find-rate", digits, "--low", "1e-12", "--high", "1e-9", "--steps", "50")
    assert result.code == 0
    assert "fell clearly nowhere between the rates 1e-12 and 1e-9" in result.out


def test_bounds_the_wrong_way_round_are_told(nnstudio: CommandLine, digits: Path) -> None:
    complaint = nnstudio.complaint("find-rate", digits, "--low", "1", "--high", "0.1")
    assert "must be below the highest, 0.1" in complaint


@pytest.mark.parametrize("option", [("--low", "0"), ("--high", "-1"), ("--steps", "3")])
def test_numbers_that_make_no_sense_are_refused(
    nnstudio: CommandLine, digits: Path, option: tuple[str, str]
) -> None:
    assert nnstudio("find-rate", digits, *option).code == 2


def test_a_network_that_can_not_be_trained_is_told(nnstudio: CommandLine, tmp_path: Path) -> None:
    broken = replace(DIGITS, graph=replace(DIGITS.graph, edges=()))
    assert "can't be trained yet" in nnstudio.complaint(
        "find-rate", saved(broken, tmp_path / "broken")
    )


def test_an_optimizer_that_finds_its_lengths_by_itself_has_no_rate_to_look_for(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    settings = replace(DIGITS.settings, optimizer=LBFGS())
    path = saved(replace(DIGITS, settings=settings), tmp_path / "searched")
    assert nnstudio.complaint("find-rate", path).startswith("L-BFGS finds the length of each step")
    assert "all examples in each step" in nnstudio("info", path).out
    assert nnstudio.json("train", path, "--epochs", "3")["epochs_run"] == 3
