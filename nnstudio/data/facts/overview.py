"""Everything that is told of the columns of a dataset, taken from one sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.facts.classes import Balance, balance, mean_pictures
from nnstudio.data.facts.correlations import Correlations, correlations, with_target
from nnstudio.data.facts.features import Feature, features
from nnstudio.data.facts.sample import sample
from nnstudio.data.facts.statistics import Histogram, Statistics, histogram, statistics
from nnstudio.data.progress import tell

#: So many features are looked at; a matrix of more than so many can't be read.
MOST_FEATURES, MOST_CORRELATED = 1000, 40
#: Histograms are told apart by so many classes, for which there are colours.
MOST_CLASSES = 8


@dataclass(frozen=True, eq=False)
class ColumnFacts:
    """One feature in numbers.

    Attributes:
        histogram: of inputs and classes by class, where there are a few; else in one row.
        with_target: how much it tells of the first target; ``None`` if that can't be measured.
    """

    feature: Feature
    statistics: Statistics
    histogram: Histogram
    with_target: float | None


@dataclass(frozen=True, eq=False)
class Overview:
    """What the columns of a dataset are like.

    Attributes:
        looked_at: which examples the numbers are from, in words.
        columns: the features, at most :data:`MOST_FEATURES`.
        left_out: how many more there are.
        target: what ``with_target`` is about; ``None`` if no target has one value per example.
        correlations: of the features with one value per example; ``None`` of fewer than two, or of
            more than :data:`MOST_CORRELATED`.
        balance: of classes.
        means: the mean picture of each class, or of all: ``(K, C, H, W)``.
    """

    looked_at: str
    columns: tuple[ColumnFacts, ...]
    left_out: int
    target: Feature | None
    correlations: Correlations | None
    balance: Balance | None
    means: np.ndarray | None

    @property
    def classes_told_apart(self) -> tuple[str, ...]:
        """The classes by which histograms are divided; empty if they aren't."""
        rows = max((len(column.histogram.counts) for column in self.columns), default=1)
        return self.target.classes if self.target is not None and rows > 1 else ()


def overview(data: PreparedData) -> Overview:
    """Look at the columns of ``data``, in the units of its source."""
    looked_at = sample(data.dataset)
    small = looked_at.dataset
    every = features(small)
    shown = every[:MOST_FEATURES]
    target = next((f for f in every if f.role == "target" and f.single), None)
    labels, groups = None, 1
    if target is not None and 0 < len(target.classes) <= MOST_CLASSES:
        labels, groups = target.values(small), len(target.classes)
    singles = [feature for feature in shown if feature.single]
    told: dict[Feature, float] = {}
    if target is not None and small.size > 1:
        others = [feature for feature in singles if feature != target]
        told = dict(zip(others, with_target(small, others, target).tolist(), strict=True))
    columns = []
    for done, feature in enumerate(shown):
        tell(done, len(shown))
        values = feature.values(small)
        by_class = labels is not None and (feature.role == "input" or feature == target)
        counted = histogram(
            values, labels=labels if by_class else None, groups=groups if by_class else 1
        )
        columns.append(ColumnFacts(feature, statistics(values), counted, told.get(feature)))
    return Overview(
        looked_at=str(looked_at),
        columns=tuple(columns),
        left_out=len(every) - len(shown),
        target=target,
        correlations=(
            correlations(small, singles) if 2 <= len(singles) <= MOST_CORRELATED else None
        ),
        balance=balance(data.dataset, data.parts) if small.is_classification else None,
        means=mean_pictures(small) if small.is_picture else None,
    )
