"""Smoothing of noisy curves: the debiased exponential moving average that TensorBoard draws.

    mₜ = s mₜ₋₁ + (1 − s) xₜ,  m₀ = 0          ŷₜ = mₜ / (1 − sᵗ)          t = 1, 2, …

Without the division the curve would begin at 0 and need 1 / (1 − s) points to recover (Kingma and
Ba, "Adam", 2015, section 3). Points without a value are passed over and stay without one.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, log

import numpy as np

from nnstudio.engine.layer import Array

#: Points are taken so many at a time: one matrix product instead of a loop in Python.
_BLOCK = 64
#: What is less than this share can't be seen in a sum.
_NOTHING = 1e-16


def smoothed(values: Array, weight: float) -> Array:
    """``values`` smoothed with the weight s from 0 (not at all) to below 1."""
    values = np.asarray(values, np.float64)
    known = np.isfinite(values)
    if weight <= 0 or not known.any():
        return values
    result = values.copy()
    result[known] = _average(values[known], weight)
    return result


def _average(x: Array, s: float) -> Array:
    count = len(x)
    blocks = -(-count // _BLOCK)
    padded = np.zeros((blocks, _BLOCK))
    padded.reshape(-1)[:count] = x
    within, fading = _weights(s)
    own = padded @ within
    before, carried = np.empty((blocks, 1)), 0.0
    for block, last in enumerate(own[:, -1].tolist()):
        before[block] = carried
        carried = carried * s**_BLOCK + last
    m: Array = (own + before * fading).reshape(-1)[:count]
    young = min(count, ceil(log(_NOTHING) / log(s)))  # later sᵗ is nothing
    m[:young] /= 1 - s ** np.arange(1, young + 1, dtype=np.float64)
    return m


@lru_cache(maxsize=8)
def _weights(s: float) -> tuple[Array, Array]:
    """What a block's points add to each other's average, and how what came before it fades.

    Within a block mᵢ = Σⱼ (1 − s) sⁱ⁻ʲ xⱼ, to which comes sⁱ⁺¹ times the last one before.
    """
    i = np.arange(_BLOCK)
    ago = i - i[:, np.newaxis]
    within = np.where(ago >= 0, (1 - s) * s ** np.abs(ago), 0.0)
    return within, s ** (i + 1.0)
