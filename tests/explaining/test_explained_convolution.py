"""Patch, filter and sum are what the layer itself computes."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.engine.conv import Conv2D
from nnstudio.engine.layer import Call
from nnstudio.explaining.convolution import making_of

LAYERS = {
    "plain": Conv2D(4, (3, 2)),
    "with zeros around": Conv2D(4, (3, 3), padding="same"),
    "in strides": Conv2D(4, (2, 3), strides=(2, 3), padding="same"),
    "with holes": Conv2D(4, (3, 2), dilation=(2, 3), padding="same"),
    "in groups": Conv2D(4, (3, 3), groups=2),
    "without bias": Conv2D(4, (1, 5), padding="same", use_bias=False),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_number_of_every_map_is_the_sum_that_is_shown(name: str) -> None:
    layer = LAYERS[name]
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 7, 8))
    v = {each.name: rng.standard_normal(each.shape) for each in layer.variables(x.shape)}
    y = layer.forward(v, (x[..., np.newaxis],), Call(np.float64))[..., 0]
    for unit, row, column in np.ndindex(y.shape):
        made = making_of(layer, v, x, unit, (row, column))
        assert made.total == pytest.approx(y[unit, row, column])
        np.testing.assert_allclose(made.sums, made.products.sum(axis=(1, 2)))


def test_a_patch_that_reaches_over_the_edge_has_zeros_there() -> None:
    x = np.arange(1.0, 10.0).reshape(1, 3, 3)
    layer = Conv2D(1, (3, 3), padding="same")
    v = {"weight": np.ones((1, 1, 3, 3)), "bias": np.zeros(1)}
    corner = making_of(layer, v, x, 0, (0, 0))
    np.testing.assert_array_equal(corner.patch[0], [[0, 0, 0], [0, 1, 2], [0, 4, 5]])
    assert (corner.rows, corner.columns) == ((-1, 1), (-1, 1))


def test_a_filter_of_a_group_sees_its_channels_only() -> None:
    x = np.stack([np.full((3, 3), k + 1.0) for k in range(4)])
    layer = Conv2D(2, (1, 1), groups=2)
    v = {"weight": np.ones((2, 2, 1, 1)), "bias": np.zeros(2)}
    made = making_of(layer, v, x, 1, (0, 0))
    assert list(made.channels) == [2, 3]
    np.testing.assert_array_equal(made.patch[:, 0, 0], [3, 4])
