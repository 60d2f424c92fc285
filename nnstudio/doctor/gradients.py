"""Gradients that vanish or explode on their way back, and layers that don't learn.

∂L/∂x of a layer is a product over all layers behind it. If each factor is a little below 1, it
vanishes with depth, if above 1 it explodes (Hochreiter, 1991; Bengio, Simard and Frasconi, 1994;
Glorot and Bengio, 2010, measured it layer by layer, as is done here; Pascanu, Mikolov and Bengio,
2013, clip it). Layers of one network have gradients within a factor of about 30 of each other where
all goes well. A hundred is taken as the bound to one side; to the other, where a filter adds up
what comes from all places of a picture, a thousand.

Units that begin alike get like gradients and stay alike; weights that are all 0 on both sides of a
layer get none at all (Goodfellow, Bengio and Courville, "Deep learning", 2016, section 8.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan

import numpy as np

from nnstudio.doctor.case import Case
from nnstudio.doctor.checkup import Checkup
from nnstudio.doctor.finding import Bars, Finding

#: The first layer's gradient, compared with the last one's.
VANISHED, EXPLODED = 1e-2, 1e3
#: A gradient so many times the weights themselves is out of all proportion.
HUGE = 100.0
#: Fewer layers have no way on which anything could vanish.
FEWEST = 4
#: A layer that moves by less than this stands still, if another moves by more than that.
STILL, MOVES = 1e-8, 1e-5
SEEN = 2


def vanishing(case: Case) -> Iterator[Finding]:
    """The first layer gets hardly any of the gradient that the last one gets."""
    seen = [_first_to_last(checkup) for checkup in case.checkups[-SEEN:]]
    if len(seen) < SEEN or not all(0 < ratio < VANISHED for ratio in seen):
        return
    yield _found("doctor_vanishing", case, case.checkups[-1].gradients)


def exploding(case: Case) -> Iterator[Finding]:
    """The first layer gets far more than the last, or a layer more than its weights can bear."""
    seen = case.checkups[-SEEN:]
    if len(seen) < SEEN:
        return
    if all(_first_to_last(checkup) > EXPLODED for checkup in seen):
        yield _found("doctor_exploding", case, case.checkups[-1].gradients)
        return
    for node in seen[-1].gradients:
        shares = [c.gradients[node] / c.weights[node] for c in seen if c.weights.get(node)]
        if len(shares) == SEEN and min(shares) > HUGE:
            values = {"layer": case.title(node), "times": shares[-1]}
            gradients = seen[-1].gradients
            yield Finding("doctor_gradient_huge", _bars(case, gradients, node), values, node)
            return


def _first_to_last(checkup: Checkup) -> float:
    """The first layer's gradient in units of the last one's; NaN where there are too few layers."""
    lengths = list(checkup.gradients.values())
    if len(lengths) < FEWEST or not lengths[-1] > 0:
        return float("nan")
    return lengths[0] / lengths[-1]


def _found(code: str, case: Case, gradients: Mapping[str, float]) -> Finding:
    nodes = list(gradients)
    first, last = nodes[0], nodes[-1]
    values = {
        "first": case.title(first),
        "last": case.title(last),
        "small": gradients[first],
        "large": gradients[last],
    }
    return Finding(code, _bars(case, gradients, first), values, first)


def _bars(case: Case, lengths: Mapping[str, float], ailing: str) -> Bars:
    return Bars(
        "Size of the gradient, layer by layer",
        tuple(case.title(node) for node in lengths),
        np.array(list(lengths.values())),
        np.array([node == ailing for node in lengths]),
        is_log=True,
    )


def idle(case: Case) -> Iterator[Finding]:
    """A layer whose weights don't move while others do, or whose units all do the same."""
    seen = [checkup for checkup in case.checkups if checkup.updates][-SEEN:]
    if len(seen) < SEEN or not seen[0].step:
        return
    updates = seen[-1].updates
    for node in updates:
        stands = all(_stands_still(checkup.updates.get(node, 1.0)) for checkup in seen)
        others = [ratio for ratio in updates.values() if ratio > MOVES]
        if stands and (others or isnan(updates[node])):
            shown = np.array([0.0 if isnan(u) else u for u in updates.values()])
            evidence = Bars(
                "How far a step moves each layer",
                tuple(case.title(other) for other in updates),
                shown,
                np.array([other == node for other in updates]),
                is_log=True,
            )
            yield Finding("doctor_idle", evidence, {"layer": case.title(node)}, node)
            return
    for node in seen[-1].alike:
        if node in seen[0].alike:
            count = case.project.graph.by_id[node].layer.unit_count
            names = tuple(str(i + 1) for i in range(count))
            evidence = Bars(
                "How far each unit's weights are from the first one's",
                names,
                np.zeros(count),
                np.ones(count, bool),
            )
            values = {"layer": case.title(node), "units": count}
            yield Finding("doctor_alike", evidence, values, node)
            return


def _stands_still(ratio: float) -> bool:
    """Also where there is nothing to move from: all weights are still 0."""
    return isnan(ratio) or ratio < STILL
