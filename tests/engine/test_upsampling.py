"""Upsampling: repeating and interpolating, and what comes back."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.engine.layer import Call, Layer, Shape, ShapeError
from nnstudio.engine.upsampling import Upsample1D, Upsample2D, interpolation_matrix


def test_nearest_repeats_each_number_and_sums_what_comes_back() -> None:
    call = Call(np.float64)
    x = np.array([[1.0, 2.0]])[np.newaxis, :, :, np.newaxis]
    layer = Upsample2D(factor=(2, 3))
    y = layer.forward({}, (x,), call)
    np.testing.assert_array_equal(y[0, ..., 0], [[1, 1, 1, 2, 2, 2], [1, 1, 1, 2, 2, 2]])
    (dx,) = layer.backward({}, {}, np.arange(12.0).reshape(1, 2, 6, 1), call)
    assert dx is not None
    np.testing.assert_array_equal(dx[0, ..., 0], [[0 + 1 + 2 + 6 + 7 + 8, 3 + 4 + 5 + 9 + 10 + 11]])


def test_a_sequence_has_each_of_its_places_repeated() -> None:
    x = np.array([[[1.0], [2.0]], [[3.0], [4.0]]])  # two places, two features
    y = Upsample1D().forward({}, (x,), Call(np.float64))
    np.testing.assert_array_equal(y[..., 0], [[1, 2], [1, 2], [3, 4], [3, 4]])


def test_twice_as_many_numbers_are_a_quarter_and_three_quarters_between_their_neighbours() -> None:
    expected = [[1, 0], [3 / 4, 1 / 4], [1 / 4, 3 / 4], [0, 1]]
    np.testing.assert_array_equal(interpolation_matrix(2, 2, np.dtype(float)), expected)


def test_interpolating_keeps_a_uniform_picture_and_a_straight_slope() -> None:
    matrix = interpolation_matrix(5, 3, np.dtype(float))
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    inside = slice(1, -1)  # beyond the outermost centres nothing is known
    np.testing.assert_allclose(
        (matrix @ np.arange(5.0))[inside], (np.arange(15) / 3 - 1 / 3)[inside]
    )


@pytest.mark.parametrize(
    ("layer", "shape", "sentence"),
    [
        (Upsample2D(), (4, 2), "Upsample2D needs a picture"),
        (Upsample1D(), (4,), "Upsample1D needs a sequence"),
    ],
)
def test_what_can_not_be_made_larger_is_told_in_a_sentence(
    layer: Layer, shape: Shape, sentence: str
) -> None:
    with pytest.raises(ShapeError) as told:
        layer.output_shape(shape)
    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("layer", "caption"),
    [
        (Upsample1D(), "× 2"),
        (Upsample2D(), "× 2"),
        (Upsample2D(factor=(2, 3), interpolation="bilinear"), "× 2 × 3"),
    ],
)
def test_a_node_shows_how_much_larger_its_output_is(layer: Layer, caption: str) -> None:
    assert layer.caption() == caption


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Upsample1D(), (3, 2)),
        (Upsample2D(), (1, 2, 2)),
        (Upsample2D(interpolation="bilinear"), (1, 2, 2)),
    ],
)
def test_nothing_comes_back_if_nothing_before_learns(layer: Layer, shape: Shape) -> None:
    call = Call(np.float64, needs_dx=False)
    y = layer.forward({}, (np.ones((*shape, 3)),), call)
    assert layer.backward({}, {}, np.ones_like(y), call) == (None,)
