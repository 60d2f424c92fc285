"""Asking a model about parts of its data, so that its answers can be judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.project.model import Model
from nnstudio.training.judging.judged import Judged
from nnstudio.training.report import Part

#: So many examples are asked at a time; between them one may be interrupted.
AT_A_TIME = 256


def judged(
    model: Model,
    data: PreparedData,
    wanted: Mapping[Part, Array],
    interrupted: Callable[[], bool] = lambda: False,
) -> dict[Part, tuple[Judged, ...]] | None:
    """For each part each output's answers to the examples at these positions.

    Args:
        interrupted: asked now and then; ``None`` is returned once it says yes.
    """
    found: dict[Part, tuple[Judged, ...]] = {}
    for part, rows in wanted.items():
        pieces = []
        for start in range(0, max(1, len(rows)), AT_A_TIME):
            if interrupted():
                return None
            few = rows[start : start + AT_A_TIME]
            given = {name: data.dataset.column(name).values[few] for name in model.columns}
            pieces.append(model.answers(given, stepped=True))
        outputs = []
        for k, (head, output) in enumerate(zip(model.network.heads, model.outputs, strict=True)):
            answers = np.concatenate([piece[k] for piece in pieces])
            target = data.dataset.column(head.target)
            outputs.append(Judged(part, rows, answers, target, output.gives_probabilities))
        found[part] = tuple(outputs)
    return found


def rows_of(data: PreparedData, part: Part) -> Array:
    """The positions of the examples of a part."""
    parts = {"training": data.parts.train, "validation": data.parts.validation}
    return parts.get(part, data.parts.test)


def evenly(rows: Array, most: int) -> Array:
    """At most so many of them, evenly from all."""
    if len(rows) <= most:
        return rows
    few: Array = rows[np.linspace(0, len(rows) - 1, most).round().astype(int)]
    return few
