"""Converted data: the same examples from the disk, and nothing half-written left behind."""

from __future__ import annotations

import errno
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.order import BLOCKS_MIXED, epoch_order
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Spiral, Stored
from nnstudio.data.stored import is_store, open_store, store, store_pieces


def some(count: int = 700) -> Dataset:
    rng = np.random.default_rng(1)
    return Dataset(
        "Some",
        rng.standard_normal((count, 3, 2)),
        rng.integers(0, 2, count),
        classes=("no", "yes"),
        test_count=count // 10,
        columns=(Column("age", rng.uniform(0, 99, count)),),
    )


def test_what_was_stored_comes_back_with_the_same_fingerprint(tmp_path: Path) -> None:
    data = some()
    told: list[int] = []
    store(data, tmp_path / "kept", told.append)
    back = open_store(tmp_path / "kept")
    for name in data.column_names:
        assert np.array_equal(back.column(name).values, data.column(name).values)
        assert back.column(name).classes == data.column(name).classes
    assert (back.name, back.test_count, back.sha256) == (data.name, data.test_count, data.sha256)
    assert back.block
    assert told[-1] == data.size
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_it_may_be_written_in_pieces_of_any_length(tmp_path: Path) -> None:
    data, cuts = some(), [0, 1, 300, 301, 700]
    pieces = (
        (data.inputs[a:b], data.targets[a:b], [data.column("age").values[a:b]])
        for a, b in itertools.pairwise(cuts)
    )
    store_pieces(pieces, data, tmp_path / "kept")
    assert open_store(tmp_path / "kept").sha256 == data.sha256


def test_the_arrays_are_files_that_numpy_reads(tmp_path: Path) -> None:
    store(some(), tmp_path / "kept")
    inputs = np.load(tmp_path / "kept" / "inputs.npy", allow_pickle=False)
    assert np.array_equal(inputs, some().inputs)


def test_nothing_is_read_before_it_is_looked_at(tmp_path: Path) -> None:
    store(some(), tmp_path / "kept")
    inputs = open_store(tmp_path / "kept").inputs
    while isinstance(inputs, np.ndarray) and not isinstance(inputs, np.memmap):
        inputs = inputs.base  # type: ignore[assignment]
    assert isinstance(inputs, np.memmap)


def test_a_full_disk_leaves_nothing_behind_and_says_what_to_do(tmp_path: Path) -> None:
    def pieces() -> object:
        data = some()
        yield data.inputs, data.targets, [data.column("age").values]
        raise OSError(errno.ENOSPC, "No space left on device")

    store(some(50), tmp_path / "kept")
    with pytest.raises(DataError, match=r"No space left.*after 700 examples.*make room"):
        store_pieces(pieces(), some(), tmp_path / "kept")  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert open_store(tmp_path / "kept").size == 50


def test_giving_up_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def give_up(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store(some(), tmp_path / "kept", give_up)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="can't be written"):
        store(some(), tmp_path / "file" / "kept")


def test_rows_of_another_kind_are_refused(tmp_path: Path) -> None:
    data = some()
    ages = data.column("age").values
    pieces = [(data.inputs.astype(kind), data.targets, [ages]) for kind in (np.float64, np.float32)]
    with pytest.raises(ValueError, match="float32"):
        store_pieces(pieces, data, tmp_path / "kept")
    assert not is_store(tmp_path / "kept")


@pytest.mark.parametrize("victim", ["facts.json", "inputs.npy", "targets.npy", "column-1.npy"])
@given(data=st.data())
def test_damaged_files_are_told_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, victim: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged") / "kept"
    store(some(40), folder)
    content = (folder / victim).read_bytes()
    cut = data.draw(st.integers(0, len(content) - 1))
    junk = data.draw(st.binary(max_size=8))
    (folder / victim).write_bytes(content[:cut] + junk)
    try:
        dataset = open_store(folder)
    except DataError as error:
        assert "damaged" in str(error)  # noqa: PT017
    else:
        assert dataset.size == 40


def test_pickled_objects_are_not_read(tmp_path: Path) -> None:
    store(some(40), tmp_path / "kept")
    np.save(tmp_path / "kept" / "targets.npy", np.array([{}] * 40, object), allow_pickle=True)
    with pytest.raises(DataError, match="damaged"):
        open_store(tmp_path / "kept")


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_no_folder_is_told_in_a_sentence(folder: str) -> None:
    with pytest.raises(DataError, match="no converted data"):
        Stored(folder).load()


def test_batches_of_stored_data_are_those_of_data_in_memory(tmp_path: Path) -> None:
    store(Digits().load(), tmp_path / "digits")
    here = PreparedData.of(DataSettings(Digits(), inputs="standardise"))
    there = PreparedData.of(DataSettings(Stored(str(tmp_path / "digits")), inputs="standardise"))
    index = here.parts.train[:100]
    for data in (here, there):
        assert np.array_equal(data.parts.train[:100], index)
    xs = [np.empty((1, 8, 8, 100), np.float32) for _ in range(2)]
    ys = [np.empty((10, 100), np.float32) for _ in range(2)]
    for data, x, y in zip((here, there), xs, ys, strict=True):
        data.gather(index, x, y)
    assert np.array_equal(*xs)
    assert np.array_equal(*ys)


# ---------------------------------------------------------------- the order of an epoch


@given(st.integers(0, 5000), st.integers(0, 40), st.integers(0, 9), st.integers(0, 3))
def test_an_epoch_has_each_example_once_in_an_order_of_its_own(
    count: int, block: int, seed: int, epoch: int
) -> None:
    examples = np.arange(count) * 3 + 1
    order = epoch_order(examples, seed, epoch, block)
    assert np.array_equal(np.sort(order), examples)
    assert np.array_equal(order, epoch_order(examples, seed, epoch, block))


def test_blocks_are_read_in_long_stretches_and_mixed_across_the_whole() -> None:
    block, count = 4, 4 * BLOCKS_MIXED * 5
    orders = [epoch_order(np.arange(count), 0, epoch, block) for epoch in range(2)]
    assert not np.array_equal(*orders)
    for order in orders:
        window = order[: block * BLOCKS_MIXED]
        assert len(np.unique(window // block)) == BLOCKS_MIXED  # whole blocks are used up
        assert np.ptp(window) > count / 2
        assert np.abs(np.diff(window)).min() >= 1
        assert (np.diff(window) == 1).mean() < 0.1


def test_data_in_memory_keeps_the_order_it_always_had() -> None:
    assert not Spiral().load().block
    examples = np.arange(1000)
    assert np.array_equal(
        epoch_order(examples, 3, 2),
        examples[np.random.default_rng([3, 2, 2]).permutation(1000)],
    )
