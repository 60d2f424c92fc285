"""Training examples, changed by chance and prepared, into the engine's buffers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnstudio.data.augmentation.augmentation import Augmentation, Spread
from nnstudio.data.augmentation.catalogue import augmented
from nnstudio.data.prepared_rows import PreparedRows


class AugmentedRows:
    """Gathers rows as :class:`PreparedRows` does, but each epoch they look different.

    Attributes:
        epoch: which one the examples are gathered for; together with the seed and the example's
            number it decides what happens to an example.
    """

    def __init__(
        self,
        augmentations: Sequence[Augmentation],
        values: np.ndarray,
        prepared: PreparedRows,
        spread: Spread,
        seed: int,
    ) -> None:
        """``values`` are those of ``prepared``, in the shape that pictures have."""
        self.epoch = 0
        self._augmentations = augmentations
        self._values, self._prepared = values, prepared
        self._spread = spread
        self._seed = seed

    def gather(self, index: np.ndarray, buffer: np.ndarray) -> None:
        """Fill ``buffer`` (features…, n) with the rows at ``index`` (n,), each of which exists."""
        values = augmented(
            self._augmentations,
            self._values.take(index, 0),
            index,
            self._spread,
            seed=self._seed,
            epoch=self.epoch,
        )
        self._prepared.prepare(values, buffer)
