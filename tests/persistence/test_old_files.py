"""Files that earlier versions have written: ``files/format-<n>.nnstudio``, kept as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from saved_projects import SPIRAL, go_on, trained_of, with_text

from nnstudio import assets
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.runs import continues, is_finished, progress_of
from nnstudio.training.settings import TrainingSettings

FILES = Path(__file__).parent / "files"
#: A run of two epochs almost, paused; told to stop when the training loss no longer falls by 0.5.
FORMAT_1 = FILES / "format-1.nnstudio"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A copy to be changed."""
    path = tmp_path / "old.nnstudio"
    path.write_bytes(FORMAT_1.read_bytes())
    return path


def test_a_file_of_format_1_says_what_it_said() -> None:
    project = load_project(FORMAT_1)
    assert project.graph == SPIRAL.graph
    assert project.data == SPIRAL.data
    assert project.settings == replace(
        SPIRAL.settings,
        learning_rate=0.02,
        early_stopping=True,
        monitor="training loss",
        min_delta=0.5,
        patience=4,
        restore_best_weights=False,
    )
    trained = trained_of(project)
    assert trained.sha256 == "981949e2cbd00cf6b87b88ce6f3d8e94346d4599968fc539f60421099490f76c"


def test_a_run_of_format_1_goes_on_where_it_stood() -> None:
    project = load_project(FORMAT_1)
    assert continues(project)
    progress = progress_of(project)
    assert progress is not None
    assert (progress.epoch, progress.position, progress.step, progress.horizon) == (1, 24, 11, 48)
    assert progress.best_score == pytest.approx(0.975, abs=1e-3)
    end = trained_of(go_on(project)).progress
    assert end is not None
    assert (end.epoch, end.ended_early) == (5, True), "only the first, from infinity, fell by 0.5"


def test_a_run_of_format_1_that_belonged_to_another_design_still_does(old: Path) -> None:
    def with_other_seed(plain: dict[str, dict[str, object]]) -> None:
        plain["settings"]["seed"] = 1

    with_text(old, with_other_seed)
    assert not continues(load_project(old))


def test_settings_of_format_1_that_did_not_stop_early_have_the_defaults_of_today(old: Path) -> None:
    def never_stopping(plain: dict[str, dict[str, object]]) -> None:
        plain["settings"]["stop_when_converged"] = False

    with_text(old, never_stopping)
    project = load_project(old)
    plain = TrainingSettings()
    assert not project.settings.early_stopping
    assert project.settings.monitor == plain.monitor
    assert project.settings.restore_best_weights == plain.restore_best_weights
    assert continues(project), "when to stop may change within a run"


def test_an_old_file_saved_anew_is_the_same_project(tmp_path: Path) -> None:
    project = load_project(FORMAT_1)
    save_project(project, tmp_path / "new.nnstudio")
    assert load_project(tmp_path / "new.nnstudio") == project


@pytest.mark.parametrize("path", assets.sample_projects(), ids=lambda path: path.stem)
def test_the_run_of_every_sample_is_known_as_finished(path: Path) -> None:
    assert is_finished(load_project(path))
