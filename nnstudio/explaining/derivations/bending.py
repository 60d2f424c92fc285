"""Activations: f(x) with x in it, and softmax, where one number depends on all scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import erf, exp, pi, sqrt, tanh
from typing import Any

import numpy as np

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
from nnstudio.engine.activations.elementwise import Elementwise
from nnstudio.engine.activations.rectifiers import SELU_ALPHA, SELU_LAMBDA
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array, Call, Layer
from nnstudio.explaining.derivations.derivation import FEW, Derivation, Origin, Place

#: What stands at the right of y = …, and what is in it beside x.
Written = tuple[str, dict[str, float]]


def _leaky(layer: Any, x: float) -> Written:
    return ("{x}", {}) if x > 0 else ("{a} · {x}", {"a": layer.slope})


def _elu(layer: Any, x: float) -> Written:
    return ("{x}", {}) if x > 0 else ("{α} · (e^{x} − 1)", {"α": layer.alpha})


def _selu(layer: Any, x: float) -> Written:
    if x > 0:
        return "{λ} · {x}", {"λ": SELU_LAMBDA}
    return "{λ} · {α} · (e^{x} − 1)", {"λ": SELU_LAMBDA, "α": SELU_ALPHA}


def _gelu(layer: Any, x: float) -> Written:
    if layer.approximate == "tanh":
        below = (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2
    else:
        below = (1 + erf(x / sqrt(2))) / 2
    return "{x} · {Φ(x)}", {"Φ(x)": below}


def _always(equation: str) -> Callable[[Any, float], Written]:
    return lambda layer, x: (equation, {})


#: How each activation that goes number by number is written down.
WRITTEN: Mapping[type[Layer], Callable[[Any, float], Written]] = {
    ReLU: _always("max(0, {x})"),
    Sigmoid: _always("1 / (1 + e^(−{x}))"),
    Tanh: _always("tanh({x})"),
    Linear: _always("{x}"),
    Step: _always("step({x})"),
    LeakyReLU: _leaky,
    ELU: _elu,
    SELU: _selu,
    GELU: _gelu,
    SiLU: _always("{x} / (1 + e^(−{x}))"),
    Softplus: _always("ln(1 + e^{x})"),
    Softsign: _always("{x} / (1 + |{x}|)"),
    HardSigmoid: _always("min(max(0, {x} + 3), 6) / 6"),
}


def number_by_number(
    layer: Elementwise, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """f(x), by the layer's own function."""
    x = float(xs[0][place])
    y = layer.forward({}, (np.array([[x]]),), Call(np.float64))
    equation, beside = WRITTEN[type(layer)](layer, x)
    numbers = {"x": x, **beside}
    return Derivation(equation, numbers, float(y[0, 0]), (Origin(0, place, x),), 1)


def learned_slope(
    layer: PReLU, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """x where it is positive, else a x with a learned a."""
    x = float(xs[0][place])
    slope = float(v["slope"][place[feature_axis(len(place))] if layer.per_feature else 0])
    origins = (Origin(0, place, x),)
    if x > 0:
        return Derivation("{x}", {"x": x}, x, origins, 1, "What is positive passes")
    words = "a is learned" + (", for each feature" if layer.per_feature else "")
    return Derivation("{a} · {x}", {"a": slope, "x": x}, slope * x, origins, 1, words)


def shares(layer: Softmax, v: Mapping[str, Array], xs: Sequence[Array], place: Place) -> Derivation:
    """e^x over the sum for all scores; the score itself is named first, then the greatest."""
    x = xs[0].astype(np.float64)
    scores = x[place[0]] if x.ndim == 2 else x
    most, own = float(scores.max()), float(x[place])
    total = float(np.exp(scores - most).sum())
    before = place[:-1]
    others = [int(k) for k in np.argsort(-scores, kind="stable") if k != place[-1]]
    told = [place[-1], *others[: FEW - 1]]
    words = (
        f"Σ is the sum of e^(x − m) over all {len(scores):,} scores. The greatest, m, is taken off"
        " each, so that no power is too large; the share stays the same"
    )
    return Derivation(
        "e^({x} − {m}) / {Σ}",
        {"x": own, "m": most, "Σ": total},
        exp(own - most) / total,
        tuple(Origin(0, (*before, k), float(scores[k])) for k in told),
        len(scores),
        words,
    )
