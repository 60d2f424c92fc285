"""The book of runs is read as it was saved; a file without one is as it was."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from saved_projects import SPIRAL, books, parts_of_file, trained_of, with_part

from nnstudio.data.batches import PreparedData
from nnstudio.engine.dense import Dense
from nnstudio.graph.edits import replace_layer
from nnstudio.persistence.project_file import ProjectFileError, load_project, save_project
from nnstudio.persistence.tensors import pack_weights
from nnstudio.project.project import Project
from nnstudio.project.run_book import (
    begun,
    ended,
    numbered,
    project_of,
    reopened,
    written,
)
from nnstudio.project.runs import session_for
from nnstudio.training.loop import train

WHEN = "2026-11-21T14:00:00+00:00"


def run(project: Project, *, epochs: int | None = None) -> Project:
    """``project`` after training, which the book tells of."""
    session = session_for(project, PreparedData.of(project.data))
    record = begun(project, session, WHEN)
    *_, event = train(session, epochs=epochs)
    trained = numbered(session.trained(), record)
    record = ended(record, session, event, trained)
    return replace(project, trained=trained, runs=written(project.runs, record))


def saved_and_loaded(project: Project, folder: Path) -> Project:
    save_project(project, folder / "x.nnstudio")
    return load_project(folder / "x.nnstudio")


def with_book(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Let ``change`` edit what ``runs.json`` says."""

    def edited(content: bytes) -> bytes:
        plain = json.loads(content)
        change(plain)
        return json.dumps(plain).encode()

    with_part(path, "runs.json", edited)


# ---------------------------------------------------------------- round trips


def test_a_record_that_is_read_has_its_curves_once_also_where_the_project_stands(
    tmp_path: Path,
) -> None:
    read = saved_and_loaded(run(SPIRAL, epochs=1), tmp_path)
    (record,) = read.runs
    assert record.trained == read.trained
    assert record.trained is not None
    assert record.trained.history is None
    assert len(record.curves.epochs) == 1


