"""The learning-rate range test: which rate a run should use, found by trying them all once.

    η_i = low · (high / low)^(i / (n−1))        for the steps i = 0 … n−1

A run is begun on a copy, each step at a higher rate than the one before. While rates are too small
the loss hardly moves, then it falls, and beyond some rate it rises steeply (Smith, "Cyclical
learning rates for training neural networks", 2017). The loss of a batch jumps about, so what is
looked at is its running mean with forgetting,

    m ← β m + (1−β) ℓ,        ℓ̄ = m / (1 − βⁱ⁺¹)

The test ends when ℓ̄ exceeds four times its lowest value, or is no number any more.

The suggestion is the middle (on the logarithmic axis) of the decade of rates over which ℓ̄ fell
most, up to its lowest value: there a step brings most, and the rate is still some way below those
that do harm. A whole decade, since over a few steps the largest fall is mostly chance. As ℓ̄ lags
behind, the rate is taken as many steps earlier as the mean is old, β / (1−β).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite, log10, sqrt
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from nnstudio.engine.randomness import permutation
from nnstudio.training.loop import make_step
from nnstudio.training.session import Session

#: β: about the last five steps count.
MEMORY = 0.8
#: The test ends when the smoothed loss is so many times its lowest value.
TOO_HIGH = 4.0
#: A fall of ℓ̄ by less than half and less than so many standard deviations of the batches' losses
#: may be chance. (ℓ̄ itself has a third of their deviation, and this is the largest of many falls.)
CHANCE = 1.6
#: How many steps ℓ̄ lags behind.
_LAG = round(MEMORY / (1 - MEMORY))


class RateTried(NamedTuple):
    """One step was made at ``rate``: the loss of its batch before the update, and ℓ̄."""

    step: int
    rate: float
    loss: float
    smoothed: float


@dataclass(frozen=True)
class RangeDone:
    """The test is over.

    Attributes:
        suggestion: the rate to use; ``None`` if the loss never fell.
        tried: every step, in order.
    """

    suggestion: float | None
    tried: tuple[RateTried, ...]


def rate_range(
    session: Session, *, low: float = 1e-6, high: float = 10.0, steps: int = 100
) -> Iterator[RateTried | RangeDone]:
    """Try rates from ``low`` to ``high`` on the weights that ``session`` began with.

    The session itself stays as it is. Whoever has seen enough stops asking; the last event comes
    when all rates were tried or the loss has become too high.

    Args:
        steps: how many rates to try; each takes one batch.

    Raises:
        ValueError: the rates don't rise from above 0, or fewer than two are to be tried.
    """
    if not 0 < low < high < inf or steps < 2:
        raise ValueError(f"{steps} rates from {low} to {high} can't be tried")
    copy = Session.begin(session.network, session.settings, session.data, "", session.start)
    tried: list[RateTried] = []
    batches = _batches(copy)
    mean, best = 0.0, inf
    with threadpool_limits(limits=session.settings.threads, user_api="blas"):
        for i in range(steps):
            rate = low * (high / low) ** (i / (steps - 1))
            loss = make_step(copy, next(batches), rate)
            if not isfinite(loss):
                break
            mean = MEMORY * mean + (1 - MEMORY) * loss
            smoothed = mean / (1 - MEMORY ** (i + 1))
            tried.append(RateTried(i + 1, rate, loss, smoothed))
            yield tried[-1]
            best = min(best, smoothed)
            if smoothed > TOO_HIGH * best:
                break
    yield RangeDone(suggestion(tried), tuple(tried))


def suggestion(tried: Sequence[RateTried]) -> float | None:
    """The middle of the decade over which ℓ̄ fell most; ``None`` if it fell over none but by chance.

    The first steps are left out, where ℓ̄ is a mean of hardly any losses.

    Args:
        tried: at rates evenly spaced on a logarithmic axis.
    """
    skipped = 2 * _LAG
    smoothed = np.array([t.smoothed for t in tried[skipped:]])
    if len(smoothed) < 2:
        return None
    lowest = int(np.argmin(smoothed))
    decade = max(1, round(1 / log10(tried[1].rate / tried[0].rate)))
    if lowest < decade:
        return None
    falls = smoothed[: lowest + 1 - decade] - smoothed[decade : lowest + 1]
    first = int(np.argmax(falls))
    losses = np.array([t.loss for t in tried[: skipped + lowest + 1]])
    noise = float(np.std(np.diff(losses))) / sqrt(2)
    if falls[first] <= min(CHANCE * noise, 0.5 * smoothed[first]):
        return None
    return tried[max(0, skipped + first + decade // 2 - _LAG)].rate


def _batches(session: Session) -> Iterator[np.ndarray]:
    """Batches of one epoch after the other, each shuffled, without end."""
    examples, size, epoch = session.data.parts.train, session.batch_size, 0
    while True:
        order = examples[permutation(session.settings.seed, epoch, len(examples))]
        for start in range(0, len(order), size):
            yield order[start : start + size]
        epoch += 1
