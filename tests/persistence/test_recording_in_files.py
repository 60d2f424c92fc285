"""The recording of a run is in the file if the user wants it; a damaged one is refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from saved_projects import SPIRAL, trained_of, with_part

from nnstudio.data.batches import PreparedData
from nnstudio.engine.dense import Dense
from nnstudio.graph.edits import replace_layer
from nnstudio.persistence.project_file import ProjectFileError, load_project, save_project
from nnstudio.persistence.tensors import pack, unpack
from nnstudio.project.project import Project
from nnstudio.project.rewinding import rewound
from nnstudio.project.run_book import begun, numbered, reopened
from nnstudio.project.run_book import ended as ended_record
from nnstudio.project.runs import session_for
from nnstudio.training.loop import train
from nnstudio.training.recorder import Recorder
from nnstudio.training.recording import Recording

PARTS = {"recording.json", "recording.safetensors"}


def run(project: Project, *, batches: int | None = None) -> Project:
    """``project`` after training, with the recording of it, which is to be kept."""
    session = session_for(project, PreparedData.of(project.data))
    recorder = Recorder(session, share=inf)
    recorder.begin()
    for event in train(session, batches=batches):
        recorder.attend(event)
    trained = replace(session.trained(), recording=recorder.recording)
    return replace(project, trained=trained, keeps_recording=True)


STOPPING = replace(
    SPIRAL,
    settings=replace(
        SPIRAL.settings, epochs=12, learning_rate=0.2, early_stopping=True, average=0.9
    ),
)


def recording_of(project: Project) -> Recording:
    recording = trained_of(project).recording
    assert recording is not None
    return recording


def saved_and_loaded(project: Project, folder: Path) -> Project:
    save_project(project, folder / "x.nnstudio")
    return load_project(folder / "x.nnstudio")


def names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


# ---------------------------------------------------------------- with and without


@pytest.mark.parametrize("batches", [None, 17])
@pytest.mark.parametrize("project", [SPIRAL, STOPPING], ids=["plain", "stopping early, averaged"])
def test_every_bit_of_a_recording_is_read_again(
    project: Project, batches: int | None, tmp_path: Path
) -> None:
    made = run(project, batches=batches)
    read = saved_and_loaded(made, tmp_path)
    assert read == made
    one, other = recording_of(made), recording_of(read)
    assert (one.run, one.widest, one.dense, one.is_full, one.capacity) == (
        other.run,
        other.widest,
        other.dense,
        other.is_full,
        other.capacity,
    )
    assert one.size == other.size
    assert (one.best and one.best.step) == (other.best and other.best.step)
    for first, second in zip(one.moments, other.moments, strict=True):
        assert first.progress == second.progress
        assert (first.loss, first.score) == (second.loss, second.score) or not first.step
        assert len(first.arrays) == len(second.arrays)
        for array, again in zip(first.arrays, second.arrays, strict=True):
            np.testing.assert_array_equal(array, again)
            assert not again.flags.writeable


def test_a_run_goes_on_from_a_moment_that_was_read_as_from_one_that_was_not(
    tmp_path: Path,
) -> None:
    made = run(STOPPING)
    read = saved_and_loaded(made, tmp_path)
    for number in (3, 40):
        again = [
            trained_of(run(rewound(each, recording_of(each).moments[number])))
            for each in (made, read)
        ]
        assert again[0].sha256 == again[1].sha256 == trained_of(made).sha256


def test_moments_whose_sums_are_of_different_lengths_are_kept_without_them(
    tmp_path: Path,
) -> None:
    """As when a run was begun by a version that added up less."""
    made = run(SPIRAL)
    recording = recording_of(made)
    known = [number for number, each in enumerate(recording.moments) if each.sums is not None]
    moments = list(recording.moments)
    moments[known[0]] = replace(moments[known[0]], sums=np.zeros(1))
    mixed = replace(recording, moments=tuple(moments))
    project = replace(made, trained=replace(trained_of(made), recording=mixed))
    read = recording_of(saved_and_loaded(project, tmp_path))
    assert [each.step for each in read.moments] == [each.step for each in moments]
    assert all(each.sums is None for each in read.moments)


def test_a_file_has_a_recording_only_if_it_is_to_be_kept(tmp_path: Path) -> None:
    made = run(SPIRAL)
    with_it, without = tmp_path / "with.nnstudio", tmp_path / "without.nnstudio"
    save_project(made, with_it)
    save_project(replace(made, keeps_recording=False), without)
    assert names(with_it) - names(without) == PARTS
    assert load_project(with_it).keeps_recording
    read = load_project(without)
    assert not read.keeps_recording
    assert trained_of(read).recording is None


def test_the_recording_of_a_design_that_is_no_more_is_left_out(tmp_path: Path) -> None:
    made = run(SPIRAL)
    edited = made.with_graph(replace_layer(made.graph, "n1", Dense(units=7)))
    read = saved_and_loaded(edited, tmp_path)
    assert trained_of(read).recording is None


def test_files_of_recordings_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    made = run(SPIRAL)
    for name in ("a", "b"):
        save_project(made, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_moments_of_weights_alone_are_read_as_that(tmp_path: Path) -> None:
    made = run(SPIRAL)
    light = tuple(replace(moment, slots=None) for moment in recording_of(made).moments)
    recording = replace(recording_of(made), moments=light, best=None, is_full=False)
    made = replace(made, trained=replace(trained_of(made), recording=recording))
    read = recording_of(saved_and_loaded(made, tmp_path))
    assert not read.is_full
    assert all(moment.slots is None for moment in read.moments)


def test_the_run_in_the_book_that_the_project_stands_at_has_the_same_recording(
    tmp_path: Path,
) -> None:
    made = run(SPIRAL)
    session = session_for(SPIRAL, PreparedData.of(SPIRAL.data))
    record = begun(SPIRAL, session, "2026-11-21T14:00:00+00:00")
    *_, event = train(session)
    record = ended_record(record, session, event, trained_of(made))
    made = replace(made, trained=numbered(trained_of(made), record), runs=(record,))
    read = saved_and_loaded(made, tmp_path)
    (kept,) = read.runs
    assert kept.trained is not None
    assert kept.trained.recording is recording_of(read)
    assert reopened(replace(read, trained=None), kept).trained == read.trained


# ---------------------------------------------------------------- damaged ones


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("good") / "good.nnstudio"
    save_project(run(STOPPING, batches=40), path)
    return path.read_bytes()


@pytest.fixture
def path(content: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "x.nnstudio"
    path.write_bytes(content)
    return path


def complaint(path: Path) -> str:
    with pytest.raises(ProjectFileError) as raised:
        load_project(path)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def with_words(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    def edited(content: bytes) -> bytes:
        plain = json.loads(content)
        change(plain)
        return json.dumps(plain).encode()

    with_part(path, "recording.json", edited)


def with_arrays(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    def edited(content: bytes) -> bytes:
        arrays = unpack("x", content)
        change(arrays)
        return pack(arrays)

    with_part(path, "recording.safetensors", edited)


def swapped(plain: dict[str, Any]) -> None:
    plain["moments"][1:3] = plain["moments"][2:0:-1]


def far(plain: dict[str, Any]) -> None:
    plain["moments"][-1]["progress"]["step"] = 10**6


def ended(plain: dict[str, Any]) -> None:
    plain["moments"][2]["progress"]["result"] = "best"


def strange_setting(plain: dict[str, Any]) -> None:
    plain["moments"][2]["progress"]["changes"] = [{"step": 1, "setting": "l2", "value": -5.0}]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda plain: plain.update(moments=[]), "no moments"),
        (lambda plain: plain.update(moments=plain["moments"] * 40), "more than 256"),
        (lambda plain: plain.pop("widest"), "recording.json"),
        (lambda plain: plain["moments"][0].update(loss="low"), "recording.json"),
        (lambda plain: plain["moments"][0].update(best=10**6), "more best epochs"),
        (lambda plain: plain["moments"][0]["progress"].pop("step"), "recording.json"),
        (lambda plain: plain["moments"].pop(), "as its network needs it"),
        (swapped, "not in their order"),
        (far, "not in their order"),
        (ended, "has ended its run"),
        (strange_setting, "settings that can't be"),
    ],
)
def test_words_that_make_no_sense_are_refused_with_a_sentence(
    change: Callable[[dict[str, Any]], object], words: str, path: Path
) -> None:
    with_words(path, change)
    assert words in complaint(path)


def a_nan(arrays: dict[str, Any]) -> None:
    arrays["weights/n1/weight"][2, 0, 0] = np.nan


def another_shape(arrays: dict[str, Any]) -> None:
    arrays["slot:mean/n1/weight"] = arrays["slot:mean/n1/weight"][:, :2]


def another_kind(arrays: dict[str, Any]) -> None:
    arrays["best/n1/bias"] = arrays["best/n1/bias"].astype(np.float64)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda arrays: arrays.pop("weights/n1/bias"), "weights/n1/bias"),
        (lambda arrays: arrays.pop("slot:average/n5/bias"), "slot:average/n5/bias"),
        (another_shape, "slot:mean/n1/weight"),
        (another_kind, "best/n1/bias"),
        (a_nan, "not finite"),
    ],
)
def test_arrays_that_make_no_sense_are_refused_with_a_sentence(
    change: Callable[[dict[str, Any]], object], words: str, path: Path
) -> None:
    with_arrays(path, change)
    assert words in complaint(path)


def test_a_recording_that_is_cut_short_is_refused(path: Path) -> None:
    with_part(path, "recording.safetensors", lambda content: content[:50])
    assert "no safetensors file" in complaint(path)
    with_part(path, "recording.safetensors", lambda _: None)
    assert "recording.safetensors is missing" in complaint(path)
    with_part(path, "recording.json", lambda _: b"{")
    assert "is missing" in complaint(path)


def test_the_recording_of_an_older_format_is_read(path: Path) -> None:
    def older(plain: dict[str, Any]) -> None:
        plain["version"] = 3
        for moment in plain["moments"]:
            del moment["progress"]["converged"], moment["progress"]["begun"]

    read = recording_of(load_project(path))
    with_words(path, older)
    again = recording_of(load_project(path))
    assert [m.step for m in again.moments] == [m.step for m in read.moments]
    assert again.moments[2].progress.begun is None
