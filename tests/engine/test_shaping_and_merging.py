"""Layers that only put numbers elsewhere, and those that make one of several inputs."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.engine.layer import Call, Layer, Shape, ShapeError
from nnstudio.engine.merging import Add, Concatenate, Multiply
from nnstudio.engine.shaping import Permute, Reshape, ZeroPadding1D, ZeroPadding2D


@pytest.mark.parametrize(
    ("layer", "shapes", "expected"),
    [
        (Reshape((16, 7, 7)), [(784,)], (16, 7, 7)),
        (Reshape((-1, 7)), [(2, 3, 7)], (6, 7)),
        (Reshape((4, -1, 2)), [(8,)], (4, 1, 2)),
        (Reshape(), [(2, 3, 4)], (24,)),
        (Permute(), [(5, 3)], (3, 5)),
        (Permute((2, 3, 1)), [(3, 28, 20)], (28, 20, 3)),
        (ZeroPadding1D(before=2, after=0), [(5, 3)], (7, 3)),
        (ZeroPadding2D(top=1, bottom=2, left=3, right=4), [(3, 10, 10)], (3, 13, 17)),
        (Multiply(), [(2, 3), (2, 3), (2, 3)], (2, 3)),
        (Concatenate(), [(4,), (3,), (1,)], (8,)),
        (Concatenate(), [(9, 4), (9, 3)], (9, 7)),
        (Concatenate(), [(1, 5, 6), (7, 5, 6)], (8, 5, 6)),
    ],
)
def test_the_shape_that_comes_out(layer: Layer, shapes: list[Shape], expected: Shape) -> None:
    assert layer.output_shape(*shapes) == expected


@pytest.mark.parametrize(
    ("layer", "shapes", "sentence"),
    [
        (Reshape((3, 4)), [(2, 5)], "Reshape can't make 3 × 4 of 2 × 5, which is 10 numbers"),
        (Reshape((3, -1)), [(10,)], "Reshape can't make 3 × −1 of 10, which is 10 numbers"),
        (Reshape((-1, -1)), [(10,)], "one of them −1 for what is left"),
        (Reshape((0, -1)), [(10,)], "Reshape can't make 0 × −1 of 10"),
        (Reshape(()), [(1,)], "Reshape can't make"),
        (Permute(), [(3, 4, 5)], "must name each axis of 3 × 4 × 5 once: write it like 3 × 2 × 1"),
        (Permute((1, 1)), [(3, 4)], "Permute's order 1 × 1 must name each axis of 3 × 4 once"),
        (ZeroPadding1D(), [(4,)], "ZeroPadding1D needs a sequence"),
        (ZeroPadding2D(), [(4, 4)], "ZeroPadding2D needs a picture"),
        (Multiply(), [(4,), (5,)], "Multiply needs inputs of one shape, got 4 and 5"),
        (Concatenate(), [(9, 4), (8, 4)], "features or channels only, got 9 × 4 and 8 × 4"),
        (Concatenate(), [(1, 5, 6), (30,)], "got 1 × 5 × 6 and 30: make the rest equal first"),
    ],
)
def test_shapes_that_do_not_fit_are_told_in_a_sentence(
    layer: Layer, shapes: list[Shape], sentence: str
) -> None:
    with pytest.raises(ShapeError) as told:
        layer.output_shape(*shapes)
    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("layer", "caption"),
    [
        (Reshape((16, 7, 7)), "16 × 7 × 7"),
        (Reshape((3, -1)), "3 × −1"),
        (Permute((2, 3, 1)), "axes 2, 3, 1"),
        (ZeroPadding1D(before=0, after=3), "0 + 3"),
        (ZeroPadding2D(), "1 on each side"),
        (ZeroPadding2D(top=0), "0 + 1, 1 + 1"),
    ],
)
def test_a_node_shows_what_becomes_of_the_shape(layer: Layer, caption: str) -> None:
    assert layer.caption() == caption


@pytest.mark.parametrize("layer", [Add(), Multiply(), Concatenate()], ids=str)
def test_any_number_of_inputs_from_two_on_can_be_merged(layer: Layer) -> None:
    assert layer.arity == (2, None)


def test_a_branch_of_zeros_stops_the_others_gradient_but_not_its_own() -> None:
    xs = (np.array([[0.0]]), np.array([[3.0]]), np.array([[5.0]]))
    call = Call(np.float64)
    assert Multiply().forward({}, xs, call) == 0
    dxs = Multiply().backward({}, {}, np.array([[2.0]]), call)
    assert [dx.item() for dx in dxs if dx is not None] == [2 * 3 * 5, 0, 0]


def test_an_input_multiplied_by_itself_is_squared() -> None:
    x = np.array([[3.0, -4.0]])
    call = Call(np.float64)
    np.testing.assert_array_equal(Multiply().forward({}, (x, x), call), [[9, 16]])
    first, second = Multiply().backward({}, {}, np.ones((1, 2)), call)
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first + second, 2 * x)
