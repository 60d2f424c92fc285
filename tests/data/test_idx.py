"""IDX files: right ones are read, damaged ones give a sentence and never eat the memory."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from idx_files import idx_bytes, write_idx

from nnstudio.data.errors import DataError
from nnstudio.data.idx import read_idx, read_pictures

MEGABYTE = 1 << 20
values_strategy = arrays(np.uint8, array_shapes(min_dims=1, max_dims=3, max_side=6))
in_one_folder = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def peak_memory(action: Callable[[], object]) -> int:
    """The bytes that were in use at once while ``action`` ran and failed with a DataError."""
    tracemalloc.start()
    try:
        with pytest.raises(DataError):
            action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def read_unless_refused(path: Path, dimensions: int) -> np.ndarray | None:
    """What the file holds, or None if it is refused with a sentence."""
    try:
        return read_idx(path, dimensions)
    except DataError as error:
        return None if str(error) else np.empty(0)


@in_one_folder
@given(values=values_strategy, packed=st.booleans())
def test_what_was_written_is_read(tmp_path: Path, values: np.ndarray, packed: bool) -> None:
    data = idx_bytes(values)
    path = tmp_path / "values"
    path.write_bytes(gzip.compress(data) if packed else data)
    read = read_idx(path, values.ndim)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, values)


@in_one_folder
@given(values=values_strategy, packed=st.booleans(), data=st.data())
def test_a_file_that_is_cut_short_anywhere_is_refused(
    tmp_path: Path, values: np.ndarray, packed: bool, data: st.DataObject
) -> None:
    whole = idx_bytes(values)
    whole = gzip.compress(whole) if packed else whole
    path = tmp_path / "values"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(DataError) as caught:
        read_idx(path, values.ndim)
    assert path.name in str(caught.value)


@in_one_folder
@given(values=values_strategy, packed=st.booleans(), data=st.data())
def test_a_changed_file_is_refused_or_read_as_what_it_now_says(
    tmp_path: Path, values: np.ndarray, packed: bool, data: st.DataObject
) -> None:
    raw = idx_bytes(values)
    changed = bytearray(gzip.compress(raw, mtime=0) if packed else raw)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "values"
    path.write_bytes(changed)
    read = read_unless_refused(path, values.ndim)
    if read is not None:
        packed = changed[:2] == b"\x1f\x8b"
        assert idx_bytes(read) == (gzip.decompress(changed) if packed else changed)


@in_one_folder
@given(noise=st.binary(max_size=200), dimensions=st.integers(1, 3))
def test_any_bytes_at_all_are_refused_or_read_as_what_they_say(
    tmp_path: Path, noise: bytes, dimensions: int
) -> None:
    path = tmp_path / "noise"
    path.write_bytes(noise)
    read = read_unless_refused(path, dimensions)
    assert read is None or idx_bytes(read) == noise


@pytest.mark.parametrize(
    ("contents", "code"),
    [
        (b"", "data_not_idx"),
        (b"a,b\n1,2\n", "data_not_idx"),
        (struct.pack(">BBBBI", 0, 0, 13, 1, 1) + bytes(4), "data_not_idx"),
        (struct.pack(">BBBBI", 0, 0, 8, 3, 1), "data_dimensions"),
        (struct.pack(">BBBB", 0, 0, 8, 1), "data_truncated"),
        (struct.pack(">BBBBI", 0, 0, 8, 1, 3) + b"ab", "data_truncated"),
        (struct.pack(">BBBBI", 0, 0, 8, 1, 3) + b"abcd", "data_too_long"),
        (gzip.compress(b"hello, I am text"), "data_not_idx"),
        (gzip.compress(idx_bytes(np.arange(9))) + b"more", "data_not_gzip"),
        (gzip.compress(idx_bytes(np.arange(9)) + b"more"), "data_too_long"),
        (b"\x1f\x8b" + bytes(40), "data_not_gzip"),
    ],
    ids=[
        *("empty", "text", "float values", "three dimensions", "no sizes", "too short", "too long"),
        *("packed text", "more after the stream", "more in the stream", "only the magic number"),
    ],
)
def test_each_damage_has_its_own_sentence(tmp_path: Path, contents: bytes, code: str) -> None:
    path = tmp_path / "labels"
    path.write_bytes(contents)
    with pytest.raises(DataError) as caught:
        read_idx(path, 1)
    assert caught.value.code == code
    assert "labels" in str(caught.value)


def test_a_wrong_checksum_at_the_end_of_a_gzip_file_is_noticed(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(idx_bytes(np.arange(50))))
    packed[-8] ^= 1
    path = tmp_path / "labels.gz"
    path.write_bytes(packed)
    with pytest.raises(DataError, match=r"labels\.gz is damaged"):
        read_idx(path, 1)


def test_a_missing_file_and_a_folder_are_no_crash(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="was not found"):
        read_idx(tmp_path / "nowhere", 1)
    with pytest.raises(DataError, match="can't be read"):
        read_idx(tmp_path, 1)


def test_a_header_that_promises_too_much_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "pictures"
    path.write_bytes(struct.pack(">BBBB3I", 0, 0, 8, 3, *[2**32 - 1] * 3) + bytes(100))
    assert peak_memory(lambda: read_idx(path, 3)) < MEGABYTE


def test_a_packed_file_takes_only_the_memory_of_what_it_holds(tmp_path: Path) -> None:
    held = np.random.default_rng(0).bytes(60_000)
    path = tmp_path / "pictures.gz"
    path.write_bytes(gzip.compress(struct.pack(">BBBB3I", 0, 0, 8, 3, 50, 1000, 1000) + held))
    assert peak_memory(lambda: read_idx(path, 3)) < 4 * MEGABYTE


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(idx_bytes(np.zeros(10)) + bytes(40 * MEGABYTE)))
    assert peak_memory(lambda: read_idx(path, 1)) < 4 * MEGABYTE


def test_more_than_any_data_set_has_is_refused_even_if_it_could_be_there(tmp_path: Path) -> None:
    path = tmp_path / "pictures.gz"
    filler = np.random.default_rng(0).bytes(3 * MEGABYTE)
    path.write_bytes(gzip.compress(struct.pack(">BBBB3I", 0, 0, 8, 3, 3000, 1000, 1000) + filler))
    with pytest.raises(DataError, match="3,000,000,000 bytes"):
        read_idx(path, 3)


@pytest.mark.parametrize(
    ("pictures", "labels", "code"),
    [
        (np.zeros((3, 8, 8)), np.zeros(4), "data_counts"),
        (np.zeros((0, 8, 8)), np.zeros(0), "data_no_examples"),
        (np.zeros((2, 8, 9)), np.zeros(2), "data_size"),
        (np.zeros((2, 28, 28)), np.zeros(2), "data_size"),
        (np.zeros((3, 8, 8)), np.array([0, 9, 10]), "data_label"),
        (np.zeros(3), np.zeros((3, 8, 8)), "data_dimensions"),
    ],
)
def test_pictures_and_labels_that_do_not_belong_together_are_refused(
    tmp_path: Path,
    pictures: np.ndarray,
    labels: np.ndarray,
    code: str,
) -> None:
    write_idx(tmp_path / "p", pictures)
    write_idx(tmp_path / "l", labels)
    with pytest.raises(DataError) as caught:
        read_pictures(tmp_path / "p", tmp_path / "l", side=8, classes=10)
    assert caught.value.code == code
    assert str(caught.value)


def test_a_wrong_label_is_named_with_its_position(tmp_path: Path) -> None:
    write_idx(tmp_path / "p", np.zeros((3, 8, 8)))
    write_idx(tmp_path / "l", np.array([0, 9, 77]))
    with pytest.raises(DataError, match="label 77 at position 2"):
        read_pictures(tmp_path / "p", tmp_path / "l", side=8, classes=10)


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "labels").write_bytes(b"")
    with pytest.raises(DataError, match="it is empty"):
        read_idx(tmp_path / "labels", 1)
