"""Examples with equal inputs and different classes: no network can be right about all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.facts.equal_inputs import Hashed, are_equal


@dataclass(frozen=True, eq=False)
class Contradictions:
    """Examples whose inputs another one has, too, but with another class.

    Attributes:
        rows: ``(m,)`` positions in the dataset, rising.
        twins: ``(m,)`` for each of them one with equal inputs and another class.
        compared: among how many examples they were looked for.
        wrong: how many of these must be answered wrongly, since equal inputs have equal answers.
    """

    rows: np.ndarray
    twins: np.ndarray
    compared: int
    wrong: int


def contradictions(dataset: Dataset, hashed: Hashed) -> Contradictions:
    """Find them in all parts, by the numbers that tell equal inputs.

    Raises:
        ValueError: an example hasn't one class.
    """
    if not dataset.is_classification or dataset.targets.ndim > 1:
        raise ValueError("contradictions are of classes")
    rows = np.concatenate([hashed.learned, hashed.kept])
    compared = len(rows)
    numbers = np.concatenate([hashed.of_learned, hashed.of_kept])
    order = np.lexsort((rows, numbers))
    rows, numbers = rows[order], numbers[order]
    labels = dataset.targets[rows]
    # Where two neighbours with the same number differ, all that have this number are suspects.
    differ = (numbers[1:] == numbers[:-1]) & (labels[1:] != labels[:-1])
    suspects = np.isin(numbers, numbers[1:][differ]) if differ.any() else np.zeros(compared, bool)
    rows, numbers, labels = rows[suspects], numbers[suspects], labels[suspects]
    _, starts, group = np.unique(numbers, return_index=True, return_inverse=True)
    equal = are_equal(dataset.inputs, rows, rows[starts][group])
    rows, labels, group = rows[equal], labels[equal], group[equal]
    twins = _of_another_class(rows, labels, group)
    told = twins >= 0
    rows, twins, labels, group = rows[told], twins[told], labels[told], group[told]
    rising = np.argsort(rows)
    wrong = len(rows) - _most_alike(labels, group)
    return Contradictions(rows[rising], twins[rising], compared, wrong)


def _of_another_class(rows: np.ndarray, labels: np.ndarray, group: np.ndarray) -> np.ndarray:
    """For each row the first of its group (groups are in order) with another class, else −1."""
    _, starts, place = np.unique(group, return_index=True, return_inverse=True)
    differs = labels != labels[starts][place]
    second = np.full(len(starts), -1)
    groups, firsts = np.unique(place[differs], return_index=True)
    second[groups] = rows[differs][firsts]
    result: np.ndarray = np.where(differs, rows[starts][place], second[place])
    return result


def _most_alike(labels: np.ndarray, group: np.ndarray) -> int:
    """How many rows have the class that is most frequent in their group."""
    if not labels.size:
        return 0
    width = int(labels.max()) + 1
    pairs, counts = np.unique(group * width + labels, return_counts=True)
    most = np.zeros(int(group.max()) + 1, np.int64)
    np.maximum.at(most, pairs // width, counts)
    return int(most.sum())
