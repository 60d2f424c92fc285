"""Schedules: how the learning rate changes over a run.

The rate at step t = 0, 1, 2, … is learning_rate · factor, and the factor is a function of the
:class:`Clock` alone: where the run stands, how long it was planned to be, and what its loss was
after each epoch. Nothing else is remembered, so that a run taken up again follows the same curve.
With t the step, T the planned number of steps, e = t / (steps per epoch) and p = t / T:

| schedule        | factor                                                                      |
|-----------------|-----------------------------------------------------------------------------|
| Constant        | 1                                                                           |
| StepDecay       | γ^⌊e / n⌋                                                                   |
| Exponential     | γᵉ                                                                          |
| InverseTime     | 1 / (1 + d e)                                                               |
| Polynomial      | z + (1−z) (1−p)ᵏ                                                            |
| Cosine          | z + (1−z) ½ (1 + cos π p)                                                   |
| CosineRestarts  | z + (1−z) ½ (1 + cos π q),   q = how far the present cycle has come          |
| OneCycle        | 1/a up to 1 up to the share s of the run, then down to 1/(a b), both cosines |
| ReduceOnPlateau | γ^(number of times that the loss had not fallen for n epochs)               |

Each but InverseTime is the PyTorch scheduler of about that name: what PyTorch counts in calls of
``scheduler.step()`` is counted here in steps (T) or epochs (e).

Any of them can begin with a warm-up, a factor min(1, (t+1) / w) over the first w steps; see
:func:`warm_up`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, inf, pi
from typing import ClassVar, NamedTuple

from nnstudio.schema import setting


class Clock(NamedTuple):
    """Where a run stands.

    Attributes:
        step: t, the steps made so far.
        horizon: T, the number of steps the run was planned to have when it began.
        steps_per_epoch: how many steps an epoch was planned to have.
        losses: the loss after each finished epoch, on the validation part if there is one. It may
            grow but not change otherwise.
    """

    step: int
    horizon: int
    steps_per_epoch: int = 1
    losses: Sequence[float] = ()

    @property
    def epoch(self) -> float:
        """e: epochs so far, 1.5 in the middle of the second."""
        return self.step / self.steps_per_epoch

    @property
    def progress(self) -> float:
        """p: from 0 to 1 at the planned end, and 1 later."""
        return self.step / self.horizon if self.step < self.horizon else 1.0


def warm_up(step: int, steps: float) -> float:
    """The factor min(1, (t+1) / w) of a linear warm-up over ``steps`` = w steps.

    Large steps from random weights can do harm that takes long to mend, so the rate begins low and
    rises evenly (Goyal et al., "Accurate, large minibatch SGD", 2017). It multiplies the factor of
    the schedule. PyTorch: ``LinearLR(start_factor=1/w, total_iters=w-1)``.
    """
    return (step + 1) / steps if step + 1 < steps else 1.0


def _end_setting(default: float = 0.0) -> float:
    """The field ``end``, z in the formulas."""
    field: float = setting(
        default, ge=0, le=1, label="End at", help="The last rate as a share of the first"
    )
    return field


@dataclass(frozen=True)
class Schedule:
    """The base of all schedules."""

    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    #: The factor as it is written on paper.
    formula: ClassVar[str] = ""
    #: Whether it looks at the losses of the run.
    follows_loss: ClassVar[bool] = False

    def factor(self, clock: Clock) -> float:
        """What to multiply the learning rate by, from 0 to 1."""
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Schedule):
    """factor = 1: the same rate all the way."""

    title: ClassVar[str] = "Constant"
    summary: ClassVar[str] = "The same rate all the way"
    formula: ClassVar[str] = "1"

    def factor(self, clock: Clock) -> float:
        return 1.0


# ---------------------------------------------------------------- by the epoch


@dataclass(frozen=True)
class StepDecay(Schedule):
    """factor = γ^⌊e / n⌋: divided by ten, say, every so many epochs. PyTorch: StepLR."""

    title: ClassVar[str] = "Steps"
    summary: ClassVar[str] = "Falls by a factor every few epochs"
    formula: ClassVar[str] = "γ^⌊e / n⌋"

    every: int = setting(10, ge=1, le=1_000_000, unit="epochs", help="How long each rate is kept")
    gamma: float = setting(0.1, gt=0, le=1, label="γ", help="What the rate is multiplied by")

    def factor(self, clock: Clock) -> float:
        falls = clock.step // clock.steps_per_epoch // self.every
        factor: float = self.gamma**falls
        return factor


@dataclass(frozen=True)
class Exponential(Schedule):
    """factor = γᵉ, a little less at every step. PyTorch: ExponentialLR, once per epoch."""

    title: ClassVar[str] = "Exponential"
    summary: ClassVar[str] = "Falls by the same share in every epoch"
    formula: ClassVar[str] = "γ^e"

    gamma: float = setting(
        0.95, gt=0, le=1, label="γ", help="What the rate is multiplied by in an epoch"
    )

    def factor(self, clock: Clock) -> float:
        factor: float = self.gamma**clock.epoch
        return factor


@dataclass(frozen=True)
class InverseTime(Schedule):
    """factor = 1 / (1 + d e): fast at first, then ever more slowly.

    The rates add up to infinity and their squares don't, which is what Robbins and Monro ("A
    stochastic approximation method", 1951) ask for so that noise dies out and every point can still
    be reached. Keras: InverseTimeDecay.
    """

    title: ClassVar[str] = "Inverse time"
    summary: ClassVar[str] = "Falls fast at first, then ever more slowly"
    formula: ClassVar[str] = "1 / (1 + d·e)"

    decay: float = setting(0.1, ge=0, le=1e6, label="d", help="The rate is halved after 1/d epochs")

    def factor(self, clock: Clock) -> float:
        return 1 / (1 + self.decay * clock.epoch)


# ---------------------------------------------------------------- over the run


@dataclass(frozen=True)
class Polynomial(Schedule):
    """factor = z + (1−z) (1−p)ᵏ, down to z at the end of the run; k = 1 is a straight line.

    PyTorch: PolynomialLR with total_iters = T, and LinearLR for k = 1.
    """

    title: ClassVar[str] = "Polynomial"
    summary: ClassVar[str] = "Falls to the end of the run, in a straight line or a bow"
    formula: ClassVar[str] = "z + (1 − z)·(1 − p)ᵏ"

    power: float = setting(1.0, gt=0, le=100, label="Power k", help="1: a straight line")
    end: float = _end_setting()

    def factor(self, clock: Clock) -> float:
        left: float = (1 - clock.progress) ** self.power
        return self.end + (1 - self.end) * left


@dataclass(frozen=True)
class Cosine(Schedule):
    """factor = z + (1−z) · ½ (1 + cos π p), from 1 down to z at the end of the run; later z.

    Source: Loshchilov and Hutter, "SGDR", 2017, without restarts. PyTorch: CosineAnnealingLR with
    T_max = T.
    """

    title: ClassVar[str] = "Cosine"
    summary: ClassVar[str] = "Falls smoothly to the end of the run"
    formula: ClassVar[str] = "z + (1 − z)·½(1 + cos πp)"

    end: float = _end_setting()

    def factor(self, clock: Clock) -> float:
        return _cosine(1.0, self.end, clock.progress)


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """factor = z + (1−z) · ½ (1 + cos π q) in cycles, where q runs from 0 to 1 in each.

    The first cycle has n epochs, each later one m times as many as the one before. A restart leaves
    a narrow valley, and the end of a cycle is a good place to stop (Loshchilov and Hutter, "SGDR:
    stochastic gradient descent with warm restarts", 2017). PyTorch: CosineAnnealingWarmRestarts.
    """

    title: ClassVar[str] = "Cosine with restarts"
    summary: ClassVar[str] = "Falls smoothly and starts again, in ever longer cycles"
    formula: ClassVar[str] = "z + (1 − z)·½(1 + cos πq)"

    first: int = setting(
        10, ge=1, le=1_000_000, unit="epochs", label="First cycle", help="How long the first is"
    )
    growth: int = setting(2, ge=1, le=100, help="How many times as long each next cycle is")
    end: float = _end_setting()

    def factor(self, clock: Clock) -> float:
        step, length = clock.step, self.first * clock.steps_per_epoch
        if self.growth == 1:
            step %= length
        while step >= length:  # whole steps, so that a cycle begins exactly where it should
            step -= length
            length *= self.growth
        return _cosine(1.0, self.end, step / length)


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up to the full rate and down to almost none, once in the run, both along a cosine.

    From 1/a it rises to 1 at step s T − 1 and falls to 1/(a b) at step T − 1; the learning rate is
    the highest. High rates in the middle keep away from narrow valleys, and training takes fewer
    epochs (Smith and Topin, "Super-convergence", 2018). PyTorch: OneCycleLR with its two phases;
    momentum is left as it is.
    """

    title: ClassVar[str] = "One cycle"
    summary: ClassVar[str] = "Up to the full rate and down to almost none, once in the run"
    formula: ClassVar[str] = "1/a ↗ 1 ↘ 1/(a·b), along cosines"

    rise: float = setting(
        0.3, ge=0, le=1, unit="%", label="Rising part s", help="The share of the run that it rises"
    )
    start_divisor: float = setting(
        25.0, ge=1, le=1e9, label="Start divisor a", help="The first rate is the full one over a"
    )
    end_divisor: float = setting(
        1e4, ge=1, le=1e9, label="End divisor b", help="The last rate is the first over b"
    )

    def factor(self, clock: Clock) -> float:
        start = 1 / self.start_divisor
        step, top, last = clock.step, self.rise * clock.horizon - 1, clock.horizon - 1
        if step < top:
            return _cosine(start, 1.0, step / top)
        top = max(top, 0.0)
        done = (step - top) / (last - top) if step < last else 1.0
        return _cosine(1.0, start / self.end_divisor, done)


def _cosine(start: float, end: float, done: float) -> float:
    """From ``start`` to ``end`` along half a cosine, of which the share ``done`` is behind."""
    return end + (start - end) * 0.5 * (1 + cos(pi * done))


# ---------------------------------------------------------------- by the loss


class _Reading(NamedTuple):
    """What :class:`ReduceOnPlateau` knows after reading the first ``read`` of ``losses``."""

    schedule: Schedule | None = None
    losses: Sequence[float] = ()
    read: int = 0
    best: float = inf
    stale: int = 0
    falls: int = 0


#: The last reading. A run asks at every step and its losses grow by one in an epoch: they are read
#: on from here instead of from the beginning. It is replaced whole, so threads may share it.
_last_reading = _Reading()


@dataclass(frozen=True)
class ReduceOnPlateau(Schedule):
    """factor = γ^k after the loss has k times not fallen for more than n epochs.

    A loss counts as fallen if it is below the lowest so far by the share θ: ℓ < (1−θ) · best. After
    each fall of the rate the epochs are counted anew. PyTorch: ReduceLROnPlateau in its mode "min"
    with a relative threshold.
    """

    title: ClassVar[str] = "Reduce on plateau"
    summary: ClassVar[str] = "Falls by a factor when the loss no longer does"
    formula: ClassVar[str] = "γ^(plateaus so far)"
    follows_loss: ClassVar[bool] = True

    gamma: float = setting(0.1, gt=0, le=1, label="γ", help="What the rate is multiplied by")
    patience: int = setting(
        10, ge=0, le=1_000_000, unit="epochs", help="How many epochs without progress it sits out"
    )
    threshold: float = setting(
        1e-4, ge=0, lt=1, help="The share by which the loss must fall to count as progress"
    )

    def factor(self, clock: Clock) -> float:
        global _last_reading
        reading, losses = _last_reading, clock.losses
        known = reading.losses is losses and reading.schedule is self
        if not known or reading.read != len(losses):
            known = known and reading.read < len(losses)
            reading = _last_reading = self._read(reading if known else _Reading(self, losses))
        factor: float = self.gamma**reading.falls
        return factor

    def _read(self, reading: _Reading) -> _Reading:
        """``reading`` gone on with to the end of the losses."""
        losses, best, stale, falls = reading.losses, reading.best, reading.stale, reading.falls
        for i in range(reading.read, len(losses)):
            loss = losses[i]
            if loss < best * (1 - self.threshold):
                best, stale = loss, 0
            else:
                stale += 1
            if stale > self.patience:
                stale, falls = 0, falls + 1
        return _Reading(self, losses, len(losses), best, stale, falls)
