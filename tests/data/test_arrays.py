"""Arrays of NumPy's files become examples; whatever else is in a file becomes a sentence."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.data.array_files import read_arrays
from nnstudio.data.errors import DataError
from nnstudio.data.sources import Arrays

RNG = np.random.default_rng(0)


def load(tmp_path: Path, **arrays: np.ndarray) -> Arrays:
    np.savez(tmp_path / "my.npz", **arrays)
    return Arrays(str(tmp_path / "my.npz"))


def test_numbers_and_whole_number_labels_are_found_by_their_usual_names(tmp_path: Path) -> None:
    x = RNG.standard_normal((6, 3))
    data = load(tmp_path, X=x, y=np.array([3, 7, 3, 7, 9, 9]), other=x).load()
    assert np.array_equal(data.inputs, x)
    assert data.classes == ("3", "7", "9")
    assert data.targets.tolist() == [0, 1, 0, 1, 2, 2]
    assert data.name == "my"


def test_channels_last_become_channels_first(tmp_path: Path) -> None:
    x = RNG.integers(0, 255, (4, 6, 5, 3)).astype(np.uint8)
    data = load(tmp_path, images=x, labels=np.array([0, 1, 0, 1])).load()
    assert data.input_shape == (3, 6, 5)
    assert np.array_equal(data.inputs[2, 1], x[2, :, :, 1])


def test_bytes_of_three_axes_are_grey_pictures_and_other_numbers_sequences(tmp_path: Path) -> None:
    y = np.array([0.5, 1.5])
    x = RNG.integers(0, 9, (2, 4, 3)).astype(np.uint8)
    assert load(tmp_path, x=x, y=y).load().input_shape == (1, 4, 3)
    assert load(tmp_path, x=x / 2, y=y).load().input_shape == (4, 3)


def test_a_test_set_beside_the_training_set_is_kept_for_testing(tmp_path: Path) -> None:
    x, y = RNG.standard_normal((8, 2)), np.arange(8) % 2
    data = load(tmp_path, x_train=x[:5], y_train=y[:5], x_test=x[5:], y_test=y[5:]).load()
    assert (data.size, data.test_count) == (8, 3)
    assert np.array_equal(data.inputs, x)


@pytest.mark.parametrize(
    ("y", "task", "classes", "targets"),
    [
        (np.eye(3), "guess", ("0", "1", "2"), [0, 1, 2]),
        (np.array([[4], [5], [4]]), "guess", ("4", "5"), [0, 1, 0]),
        (np.array([True, False, True]), "guess", ("0", "1"), [1, 0, 1]),
        (np.array([1.0, 2.0, 1.0]), "guess", (), [[1.0], [2.0], [1.0]]),
        (np.array([1.0, 2.0, 1.0]), "classes", ("1", "2"), [0, 1, 0]),
        (np.array([1, 2, 1]), "numbers", (), [[1.0], [2.0], [1.0]]),
        (np.eye(3), "numbers", (), np.eye(3).tolist()),
    ],
)
def test_targets_are_classes_or_numbers(
    tmp_path: Path, y: np.ndarray, task: str, classes: tuple[str, ...], targets: list[object]
) -> None:
    np.savez(tmp_path / "my.npz", x=np.zeros((3, 1)), y=y)
    data = Arrays(str(tmp_path / "my.npz"), task=task).load()
    assert data.classes == classes
    assert data.targets.tolist() == targets


def test_inputs_and_targets_may_be_in_two_files_and_inputs_stay_on_the_disk(tmp_path: Path) -> None:
    x = RNG.integers(0, 255, (5, 1, 4, 4)).astype(np.uint8)
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", np.arange(5) % 2)
    data = Arrays(str(tmp_path / "x.npy"), str(tmp_path / "y.npy")).load()
    assert np.array_equal(data.inputs, x)
    assert data.classes == ("0", "1")


@pytest.mark.parametrize(
    ("arrays", "options", "reason"),
    [
        ({"x": np.zeros((3, 1)), "y": np.zeros(2)}, {}, "3 inputs but 2 targets"),
        ({"a": np.zeros(3), "y": np.zeros(3)}, {}, "no array “x_train”.*: a, y"),
        ({"x": np.zeros(3), "y": np.zeros(3)}, {"inputs": "z"}, "no array “z”"),
        ({"x": np.zeros((3, 1)), "y": np.array(["a", "b", "c"])}, {}, "expected numbers"),
        ({"x": np.full((2, 1), np.nan), "y": np.zeros(2)}, {}, "inputs hold NaN"),
        ({"x": np.zeros((2, 1)), "y": np.full(2, np.inf)}, {}, "targets hold NaN"),
        ({"x": np.zeros((2, 1)), "y": np.array([0.5, 1])}, {"task": "classes"}, "can't be classes"),
        (
            {"x": np.zeros((2, 1)), "y": np.zeros(2)},
            {"layout": "pictures (N, H, W)"},
            "can't be pictures",
        ),
        ({"x": np.zeros((2, 1, 1, 1, 1)), "y": np.zeros(2)}, {}, "at most"),
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence(
    tmp_path: Path, arrays: dict[str, np.ndarray], options: dict[str, str], reason: str
) -> None:
    np.savez(tmp_path / "my.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=reason):
        Arrays(str(tmp_path / "my.npz"), **options).load()


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "my.npz", x=np.array([{}, {}], object), y=np.zeros(2))
    with pytest.raises(DataError, match="no NumPy file of numbers"):
        read_arrays(tmp_path / "my.npz")


def test_a_header_that_promises_too_much_takes_no_memory(tmp_path: Path) -> None:
    header = io.BytesIO()
    facts = {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**6)}
    np.lib.format.write_array_header_1_0(header, facts)
    with zipfile.ZipFile(tmp_path / "my.npz", "w") as archive:
        archive.writestr("x.npy", header.getvalue() + b"12345678")
    (tmp_path / "my.npy").write_bytes(header.getvalue() + b"12345678")
    for name in ("my.npz", "my.npy"):
        with pytest.raises(DataError, match="cut short or damaged"):
            read_arrays(tmp_path / name)


@pytest.mark.parametrize("name", ["none.npz", "none.npy"])
def test_a_file_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="was not found"):
        read_arrays(tmp_path / name)


def test_without_a_file_one_is_asked_for() -> None:
    with pytest.raises(DataError, match="No file is chosen"):
        Arrays().load()


def _good(kind: str) -> bytes:
    file = io.BytesIO()
    if kind == "npz":
        np.savez_compressed(file, x=np.arange(12.0).reshape(4, 3), y=np.arange(4))
    else:
        np.save(file, np.arange(12.0).reshape(4, 3))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["npz", "npy"])
@given(data=st.data())
def test_a_changed_file_gives_numbers_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    content = bytearray(_good(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.just(len(content)) | st.integers(0, len(content)))
    path = tmp_path_factory.mktemp("changed") / f"my.{kind}"
    path.write_bytes(content[:cut])
    with suppress(DataError):
        arrays = read_arrays(path)
        assert all(array.nbytes < 10_000 for array in arrays.values())


def test_examples_with_nan_are_refused_left_out_or_filled_as_chosen(tmp_path: Path) -> None:
    x, y = RNG.standard_normal((9, 2)), np.arange(9.0)
    x[2, 1], x[7, 0], y[4] = np.nan, np.inf, np.nan
    source = load(tmp_path, x_train=x[:6], y_train=y[:6], x_test=x[6:], y_test=y[6:])
    with pytest.raises(DataError, match="leave these examples out"):
        source.load()

    dropped = replace(source, missing="drop").load()
    keep = [0, 1, 3, 5, 6, 8]
    assert np.array_equal(dropped.inputs, x[keep])
    assert dropped.targets[:, 0].tolist() == y[keep].tolist()
    assert dropped.test_count == 2
    assert "3 examples" in dropped.notes[0]
    assert "first example 2" in dropped.notes[0]

    filled = replace(source, missing="fill", fill=-5.0).load()
    assert filled.size == 8
    assert (filled.inputs[2, 1], filled.inputs[6, 0]) == (-5.0, -5.0)
    assert filled.test_count == 3
    assert "1 without a target" in filled.notes[0]

    with pytest.raises(DataError, match="Every example"):
        replace(load(tmp_path, x=np.full((3, 2), np.nan), y=y[:3]), missing="drop").load()


def test_of_many_arrays_the_first_are_named_and_how_many_there_are(tmp_path: Path) -> None:
    path = tmp_path / "many.npz"
    np.savez(path, **{f"layer{k}": np.zeros(3) for k in range(500)})
    with pytest.raises(DataError) as caught:
        Arrays(str(path)).load()
    assert "layer0, layer1, " in str(caught.value)
    assert "layer12," not in str(caught.value)
    assert "500 in all" in str(caught.value)
