"""One run again with other seeds, to see what of its outcome is chance.

A seed decides first weights, the order of examples and dropout's masks; the data and its split
stay. The first seed is the run's own, so that its repetition has the same bits. Settings are those
that the run had in the end, from the beginning on: what was changed on the way isn't done again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import nan

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.project.project import Project
from nnstudio.project.run_book import RunRecord, begun, ended, project_of
from nnstudio.project.runs import session_for, with_start_weights
from nnstudio.training.control import Control
from nnstudio.training.events import Ended, Event
from nnstudio.training.loop import train

#: How many seeds one may ask for.
FEWEST, MOST = 2, 20


@dataclass(frozen=True)
class SeedBegun:
    """Repetition ``index`` (from 0) begins, with ``seed``; it is planned to take ``steps``."""

    index: int
    seed: int
    steps: int


class SeedRuns:
    """The repetitions of a run, trained one after another.

    Attributes:
        seeds: with which it is repeated.
        done: the repetitions that have ended, diverged ones too; their numbers are still to be
            given.
    """

    def __init__(self, record: RunRecord, count: int) -> None:
        first = record.settings.seed
        self.record = record
        self.seeds = tuple((first + k) % 2**31 for k in range(count))
        self.done: list[RunRecord] = []

    def run(
        self, data: PreparedData, control: Control | None = None
    ) -> Iterator[SeedBegun | Event | RunRecord]:
        """Train with each seed, telling all that training tells, and each record that is done.

        Args:
            data: that of the run, prepared.
            control: stops it within one batch; the repetition that isn't done is forgotten.

        Raises:
            RunError, StudioError: the run can't be trained on this data any more.
        """
        control = control or Control()
        for index, seed in enumerate(self.seeds):
            project = seeded(self.record, seed)
            session = session_for(project, data)
            began = datetime.now().astimezone().isoformat(timespec="seconds")
            record = begun(project, session, began)
            planned = session.steps_per_epoch * project.settings.epochs
            yield SeedBegun(index, seed, planned)
            event: Event = Ended("stopped")
            for event in train(session, control):
                yield event
            if event == Ended("stopped"):
                return
            trained = session.trained() if isinstance(event, Ended) else None
            record = ended(record, session, event, trained)
            self.done.append(record)
            yield record


def seeded(record: RunRecord, seed: int) -> Project:
    """The project of ``record`` before it was trained, with another seed."""
    project = with_start_weights(project_of(record))
    return replace(project, settings=replace(project.settings, seed=seed))


# ---------------------------------------------------------------- what they have in common


@dataclass(frozen=True, eq=False)
class Band:
    """A figure by epoch: its mean over the runs that got so far, its least and its greatest.

    Of a long run not every epoch is kept; what it had in between is taken from the line between its
    neighbours.
    """

    epochs: Array
    mean: Array
    least: Array
    greatest: Array


def band(runs: Sequence[RunRecord], figure: str) -> Band:
    """How ``figure``, such as ``val_loss``, went over ``runs``."""
    tables = [record.curves.columns() for record in runs]
    epochs = np.unique(np.concatenate([table["epoch"] for table in tables] or [np.zeros(0)]))
    values = np.full((len(tables), len(epochs)), nan)
    for row, table in enumerate(tables):
        is_known = np.isfinite(table[figure])
        its, own = table["epoch"][is_known], table[figure][is_known]
        if len(its):
            values[row] = np.interp(epochs, its, own, left=nan, right=nan)
        values[row, np.searchsorted(epochs, table["epoch"])] = table[figure]
    known = np.isfinite(values).any(axis=0)
    epochs, values = epochs[known], values[:, known]
    if not len(epochs):
        return Band(epochs, epochs, epochs, epochs)
    values[~np.isfinite(values)] = nan
    return Band(
        epochs, np.nanmean(values, axis=0), np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    )


@dataclass(frozen=True)
class Spread:
    """The last value of a figure over several runs.

    Attributes:
        name: such as ``validation accuracy``.
        deviation: the standard deviation; NaN for a single run.
        fewest, most: after how many epochs.
        runs: how many runs got there.
    """

    name: str
    mean: float
    deviation: float
    least: float
    greatest: float
    fewest: int
    most: int
    runs: int


def spread(runs: Sequence[RunRecord], figure: str) -> Spread | None:
    """The last ``figure`` (``loss`` or ``metric``) of ``runs``; ``None`` if none has any.

    It is that of the validation part, if there is one.
    """
    finals = [(record.epoch, record.final) for record in runs if record.end != "diverged"]
    rows = [(epoch, final) for epoch, final in finals if final is not None]
    for part, words in (("val", "validation"), ("train", "training")):
        found = [(epoch, float(getattr(final, f"{part}_{figure}"))) for epoch, final in rows]
        found = [(epoch, value) for epoch, value in found if np.isfinite(value)]
        if not found:
            continue
        epochs, values = [epoch for epoch, _ in found], np.array([value for _, value in found])
        name = runs[0].metric if figure == "metric" else "loss"
        deviation = float(values.std(ddof=1)) if len(values) > 1 else nan
        return Spread(
            f"{words} {name}",
            float(values.mean()),
            deviation,
            float(values.min()),
            float(values.max()),
            min(epochs),
            max(epochs),
            len(values),
        )
    return None
