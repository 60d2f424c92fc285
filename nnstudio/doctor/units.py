"""Units that have nothing to say any more: dead ReLUs and saturated sigmoids.

A ReLU whose input is below 0 for every example passes nothing on and gets no gradient: it stays as
it is. "You may find that as much as 40 % of your network can be dead" is what too high a rate does
(Karpathy, Stanford CS231n, 2015; He et al., "Delving deep into rectifiers", 2015, on the start that
avoids it). A sigmoid or tanh far from 0 is flat: its gradient is a few per cent of what it could be
(LeCun et al., "Efficient BackProp", 1998; Glorot and Bengio, 2010, who watched the outputs'
histogram as it is watched here).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnstudio.doctor.case import Case
from nnstudio.doctor.finding import Bars, Finding
from nnstudio.engine.activations import Sigmoid

#: So large a share of a layer's units may be dead: a little more than CS231n's, since 39 % of the
#: units of the hidden layer are dead in the sample that reads 99 % of MNIST.
DEAD = 0.5
#: So large a share of a layer's outputs may be where the function is flat.
SATURATED = 0.6
#: And so large a one if less than half of the first loss is left: who has learned may be sure.
SATURATED_LATE, LEARNED = 0.9, 0.5
#: In so many check-ups after one another; one may be an accident.
SEEN = 2


def dead_relus(case: Case) -> Iterator[Finding]:
    """Units of a ReLU that are 0 for every example that was looked at."""
    for node, active in case.checkups[-1].active.items() if case.checkups else ():
        seen = [c.active.get(node, np.ones(1)) for c in case.checkups[-SEEN:]]
        if len(seen) < SEEN or any((now <= 0).mean() <= DEAD for now in seen):
            continue
        shares = np.sort(active)
        dead = shares <= 0
        values = {
            "layer": case.title(node),
            "dead": int(dead.sum()),
            "units": len(shares),
            "share": dead.mean(),
        }
        names = tuple(str(i + 1) for i in range(len(shares)))
        caption = "For how many examples each unit is active"
        evidence = Bars(caption, names, shares, dead, is_share=True)
        yield Finding("doctor_dead", evidence, values, node)


def saturated(case: Case) -> Iterator[Finding]:
    """Sigmoids or tanhs most of whose outputs are at an end of their range."""
    latest = case.train_losses[-1:]
    has_learned = len(latest) > 0 and latest[0] < LEARNED * case.first_loss
    most = SATURATED_LATE if has_learned else SATURATED
    for node in case.checkups[-1].flat if case.checkups else ():
        seen = [checkup.flat.get(node, 0.0) for checkup in case.checkups[-SEEN:]]
        if len(seen) < SEEN or min(seen) <= most:
            continue
        histogram = case.checkups[-1].outputs[node]
        low = 0.0 if isinstance(case.project.graph.by_id[node].layer, Sigmoid) else -1.0
        ends = np.zeros(len(histogram), bool)
        ends[0] = ends[-1] = True
        evidence = Bars(
            "How often each output occurs", (), histogram, ends, across=(low, 1.0), is_share=True
        )
        values = {"layer": case.title(node), "share": seen[-1]}
        yield Finding("doctor_saturated", evidence, values, node)
