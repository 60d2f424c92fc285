"""Timing pair by pair: slices of all contenders take turns, and each round gives one ratio.

Whatever else the machine does, it does it to all contenders of a round; the median of the rounds'
ratios is what counts, never a number of milliseconds. The order rotates from round to round, and
each slice begins with one step that isn't timed: it brings the contender's arrays back into the
cache, and lets the threads of the one before come to rest. Rounds in which other programs were busy
are left out if enough others remain, whatever came out of them.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from math import ceil
from time import perf_counter, process_time

import numpy as np

from engine.contender import Contender
from engine.machine import MOST_BUSY, Others

#: A slice takes at least so many seconds and steps.
SLICE, FEWEST_STEPS = 0.02, 5
#: Warming up ends after so many seconds, but not before so many steps.
WARM_UP, WARM_UP_STEPS = 0.1, 3
#: After so many seconds no other round begins, unless there have been too few for a median.
MOST_SECONDS, FEWEST_ROUNDS = 30.0, 5
#: What time is read from: the clock on the wall, or that of the processor while it does our work.
CLOCKS = {"wall": perf_counter, "cpu": process_time}


def seconds_per_step(
    contenders: Sequence[Contender],
    rounds: int,
    slice_seconds: float = SLICE,
    clock: Callable[[], float] = perf_counter,
) -> np.ndarray:
    """Seconds per step, (rounds, contenders); fewer rounds where they take very long or
    others were busy.
    """
    counts = [_steps(contender, slice_seconds) for contender in contenders]
    gc.collect()
    gc.freeze()  # what was imported and built is not walked through again
    times = np.empty((rounds, len(contenders)))
    end = perf_counter() + MOST_SECONDS
    quiet: list[bool] = []
    for number in range(rounds):
        if len(quiet) >= FEWEST_ROUNDS and perf_counter() > end:
            break
        others = Others()
        for turn in range(len(contenders)):
            which = (number + turn) % len(contenders)
            contender, steps = contenders[which], counts[which]
            contender.run(1)
            began = clock()
            contender.run(steps)
            times[number, which] = (clock() - began) / steps
        quiet.append((others.share() or 0.0) <= MOST_BUSY)
    gc.unfreeze()
    times = times[: len(quiet)]
    return times[quiet] if sum(quiet) >= FEWEST_ROUNDS else times


def _steps(contender: Contender, slice_seconds: float) -> int:
    """How many steps make a slice, found while warming up."""
    contender.run(WARM_UP_STEPS)
    began, steps = perf_counter(), 0
    while not steps or perf_counter() - began < WARM_UP:
        contender.run(1)
        steps += 1
    return max(FEWEST_STEPS, ceil(slice_seconds * steps / (perf_counter() - began)))


def quartiles(values: np.ndarray) -> tuple[float, float, float]:
    """Median, lower and upper quartile."""
    low, middle, high = np.percentile(values, [25, 50, 75])
    return float(middle), float(low), float(high)
