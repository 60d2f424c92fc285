"""The error function, which numpy doesn't have.

    erf(x) = 2/√π ∫₀ˣ e^(−t²) dt        erf′(x) = 2/√π e^(−x²)

Nobody integrates: fractions of polynomials, fitted once for all, come as near as the number type
can tell. It is odd, erf(−x) = −erf(x), so only |x| matters.

| type    | where         | erf(|x|)                                      | source         |
|---------|---------------|-----------------------------------------------|----------------|
| float64 | |x| ≤ 0.46875 | |x| A(x²) / B(x²)                             | Cody, 1969     |
| float64 | beyond        | 1 − e^(−x²) C(|x|) / D(|x|)                   | Cody, 1969     |
| float32 | everywhere    | 1 − e^(−x²) H(t), t = 1 / (1 + 0.3275911 |x|) | Hastings, 1955 |

Cody's fractions are right to nearly the last digit of a float64, with a relative error of about
10⁻¹⁵ (W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of
Computation 23; the numbers are those of his program CALERF). He has a third one for 1 − erf(x)
where |x| > 4, but there erf is 1 to the eighth digit and his second is good enough for the others.
Hastings's polynomial ("Approximations for digital computers"; no. 7.1.26 in Abramowitz and Stegun)
is off by 1.5 · 10⁻⁷ at most, with the rounding of float32 by 5 · 10⁻⁷, in a third of the time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnstudio.engine.chunks import chunks
from nnstudio.engine.layer import Array

#: Coefficients from the highest power down.
_A = (
    1.85777706184603153e-1,
    3.16112374387056560e00,
    1.13864154151050156e02,
    3.77485237685302021e02,
    3.20937758913846947e03,
)
_B = (
    1.0,
    2.36012909523441209e01,
    2.44024637934444173e02,
    1.28261652607737228e03,
    2.84423683343917062e03,
)
_C = (
    2.15311535474403846e-8,
    5.64188496988670089e-1,
    8.88314979438837594e00,
    6.61191906371416295e01,
    2.98635138197400131e02,
    8.81952221241769090e02,
    1.71204761263407058e03,
    2.05107837782607147e03,
    1.23033935479799725e03,
)
_D = (
    1.0,
    1.57449261107098347e01,
    1.17693950891312499e02,
    5.37181101862009858e02,
    1.62138957456669019e03,
    3.29079923573345963e03,
    4.36261909014324716e03,
    3.43936767414372164e03,
    1.23033935480374942e03,
)
_H = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592, 0.0)
_H_SCALE = 0.3275911

#: Where Cody's first fraction ends, and where erf is 1 to the last digit of a float64.
_NEAR, _ONE = 0.46875, 6.0


def erf(x: Array, out: Array) -> Array:
    """erf(x), written into ``out``, a contiguous array, which may be ``x`` itself."""
    if out is not x:
        np.copyto(out, x)
    flat = out.reshape(-1)
    compute = _by_hastings if out.dtype == np.float32 else _by_cody
    for part, room in chunks(flat, rows=3):
        compute(flat[part], room)
    return out


def _by_hastings(x: Array, room: Array) -> None:
    """Replace ``x`` by erf(x); ``room`` is three arrays like it."""
    size, t, tail = room
    np.abs(x, out=size)
    np.multiply(size, _H_SCALE, out=t)
    t += 1
    np.reciprocal(t, out=t)
    _polynomial(_H, t, out=tail)
    tail *= _bell(size)
    _finish(tail, x)


def _by_cody(x: Array, room: Array) -> None:
    size, tail, below = room
    np.abs(x, out=size)
    near = np.flatnonzero(size <= _NEAR)
    x_near = x[near]
    np.minimum(size, _ONE, out=size)
    _polynomial(_C, size, out=tail)
    tail /= _polynomial(_D, size, out=below)
    tail *= _bell(size)
    _finish(tail, x)
    squares = x_near * x_near
    above = _polynomial(_A, squares, out=np.empty_like(squares))
    above /= _polynomial(_B, squares, out=np.empty_like(squares))
    x[near] = x_near * above


def _bell(size: Array) -> Array:
    """e^(−x²) in the place of |x|."""
    np.square(size, out=size)
    np.negative(size, out=size)
    return np.exp(size, out=size)


def _finish(tail: Array, x: Array) -> None:
    """Replace ``x`` by 1 − tail with the sign of x."""
    np.subtract(1, tail, out=tail)
    np.copysign(tail, x, out=x)


def _polynomial(coefficients: Sequence[float], x: Array, out: Array) -> Array:
    """Horner's rule: ((c₀ x + c₁) x + c₂) x + …, written into ``out``."""
    first, second, *others = coefficients
    np.multiply(x, first, out=out)
    out += second
    for coefficient in others:
        out *= x
        out += coefficient
    return out
