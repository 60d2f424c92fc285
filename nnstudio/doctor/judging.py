"""Whether an output can reach what it is compared with, and whether the loss suits it.

A sigmoid answers between 0 and 1, a ReLU never below 0: targets beyond that are never reached,
however long the training. Squared error behind softmax or sigmoid has a gradient that vanishes for
answers that are wrong and sure, which cross-entropy has not (Bishop, "Pattern recognition and
machine learning", 2006, section 4.3; Goodfellow et al., 2016, section 6.2.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import numpy as np

from nnstudio.doctor.case import Case
from nnstudio.doctor.checkup import spread_out
from nnstudio.doctor.finding import Curves, Finding, Series
from nnstudio.engine.activations import ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.layer import Layer

#: The ranges that these can answer in.
REACH: dict[type[Layer], tuple[float, float]] = {
    ReLU: (0.0, inf),
    Sigmoid: (0.0, 1.0),
    Softmax: (0.0, 1.0),
    Tanh: (-1.0, 1.0),
}
#: How many targets may lie beyond: a few are outliers.
BEYOND = 0.05
#: And by how much: a tanh that answers 0.999 for 1 is good enough.
_MARGIN = 0.01
#: Examples whose targets are looked at.
_EXAMPLES = 1000


def out_of_reach(case: Case) -> Iterator[Finding]:
    """The last activation can't answer many of the targets."""
    for head in case.network.heads:
        column = case.data.dataset.column(head.target)
        layer = case.network.steps[head.step].layer
        low, high = REACH.get(type(layer), (-inf, inf))
        if column.classes or (low, high) == (-inf, inf):
            continue
        rows = spread_out(case.data, _EXAMPLES)
        wanted = case.data.preparation.of(head.target).apply(column.values[rows]).reshape(-1)
        beyond = (wanted < low - _MARGIN) | (wanted > high + _MARGIN)
        if beyond.mean() <= BEYOND:
            continue
        places = np.linspace(0.0, 100.0, min(len(wanted), 200))
        targets = np.percentile(wanted, places)
        series = (
            Series("targets", places, targets, "validation"),
            Series("what can be answered", places, targets.clip(low, high), "training"),
        )
        node = case.network.output_node(head)
        values = {
            "layer": case.title(node),
            "kind": type(layer).__name__,
            "reach": "0 or more" if high == inf else f"between {low:g} and {high:g}",
            "share": beyond.mean(),
        }
        evidence = Curves("Targets in order of size", series, across="per cent of examples")
        yield Finding("doctor_out_of_reach", evidence, values, node)


def unsuited_loss(case: Case) -> Iterator[Finding]:
    """Probabilities of classes, judged as if they were just numbers."""
    for head in case.network.heads:
        column = case.data.dataset.column(head.target)
        layer = case.network.steps[head.step].layer
        node = case.network.output_node(head)
        loss = case.project.settings.loss_of(node)
        if column.classes and isinstance(layer, Softmax | Sigmoid) and not loss.for_classes:
            values = {"layer": case.title(node), "loss": loss.title}
            answer = np.linspace(0.01, 0.99, 99)
            series = (
                Series(loss.title, answer, 2 * (1 - answer) * answer * (1 - answer), "error"),
                Series("Cross-entropy", answer, 1 - answer, "training"),
            )
            evidence = Curves(
                "Correction, by the right class's probability",
                series,
                across="probability given to the right class",
            )
            yield Finding("doctor_unsuited_loss", evidence, values, node)
