"""Pooling: which windows there are, who gets the gradient, and what doesn't fit."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.engine.layer import Array, Call, Layer, Shape, ShapeError
from nnstudio.engine.pooling import (
    AveragePool1D,
    AveragePool2D,
    GlobalAveragePool1D,
    GlobalAveragePool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    MaxPool1D,
    MaxPool2D,
)


def picture(*rows: list[float]) -> Array:
    """One picture of one channel as a batch (1, H, W, 1)."""
    return np.array(rows, float)[np.newaxis, :, :, np.newaxis]


def there_and_back(layer: Layer, x: Array, dy: Array | None = None) -> tuple[Array, Array]:
    """Output and ∂L/∂x of one picture as matrices, with dy = 1 unless given."""
    call = Call(x.dtype)
    y = layer.forward({}, (x,), call)
    (dx,) = layer.backward({}, {}, np.ones_like(y) if dy is None else dy, call)
    assert dx is not None
    return y[0, ..., 0], dx[0, ..., 0]


# ---------------------------------------------------------------- shapes


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (MaxPool2D(), (3, 28, 28), (3, 14, 14)),
        (MaxPool2D(), (3, 7, 9), (3, 3, 4)),
        (MaxPool2D(padding="same"), (3, 7, 9), (3, 4, 5)),
        (MaxPool2D(pool_size=(3, 3), strides=(1, 1), padding="same"), (2, 7, 9), (2, 7, 9)),
        (AveragePool2D(pool_size=(3, 2), strides=(1, 2)), (2, 7, 9), (2, 5, 4)),
        (AveragePool2D(pool_size=(1, 1), strides=(3, 3)), (2, 7, 9), (2, 3, 3)),
        (MaxPool1D(), (9, 4), (4, 4)),
        (AveragePool1D(pool_size=5, strides=1, padding="same"), (9, 4), (9, 4)),
        (GlobalMaxPool1D(), (9, 4), (4,)),
        (GlobalAveragePool1D(), (9, 4), (4,)),
        (GlobalMaxPool2D(), (3, 7, 9), (3,)),
        (GlobalAveragePool2D(), (3, 7, 9), (3,)),
    ],
)
def test_valid_drops_what_fills_no_window_and_same_rounds_up(
    layer: Layer, shape: Shape, expected: Shape
) -> None:
    assert layer.output_shape(shape) == expected


@pytest.mark.parametrize(
    ("layer", "shape", "sentence"),
    [
        (MaxPool2D(), (8, 3), "MaxPool2D needs a picture (channels × height × width), got 8 × 3"),
        (AveragePool1D(), (4,), "AveragePool1D needs a sequence (places × features), got 4"),
        (GlobalMaxPool2D(), (5,), "GlobalMaxPool2D needs a picture"),
        (GlobalAveragePool1D(), (1, 2, 3), "GlobalAveragePool1D needs a sequence"),
        (MaxPool2D(), (1, 1, 8), "MaxPool2D's window of 2 × 2 does not fit into 1 × 1 × 8"),
        (MaxPool1D(pool_size=9), (8, 2), "window of 9 does not fit into 8 × 2: make it smaller"),
    ],
)
def test_an_input_that_can_not_be_pooled_is_told_in_a_sentence(
    layer: Layer, shape: Shape, sentence: str
) -> None:
    with pytest.raises(ShapeError) as told:
        layer.output_shape(shape)
    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("layer", "caption"),
    [
        (MaxPool2D(), "2 × 2"),
        (MaxPool2D(pool_size=(3, 3)), "3 × 3, stride 2"),
        (MaxPool2D(pool_size=(3, 3), strides=(1, 2)), "3 × 3, stride 1 × 2"),
        (AveragePool2D(padding="same"), "2 × 2, same"),
        (MaxPool1D(pool_size=3, strides=1, padding="same"), "window 3, stride 1, same"),
        (GlobalMaxPool2D(), ""),
    ],
)
def test_a_node_shows_the_window_and_what_is_unusual_about_it(layer: Layer, caption: str) -> None:
    assert layer.caption() == caption


# ---------------------------------------------------------------- maxima


def test_each_window_gives_its_gradient_to_its_maximum() -> None:
    x = picture([1, 5, 2, 0], [3, 4, 7, 6])
    y, dx = there_and_back(MaxPool2D(), x, picture([10, 20]))
    np.testing.assert_array_equal(y, [[5, 7]])
    np.testing.assert_array_equal(dx, [[0, 10, 0, 0], [0, 0, 20, 0]])


def test_of_equal_numbers_the_first_in_reading_order_learns() -> None:
    x = picture([1, 4, 4, 0, 0, 0], [4, 4, 4, 0, 0, 9])
    _, dx = there_and_back(MaxPool2D(), x)
    np.testing.assert_array_equal(dx, [[0, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1]])
    _, dx = there_and_back(MaxPool2D(), picture([0, 0], [0, 0]))
    np.testing.assert_array_equal(dx, [[1, 0], [0, 0]])


@pytest.mark.parametrize("value", [0.0, -np.inf])
def test_a_window_of_equal_numbers_gives_its_gradient_away_once(value: float) -> None:
    x = np.full((2, 6, 6, 3), value)
    for layer in (MaxPool2D((3, 3), (3, 3)), MaxPool2D((3, 3), (1, 1), "same")):
        call = Call(np.float64)
        y = layer.forward({}, (x,), call)
        (dx,) = layer.backward({}, {}, np.ones_like(y), call)
        assert dx is not None
        assert dx.sum() == y.size


def test_a_number_that_is_the_maximum_of_many_windows_gets_the_sum() -> None:
    x = picture([0, 0, 0], [0, 9, 0], [0, 0, 0])
    y, dx = there_and_back(MaxPool2D((2, 2), (1, 1)), x, picture([1, 2], [3, 4]))
    np.testing.assert_array_equal(y, [[9, 9], [9, 9]])
    np.testing.assert_array_equal(dx, [[0, 0, 0], [0, 10, 0], [0, 0, 0]])


def test_padding_is_never_the_maximum() -> None:
    y, dx = there_and_back(MaxPool2D(padding="same"), picture([-1, -2, -3], [-4, -5, -6]))
    np.testing.assert_array_equal(y, [[-1, -3]])
    np.testing.assert_array_equal(dx, [[1, 0, 1], [0, 0, 0]])


def test_what_no_window_sees_gets_no_gradient_even_after_another_layer_used_the_memory() -> None:
    call = Call(np.float64)
    call.buffer("dx along 2", (1, 5, 5, 1)).fill(np.nan)
    call.buffer("dx along 1", (1, 5, 2, 1)).fill(np.nan)
    for layer in (MaxPool2D(), AveragePool2D()):
        y = layer.forward({}, (picture(*np.arange(25.0).reshape(5, 5).tolist()),), call)
        (dx,) = layer.backward({}, {}, np.ones_like(y), call)
        assert dx is not None
        assert np.isfinite(dx).all()
        assert not dx[0, 4].any()
        assert not dx[0, :, 4].any()


@pytest.mark.parametrize("layer", [MaxPool2D(), MaxPool2D((3, 3), (1, 1), "same"), AveragePool2D()])
def test_what_is_no_number_stays_in_sight(layer: Layer) -> None:
    x = np.zeros((1, 4, 4, 2))
    x[0, 1, 1, 0] = np.nan
    y = layer.forward({}, (x,), Call(np.float64))
    assert np.isnan(y[0, 0, 0, 0])
    assert np.isfinite(y[..., 1]).all()


@pytest.mark.parametrize("layer", [GlobalMaxPool2D(), GlobalAveragePool2D()])
def test_global_pooling_does_not_hide_what_is_no_number(layer: Layer) -> None:
    x = np.zeros((2, 3, 3, 1))
    x[1, 2, 0, 0] = np.nan
    np.testing.assert_array_equal(layer.forward({}, (x,), Call(np.float64)), [[0], [np.nan]])


def test_global_max_pooling_gives_the_gradient_to_the_first_maximum() -> None:
    y, dx = there_and_back(GlobalMaxPool2D(), picture([1, 3], [3, 2]), np.array([[5.0]]))
    assert y == 3
    np.testing.assert_array_equal(dx, [[0, 5], [0, 0]])


def test_global_pooling_of_a_sequence_is_over_its_places() -> None:
    x = np.array([[[1.0], [6.0]], [[2.0], [4.0]], [[0.0], [5.0]]])  # three places, two features
    np.testing.assert_array_equal(GlobalMaxPool1D().forward({}, (x,), Call(np.float64)), [[2], [6]])
    y = GlobalAveragePool1D().forward({}, (x,), Call(np.float64))
    np.testing.assert_array_equal(y, [[1], [5]])


# ---------------------------------------------------------------- means


def test_padding_is_not_counted_in_a_mean() -> None:
    y, dx = there_and_back(AveragePool2D(padding="same"), picture([1, 2, 3], [4, 5, 6], [7, 8, 9]))
    np.testing.assert_allclose(y, [[3, 4.5], [7.5, 9]])
    np.testing.assert_allclose(
        dx, [[1 / 4, 1 / 4, 1 / 2], [1 / 4, 1 / 4, 1 / 2], [1 / 2, 1 / 2, 1]]
    )


# ---------------------------------------------------------------- nothing to give back


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (MaxPool1D(), (4, 2)),
        (AveragePool1D(), (4, 2)),
        (MaxPool2D(), (1, 4, 4)),
        (AveragePool2D(), (1, 4, 4)),
        (GlobalMaxPool1D(), (4, 2)),
        (GlobalAveragePool1D(), (4, 2)),
        (GlobalMaxPool2D(), (1, 4, 4)),
        (GlobalAveragePool2D(), (1, 4, 4)),
    ],
)
def test_no_gradient_is_worked_out_if_nothing_before_learns(layer: Layer, shape: Shape) -> None:
    call = Call(np.float64, needs_dx=False)
    y = layer.forward({}, (np.ones((*shape, 3)),), call)
    assert layer.backward({}, {}, np.ones_like(y), call) == (None,)
