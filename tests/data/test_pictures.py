"""Folders of pictures become examples; what can't be read is left out and told."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nnstudio.data.errors import DataError
from nnstudio.data.progress import Cancelled, listening
from nnstudio.data.sources import Pictures

RNG = np.random.default_rng(3)


@pytest.fixture(autouse=True)
def _no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def write(path: Path, values: np.ndarray, **options: object) -> np.ndarray:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path, **options)  # type: ignore[arg-type]
    return values


def grey(height: int = 6, width: int = 5) -> np.ndarray:
    return RNG.integers(0, 256, (height, width)).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two cats and three dogs."""
    for name, count in (("dog", 3), ("cat", 2)):
        for number in range(count):
            write(tmp_path / "pets" / name / f"{number}.png", grey())
    return tmp_path / "pets"


def test_each_folder_is_a_class_named_after_it(folder: Path) -> None:
    data = Pictures(str(folder)).load()
    assert data.classes == ("cat", "dog")
    assert data.targets.tolist() == [0, 0, 1, 1, 1]
    assert data.inputs.shape == (5, 1, 6, 5)
    assert np.array_equal(data.inputs[1, 0], np.asarray(Image.open(folder / "cat" / "1.png")))
    assert not data.notes


def test_train_and_test_folders_part_the_examples(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "parted"
    for part, count in (("train", 3), ("test", 2)):
        for name in ("cat", "dog"):
            for number in range(count):
                write(root / part / name / f"{number}.png", grey())
    data = Pictures(str(root)).load()
    assert (data.size, data.test_count, data.classes) == (10, 4, ("cat", "dog"))


def test_other_files_hidden_folders_and_folders_further_down(folder: Path) -> None:
    write(folder / "cat" / "more" / "9.PNG", grey())
    (folder / "cat" / "notes.txt").write_text("not a picture")
    write(folder / ".hidden" / "1.png", grey())
    data = Pictures(str(folder)).load()
    assert (data.size, data.classes) == (6, ("cat", "dog"))


def test_pictures_are_brought_to_one_size_and_colour(folder: Path) -> None:
    red = np.zeros((12, 10, 3), np.uint8)
    red[..., 0] = 255
    write(folder / "dog" / "red.png", red)
    data = Pictures(str(folder), height=3, width=4, colour=True).load()
    assert data.input_shape == (3, 3, 4)
    assert data.inputs[-1, 0].min() == 255
    assert data.inputs[-1, 1:].max() == 0
    assert Pictures(str(folder)).load().inputs[-1, 0, 0, 0] == round(0.299 * 255)


def test_transparent_pictures_lie_on_white(folder: Path) -> None:
    clear = np.zeros((6, 5, 4), np.uint8)
    write(folder / "dog" / "clear.png", clear)
    assert Pictures(str(folder)).load().inputs[-1].min() == 255


def test_a_table_of_labels_takes_the_place_of_folders(tmp_path: Path) -> None:
    shots = [write(tmp_path / f"{i}.png", grey()) for i in range(3)]
    table = tmp_path / "labels.csv"
    table.write_text("file;label\n0.png;b\n1.png;a\n\n2.png;b\n9.png;a\n")
    data = Pictures(str(tmp_path), str(table)).load()
    assert data.classes == ("a", "b")
    assert data.targets.tolist() == [1, 0, 1]
    assert np.array_equal(data.inputs[:, 0], shots)
    assert data.notes == ("1 labels have no picture, such as line 6 (9.png); 3 pictures are kept.",)


def test_files_that_are_no_pictures_are_left_out_and_told(folder: Path) -> None:
    (folder / "cat" / "0.png").write_bytes(b"not a picture at all")
    whole = (folder / "dog" / "2.png").read_bytes()
    (folder / "dog" / "2.png").write_bytes(whole[: len(whole) // 2])
    data = Pictures(str(folder)).load()
    assert data.targets.tolist() == [0, 1, 1]
    (note,) = data.notes
    assert "2 files can't be read" in note
    assert str(folder / "cat" / "0.png") in note


def test_a_picture_that_unpacks_to_gigabytes_is_left_out(folder: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    side = (30_000).to_bytes(4, "big")
    header = chunk(b"IHDR", side + side + bytes([8, 0, 0, 0, 0]))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"0")) + chunk(b"IEND", b"")
    (folder / "cat" / "9.png").write_bytes(bomb)
    data = Pictures(str(folder)).load()
    assert data.size == 5
    assert len(data.notes) == 1


def test_what_takes_too_much_memory_is_converted_once(folder: Path, tmp_path: Path) -> None:
    write(folder / "cat" / "large.png", grey(1000, 1000))
    options = {"height": 600, "width": 600}
    here = Pictures(str(folder), **options).load()  # type: ignore[arg-type]
    there = Pictures(str(folder), **options, memory=1).load()  # type: ignore[arg-type]
    assert there.block
    assert not here.block
    assert there.sha256 == here.sha256
    kept = list((tmp_path / "cache").rglob("inputs.npy"))
    changed = kept[0].stat().st_mtime_ns
    assert Pictures(str(folder), **options, memory=1).load().sha256 == here.sha256  # type: ignore[arg-type]
    assert kept[0].stat().st_mtime_ns == changed
    write(folder / "cat" / "1.png", grey())
    assert Pictures(str(folder), **options, memory=1).load().sha256 != here.sha256  # type: ignore[arg-type]


def test_reading_tells_how_far_it_is_and_can_be_cancelled(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    with listening(lambda done, expected: told.append((done, expected))):
        Pictures(str(folder)).load()
    assert told == [(5, 5)]

    def give_up(done: int, expected: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled), listening(give_up):
        Pictures(str(folder)).load()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "No folder is chosen"),
        ({"folder": "{}/nowhere"}, "There is no folder"),
        ({"folder": "{}/pets/cat"}, "holds no pictures that can be read"),
        ({"folder": "{}/pets", "labels": "{}/none.csv"}, "was not found"),
        ({"folder": "{}/pets", "labels": "{}/short.csv"}, "short.csv, line 2: expected a file"),
        ({"folder": "{}/pets", "labels": "{}/other.csv"}, "None of the files that other.csv names"),
        ({"folder": "{}/pets", "labels": "{}/binary.csv"}, "can't be read as a table of labels"),
    ],
)
def test_what_is_missing_is_told_in_a_sentence(
    folder: Path, tmp_path: Path, options: dict[str, str], reason: str
) -> None:
    (tmp_path / "short.csv").write_text("cat/0.png,a\ncat/1.png\n")
    (tmp_path / "other.csv").write_text("file,label\nx.png,a\n")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x80")
    filled = {name: text.replace("{}", str(tmp_path)) for name, text in options.items()}
    with pytest.raises(DataError, match=reason):
        Pictures(**filled).load()  # type: ignore[arg-type]


@given(st.data())
@settings(max_examples=150)
def test_a_changed_file_is_a_picture_or_left_out(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("changed")
    kind = data.draw(st.sampled_from(["png", "jpg", "gif", "bmp", "webp", "tif"]))
    fixed = (np.arange(81).reshape(9, 9) * 3).astype(np.uint8)
    write(root / "a" / "0.png", fixed)
    write(root / "a" / f"1.{kind}", fixed)
    content = bytearray((root / "a" / f"1.{kind}").read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.just(len(content)) | st.integers(0, len(content)))
    (root / "a" / f"1.{kind}").write_bytes(content[:cut])
    dataset = Pictures(str(root)).load()
    assert dataset.size + len(dataset.notes) == 2
