"""Asking a model about parts of its data, so that its answers can be judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Column
from nnstudio.engine.layer import Array
from nnstudio.project.model import Model, PredictError
from nnstudio.project.outputs import Output
from nnstudio.project.problems import ColumnFacts, output_fits, output_misfit
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

    Raises:
        PredictError: an output can't be compared with its target, such as one for other classes,
            or the data lacks a column: a run goes on while its data is exchanged for another.
    """
    inputs = {name: _column(data, name) for name in model.columns}
    targets = [_column(data, head.target) for head in model.network.heads]
    for output, target in zip(model.outputs, targets, strict=True):
        _check_fit(output, target)
    found: dict[Part, tuple[Judged, ...]] = {}
    for part, rows in wanted.items():
        pieces = []
        for start in range(0, max(1, len(rows)), AT_A_TIME):
            if interrupted():
                return None
            few = rows[start : start + AT_A_TIME]
            given = {name: column.values[few] for name, column in inputs.items()}
            pieces.append(model.answers(given, stepped=True))
        outputs = []
        for k, (target, output) in enumerate(zip(targets, model.outputs, strict=True)):
            answers = np.concatenate([piece[k] for piece in pieces])
            outputs.append(Judged(part, rows, answers, target, output.gives_probabilities))
        found[part] = tuple(outputs)
    return found


def _column(data: PreparedData, name: str) -> Column:
    try:
        return data.dataset.column(name)
    except KeyError as error:
        known = ", ".join(data.dataset.column_names)
        values = {"layer": "The network", "column": name, "known": known}
        raise PredictError("column_missing", **values) from error


def _check_fit(output: Output, target: Column) -> None:
    """While a network is being built, its output may be anything."""
    count = len(target.classes)
    if not output_fits(output.shape, output.loss, ColumnFacts(target.name, target.shape, count)):
        kind = "class" if count else "number"
        values = output_misfit(count or prod(target.shape), kind, output.shape)
        raise PredictError("output_shape", **values)


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
