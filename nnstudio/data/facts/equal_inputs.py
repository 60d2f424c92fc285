"""Which examples could have equal inputs, told by a number for each; and whether they have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.facts.sample import chosen_rows
from nnstudio.data.progress import tell
from nnstudio.data.row_hashes import row_hashes
from nnstudio.data.split import Parts

#: So many bytes of inputs are read at most; of more data, a sample is compared.
MOST_BYTES = 512 << 20
#: Bytes compared together, and pairs at most.
_TOGETHER, _PAIRS = 1 << 22, 1024


@dataclass(frozen=True, eq=False)
class Hashed:
    """Examples with a number each; equal inputs have equal numbers.

    Attributes:
        learned, kept: positions in the dataset: of training, and of validation and test.
        of_learned, of_kept: their numbers.
        is_exact: whether these are all examples of all parts.
    """

    learned: np.ndarray
    kept: np.ndarray
    of_learned: np.ndarray
    of_kept: np.ndarray
    is_exact: bool

    @classmethod
    def of(cls, dataset: Dataset, parts: Parts, most_bytes: int = MOST_BYTES) -> Hashed:
        """Of all examples, or of as many as ``most_bytes`` hold."""
        inputs = dataset.inputs
        every = np.sort(np.concatenate([parts.validation, parts.test]))
        affordable = max(2, most_bytes // max(1, inputs[:1].nbytes))
        kept = chosen_rows(every, max(1, affordable // 4), block=dataset.block)
        learned = chosen_rows(parts.train, max(1, affordable - len(kept)), block=dataset.block)
        is_exact = len(kept) == len(every) and len(learned) == len(parts.train)
        return cls(learned, kept, row_hashes(inputs, learned), row_hashes(inputs, kept), is_exact)


def are_equal(inputs: np.ndarray, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Whether the examples at ``rows`` have the inputs of those at ``others``, one by one."""
    equal = np.zeros(len(rows), bool)
    step = min(_PAIRS, max(1, _TOGETHER // max(1, inputs[:1].nbytes)))
    for start in range(0, len(rows), step):
        tell(start, len(rows))
        piece = slice(start, start + step)
        same = inputs[rows[piece]] == inputs[others[piece]]
        equal[piece] = same.reshape(len(same), -1).all(axis=1)
    return equal
