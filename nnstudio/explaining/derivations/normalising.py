"""Normalisation: γ (x − μ) / √(σ² + ε) + β, with its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np

from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array
from nnstudio.engine.normalisation import BatchNorm, LayerNorm
from nnstudio.explaining.derivations.derivation import Derivation, Origin, Place

_EQUATION = "{γ} · ({x} − {μ}) / √({σ²} + {ε}) + {β}"


def over_batch(
    layer: BatchNorm, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """By the running statistics, as all answers are."""
    feature = place[feature_axis(len(place))]
    numbers = {
        "γ": v["gamma"][feature],
        "x": xs[0][place],
        "μ": v["running_mean"][feature],
        "σ²": v["running_var"][feature],
        "ε": layer.epsilon,
        "β": v["beta"][feature],
    }
    words = "μ and σ² are the running mean and variance of this feature over the batches"
    return _derived(numbers, place, words)


def over_features(
    layer: LayerNorm, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """By the mean and variance of the example itself, of sequences at this place of it."""
    x = xs[0].astype(np.float64)
    is_sequence = x.ndim == 2
    together = x[place[0]] if is_sequence else x
    own = place[1:] if is_sequence else place
    numbers = {
        "γ": v["gamma"][own],
        "x": x[place],
        "μ": together.mean(),
        "σ²": together.var(),
        "ε": layer.epsilon,
        "β": v["beta"][own],
    }
    where = "of this place" if is_sequence else "of the example"
    words = f"μ and σ² are the mean and variance of all {together.size:,} numbers {where}"
    return _derived(numbers, place, words)


def _derived(numbers: Mapping[str, float], place: Place, words: str) -> Derivation:
    n = {name: float(value) for name, value in numbers.items()}
    value = n["γ"] * (n["x"] - n["μ"]) / sqrt(n["σ²"] + n["ε"]) + n["β"]
    return Derivation(_EQUATION, n, value, (Origin(0, place, n["x"]),), 1, words)
