"""The figures of one epoch, and the row of numbers as which a history keeps them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

from nnstudio.training.epoch_table import EpochTable

EPOCH_COLUMNS = ("step", "train_loss", "train_metric", "val_loss", "val_metric", "seconds")
#: Where the numbers of an epoch stand in a row of the table: its number, then the columns above.
NUMBER, TRAIN_LOSS, VAL_LOSS, MORE = 0, 2, 4, 1 + len(EPOCH_COLUMNS)


class Figure(NamedTuple):
    """A further figure of an epoch, such as ``macro_f1``, of both parts."""

    name: str
    train: float
    val: float


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """What is known at the end of an epoch; the metric is accuracy or RMSE, ``nan`` if unknown.

    Attributes:
        epoch: which one, from 1; 0 if nobody has counted.
        further: more figures: one of the first output, loss and metric of each other one
            (:mod:`other_outputs`); the same ones in every epoch of a run.
    """

    step: int
    train_loss: float
    train_metric: float
    val_loss: float
    val_metric: float
    seconds: float
    epoch: int = 0
    further: tuple[Figure, ...] = ()


def figures_of(epochs: Sequence[EpochFigures], number: int) -> EpochFigures:
    """The figures of epoch ``number``, or of the last one before it that is kept."""
    place = bisect_right(epochs, number, key=lambda row: row.epoch)
    return epochs[max(0, place - 1)]


def table_for(further: Sequence[str]) -> EpochTable:
    """One without rows, for epochs with these further figures."""
    names = ["epoch", *EPOCH_COLUMNS]
    for name in further:
        names += [f"train_{name}", f"val_{name}"]
    return EpochTable(tuple(names), judged=(VAL_LOSS, TRAIN_LOSS))


def further_of(table: EpochTable) -> tuple[str, ...]:
    """The names of the further figures in its rows."""
    return tuple(name.removeprefix("train_") for name in table.names[MORE::2])


def row_of(figures: EpochFigures, number: int) -> list[float]:
    """The row of epoch ``number``."""
    row = [float(number)]
    row += [float(getattr(figures, column)) for column in EPOCH_COLUMNS]
    for figure in figures.further:
        row += [figure.train, figure.val]
    return row


def figures_from(row: Sequence[float], further: Sequence[str]) -> EpochFigures:
    """The inverse of :func:`row_of`.

    All that is unknown is the same NaN, so that rows can be compared.
    """
    values = [value if value == value else nan for value in row]
    step, train_loss, train_metric, val_loss, val_metric, seconds = values[1:MORE]
    more = tuple(
        Figure(name, values[MORE + 2 * i], values[MORE + 2 * i + 1])
        for i, name in enumerate(further)
    )
    return EpochFigures(
        step=int(step),
        train_loss=train_loss,
        train_metric=train_metric,
        val_loss=val_loss,
        val_metric=val_metric,
        seconds=seconds,
        epoch=int(values[NUMBER]),
        further=more,
    )
