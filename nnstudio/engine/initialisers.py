"""Where weights start.

A weight of shape (out, in, …) has ``fan_in = in · …`` numbers flowing into each output and
``fan_out = out · …`` flowing out of each input. To keep signals of about the same size from layer
to layer, in both directions if possible, its variance is

* He: 2 / fan_in, for ReLU (He et al., 2015);
* Xavier: 2 / (fan_in + fan_out), for tanh and sigmoid (Glorot and Bengio, 2010);
* LeCun: 1 / fan_in, for SELU (LeCun et al., "Efficient BackProp", 1998; Klambauer et al., 2017);
* orthogonal: rows of length 1 at right angles, or columns if these are fewer (Saxe, McClelland and
  Ganguli, 2014).

A uniform distribution on [−a, a] has variance a² / 3. The plain starts, which don't look at the
shape, have fixed sizes: constant 0.1, uniform on ±0.05, normal with standard deviation 0.05, and
truncated normal the same without what lies beyond ±0.1. The random ones are those that Keras
takes if told nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod, sqrt

import numpy as np

from nnstudio.engine.layer import Array, Shape

#: The value, limit or standard deviation of the starts that don't look at the shape.
CONSTANT = 0.1
UNIFORM_LIMIT = 0.05
NORMAL_DEVIATION = 0.05

#: A truncated normal distribution ends at so many standard deviations.
TRUNCATED_AT = 2.0


def fans(shape: Shape) -> tuple[int, int]:
    """``(fan_in, fan_out)`` of a weight of shape (out, in, …); of a vector (n): (n, n)."""
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    receptive = prod(shape[2:])
    return shape[1] * receptive, shape[0] * receptive


# ---------------------------------------------------------------- whatever the shape


def zeros(shape: Shape, rng: np.random.Generator) -> Array:
    """All 0: for biases; a whole layer of zeros learns nothing useful, which is worth seeing."""
    return np.zeros(shape)


def ones(shape: Shape, rng: np.random.Generator) -> Array:
    """All 1: for scales."""
    return np.ones(shape)


def quarter(shape: Shape, rng: np.random.Generator) -> Array:
    """All 0.25: for the slopes of PReLU (He et al., 2015)."""
    return np.full(shape, 0.25)


def forget_ones(shape: Shape, rng: np.random.Generator) -> Array:
    """1 in the second quarter, else 0: for the biases of an LSTM, whose forget gates open so."""
    values = np.zeros(shape)
    values.reshape(-1)[values.size // 4 : values.size // 2] = 1
    return values


def constant(shape: Shape, rng: np.random.Generator) -> Array:
    """All 0.1: the units of a layer begin alike and, getting like gradients, stay alike."""
    return np.full(shape, CONSTANT)


def uniform(shape: Shape, rng: np.random.Generator) -> Array:
    """Uniform on ±0.05."""
    return rng.uniform(-UNIFORM_LIMIT, UNIFORM_LIMIT, shape)


def normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Normal with standard deviation 0.05."""
    return rng.standard_normal(shape) * NORMAL_DEVIATION


def truncated_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Normal with standard deviation σ = 0.05, given that it lies within ±2σ.

    Whatever lies beyond is drawn again, which is exact (von Neumann's rejection method, 1951). What
    remains has a standard deviation of 0.88 σ.
    """
    values = np.asarray(rng.standard_normal(shape))
    while (beyond := np.abs(values) > TRUNCATED_AT).any():
        values[beyond] = rng.standard_normal(np.count_nonzero(beyond))
    return values * NORMAL_DEVIATION


# ---------------------------------------------------------------- by the shape


def he_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Normal with standard deviation √(2 / fan_in)."""
    return rng.standard_normal(shape) * sqrt(2 / fans(shape)[0])


def he_uniform(shape: Shape, rng: np.random.Generator) -> Array:
    """Uniform on ±√(6 / fan_in)."""
    limit = sqrt(6 / fans(shape)[0])
    return rng.uniform(-limit, limit, shape)


def xavier_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Normal with standard deviation √(2 / (fan_in + fan_out))."""
    return rng.standard_normal(shape) * sqrt(2 / sum(fans(shape)))


def xavier_uniform(shape: Shape, rng: np.random.Generator) -> Array:
    """Uniform on ±√(6 / (fan_in + fan_out))."""
    limit = sqrt(6 / sum(fans(shape)))
    return rng.uniform(-limit, limit, shape)


def lecun_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Normal with standard deviation √(1 / fan_in)."""
    return rng.standard_normal(shape) * sqrt(1 / fans(shape)[0])


def lecun_uniform(shape: Shape, rng: np.random.Generator) -> Array:
    """Uniform on ±√(3 / fan_in)."""
    limit = sqrt(3 / fans(shape)[0])
    return rng.uniform(-limit, limit, shape)


def orthogonal(shape: Shape, rng: np.random.Generator) -> Array:
    """A matrix (out, in · …) with W Wᵀ = 1, or Wᵀ W = 1 if it is higher than wide.

    QR takes a normal matrix apart into Q with orthonormal columns and a triangular R. With the
    signs chosen so that R's diagonal is positive, every Q is as likely as every other (Mezzadri,
    "How to generate random matrices from the classical compact groups", 2007).
    """
    rows = shape[0] if shape else 1
    columns = prod(shape[1:])
    # QR wants the longer side down.
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.where(np.diagonal(r) < 0, -1, 1)
    return (q if rows >= columns else q.T).reshape(shape)


INITIALISERS: dict[str, Callable[[Shape, np.random.Generator], Array]] = {
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
    "lecun_normal": lecun_normal,
    "lecun_uniform": lecun_uniform,
    "orthogonal": orthogonal,
    "truncated_normal": truncated_normal,
    "normal": normal,
    "uniform": uniform,
    "constant": constant,
    "zeros": zeros,
    "ones": ones,
    "quarter": quarter,
    "forget_ones": forget_ones,
}

#: What a user may choose for the weights of a layer.
WEIGHT_INITIALISERS = tuple(
    name for name in INITIALISERS if name not in ("ones", "quarter", "forget_ones")
)
