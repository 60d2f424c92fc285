"""Data that is ready to train on, and the batches an engine takes from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.preparation import Affine, Preparation, fit
from nnstudio.data.prepared_rows import PreparedRows
from nnstudio.data.settings import DataSettings
from nnstudio.data.split import Parts


@dataclass(frozen=True, eq=False)
class PreparedData:
    """A dataset, who is in which part of it, and what is done to its numbers."""

    dataset: Dataset
    parts: Parts
    preparation: Preparation

    @classmethod
    def of(
        cls,
        settings: DataSettings,
        preparation: Preparation | None = None,
        dataset: Dataset | None = None,
        parts: Parts | None = None,
    ) -> PreparedData:
        """Load, split, and fit the preparation on the training part.

        Args:
            settings: what the project says.
            preparation: one that was fitted earlier and that trained weights rely on.
            dataset: the contents of the source, if they are at hand already.
            parts: who is in which part, if not dealt out as the settings say.

        Raises:
            SettingError, DataError: as :meth:`Source.load` and :meth:`Split.parts`.
        """
        settings.check()
        if dataset is None:
            dataset = settings.source.load()
        if parts is None:
            parts = settings.split.parts(dataset)
        if preparation is None:
            targets = Affine.identity()
            if not dataset.is_classification:
                targets = fit(settings.targets, dataset.targets, parts.train)
            preparation = Preparation(fit(settings.inputs, dataset.inputs, parts.train), targets)
        return cls(dataset, parts, preparation)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input."""
        return self.dataset.input_shape

    @property
    def output_size(self) -> int:
        """How many numbers the network must answer."""
        return self.dataset.output_size

    def first(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The first ``count`` training examples, (inputs, targets), in the data's units."""
        rows = self.parts.train[:count]
        return self.dataset.inputs[rows], self.dataset.targets[rows]

    @cached_property
    def _inputs(self) -> PreparedRows:
        # Looked at once for all batches, which are parts of the parts.
        for part in (self.parts.train, self.parts.validation, self.parts.test):
            if part.size and not 0 <= part.min() <= part.max() < self.dataset.size:
                raise IndexError(f"an example outside the {self.dataset.size} there are")
        return PreparedRows(self.dataset.inputs, self.preparation.inputs)

    @cached_property
    def _targets(self) -> PreparedRows:
        return PreparedRows(self.dataset.targets, self.preparation.targets)

    def gather(self, index: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
        """Fill the engine's buffers with the prepared examples at ``index``.

        Here batch-first storage becomes the engine's batch-last layout.

        Args:
            index: ``(n,)`` positions in the dataset, of examples in :attr:`parts`.
            x: ``(*input_shape, n)``, float32 or float64, contiguous in this order or with the
                batch first; overwritten with inputs.
            y: ``(output_size, n)``, the same kind; overwritten with targets, one-hot for classes.
                For classes also ``(1, n)``, for the number of each class.
        """
        data = self.dataset
        self._inputs.gather(index, x)
        if data.is_classification and len(y) == 1:
            y[0] = data.targets[index]
        elif data.is_classification:
            # With "clip" take writes straight into its output; labels are in range.
            one_hot = _identity(len(y), y.dtype)
            one_hot.take(data.targets.take(index), 1, y, "clip")
        else:
            self._targets.gather(index, y)


@cache
def _identity(classes: int, dtype: np.dtype[Any]) -> np.ndarray:
    """One column per class: 1 at its own place, 0 elsewhere."""
    return np.eye(classes, dtype=dtype)
