"""What a run has been through: loss and rate of every step, and the figures of every epoch.

Memory is bounded, however long a run is:

| what                    | kept as                                              | at most   |
|-------------------------|------------------------------------------------------|-----------|
| loss of a step          | 65,536 raw, older ones in 8,192 buckets              | 0.37 MB   |
| learning rate of a step | 4,096 raw, older ones in 1,024 buckets               | 0.03 MB   |
| figures of an epoch     | 2,048 raw, of older ones 2,048 (11 numbers each)     | 0.37 MB   |

That is 0.8 MB (:data:`MOST_BYTES`), up to two million steps and a million epochs; beyond these, 12
bytes per 2,048 steps and 176 per 1,024 epochs are added: 250 million steps take 2.3 MB. How old
epochs become fewer is told in :mod:`nnstudio.training.epoch_table`: the one with the lowest loss
and the last one are always there, and every row knows which epoch it is of. (Early stopping has a
memory of its own; so do schedules that follow the loss, which need 8 bytes an epoch: see
``Session.losses``. Each output beside the first adds four numbers to an epoch.)

One thread appends, others read without a lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import nan

import numpy as np

from nnstudio.training.epoch_figures import (
    EPOCH_COLUMNS,
    MORE,
    NUMBER,
    TRAIN_LOSS,
    VAL_LOSS,
    EpochFigures,
    Figure,
    figures_from,
    figures_of,
    further_of,
    row_of,
    table_for,
)
from nnstudio.training.step_series import (
    FIRST_WIDTH,
    MOST_BUCKETS,
    RAW_STEPS,
    Floats,
    StepSeries,
)

__all__ = [
    "FIRST_WIDTH",
    "MOST_BUCKETS",
    "MOST_BYTES",
    "RAW_STEPS",
    "EpochFigures",
    "Figure",
    "Floats",
    "History",
    "StepSeries",
    "figures_of",
]

#: What a history takes at most, while it is folded for a moment twice that.
MOST_BYTES = 800_000
#: Bounds of the learning rate's curve, which is smooth.
_RATES = (4_096, 1_024)
_FIGURE = "figure."


class History:
    """The loss of every step and :class:`EpochFigures` of every epoch of one run.

    Attributes:
        steps: the loss, by step.
        rates: the learning rate, by step; NaN where an older file doesn't tell it.
    """

    def __init__(self) -> None:
        self.steps = StepSeries()
        self.rates = StepSeries(*_RATES)
        self._table = table_for(())
        self._built: tuple[int, tuple[EpochFigures, ...]] = (0, ())

    @property
    def epoch_count(self) -> int:
        """How many epochs have been finished."""
        last = self._table.last
        return 0 if last is None else int(last[NUMBER])

    @property
    def epochs(self) -> tuple[EpochFigures, ...]:
        """The finished epochs that are kept, oldest first."""
        table = self._table
        count, rows = self._built
        if count != len(table):
            count, found = len(table), table.rows()
            names = further_of(table)
            rows = tuple(figures_from(row, names) for row in found.tolist())
            self._built = (count, rows)
        return rows

    def latest(self, count: int) -> tuple[EpochFigures, ...]:
        """The last ``count`` epochs; of long runs no more than 1,024 are sure to be kept."""
        table = self._table
        names = further_of(table)
        return tuple(figures_from(row, names) for row in table.latest(count).tolist())

    def latest_train_losses(self, count: int) -> Floats:
        """Those of :meth:`latest`."""
        return self._table.latest(count)[:, TRAIN_LOSS]

    @property
    def best(self) -> EpochFigures | None:
        """The epoch with the lowest loss, of the validation part if there is one."""
        table = self._table
        rows = table.rows()
        loss = np.where(np.isnan(rows[:, VAL_LOSS]), rows[:, TRAIN_LOSS], rows[:, VAL_LOSS])
        if not np.isfinite(loss).any():
            return None
        return figures_from(rows[int(np.nanargmin(loss))].tolist(), further_of(table))

    def best_metric(self, is_accuracy: bool) -> float:
        """The greatest accuracy, or the least RMSE, of any epoch that is kept; NaN for none.

        It is that of the validation part if there is one.
        """
        columns = self.columns()
        trained, validated = columns["train_metric"], columns["val_metric"]
        values = np.where(np.isnan(validated), trained, validated)
        values = values[np.isfinite(values)]
        if not len(values):
            return nan
        return float(values.max() if is_accuracy else values.min())

    @property
    def further(self) -> tuple[str, ...]:
        """The names of the further figures."""
        return further_of(self._table)

    @property
    def nbytes(self) -> int:
        """The memory that curves and epochs take."""
        return self.steps.nbytes + self.rates.nbytes + self._table.nbytes

    def columns(self) -> dict[str, Floats]:
        """The epochs that are kept by columns: ``epoch``, then those of :class:`EpochFigures`.

        Further figures are called ``train_macro_f1`` and ``val_macro_f1``.
        """
        table = self._table
        return dict(zip(table.names, table.rows().T.copy(), strict=True))

    def add_step(self, loss: float, rate: float = nan) -> None:
        """For the one writing thread."""
        self.rates.append(rate)
        self.steps.append(loss)

    def add_epoch(self, figures: EpochFigures) -> None:
        """For the one writing thread; epochs count from 1, whatever ``figures`` say."""
        self._add(figures, self.epoch_count + 1)

    def _add(self, figures: EpochFigures, number: int) -> None:
        names = tuple(figure.name for figure in figures.further)
        if names != self.further:
            self._name(names)
        self._table.append(row_of(figures, number))

    def _name(self, names: tuple[str, ...]) -> None:
        """From now on epochs have these further figures; earlier ones keep those they share."""
        old = self.columns()
        unknown = np.full(len(old["epoch"]), nan)
        table = table_for(names)
        columns = [old.get(name, unknown) for name in table.names]
        table.restore(*self._table.shape(), np.stack(columns, axis=1))
        self._table = table

    # ------------------------------------------------------------------ keeping

    def until(self, step: int, epoch: int) -> History:
        """The first ``step`` steps and ``epoch`` epochs, as a history of its own."""
        shorter = History()
        shorter.steps, shorter.rates = self.steps.until(step), self.rates.until(step)
        shorter._table = self._table.until(epoch, NUMBER)
        return shorter

    def followed_by(self, later: History, step: int) -> History:
        """The epochs up to ``step``, then those of ``later``, which began there; without steps."""
        together, count = History(), 0
        for figures in self.epochs:
            if figures.step <= step:
                count = figures.epoch
                together._add(figures, count)
        for figures in later.epochs:
            together._add(replace(figures, step=step + figures.step), count + figures.epoch)
        return together

    def arrays(self) -> dict[str, Floats]:
        """A copy that can be kept or written to a file."""
        rows, (start, width) = self._table.rows(), self._table.shape()
        arrays = {"epochs": rows[:, 1:MORE].copy()}
        if start:
            arrays["epochs.shape"] = np.array([start, width], np.int64)
            arrays["epochs.number"] = rows[:, NUMBER].astype(np.int64)
        for i, name in enumerate(self.further):
            arrays[_FIGURE + name] = rows[:, MORE + 2 * i : MORE + 2 * i + 2].copy()
        arrays |= {f"steps.{key}": value for key, value in self.steps.arrays().items()}
        if len(self.rates):
            arrays |= {f"rates.{key}": value for key, value in self.rates.arrays().items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> History:
        """The inverse of :meth:`arrays`; older ones knew neither rates nor further figures.

        Raises:
            KeyError, ValueError: the arrays don't fit together.
        """
        history = cls()
        history.steps = StepSeries.from_arrays(_below("steps.", arrays))
        history._take_rates(_below("rates.", arrays))
        table = arrays["epochs"]
        if table.ndim != 2 or table.shape[1] != len(EPOCH_COLUMNS):
            raise ValueError("the history's table of epochs has the wrong shape")
        if not np.isfinite(table[:, 0]).all():
            raise ValueError("the history's steps are not numbers")
        numbers = arrays.get("epochs.number", np.arange(1, len(table) + 1))
        is_rising = numbers.shape == (len(table),) and (np.diff(numbers, prepend=0) > 0).all()
        if not is_rising or not np.isfinite(numbers).all():
            raise ValueError("the history's epochs are not counted upwards")
        shape = arrays.get("epochs.shape", np.array([0, 4]))
        if shape.shape != (2,):
            raise ValueError("the history's epochs are folded in a way that makes no sense")
        start, width = (int(n) for n in shape)
        further = dict(sorted(_below(_FIGURE, arrays).items()))  # files keep no order
        if any(figure.shape != (len(table), 2) for figure in further.values()):
            raise ValueError("the history's figures don't fit its epochs")
        history._table = table_for(tuple(further))
        rows = np.concatenate([numbers[:, np.newaxis], table, *further.values()], axis=1)
        history._table.restore(start, width, rows.astype(np.float64))
        return history

    def _take_rates(self, arrays: Mapping[str, Floats]) -> None:
        """The learning rates; unknown ones for the steps of a file that doesn't have them."""
        if arrays:
            self.rates = StepSeries.from_arrays(arrays, *_RATES)
            if len(self.rates) != len(self.steps):
                raise ValueError("the history has not as many rates as steps")
            return
        count, half = len(self.steps), _RATES[0] // 2
        start = max(0, count // half - 1) * half
        width = half if start else FIRST_WIDTH
        unknown = {
            "shape": np.array([start, width]),
            "buckets": np.full((start // width, 3), nan, np.float32),
            "raw": np.full(count - start, nan, np.float32),
        }
        self.rates = StepSeries.from_arrays(unknown, *_RATES)


def _below(prefix: str, arrays: Mapping[str, Floats]) -> dict[str, Floats]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
