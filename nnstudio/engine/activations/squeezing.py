"""Activations that squeeze all numbers into a range, and the two that came before them.

| layer       | y = f(x)                        | f′                          |
|-------------|---------------------------------|-----------------------------|
| Linear      | x                               | 1                           |
| Step        | 1 where x ≥ 0, else 0           | 0                           |
| Sigmoid     | σ(x) = 1 / (1 + e⁻ˣ)            | y (1 − y)                   |
| HardSigmoid | (x + 3)/6, kept within 0 … 1    | 1/6 where −3 < x < 3, else 0 |
| Tanh        | (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)           | 1 − y²                      |
| Softsign    | x / (1 + |x|)                   | 1 / (1 + |x|)²              |

Far from 0 they are flat: a neuron that is there learns slowly, because f′ is nearly 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.engine.activations.elementwise import Elementwise
from nnstudio.engine.layer import Array, Arrays, Call

#: HardSigmoid rises from 0 to 1 between −3 and 3.
_REACH = 3.0


@dataclass(frozen=True)
class Linear(Elementwise):
    """The identity: what a neuron without an activation computes (Widrow and Hoff, 1960).

    However many linear layers follow one another, together they are a single one: it takes
    something bent between them to compute more.
    """

    summary: ClassVar[str] = "Passes every number unchanged"
    formula: ClassVar[str] = "y = x"
    operations: ClassVar[int] = 0
    derivative: ClassVar[str] = "y′ = 1"
    buffers: ClassVar[tuple[int, int]] = (0, 0)  # y is x

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        return xs[0]

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (dy,)


@dataclass(frozen=True)
class Step(Elementwise):
    """The threshold: a neuron fires or it doesn't (McCulloch and Pitts, 1943; Rosenblatt, 1958).

    Its derivative is 0, and at x = 0, where it jumps, there is none. So nothing comes back through
    it, and what is before it doesn't learn by gradient descent. That is no mistake of the code:
    it is why perceptrons had a learning rule of their own and were of one layer, and why the
    sigmoid took the step's place. It is here to be seen, and for weights that are known.
    """

    summary: ClassVar[str] = "Fires or not: 1 from 0 upwards, else 0; nothing before it learns"
    formula: ClassVar[str] = "y = 1 if x ≥ 0, else 0"
    derivative: ClassVar[str] = "y′ = 0"

    def f(self, x: Array, y: Array, call: Call) -> None:
        np.greater_equal(x, 0, out=y)

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (call.zeros(dy.shape),)


@dataclass(frozen=True)
class Sigmoid(Elementwise):
    """The logistic function, a step made smooth (Verhulst, 1845; Rumelhart et al., 1986)."""

    summary: ClassVar[str] = "Squeezes every number into 0 … 1"
    formula: ClassVar[str] = "y = 1 / (1 + e⁻ˣ)"
    derivative: ClassVar[str] = "y′ = y (1 − y)"

    def f(self, x: Array, y: Array, call: Call) -> None:
        sigmoid(x, out=y)

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        np.subtract(1, y, out=slope)
        slope *= y


@dataclass(frozen=True)
class HardSigmoid(Elementwise):
    """A sigmoid of three straight lines, relu6(x + 3) / 6 (Howard et al., "MobileNetV3", 2019).

    This is what Keras calls ``hard_sigmoid`` since version 3, and PyTorch's ``Hardsigmoid``. Until
    Keras 2 it was 0.2 x + 0.5, kept within 0 … 1.
    """

    summary: ClassVar[str] = "Squeezes into 0 … 1 with straight lines, quick to compute"
    formula: ClassVar[str] = "y = min(max(0, x + 3), 6) / 6"
    derivative: ClassVar[str] = "y′ = 1/6 if −3 < x < 3, else 0"

    def f(self, x: Array, y: Array, call: Call) -> None:
        np.add(x, _REACH, out=y)
        np.maximum(y, 0, out=y)
        np.minimum(y, 2 * _REACH, out=y)
        y *= 1 / (2 * _REACH)

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        np.abs(x, out=slope)
        np.less(slope, _REACH, out=slope)
        slope *= 1 / (2 * _REACH)


@dataclass(frozen=True)
class Tanh(Elementwise):
    """The hyperbolic tangent: a sigmoid around 0 (LeCun, Bottou, Orr and Müller, 1998)."""

    summary: ClassVar[str] = "Squeezes every number into −1 … 1"
    formula: ClassVar[str] = "y = tanh x"
    derivative: ClassVar[str] = "y′ = 1 − y²"

    def f(self, x: Array, y: Array, call: Call) -> None:
        np.tanh(x, out=y)

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        np.square(y, out=slope)
        np.subtract(1, slope, out=slope)


@dataclass(frozen=True)
class Softsign(Elementwise):
    """Like tanh, but it nears its ends slowly (Bergstra, Desjardins, Lamblin and Bengio, 2009)."""

    summary: ClassVar[str] = "Squeezes every number into −1 … 1, more gently than tanh"
    formula: ClassVar[str] = "y = x / (1 + |x|)"
    derivative: ClassVar[str] = "y′ = 1 / (1 + |x|)²"

    def f(self, x: Array, y: Array, call: Call) -> None:
        np.abs(x, out=y)
        y += 1
        np.divide(x, y, out=y)

    def f_prime(self, x: Array, y: Array, slope: Array, call: Call) -> None:
        np.abs(x, out=slope)
        slope += 1
        np.reciprocal(slope, out=slope)
        np.square(slope, out=slope)


#: As far to the left as σ(x) is a normal number; beyond, it stays where it is.
_LEFT_END = {np.dtype(np.float32): 87.0, np.dtype(np.float64): 708.0}


def sigmoid(x: Array, out: Array) -> Array:
    """σ(x) as it is written, into ``out``.

    Far to the left it is nearly e^x, with all its digits; ½ (1 + tanh ½x) would have lost them in
    the sum. For the exponential not to overflow, −x is kept below 87 or, in float64, 708.
    """
    np.negative(x, out=out)
    np.minimum(out, _LEFT_END[x.dtype], out=out)
    np.exp(out, out=out)
    out += 1
    return np.reciprocal(out, out=out)
