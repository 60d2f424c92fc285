"""Each warning is there, with its evidence, for data that has the disease, and only for that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.facts.overview import overview
from nnstudio.data.facts.warnings import DataWarning, warnings
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES, Line, Source
from nnstudio.data.split import Split
from nnstudio.data.stored import open_store, store

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(200, 3))
LABELS = np.arange(200) % 2
BY_CLASS = Split()
#: The sources that have examples of their own.
MADE = ("Line", "Square", "Function", "Gauss", "Circles", "Xor", "Moons", "Spiral", "Iris", "Sine")


def found(
    inputs: np.ndarray = X,
    targets: np.ndarray = LABELS,
    classes: tuple[str, ...] = ("no", "yes"),
    kind: str = "scale",
    split: Split = BY_CLASS,
    **more: Any,
) -> dict[str, DataWarning]:
    data = Dataset("", inputs, targets, classes, **more)
    settings = DataSettings(Line(), split, inputs=kind, targets=kind)
    return {w.code: w for w in warnings(PreparedData.of(settings, dataset=data))}


def with_column(values: np.ndarray, place: int = 1) -> np.ndarray:
    changed = X.copy()
    changed[:, place] = values
    return changed


def test_healthy_data_has_no_warnings() -> None:
    assert not found()
    assert not found(targets=X[:, :1] * 3 + X[:, 1:2], classes=())


@pytest.mark.parametrize("source", [*MADE, "Sorting", "Digits"])
def test_the_built_in_data_has_no_warnings(source: str) -> None:
    made: Source = SOURCES[source]()
    assert not warnings(PreparedData.of(DataSettings(made)))


def test_missing_and_infinite_numbers_are_told_with_column_and_example() -> None:
    inputs = with_column(X[:, 1])
    inputs[17, 1], inputs[30, 1] = np.nan, np.inf
    with np.errstate(invalid="ignore"):
        warning = found(inputs, kind="none")["data_not_finite"]
    assert warning.columns == ("x2",)
    assert warning.rows == (17, 30)
    assert "2 numbers" in str(warning)
    assert "example 18" in str(warning)


def test_a_missing_target_is_told_too() -> None:
    targets = X[:, :1].copy()
    targets[3] = np.nan
    with np.errstate(invalid="ignore"):
        assert found(targets=targets, classes=(), kind="none")["data_not_finite"].columns == ("y",)


def test_a_rare_class_is_told_with_both_counts() -> None:
    labels = (np.arange(200) % 20 == 0).astype(int)
    warning = found(targets=labels)["data_imbalance"]
    assert warning.columns == ("yes",)
    assert "7 training examples, “no” 133" in str(warning)


def test_a_class_half_as_frequent_as_another_is_no_imbalance() -> None:
    assert "data_imbalance" not in found(targets=(np.arange(200) % 3 == 0).astype(int))


def test_a_class_that_is_only_tested_on_is_told() -> None:
    labels = np.zeros(200, int)
    labels[:100:2], labels[190:] = 1, 2
    split = Split(by="order")
    warning = found(targets=labels, classes=("a", "b", "c"), split=split)["data_class_unseen"]
    assert warning.columns == ("c",)
    assert "data_class_unseen" not in found(targets=labels, classes=("a", "b", "c"))


def test_a_constant_input_is_named() -> None:
    warning = found(with_column(np.full(200, 0.3)), input_names=("a", "b", "c"))["data_constant"]
    assert warning.columns == ("b",)


def test_an_input_that_varies_in_one_example_is_not_constant() -> None:
    values = np.zeros(200)
    values[PreparedData.of(DataSettings(Line())).parts.train[5]] = 1.0
    assert "data_constant" not in found(with_column(values))


def test_of_many_constant_inputs_a_few_are_named_and_the_rest_counted() -> None:
    inputs = np.hstack([X, np.ones((200, 9))])
    warning = found(inputs)["data_constant"]
    assert len(warning.columns) == 9
    assert "x4, x5, x6, x7 and 5 more" in str(warning)


def test_a_constant_target_is_told_with_its_value() -> None:
    warning = found(targets=np.ones(200, int))["data_constant_targets"]
    assert "yes" in str(warning)
    numeric = found(targets=np.full((200, 1), 2.5), classes=())["data_constant_targets"]
    assert "2.5" in str(numeric)


def test_copies_across_parts_are_told_with_a_pair() -> None:
    inputs = X.copy()
    inputs[100:] = inputs[:100]
    warning = found(inputs)["data_duplicates"]
    row, twin = warning.rows[:2]
    np.testing.assert_array_equal(inputs[row], inputs[twin])
    assert f"example {row + 1}, equal to {twin + 1}" in str(warning)
    assert "validation and test" in str(warning)


def test_copies_within_one_part_are_no_warning() -> None:
    inputs = X.copy()
    inputs[1] = inputs[0]
    assert "data_duplicates" not in found(inputs, split=Split(by="order"))


def test_equal_inputs_with_different_classes_are_told_with_a_pair_and_what_they_cost() -> None:
    inputs = X.copy()
    inputs[[11, 60, 80]] = inputs[20]  # “yes” once, “no” three times
    inputs[30] = inputs[32]  # both “no”
    warning = found(inputs, split=Split(by="order"))["data_contradictory"]
    assert warning.rows == (11, 20, 20, 11, 60, 11, 80, 11)
    assert "4 of 200 examples" in str(warning)
    assert "example 12 (“yes”) and 21 (“no”)" in str(warning)
    assert "at least 1 of these answers" in str(warning)


def test_equal_inputs_with_one_class_or_with_numbers_are_no_contradiction() -> None:
    inputs = X.copy()
    inputs[30] = inputs[32]
    assert "data_contradictory" not in found(inputs)
    assert "data_contradictory" not in found(inputs, targets=X[:, :1] * 2, classes=())


@pytest.mark.parametrize(
    "values", [X[:, 1] * 500, X[:, 1] + 60, X[:, 1] * 0.001], ids=["large", "far", "small"]
)
def test_an_input_unlike_the_others_is_told_unless_it_is_prepared(values: np.ndarray) -> None:
    assert "data_unscaled" in found(with_column(values), kind="none")
    assert "data_unscaled" not in found(with_column(values), kind="standardise")


def test_the_range_of_the_unscaled_input_is_told() -> None:
    warning = found(with_column(np.arange(200.0) * 100), kind="none")["data_unscaled"]
    assert warning.columns == ("x2",)
    assert "19,900" in str(warning) or "19,800" in str(warning)


def test_pictures_of_bytes_are_unscaled_until_they_are_scaled() -> None:
    pictures = RANDOM.integers(0, 256, (200, 1, 4, 4)).astype(np.uint8)
    assert "data_unscaled" in found(pictures, kind="none")
    assert "data_unscaled" not in found(pictures, kind="scale")


def test_large_targets_are_told_unless_they_are_prepared() -> None:
    targets = X[:, :1] * 3000 + X[:, 1:2] * 2000
    assert "data_unscaled_targets" in found(targets=targets, classes=(), kind="none")
    assert "data_unscaled_targets" not in found(targets=targets, classes=(), kind="standardise")


def test_an_input_that_tells_the_target_is_suspected() -> None:
    warning = found(with_column(LABELS * 2.0 - 1))["data_leak"]
    assert warning.columns == ("x2",)
    assert "η = 1.0000" in str(warning)
    numeric = found(targets=-2 * X[:, 2:] + 1, classes=())["data_leak"]
    assert numeric.columns == ("x3",)
    assert "r = 1.0000" in str(numeric)


def test_an_input_that_tells_much_but_not_all_is_not_suspected() -> None:
    assert "data_leak" not in found(with_column(LABELS + 0.1 * X[:, 1]))


def test_a_target_made_from_the_only_input_is_the_task_and_no_leak() -> None:
    assert "data_leak" not in found(X[:, :1], targets=2 * X[:, :1], classes=())


EXTREMES = {
    "huge": RANDOM.normal(size=(50, 3)) * 1e307,
    "both ends": np.where(np.arange(50) % 2, 1, -1)[:, np.newaxis] * np.array([1e308, -1e308, 0]),
    "tiny": RANDOM.normal(size=(50, 3)) * 1e-320,
    "all missing": np.full((50, 3), np.nan),
    "infinite": np.where(RANDOM.random((50, 3)) < 0.5, np.inf, 1.0),
    "far away": 1e15 + RANDOM.normal(size=(50, 3)),
    "whole": RANDOM.integers(-(2**62), 2**62, (50, 3)),
    "one example": RANDOM.normal(size=(1, 3)),
    "none": np.zeros((0, 3)),
}


@pytest.mark.parametrize("classes", [("a", "b"), ()], ids=["classes", "numbers"])
@pytest.mark.parametrize("inputs", EXTREMES.values(), ids=EXTREMES)
def test_no_numbers_are_too_strange_to_be_looked_at(
    inputs: np.ndarray, classes: tuple[str, ...]
) -> None:
    targets = np.arange(len(inputs)) % 2 if classes else inputs[:, :1].astype(float)
    data = Dataset("", inputs, targets, classes)
    settings = DataSettings(Line(), inputs="none", targets="none")
    prepared = PreparedData.of(settings, dataset=data)
    assert all(str(warning) for warning in warnings(prepared))
    assert len(overview(prepared).columns) == 4


def test_data_on_the_disk_is_looked_at_as_data_in_memory_is(tmp_path: Path) -> None:
    inputs = X.copy()
    inputs[150:] = inputs[:50]
    data = Dataset("", inputs * 500, LABELS, ("a", "b"))
    store(data, tmp_path / "store")
    settings = DataSettings(Line(), inputs="none")
    in_memory = warnings(PreparedData.of(settings, dataset=data))
    on_disk = warnings(PreparedData.of(settings, dataset=open_store(tmp_path / "store")))
    assert {w.code for w in in_memory} == {"data_duplicates", "data_unscaled"}
    assert [str(w) for w in on_disk] == [str(w) for w in in_memory]
