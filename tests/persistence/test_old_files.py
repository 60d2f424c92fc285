"""Files that earlier versions have written: ``files/format-<n>.nnstudio``, kept as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from saved_projects import SPIRAL, go_on, trained_of, with_text

from nnstudio import assets
from nnstudio.engine.optimizers import SGD
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.runs import continues, is_finished, progress_of
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Change

FILES = Path(__file__).parent / "files"
#: A run of two epochs almost, paused; told to stop when the training loss no longer falls by 0.5.
FORMAT_1 = FILES / "format-1.nnstudio"
#: A run with penalties, dropout and momentum that aren't at their defaults, whose rate was changed
#: in a pause after 5 steps; paused again after 9.
FORMAT_3 = FILES / "format-3.nnstudio"


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


def test_a_run_of_format_3_goes_on_with_the_bits_it_had_there() -> None:
    project = load_project(FORMAT_3)
    assert continues(project)
    # As the version that wrote the file has gone on with it.
    expected = "2638b1ba21c0f717281adad522864832195b23fa8a52dd979e28f34571834506"
    assert trained_of(go_on(project)).sha256 == expected


def test_a_run_of_format_3_tells_what_it_began_with() -> None:
    project = load_project(FORMAT_3)
    progress = progress_of(project)
    assert progress is not None
    begun = dict(progress.begun or ())
    told = ("l1", "clip_norm", "optimizer.momentum", "n1/l2", "n3/rate")
    assert [begun[name] for name in told] == [0.001, 2.0, 0.8, 0.01, 0.4]
    assert progress.changes == (Change(5, "learning_rate", 0.05),)


def test_a_run_of_format_3_goes_on_with_settings_that_were_fixed_there() -> None:
    project = load_project(FORMAT_3)
    settings = replace(project.settings, l1=0.0, optimizer=SGD())
    edited = replace(project, settings=settings)
    assert continues(edited)
    progress = trained_of(go_on(edited, batches=1)).progress
    assert progress is not None
    later = {change.setting: change.value for change in progress.changes if change.step == 9}
    assert later == {"l1": 0.0, "optimizer.momentum": 0.0}


def test_a_run_of_format_3_that_belonged_to_another_design_still_does(tmp_path: Path) -> None:
    path = tmp_path / "old.nnstudio"
    path.write_bytes(FORMAT_3.read_bytes())
    with_text(path, lambda plain: plain["settings"].update(l1=0.5))
    assert not continues(load_project(path))


@pytest.mark.parametrize("file", [FORMAT_1, FORMAT_3], ids=lambda file: file.stem)
def test_an_old_file_saved_anew_is_the_same_project(file: Path, tmp_path: Path) -> None:
    project = load_project(file)
    save_project(project, tmp_path / "new.nnstudio")
    assert load_project(tmp_path / "new.nnstudio") == project


@pytest.mark.parametrize("path", assets.sample_projects(), ids=lambda path: path.stem)
def test_the_run_of_every_sample_is_known_as_finished(path: Path) -> None:
    assert is_finished(load_project(path))
