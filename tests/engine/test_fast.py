"""What is done for speed gives the same numbers as the layers it stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import relative_error

from nnstudio.engine.activations import ReLU
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.fast.choice import quicken
from nnstudio.engine.fast.conv import FEWEST_COLUMNS, RowConv2D
from nnstudio.engine.fast.pooling import RectifiedMaxPool2D
from nnstudio.engine.layer import Array, Call, Layer
from nnstudio.engine.losses import HalfSquaredError
from nnstudio.engine.merging import Add
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.pooling import MaxPool2D
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import Workspace

TOLERANCE = 1e-12


def answers(layer: Layer, v: dict[str, Array], x: Array, dy: Array, calls: int = 2) -> list[Array]:
    """Output and all gradients of the last of several calls with the same buffers."""
    call, grad = Call(np.float64), {name: np.full_like(array, np.nan) for name, array in v.items()}
    for _ in range(calls):
        y = layer.forward(v, (x,), call).copy()
        (dx,) = layer.backward(v, grad, dy, call)
    assert dx is not None
    return [y, dx.copy(), *(array.copy() for array in grad.values())]


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[Conv2D, tuple[int, int, int]]:
    pair = st.tuples(st.integers(1, 4), st.integers(1, 4))
    layer = Conv2D(
        filters=draw(st.integers(1, 4)),
        kernel_size=draw(pair),
        strides=draw(pair),
        padding=draw(st.sampled_from(["valid", "same"])),
        dilation=(1, draw(st.integers(1, 3))),
        use_bias=draw(st.booleans()),
    )
    least = [(k - 1) * d + 1 for k, d in zip(layer.kernel_size, layer.dilation, strict=True)]
    height, width = (size + draw(st.integers(0, 6)) for size in least)
    return layer, (draw(st.integers(1, 3)), height, width)


@given(convolutions(), st.sampled_from([1, 3, FEWEST_COLUMNS]), st.integers(0, 100))
def test_a_convolution_by_rows_gives_what_the_textbook_form_gives(
    drawn: tuple[Conv2D, tuple[int, int, int]], count: int, seed: int
) -> None:
    layer, shape = drawn
    by_rows = RowConv2D.of(layer)
    assert by_rows is not None
    rng = np.random.default_rng(seed)
    v = {each.name: rng.standard_normal(each.shape) for each in layer.variables(shape)}
    x = rng.standard_normal((*shape, count))
    dy = rng.standard_normal((*layer.output_shape(shape), count))
    for quick, plain in zip(answers(by_rows, v, x, dy), answers(layer, v, x, dy), strict=True):
        assert relative_error(quick, plain) < TOLERANCE


@pytest.mark.parametrize("layer", [Conv2D(groups=2), Conv2D(dilation=(2, 1))], ids=str)
def test_groups_and_dilation_down_the_picture_stay_with_the_textbook_form(layer: Conv2D) -> None:
    assert RowConv2D.of(layer) is None


@pytest.mark.parametrize(
    "pool", [MaxPool2D(), MaxPool2D(pool_size=(3, 3), padding="same"), MaxPool2D(strides=(1, 1))]
)
def test_relu_after_max_pooling_gives_what_relu_before_it_gives(pool: MaxPool2D) -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((2, 6, 7, 5)) - 0.8  # whole windows are negative
    dy = rng.standard_normal((*pool.output_shape((2, 6, 7)), 5))
    quick_y, quick_dx = answers(RectifiedMaxPool2D.of(pool), {}, x, dy)
    relu, call = ReLU(), Call(np.float64)
    plain_y, plain_dx = answers(pool, {}, relu.forward({}, (x,), call), dy)
    (plain_dx_before,) = relu.backward({}, {}, plain_dx, call)
    assert np.count_nonzero(quick_y == 0) > 10
    np.testing.assert_array_equal(quick_y, plain_y)
    np.testing.assert_allclose(quick_dx, plain_dx_before, rtol=TOLERANCE)


def network(steps: Sequence[Step], *, quick: bool) -> Network:
    last = len(steps) - 1
    heads = [Head(last, HalfSquaredError(), last)]
    return Network.of(quicken(steps, heads) if quick else steps, heads)


def chain(*layers: Layer) -> list[Step]:
    steps: list[Step] = []
    for i, layer in enumerate(layers):
        inputs = (i - 1,) if i else ()
        shape = layer.output_shape(*(steps[j].shape for j in inputs))
        steps.append(Step(f"node {i}", layer, inputs, shape, f"node {i}"))
    return steps


PICTURES = chain(
    Input(shape=(1, 12, 12)),
    Conv2D(filters=3, padding="same"),
    ReLU(),
    MaxPool2D(),
    Conv2D(filters=4),
    ReLU(),
    MaxPool2D(),
    Flatten(),
    Dense(units=2),
)


def test_a_whole_network_learns_the_same_the_quick_way_and_the_plain_way() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((1, 12, 12, 20)), rng.standard_normal((2, 20))
    found = []
    for quick in (True, False):
        net = network(PICTURES, quick=quick)
        workspace = Workspace(net, net.initial(1, np.float64))
        loss = workspace.loss_and_gradient([x], [y])
        (output,) = workspace.predict([x])
        found.append((loss, workspace.gradient, output.copy()))
    (quick_loss, quick_gradient, quick_output), (loss, gradient, output) = found
    assert quick_loss == pytest.approx(loss, rel=TOLERANCE)
    assert relative_error(quick_gradient, gradient) < TOLERANCE
    assert relative_error(quick_output, output) < TOLERANCE


def test_relu_is_left_out_where_only_a_pooling_wants_it() -> None:
    net = network(PICTURES, quick=True)
    run = net.ancestors([len(PICTURES) - 1])
    assert [type(net.steps[i].layer) for i in range(len(PICTURES)) if i not in run] == [ReLU, ReLU]


def test_relu_stays_where_somebody_else_wants_it_too() -> None:
    steps = chain(Input(shape=(1, 4, 4)), ReLU(), MaxPool2D(strides=(1, 1), padding="same"))
    steps.append(Step("sum", Add(), (1, 2), (1, 4, 4), "sum"))
    net = network(steps, quick=True)
    assert all(step.rewrite is None for step in net.steps)
    heads = [Head(1, HalfSquaredError(), 1), Head(2, HalfSquaredError(), 2)]
    assert all(step.rewrite is None for step in quicken(steps[:3], heads))
