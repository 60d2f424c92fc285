"""Whether the learning rate is too high or too low.

How far a step moves the weights, ‖Δw‖ / ‖w‖, is about 0.001 in runs that go well (Karpathy,
Stanford CS231n "Neural networks part 3: ratio of weights to updates", 2015). Much more than that
and the loss jumps about or rises; much less and it falls in a straight line, far from its end. A
loss that rises as the rate does is also how the greatest usable rate is looked for (Smith,
"Cyclical learning rates", 2017). Ratio *and* loss must agree, since either alone misleads: a
network with few weights moves fast and learns well.

Batches and dropout make a loss flicker, and where a schedule lowers the rate even a crawl slows
down. So the line may also be one of the means of a few broad stretches in which the same rate was
spent, Σ η, if these fall by more than flickering could do.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

import numpy as np

from nnstudio.doctor.case import Case
from nnstudio.doctor.finding import Finding
from nnstudio.engine.layer import Array

#: ‖Δw‖ / ‖w‖ above this is a leap (CS231n's 0.001, thirty times), below this a crawl (a tenth).
LEAP, CRAWL = 0.03, 1e-4
#: A loss that is still at this share of the first one hasn't fallen; at twice of it, it has risen.
NOT_FALLEN, RISEN = 0.95, 2.0
#: Jumps: the loss rises by a tenth in so large a share of the latest stretches.
JUMP, JUMPY = 1.1, 0.35
#: Where so little of the first loss is left, jumps are no matter.
LITTLE = 0.05
#: Crawling: so much of the first loss is left, most of so many broad stretches bring it down, and
#: later ones bring it down by as much as earlier ones.
MUCH, MOST, STRAIGHT = 0.6, 0.7, 0.6
BROAD = 6
#: The loss has fallen for certain by more than so many standard errors.
CERTAIN = 4.0


def too_high(case: Case) -> Iterator[Finding]:
    """The loss doesn't come down, or jumps, while each step leaps."""
    losses, ratio = case.stretches, case.update
    if not losses.size or isnan(ratio):
        return
    first, now = case.first_loss, float(losses[-1])
    latest = losses[-9:]
    rises = float((latest[1:] > JUMP * latest[:-1]).mean())
    jumps = len(latest) > 4 and rises >= JUMPY and now > LITTLE * first
    leaps = ratio > LEAP or losses.max() > RISEN * first
    if now > RISEN * first:
        code = "doctor_rate_rising"
    elif ratio > LEAP and now > NOT_FALLEN * first:
        code = "doctor_rate_stuck"
    elif leaps and jumps:
        code = "doctor_rate_jumping"
    else:
        return
    values = {"rate": case.rate, "ratio": ratio, "first": first, "now": now}
    yield Finding(code, case.loss_curve("Loss of each step", is_log=True), values)


def too_low(case: Case) -> Iterator[Finding]:
    """The loss falls in a straight line, far from its end, while each step crawls."""
    losses, ratio = case.stretches, case.update
    if len(losses) < 5 or isnan(ratio) or ratio >= CRAWL or ratio == 0:
        return
    broad, errors = _broad_stretches(case)
    is_certain = len(broad) == BROAD and broad[0] - broad[-1] > CERTAIN * np.hypot(*errors[[0, -1]])
    if _crawls(losses) or (is_certain and _crawls(broad)):
        values = {"rate": case.rate, "ratio": ratio, "share": losses[-1] / losses[0]}
        yield Finding("doctor_rate_low", case.loss_curve("Loss of each step"), values)


def _crawls(losses: Array) -> bool:
    """Whether these losses fall in a straight line, far from its end."""
    falls = losses[:-1] - losses[1:]
    early, late = np.array_split(falls, 2)
    left = losses[-1] > MUCH * losses[0]
    steady = (falls > 0).mean() >= MOST and late.mean() >= STRAIGHT * early.mean() > 0
    return bool(left and steady)


def _broad_stretches(case: Case) -> tuple[Array, Array]:
    """The mean loss, and its standard error, of stretches in which the same rate was spent."""
    spent = np.cumsum(case.rates * np.diff(case.steps, prepend=-1.0))
    if not len(spent) or not spent[-1] > 0:
        return np.empty(0), np.empty(0)
    which = np.ceil(BROAD * spent / spent[-1]).astype(int)
    parts = [case.losses[which == k] for k in range(1, BROAD + 1)]
    known = [part for part in parts if len(part) > 1]
    means = np.array([part.mean() for part in known])
    return means, np.array([part.std(ddof=1) / np.sqrt(len(part)) for part in known])
