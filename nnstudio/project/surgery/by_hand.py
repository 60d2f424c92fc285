"""A weight set by hand."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from types import MappingProxyType

import numpy as np

from nnstudio.engine.network import Key
from nnstudio.graph.edits import EditError
from nnstudio.project.project import Project
from nnstudio.project.runs import progress_of
from nnstudio.training.trained import Blob, Change


def with_weight(project: Project, key: Key, index: tuple[int, ...], value: float) -> Project:
    """A project that has weights, with another number at one place of a variable.

    A paused run goes on with it, and what was changed stands among the run's changes. A run that
    has ended with its best or averaged weights is over: going on would bring back the last ones.

    Args:
        key: (node id, variable name).
        index: where in the variable.

    Raises:
        EditError: the number isn't finite, or there is no such weight.
    """
    trained = project.trained
    blob = None if trained is None else trained.weights.get(key)
    if trained is None or blob is None:
        raise EditError("weight_missing")
    with np.errstate(over="ignore"):
        number = blob.array.dtype.type(value)
    if not isfinite(number):
        raise EditError("weight_finite")
    if blob.array[index] == number:
        return project
    array = blob.array.copy()
    array[index] = number
    weights = MappingProxyType({**trained.weights, key: Blob.of(array)})
    progress = progress_of(project)
    if progress is None or progress.result:
        alone = trained.without_run(weights)
        return replace(project, trained=alone)
    where = f"{'/'.join(key)}[{', '.join(map(str, index))}]"
    change = Change(progress.step, where, float(number))
    progress = replace(progress, changes=(*progress.changes, change))
    return replace(project, trained=replace(trained, weights=weights, progress=progress))
