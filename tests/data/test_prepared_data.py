"""Batches: the right examples, prepared, in the layout of the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS
from nnstudio.data.errors import DataError
from nnstudio.data.preparation import Affine, Preparation, fit
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Line, Mnist, Sine, Source, Spiral, Square, source_text
from nnstudio.data.split import Split
from nnstudio.schema import SettingError

each_source = pytest.mark.parametrize("source", [Line(), Spiral(), Digits()], ids=source_text)
each_kind = pytest.mark.parametrize("kind", ["none", "scale", "standardise"])


def gathered(
    data: PreparedData, index: np.ndarray, dtype: type = np.float32
) -> tuple[np.ndarray, np.ndarray]:
    """A batch in fresh buffers that held something else before."""
    x = np.full((*data.input_shape, len(index)), np.nan, dtype)
    y = np.full((data.output_size, len(index)), np.nan, dtype)
    data.gather(index, x, y)
    return x, y


@each_source
@each_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_batch_holds_the_prepared_examples_batch_last(
    source: Source, kind: str, dtype: type
) -> None:
    data = PreparedData.of(DataSettings(source, inputs=kind, targets=kind))
    index = np.random.default_rng(0).permutation(data.parts.train)[:37]
    x, y = gathered(data, index, dtype)
    expected = data.preparation.inputs.apply(data.dataset.inputs[index])
    np.testing.assert_allclose(np.moveaxis(x, -1, 0), expected, rtol=1e-5, atol=1e-6)
    if data.dataset.is_classification:
        np.testing.assert_array_equal(y.argmax(axis=0), data.dataset.targets[index])
        np.testing.assert_array_equal(np.sort(y, axis=0)[:-1], 0.0)
        np.testing.assert_array_equal(y.max(axis=0), 1.0)
    else:
        expected = data.preparation.targets.apply(data.dataset.targets[index])
        np.testing.assert_allclose(y.T, expected, rtol=1e-5, atol=1e-6)


def test_one_row_of_targets_holds_the_number_of_each_class() -> None:
    data = PreparedData.of(DataSettings(Digits()))
    index = np.array([7, 3, 3, 11])
    x, y = np.empty((*data.input_shape, 4), np.float32), np.full((1, 4), np.nan, np.float32)
    data.gather(index, x, y)
    np.testing.assert_array_equal(y[0], data.dataset.targets[index])


def test_a_batch_may_name_an_example_twice_and_have_any_size() -> None:
    data = PreparedData.of(DataSettings(Line()))
    x, _ = gathered(data, np.array([3, 3, 0]))
    assert x[0, 0] == x[0, 1] != x[0, 2]
    assert gathered(data, np.array([5]))[0].shape == (1, 1)


def test_features_with_many_digits_keep_what_tells_them_apart() -> None:
    times = 1_700_000_000.0 + np.arange(2000.0)
    data = PreparedData.of(
        DataSettings(Square(pairs=((0.0, 0.0),)), Split(0.0, 0.0)),
        dataset=Line().load().__class__("Times", times[:, None], times[:, None]),
    )
    x, _ = gathered(data, np.arange(2000))
    assert len(np.unique(x)) == 2000


@each_kind
def test_the_preparation_is_fitted_on_the_training_part_only(kind: str) -> None:
    settings = DataSettings(Line(count=100), inputs=kind, targets=kind)
    data = PreparedData.of(settings)
    train = data.parts.train
    assert data.preparation == Preparation(
        fit(kind, data.dataset.inputs[train]), fit(kind, data.dataset.targets[train])
    )
    if kind != "none":
        assert data.preparation.inputs != fit(kind, data.dataset.inputs)


def test_labels_of_classes_are_never_prepared() -> None:
    data = PreparedData.of(DataSettings(Spiral(), targets="standardise"))
    assert data.preparation.targets == Affine.identity()


def test_a_preparation_that_trained_weights_rely_on_is_kept() -> None:
    settings = DataSettings(Line())
    old = Preparation(Affine(np.array([3.0]), np.array([0.5])), Affine.identity())
    data = PreparedData.of(settings, preparation=old)
    assert data.preparation is old
    x, y = gathered(data, np.array([0]))
    assert x[0, 0] == pytest.approx((data.dataset.inputs[0, 0] - 3.0) * 0.5)
    assert y[0, 0] == pytest.approx(data.dataset.targets[0, 0])


def test_contents_that_are_at_hand_are_not_loaded_again() -> None:
    dataset = Line(seed=9).load()
    assert PreparedData.of(DataSettings(Mnist("/nowhere")), dataset=dataset).dataset is dataset


def test_it_splits_as_the_settings_say() -> None:
    split = Split(validation=0.3, test=0.2, seed=8)
    data = PreparedData.of(DataSettings(Line(count=50), split))
    expected = split.parts(data.dataset)
    np.testing.assert_array_equal(data.parts.train, expected.train)
    np.testing.assert_array_equal(data.parts.validation, expected.validation)
    np.testing.assert_array_equal(data.parts.test, expected.test)


def test_the_first_training_examples_are_shown_in_their_own_units() -> None:
    data = PreparedData.of(DataSettings(Digits()))
    inputs, targets = data.first(3)
    np.testing.assert_array_equal(inputs, data.dataset.inputs[data.parts.train[:3]])
    np.testing.assert_array_equal(targets, data.dataset.targets[data.parts.train[:3]])


def test_settings_that_cannot_be_never_become_data() -> None:
    with pytest.raises(DataError, match="together take"):
        PreparedData.of(DataSettings(Line(), Split(0.6, 0.6)))
    with pytest.raises(SettingError, match="one of none, scale, standardise"):
        PreparedData.of(DataSettings(Spiral(), targets="whiten"))


def test_mnist_is_trained_on_in_zero_to_one_and_tested_on_its_own_pictures(
    real_mnist: Path,
) -> None:
    data = PreparedData.of(DataSettings(Mnist(str(real_mnist)), Split(validation=0.1)))
    assert len(data.parts.train) == 54_000
    assert data.parts.test.tolist() == list(range(60_000, 70_000))
    x, y = gathered(data, data.parts.train[:128])
    assert x.shape == (1, 28, 28, 128)
    assert (x.min(), x.max()) == (0.0, 1.0)
    assert y.shape == (10, 128)


def test_numbers_of_one_example_never_become_part_of_the_next() -> None:
    data = PreparedData.of(DataSettings(Sine(count=60, length=24)))  # 1,440 numbers: 48 times 30
    with pytest.raises(ValueError, match="reshape"):
        data.numbers(INPUTS, (10, 3))
    buffer = np.empty((8, 3, 60), np.float32)
    data.numbers(INPUTS, (8, 3))(np.arange(60), buffer)
    expected = data.preparation.inputs.apply(data.dataset.inputs).reshape(60, 8, 3)
    np.testing.assert_allclose(buffer.transpose(2, 0, 1), expected, rtol=1e-5, atol=1e-6)
