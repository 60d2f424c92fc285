"""Datasets: what they say about themselves, and their fingerprint."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.data.dataset import Dataset

PICTURES = Dataset(
    "Faces", np.arange(48, dtype=np.uint8).reshape(4, 3, 2, 2), np.array([0, 1, 1, 0]), ("a", "b")
)
NUMBERS = Dataset("Points", np.arange(10.0).reshape(5, 2), np.arange(15.0).reshape(5, 3))


def test_pictures_with_classes_describe_themselves() -> None:
    assert (PICTURES.size, PICTURES.input_shape, PICTURES.output_size) == (4, (3, 2, 2), 2)
    assert PICTURES.is_picture
    assert PICTURES.is_classification


def test_numbers_with_targets_describe_themselves() -> None:
    assert (NUMBERS.size, NUMBERS.input_shape, NUMBERS.output_size) == (5, (2,), 3)
    assert not NUMBERS.is_picture
    assert not NUMBERS.is_classification


def test_inputs_without_as_many_targets_are_refused() -> None:
    with pytest.raises(ValueError, match="5 inputs but 4 targets"):
        replace(NUMBERS, targets=NUMBERS.targets[:4])


def test_making_a_dataset_leaves_the_callers_array_writable() -> None:
    array = np.zeros((2, 1))
    data = Dataset("", array, array)
    array[0] = 1.0
    assert array.flags.writeable
    assert not data.inputs.flags.writeable


def test_the_first_examples_are_given_or_as_many_as_there_are() -> None:
    inputs, targets = NUMBERS.first(2)
    np.testing.assert_array_equal(inputs, NUMBERS.inputs[:2])
    np.testing.assert_array_equal(targets, NUMBERS.targets[:2])
    assert len(NUMBERS.first(99)[0]) == 5


def test_the_fingerprint_does_not_depend_on_names_or_memory_layout() -> None:
    other = replace(
        PICTURES,
        name="Other",
        classes=("yes", "no"),
        inputs=np.asfortranarray(PICTURES.inputs),
        targets=PICTURES.targets.astype(PICTURES.targets.dtype.newbyteorder()),
    )
    assert other.sha256 == PICTURES.sha256


def test_the_fingerprint_changes_with_any_content() -> None:
    inputs, targets = PICTURES.inputs.copy(), PICTURES.targets.copy()
    inputs[3, 2, 1, 1] ^= 1
    targets[3] ^= 1
    others = [
        replace(PICTURES, inputs=inputs),
        replace(PICTURES, targets=targets),
        replace(PICTURES, inputs=PICTURES.inputs.reshape(4, 3, 4, 1)),
        replace(PICTURES, inputs=PICTURES.inputs.astype(np.float64)),
        replace(PICTURES, classes=("a", "b", "c")),
        replace(PICTURES, test_count=1),
    ]
    assert len({data.sha256 for data in [PICTURES, *others]}) == 1 + len(others)
