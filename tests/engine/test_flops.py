"""How many floating-point operations a layer takes, against counts that are made one by one."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from layer_examples import EXAMPLES, Bench, Example

from nnstudio.engine.activations import Linear
from nnstudio.engine.conv import Conv1D, Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Layer
from nnstudio.engine.merging import Concatenate
from nnstudio.engine.noise import GaussianNoise
from nnstudio.engine.pooling import AveragePool2D, MaxPool2D
from nnstudio.engine.recurrent import GRU, LSTM, SimpleRNN
from nnstudio.engine.shaping import (
    Flatten,
    Input,
    Permute,
    Reshape,
    ZeroPadding1D,
    ZeroPadding2D,
)
from nnstudio.engine.upsampling import Upsample1D, Upsample2D

#: What only looks up, moves or repeats numbers when predicting.
MOVES = (
    Input, Flatten, Reshape, Permute, ZeroPadding1D, ZeroPadding2D, Concatenate, Dropout,
    GaussianNoise, Embedding, Upsample1D, Linear,
)  # fmt: skip

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)


class Counted:
    """A number that counts what is done with it, in a tally that all of them share."""

    def __init__(self, value: float, tally: list[int]) -> None:
        self.value, self.tally = value, tally

    def __add__(self, other: Counted) -> Counted:
        self.tally[0] += 1
        return Counted(self.value + other.value, self.tally)

    def __mul__(self, other: Counted) -> Counted:
        self.tally[0] += 1
        return Counted(self.value * other.value, self.tally)


def is_free(layer: Layer) -> bool:
    return isinstance(layer, MOVES) or (
        isinstance(layer, Upsample2D) and layer.interpolation == "nearest"
    )


@each_example
def test_a_layer_that_computes_has_operations_and_one_that_moves_numbers_none(
    example: Example,
) -> None:
    count = example.layer.flops(*example.shapes)
    assert isinstance(count, int)
    assert (count == 0) == is_free(example.layer)


@each_example
def test_each_number_of_the_output_takes_an_operation_at_least(example: Example) -> None:
    if not is_free(example.layer) and not isinstance(example.layer, (SimpleRNN, LSTM, GRU)):
        output = prod(example.layer.output_shape(*example.shapes))
        assert example.layer.flops(*example.shapes) >= output


@pytest.mark.parametrize(
    "example", [e for e in EXAMPLES if isinstance(e.layer, (Dense, Conv1D, Conv2D))], ids=str
)
def test_weighted_sums_take_what_a_naive_loop_counts(example: Example) -> None:
    bench, tally = Bench(example, 1), [0]
    layer, (x,) = bench.layer, bench.xs
    weight, zero = bench.v["weight"], Counted(0.0, tally)
    bias = bench.v.get("bias")
    out = np.empty(layer.output_shape(*example.shapes))
    for place in np.ndindex(out.shape):
        unit, met = seen(layer, x[..., 0], place)
        total = zero
        for w, number in zip(weight[unit].reshape(-1), met.reshape(-1), strict=True):
            total = total + Counted(float(w), tally) * Counted(float(number), tally)
        if bias is not None:
            total = total + Counted(float(bias[unit]), tally)
        out[place] = total.value
    np.testing.assert_allclose(out, bench.forward()[..., 0], rtol=1e-9, atol=1e-12)
    assert layer.flops(*example.shapes) == tally[0]


def seen(layer: Layer, x: np.ndarray, place: tuple[int, ...]) -> tuple[int, np.ndarray]:
    """The unit that gives the number at ``place``, and the numbers that it weighs."""
    if isinstance(layer, Dense):
        return place[-1], x[place[:-1]]
    if isinstance(layer, Conv1D):
        windows = layer.windows(len(x))
        around = np.pad(x, [(windows.before, windows.after), (0, 0)])
        group = slice_of(layer.groups, layer.filters, x.shape[1], place[1])
        taps = [place[0] * layer.strides + u * layer.dilation for u in range(layer.kernel_size)]
        return place[1], around[taps][:, group].T
    assert isinstance(layer, Conv2D)
    rows, columns = layer.windows(x.shape)
    around = np.pad(x, [(0, 0), (rows.before, rows.after), (columns.before, columns.after)])
    group = slice_of(layer.groups, layer.filters, len(x), place[0])
    down, across = (
        [at * w.stride + tap * w.dilation for tap in range(w.size)]
        for at, w in zip(place[1:], (rows, columns), strict=True)
    )
    return place[0], around[group][:, down][:, :, across]


def slice_of(groups: int, filters: int, channels: int, unit: int) -> slice:
    """The channels that ``unit`` sees."""
    own, size = unit * groups // filters, channels // groups
    return slice(own * size, (own + 1) * size)


@pytest.mark.parametrize("layer", [SimpleRNN(units=3), LSTM(units=3), GRU(units=3)], ids=str)
def test_a_recurrent_layer_takes_twice_as_much_for_twice_the_places_or_both_ways(
    layer: SimpleRNN | LSTM | GRU,
) -> None:
    once = layer.flops((5, 2))
    assert layer.flops((10, 2)) == 2 * once
    assert type(layer)(units=3, bidirectional=True).flops((5, 2)) == 2 * once


@pytest.mark.parametrize("layer", [MaxPool2D(), AveragePool2D()], ids=str)
def test_pooling_looks_once_at_each_number_of_each_window(layer: Layer) -> None:
    assert layer.flops((3, 8, 8)) == 3 * 8 * 8
    assert layer.flops((3, 9, 9)) == 3 * 8 * 8
