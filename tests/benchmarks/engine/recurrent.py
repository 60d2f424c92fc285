"""Training steps of recurrent layers against PyTorch's, for the record: no floor is promised.

A picture of MNIST is read as a sequence of its 28 rows of 28 pixels; the last state goes to a dense
layer of ten outputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from engine.ours import Ours
from engine.report import Row
from engine.steps import Builders, Rounds, compare, peer_module
from engine.works import Dense, Recurrent, Work, pictures

WORKS = tuple(
    Work(
        f"{kind}-64",
        f"{kind} of 64 units on 28 places of 28 features, dense 10, softmax and cross-entropy, "
        "Adam; MNIST row by row",
        (Recurrent(kind, 64), Dense(10)),
        (28, 28),
        batches=(64,),
    )
    for kind in ("LSTM", "GRU")
)


def recurrent_rows(rounds: Rounds, only: str = "") -> Iterator[tuple[Work, list[Row]]]:
    """Each work whose name contains ``only``, with its rows; one thread."""
    found = pictures()
    rows_of_pixels = replace(found, inputs=found.inputs[:, 0], test_inputs=found.test_inputs[:, 0])
    for work in WORKS:
        if only.lower() not in work.name.lower():
            continue
        (batch,) = work.batches
        torch = partial(
            lambda work, batch, **mode: peer_module("PyTorch").PyTorch(
                work, batch, 1, rows_of_pixels, **mode
            ),
            work,
            batch,
        )
        builders: Builders = [("PyTorch", torch), ("PyTorch", partial(torch, fused=False))]
        ours = partial(Ours, work, batch, 1, rows_of_pixels)
        yield work, compare(work.name, batch, 1, ours, builders, rounds)