@settings(max_examples=25)
@given(project=books())
def test_any_book_of_runs_is_read_as_it_was_saved(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    loaded = saved_and_loaded(project, tmp_path_factory.mktemp("book"))
    assert loaded == project
    for before, after in zip(project.runs, loaded.runs, strict=True):
        assert before.history.keys() == after.history.keys()
        for name, array in before.history.items():
            np.testing.assert_array_equal(after.history[name], array)
        if before.trained is not None and after.trained is not None:
            assert after.trained.place == before.trained.place
    if project.trained is not None and project.runs:
        assert trained_of(loaded).place == project.trained.place


def test_a_run_that_was_paused_goes_on_after_opening_as_the_same_run_with_the_same_bits(
    tmp_path: Path,
) -> None:
    paused = saved_and_loaded(run(SPIRAL, epochs=2), tmp_path)
    gone_on = run(paused)
    assert [record.number for record in gone_on.runs] == [1]
    assert gone_on.runs[0].end == "finished"
    assert trained_of(gone_on).sha256 == trained_of(run(SPIRAL)).sha256


def test_a_run_opened_again_from_the_book_of_a_file_goes_on_with_the_same_bits(
    tmp_path: Path,
) -> None:
    project = run(SPIRAL, epochs=2)
    wider = project.with_graph(replace_layer(project.graph, "n1", Dense(units=9)))
    loaded = saved_and_loaded(run(wider, epochs=1), tmp_path)
    first = reopened(loaded, loaded.runs[0])
    assert trained_of(run(first)).sha256 == trained_of(run(SPIRAL)).sha256


def test_the_weights_that_the_project_stands_at_are_written_once(tmp_path: Path) -> None:
    save_project(run(SPIRAL), tmp_path / "x")
    assert "runs/1/weights.safetensors" not in parts_of_file(tmp_path / "x")
    edited = replace(run(SPIRAL), trained=None)
    save_project(edited, tmp_path / "y")
    assert "runs/1/weights.safetensors" in parts_of_file(tmp_path / "y")
    assert load_project(tmp_path / "y") == edited


def test_design_and_data_that_runs_share_are_written_once(tmp_path: Path) -> None:
    project = run(SPIRAL, epochs=1)
    again = replace(project, trained=None, settings=replace(SPIRAL.settings, learning_rate=0.1))
    save_project(run(again, epochs=1), tmp_path / "x")
    book = json.loads(parts_of_file(tmp_path / "x")["runs.json"])
    assert [len(book[name]) for name in ("runs", "designs", "data", "settings")] == [2, 1, 1, 2]
    first, second = load_project(tmp_path / "x").runs
    assert first.graph == second.graph == SPIRAL.graph
    assert second.settings.learning_rate == 0.1


def test_a_project_without_runs_has_no_book(tmp_path: Path) -> None:
    save_project(SPIRAL, tmp_path / "x")
    assert set(parts_of_file(tmp_path / "x")) == {"project.json"}
    assert load_project(tmp_path / "x").runs == ()


def test_a_run_of_an_older_format_is_brought_to_the_present_one(tmp_path: Path) -> None:
    path = tmp_path / "x"
    save_project(replace(run(SPIRAL, epochs=1), trained=None), path)

    def as_format_2(book: dict[str, Any]) -> None:
        book["version"] = 2
        for design in book["designs"]:
            del design["notes"], design["groups"]
            for node in design["nodes"]:
                del node["frozen_units"], node["bypassed"]
        for record in book["runs"]:
            del record["trained"]["steps"], record["trained"]["given"]

    with_book(path, as_format_2)
    (record,) = load_project(path).runs
    assert project_of(record).graph == SPIRAL.graph


# ---------------------------------------------------------------- damage


def set_first(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(book: dict[str, Any]) -> None:
        book["runs"][0][name] = value

    return change


DAMAGE: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "an unknown end": (set_first("end", "vanished"), "runs.json: .*vanished"),
    "a missing design": (set_first("design", 7), "run 1 in runs.json .*design"),
    "no time": (set_first("began", "yesterday"), "run 1 in runs.json .*“yesterday” is no time"),
    "number 0": (set_first("number", 0), "runs.json .*two with the same number"),
    "arrays of another run": (set_first("number", 5), "run 5 .*weights.safetensors is missing"),
    "a twin": (
        lambda book: book["runs"].append(book["runs"][0]),
        "runs.json .*two with the same number",
    ),
    "a design out of shape": (lambda book: book["designs"][0].pop("nodes"), "run 1 .*nodes"),
    "weights of nowhere": (set_first("is_present", True), "run 1 .*not those of the project"),
    "no list": (lambda book: book.update(runs=None), "runs.json: .*runs"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_run_is_told_in_a_sentence(what: str, tmp_path: Path) -> None:
    change, sentence = DAMAGE[what]
    path = tmp_path / "x.nnstudio"
    save_project(replace(run(SPIRAL, epochs=1), trained=None), path)
    with_book(path, change)
    with pytest.raises(ProjectFileError, match=f"x.nnstudio is damaged: {sentence}"):
        load_project(path)


def test_weights_that_do_not_fit_the_design_of_their_run_are_told_in_a_sentence(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.nnstudio"
    save_project(replace(run(SPIRAL, epochs=1), trained=None), path)
    none = pack_weights({})
    with_part(path, "runs/1/weights.safetensors", lambda _: none)
    with pytest.raises(ProjectFileError, match=r"run 1 .*weights don't belong to its network"):
        load_project(path)


def test_curves_that_are_missing_are_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.nnstudio"
    save_project(run(SPIRAL, epochs=1), path)
    with_part(path, "runs/1/history.safetensors", lambda _: None)
    with pytest.raises(ProjectFileError, match=r"run 1 .*history.safetensors is missing"):
        load_project(path)


def test_arrays_of_a_run_that_would_unpack_to_more_than_the_file_has_are_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.nnstudio"
    save_project(run(SPIRAL, epochs=1), path)
    parts = parts_of_file(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(ProjectFileError, match="stored as they are"):
        load_project(path)
