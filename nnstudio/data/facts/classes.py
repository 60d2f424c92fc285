"""How many examples each class has in each part, and what its mean picture looks like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.progress import tell
from nnstudio.data.split import Parts

#: The parts in the order in which they are counted.
PARTS = ("train", "validation", "test")
#: Pictures added together.
_TOGETHER = 2048


@dataclass(frozen=True, eq=False)
class Balance:
    """How often each class occurs.

    Attributes:
        classes: their names.
        counts: ``(3, K)``: in training, validation and test part, places counted one by one.
    """

    classes: tuple[str, ...]
    counts: np.ndarray

    @property
    def train(self) -> np.ndarray:
        """``(K,)`` in the training part."""
        row: np.ndarray = self.counts[0]
        return row


def balance(dataset: Dataset, parts: Parts) -> Balance:
    """Every label is counted: labels are small, however large the data is.

    Raises:
        ValueError: the targets are no classes.
    """
    if not dataset.is_classification:
        raise ValueError("balance is of classes")
    count = len(dataset.classes)
    counts = [
        np.bincount(dataset.targets[getattr(parts, part)].reshape(-1), minlength=count)
        for part in PARTS
    ]
    return Balance(dataset.classes, np.stack(counts))


def mean_pictures(dataset: Dataset) -> np.ndarray:
    """The mean picture of each class, ``(K, C, H, W)``; where a class has no example, NaN.

    For pictures whose targets are no classes of the whole picture, the one mean of all.

    Raises:
        ValueError: the inputs are no pictures.
    """
    if not dataset.is_picture:
        raise ValueError("mean pictures are of pictures")
    by_class = dataset.is_classification and dataset.targets.ndim == 1
    groups = len(dataset.classes) if by_class else 1
    labels = dataset.targets if by_class else np.zeros(dataset.size, np.int64)
    sums = np.zeros((groups, dataset.inputs[:1].size))
    for start in range(0, dataset.size, _TOGETHER):
        tell(start, dataset.size)
        piece = dataset.inputs[start : start + _TOGETHER]
        of_piece = labels[start : start + _TOGETHER]
        chosen = np.zeros((groups, len(piece)), np.float32)
        chosen[of_piece, np.arange(len(piece))] = 1.0
        sums += chosen @ piece.reshape(len(piece), -1).astype(np.float32)
    counts = np.bincount(labels, minlength=groups)[:, np.newaxis]
    means = np.full(sums.shape, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means.reshape(groups, *dataset.input_shape)
