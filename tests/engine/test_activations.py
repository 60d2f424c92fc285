"""Activations: values worked out by hand, slopes near and far from 0, and numbers at the edge."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import DTypeLike

from nnstudio.engine.activations import (
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    LeakyReLU,
    Linear,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Step,
    Tanh,
)
from nnstudio.engine.activations.erf import erf
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.chunks import CHUNK
from nnstudio.engine.initialisers import INITIALISERS
from nnstudio.engine.layer import Array, Call, Layer, ShapeError
from nnstudio.schema import SettingError, check

ACTIVATIONS: list[Layer] = [
    *(cls() for cls in LAYERS.values() if cls.category == "activation"),
    LeakyReLU(slope=0.0),
    LeakyReLU(slope=1.0),
    ELU(alpha=0.3),
    ELU(alpha=2.5),
    GELU(approximate="tanh"),
    PReLU(per_feature=True),
]
#: Those whose f′ is the same everywhere: backward costs nothing.
AT_NO_COST = (Linear, Step)
each_activation = pytest.mark.parametrize("layer", ACTIVATIONS, ids=str)
each_type = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def first_values(layer: Layer, shape: tuple[int, ...], dtype: DTypeLike) -> dict[str, Array]:
    rng = np.random.default_rng(0)
    return {
        v.name: INITIALISERS[v.init](v.shape, rng).astype(dtype) for v in layer.variables(shape)
    }


def run(layer: Layer, numbers: Any, dtype: DTypeLike = np.float64) -> tuple[Array, Array]:
    """f and f′ of each number: one feature, an example for each number."""
    x = np.array([numbers], dtype)
    v, call = first_values(layer, (1,), dtype), Call(dtype)
    y = layer.forward(v, (x,), call)[0].copy()
    (dx,) = layer.backward(v, {}, np.ones_like(x), call)
    assert dx is not None
    return y, dx[0].copy()


# ---------------------------------------------------------------- by hand

E = math.e
#: Layer, x, f(x), f′(x): by hand, Φ(1) and φ(1) from a table of the normal distribution.
BY_HAND = [
    (Linear(), -3, -3, 1),
    (Step(), -0.5, 0, 0),
    (Step(), 0, 1, 0),
    (Step(), 2, 1, 0),
    (Sigmoid(), 0, 0.5, 0.25),
    (Sigmoid(), 1, E / (E + 1), E / (E + 1) ** 2),
    (Tanh(), 0, 0, 1),
    (Tanh(), math.log(2), 0.6, 0.64),  # (2 − ½) / (2 + ½)
    (ReLU(), -1.5, 0, 0),
    (ReLU(), 0, 0, 0),
    (ReLU(), 1.5, 1.5, 1),
    (LeakyReLU(), -2, -0.02, 0.01),
    (LeakyReLU(), 3, 3, 1),
    (LeakyReLU(slope=0.2), -5, -1, 0.2),
    (LeakyReLU(slope=0.2), 0, 0, 0.2),
    (PReLU(), -2, -0.5, 0.25),
    (PReLU(), 0, 0, 0.25),
    (PReLU(), 2, 2, 1),
    (ELU(), -1, 1 / E - 1, 1 / E),
    (ELU(), 2, 2, 1),
    (ELU(alpha=2), -math.log(4), -1.5, 0.5),
    (ELU(alpha=2), 0, 0, 2),
    (ELU(alpha=2), 0.5, 0.5, 1),
    (SELU(), 1, 1.0507009873554805, 1.0507009873554805),
    (SELU(), -math.log(2), -0.8790496704236883, 0.8790496704236883),  # λα/2
    (GELU(), 0, 0, 0.5),
    (GELU(), 1, 0.8413447460685429, 1.0833154705876863),  # Φ(1); Φ(1) + φ(1)
    (GELU(), -1, -0.1586552539314571, -0.0833154705876863),
    (GELU(approximate="tanh"), 0, 0, 0.5),
    (SiLU(), 0, 0, 0.5),
    (SiLU(), math.log(3), 0.75 * math.log(3), 0.75 + 0.75 * 0.25 * math.log(3)),  # σ = ¾
    (Softplus(), 0, math.log(2), 0.5),
    (Softplus(), math.log(3), math.log(4), 0.75),
    (Softsign(), 3, 0.75, 1 / 16),
    (Softsign(), -1, -0.5, 0.25),
    (HardSigmoid(), 0, 0.5, 1 / 6),
    (HardSigmoid(), -1.5, 0.25, 1 / 6),
    (HardSigmoid(), 3, 1, 0),
    (HardSigmoid(), -4, 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "x", "y", "slope"), BY_HAND, ids=str)
@each_type
def test_value_and_slope_are_those_worked_out_by_hand(
    layer: Layer, x: float, y: float, slope: float, dtype: DTypeLike
) -> None:
    f, f_prime = run(layer, [x], dtype)
    tolerance = {"rel": 1e-12, "abs": 1e-13} if dtype == np.float64 else {"rel": 5e-7, "abs": 5e-7}
    assert f.dtype == f_prime.dtype == dtype
    assert f[0] == pytest.approx(y, **tolerance)
    assert f_prime[0] == pytest.approx(slope, **tolerance)


def test_the_tanh_form_of_gelu_is_near_the_exact_one_but_another() -> None:
    x = np.linspace(-5, 5, 101)
    for exact, by_tanh in zip(run(GELU(), x), run(GELU(approximate="tanh"), x), strict=True):
        assert 1e-5 < np.abs(exact - by_tanh).max() < 2e-3


def test_selu_keeps_mean_0_and_variance_1() -> None:
    # Against the normal density, over ±12 deviations.
    x = np.linspace(-12, 12, 200_001)
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi) * (x[1] - x[0])
    y, _ = run(SELU(), x)
    assert (y * density).sum() == pytest.approx(0, abs=1e-9)
    assert (y**2 * density).sum() == pytest.approx(1, abs=1e-9)


# ---------------------------------------------------------------- slopes

#: Near 0, at middle distance, and far away; no kink of any activation is near one of them.
PLACES = [
    s * x for s in (-1, 1) for x in (1e-3, 0.3, 0.9, 1.7, 2.9, 3.1, 5.0, 8.0, 15.0, 40.0, 700.0)
]


@each_activation
@pytest.mark.parametrize("x", PLACES)
def test_the_slope_is_the_limit_of_central_differences(layer: Layer, x: float) -> None:
    # Two distances, of which the error in h² is taken away (Richardson).
    h = 1e-3 * min(1.0, abs(x))
    y, _ = run(layer, [x - h, x + h, x - h / 2, x + h / 2])
    wide, narrow = (y[1] - y[0]) / (2 * h), (y[3] - y[2]) / h
    _, (slope,) = run(layer, [x])
    rounding = 1e-15 * max(1.0, float(np.abs(y).max())) / h
    assert slope == pytest.approx((4 * narrow - wide) / 3, rel=1e-8, abs=1e-10 + rounding)


@each_activation
@each_type
def test_what_flows_back_is_the_slope_times_what_came(layer: Layer, dtype: DTypeLike) -> None:
    x = np.array([[-2.5, -0.5, 0.5, 2.5]], dtype)
    dy = np.array([[3, -1, 0, 0.5]], dtype)
    v, call = first_values(layer, (1,), dtype), Call(dtype)
    layer.forward(v, (x,), call)
    (dx,) = layer.backward(v, {}, dy, call)
    _, slope = run(layer, x[0], dtype)
    assert dx is not None
    np.testing.assert_allclose(dx[0], slope * dy[0], rtol=1e-6)


@pytest.mark.parametrize("layer", [a for a in ACTIVATIONS if type(a) not in AT_NO_COST], ids=str)
def test_nothing_is_computed_backward_where_nothing_before_learns(layer: Layer) -> None:
    call = Call(np.float64, needs_dx=False)
    v = first_values(layer, (1,), np.float64)
    layer.forward(v, (np.ones((1, 2)),), call)
    assert layer.backward(v, {}, np.ones((1, 2)), call) == (None,)


@each_activation
def test_a_view_that_is_not_contiguous_gives_the_same(layer: Layer) -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((4, 3, 5))
    dy = rng.standard_normal((4, 3, 5))
    v = first_values(layer, (4, 3), np.float64)
    results = []
    for view in (x.copy(), np.ascontiguousarray(x.transpose(2, 1, 0)).transpose(2, 1, 0)):
        call = Call(np.float64)
        y = layer.forward(v, (view,), call).copy()
        (dx,) = layer.backward(v, {}, dy.copy() if view is x else np.asfortranarray(dy), call)
        assert dx is not None
        results.append((y, dx.copy()))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])


# ---------------------------------------------------------------- numbers at the edge

#: What f tends to at ±∞: a number, or x times a number.
LIMITS: dict[type[Layer], tuple[float, float]] = {
    Sigmoid: (0, 1),
    HardSigmoid: (0, 1),
    Step: (0, 1),
    Tanh: (-1, 1),
    Softsign: (-1, 1),
}


@each_activation
@each_type
def test_huge_numbers_neither_overflow_nor_lose_their_limit(layer: Layer, dtype: DTypeLike) -> None:
    far = np.array([-1e4, 1e4], dtype)
    with np.errstate(all="raise", under="ignore"):
        y, slope = run(layer, far, dtype)
    assert np.isfinite(y).all()
    assert np.isfinite(slope).all()
    if type(layer) in LIMITS:
        np.testing.assert_allclose(y, LIMITS[type(layer)], atol=2e-4)
        np.testing.assert_allclose(slope, 0, atol=1e-7)
    else:
        steep = 1.0507009873554805 if isinstance(layer, SELU) else 1
        np.testing.assert_allclose([y[1] / far[1], slope[1]], steep, rtol=1e-6)


@pytest.mark.parametrize("layer", [a for a in ACTIVATIONS if type(a) is not Step], ids=str)
def test_not_a_number_stays_one_and_reaches_no_other(layer: Layer) -> None:
    with np.errstate(all="raise", under="ignore"):
        y, _ = run(layer, [0.5, math.nan, 2.0])
    assert np.isnan(y).tolist() == [False, True, False]


@pytest.mark.parametrize("x", [1e-8, -1e-8, 1e-5, -1e-5])
def test_next_to_0_no_digit_is_lost(x: float) -> None:
    # eˣ − 1 by its series; computed as it is written, it would lose five digits or more.
    (y,), _ = run(ELU(), [x])
    assert y == pytest.approx(x if x > 0 else x + x * x / 2, rel=1e-10, abs=0)


@each_type
def test_sigmoid_far_below_0_is_the_exponential_to_the_last_digit(dtype: DTypeLike) -> None:
    x = np.array([-15, -40, -80], dtype)
    y, slope = run(Sigmoid(), x, dtype)
    last_digit = 4 * np.finfo(dtype).eps
    e = np.exp(x.astype(np.float64))
    np.testing.assert_allclose(y, e / (1 + e), rtol=last_digit)
    np.testing.assert_allclose(slope, e / (1 + e) ** 2, rtol=last_digit)


@each_type
@pytest.mark.parametrize("layer", [ELU(), ELU(alpha=0.7), SELU()], ids=str)
def test_far_below_0_elu_rises_like_the_exponential(layer: Layer, dtype: DTypeLike) -> None:
    x = np.array([-10, -20, -40], dtype)
    _, slope = run(layer, x, dtype)
    scale = {ELU(): 1, ELU(alpha=0.7): 0.7, SELU(): 1.0507009873554805 * 1.6732632423543772}[layer]
    expected = scale * np.exp(x.astype(np.float64))
    np.testing.assert_allclose(slope, expected, rtol=4 * np.finfo(dtype).eps)


def test_softplus_far_below_0_is_the_exponential() -> None:
    (y,), (slope,) = run(Softplus(), [-30.0])
    assert y == pytest.approx(math.exp(-30), rel=1e-12, abs=0)
    assert slope == pytest.approx(math.exp(-30), abs=1e-15)


# ---------------------------------------------------------------- PReLU's slopes


def test_prelu_learns_one_slope_from_all_negative_numbers() -> None:
    layer, v, call = PReLU(), {"slope": np.array([0.5])}, Call(np.float64)
    x, dy = np.array([[-1.0, 2.0], [-3.0, 0.0]]), np.array([[10.0, 1.0], [2.0, 5.0]])
    grad = {"slope": np.full(1, np.nan)}
    np.testing.assert_array_equal(layer.forward(v, (x,), call), [[-0.5, 2], [-1.5, 0]])
    (dx,) = layer.backward(v, grad, dy, call)
    assert dx is not None
    np.testing.assert_array_equal(dx, [[5, 1], [1, 2.5]])
    np.testing.assert_array_equal(grad["slope"], [10 * -1 + 2 * -3])


@pytest.mark.parametrize(
    ("shape", "axis"), [((3,), 0), ((4, 3), 1), ((3, 2, 2), 0)], ids=["flat", "sequence", "picture"]
)
def test_prelu_has_a_slope_for_each_feature_where_features_are(
    shape: tuple[int, ...], axis: int
) -> None:
    layer, call = PReLU(per_feature=True), Call(np.float64)
    (variable,) = layer.variables(shape)
    assert variable.shape == (3,)
    assert not variable.decay
    slopes = np.array([0.1, -0.2, 3.0])
    x = np.full((*shape, 2), -1.0)
    y = np.moveaxis(layer.forward({"slope": slopes}, (x,), call), axis, 0)
    for feature, slope in zip(y, slopes, strict=True):
        np.testing.assert_array_equal(feature, -slope)
    grad = {"slope": np.empty(3)}
    layer.backward({"slope": slopes}, grad, np.ones_like(x), call)
    np.testing.assert_array_equal(grad["slope"], -x.size / 3)


def test_prelu_begins_at_a_quarter_with_a_single_slope() -> None:
    (variable,) = PReLU().variables((5, 4))
    assert variable.shape == (1,)
    np.testing.assert_array_equal(first_values(PReLU(), (5, 4), np.float64)["slope"], 0.25)


def test_prelu_wants_a_feature_axis() -> None:
    with pytest.raises(ShapeError, match="PReLU works along a feature axis"):
        PReLU().output_shape(())


# ---------------------------------------------------------------- settings and words


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        (LeakyReLU(slope=-0.1), "Slope a must be a number, at least 0 and at most 1; got -0.1"),
        (LeakyReLU(slope=1.5), "Slope a must be"),
        (ELU(alpha=-1.0), "Alpha α must be a number, at least 0"),
        (ELU(alpha=math.nan), "Alpha α must be"),
        (GELU(approximate="erf"), "Φ by must be one of exact, tanh; got 'erf'"),
        (replace(PReLU(), per_feature=1), "A slope per feature must be yes or no; got 1"),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_a_setting_out_of_range_is_refused(layer: Layer, sentence: str) -> None:
    with pytest.raises(SettingError) as refused:
        check(layer)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("layer", "caption"),
    [
        (LeakyReLU(), "slope 0.01"),
        (ELU(alpha=1.5), "α 1.5"),
        (GELU(), ""),
        (GELU(approximate="tanh"), "by tanh"),
        (PReLU(), ""),
        (PReLU(per_feature=True), "per feature"),
        (ReLU(), ""),
    ],
    ids=str,
)
def test_a_node_shows_the_setting_that_matters(layer: Layer, caption: str) -> None:
    assert layer.caption() == caption


@pytest.mark.parametrize("layer", [*ACTIVATIONS, Softmax()], ids=str)
def test_formula_derivative_and_source_are_told(layer: Layer) -> None:
    assert layer.formula.startswith("y")
    assert layer.derivative.startswith(("y′ = ", "∂yᵢ/∂xⱼ = "))
    told = type(layer).__doc__ or ""
    assert any(word[:4].isdigit() for word in told.replace("(", " ").split()), "name the year"


def test_only_activations_and_softmax_tell_a_derivative() -> None:
    telling = {name for name, cls in LAYERS.items() if cls.derivative}
    assert telling == {type(layer).__name__ for layer in ACTIVATIONS} | {"Softmax"}


# ---------------------------------------------------------------- the error function


def by_python(x: Array) -> Array:
    return np.array([math.erf(number) for number in x.tolist()])


@given(st.floats(-7, 7))
def test_erf_is_right_to_nearly_the_last_digit(x: float) -> None:
    (y,) = erf(np.array([x]), out=np.empty(1))
    assert y == pytest.approx(math.erf(x), rel=1.2e-15, abs=5e-324)


def test_erf_is_right_from_end_to_end_and_at_the_seams() -> None:
    seams = [s * np.nextafter(edge, to) for s in (-1, 1) for edge in (0.46875, 6) for to in (0, 9)]
    x = np.concatenate([np.linspace(-7, 7, 20_001), seams, [-0.46875, 0.46875, -6, 6]])
    np.testing.assert_allclose(erf(x, out=np.empty_like(x)), by_python(x), rtol=1.2e-15, atol=0)


def test_erf_of_float32_is_off_by_no_more_than_its_docstring_says() -> None:
    x = np.linspace(-7, 7, 20_001, dtype=np.float32)
    y = erf(x, out=np.empty_like(x))
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, by_python(x), rtol=0, atol=5e-7)


@each_type
def test_erf_ends_at_1_keeps_what_is_no_number_and_raises_nothing(dtype: DTypeLike) -> None:
    x = np.array([-np.inf, -1e4, -0.0, 0.0, 1e4, np.inf, np.nan], dtype)
    with np.errstate(all="raise", under="ignore"):
        y = erf(x, out=np.empty_like(x))
    np.testing.assert_allclose(y, [-1, -1, 0, 0, 1, 1, np.nan], atol=2e-7)
    assert np.signbit(y[2])


@each_type
def test_erf_works_in_place_and_over_more_than_one_chunk(dtype: DTypeLike) -> None:
    x = np.linspace(-3, 3, 2 * CHUNK + 7, dtype=dtype).reshape(-1, 1)
    apart = erf(x, out=np.empty_like(x))
    np.testing.assert_array_equal(erf(x[-5:].copy(), out=np.empty((5, 1), dtype)), apart[-5:])
    same = x.copy()
    assert erf(same, out=same) is same
    np.testing.assert_array_equal(same, apart)
