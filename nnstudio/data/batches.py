"""Data that is ready to train on, and the batches an engine takes from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.preparation import Affine, Preparation, fit
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
    ) -> PreparedData:
        """Load, split, and fit the preparation on the training part.

        Args:
            settings: what the project says.
            preparation: one that was fitted earlier and that trained weights rely on.
            dataset: the contents of the source, if they are at hand already.

        Raises:
            SettingError, DataError: as :meth:`Source.load` and :meth:`Split.parts`.
        """
        settings.check()
        if dataset is None:
            dataset = settings.source.load()
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

    def gather(self, index: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
        """Fill the engine's buffers with the prepared examples at ``index``.

        Here batch-first storage becomes the engine's batch-last layout.

        Args:
            index: ``(n,)`` positions in the dataset.
            x: ``(*input_shape, n)``, float32 or float64, C-contiguous; overwritten with inputs.
            y: ``(output_size, n)``, the same kind; overwritten with targets, one-hot for classes.
        """
        data = self.dataset
        _fill(x, data.inputs[index], self.preparation.inputs)
        if data.is_classification:
            y.fill(0)
            y[data.targets[index], np.arange(len(index))] = 1
        else:
            _fill(y, data.targets[index], self.preparation.targets)


def _fill(buffer: np.ndarray, examples: np.ndarray, affine: Affine) -> None:
    """Write prepared ``examples`` (n, …) into ``buffer`` (…, n)."""
    n = len(examples)
    rows = buffer.reshape(-1, n)
    # One pass converts, turns and shifts; what is shifted is not yet rounded to the buffer's kind.
    np.subtract(
        examples.reshape(n, -1).T, affine.offset.reshape(-1, 1), out=rows, casting="same_kind"
    )
    rows *= affine.factor.reshape(-1, 1)
