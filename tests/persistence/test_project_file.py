"""What was saved is what is read: everything, exactly, and with the same bits to go on with."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from saved_projects import SPIRAL, go_on, parts_of_file, projects, trained_of

from nnstudio.engine.dense import Dense
from nnstudio.engine.optimizers import SGD
from nnstudio.graph.edits import replace_layer
from nnstudio.graph.model import Graph, Node
from nnstudio.persistence.project_file import (
    ProjectFileError,
    load_project,
    read_thumbnail,
    save_project,
)
from nnstudio.project.layout import Layout
from nnstudio.project.project import Project
from nnstudio.training.trained import freeze

PNG = b"\x89PNG\r\n\x1a\n and a picture"


def saved_and_loaded(project: Project, folder: Path) -> Project:
    save_project(project, folder / "x.nnstudio")
    return load_project(folder / "x.nnstudio")


# ---------------------------------------------------------------- round trips


@given(project=projects())
def test_any_project_is_read_as_it_was_saved(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    loaded = saved_and_loaded(project, tmp_path_factory.mktemp("random"))
    assert loaded == project
    if project.trained is not None and project.trained.history is not None:
        history = trained_of(loaded).history
        assert history is not None
        assert history.keys() == project.trained.history.keys()
        for name, array in project.trained.history.items():
            np.testing.assert_array_equal(history[name], array)


def test_a_trained_project_comes_back_with_weights_slots_curves_and_random_stream(
    tmp_path: Path,
) -> None:
    project = go_on(SPIRAL, batches=13)
    loaded = saved_and_loaded(project, tmp_path)
    assert loaded == project
    before, after = trained_of(project), trained_of(loaded)
    assert after.sha256 == before.sha256
    assert after.progress == before.progress
    assert set(after.slots) == {"mean", "square"}
    assert before.history is not None
    assert after.history is not None
    np.testing.assert_array_equal(after.history["steps.raw"], before.history["steps.raw"])


def test_first_weights_that_a_run_did_not_take_from_its_seed_come_back(tmp_path: Path) -> None:
    project = go_on(SPIRAL, epochs=1)
    moved = replace(project, trained=replace(trained_of(project), progress=None, slots={}))
    project = go_on(moved, epochs=1)
    assert trained_of(project).start == trained_of(moved).weights
    assert trained_of(saved_and_loaded(project, tmp_path)).start == trained_of(moved).weights


def test_weights_stay_when_the_design_was_changed_after_training(tmp_path: Path) -> None:
    project = go_on(SPIRAL, epochs=1)
    wider = project.with_graph(replace_layer(project.graph, "n1", Dense(units=9)))
    assert saved_and_loaded(wider, tmp_path) == wider


# ---------------------------------------------------------------- the same bits


def test_six_epochs_are_three_saved_opened_and_three_more(tmp_path: Path) -> None:
    halfway = saved_and_loaded(go_on(SPIRAL, epochs=3), tmp_path)
    assert trained_of(go_on(halfway, epochs=3)).sha256 == trained_of(go_on(SPIRAL)).sha256


@pytest.mark.parametrize("batches", [1, 4, 11])
def test_a_run_saved_amid_an_epoch_ends_with_the_bits_of_one_that_never_stopped(
    batches: int, tmp_path: Path
) -> None:
    paused = saved_and_loaded(go_on(SPIRAL, batches=batches), tmp_path)
    assert trained_of(paused).progress != trained_of(go_on(SPIRAL)).progress
    assert trained_of(go_on(paused)).sha256 == trained_of(go_on(SPIRAL)).sha256


def test_whole_numbers_where_fractions_are_possible_do_not_end_a_run(tmp_path: Path) -> None:
    settings = replace(SPIRAL.settings, optimizer=SGD(momentum=0), learning_rate=1)
    project = replace(SPIRAL, settings=settings)
    halfway = saved_and_loaded(go_on(project, epochs=3), tmp_path)
    assert trained_of(go_on(halfway)).sha256 == trained_of(go_on(project)).sha256


# ---------------------------------------------------------------- the file itself


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    project = go_on(SPIRAL, epochs=1)
    for name in ("a", "b"):
        save_project(project, tmp_path / name, thumbnail=PNG)
    save_project(load_project(tmp_path / "a"), tmp_path / "c", thumbnail=PNG)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "c").read_bytes()


def test_the_time_of_saving_is_not_in_the_file(tmp_path: Path) -> None:
    save_project(go_on(SPIRAL, epochs=1), tmp_path / "x")
    with zipfile.ZipFile(tmp_path / "x") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_person_can_read_the_text_in_the_file(tmp_path: Path) -> None:
    save_project(SPIRAL, tmp_path / "x")
    text = parts_of_file(tmp_path / "x")["project.json"].decode()
    assert '"description": "Two spirals — and “signs” of every kind: ½‖y − ŷ‖²"' in text
    assert len(text.splitlines()) > 50


def test_an_untrained_project_has_no_arrays(tmp_path: Path) -> None:
    save_project(SPIRAL, tmp_path / "x")
    assert set(parts_of_file(tmp_path / "x")) == {"project.json"}


def test_the_thumbnail_is_read_without_the_project(tmp_path: Path) -> None:
    save_project(SPIRAL, tmp_path / "x", thumbnail=PNG)
    assert read_thumbnail(tmp_path / "x") == PNG
    save_project(SPIRAL, tmp_path / "x")
    assert read_thumbnail(tmp_path / "x") is None


def test_what_is_no_png_is_no_thumbnail(tmp_path: Path) -> None:
    save_project(SPIRAL, tmp_path / "x", thumbnail=b"<script>")
    assert read_thumbnail(tmp_path / "x") is None


# ---------------------------------------------------------------- writing that fails


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    save_project(SPIRAL, tmp_path / "x.nnstudio")
    old = (tmp_path / "x.nnstudio").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(ProjectFileError, match=r"x\.nnstudio can't be written: File too large"):
            save_project(go_on(SPIRAL, epochs=1), tmp_path / "x.nnstudio")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "x.nnstudio").read_bytes() == old
    assert files_in(tmp_path) == ["x.nnstudio"]


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectFileError, match="can't be written: No such file or directory"):
        save_project(SPIRAL, tmp_path / "nowhere" / "x.nnstudio")


def test_a_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.nnstudio").mkdir()
    with pytest.raises(ProjectFileError, match="can't be written: Is a directory"):
        save_project(SPIRAL, tmp_path / "x.nnstudio")
    assert files_in(tmp_path) == ["x.nnstudio"]


def test_saving_through_a_link_changes_the_file_it_leads_to(tmp_path: Path) -> None:
    save_project(Project(), tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    save_project(SPIRAL, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert load_project(tmp_path / "real") == SPIRAL


def test_permissions_of_a_file_stay_and_those_of_a_new_one_are_the_usual(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    save_project(SPIRAL, tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode
    (tmp_path / "new").chmod(0o640)
    save_project(SPIRAL, tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("project", "reason"),
    [
        (Project(Graph((Node("a/b", Dense()),))), "an empty id or one with a slash"),
        (Project(Graph((Node("", Dense()),))), "an empty id or one with a slash"),
        (Project(Graph((Node("a", Dense()), Node("a", Dense())))), "two nodes have the same id"),
        (Project(layout=Layout((("a", float("nan"), 0.0),))), "no finite number"),
        (Project(description="half a character: \ud800"), "half a character"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(
    project: Project, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(ProjectFileError, match=reason):
        save_project(project, tmp_path / "x.nnstudio")
    assert files_in(tmp_path) == []


def test_weights_that_are_no_numbers_are_not_written(tmp_path: Path) -> None:
    project = go_on(SPIRAL, epochs=1)
    broken = freeze({("n1", "weight"): np.full((6, 2), np.nan, np.float32)})
    project = replace(project, trained=replace(trained_of(project), weights=broken))
    with pytest.raises(ProjectFileError, match="not finite"):
        save_project(project, tmp_path / "x.nnstudio")
    assert files_in(tmp_path) == []
