"""Files that were cut short, changed or made to do harm: one sentence each, and never a crash."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from saved_projects import SPIRAL, go_on, parts_of_file, with_part, with_text

from nnstudio.messages import StudioError
from nnstudio.persistence.archive import write_archive
from nnstudio.persistence.migrations import VERSION
from nnstudio.persistence.project_file import (
    ProjectFileError,
    load_project,
    read_thumbnail,
    save_project,
)
from nnstudio.persistence.tensors import pack, unpack
from nnstudio.project.problems import problems
from nnstudio.project.runs import continues, progress_of


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a good file with all parts."""
    path = tmp_path_factory.mktemp("good") / "good.nnstudio"
    project = go_on(SPIRAL, batches=13)
    save_project(project, path, thumbnail=b"\x89PNG\r\n\x1a\n")
    return path.read_bytes()


@pytest.fixture
def path(content: bytes, tmp_path: Path) -> Path:
    """A good file that the test may damage."""
    path = tmp_path / "x.nnstudio"
    path.write_bytes(content)
    return path


def complaint(path: Path) -> str:
    """The sentence with which the file is refused."""
    with pytest.raises(ProjectFileError) as raised:
        load_project(path)
    sentence = str(raised.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    return sentence


# ---------------------------------------------------------------- the archive


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "was not found" in complaint(tmp_path / "gone.nnstudio")


def test_a_folder_is_no_project(tmp_path: Path) -> None:
    assert "can't be read: Is a directory" in complaint(tmp_path)


def test_an_empty_file_is_no_project(path: Path) -> None:
    path.write_bytes(b"")
    assert "is not an nnstudio project: it is empty" in complaint(path)


def test_another_kind_of_file_is_no_project(path: Path) -> None:
    path.write_bytes(b"\x89PNG" + bytes(1000))
    assert "is not an nnstudio project" in complaint(path)


def test_another_zip_archive_is_no_project(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert "is not an nnstudio project: it has no project.json" in complaint(path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.99])
def test_a_file_that_is_cut_short_is_damaged(path: Path, share: float) -> None:
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert "is damaged: its archive is cut short or was changed" in complaint(path)


def test_one_flipped_bit_in_the_weights_is_noticed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b"weights.safetensors") + 600] ^= 1
    path.write_bytes(content)
    assert "is damaged" in complaint(path)


