"""Numbers to be sorted: a sequence in, and the same numbers in order out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.sources.source import Source
from nnstudio.schema import check, setting


@dataclass(frozen=True)
class Sorting(Source):
    """``length`` whole numbers from 0 to ``numbers`` − 1; the target at each place is a class.

    The class at place t is the number that stands there once all are sorted, the least first.
    """

    title: ClassVar[str] = "Sorting"
    description: ClassVar[str] = "Whole numbers in any order: which one stands where, sorted?"

    count: int = setting(10_000, label="Examples", ge=1, le=1_000_000)
    length: int = setting(8, ge=1, le=1_000, help="How many numbers each example has")
    numbers: int = setting(10, ge=2, le=1_000, help="How many different numbers there are")
    seed: int = setting(0, ge=0, help="Another seed gives other examples")

    def load(self) -> Dataset:
        check(self)
        rng = np.random.default_rng(self.seed)
        inputs = rng.integers(self.numbers, size=(self.count, self.length))
        return Dataset(
            self.title,
            inputs.astype(np.float64),
            np.sort(inputs, axis=1),
            classes=tuple(map(str, range(self.numbers))),
        )
