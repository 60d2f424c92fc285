"""LayerNorm; and BatchNorm where it is computed another way than it is written."""

from __future__ import annotations

import numpy as np
import pytest
from numeric import relative_error

from nnstudio.engine.layer import Array, Call, Shape, ShapeError, Variable
from nnstudio.engine.normalisation import BatchNorm, LayerNorm


@pytest.mark.parametrize(
    ("shape", "features"), [((5,), (5,)), ((7, 5), (5,)), ((3, 4, 5), (3, 4, 5))]
)
def test_layer_norm_scales_and_shifts_each_number_that_it_normalises(
    shape: Shape, features: Shape
) -> None:
    assert LayerNorm().variables(shape) == (
        Variable("gamma", features, "ones"),
        Variable("beta", features, "zeros"),
    )


@pytest.mark.parametrize(
    ("shape", "axes"), [((40,), (0,)), ((6, 40), (1,)), ((3, 5, 7), (0, 1, 2))]
)
@pytest.mark.parametrize("training", [True, False])
def test_layer_norm_gives_each_example_mean_0_and_variance_1(
    shape: Shape, axes: tuple[int, ...], training: bool
) -> None:
    layer, call = LayerNorm(epsilon=1e-12), Call(np.float64)
    call.training = training
    x = np.random.default_rng(0).normal(5, 3, (*shape, 4))
    gamma, beta = layer.variables(shape)
    v = {"gamma": np.ones(gamma.shape), "beta": np.zeros(beta.shape)}
    y = layer.forward(v, (x,), call)
    np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-9)
    np.testing.assert_allclose(y.var(axis=axes), 1, atol=1e-9)


def test_one_example_does_not_change_what_layer_norm_makes_of_another() -> None:
    rng = np.random.default_rng(0)
    x, v = rng.standard_normal((6, 4)), {"gamma": np.ones(6), "beta": np.zeros(6)}
    together = LayerNorm().forward(v, (x,), Call(np.float64))
    alone = LayerNorm().forward(v, (x[:, 2:3].copy(),), Call(np.float64))
    np.testing.assert_allclose(together[:, 2:3], alone)


def test_layer_norm_of_a_number_without_a_feature_axis_is_told_in_a_sentence() -> None:
    with pytest.raises(ShapeError, match="LayerNorm works along a feature axis"):
        LayerNorm().output_shape(())


def as_written(v: dict[str, Array], x: Array, dy: Array, epsilon: float) -> list[Array]:
    """Ioffe and Szegedy's algorithm 1 and the gradients below it, for x (C, everything else)."""
    gamma, beta = v["gamma"][:, np.newaxis], v["beta"][:, np.newaxis]
    m = x.shape[1]
    mean = x.sum(axis=1, keepdims=True) / m
    variance = ((x - mean) ** 2).sum(axis=1, keepdims=True) / m
    normal = (x - mean) / np.sqrt(variance + epsilon)
    d_normal = dy * gamma
    d_variance = (d_normal * (x - mean) * -0.5 * (variance + epsilon) ** -1.5).sum(1, keepdims=True)
    d_mean = -(d_normal / np.sqrt(variance + epsilon)).sum(axis=1, keepdims=True)
    dx = d_normal / np.sqrt(variance + epsilon) + d_variance * 2 * (x - mean) / m + d_mean / m
    return [gamma * normal + beta, dx, (dy * normal).sum(axis=1), dy.sum(axis=1)]


@pytest.mark.parametrize("shape", [(3, 5, 4), (3,), (6, 3)], ids=str)
def test_batch_norm_gives_what_the_paper_says(shape: Shape) -> None:
    rng = np.random.default_rng(0)
    x, dy = rng.normal(2, 3, (2, *shape, 8))
    v = {name: rng.uniform(0.5, 2, 3) for name in ("gamma", "beta", "running_mean", "running_var")}
    grad = {"gamma": np.empty(3), "beta": np.empty(3)}
    call, layer = Call(np.float64), BatchNorm()
    call.training = True
    y = layer.forward(v, (x,), call)
    (dx,) = layer.backward(v, grad, dy, call)
    assert dx is not None

    def rows(array: Array) -> Array:
        return np.moveaxis(array, 1 if array.ndim == 3 else 0, 0).reshape(3, -1)

    expected = as_written(v, rows(x), rows(dy), layer.epsilon)
    for got, wanted in zip([rows(y), rows(dx), *grad.values()], expected, strict=True):
        assert relative_error(got, wanted) < 1e-12


def test_batch_norm_keeps_float32_exact_for_numbers_far_from_0() -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(1000, 1, (2, 12, 12, 64))
    v = {
        "gamma": np.ones(2),
        "beta": np.zeros(2),
        "running_mean": np.zeros(2),
        "running_var": np.ones(2),
    }
    results = []
    for dtype in (np.float32, np.float64):
        call = Call(dtype)
        call.training = True
        batch = wide.astype(np.float32).astype(dtype)
        variables = {name: array.astype(dtype) for name, array in v.items()}
        results.append(BatchNorm().forward(variables, (batch,), call).copy())
    np.testing.assert_allclose(*results, atol=1e-3)
