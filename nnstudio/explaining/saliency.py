"""Saliency: how much each number of an example says for a score s, in four ways.

| method               | what it gives                                                          |
|----------------------|------------------------------------------------------------------------|
| gradient             | size of ∂s/∂x: what would change the score most, changed a little      |
| gradient × input     | x ⊙ ∂s/∂x: what the score is made of, were the network linear          |
| SmoothGrad           | size of 1/n Σ ∂s/∂x (x + ε), ε ~ N(0, σ²): the same without flicker    |
| integrated gradients | (x − x₀) ⊙ ∫₀¹ ∂s/∂x (x₀ + t (x − x₀)) dt: the way from nothing to x   |

The first is of Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2014; the
second of Shrikumar, Greenside, Shcherbina and Kundaje, "Not just a black box", 2016; SmoothGrad of
Smilkov, Thorat, Kim, Viégas and Wattenberg, 2017, with σ a share of the range of x.

Integrated gradients (Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", 2017)
are *complete*: all of them together are s(x) − s(x₀), so nothing is left unexplained and nothing is
explained twice. The integral is a sum over the middles of equal pieces of the way, and the sum
differs from s(x) − s(x₀) as far as these pieces are too coarse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.explaining.sensitivity import Explained

#: SmoothGrad's noisy copies, and their noise as a share of the range of x: those of its authors.
COPIES, NOISE = 50, 0.15
#: Pieces of the way in integrated gradients; its authors take 20 to 300.
PIECES = 64


@dataclass(frozen=True, eq=False)
class Saliency:
    """What a method found.

    Attributes:
        values: one for each number of x, ``(features…)``.
        is_signed: whether negative ones speak against the score; otherwise only sizes count.
        scores: s(x) and s(x₀), where the method promises that ``values`` add up to the difference.
    """

    values: Array
    is_signed: bool
    scores: tuple[float, float] | None = None


def gradient(f: Explained) -> Saliency:
    """|∂s/∂x|."""
    return Saliency(np.abs(_gradient_at_x(f)), is_signed=False)


def gradient_times_input(f: Explained) -> Saliency:
    """x ⊙ ∂s/∂x."""
    return Saliency(f.x * _gradient_at_x(f), is_signed=True)


def smooth_gradient(
    f: Explained, copies: int = COPIES, noise: float = NOISE, seed: int = 0
) -> Saliency:
    """The mean gradient at noisy copies of x, as a size; the same noise at each call."""
    x = f.x[..., np.newaxis]
    sigma = noise * (x.max() - x.min())
    chance = np.random.default_rng(seed).standard_normal((*f.x.shape, copies))
    gradients = f.gradients(x + (sigma * chance).astype(x.dtype))
    return Saliency(np.abs(gradients.mean(axis=-1)), is_signed=False)


def integrated_gradients(
    f: Explained, baseline: Array | None = None, pieces: int = PIECES
) -> Saliency:
    """How much each number adds on the way from ``baseline`` x₀ to x.

    Args:
        baseline: what stands for nothing; all 0 if it isn't given.
    """
    start = np.zeros_like(f.x) if baseline is None else baseline.astype(f.x.dtype)
    way = (f.x - start)[..., np.newaxis]
    middles = ((np.arange(pieces) + 0.5) / pieces).astype(way.dtype)
    mean = f.gradients(start[..., np.newaxis] + middles * way).mean(axis=-1)
    at_x, at_start = f.values(np.stack([f.x, start], axis=-1)).tolist()
    return Saliency(way[..., 0] * mean, is_signed=True, scores=(at_x, at_start))


#: The methods by name.
METHODS: Mapping[str, Callable[[Explained], Saliency]] = {
    "gradient": gradient,
    "gradient_input": gradient_times_input,
    "smooth": smooth_gradient,
    "integrated": integrated_gradients,
}
#: Those that take many passes.
LONG = frozenset({"smooth", "integrated"})


def by_place(found: Saliency) -> Array:
    """One value for each pixel of a picture ``(H, W)``, or place of a sequence of vectors ``(T,)``.

    Of sizes that is the greatest over the channels, as in Simonyan et al.; of what adds up, the
    sum.
    """
    axis = 0 if found.values.ndim == 3 else -1
    together = np.sum if found.is_signed else np.max
    values: Array = together(found.values, axis=axis)
    return values


def _gradient_at_x(f: Explained) -> Array:
    found: Array = f.gradients(f.x[..., np.newaxis])[..., 0]
    return found
