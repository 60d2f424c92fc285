"""The history of one run as numbers to be drawn: figures over epochs, steps as parts of epochs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, nan

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.gui.plots.curve_lines import Colour
from nnstudio.training.history import History

#: Points of the loss of the steps, in what is seen: two or more for each pixel.
MOST_POINTS = 2_048
#: Points of the learning rate, which is smooth.
_RATES = 512


@dataclass(frozen=True, eq=False)
class RunCurves:
    """A run, up to some step.

    Attributes:
        label: its name, empty for the run that is shown; others are drawn beside it.
        role: its colour; empty for the usual ones.
        pace: steps in an epoch, for those after the last epoch's end.
        steps, epochs: what of the history is shown.
    """

    label: str
    history: History
    role: Colour
    pace: float
    steps: int
    epochs: int

    @classmethod
    def now(
        cls, history: History, pace: float = 0.0, label: str = "", role: Colour = ""
    ) -> RunCurves:
        """All of ``history``; without a ``pace`` that of its last epoch."""
        # Epochs first: the steps of those that have ended are all there.
        epochs, steps = history.epoch_count, len(history.steps)
        if pace <= 0:
            latest = history.latest(2)
            ends = [row.step for row in latest]
            pace = float(ends[-1] - ends[0]) if len(ends) > 1 else float(steps or 1)
            if len(ends) > 1:
                pace /= max(1, latest[-1].epoch - latest[0].epoch)
        return cls(label, history, role, max(1.0, pace), steps, epochs)

    @cached_property
    def columns(self) -> dict[str, Array]:
        """The figures of the epochs, by name."""
        columns = self.history.columns()
        shown = columns["epoch"] <= self.epochs
        if shown.all():
            return columns
        return {name: column[shown] for name, column in columns.items()}

    @property
    def numbers(self) -> Array:
        """Which epochs are known, as places on the x axis."""
        return self.columns["epoch"]

    def figure(self, key: str) -> tuple[Array, Array]:
        """A figure of training and validation part, by epoch; NaN where it isn't known."""
        unknown = np.full(len(self.numbers), nan)
        columns = self.columns
        return columns.get(f"train_{key}", unknown), columns.get(f"val_{key}", unknown)

    # ------------------------------------------------------------------ steps and epochs

    @cached_property
    def _known(self) -> tuple[Array, Array]:
        """Steps at which epochs have ended, and how many had, from the beginning on."""
        ends, numbers = self.columns["step"], self.numbers
        return np.concatenate([[0.0], ends]), np.concatenate([[0.0], numbers])

    def epochs_at(self, steps: Array) -> Array:
        """Steps as epochs: exact where epochs have ended, at the present pace after the last."""
        ends, numbers = self._known
        x: Array = np.interp(steps, ends, numbers)
        later = steps > ends[-1]
        if later.any():
            x[later] = numbers[-1] + (steps[later] - ends[-1]) / self.pace
        return x

    def step_at(self, x: float) -> float:
        """The inverse of :meth:`epochs_at`."""
        ends, numbers = self._known
        if x > numbers[-1]:
            return float(ends[-1] + (x - numbers[-1]) * self.pace)
        return float(np.interp(x, numbers, ends))

    @property
    def done(self) -> float:
        """How many epochs it has got to, with the part of the present one."""
        return float(self.epochs_at(np.array([float(self.steps)]))[0])

    # ------------------------------------------------------------------ the steps' own figures

    def losses(self, low: float, high: float) -> tuple[Array, Array, Array, Array]:
        """(place, least, mean, greatest) of the loss of the steps from ``low`` to ``high``."""
        since = max(0, floor(self.step_at(low)) - 2)
        until = min(self.steps, ceil(self.step_at(high)) + 2)
        steps, least, mean, greatest = self.history.steps.thinned(MOST_POINTS, since, until)
        return self.epochs_at(steps + 1), least, mean, greatest

    def rates(self) -> tuple[Array, Array]:
        """(place, learning rate), as far as it is known."""
        steps, _, mean, _ = self.history.rates.thinned(_RATES, 0, self.steps)
        known = np.isfinite(mean)
        return self.epochs_at(steps[known] + 1), mean[known].astype(np.float64)

    def step_loss(self, step: int) -> float:
        """The loss of one step, counted from 1, or the mean of those it was folded with."""
        return self.history.steps.value(step - 1) if step <= self.steps else nan

    def rate_at(self, step: int) -> float:
        """The learning rate of one step."""
        return self.history.rates.value(step - 1) if step <= self.steps else nan

    def nearest(self, x: float) -> int:
        """The row of the epoch that ended nearest to ``x``; −1 before any has."""
        numbers = self.numbers
        if not len(numbers):
            return -1
        return int(np.abs(numbers - x).argmin())
