"""Fisher's irises, the first table of measurements that many have classified."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from nnstudio.assets import sample
from nnstudio.data.dataset import Dataset
from nnstudio.data.sources.source import Source

_SPECIES = ("setosa", "versicolor", "virginica")


@dataclass(frozen=True)
class Iris(Source):
    """150 flowers of three species, four lengths in centimetres each (Fisher, 1936, table I)."""

    title: ClassVar[str] = "Iris"
    description: ClassVar[str] = "150 flowers, four measures each: which of three species is it?"

    def load(self) -> Dataset:
        return _read()


@cache
def _read() -> Dataset:
    with sample("iris.csv").open(encoding="utf-8", newline="") as file:
        heads, *rows = csv.reader(file)
    return Dataset(
        Iris.title,
        np.array([row[:-1] for row in rows], np.float64),
        np.array([_SPECIES.index(row[-1]) for row in rows]),
        classes=_SPECIES,
        input_names=tuple(heads[:-1]),
    )
