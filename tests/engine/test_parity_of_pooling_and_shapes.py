"""Pooling, upsampling, normalisation, shapes and merges give what PyTorch gives.

PyTorch's batches come first and its sequences have their features before their places; the arrays
are turned around here, nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import relative_error
from numpy.typing import DTypeLike

from nnstudio.engine.layer import Array, Call, Layer, Shape
from nnstudio.engine.merging import Concatenate, Multiply
from nnstudio.engine.normalisation import BatchNorm, LayerNorm
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
from nnstudio.engine.shaping import Permute, Reshape, ZeroPadding1D, ZeroPadding2D
from nnstudio.engine.upsampling import Upsample1D, Upsample2D

torch: Any = pytest.importorskip("torch", reason="PyTorch isn't installed: make parity")

#: Normwise: ‖ours − theirs‖ / ‖theirs‖.
TOLERANCES = {np.float32: 1e-5, np.float64: 1e-12}
COUNT = 5


def drawn(shape: Shape, dtype: DTypeLike, *, coarse: bool = False, seed: int = 0) -> Array:
    """A batch; ``coarse`` numbers are whole, and many of them equal."""
    x = np.random.default_rng(seed).normal(0, 2, (*shape, COUNT))
    return (np.round(x) if coarse else x).astype(dtype)


def theirs(x: Array, *, sequence: bool = False) -> Any:
    """(features…, N) as PyTorch wants it: (N, features…), for sequences (N, F, T) if asked for."""
    first = np.moveaxis(x, -1, 0)
    return torch.tensor(np.ascontiguousarray(first.swapaxes(1, 2) if sequence else first))


def ours(tensor: Any, *, sequence: bool = False) -> Array:
    array = tensor.detach().numpy()
    return np.moveaxis(array.swapaxes(1, 2) if sequence else array, 0, -1)


def assert_parity(
    layer: Layer,
    function: Callable[..., Any],
    *xs: Array,
    v: dict[str, Array] | None = None,
    sequence: bool = False,
) -> None:
    """Output and every gradient agree; ``function`` takes the inputs and then the variables."""
    v = v or {}
    inputs = [theirs(x, sequence=sequence).requires_grad_() for x in xs]
    variables = [torch.tensor(array).requires_grad_() for array in v.values()]
    expected = function(*inputs, *variables)
    call, grad = Call(xs[0].dtype), {name: np.empty_like(array) for name, array in v.items()}
    call.training = True
    y = layer.forward(v, xs, call)
    flat = y.ndim < 3  # what global pooling leaves has no places to turn around
    dy = drawn(y.shape[:-1], xs[0].dtype, seed=1)
    expected.backward(theirs(dy, sequence=sequence and not flat))
    dxs = layer.backward(v, grad, dy, call)
    pairs = [(y, ours(expected, sequence=sequence and not flat))]
    pairs += [(dx, ours(x.grad, sequence=sequence)) for dx, x in zip(dxs, inputs, strict=True)]
    pairs += [(grad[name], t.grad.numpy()) for name, t in zip(v, variables, strict=True)]
    for got, wanted in pairs:
        assert got.shape == wanted.shape
        assert relative_error(got, wanted) <= TOLERANCES[xs[0].dtype.type]


both = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def around(length: int, size: int, stride: int) -> tuple[int, int]:
    """Keras's "same": how many places of padding stand before and after."""
    total = max((-(-length // stride) - 1) * stride + size - length, 0)
    return total // 2, total - total // 2


@st.composite
def pictures(draw: st.DrawFn) -> tuple[dict[str, Any], Shape]:
    pair = st.tuples(st.integers(1, 4), st.integers(1, 4))
    size, strides = draw(pair), draw(pair)
    if draw(st.booleans()):
        strides = size  # as most networks have it
    height, width = (k + draw(st.integers(0, 7)) for k in size)
    settings = {
        "pool_size": size,
        "strides": strides,
        "padding": draw(st.sampled_from(["valid", "same"])),
    }
    return settings, (draw(st.integers(1, 3)), height, width)


@given(pictures(), st.booleans())
def test_max_pooling_of_pictures(drawn_: tuple[dict[str, Any], Shape], coarse: bool) -> None:
    settings, shape = drawn_

    def function(x: Any) -> Any:
        if settings["padding"] == "same":
            edges = [around(*a) for a in zip(shape[1:], *list(settings.values())[:2], strict=True)]
            x = torch.nn.functional.pad(x, (*edges[1], *edges[0]), value=-np.inf)
        return torch.nn.functional.max_pool2d(x, settings["pool_size"], settings["strides"])

    assert_parity(MaxPool2D(**settings), function, drawn(shape, np.float64, coarse=coarse))


@given(pictures())
def test_average_pooling_of_pictures(drawn_: tuple[dict[str, Any], Shape]) -> None:
    settings, shape = drawn_
    pool = torch.nn.functional.avg_pool2d

    def function(x: Any) -> Any:
        if settings["padding"] == "valid":
            return pool(x, settings["pool_size"], settings["strides"])
        # PyTorch pads both ends alike; what isn't counted is divided out here instead.
        edges = [around(*a) for a in zip(shape[1:], *list(settings.values())[:2], strict=True)]
        sides = (*edges[1], *edges[0])
        total, seen = (
            pool(torch.nn.functional.pad(a, sides), settings["pool_size"], settings["strides"])
            for a in (x, torch.ones_like(x))
        )
        return total / seen

    assert_parity(AveragePool2D(**settings), function, drawn(shape, np.float64))


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (MaxPool1D(), lambda x: torch.nn.functional.max_pool1d(x, 2)),
        (MaxPool1D(3, 2), lambda x: torch.nn.functional.max_pool1d(x, 3, 2)),
        (MaxPool1D(3, 1, "same"), lambda x: torch.nn.functional.max_pool1d(x, 3, 1, 1)),
        (AveragePool1D(), lambda x: torch.nn.functional.avg_pool1d(x, 2)),
        (
            AveragePool1D(3, 1, "same"),
            lambda x: torch.nn.functional.avg_pool1d(x, 3, 1, 1, count_include_pad=False),
        ),
        (GlobalMaxPool1D(), lambda x: torch.nn.functional.adaptive_max_pool1d(x, 1)[..., 0]),
        (GlobalAveragePool1D(), lambda x: x.mean(dim=2)),
        (Upsample1D(3), lambda x: torch.nn.Upsample(scale_factor=3)(x)),
        (ZeroPadding1D(2, 1), lambda x: torch.nn.functional.pad(x, (2, 1))),
    ],
    ids=lambda part: str(part) if isinstance(part, Layer) else "",
)
@both
def test_layers_along_a_sequence(
    layer: Layer, function: Callable[..., Any], dtype: DTypeLike
) -> None:
    assert_parity(layer, function, drawn((9, 4), dtype, coarse=True), sequence=True)


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (MaxPool2D(), lambda x: torch.nn.functional.max_pool2d(x, 2)),
        (AveragePool2D(), lambda x: torch.nn.functional.avg_pool2d(x, 2)),
        (GlobalMaxPool2D(), lambda x: torch.nn.functional.adaptive_max_pool2d(x, 1)[..., 0, 0]),
        (GlobalAveragePool2D(), lambda x: torch.nn.functional.adaptive_avg_pool2d(x, 1)[..., 0, 0]),
        (Upsample2D((2, 3)), lambda x: torch.nn.Upsample(scale_factor=(2, 3))(x)),
        (
            Upsample2D((2, 3), "bilinear"),
            lambda x: torch.nn.Upsample(scale_factor=(2, 3), mode="bilinear")(x),
        ),
        (ZeroPadding2D(1, 2, 3, 4), lambda x: torch.nn.ZeroPad2d((3, 4, 1, 2))(x)),
        (Reshape((6, -1, 2)), lambda x: x.reshape(len(x), 6, -1, 2)),
        (Permute((3, 1, 2)), lambda x: x.permute(0, 3, 1, 2)),
    ],
    ids=lambda part: str(part) if isinstance(part, Layer) else "",
)
@both
def test_layers_on_pictures(layer: Layer, function: Callable[..., Any], dtype: DTypeLike) -> None:
    assert_parity(layer, function, drawn((3, 6, 8), dtype, coarse=True))


