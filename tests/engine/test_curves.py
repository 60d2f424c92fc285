"""Curves of activations: what is drawn is f, and what is drawn as its derivative is its slope."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.engine.activations import SELU, ReLU, Sigmoid, Softmax, Softsign, Tanh
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.curves import curve, has_curve, pieces
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer
from nnstudio.engine.noise import GaussianNoise

ACTIVATIONS = [cls() for cls in LAYERS.values() if has_curve(cls)]
STEP = 1e-5


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=str)
def test_the_slope_is_how_fast_the_function_rises(layer: Layer) -> None:
    # An even count keeps 0, where many of them have a kink, between two places.
    low, high, count = -4.0, 4.0, 202
    drawn = curve(layer, low, high, count)
    below = curve(layer, low - STEP, high - STEP, count).y
    above = curve(layer, low + STEP, high + STEP, count).y
    smooth = np.abs((above - drawn.y) - (drawn.y - below)) < 1e-3 * STEP
    assert smooth.sum() >= count - 4, "an activation has a few kinks at most"
    rise = (above - below) / (2 * STEP)
    np.testing.assert_allclose(drawn.slope[smooth], rise[smooth], rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=str)
def test_a_curve_reaches_from_end_to_end_in_double_precision(layer: Layer) -> None:
    drawn = curve(layer, -2.0, 3.0, 11)
    np.testing.assert_allclose(drawn.x, [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3])
    for values in (drawn.x, drawn.y, drawn.slope):
        assert values.shape == (11,)
        assert values.dtype == np.float64
        assert np.isfinite(values).all()


def test_known_curves_come_out_as_on_paper() -> None:
    x = np.linspace(-4.0, 4.0, 801)
    sigmoid = curve(Sigmoid())
    np.testing.assert_allclose(sigmoid.y, 1 / (1 + np.exp(-x)), rtol=1e-12)
    np.testing.assert_allclose(sigmoid.slope, np.exp(-x) / (1 + np.exp(-x)) ** 2, rtol=1e-12)
    np.testing.assert_allclose(curve(Tanh()).slope, 1 / np.cosh(x) ** 2, rtol=1e-10)


def test_of_softmax_the_share_of_a_score_against_0_is_drawn_which_is_the_sigmoid() -> None:
    softmax, sigmoid = curve(Softmax()), curve(Sigmoid())
    np.testing.assert_allclose(softmax.y, sigmoid.y, rtol=1e-12)
    np.testing.assert_allclose(softmax.slope, sigmoid.slope, rtol=1e-12)


@pytest.mark.parametrize("layer", [Dense(1), Dropout(), GaussianNoise()], ids=str)
def test_a_layer_that_is_no_activation_has_no_curve(layer: Layer) -> None:
    assert not has_curve(layer)
    with pytest.raises(ValueError, match=f"got {type(layer).__name__}, which has no curve"):
        curve(layer)


def test_a_curve_is_cut_where_it_jumps_and_only_there() -> None:
    relu = curve(ReLU())
    assert len(list(pieces(relu.x, relu.y))) == 1, "a kink is no jump"
    (left, zeros), (right, ones) = pieces(relu.x, relu.slope)
    assert left[-1] == pytest.approx(0, abs=0.011)
    assert right[0] == pytest.approx(0, abs=0.011)
    assert (zeros == 0).all()
    assert (ones == 1).all()
    assert len(left) + len(right) == len(relu.x)
    selu = curve(SELU())
    (left, _), (right, _) = pieces(selu.x, selu.slope)  # λ α eˣ rises to 1.76, then it is λ = 1.05
    assert left[-1] <= right[0] <= left[-1] + 0.011
    assert right[0] == pytest.approx(0, abs=0.011)
    for layer in (Sigmoid(), Tanh(), SELU(), Softsign()):
        smooth = curve(layer)
        assert len(list(pieces(smooth.x, smooth.y))) == 1
    for layer in (Sigmoid(), Tanh(), Softsign()):
        smooth = curve(layer)
        assert len(list(pieces(smooth.x, smooth.slope))) == 1
