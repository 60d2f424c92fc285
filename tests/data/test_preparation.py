"""Preparation: into range and back, fitted on training examples only."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nnstudio.data.preparation import INPUT_PREPARATIONS, Affine, Preparation, fit

kinds = st.sampled_from(INPUT_PREPARATIONS)
tables = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.floats(-1e6, 1e6)
)


@given(kinds, tables)
def test_what_is_applied_can_be_undone(kind: str, values: np.ndarray) -> None:
    affine = fit(kind, values)
    back = affine.invert(affine.apply(values))
    assert np.abs(back - values).max() <= 1e-6 * max(1.0, np.abs(values).max())


@given(kinds, tables)
def test_a_preparation_never_gives_numbers_that_are_not_finite(
    kind: str, values: np.ndarray
) -> None:
    affine = fit(kind, values)
    for array in (affine.offset, affine.factor):
        assert array.dtype == np.float32
        assert array.shape in ((), values.shape[1:])
        assert np.isfinite(array).all()
    assert (affine.factor > 0).all()
    assert np.isfinite(affine.apply(values).astype(np.float32)).all()


def numbers(rows: int = 5000) -> np.ndarray:
    """Features of very different place and width, more rows than are looked at together."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(rows, 3)) * [1e-3, 1.0, 1e4] + [5.0, 0.0, -1e5]


def test_scale_brings_each_feature_to_zero_to_one() -> None:
    scaled = fit("scale", numbers()).apply(numbers())
    np.testing.assert_allclose(scaled.min(axis=0), 0.0, atol=1e-3)
    np.testing.assert_allclose(scaled.max(axis=0), 1.0, atol=1e-3)


def test_standardise_gives_each_feature_mean_zero_and_deviation_one() -> None:
    prepared = fit("standardise", numbers()).apply(numbers())
    np.testing.assert_allclose(prepared.mean(axis=0), 0.0, atol=1e-3)
    np.testing.assert_allclose(prepared.std(axis=0), 1.0, rtol=1e-5)


def test_none_leaves_every_number_as_it_is() -> None:
    np.testing.assert_array_equal(fit("none", numbers()).apply(numbers()), numbers())


@pytest.mark.parametrize("kind", ["scale", "standardise"])
def test_a_feature_that_does_not_vary_is_only_shifted(kind: str) -> None:
    values = np.column_stack([np.full(9, 0.1), np.arange(9.0), np.full(9, 1e9) + np.arange(9)])
    affine = fit(kind, values)
    assert affine.factor[0] == 1.0
    assert affine.factor[1] != 1.0
    assert affine.factor[2] == 1.0  # float32 can't tell its values apart


@pytest.mark.parametrize("kind", ["scale", "standardise"])
def test_only_the_given_rows_are_looked_at(kind: str) -> None:
    values, rows = numbers(), np.arange(0, 5000, 2)
    changed = values.copy()
    changed[1::2] = 1e9
    assert fit(kind, values, rows) == fit(kind, changed, rows) == fit(kind, values[rows])
    assert fit(kind, values, rows) != fit(kind, changed)


def pictures() -> np.ndarray:
    """Grey pictures with a corner that is always paper and another that is always ink."""
    values = np.random.default_rng(1).integers(0, 200, (5000, 1, 4, 4)).astype(np.uint8)
    values[:, 0, 0, 0], values[:, 0, 3, 3] = 0, 255
    return values


def test_a_picture_has_one_offset_and_one_factor() -> None:
    scale = fit("scale", pictures())
    assert scale == Affine(np.float32(0), np.float32(1 / 255))
    standard = fit("standardise", pictures())
    assert standard.offset.shape == standard.factor.shape == ()
    prepared = standard.apply(pictures())
    assert prepared.dtype == np.float32
    assert prepared.mean() == pytest.approx(0.0, abs=1e-3)
    assert prepared.std() == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("kind", INPUT_PREPARATIONS)
def test_fitting_many_pictures_makes_no_float_copy_of_them(kind: str) -> None:
    values = np.zeros((20_000, 1, 28, 28), np.uint8)
    tracemalloc.start()
    try:
        fit(kind, values, np.arange(0, 20_000, 2))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10_000 * 28 * 28 * 4


def test_each_pixel_can_be_scaled_by_itself_and_one_that_does_not_vary_stays_small() -> None:
    values = np.random.default_rng(0).integers(0, 200, (50, 1, 3, 4)).astype(np.uint8)
    values[:, 0, 0, 0] = 7
    for kind in ("scale each", "standardise each"):
        affine = fit(kind, values)
        assert affine.offset.shape == affine.factor.shape == (1, 3, 4)
        prepared = affine.apply(values)
        assert not prepared[:, 0, 0, 0].any()
        pixels = prepared.reshape(50, 12)[:, 1:].astype(np.float64)
        if kind == "scale each":
            np.testing.assert_allclose(pixels.min(axis=0), 0, atol=1e-6)
            np.testing.assert_allclose(pixels.max(axis=0), 1, rtol=1e-6)
        else:
            np.testing.assert_allclose(pixels.mean(axis=0), 0, atol=1e-5)
            np.testing.assert_allclose(pixels.std(axis=0), 1, rtol=1e-5)


def test_in_rows_of_numbers_each_is_scaled_by_itself_anyway() -> None:
    values = np.random.default_rng(0).normal(size=(20, 3))
    assert fit("scale each", values) == fit("scale", values)


def test_without_examples_nothing_is_changed() -> None:
    assert fit("scale", np.zeros((0, 3))) == Affine.identity()


def test_an_unknown_kind_is_a_mistake_in_the_code() -> None:
    with pytest.raises(ValueError, match="whiten"):
        fit("whiten", numbers())


def test_preparations_are_compared_by_value() -> None:
    one = Affine(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    same = Affine(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    assert one == same
    assert Preparation(one, Affine.identity()) == Preparation(same, Affine.identity())
    assert one != Affine(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    assert one != Affine(np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    assert one != Affine.identity()
    assert one != "something else"


def test_a_preparation_cannot_be_changed_through_its_arrays() -> None:
    offset = np.array([1.0, 2.0], np.float32)
    affine = Affine(offset, np.ones(2))
    offset[0] = 9.0
    assert affine.offset[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        affine.offset[0] = 9.0
