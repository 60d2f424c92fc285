"""Smoothing of noisy curves: the debiased exponential moving average that TensorBoard draws.

    mₜ = s mₜ₋₁ + (1 − s) xₜ,  m₀ = 0          ŷₜ = mₜ / (1 − sᵗ)          t = 1, 2, …

Without the division the curve would begin at 0 and need 1 / (1 − s) points to recover (Kingma and
Ba, "Adam", 2015, section 3). Points without a value are passed over and stay without one.
"""

from __future__ import annotations

import numpy as np

from nnstudio.engine.layer import Array

#: Points are taken so many at a time: one matrix product instead of a loop in Python.
_BLOCK = 64


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
    i = np.arange(_BLOCK)
    # Within a block mᵢ = Σⱼ (1 − s) sⁱ⁻ʲ xⱼ, and what came before fades with sⁱ⁺¹.
    within = np.where(i[:, np.newaxis] >= i, (1 - s) * s ** np.abs(i[:, np.newaxis] - i), 0.0)
    own = padded @ within.T
    before = np.empty(blocks)
    carried = 0.0
    for block in range(blocks):
        before[block] = carried
        carried = carried * s**_BLOCK + float(own[block, -1])
    m = (own + before[:, np.newaxis] * s ** (i + 1)).reshape(-1)[:count]
    average: Array = m / (1 - s ** np.arange(1, count + 1, dtype=np.float64))
    return average
