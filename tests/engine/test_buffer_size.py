"""What a layer says it holds for a batch, against what its calls really allocate."""

from __future__ import annotations

import numpy as np
import pytest
from layer_examples import EXAMPLES, Bench, Example

from nnstudio.engine.attention import MultiHeadAttention
from nnstudio.engine.conv import Conv1D, Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.pooling import AveragePool2D, MaxPool2D

#: A quarter, and two numbers: what works a mask in bytes, or a column, isn't told.
MOST_OFF, BESIDE = 0.25, 2.0
HEAVY = (Dense, Conv1D, Conv2D, MaxPool2D, AveragePool2D, MultiHeadAttention)


def growth(example: Example, needs_dx: bool) -> float:
    """By how many numbers the buffers of a call grow with each example of a batch."""
    sizes = []
    for count in (64, 128):
        bench = Bench(example, count, dtype=np.float32)
        bench.call.needs_dx = needs_dx
        bench.run()
        sizes.append(bench.call.buffer_bytes / 4)
    return (sizes[1] - sizes[0]) / 64


TESTED = [example for example in EXAMPLES if example.shapes]  # an Input's batch is no call's

each_example = pytest.mark.parametrize("example", TESTED, ids=str)


def is_about(said: float, real: float) -> bool:
    return abs(said - real) <= MOST_OFF * max(said, real) + BESIDE


@each_example
def test_a_layer_holds_about_as_many_numbers_as_it_says(example: Example) -> None:
    assert is_about(example.layer.buffer_size(*example.shapes), growth(example, needs_dx=True))


@each_example
def test_where_nothing_before_learns_a_layer_holds_no_more_and_no_less_than_its_share(
    example: Example,
) -> None:
    fewer, most = (example.layer.buffer_size(*example.shapes, needs_dx=dx) for dx in (False, True))
    real = growth(example, needs_dx=False)
    assert is_about(fewer, real) or is_about(most, real) or fewer <= real <= most
    if isinstance(example.layer, HEAVY):  # what is worth leaving out is left out
        assert is_about(fewer, real)
