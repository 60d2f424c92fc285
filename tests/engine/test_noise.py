"""GaussianNoise and SpatialDropout: what is drawn at random, and when."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import DTypeLike

from nnstudio.engine.dropout import SpatialDropout
from nnstudio.engine.layer import Array, Call, Layer, Shape, ShapeError
from nnstudio.engine.noise import GaussianNoise


def applied(layer: Layer, x: Array, *, training: bool = True, seed: int = 0) -> Array:
    call = Call(x.dtype)
    call.training, call.rng = training, np.random.default_rng(seed)
    return layer.forward({}, (x,), call)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_noise_is_added_with_mean_0_and_the_deviation_asked_for(dtype: DTypeLike) -> None:
    count, stddev = 200_000, 0.25
    noise = applied(GaussianNoise(stddev), np.full((100, count // 100), 3.0, dtype)) - 3.0
    assert noise.dtype == dtype
    assert abs(float(noise.mean(dtype=float))) < 5 * stddev / np.sqrt(count)
    assert abs(float(noise.std(dtype=float)) / stddev - 1) < 5 / np.sqrt(2 * count)
    within = float((np.abs(noise) < stddev).mean())
    assert abs(within - 0.682689) < 5 * np.sqrt(0.68 * 0.32 / count)  # as of a normal number


@pytest.mark.parametrize("layer", [GaussianNoise(), SpatialDropout()], ids=str)
def test_everything_passes_unchanged_when_predicting(layer: Layer) -> None:
    x = np.random.default_rng(1).standard_normal((3, 2, 2, 5))
    np.testing.assert_array_equal(applied(layer, x, training=False), x)


@pytest.mark.parametrize("layer", [GaussianNoise(), SpatialDropout()], ids=str)
def test_nothing_is_drawn_without_a_stream_of_random_numbers(layer: Layer) -> None:
    call = Call()
    call.training = True
    with pytest.raises(ValueError, match=rf"{type(layer).__name__} needs call\.rng"):
        layer.forward({}, (np.ones((2, 2, 2), np.float32),), call)


@pytest.mark.parametrize("layer", [GaussianNoise(), SpatialDropout(rate=0.5)], ids=str)
def test_each_batch_gets_other_random_numbers(layer: Layer) -> None:
    x = np.ones((50, 2, 2, 4))
    call = Call(np.float64)
    call.training, call.rng = True, np.random.default_rng(0)
    first = layer.forward({}, (x,), call).copy()
    assert not np.array_equal(first, layer.forward({}, (x,), call))


@pytest.mark.parametrize(
    ("shape", "places"),
    [((40, 3, 5, 50), (1, 2)), ((7, 40, 50), (0,))],
    ids=["picture", "sequence"],
)
def test_spatial_dropout_drops_a_channel_at_all_its_places_or_at_none(
    shape: Shape, places: tuple[int, ...]
) -> None:
    rate = 0.3
    y = applied(SpatialDropout(rate), np.full(shape, 2.0))
    dropped = (y == 0).all(axis=places)
    assert np.array_equal(dropped, (y == 0).any(axis=places))
    examples = dropped.T
    assert any(not np.array_equal(example, examples[0]) for example in examples)
    spread = np.sqrt(rate * (1 - rate) / dropped.size)
    assert abs(float(dropped.mean()) - rate) < 5 * spread
    np.testing.assert_allclose(y[y != 0], 2 / (1 - rate))


def test_spatial_dropout_gives_the_gradient_back_where_it_let_numbers_through() -> None:
    layer, call = SpatialDropout(0.5), Call(np.float64)
    call.training, call.rng = True, np.random.default_rng(0)
    x = np.ones((6, 2, 3, 4))
    y = layer.forward({}, (x,), call)
    (dx,) = layer.backward({}, {}, x, call)
    assert dx is not None
    np.testing.assert_array_equal(dx, y)


def test_spatial_dropout_needs_channels() -> None:
    with pytest.raises(ShapeError, match="got 4: use Dropout instead"):
        SpatialDropout().output_shape((4,))


@pytest.mark.parametrize(
    ("layer", "caption"), [(GaussianNoise(0.25), "σ 0.25"), (SpatialDropout(0.1), "rate 0.1")]
)
def test_a_node_shows_how_much_is_drawn(layer: Layer, caption: str) -> None:
    assert layer.caption() == caption
