"""Data that is ready to train on, and the batches an engine takes from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from nnstudio.data.augmentation import Augmentation, Spread, check_augmentation
from nnstudio.data.augmentation.augmented_rows import AugmentedRows
from nnstudio.data.dataset import INPUTS, TARGETS, Column, Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.preparation import Affine, Preparation, fit
from nnstudio.data.prepared_rows import PreparedRows
from nnstudio.data.settings import DataSettings
from nnstudio.data.split import Parts
from nnstudio.data.steps import shape_after, stepped

#: Overwrites a buffer (…, n) with the examples at n positions.
Fill = Callable[[np.ndarray, np.ndarray], None]


@dataclass(frozen=True, eq=False)
class PreparedData:
    """A dataset, who is in which part of it, and what is done to its numbers.

    Attributes:
        dataset: its inputs after the steps of the preparation.
        augmentation: what is done by chance to inputs that are trained on.
        source: the dataset before these steps, where it is known.
    """

    dataset: Dataset
    parts: Parts
    preparation: Preparation
    augmentation: tuple[Augmentation, ...] = ()
    source: Dataset | None = None

    @classmethod
    def of(
        cls,
        settings: DataSettings,
        preparation: Preparation | None = None,
        dataset: Dataset | None = None,
        parts: Parts | None = None,
        known: PreparedData | None = None,
    ) -> PreparedData:
        """Load, split, and fit the preparation on the training part.

        Args:
            settings: what the project says.
            preparation: one that was fitted earlier and that trained weights rely on; columns that
                it doesn't know are fitted.
            dataset: the contents of the source, if they are at hand already; without any steps.
            parts: who is in which part, if not dealt out as the settings say.
            known: what came of the same dataset before; if the steps are the same, they are
                taken from there, where pictures need not be resized again.

        Raises:
            SettingError, DataError: as :meth:`Source.load` and :meth:`Split.parts`.
        """
        settings.check()
        if dataset is None:
            dataset = settings.source.load()
        steps = settings.steps if preparation is None else preparation.steps
        source = dataset
        given = source.input_shape if steps else ()
        if any(step.learns for step in steps):
            shape_after(steps, source.input_shape)
            if parts is None:
                parts = settings.split.parts(source)
            steps = tuple(step.fitted(source, parts.train) for step in steps)
        is_known = known is not None and known.source is dataset
        if known is not None and is_known and known.preparation.steps == steps:
            dataset = known.dataset
        else:
            dataset = stepped(dataset, steps)
        for augmentation in settings.augmentation:
            check_augmentation(augmentation, dataset)
        if parts is None:
            parts = settings.split.parts(dataset)
        if preparation is None:
            targets = dataset.column(TARGETS)
            preparation = Preparation(
                fit(settings.inputs, dataset.inputs, parts.train),
                _fit_column(settings.targets, targets, parts.train),
                steps=steps,
                given=given,
            )
            if np.isnan(preparation.inputs.offset).any():
                raise DataError("data_gaps")
        fitted = {
            column.name: _fit_column(settings.columns, column, parts.train)
            for column in dataset.columns
            if column.name not in preparation.columns
        }
        if fitted:
            columns = MappingProxyType({**preparation.columns, **fitted})
            preparation = replace(preparation, columns=columns)
        return cls(dataset, parts, preparation, settings.augmentation, source)

    def with_augmentation(self, augmentation: tuple[Augmentation, ...]) -> PreparedData:
        """The same with training examples changed otherwise.

        Raises:
            SettingError, DataError: as :func:`check_augmentation`.
        """
        for each in augmentation:
            check_augmentation(each, self.dataset)
        return replace(self, augmentation=augmentation)

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
        """Fill buffers with the prepared inputs and targets at ``index``.

        Args:
            index: ``(n,)`` positions in the dataset, of examples in :attr:`parts`.
            x: ``(*input_shape, n)``; see :meth:`numbers`.
            y: ``(outputs, n)`` for targets; see :meth:`numbers`, or for classes :meth:`classes`.
        """
        self.numbers(INPUTS, x.shape[:-1])(index, x)
        if self.dataset.is_classification:
            self.classes(TARGETS)(index, y)
        else:
            self.numbers(TARGETS, y.shape[:-1])(index, y)

    def augmented(self, shape: tuple[int, ...], seed: int) -> AugmentedRows:
        """What fills a buffer with prepared inputs that are trained on, changed by chance.

        Args:
            shape: one example's in the buffer, with as many numbers as an input has.
            seed: decides by which chance.
        """
        rows = self._prepared(INPUTS, shape)
        return AugmentedRows(self.augmentation, self.dataset.inputs, rows, self.spread, seed)

    @cached_property
    def spread(self) -> Spread:
        """How the values of the training examples are spread."""
        return Spread.of(self.dataset.inputs, self.parts.train)

    def numbers(self, column: str, shape: tuple[int, ...]) -> Fill:
        """What fills a buffer with the prepared values of a column.

        Here batch-first storage becomes the engine's batch-last layout.

        Args:
            shape: one example's in the buffer, with as many numbers as it has in the column.

        Returns:
            A function that overwrites a buffer ``(*shape, n)``, float32 or float64, contiguous in
            this order or with the batch first, for the positions ``(n,)`` of examples in
            :attr:`parts`.

        Raises:
            ValueError: an example has another count of numbers.
        """
        return self._prepared(column, shape).gather

    def _prepared(self, column: str, shape: tuple[int, ...]) -> PreparedRows:
        if (column, shape) not in self._rows:
            values, affine = self.dataset.column(column).values, self.preparation.of(column)
            # Told by their number: numbers of one example never become part of the next.
            rows = PreparedRows(values.reshape(len(values), *shape), affine.reshaped(shape))
            self._rows[column, shape] = rows
        return self._rows[column, shape]

    @cached_property
    def _rows(self) -> dict[tuple[str, tuple[int, ...]], PreparedRows]:
        # Looked at once for all batches, which are parts of the parts.
        for part in (self.parts.train, self.parts.validation, self.parts.test):
            if part.size and not 0 <= part.min() <= part.max() < self.dataset.size:
                raise IndexError(f"an example outside the {self.dataset.size} there are")
        return {}

    def classes(self, column: str, axis: int = 0) -> Fill:
        """What fills a buffer with the classes of a column.

        Args:
            axis: which axis of the buffer the classes are on.

        Returns:
            A function that overwrites a buffer ``(K, n)``, or ``(K, *places, n)`` where the column
            has a class at each place, with one-hot classes; where there is 1 in place of K, with
            the number of each class.
        """
        labels = self.dataset.column(column).values

        def fill(index: np.ndarray, y: np.ndarray) -> None:
            of_batch = labels.take(index, 0)
            if of_batch.ndim > 1:
                of_batch, y = np.moveaxis(of_batch, 0, -1), np.moveaxis(y, axis, 0)
            if len(y) == 1:
                y[0] = of_batch
            elif y.flags.c_contiguous:
                # With "clip" take writes straight into its output; labels are in range.
                _identity(len(y), y.dtype).take(of_batch, 1, y, "clip")
            else:
                y[...] = _identity(len(y), y.dtype).take(of_batch, 1)

        return fill


def _fit_column(kind: str, column: Column, rows: np.ndarray) -> Affine:
    """The preparation of numbers; classes are left as they are."""
    return Affine.identity() if column.classes else fit(kind, column.values, rows)


@cache
def _identity(classes: int, dtype: np.dtype[Any]) -> np.ndarray:
    """One column per class: 1 at its own place, 0 elsewhere."""
    return np.eye(classes, dtype=dtype)
