"""Examples that are judged on although the network has learned their very inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.facts.equal_inputs import Hashed, are_equal


@dataclass(frozen=True, eq=False)
class Duplicates:
    """Examples of validation and test whose inputs also stand in the training part.

    Attributes:
        rows: ``(m,)`` positions in the dataset, rising.
        twins: ``(m,)`` for each of them one in the training part with equal inputs.
        compared: how many examples of validation and test were looked for.
    """

    rows: np.ndarray
    twins: np.ndarray
    compared: int


def duplicates(dataset: Dataset, hashed: Hashed) -> Duplicates:
    """Find them by a number for each example, then compare those that have equal ones."""
    learned, kept = hashed.learned, hashed.kept
    if not kept.size or not learned.size:
        return Duplicates(kept[:0], kept[:0], len(kept))
    order = np.argsort(hashed.of_learned, kind="stable")
    known, wanted = hashed.of_learned[order], hashed.of_kept
    places = np.searchsorted(known, wanted).clip(max=len(order) - 1)
    alike = known[places] == wanted
    rows, twins = kept[alike], learned[order[places[alike]]]
    equal = are_equal(dataset.inputs, rows, twins)
    return Duplicates(rows[equal], twins[equal], len(kept))
