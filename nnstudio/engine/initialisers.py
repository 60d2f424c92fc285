"""Where weights start.

A weight of shape (out, in, …) has ``fan_in = in · …`` numbers flowing into each output and
``fan_out = out · …`` flowing out of each input.

* He: variance 2 / fan_in, for ReLU (He et al., 2015).
* Xavier: variance 2 / (fan_in + fan_out), for tanh and sigmoid (Glorot and Bengio, 2010).

A uniform distribution on [−a, a] has variance a² / 3.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod, sqrt

import numpy as np

from nnstudio.engine.layer import Array, Shape


def fans(shape: Shape) -> tuple[int, int]:
    """``(fan_in, fan_out)`` of a weight of shape (out, in, …); of a vector (n): (n, n)."""
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    receptive = prod(shape[2:])
    return shape[1] * receptive, shape[0] * receptive


def zeros(shape: Shape, rng: np.random.Generator) -> Array:
    """All 0: for biases; a whole layer of zeros learns nothing useful, which is worth seeing."""
    return np.zeros(shape)


def ones(shape: Shape, rng: np.random.Generator) -> Array:
    """All 1: for scales."""
    return np.ones(shape)


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


INITIALISERS: dict[str, Callable[[Shape, np.random.Generator], Array]] = {
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
    "zeros": zeros,
    "ones": ones,
}

#: What a user may choose for the weights of a layer.
WEIGHT_INITIALISERS = ("he_normal", "he_uniform", "xavier_normal", "xavier_uniform", "zeros")
