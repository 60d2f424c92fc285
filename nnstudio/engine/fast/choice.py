"""Which steps are computed another way than their layer says, and how a batch lies in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nnstudio.engine.activations import ReLU
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.fast.conv import RowConv2D
from nnstudio.engine.fast.pooling import RectifiedMaxPool2D
from nnstudio.engine.network import Head, Network, Rewrite, Step
from nnstudio.engine.pooling import MaxPool2D
from nnstudio.engine.shaping import Flatten


def quicken(steps: Sequence[Step], heads: Sequence[Head]) -> tuple[Step, ...]:
    """``steps`` with a rewrite wherever there is a quicker way."""
    takers = [head.step for head in heads] + [head.loss_step for head in heads]
    takers += [source for step in steps for source in step.inputs]
    return tuple(replace(step, rewrite=_rewrite(step, steps, takers)) for step in steps)


def takes_rows(network: Network, step: int) -> bool:
    """Whether the output of ``step`` may lie example after example in memory.

    Batches are stored like that, and a matrix product doesn't mind. Everything else runs along the
    batch and wants the numbers of all examples side by side.
    """
    takers = [i for i, other in enumerate(network.steps) if step in other.inputs]
    return bool(takers) and all(
        isinstance(network.steps[i].layer, Dense)
        if not isinstance(network.steps[i].layer, Flatten)
        else takes_rows(network, i)
        for i in takers
    )


def _rewrite(step: Step, steps: Sequence[Step], takers: Sequence[int]) -> Rewrite | None:
    if type(step.layer) is Conv2D:
        by_rows = RowConv2D.of(step.layer)
        return Rewrite(by_rows, step.inputs) if by_rows else None
    if type(step.layer) is MaxPool2D:
        (source,) = step.inputs
        before = steps[source]
        if type(before.layer) is ReLU and takers.count(source) == 1:
            return Rewrite(RectifiedMaxPool2D.of(step.layer), before.inputs)
    return None