def test_a_part_that_is_there_twice_is_refused(path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("project.json", "{}")
    assert "it has project.json twice" in complaint(path)


def test_parts_that_nobody_knows_are_not_looked_at(path: Path) -> None:
    good = load_project(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/passwd", "root")
        archive.writestr("bomb", bytes(10**7))
    assert load_project(path) == good


def test_a_part_that_unpacks_to_far_too_much_is_not_unpacked(path: Path) -> None:
    parts = parts_of_file(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.json", parts["project.json"])
        archive.writestr("weights.safetensors", bytes(65 * 2**20))
    assert "weights.safetensors has 68157440 bytes, at most 67108864 are read" in complaint(path)


def test_a_text_that_unpacks_to_far_too_much_is_not_unpacked(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.json", b" " * (33 * 2**20))
    assert "too large to be a project" in complaint(path)


def test_a_part_that_lies_about_its_size_is_damaged(path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.json", b" " * (33 * 2**20))
    told = (33 * 2**20).to_bytes(4, "little")
    path.write_bytes(file.getvalue().replace(told, (100).to_bytes(4, "little")))
    assert "is damaged" in complaint(path)


def test_an_archive_packed_again_by_another_program_is_read(path: Path) -> None:
    good, parts = load_project(path), parts_of_file(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts):
            archive.writestr(name, parts[name])
    assert load_project(path) == good


# ---------------------------------------------------------------- the text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "project.json is not JSON"),
        (b'{"version": 1', "project.json is not JSON"),
        (b"\xff\xfe", "project.json is not JSON"),
        (b'{"version": NaN}', "project.json is not JSON"),
        (b'{"version": 1, "description": 1e999}', "Number out of range"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[]", "doesn't tell its format's version"),
        (b"{}", "doesn't tell its format's version"),
        (b'{"version": "1"}', "doesn't tell its format's version"),
        (b'{"version": true}', "doesn't tell its format's version"),
        (b'{"version": 0}', "doesn't tell its format's version"),
        (b'{"version": 1}', "isn't of format 1"),
        (b'{"version": 1, "settings": {}, "trained": {"progress": 3}}', "isn't of format 1"),
        (b'{"version": 2}', "isn't of format 2"),
        (b'{"version": 3}', "isn't of format 3"),
        (b'{"version": 4}', "missing required field `description`"),
    ],
)
def test_a_text_that_is_no_project_is_damaged(path: Path, text: bytes, reason: str) -> None:
    with_part(path, "project.json", lambda _: text)
    assert reason in complaint(path)


def test_a_file_of_a_newer_version_asks_for_an_update(path: Path) -> None:
    with_text(path, lambda plain: plain.update(version=VERSION + 1, surprise=True))
    expected = f"newer version (format {VERSION + 1}, this one reads up to {VERSION}): update"
    assert expected in complaint(path)


NOTE = {"id": "note", "text": "Look", "x": 0.0, "y": 0.0, "width": 80.0, "height": 40.0}


def group(id: str, *nodes: str) -> dict[str, Any]:
    return {"id": id, "name": "Block", "nodes": list(nodes), "collapsed": False}


def layer(plain: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = plain["nodes"][number]["layer"]
    return found


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p: p.update(nodes=3), "Expected `array`, got `int` - at `$.nodes`"),
        (lambda p: p.update(surprise=1), "unknown field `surprise`"),
        (lambda p: layer(p, 1).update(units=0), "Dense: Units must be a whole number, at least 1"),
        (lambda p: layer(p, 1).update(units="6"), "Dense can't use this value"),
        (lambda p: layer(p, 1).update(colour="red"), "Dense has no setting “colour”"),
        (lambda p: layer(p, 1).update(type="Dance"), "unknown type 'Dance'"),
        (lambda p: layer(p, 1).pop("type"), "unknown type None"),
        (lambda p: p["nodes"].append(p["nodes"][0]), "two nodes have the same id"),
        (lambda p: p["nodes"][0].update(id="a/b"), "an empty id or one with a slash"),
        (lambda p: p["nodes"].pop(), "has a loose end"),
        (lambda p: p["edges"].append(p["edges"][0]), "has no input of its own"),
        (lambda p: p["edges"][0].update(slot=1), "has no input of its own"),
        (lambda p: p["edges"][0].update(slot=-1), "has no input of its own"),
        (lambda p: p["edges"][0].update(source="n3"), "its wires close a circle"),
        (lambda p: p["layout"][0].update(x=None), "Expected `float`, got `null`"),
        (lambda p: p["nodes"][1].update(frozen_units=[-1]), "Expected `int` >= 0"),
        (lambda p: p["notes"].append({**NOTE, "width": 0.0}), "a note has no size"),
        (lambda p: p["notes"].extend([NOTE, NOTE]), "notes or two with the same id"),
        (
            lambda p: p["groups"].extend([group("g", "n1"), group("g", "n2")]),
            "groups have the same",
        ),
        (lambda p: p["groups"].append(group("g")), "an empty id or no nodes"),
        (lambda p: p["groups"].append(group("g", "nobody")), "a node that doesn't exist"),
        (lambda p: p["groups"].extend([group("g", "n1"), group("h", "n1")]), "in another group"),
        (lambda p: p["data"]["source"].update(type="Internet"), "unknown type 'Internet'"),
        (lambda p: p["data"]["source"].update(count=-5), "must be a whole number, at least 1"),
        (lambda p: p["data"].pop("split"), "split"),
        (lambda p: p["settings"].update(learning_rate=-1), "Learning rate must be a number"),
        (lambda p: p["settings"].update(learning_rate=None), "Expected `float`, got `null`"),
        (lambda p: p["settings"]["optimizer"].update(beta1=1), "at least 0 and below 1"),
        (lambda p: p["trained"]["progress"].update(step=-1), "Expected `int` >= 0"),
        (lambda p: p["trained"]["progress"].update(learning_rate=0), "Expected `float` > 0"),
        (lambda p: p["trained"]["progress"]["dropout"].update(state="?"), "random stream"),
        (lambda p: p["trained"]["progress"]["dropout"].update(inc="f" * 99), "random stream"),
        (lambda p: p["trained"].update(has_start=True), "start.safetensors is missing"),
        (lambda p: p["trained"].update(slots=["mean"]), "which project.json doesn't tell of"),
        (
            lambda p: p["settings"].update(optimizer={"type": "SGD"}) or p["trained"].pop("slots"),
            "missing required field `slots`",
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_place(
    path: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    with_text(path, change)
    assert reason in complaint(path)


def test_more_nodes_than_anybody_draws_are_refused(path: Path) -> None:
    def crowd(plain: dict[str, Any]) -> None:
        node = plain["nodes"][1]
        plain["nodes"] += [{**node, "id": f"more-{i}"} for i in range(10_000)]

    with_text(path, crowd)
    assert "more than 10,000 nodes" in complaint(path)


def test_ten_thousand_nodes_in_a_row_are_read(path: Path) -> None:
    def lengthen(plain: dict[str, Any]) -> None:
        plain["trained"] = None
        plain["layout"] = []
        plain["nodes"] = [{**plain["nodes"][3], "id": str(i)} for i in range(10_000)]
        plain["edges"] = [{"source": str(i), "target": str(i + 1), "slot": 0} for i in range(9_999)]

    with_text(path, lengthen)
    assert len(load_project(path).graph.edges) == 9_999


# ---------------------------------------------------------------- the arrays


def edit_array(
    name: str, change: Callable[[np.ndarray[Any, Any]], object]
) -> Callable[[bytes], bytes]:
    """An edit of a safetensors file: ``change`` gets the array and returns another."""

    def edited(content: bytes) -> bytes:
        arrays = unpack("", content)
        return pack({**arrays, name: np.asarray(change(arrays[name]))})

    return edited


def set_first(value: float) -> Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]:
    def change(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        array = array.copy()
        array.flat[0] = value
        return array

    return change


WEIGHTS, SLOTS = "weights.safetensors", "optimizer.safetensors"
PREPARATION, HISTORY = "preparation.safetensors", "history.safetensors"


@pytest.mark.parametrize(
    ("part", "change", "reason"),
    [
        (WEIGHTS, lambda c: None, "weights.safetensors is missing"),
        (SLOTS, lambda c: None, "optimizer.safetensors is missing"),
        (PREPARATION, lambda c: None, "preparation.safetensors is missing"),
        (HISTORY, lambda c: None, "history.safetensors is missing"),
        (WEIGHTS, lambda c: b"", "no safetensors file"),
        (WEIGHTS, lambda c: c[:-4], "no safetensors file"),
        (WEIGHTS, lambda c: b"\xff" * 8 + c[8:], "no safetensors file"),
        (WEIGHTS, lambda c: pack({}), "weights don't belong to its network"),
        (WEIGHTS, lambda c: pack({"n1": np.zeros(3, np.float32)}), "strange name “n1”"),
        (WEIGHTS, lambda c: pack({"n1/": np.zeros(3, np.float32)}), "strange name “n1/”"),
        (WEIGHTS, edit_array("n1/weight", lambda a: a.T), "don't belong to its network"),
        (WEIGHTS, edit_array("n1/weight", lambda a: a.astype(float)), "float64 numbers"),
        (WEIGHTS, edit_array("n1/weight", set_first(np.nan)), "not finite"),
        (WEIGHTS, edit_array("n1/weight", set_first(np.inf)), "not finite"),
        (SLOTS, edit_array("mean/n1/weight", lambda a: a[1:]), "memory don't belong"),
        (SLOTS, lambda c: pack({"mean/n1/weight": np.zeros(3, np.float32)}), "memory don't"),
        (PREPARATION, lambda c: pack({}), "lacks the inputs"),
        (PREPARATION, edit_array("inputs.factor", set_first(0)), "can't be undone"),
        (PREPARATION, edit_array("inputs.offset", set_first(np.nan)), "can't be undone"),
        (PREPARATION, edit_array("inputs.offset", lambda a: np.zeros(3)), "can't be undone"),
        (PREPARATION, edit_array("targets.offset", lambda a: np.zeros(3)), "doesn't belong"),
        (HISTORY, edit_array("epochs", lambda a: a[:, 1:]), "the curves of a run"),
        (HISTORY, edit_array("epochs", set_first(np.nan)), "the curves of a run"),
        (HISTORY, edit_array("steps.shape", lambda a: a * 0), "the curves of a run"),
        (HISTORY, lambda c: pack({}), "the curves of a run"),
    ],
)
def test_arrays_that_are_wrong_are_told(
    path: Path, part: str, change: Callable[[bytes], bytes | None], reason: str
) -> None:
    with_part(path, part, change)
    assert reason in complaint(path)


def test_numbers_of_a_kind_numpy_does_not_have_are_refused(path: Path) -> None:
    header = b'{"n1/weight":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}'
    content = len(header).to_bytes(8, "little") + header + bytes(4)
    with_part(path, WEIGHTS, lambda _: content)
    assert "no safetensors file" in complaint(path)


def test_the_memory_of_another_optimizer_is_refused(path: Path) -> None:
    def rename(content: bytes) -> bytes:
        return pack({k.replace("mean/", "velocity/"): a for k, a in unpack("", content).items()})

    with_part(path, SLOTS, rename)
    with_text(path, lambda plain: plain["trained"].update(slots=["velocity", "square"]))
    assert "belongs to another optimizer" in complaint(path)


# ---------------------------------------------------------------- anything at all


def opens_or_complains(path: Path) -> None:
    """Whatever the bytes are: a project that can be shown, or a sentence."""
    with suppress(StudioError):
        project = load_project(path)
        problems(project, None)
        continues(project)


@given(data=st.data())
def test_bytes_changed_anywhere_never_crash_the_reader(
    data: st.DataObject, content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed)))
        length = data.draw(st.integers(0, 6))
        changed[place : place + length] = data.draw(st.binary(max_size=6))
    if data.draw(st.booleans()):
        del changed[data.draw(st.integers(0, len(changed))) :]
    path = tmp_path_factory.mktemp("changed") / "x.nnstudio"
    path.write_bytes(changed)
    opens_or_complains(path)
    with suppress(StudioError):
        read_thumbnail(path)


@given(data=st.data())
def test_parts_changed_in_a_whole_archive_never_crash_the_reader(
    data: st.DataObject, content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("changed") / "x.nnstudio"
    path.write_bytes(content)
    parts = {name: bytearray(part) for name, part in parts_of_file(path).items()}
    name = data.draw(st.sampled_from(sorted(parts)))
    place = data.draw(st.integers(0, min(len(parts[name]), 2000)))
    parts[name][place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    file = io.BytesIO()
    write_archive(file, {name: bytes(part) for name, part in parts.items()})
    path.write_bytes(file.getvalue())
    opens_or_complains(path)


JUNK: tuple[object, ...] = (
    None, True, 0, -1, 2**70, 1e300, 0.5, "", "n0", "\0", [], {}, [[]], {"type": "Dense"}, "1" * 99,
)  # fmt: skip


@given(data=st.data())
def test_any_value_in_the_text_may_be_anything_without_crashing_the_reader(
    data: st.DataObject, content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("changed") / "x.nnstudio"
    path.write_bytes(content)
    plain = json.loads(parts_of_file(path)["project.json"])
    place: Any = plain
    while True:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not (isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans())):
            break
        place = place[key]
    place[key] = data.draw(st.sampled_from(JUNK))
    with_part(path, "project.json", lambda _: json.dumps(plain).encode())
    opens_or_complains(path)


def test_an_average_of_which_nothing_is_kept_is_damaged(path: Path) -> None:
    with_text(path, lambda plain: plain["trained"]["progress"].update(result="average"))
    assert "said to be an average" in complaint(path)


def test_best_weights_that_are_missing_are_told(path: Path) -> None:
    with_text(path, lambda plain: plain["trained"].update(has_best=True))
    assert "best.safetensors is missing" in complaint(path)


def test_best_weights_of_another_network_are_told(path: Path) -> None:
    project = load_project(path)
    trained = project.trained
    assert trained is not None
    best = dict(list(trained.weights.items())[1:])
    save_project(replace(project, trained=replace(trained, best=best)), path)
    assert "its best weights don't belong to its network" in complaint(path)


def test_a_run_whose_last_weights_are_lost_can_not_go_on(path: Path) -> None:
    with_text(path, lambda plain: plain["trained"]["progress"].update(result="best"))
    project = load_project(path)
    assert progress_of(project) is not None
    assert not continues(project)


@pytest.mark.parametrize(
    ("begun", "reason"),
    [
        ({"l1": -1.0}, "settings that can't be"),
        ({"epochs": "many"}, "settings that can't be"),
        ({"optimizer.beta1": 7.0}, "settings that can't be"),
        ({"l1": [1.0]}, "$.trained.progress.begun"),
    ],
    ids=str,
)
def test_a_run_that_began_with_impossible_settings_is_damaged(
    path: Path, begun: dict[str, Any], reason: str
) -> None:
    with_text(path, lambda plain: plain["trained"]["progress"].update(begun=begun))
    assert reason in complaint(path)
