"""What each layer computes, held against its formula, and what is special about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from layer_examples import EXAMPLES, Bench, Example
from layer_formulas import FORMULAS as FORMULAS_ELSEWHERE
from layer_formulas import one_by_one
from numpy.typing import DTypeLike

from nnstudio.engine.activations import Sigmoid, Softmax
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.conv import Conv1D, Conv2D, ConvTranspose2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Array, Call, Layer, Shape, ShapeError
from nnstudio.engine.merging import Add
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.shaping import Flatten, Input

# ---------------------------------------------------------------- formulas, one example at a time


def dense(layer: Any, v: dict[str, Array], x: Array) -> Array:
    bias = v["bias"] if layer.use_bias else np.zeros(layer.units)
    return one_by_one(lambda example: example @ v["weight"].T + bias, x)


def softmax(layer: Any, v: dict[str, Array], x: Array) -> Array:
    return one_by_one(lambda e: np.exp(e) / np.exp(e).sum(axis=-1, keepdims=True), x)


def batch_norm(layer: Any, v: dict[str, Array], x: Array) -> Array:
    """When predicting: with the running statistics."""
    shape = (-1, 1, 1) if x.ndim == 4 else (-1,)
    mean, variance, gamma, beta = (
        v[name].reshape(shape) for name in ("running_mean", "running_var", "gamma", "beta")
    )
    scale = gamma / np.sqrt(variance + layer.epsilon)
    return one_by_one(lambda example: (example - mean) * scale + beta, x)


def around(length: int, layer_padding: str, span: int, stride: int) -> tuple[int, int]:
    """How many windows there are, and how many zeros stand before, as Keras defines "same"."""
    if layer_padding == "valid":
        return (length - span) // stride + 1, 0
    count = int(np.ceil(length / stride))
    return count, max((count - 1) * stride + span - length, 0) // 2


def conv(layer: Any, v: dict[str, Array], x: Array, kernel: Any, s: Any, d: Any) -> Array:
    """Sum for sum, for one example (C, H, W)."""
    W = v["weight"].reshape(len(v["weight"]), -1, *kernel)
    filters, channels = W.shape[:2]
    (oh, top), (ow, left) = (
        around(x.shape[a + 1], layer.padding, (kernel[a] - 1) * d[a] + 1, s[a]) for a in (0, 1)
    )
    y = np.zeros((filters, oh, ow))
    for o, i, j, c, a, b in np.ndindex(filters, oh, ow, channels, *kernel):
        row, column = i * s[0] + a * d[0] - top, j * s[1] + b * d[1] - left
        if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
            group = o // (filters // layer.groups)
            y[o, i, j] += W[o, c, a, b] * x[group * channels + c, row, column]
    return y + (v["bias"].reshape(-1, 1, 1) if layer.use_bias else 0)


def conv2d(layer: Any, v: dict[str, Array], x: Array) -> Array:
    settings = layer.kernel_size, layer.strides, layer.dilation
    return one_by_one(lambda example: conv(layer, v, example, *settings), x)


def conv1d(layer: Any, v: dict[str, Array], x: Array) -> Array:
    """As a picture one number wide; T is its height and F its channels."""
    settings = (layer.kernel_size, 1), (layer.strides, 1), (layer.dilation, 1)
    return one_by_one(lambda e: conv(layer, v, e.T[:, :, np.newaxis], *settings)[:, :, 0].T, x)


def conv_transpose2d(layer: Any, v: dict[str, Array], x: Array) -> Array:
    """Every number is spread over its window; "same" cuts what is too much, less of it before."""
    (kh, kw), (sh, sw) = layer.kernel_size, layer.strides

    def one(example: Array) -> Array:
        _, H, W = example.shape
        y = np.zeros((layer.filters, (H - 1) * sh + max(kh, sh), (W - 1) * sw + max(kw, sw)))
        for c, i, j in np.ndindex(*example.shape):
            y[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += v["weight"][c] * example[c, i, j]
        if layer.padding == "same":
            top, left = max(kh - sh, 0) // 2, max(kw - sw, 0) // 2
            y = y[:, top : top + H * sh, left : left + W * sw]
        else:
            y = y[:, : (H - 1) * sh + kh, : (W - 1) * sw + kw]
        return y + (v["bias"].reshape(-1, 1, 1) if layer.use_bias else 0)

    return one_by_one(one, x)


FORMULAS: dict[str, Callable[..., Array]] = {
    **FORMULAS_ELSEWHERE,
    "Input": lambda layer, v, x: x,
    "Dense": dense,
    "Conv1D": conv1d,
    "Conv2D": conv2d,
    "ConvTranspose2D": conv_transpose2d,
    "ReLU": lambda layer, v, x: np.where(x > 0, x, 0),
    "Sigmoid": lambda layer, v, x: 1 / (1 + np.exp(-x)),
    "Tanh": lambda layer, v, x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    "Softmax": softmax,
    "Dropout": lambda layer, v, x: x,
    "BatchNorm": batch_norm,
    "Flatten": lambda layer, v, x: one_by_one(np.ravel, x),
    "Add": lambda layer, v, *xs: sum(xs),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_of_the_catalogue_has_a_formula_to_be_held_against(name: str) -> None:
    assert name in FORMULAS, f"add the formula of {name}, written independently of the engine"


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_layer_predicts_what_its_formula_says(example: Example) -> None:
    bench = Bench(example, 7, training=False)
    formula = FORMULAS[type(example.layer).__name__]
    expected = formula(example.layer, bench.v, *bench.xs)
    np.testing.assert_allclose(bench.forward(), expected, rtol=1e-12, atol=1e-12)


# ---------------------------------------------------------------- shapes that don't fit


@pytest.mark.parametrize(
    ("layer", "shapes", "sentence"),
    [
        (Dense(), [(1, 28, 28)], "Dense needs a flat input, got 1 × 28 × 28: add Flatten"),
        (Conv2D(), [(28,)], "Conv2D needs a picture (channels × height × width), got 28"),
        (Conv2D(kernel_size=(5, 2)), [(1, 4, 4)], "window of 5 × 2 does not fit into 1 × 4 × 4"),
        (Conv2D(filters=4, groups=3), [(3, 9, 9)], "3 groups must divide the 3 channels"),
        (Conv1D(), [(1, 28, 28)], "Conv1D needs a sequence (places × features), got 1 × 28 × 28"),
        (Conv1D(kernel_size=9), [(8, 2)], "window of 9 does not fit into 8 × 2"),
        (ConvTranspose2D(), [(8, 2)], "ConvTranspose2D needs a picture"),
        (Softmax(), [(3, 2, 2)], "Softmax needs a flat input, got 3 × 2 × 2: add Flatten"),
        (Add(), [(4,), (5,)], "Add needs inputs of one shape, got 4 and 5"),
        (Add(), [(2, 3), (3, 2), (2, 3)], "got 2 × 3 and 3 × 2 and 2 × 3"),
        (BatchNorm(), [()], "BatchNorm works along a feature axis"),
    ],
)
def test_a_shape_that_does_not_fit_is_told_in_a_sentence(
    layer: Layer, shapes: list[Shape], sentence: str
) -> None:
    with pytest.raises(ShapeError) as told:
        layer.output_shape(*shapes)
    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("layer", "caption"),
    [
        (Input(shape=(1,)), "1 number"),
        (Input(shape=(1000, 2)), "2,000 numbers"),
        (Input(shape=(1, 28, 20)), "28 × 20 picture"),
        (Dense(units=1), "1 unit"),
        (Dense(units=1000), "1,000 units"),
        (Conv2D(filters=8, kernel_size=(5, 3)), "8 × 5 × 3"),
        (Conv1D(filters=1000), "1,000 × 3"),
        (Dropout(rate=0.25), "rate 0.25"),
        (BatchNorm(), "momentum 0.9"),
        (Flatten(), ""),
    ],
)
def test_a_node_shows_the_key_setting_of_its_layer(layer: Layer, caption: str) -> None:
    assert layer.caption() == caption


# ---------------------------------------------------------------- numbers at the edge


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layer", [Sigmoid(), Softmax()], ids=str)
def test_squeezing_layers_stay_exact_for_huge_scores(layer: Layer, dtype: DTypeLike) -> None:
    x = np.array([[-1e4, 1e4], [1e4, -1e4]], dtype)
    with np.errstate(all="raise", under="ignore"):
        y = layer.forward({}, (x,), Call(dtype))
    # Ones exactly, and zeros or what is next to nothing.
    np.testing.assert_allclose(y, [[0, 1], [1, 0]], rtol=0, atol=2 * np.finfo(dtype).tiny)


# ---------------------------------------------------------------- dropout


def dropped(rate: float, x: Array, *, seed: int = 0, training: bool = True) -> Array:
    call = Call(x.dtype)
    call.training, call.rng = training, np.random.default_rng(seed)
    return Dropout(rate=rate).forward({}, (x,), call)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_zeroes_its_share_and_keeps_the_mean(rate: float) -> None:
    count = 200_000
    y = dropped(rate, np.full((100, count // 100), 3.0, np.float32))
    zeroed = float((y == 0).mean())
    spread = np.sqrt(rate * (1 - rate) / count)  # standard deviation of the share
    assert abs(zeroed - rate) < 5 * spread
    assert abs(float(y.mean(dtype=np.float64)) / 3 - 1) < 5 * spread / (1 - rate)
    np.testing.assert_allclose(y[y != 0], 3 / (1 - rate), rtol=1e-6)


def test_dropout_passes_everything_when_predicting() -> None:
    x = np.random.default_rng(1).standard_normal((5, 4))
    np.testing.assert_array_equal(dropped(0.9, x, training=False), x)


def test_dropout_draws_another_mask_for_each_batch() -> None:
    x = np.ones((50, 4))
    call = Call(np.float64)
    call.training, call.rng = True, np.random.default_rng(0)
    first = Dropout(rate=0.5).forward({}, (x,), call).copy()
    assert not np.array_equal(first, Dropout(rate=0.5).forward({}, (x,), call))


def test_dropout_refuses_to_train_without_a_stream_of_random_numbers() -> None:
    call = Call()
    call.training = True
    with pytest.raises(ValueError, match="rng"):
        Dropout(rate=0.5).forward({}, (np.ones((2, 2), np.float32),), call)


# ---------------------------------------------------------------- batch normalisation


def batch_norm_variables(features: int) -> dict[str, Array]:
    return {
        "gamma": np.ones(features),
        "beta": np.zeros(features),
        "running_mean": np.zeros(features),
        "running_var": np.ones(features),
    }


@pytest.mark.parametrize(("shape", "axes"), [((3,), 1), ((4, 3), (0, 2)), ((3, 2, 5), (1, 2, 3))])
def test_batch_norm_gives_each_feature_mean_0_and_variance_1_while_training(
    shape: Shape, axes: int | tuple[int, ...]
) -> None:
    x = np.random.default_rng(0).normal(5, 3, (*shape, 40))
    call = Call(np.float64)
    call.training = True
    y = BatchNorm(epsilon=1e-12).forward(batch_norm_variables(3), (x,), call)
    np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-9)
    np.testing.assert_allclose(y.var(axis=axes), 1, atol=1e-9)


def test_the_running_statistics_of_batch_norm_converge_to_those_of_the_data() -> None:
    rng = np.random.default_rng(0)
    mean, deviation = np.array([-2.0, 0.5, 100.0]), np.array([0.1, 3.0, 7.0])
    layer, v, call = BatchNorm(momentum=0.98), batch_norm_variables(3), Call(np.float64)
    call.training = True
    for _ in range(600):
        x = rng.normal(mean[:, np.newaxis], deviation[:, np.newaxis], (3, 32))
        layer.forward(v, (x,), call)
        layer.update_state(v, (call.statistics,))
    np.testing.assert_allclose(v["running_mean"], mean, atol=0.1 * deviation.max())
    # Batches of 32: the biased variance would be 3 % less, and is outside of this.
    np.testing.assert_allclose(v["running_var"], deviation**2, rtol=0.1)


def test_the_running_variance_of_batch_norm_is_unbiased() -> None:
    x = np.random.default_rng(0).normal(0, 2, (1, 5))
    layer, v, call = BatchNorm(momentum=0.0), batch_norm_variables(1), Call(np.float64)
    call.training = True
    layer.forward(v, (x,), call)
    layer.update_state(v, (call.statistics,))
    np.testing.assert_allclose(v["running_mean"], x.mean())
    np.testing.assert_allclose(v["running_var"], x.var(ddof=1))


def test_batch_norm_keeps_its_momentums_share_of_the_running_values() -> None:
    layer, v = BatchNorm(momentum=0.75), batch_norm_variables(1)
    shards = ({"mean": np.array([1.0]), "var": np.array([5.0])},
              {"mean": np.array([3.0]), "var": np.array([7.0])})  # fmt: skip
    layer.update_state(v, shards)
    np.testing.assert_allclose(v["running_mean"], 0.75 * 0 + 0.25 * 2)
    np.testing.assert_allclose(v["running_var"], 0.75 * 1 + 0.25 * 6)


def test_batch_norm_treats_a_batch_of_one_number_per_feature_as_when_predicting() -> None:
    layer, v, call = BatchNorm(), batch_norm_variables(2), Call(np.float64)
    v["running_mean"][:] = 1.0
    x = np.array([[3.0], [5.0]])
    expected = layer.forward(v, (x,), call).copy()
    call.training = True
    np.testing.assert_array_equal(layer.forward(v, (x,), call), expected)
    assert not call.statistics  # nothing that would pull the running variance to 0


def test_batch_norm_measures_nothing_when_predicting() -> None:
    layer, v, call = BatchNorm(), batch_norm_variables(2), Call(np.float64)
    x = np.random.default_rng(0).standard_normal((2, 5))
    call.training = True
    layer.forward(v, (x,), call)
    assert call.statistics
    call.training = False
    layer.forward(v, (x,), call)
    assert not call.statistics
