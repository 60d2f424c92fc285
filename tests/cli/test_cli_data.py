"""``nnstudio data``: what there is, what is in it, and converting it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnstudio.cli import main
from nnstudio.data.sources import SOURCES, Digits, Spiral
from nnstudio.data.stored import open_store


def test_list_names_every_source_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line[0] != " "] == [n.lower() for n in SOURCES]
    assert any(line.split()[0] == "turns" and "at most 5" in line for line in lines)
    assert main(["data", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["spiral"]["options"]["classes"] == Spiral().classes


def test_info_tells_what_a_source_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "info", "spiral?count=90&classes=3"]) == 0
    said = capsys.readouterr().out
    assert "90" in said
    assert "arm 1 30, arm 2 30, arm 3 30" in said
    assert main(["data", "info", "digits", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["inputs"] == "1 × 8 × 8"
    assert found["sha256"] == Digits().load().sha256
    assert found["further_columns"] == ["odd"]


def test_convert_writes_what_can_be_trained_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "digits"
    assert main(["data", "convert", "digits", str(out)]) == 0
    assert f"stored?folder={out}" in capsys.readouterr().out
    assert open_store(out).sha256 == Digits().load().sha256
    assert main(["data", "info", f"stored?folder={out}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["examples"] == Digits().load().size


def test_arrays_are_a_source_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "my.npz", x=np.zeros((4, 2)), y=np.array([0.5, 1, 2, 3]))
    assert main(["data", "info", f"arrays?file={tmp_path / 'my.npz'}"]) == 0
    assert "my" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["info", "nowhere"], "There is no data source “nowhere”"),
        (["info", "arrays"], "No file is chosen"),
        (["fetch", "line"], "Line needs no download. These can be fetched: mnist"),
        (["convert", "line", "/proc/nowhere"], "can't be written"),
    ],
)
def test_what_cannot_be_done_is_told_with_code_2(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", *arguments]) == 2
    assert reason in capsys.readouterr().err
