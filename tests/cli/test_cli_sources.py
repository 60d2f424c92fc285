"""Every source can be trained on from the terminal, described and converted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from idx_files import only_small_mnist
from source_examples import EXAMPLES, at_hand

from nnstudio.cli import main
from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Sorting, Source, Table, source_text
from nnstudio.data.split import Split
from nnstudio.graph.templates import TEMPLATES
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of
from nnstudio.project.starting import begun


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return only_small_mnist(tmp_path, monkeypatch)


def network_for(source: Source) -> Project:
    """The smallest network for the source's data."""
    settings = DataSettings(source, Split(0.0, 0.0))
    facts = facts_of(PreparedData.of(settings))
    name = "lstm" if len(facts.input_shape) == 2 else "perceptron"
    return begun(Project(data=settings), TEMPLATES[name], facts)


#: Sorting has a class at each place, which no template is for.
ONE_ANSWER = [source for source in EXAMPLES if not isinstance(source, Sorting)]


@pytest.mark.parametrize("example", ONE_ANSWER, ids=source_text)
def test_a_network_is_trained_on_it_for_an_epoch(
    example: Source, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = at_hand(example, folder)
    file, out = tmp_path / "net.nnstudio", tmp_path / "out.nnstudio"
    save_project(network_for(source), file)
    assert main(["train", str(file), "--epochs", "1", "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["train_loss"] >= 0
    assert main(["evaluate", str(out), "--json"]) == 0


@pytest.mark.parametrize("example", EXAMPLES, ids=source_text)
def test_it_is_described_and_converted_by_its_text(
    example: Source, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = source_text(at_hand(example, folder))
    assert main(["data", "info", text, "--json"]) == 0
    before = json.loads(capsys.readouterr().out)
    out = tmp_path / "converted"
    assert main(["data", "convert", text, str(out)]) == 0
    capsys.readouterr()
    assert main(["data", "info", f"stored?folder={out}", "--json"]) == 0
    after = json.loads(capsys.readouterr().out)
    for key in ("examples", "inputs", "sha256"):
        assert after[key] == before[key]


def test_a_file_by_its_path_is_a_source(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = at_hand(Table(), folder)
    assert isinstance(table, Table)
    file = tmp_path / "net.nnstudio"
    save_project(network_for(table), file)
    assert main(["train", str(file), "--data", table.file, "--epochs", "1"]) == 0
