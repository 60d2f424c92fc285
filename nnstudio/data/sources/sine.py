"""Pieces of sines: a sequence in, and the number that comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.sources.source import Source, check_range
from nnstudio.schema import check, setting


@dataclass(frozen=True)
class Sine(Source):
    """Noisy values of sin(2π t / period + phase) at t = 0, 1, …; the target is the next one.

    Period and phase are drawn anew for each example. Noise is added to what is seen, not to the
    target: whoever sees the sine through the noise is right to the last digit.
    """

    title: ClassVar[str] = "Sine"
    description: ClassVar[str] = "Pieces of noisy sines, each of its own period: how do they go on?"

    count: int = setting(2000, label="Examples", ge=1, le=1_000_000)
    length: int = setting(24, ge=1, le=10_000, help="How many values of each sine are seen")
    noise: float = setting(
        0.05, ge=0.0, le=10.0, help="Standard deviation of what is added to the values"
    )
    low: float = setting(8.0, label="Period from", ge=2.0, le=100_000.0, unit="steps")
    high: float = setting(32.0, label="Period to", ge=2.0, le=100_000.0, unit="steps")
    seed: int = setting(0, ge=0, help="Another seed gives other pieces")

    def load(self) -> Dataset:
        check(self)
        check_range(self.title, self.low, self.high)
        rng = np.random.default_rng(self.seed)
        period = rng.uniform(self.low, self.high, (self.count, 1))
        phase = rng.uniform(0.0, 2 * np.pi, (self.count, 1))
        sine = np.sin(2 * np.pi * np.arange(self.length + 1) / period + phase)
        seen = sine[:, :-1] + self.noise * rng.standard_normal((self.count, self.length))
        # Sines differ in the last bit between processors; the fingerprint should not.
        return Dataset(
            self.title,
            seen.round(6)[:, :, np.newaxis],
            sine[:, -1:].round(6),
            input_names=("value",),
            target_names=("next value",),
        )
