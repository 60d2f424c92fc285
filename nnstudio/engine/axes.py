"""Axes: which of them hold the features.

| an example is | shape     | its features, in a batch        |
|---------------|-----------|---------------------------------|
| plain numbers | (F)       | axis 0 of (F, N)                |
| a sequence    | (T, F)    | axis 1 of (T, F, N)             |
| a picture     | (C, H, W) | axis 0, the channels, of (C, H, W, N) |
"""

from __future__ import annotations

from nnstudio.engine.layer import Array


def feature_axis(dimensions: int) -> int:
    """Which axis of an example with so many ``dimensions`` holds its features or channels."""
    return 1 if dimensions == 2 else 0


def by_feature(x: Array) -> Array:
    """A batch as (T, features, everything else), where T is 1 unless it is of sequences."""
    return x if x.ndim == 3 else x.reshape(1, len(x), -1)
