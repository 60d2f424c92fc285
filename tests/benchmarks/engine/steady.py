"""Does a run keep its speed? Steps 1–500 of a fresh one against steps 5,001–5,500 of another.

What could slow a run down are subnormal numbers in the optimizer's averages, which come after some
thousand steps on pixels that are always 0.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from engine.ours import Ours
from engine.pairs import quartiles
from engine.report import STEADY, Row
from engine.works import mlp, pictures

BATCH, BEFORE, LENGTH, SLICE = 16, 5_000, 500, 50
#: Pairs of an old and a fresh run.
PAIRS = 4


def steady_row(clock: Callable[[], float] = perf_counter) -> Row:
    """Fresh and old run in turns of :data:`SLICE` steps; the ratio is fresh time / old time."""
    work, examples = mlp(128), pictures()
    times = []
    for seed in range(PAIRS):
        old = Ours(work, BATCH, 1, examples, seed=seed)
        old.run(BEFORE)
        fresh = Ours(work, BATCH, 1, examples, seed=seed)
        for number in range(LENGTH // SLICE):
            pair = [0.0, 0.0]
            for turn in range(2):
                which = (number + turn) % 2
                began = clock()
                (old, fresh)[which].run(SLICE)
                pair[which] = (clock() - began) / SLICE
            times.append(pair)
        old.close()
        fresh.close()
    olds, freshes = np.array(times).T
    ratio, low, high = quartiles(freshes / olds)
    mode = f"steps 1–{LENGTH} of a fresh run"
    return Row(
        STEADY, BATCH, 1, "nnstudio", mode, float(np.median(olds)), float(np.median(freshes)),
        ratio, low, high,
    )  # fmt: skip
