"""``nnstudio info``: what is in a file, without its data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from command_line import DIGITS, LINE, SPIRAL, CommandLine, saved, trained

from nnstudio.data.sources import Mnist


def test_nodes_data_settings_and_weights_are_told(nnstudio: CommandLine, tmp_path: Path) -> None:
    project = trained(SPIRAL, epochs=3)
    assert project.trained is not None
    found = nnstudio.json("info", saved(project, tmp_path / "x"))
    assert [node["title"] for node in found["nodes"]] == [
        "Input",
        "Dense",
        "Tanh",
        "Dense",
        "Softmax",
    ]
    assert [node["output_shape"] for node in found["nodes"]] == [[2], [6], [6], [2], [2]]
    assert [node["parameters"] for node in found["nodes"]] == [0, 18, 0, 14, 0]
    assert found["nodes"][1]["inputs"] == ["n0"]
    assert found["parameters"] == found["trainable"] == 32
    assert [node["flops"] for node in found["nodes"]] == [0, 6 * 5, 6, 2 * 13, 3 * 2]
    assert found["flops"] == sum(node["flops"] for node in found["nodes"])
    assert found["memory"]["weights"] == 4 * 32
    assert sum(found["memory"].values()) == sum(node["memory"] for node in found["nodes"])
    assert found["data"]["name"] == "spiral?count=90"
    assert found["settings"]["optimizer"]["type"] == "Adam"
    assert (found["epochs"], found["weights_sha256"]) == (3, project.trained.sha256)


def test_a_project_that_never_learned_has_no_epochs(nnstudio: CommandLine, line: Path) -> None:
    found = nnstudio.json("info", line)
    assert (found["trained"], found["epochs"], found["weights_sha256"]) == (False, None, None)
    assert "Trained   never" in nnstudio("info", line).out


def test_data_that_is_not_on_this_machine_is_no_obstacle(
    nnstudio: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path))
    project = replace(DIGITS, data=replace(DIGITS.data, source=Mnist()))
    assert nnstudio.json("info", saved(project, tmp_path / "x"))["data"]["name"] == "mnist"


def test_what_is_wrong_with_a_network_is_told(nnstudio: CommandLine, line: Path) -> None:
    loose = replace(LINE, graph=replace(LINE.graph, edges=LINE.graph.edges[1:]))
    result = nnstudio("info", saved(loose, line))
    assert result.code == 0
    assert "Problem: Dense has no input: drag a wire to its left port." in result.out
    found = nnstudio.json("info", line)
    unknown = found["nodes"][1]
    assert (unknown["output_shape"], unknown["flops"], unknown["memory"]) == (None, None, None)
    assert (found["flops"], found["memory"]) == (None, None)


def test_people_are_told_a_line_per_node(nnstudio: CommandLine, tmp_path: Path) -> None:
    project = replace(trained(DIGITS, epochs=2), description="Digits, to begin with.")
    out = nnstudio("info", saved(project, tmp_path / "x")).out
    lines = [line.split() for line in out.splitlines()]
    assert "Digits, to begin with." in out
    assert ["Layer", "Setting", "Output", "Parameters", "FLOPs", "Memory", "Trainable"] in lines
    assert any("Input" in line and "8 × 8 picture" in line for line in out.splitlines())
    flops = 2 * 64 * 10 + 10
    dense = next(line for line in lines if line[:1] == ["Dense"])
    assert dense[:7] == ["Dense", "10", "units", "10", "650", f"{flops / 1000:.2f}", "k"]
    assert dense[-1] == "yes"
    assert ["Softmax", "10", "30"] in [line[:3] for line in lines]
    assert "650 parameters" in out
    assert f"{(flops + 30) / 1000:.2f} k FLOPs for one example forward" in out
    assert "2 epochs" in out
