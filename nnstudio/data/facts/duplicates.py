"""Examples that are judged on although the network has learned their very inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.facts.sample import chosen_rows
from nnstudio.data.row_hashes import row_hashes
from nnstudio.data.split import Parts

#: So many bytes of inputs are read at most; of more data, a sample is compared.
MOST_BYTES = 512 << 20
#: Pairs compared together.
_TOGETHER = 1024


@dataclass(frozen=True, eq=False)
class Duplicates:
    """Examples of validation and test whose inputs also stand in the training part.

    Attributes:
        rows: ``(m,)`` positions in the dataset, rising.
        twins: ``(m,)`` for each of them one in the training part with equal inputs.
        compared: how many examples of validation and test were looked for.
        is_exact: whether all were, among all of the training part.
    """

    rows: np.ndarray
    twins: np.ndarray
    compared: int
    is_exact: bool


def duplicates(dataset: Dataset, parts: Parts, most_bytes: int = MOST_BYTES) -> Duplicates:
    """Find them by a number for each example, then compare those that have equal ones."""
    inputs = dataset.inputs
    kept = np.sort(np.concatenate([parts.validation, parts.test]))
    affordable = max(2, most_bytes // max(1, inputs[:1].nbytes))
    some = chosen_rows(kept, max(1, affordable // 4), block=dataset.block)
    learned = chosen_rows(parts.train, max(1, affordable - len(some)), block=dataset.block)
    is_exact = len(some) == len(kept) and len(learned) == len(parts.train)
    if not some.size or not learned.size:
        return Duplicates(some[:0], some[:0], len(some), is_exact)
    known = row_hashes(inputs, learned)
    order = np.argsort(known, kind="stable")
    wanted = row_hashes(inputs, some)
    places = order[np.searchsorted(known[order], wanted).clip(max=len(order) - 1)]
    alike = known[places] == wanted
    rows, twins = some[alike], learned[places[alike]]
    equal = np.zeros(len(rows), bool)
    for start in range(0, len(rows), _TOGETHER):
        piece = slice(start, start + _TOGETHER)
        same = inputs[rows[piece]] == inputs[twins[piece]]
        equal[piece] = same.reshape(len(same), -1).all(axis=1)
    return Duplicates(rows[equal], twins[equal], len(some), is_exact)
