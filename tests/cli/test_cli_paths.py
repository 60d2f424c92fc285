"""Paths that no file can have, and places where no file can be written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from command_line import LINE, CommandLine, saved, trained

TOO_LONG = "a" * 300


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(trained(LINE), tmp_path_factory.mktemp("line") / "line.nnstudio")


@pytest.mark.parametrize("command", ["train", "evaluate", "info"])
def test_a_name_that_no_file_can_have_is_told(nnstudio: CommandLine, command: str) -> None:
    assert "can't be read" in nnstudio.complaint(command, TOO_LONG)


def test_an_input_that_no_file_can_be_is_told(nnstudio: CommandLine, line: Path) -> None:
    assert "can't be read as input" in nnstudio.complaint("predict", line, TOO_LONG)


def test_a_file_below_a_file_is_missing(nnstudio: CommandLine, line: Path) -> None:
    assert "was not found" in nnstudio.complaint("info", line / "x.nnstudio")
    assert "was not found" in nnstudio.complaint("predict", line, line / "x.csv")


@pytest.mark.parametrize(
    ("out", "told"),
    [
        (TOO_LONG, "can't be written"),
        ("", "“” can't be written: it is a folder"),
        (".", "it is a folder"),
        ("gone/x.nnstudio", "there is no such folder"),
    ],
)
def test_a_place_for_no_file_is_told_before_training(
    nnstudio: CommandLine, line: Path, monkeypatch: pytest.MonkeyPatch, out: str, told: str
) -> None:
    monkeypatch.setattr("nnstudio.cli.train.train_project", _never)
    assert told in nnstudio.complaint("train", line, "--epochs", "1", "--out", out)


def test_a_write_protected_folder_is_told_before_training(
    nnstudio: CommandLine, line: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnstudio.cli.train.train_project", _never)
    # Root may write everywhere, so the system's answer is given here.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    told = nnstudio.complaint("train", line, "--epochs", "1", "--out", tmp_path / "x.nnstudio")
    assert "its folder is write-protected" in told


def test_no_file_takes_the_place_of_a_pipe_or_a_device(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    told = nnstudio.complaint("train", line, "--epochs", "1", "--out", pipe)
    assert "it is no ordinary file" in told
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_leads_to_where_the_file_is_written(
    nnstudio: CommandLine, line: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.nnstudio"
    link.symlink_to(tmp_path / "there" / "x.nnstudio")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    nnstudio.json("train", line, "--epochs", "1", "--out", link)
    assert link.is_symlink()
    assert (tmp_path / "there" / "x.nnstudio").is_file()


def test_links_in_a_circle_are_told(
    nnstudio: CommandLine, line: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnstudio.cli.train.train_project", _never)
    link = tmp_path / "x.nnstudio"
    link.symlink_to(link)
    assert "can't be read" in nnstudio.complaint("info", link)
    assert "can't be written" in nnstudio.complaint("train", line, "--epochs", "1", "--out", link)


def _never(*_: object, **__: object) -> None:
    raise AssertionError("it must not be trained")
