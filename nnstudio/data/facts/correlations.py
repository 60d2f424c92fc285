"""How much one feature tells of another, from 0 (nothing) to 1 (all), with a sign for numbers.

| of               | measure              | from                                                  |
|------------------|----------------------|-------------------------------------------------------|
| two numbers      | Pearson's r, −1 to 1 | K. Pearson, *Regression, heredity and panmixia*, 1896 |
| class and number | correlation ratio η  | R. A. Fisher, *Statistical methods*, 1925, ch. 8      |
| two classes      | Cramér's V           | H. Cramér, *Mathematical methods of statistics*, 1946 |

For two classes η is the size of the point-biserial correlation. All see only what is asked: a
parabola has r = 0. An example counts where both features are known; a feature that doesn't vary
tells nothing, 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.facts.features import Feature
from nnstudio.data.progress import tell


@dataclass(frozen=True, eq=False)
class Correlations:
    """Of every feature with every other.

    Attributes:
        features: the rows and the columns.
        matrix: ``(F, F)``, symmetric, 1 on the diagonal.
    """

    features: tuple[Feature, ...]
    matrix: np.ndarray

    def measure(self, a: int, b: int) -> str:
        """The sign of what is measured between two features: r, η or V."""
        return measure(self.features[a], self.features[b])


def measure(a: Feature, b: Feature) -> str:
    """The sign of what is measured between two features: r, η or V."""
    return ("r", "η", "V")[bool(a.classes) + bool(b.classes)]


def correlations(dataset: Dataset, features: Sequence[Feature]) -> Correlations:
    """Of ``features`` that have one value per example."""
    matrix = np.eye(len(features))
    numbers = [k for k, feature in enumerate(features) if not feature.classes]
    labelled = [k for k, feature in enumerate(features) if feature.classes]
    values = _numbers(dataset, [features[k] for k in numbers])
    matrix[np.ix_(numbers, numbers)] = pearson(values)
    for done, k in enumerate(labelled):
        tell(done, len(labelled))
        labels = features[k].values(dataset)
        matrix[k, numbers] = matrix[numbers, k] = correlation_ratio(values, labels)
        for other in labelled[done + 1 :]:
            matrix[k, other] = matrix[other, k] = cramers_v(labels, features[other].values(dataset))
    return Correlations(tuple(features), matrix)


def with_target(dataset: Dataset, features: Sequence[Feature], target: Feature) -> np.ndarray:
    """Of each of ``features`` with ``target``: ``(F,)``."""
    result = np.zeros(len(features))
    numbers = [k for k, feature in enumerate(features) if not feature.classes]
    values = _numbers(dataset, [features[k] for k in numbers])
    told = target.values(dataset)
    if target.classes:
        result[numbers] = correlation_ratio(values, told)
    else:
        result[numbers] = _pearson(values, told[:, np.newaxis].astype(np.float64))[:, 0]
    for k, feature in enumerate(features):
        if not feature.classes:
            continue
        labels = feature.values(dataset)
        if target.classes:
            result[k] = cramers_v(labels, told)
        else:
            result[k] = correlation_ratio(told[:, np.newaxis].astype(np.float64), labels)[0]
    return result


def pearson(values: np.ndarray) -> np.ndarray:
    """Pearson's r of all columns of ``values`` (n, F) with each other: (F, F), 1 on the diagonal.

    Each pair over the examples in which both are finite.
    """
    matrix = _pearson(values, values)
    matrix += matrix.T.copy()
    matrix /= 2
    np.fill_diagonal(matrix, 1.0)
    return matrix


def _pearson(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pearson's r of the columns of ``a`` (n, A) with those of ``b`` (n, B): (A, B)."""
    x, has_x = _centred(a)
    y, has_y = _centred(b)
    count = np.maximum(has_x.T @ has_y, 1.0)
    sum_x, sum_y = x.T @ has_y, has_x.T @ y
    covariance = x.T @ y - sum_x * sum_y / count
    variance_x = np.square(x).T @ has_y - np.square(sum_x) / count
    variance_y = has_x.T @ np.square(y) - np.square(sum_y) / count
    whole: np.ndarray = np.sqrt(variance_x.clip(0) * variance_y.clip(0))
    return _ratio(covariance, whole)


def correlation_ratio(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """η of each column of ``values`` (n, F) given ``labels`` (n,): (F,).

    η² is the share of the variance that lies between the means of the classes.
    """
    x, has = _centred(values)
    if not len(x):
        return np.zeros(values.shape[1])
    order = np.argsort(labels, kind="stable")
    _, starts = np.unique(labels[order], return_index=True)
    sums = np.add.reduceat(x[order], starts, axis=0)
    counts = np.maximum(np.add.reduceat(has[order], starts, axis=0), 1.0)
    all_counts = np.maximum(has.sum(axis=0), 1.0)
    of_mean = np.square(x.sum(axis=0)) / all_counts
    between = (np.square(sums) / counts).sum(axis=0) - of_mean
    total = np.square(x).sum(axis=0) - of_mean
    ratio: np.ndarray = np.sqrt(_ratio(between.clip(0), total.clip(0)))
    return ratio


def cramers_v(a: np.ndarray, b: np.ndarray) -> float:
    """V of two rows of labels (n,), from 0 to 1."""
    _, a = np.unique(a, return_inverse=True)
    _, b = np.unique(b, return_inverse=True)
    if not a.size:
        return 0.0
    height, width = int(a.max()) + 1, int(b.max()) + 1
    if min(height, width) < 2:
        return 0.0
    table = np.bincount(a * width + b, minlength=height * width).reshape(height, width)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / a.size
    chi_squared = (np.square(table - expected) / expected).sum()
    return float(np.sqrt(chi_squared / (a.size * (min(height, width) - 1))).clip(0, 1))


def _numbers(dataset: Dataset, features: Sequence[Feature]) -> np.ndarray:
    """(n, F) float64."""
    values = np.empty((dataset.size, len(features)))
    for k, feature in enumerate(features):
        values[:, k] = feature.values(dataset)
    return values


def _centred(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Minus each column's mean, for exact sums, with 0 where nothing is known; and what is."""
    has = np.isfinite(values)
    known = np.where(has, values, 0.0)
    size = np.abs(known).max(axis=0, initial=0.0)
    known = known / np.where(size > 0, size, 1.0)
    mean = known.sum(axis=0) / np.maximum(has.sum(axis=0), 1)
    spread = np.where(has, known - mean, 0.0)
    # What is left of equal numbers by rounding is no variation; and squares stay in range.
    largest = np.abs(spread).max(axis=0, initial=0.0)
    varies = largest > 1e-12 * np.abs(mean)
    spread = np.where(varies, spread / np.where(varies & (largest > 0), largest, 1.0), 0.0)
    return spread, has.astype(np.float64)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """``part`` / ``whole`` within −1 and 1, and 0 where there is nothing to divide by."""
    result = np.zeros(np.shape(part))
    np.divide(part, whole, out=result, where=whole > 1e-12)
    return result.clip(-1.0, 1.0, out=result)
