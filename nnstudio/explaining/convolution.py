"""How one number of a convolution's map is made: patch, filter, product, sum.

    y[o, i, j] = b[o] + Σ over c, u, v of  W[o, c, u, v] · patch[c, u, v]

where the patch is what the filter meets of the input when it stands at (i, j): zeros where it
reaches over the edge. With groups a filter sees one part of the channels only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnstudio.engine.conv import Conv2D
from nnstudio.engine.layer import Array


@dataclass(frozen=True, eq=False)
class Making:
    """One number of a map.

    Attributes:
        channels: which channels of the input the filter sees.
        patch, weights: ``(channels, kh, kw)``.
        bias: b[o]; 0 if the layer has none.
        rows, columns: the first and last row and column of the input that the patch is from; both
            may be outside, where there are zeros.
    """

    channels: range
    patch: Array
    weights: Array
    bias: float
    rows: tuple[int, int]
    columns: tuple[int, int]

    @property
    def products(self) -> Array:
        """Weight times number, ``(channels, kh, kw)``; after a run that diverged no numbers."""
        with np.errstate(invalid="ignore"):
            return self.patch.astype(np.float64) * self.weights

    @property
    def sums(self) -> Array:
        """What each channel adds, ``(channels,)``."""
        with np.errstate(invalid="ignore"):
            sums: Array = self.products.sum(axis=(1, 2))
        return sums

    def sum_of(self, channels: Array | slice = slice(None)) -> float:
        """What these channels add up to, or all."""
        with np.errstate(invalid="ignore"):
            return float(self.sums[channels].sum())

    @property
    def total(self) -> float:
        """y[o, i, j]."""
        return self.sum_of() + self.bias


def making_of(
    layer: Conv2D, v: Mapping[str, Array], x: Array, unit: int, place: tuple[int, int]
) -> Making:
    """How map ``unit`` got its number at ``place`` (row, column) from the input x ``(C, H, W)``."""
    weights = v["weight"][unit]
    group = unit // (layer.filters // layer.groups)
    channels = range(group * len(weights), (group + 1) * len(weights))
    spans, meets = [], []
    for axis, windows in enumerate(layer.windows(x.shape)):
        first = place[axis] * windows.stride - windows.before
        at = first + windows.dilation * np.arange(windows.size)
        spans.append((int(at[0]), int(at[-1])))
        meets.append((at, (at >= 0) & (at < windows.length)))
    patch: Array = np.zeros(weights.shape, x.dtype)
    (down, inside_down), (across, inside_across) = meets
    seen = x[channels.start : channels.stop, down[inside_down]][:, :, across[inside_across]]
    patch[:, np.outer(inside_down, inside_across)] = seen.reshape(len(weights), -1)
    bias = float(v["bias"][unit]) if layer.use_bias else 0.0
    return Making(channels, patch, weights, bias, spans[0], spans[1])
