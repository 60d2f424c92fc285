"""``make samples``: the same files each time, and no harm where data is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import FOLDER, SAMPLES, build_samples

from nnstudio.persistence.project_file import load_project, save_project


@pytest.mark.parametrize("name", ["line", "digits"])
def test_building_twice_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    for number in "12":
        save_project(build_samples.build(SAMPLES[name]), tmp_path / number)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_without_mnist_its_sample_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path))
    file = FOLDER / "mnist-mlp.nnstudio"
    before = file.read_bytes()
    assert build_samples.main(["mnist-mlp"]) == 0
    assert "mnist-mlp is left as it is: MNIST was not found" in capsys.readouterr().out
    assert file.read_bytes() == before


def test_a_sample_that_does_not_exist_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert build_samples.main(["line", "cube"]) == 2
    assert "no sample cube; there are line, square" in capsys.readouterr().out


def test_names_choose_what_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_samples, "FOLDER", tmp_path)
    assert build_samples.main(["line"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["line.nnstudio"]
    assert load_project(tmp_path / "line.nnstudio").graph == SAMPLES["line"].project().graph