@pytest.mark.parametrize("shape", [(5,), (7, 5), (3, 4, 6)], ids=str)
@both
def test_layer_norm_is_pytorchs_over_the_features_or_the_whole_picture(
    shape: Shape, dtype: DTypeLike
) -> None:
    layer = LayerNorm()
    v = {
        variable.name: np.random.default_rng(2).normal(1, 1, variable.shape).astype(dtype)
        for variable in layer.variables(shape)
    }

    def function(x: Any, gamma: Any, beta: Any) -> Any:
        return torch.nn.functional.layer_norm(x, gamma.shape, gamma, beta, layer.epsilon)

    assert_parity(layer, function, drawn(shape, dtype), v=v)


@pytest.mark.parametrize("shape", [(4,), (7, 4), (4, 3, 6)], ids=str)
@both
def test_batch_norm_while_training(shape: Shape, dtype: DTypeLike) -> None:
    rng = np.random.default_rng(2)
    v = {name: rng.normal(1, 1, 4).astype(dtype) for name in ("gamma", "beta")}

    def function(x: Any, gamma: Any, beta: Any) -> Any:
        return torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True)

    assert_parity(BatchNorm(), function, drawn(shape, dtype), v=v, sequence=len(shape) == 2)


def test_the_running_statistics_of_batch_norm() -> None:
    layer, peer = BatchNorm(momentum=0.8), torch.nn.BatchNorm2d(4, momentum=0.2).double()
    v = {name: np.zeros(4) for name in ("gamma", "beta", "running_mean")} | {
        "running_var": np.ones(4)
    }
    for seed in range(3):
        x, call = drawn((4, 3, 6), np.float64, seed=seed), Call(np.float64)
        call.training = True
        layer.forward(v, (x,), call)
        layer.update_state(v, (call.statistics,))
        peer(theirs(x))
    assert relative_error(v["running_mean"], peer.running_mean.numpy()) <= 1e-12
    assert relative_error(v["running_var"], peer.running_var.numpy()) <= 1e-12


@pytest.mark.parametrize("shapes", [[(4,), (2,)], [(3, 1), (3, 4), (3, 2)], [(1, 2, 3), (4, 2, 3)]])
@both
def test_concatenate(shapes: list[Shape], dtype: DTypeLike) -> None:
    dim = 2 if len(shapes[0]) == 2 else 1
    xs = [drawn(shape, dtype, seed=seed) for seed, shape in enumerate(shapes)]
    assert_parity(Concatenate(), lambda *xs: torch.cat(xs, dim=dim), *xs)


@pytest.mark.parametrize("count", [2, 3, 4])
@both
def test_multiply(count: int, dtype: DTypeLike) -> None:
    xs = [drawn((3, 2), dtype, seed=seed) for seed in range(count)]
    assert_parity(Multiply(), lambda *xs: torch.stack(xs).prod(dim=0), *xs)
