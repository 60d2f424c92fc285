"""The multiplication behind a number of parameters is the layer's own, and comes out right."""

from __future__ import annotations

import re

import pytest

from nnstudio.engine.activations import ReLU
from nnstudio.engine.attention import MultiHeadAttention
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Layer, Shape
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.recurrent import GRU, LSTM
from nnstudio.graph.counting import multiplication, state_count

#: As a textbook multiplies.
ON_PAPER: list[tuple[Layer, Shape, str]] = [
    (Dense(128), (784,), "784 × 128 + 128 = 100,480"),
    (Dense(10, use_bias=False), (3,), "3 × 10 = 30"),
    (Conv2D(6, (5, 5)), (1, 28, 28), "6 × 1 × 5 × 5 + 6 = 156"),
    (Embedding(1000, 16), (20,), "1,000 × 16 = 16,000"),
    (LSTM(32), (10, 4), "4 × (32 × 4 + 32 × 32 + 32 + 32) = 4,864"),
    (GRU(32), (10, 4), "3 × (32 × 4 + 32 × 32 + 32 + 32) = 3,648"),
    (BatchNorm(), (16,), "16 + 16 = 32"),
    (MultiHeadAttention(), (10, 16), "3 × 16 × 16 + 16 × 16 + 3 × 16 + 16 = 1,088"),
    (ReLU(), (16,), ""),
]


@pytest.mark.parametrize(("layer", "shape", "text"), ON_PAPER)
def test_the_multiplication_is_written_as_it_is_taught(
    layer: Layer, shape: Shape, text: str
) -> None:
    assert multiplication(layer, layer.variables(shape)) == text


@pytest.mark.parametrize(("layer", "shape", "text"), [case for case in ON_PAPER if case[2]])
def test_both_sides_of_the_equation_are_equal(layer: Layer, shape: Shape, text: str) -> None:
    left, right = text.replace(",", "").split(" = ")
    factor, inner = (left.split(" × (")[0], left.split("(")[1][:-1]) if "(" in left else ("1", left)
    total = 0
    for term in inner.split(" + "):
        product = 1
        for size in re.findall(r"\d+", term):
            product *= int(size)
        total += product
    assert int(factor) * total == int(right)
    assert multiplication(layer, layer.variables(shape)) == text


def test_running_statistics_are_no_parameters() -> None:
    variables = BatchNorm().variables((16,))
    assert state_count(variables) == 32
    assert multiplication(BatchNorm(), [v for v in variables if not v.trainable]) == ""
