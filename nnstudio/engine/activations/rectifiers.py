"""Activations that pass what is positive and hold back the rest.

| layer     | y = f(x)                              | f′                                   |
|-----------|---------------------------------------|--------------------------------------|
| ReLU      | max(0, x)                             | 1 where x > 0, else 0                |
| LeakyReLU | x where x > 0, else a x               | 1 where x > 0, else a                |
| ELU       | x where x > 0, else α (eˣ − 1)        | 1 where x > 0, else α eˣ             |
| SELU      | λ x where x > 0, else λ α (eˣ − 1)    | λ where x > 0, else λ α eˣ           |
| GELU      | x Φ(x)                                | Φ(x) + x φ(x)                        |
| SiLU      | x σ(x)                                | σ(x) + y (1 − σ(x))                  |
| Softplus  | ln(1 + eˣ)                            | σ(x)                                 |

σ is the sigmoid; Φ(x) = ½ (1 + erf(x/√2)) and φ(x) = e^(−x²/2) / √(2π) are the normal distribution
and its density. Where x is large, f′ is 1 and stays so, however many layers follow one another:
this is what made deep networks learn. At a kink PyTorch's f′ is taken, the one from the left.
:mod:`prelu` has the member of the family that learns its slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import ClassVar

import numpy as np

from nnstudio.engine.activations.elementwise import Elementwise, scratch
from nnstudio.engine.activations.erf import erf
from nnstudio.engine.activations.squeezing import sigmoid
from nnstudio.engine.layer import Array, Call
from nnstudio.schema import setting

#: SELU's numbers: with them, mean 0 and variance 1 are a fixed point of a layer.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_LAMBDA = 1.0507009873554804934193349852946

#: GELU by tanh: Φ(x) ≈ ½ (1 + tanh(√(2/π) (x + 0.044715 x³))).
_LINEAR = sqrt(2 / pi)
_CUBIC = 0.044715 * _LINEAR


@dataclass(frozen=True)
class ReLU(Elementwise):
    """The rectifier (Fukushima, 1969; for deep networks Nair and Hinton, 2010)."""

    summary: ClassVar[str] = "Passes what is positive, stops the rest"
    formula: ClassVar[str] = "y = max(0, x)"
    derivative: ClassVar[str] = "y′ = 1 if x > 0, else 0"
    buffers: ClassVar[tuple[int, int]] = (2, 1)  # y and zeros to compare with

    def f(self, x: Array, y: Array, call: Call) -> None:
        # With an array of zeros numpy is up to three times as quick as with the number 0.
        np.maximum(x, call.zeros(x.shape), out=y)

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        # True is 1, False is 0. np.sign(y) is the same, but the processor must guess each sign.
        np.greater(y, call.zeros(y.shape), out=slope)


@dataclass(frozen=True)
class LeakyReLU(Elementwise):
    """A rectifier that lets a little through, so that no neuron falls silent for good.

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models",
    2013.
    """

    summary: ClassVar[str] = "Passes what is positive, and a little of the rest"
    formula: ClassVar[str] = "y = x if x > 0, else a x"
    derivative: ClassVar[str] = "y′ = 1 if x > 0, else a"

    slope: float = setting(
        0.01, ge=0, le=1, label="Slope a", help="How much of what is negative gets through"
    )

    def caption(self) -> str:
        return f"slope {self.slope:g}"

    def f(self, x: Array, y: Array, call: Call) -> None:
        # Of the two lines the upper one, because the slope is at most 1.
        np.multiply(x, self.slope, out=y)
        np.maximum(x, y, out=y)

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        np.sign(x, out=slope)
        np.maximum(slope, self.slope, out=slope)


@dataclass(frozen=True)
class ELU(Elementwise):
    """Exponential below 0, so that outputs are 0 on average (Clevert et al., 2015)."""

    summary: ClassVar[str] = "Passes what is positive; what is negative ends smoothly at −α"
    formula: ClassVar[str] = "y = x if x > 0, else α (eˣ − 1)"
    derivative: ClassVar[str] = "y′ = 1 if x > 0, else α eˣ"

    alpha: float = setting(
        1.0, ge=0, le=100, label="Alpha α", help="How far down it goes: to −α at the least"
    )

    def caption(self) -> str:
        return f"α {self.alpha:g}"

    def f(self, x: Array, y: Array, call: Call) -> None:
        _elu(x, self.alpha, y, call)

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        _elu_slope(x, self.alpha, slope, call)


@dataclass(frozen=True)
class SELU(Elementwise):
    """The ELU that normalises itself: λ = 1.0507… and α = 1.6733… (Klambauer et al., 2017).

    With these numbers a layer whose inputs have mean 0 and variance 1 gives nearly that again, if
    its weights begin as ``lecun_normal`` lets them.
    """

    summary: ClassVar[str] = "An ELU that keeps mean 0 and variance 1; wants LeCun weights"
    formula: ClassVar[str] = "y = λ x if x > 0, else λ α (eˣ − 1)"
    derivative: ClassVar[str] = "y′ = λ if x > 0, else λ α eˣ"

    def f(self, x: Array, y: Array, call: Call) -> None:
        _elu(x, SELU_ALPHA, y, call)
        y *= SELU_LAMBDA

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        _elu_slope(x, SELU_ALPHA, slope, call)
        slope *= SELU_LAMBDA


def _elu(x: Array, alpha: float, y: Array, call: Call) -> None:
    """ELU as the sum of x above 0 and α (eˣ − 1) below, as each is 0 where the other isn't.

    With t = tanh ½x, eˣ − 1 = 2t / (1 − t): as right as ``expm1``, which numpy computes number by
    number on most processors, in half the time. eˣ itself, rounded, would leave little near 0.
    """
    np.minimum(x, 0, out=y)
    y *= 0.5
    np.tanh(y, out=y)
    room = np.subtract(1, y, out=scratch(x, call))
    y /= room
    y *= 2 * alpha
    y += np.maximum(x, 0, out=room)


def _elu_slope(x: Array, alpha: float, slope: Array, call: Call) -> None:
    """ELU's derivative: 1 above 0, elsewhere α eˣ.

    That is also y + α, which is quicker, but far below 0 leaves no digit of a small eˣ.
    """
    np.minimum(x, 0, out=slope)
    np.exp(slope, out=slope)
    if alpha != 1:  # otherwise it is e⁰ = 1 above 0
        is_below = np.less_equal(x, 0, out=call.buffer("is below", x.shape, bool))
        slope *= alpha
        slope *= is_below
        slope += np.logical_not(is_below, out=is_below)


@dataclass(frozen=True)
class GELU(Elementwise):
    """x times the chance that a normal number is below x (Hendrycks and Gimpel, 2016)."""

    summary: ClassVar[str] = "A smooth ReLU: weighs x by how great it is among normal numbers"
    formula: ClassVar[str] = "y = x Φ(x)"
    derivative: ClassVar[str] = "y′ = Φ(x) + x φ(x)"
    buffers: ClassVar[tuple[int, int]] = (2, 1)  # y and Φ(x)

    approximate: str = setting(
        "exact",
        label="Φ by",
        choices=("exact", "tanh"),
        help="The normal distribution Φ itself, or the tanh that nearly is it",
    )

    def caption(self) -> str:
        return "by tanh" if self.approximate == "tanh" else ""

    def f(self, x: Array, y: Array, call: Call) -> None:
        if self.approximate == "tanh":
            self._f_by_tanh(x, y, call)
            return
        normal = np.multiply(x, sqrt(0.5), out=call.buffer("normal", x.shape))
        erf(normal, out=normal)
        normal += 1
        normal *= 0.5
        np.multiply(x, normal, out=y)

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        if self.approximate == "tanh":
            self._f_prime_by_tanh(x, slope, call)
            return
        np.square(x, out=slope)
        slope *= -0.5
        np.exp(slope, out=slope)
        slope *= 1 / sqrt(2 * pi)
        slope *= x
        slope += call.buffer("normal", x.shape)

    def _f_by_tanh(self, x: Array, y: Array, call: Call) -> None:
        """½ x (1 + t) with t = tanh(u), u = √(2/π) (x + 0.044715 x³)."""
        t = np.square(x, out=call.buffer("t", x.shape))
        t *= _CUBIC
        t += _LINEAR
        t *= x
        np.tanh(t, out=t)
        np.add(t, 1, out=y)
        y *= x
        y *= 0.5

    def _f_prime_by_tanh(self, x: Array, slope: Array, call: Call) -> None:
        """½ (1 + t) + ½ x (1 − t²) u′ with u′ = √(2/π) (1 + 3 · 0.044715 x²)."""
        t = call.buffer("t", x.shape)
        bell = np.square(t, out=call.buffer("bell", x.shape))
        np.subtract(1, bell, out=bell)
        np.square(x, out=slope)
        slope *= 3 * _CUBIC
        slope += _LINEAR
        slope *= x
        slope *= bell
        slope += t
        slope += 1
        slope *= 0.5


@dataclass(frozen=True)
class SiLU(Elementwise):
    """x weighed by its sigmoid, also called swish (Elfwing, Uchibe and Doya, 2017)."""

    summary: ClassVar[str] = "A smooth ReLU: x weighed by its own sigmoid"
    formula: ClassVar[str] = "y = x σ(x) = x / (1 + e⁻ˣ)"
    derivative: ClassVar[str] = "y′ = σ(x) + y (1 − σ(x))"
    buffers: ClassVar[tuple[int, int]] = (2, 1)  # y and σ(x)

    def f(self, x: Array, y: Array, call: Call) -> None:
        weight = sigmoid(x, out=call.buffer("weight", x.shape))
        np.multiply(x, weight, out=y)

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        weight = call.buffer("weight", x.shape)
        np.subtract(1, weight, out=slope)
        slope *= y
        slope += weight


@dataclass(frozen=True)
class Softplus(Elementwise):
    """The rectifier made smooth; its slope is the sigmoid (Dugas, Bengio et al., 2001)."""

    summary: ClassVar[str] = "A smooth ReLU, always positive"
    formula: ClassVar[str] = "y = ln(1 + eˣ)"
    derivative: ClassVar[str] = "y′ = 1 / (1 + e⁻ˣ)"

    def f(self, x: Array, y: Array, call: Call) -> None:
        # The same as max(0, x) + ln(1 + e^−|x|), where nothing overflows.
        np.abs(x, out=y)
        np.negative(y, out=y)
        np.exp(y, out=y)
        room = scratch(x, call)
        _log_of_1_plus(y, room)
        y += np.maximum(x, 0, out=room)

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        sigmoid(x, out=slope)


def _log_of_1_plus(e: Array, w: Array) -> None:
    """Replace ``e``, from 0 to 1, by ln(1 + e), with ``w`` to work in.

    With w = 1 + e as it is rounded, e − (w − 1) is what the rounding took, to the last digit, and
    ln(1 + e) = ln w + (e − (w − 1)) / w up to its square: no digit of a small e is lost. ``log1p``
    gives the same, but numpy computes it number by number on most processors.
    """
    np.add(e, 1, out=w)
    w -= 1
    e -= w
    w += 1
    e /= w
    e += np.log(w, out=w)
